package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/config"
	"github.com/charterwatch/charterwatch/dashboard"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/monitor"
	"github.com/charterwatch/charterwatch/store"
)

// TestEvidenceIsHandedOutByRole: a running monitor exports evidence for whoever may have it, puts it
// on record first, and hands out what the program verifies elsewhere.
func TestEvidenceIsHandedOutByRole(t *testing.T) {
	t.Parallel()
	l := livePastOnce(t)
	l.report() // made before the monitor starts, so that months have a report
	c := serveChild(t, l.config)
	viewer, officer, executive := c.holder(accounts.RoleViewer), c.holder(accounts.RolePrivacyOfficer), c.holder(accounts.RoleExecutive)
	from, err := time.Parse("2006-01", l.month)
	if err != nil {
		t.Fatal(err)
	}
	outage := c.outages("from=" + from.Format(time.RFC3339) + "&to=" + from.AddDate(0, 1, 0).Format(time.RFC3339))[0].ID
	to, keys := t.TempDir(), filepath.Join(l.dir, "store", "ledger.pub")
	type order = dashboard.ExportOrder
	digests := map[string]string{} // of exports that were handed out, by file
	export := func(token, name string, o order, want ...string) map[string][]byte {
		t.Helper()
		o.Why = "감사 요청 " + name
		status, b := c.say("/api/v1/evidence-export", token, o)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %s", name, status, b)
		}
		file := filepath.Join(to, name)
		write(t, file, string(b))
		sum := sha256.Sum256(b)
		digests[o.Why] = hex.EncodeToString(sum[:])
		for _, w := range want {
			says(t, true, w, "verify", "--keys", keys, file)
		}
		return unzipped(t, file)
	}
	names := func(files map[string][]byte) bool { // who signed the past
		for _, b := range files {
			if bytes.Contains(b, []byte("대표이사")) {
				return true
			}
		}
		return false
	}
	month := export(viewer, "month.zip", order{Month: l.month}, "those that were sealed", "It does not show")
	full := export(officer, "full.zip", order{Month: l.month, Profile: "full"}, "those that were sealed", "the month's report is inside")
	if names(month) || month["attached/report.json"] != nil || !names(full) || full["attached/report.json"] == nil {
		t.Errorf("names in the masked profile: %v, in the full one: %v", names(month), names(full))
	}
	if sealed := export(viewer, "outage.zip", order{Outage: outage}, "those that were sealed")["evidence.json"]; !bytes.Contains(sealed, []byte(outage)) {
		t.Error("the outage is not in its export")
	}
	export(executive, "sample.zip", order{Month: l.month, Sample: 3, Seed: "a"}, "the 3 of the sample are those that the seed")
	export(viewer, "clause.zip", order{Month: l.month, Clause: "availability"}, "those that were sealed")

	for _, x := range []struct {
		name, token string
		o           order
		status      int
		kind        string
	}{
		{"full, by a viewer", viewer, order{Month: l.month, Profile: "full", Why: "x"}, 403, "full_not_permitted"},
		{"full, by an operator", c.holder(accounts.RoleOperator), order{Outage: outage, Profile: "full", Why: "x"}, 403, "full_not_permitted"},
		{"without a token", "", order{Month: l.month, Why: "x"}, 401, "no_actor"},
		{"without a reason", viewer, order{Month: l.month}, 422, "refused_no_reason"},
		{"an unknown outage", viewer, order{Outage: "nobody@1", Why: "x"}, 404, "no_outage"},
		{"an unknown clause", viewer, order{Month: l.month, Clause: "nobody", Why: "x"}, 404, "no_clause"},
		{"a clause of a month without a report", viewer, order{Month: "2019-01", Clause: "availability", Why: "x"}, 404, "no_report"},
		{"a month to come", viewer, order{Month: "2999-01", Why: "x"}, 404, "nothing_signed"},
	} {
		status, b := c.say("/api/v1/evidence-export", x.token, x.o)
		var p dashboard.Problem
		if err := json.Unmarshal(b, &p); err != nil || status != x.status || !strings.HasSuffix(p.Type, ":"+x.kind) {
			t.Errorf("%s: %d %s", x.name, status, b)
		}
	}
	if left, err := filepath.Glob(filepath.Join(l.dir, "store", ".*")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	c.stop()

	db, err := store.View(t.Context(), store.Config{Dir: filepath.Join(l.dir, "store")})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	acts, err := db.Acts(t.Context(), time.Time{}, time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range acts {
		if a.Kind != compliance.ActExported {
			continue
		}
		if a.Detail["sha256"] != digests[a.Why] || a.By.Kind != accounts.KindToken || a.Detail["profile"] == "full" != (a.By.Role == accounts.RolePrivacyOfficer) || a.Detail["checkpoint"] == "" ||
			!strings.HasPrefix(a.Subject, "evidence-") || !strings.HasSuffix(a.Subject, "-"+a.Detail["profile"]+".zip") {
			t.Errorf("%+v", a)
		}
		delete(digests, a.Why)
	}
	if len(digests) != 0 {
		t.Errorf("not on record, or twice: %v", digests)
	}
}

// holder makes a token of a role, and returns its secret.
func (c *child) holder(role accounts.Role) string {
	c.t.Helper()
	var issued dashboard.IssuedToken
	status, body := c.say("/api/v1/tokens", c.shownToken(), dashboard.TokenOrder{Name: role.String() + "-token", Role: role})
	if err := json.Unmarshal(body, &issued); status != http.StatusOK || err != nil {
		c.t.Fatalf("%d %v %s", status, err, body)
	}
	return issued.Secret
}

// TestWhatCannotGoOnRecordIsNotHandedOut asks in the name of nobody, which the ledger refuses.
func TestWhatCannotGoOnRecordIsNotHandedOut(t *testing.T) {
	t.Parallel()
	dir, outage, _ := sealedMonth(t)
	db, err := store.Open(t.Context(), store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	a := &app{db: db, keyFile: keyFileIn(dir, ""), started: &config.File{}, clock: monitor.NewClock(), reportingNow: reporting{zone: time.UTC}}
	a.started.Store.SQLite = dir
	q := dashboard.ExportQuery{Outage: outage, Why: "x"}
	f, err := ledgerView{a}.Export(t.Context(), accounts.Actor{}, q)
	if err == nil {
		t.Fatal("handed out, and not on record")
	}
	if _, err := f.Content.Read(make([]byte, 1)); err == nil {
		t.Error("what was made is still there")
	}
	if f, err = (ledgerView{a}).Export(t.Context(), accounts.Actor{ID: "token/a"}, q); err != nil {
		t.Fatal(err)
	}
	if err := f.Content.Close(); err != nil {
		t.Error(err)
	}
}

func TestScratchIsGoneOnceClosed(t *testing.T) {
	dir := t.TempDir()
	for _, named := range []bool{false, true} { // systems differ
		s, err := newScratch(dir)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := s.Stat(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info, err)
		}
		if list, err := os.ReadDir(dir); err != nil || !s.named && len(list) != 0 {
			t.Errorf("%v %v", list, err)
		}
		if named && !s.named {
			write(t, s.Name(), "")
			s.named = true
		}
		if _, err := io.WriteString(s, "evidence"); err != nil {
			t.Error(err)
		}
		if _, err := s.Seek(0, io.SeekStart); err != nil {
			t.Error(err)
		}
		if b, err := io.ReadAll(s); string(b) != "evidence" || err != nil {
			t.Errorf("%q %v", b, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if list, err := os.ReadDir(dir); err != nil || len(list) != 0 {
			t.Errorf("left behind: %v %v", list, err)
		}
	}
}
