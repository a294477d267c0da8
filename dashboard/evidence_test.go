package dashboard

import (
	"encoding/json"
	"net/http"
	"testing"
)

const checkpoint = "watch.example/charterwatch\n9\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— watch.example/charterwatch AAAAAW5v\n"

func TestEvidenceIsShownWithWhatItsCheckFound(t *testing.T) {
	srv, p := openPress(t)
	const id = "outage/alpha@20261007T030000.000Z+1"
	p.leaves[id] = []SealedLeaf{
		{Log: 1, N: 3, Kind: "outage", ID: id, At: 1790000000000, Commitment: "aa", Body: []byte(`{"n":12345678901234567890}`), Proved: true, Checkpoint: checkpoint, Proof: "proof of 3\n"},
		{Log: 1, N: 5, Kind: "outage", ID: id, Commitment: "bb", Problem: "the body is not what the leaf commits to", Proof: "proof of 5\n"},
		{Log: 1, N: 9, Kind: "outage", ID: id, Commitment: "cc", Erased: true},
	}
	p.stands = LedgerStanding{Origin: "watch.example/charterwatch", Size: 12, Signed: 9, SignedAt: 1790000100000, Keys: []string{"key"}}
	_, valid := document(t, NewServer(ServerConfig{Hub: p.d.hub()}))
	path := "/api/v1/evidence/outage/alpha@20261007T030000.000Z+1"
	resp, b := call(t, srv, "GET", path, "viewer", "")
	var e Evidence
	if err := json.Unmarshal(b, &e); err != nil || resp.StatusCode != 200 || e.ID != id || len(e.Leaves) != 3 {
		t.Fatalf("%v %d %s", err, resp.StatusCode, b)
	}
	if err := valid("Evidence", b); err != nil {
		t.Error(err)
	}
	if l := e.Leaves[0]; !l.Proved || l.Body != `{"n":12345678901234567890}` || l.Size != 9 || l.SignedAt != 1790000100000 || !l.HasProof {
		t.Errorf("%+v", l)
	}
	if l := e.Leaves[1]; l.Proved || l.Problem == "" || l.Size != 0 || l.SignedAt != 0 {
		t.Errorf("%+v", l)
	}
	if l := e.Leaves[2]; !l.Erased || l.Body != "" || l.HasProof {
		t.Errorf("%+v", l)
	}
	for query, want := range map[string]string{"?format=proof&leaf=3": "proof of 3\n", "?format=proof&leaf=5": "proof of 5\n"} {
		resp, b := call(t, srv, "GET", path+query, "viewer", "")
		if resp.StatusCode != 200 || string(b) != want || resp.Header.Get("Content-Type") != "text/plain; charset=utf-8" || resp.Header.Get("Content-Disposition") == "" {
			t.Errorf("%s: %d %s %v", query, resp.StatusCode, b, resp.Header)
		}
	}
	for query, status := range map[string]int{"?format=proof": 404, "?format=proof&leaf=9": 404, "?format=proof&leaf=4": 404, "?format=proof&leaf=x": 400, "?format=xml": 400} {
		if resp, b := call(t, srv, "GET", path+query, "viewer", ""); resp.StatusCode != status {
			t.Errorf("%s: %d %s", query, resp.StatusCode, b)
		}
	}
	p.stands.Signed = 12 // a newer checkpoint was signed meanwhile: when the older was is not known
	_, b = call(t, srv, "GET", path, "viewer", "")
	e = Evidence{}
	if err := json.Unmarshal(b, &e); err != nil || e.Leaves[0].SignedAt != 0 || e.Leaves[0].Size != 9 {
		t.Errorf("%v %s", err, b)
	}
	if resp, b := call(t, srv, "GET", "/api/v1/evidence/nowhere", "viewer", ""); resp.StatusCode != 404 || kindOf(t, b) != "not_sealed" {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
	p.err = errDisk
	for _, path := range []string{path, "/api/v1/ledger"} {
		resp, b := call(t, srv, "GET", path, "viewer", "")
		if quiet(t, b); resp.StatusCode != http.StatusInternalServerError {
			t.Errorf("%s: %d %s", path, resp.StatusCode, b)
		}
	}
}

func TestTheLedgerSaysHowItStands(t *testing.T) {
	srv, p := openPress(t)
	p.stands = LedgerStanding{Origin: "watch.example/charterwatch", Size: 12, Signed: 9, SignedAt: 1790000100000, Keys: []string{"key"}, Failing: []string{"https://witness.example/"}}
	resp, b := call(t, srv, "GET", "/api/v1/ledger", "viewer", "")
	var l Ledger
	_, valid := document(t, NewServer(ServerConfig{Hub: p.d.hub()}))
	if err := valid("Ledger", b); err != nil || json.Unmarshal(b, &l) != nil || resp.StatusCode != 200 || l.Size != 12 || l.Signed != 9 || len(l.Failing) != 1 {
		t.Errorf("%v %d %s", err, resp.StatusCode, b)
	}
}
