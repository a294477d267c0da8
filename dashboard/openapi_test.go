package dashboard

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/probes"
)

// document returns the API's document and a validator for its named types.
func document(t *testing.T, s *Server) (doc map[string]any, valid func(name string, body []byte) error) {
	t.Helper()
	b, err := s.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AddResource("api.json", parsed); err != nil {
		t.Fatal(err)
	}
	return doc, func(name string, body []byte) error {
		schema, err := c.Compile("api.json#/components/schemas/" + name)
		if err != nil {
			return err
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			return err
		}
		if list, ok := v.([]any); ok {
			for _, one := range list {
				if err := schema.Validate(one); err != nil {
					return err
				}
			}
			return nil
		}
		return schema.Validate(v)
	}
}

// TestTheDocumentIsThatOfTheDocs keeps docs/openapi.json, which clients are made from, in
// step with the program.
func TestTheDocumentIsThatOfTheDocs(t *testing.T) {
	const path = "../docs/openapi.json"
	got, err := NewServer(ServerConfig{Hub: newWorld().hub(), Metrics: http.NotFoundHandler(), Probe: http.NotFoundHandler()}).OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/openapi.json is not what the program says; run go test ./dashboard -run Document -update")
	}
}

// What the server and its feed really send must be what the document says.
func TestAnswersAreAsTheDocumentSays(t *testing.T) {
	messages, err := os.ReadFile("testdata/messages.json")
	if err != nil {
		t.Fatal(err)
	}
	s, _ := openDesk(t)
	_, valid := document(t, s)
	decode := json.NewDecoder(bytes.NewReader(messages))
	for decode.More() {
		var m json.RawMessage
		if err := decode.Decode(&m); err != nil {
			t.Fatal(err)
		}
		if err := valid("Message", m); err != nil {
			t.Errorf("%v: %s", err, m)
		}
	}
	s.cfg.Hub.model.apply(broke("alpha", time.Now()), newTouched())
	for _, c := range []struct{ path, name string }{
		{"/api/v1/wall", "Message"},
		{"/api/v1/outages?open=true", "Outage"},
		{"/api/v1/sites/alpha/availability", "Availability"},
		{"/api/v1/checks/alpha/front/results", "Result"},
		{"/api/v1/outages?from=x", "Problem"},
		{"/api/v1/nowhere", "Problem"},
	} {
		if err := valid(c.name, ask(s, "GET", c.path, "").Body.Bytes()); err != nil {
			t.Errorf("%s: %v", c.path, err)
		}
	}
	capture, err := json.Marshal(compliance.OutageCapture{
		Outage: "alpha/front@1", Check: "alpha/front", Vantage: "local", SeenAt: time.Now(),
		Capture: probes.Capture{Method: "GET", URL: "https://a.example/", Status: 503, Headers: [][2]string{{"Server", "x"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := valid("OutageCapture", capture); err != nil {
		t.Error(err)
	}
	if err := valid("Outage", []byte(`{"id": "alpha@1"}`)); err == nil {
		t.Error("half an outage is taken for one")
	}
}

func TestEveryOperationOfTheDocumentIsExplained(t *testing.T) {
	doc, _ := document(t, NewServer(ServerConfig{Hub: newWorld().hub()}))
	for path, operations := range doc["paths"].(map[string]any) {
		for method, o := range operations.(map[string]any) {
			if o.(map[string]any)["summary"] == "" {
				t.Errorf("%s %s: nobody is told what it does", method, path)
			}
		}
	}
	push := doc["paths"].(map[string]any)["/push/{token}/{site}/{check}"].(map[string]any)["post"].(map[string]any)
	if roles := push["x-roles"].([]any); len(roles) == 0 || !strings.Contains(toJSON(t, roles), `"job"`) {
		t.Errorf("heartbeats may be sent by %v", roles)
	}
	message := doc["components"].(map[string]any)["schemas"].(map[string]any)["Message"].(map[string]any)
	if now := message["properties"].(map[string]any)["now"].(map[string]any); now["description"] != "the monitor's clock" {
		t.Errorf("the comment beside a field is lost: %v", now)
	}
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
