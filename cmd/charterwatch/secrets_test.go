package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/charterwatch/charterwatch/compliance"
)

// credentials are what a configuration refers to and nobody may find anywhere else. Some
// characters look different once they are escaped.
var credentials = map[string]string{
	"PASSWORD": "9kQz/Basic&pass word",
	"BEARER":   "7hWvBearerTokenValue",
	"HEADER":   "5tRxHeaderKeyValue+x",
	"FORM":     "3mYnFormPass<w>ord!1",
	"JSON":     "8pLdJSONBodyPassword",
}

// parrot fails every request and says all that it was told: as it came, and in the
// ways in which pages, scripts and redirects write it.
func parrot(t *testing.T) string {
	t.Helper()
	site := httptest.NewServer(headersFirst(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
			w.Header().Set("Location", "/lost/"+url.PathEscape(token)+"?token="+url.QueryEscape(token))
			w.WriteHeader(http.StatusFound)
			return
		}
		body, _ := io.ReadAll(r.Body)
		_, password, _ := r.BasicAuth()
		auth := r.Header.Get("Authorization")
		_, token, _ := strings.Cut(auth, " ")
		values, _ := url.ParseQuery(string(body))
		var login struct{ Password string }
		_ = json.Unmarshal(body, &login) // most bodies are no JSON
		heard := []string{auth, token, password, r.Header.Get("X-Api-Key"), string(body), values.Get("password"), login.Password}
		for i, s := range heard {
			j, _ := json.Marshal(s)
			for k, form := range []string{s, url.QueryEscape(s), url.PathEscape(s), strings.ToLower(url.QueryEscape(s)), string(j), html.EscapeString(s),
				strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s), strings.ReplaceAll(url.QueryEscape(s), "+", "%20")} {
				fmt.Fprintf(w, "%s\n", form)
				// A credential may stand where a long header is cut.
				w.Header().Add(fmt.Sprintf("X-Echo-%d-%d", i, k), strings.Repeat("x", 500)+strings.NewReplacer("\r", "", "\n", "").Replace(form))
			}
		}
		w.Header().Set("Set-Cookie", "sid="+url.QueryEscape(token))
	})))
	t.Cleanup(site.Close)
	return site.URL
}

// headersFirst lets a handler write headers after its body.
func headersFirst(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		for name, values := range rec.Header() {
			w.Header()[name] = values
		}
		status := rec.Code
		if status == http.StatusOK {
			status = http.StatusInternalServerError
		}
		w.WriteHeader(status)
		_, _ = w.Write(rec.Body.Bytes())
	})
}

// canaries are the texts to look for: each credential whole, as base64 with a name, escaped, and
// its beginning, which is what a cut would leave.
func canaries(tokens ...string) map[string]string {
	out := map[string]string{}
	for name, s := range credentials {
		out[name], out[name+" begun"] = s, s[:10]
		out[name+" in a query"] = url.QueryEscape(s)
		out[name+" in a path"] = url.PathEscape(s)
		out[name+" in base64"] = base64.StdEncoding.EncodeToString([]byte("kim:" + s))[:16]
	}
	for i, s := range tokens {
		out[fmt.Sprintf("token %d", i)] = s
	}
	return out
}

// issue makes a token with the command.
func issue(t *testing.T, dir, name, role string) string {
	t.Helper()
	b, err := exec.Command("charterwatch", "token", "new", "--dir", dir, "--name", name, "--role", role).Output()
	if err != nil {
		t.Fatal(err)
	}
	token, _, _ := strings.Cut(string(b), "\n")
	return token
}

// TestNoCredentialIsLeftAnywhere runs the program with every kind of credential against a
// site that says them back, and then looks for them in all that the program left behind or
// showed to anyone.
func TestNoCredentialIsLeftAnywhere(t *testing.T) {
	t.Parallel()
	dir, secrets := t.TempDir(), t.TempDir()
	for _, sub := range []string{"tmp", "store"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	var env []string
	for name, s := range credentials {
		env = append(env, "CANARY_"+name+"="+s)
		write(t, filepath.Join(secrets, name), s+"\n")
	}
	store := filepath.Join(dir, "store")
	job, admin := issue(t, store, "batch", "job"), issue(t, store, "admin", "administrator")
	site, file := parrot(t), filepath.Join(dir, "c.yaml")
	canary, _ := answering(t)
	text := sheet{canary: canary, sites: fmt.Sprintf(`  - id: echo
    name: {ko: 메아리}
    url: %q
    checks:
      - {id: basic, kind: http, interval: 1s, username: kim, password: "${env:CANARY_PASSWORD}"}
      - {id: bearer, kind: http, interval: 1s, bearer: "${file:%[2]s/BEARER}"}
      - {id: away, kind: http, interval: 1s, url: /away, bearer: "${file:%[2]s/BEARER}"}
      - {id: header, kind: http, interval: 1s, headers: {X-Api-Key: "v1 ${env:CANARY_HEADER}"}}
      - {id: json, kind: http, interval: 1s, method: POST, body: '{"user": "kim", "password": "${file:%[2]s/JSON}"}'}
      - {id: login, kind: journey, interval: 1s, steps: [{name: form, url: login, form: [{name: id, value: kim}, {name: password, value: "${env:CANARY_FORM}"}]}]}
      - {id: batch, kind: push, interval: 1h}
`, site, secrets)}.String()
	write(t, file, text)
	c := serveChild(t, file, append(env, "TMPDIR="+filepath.Join(dir, "tmp"))...)
	feed := c.listen()
	if status, body := c.post("/push/"+job+"/echo/batch?status=fail&msg=late", "none"); status != http.StatusOK {
		t.Fatal(status, body)
	}
	_, denied := c.post("/push/"+job+"x/echo/batch", "none")
	eventually(t, "every check is down", func() bool {
		for _, check := range c.site("echo").Checks {
			if check.Status != compliance.StatusDown && check.Kind != "push" {
				return false
			}
		}
		return true
	})
	write(t, file, text+"      - {id: clear, kind: http, bearer: "+credentials["BEARER"]+"}\n")
	status, refused := c.post("/-/reload", admin)
	if status != http.StatusUnprocessableEntity {
		t.Fatal(status, refused)
	}
	if err := os.Remove(file); err != nil { // its last version holds a canary by intent
		t.Fatal(err)
	}
	left := map[string][]byte{"denied push": []byte(denied), "refused reload": []byte(refused)}
	captured := 0
	for _, o := range c.outages("level=check") {
		if o.Check != "" && o.Check != "echo/batch" {
			captured++
			left["capture of "+o.Check] = c.page("/api/v1/outages/" + o.ID + "/capture")
		}
		if o.Check != "" {
			left["results of "+o.Check] = c.page("/api/v1/checks/" + o.Check + "/results")
		}
	}
	if captured != 6 {
		t.Errorf("%d captures, want 6", captured)
	}
	for _, path := range []string{"/", "/metrics", "/api/v1/wall", "/api/v1/outages", "/api/v1/sites/echo/availability"} {
		if resp, err := http.Get(c.base + path); err == nil {
			left[path], _ = io.ReadAll(resp.Body)
			resp.Body.Close()
		}
	}
	if b, err := exec.Command("charterwatch", "store", "backup", "--dir", store, filepath.Join(dir, "backup.db")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	c.crash(feed, dir, left)
	if _, ok := left["store/charterwatch.db-wal"]; !ok {
		t.Error("there was no write-ahead log to look into")
	}
	for name, s := range canaries(job, admin) {
		for where, b := range left {
			if i := bytes.Index(b, []byte(s)); i >= 0 {
				t.Errorf("%s is in %s: ...%q...", name, where, b[max(0, i-80):min(len(b), i+60)])
			}
		}
	}
}

// crash makes the program dump its goroutines and collects all that it leaves behind: what the
// feed told, what it printed, and every file under dir.
func (c *child) crash(f *feed, dir string, left map[string][]byte) {
	c.t.Helper()
	c.signal(syscall.SIGQUIT)
	if err := c.wait(); err == nil || !strings.Contains(c.log.String(), "goroutine ") {
		c.t.Fatalf("no crash output: %v", err)
	}
	<-f.gone
	for i, b := range f.raw {
		left[fmt.Sprint("frame ", i)] = b
	}
	left["stdout"], left["stderr"] = []byte(c.out.String()), []byte(c.log.String())
	readAll(c.t, dir, left)
}

// readAll reads every file under a folder.
func readAll(t testing.TB, dir string, into map[string][]byte) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		into[name] = b
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
