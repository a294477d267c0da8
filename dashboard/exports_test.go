package dashboard

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charterwatch/charterwatch/internal/accounts"
)

// vault exports evidence for the tests: files that it counts until they are put away.
type vault struct {
	mu    sync.Mutex
	asked []ExportQuery
	by    []accounts.Actor
	out   int                         // files that nobody put away yet
	fail  error                       // of the next exports
	wait  func(context.Context) error // before one is made; nil: nothing
}

const exported = "PK evidence"

func (v *vault) Export(ctx context.Context, by accounts.Actor, q ExportQuery) (EvidenceFile, error) {
	v.mu.Lock()
	v.asked, v.by = append(v.asked, q), append(v.by, by)
	fail, wait := v.fail, v.wait
	v.mu.Unlock()
	if wait != nil {
		if err := wait(ctx); err != nil {
			return EvidenceFile{}, err
		}
	}
	if fail != nil {
		return EvidenceFile{}, fail
	}
	v.count(1)
	return EvidenceFile{
		Name: "evidence-2026-10-masked.zip", Size: int64(len(exported)), SHA256: "00ff" + strings.Repeat("0", 60),
		Content: putAway{strings.NewReader(exported), v},
	}, nil
}

func (v *vault) count(n int) { v.mu.Lock(); defer v.mu.Unlock(); v.out += n }

func (v *vault) left() (asked, out int) { v.mu.Lock(); defer v.mu.Unlock(); return len(v.asked), v.out }

type putAway struct {
	io.Reader
	v *vault
}

func (p putAway) Close() error { p.v.count(-1); return nil }

const exportPath = "/api/v1/evidence-export"

func TestEvidenceIsHandedOutInTheNameOfWhoAsks(t *testing.T) {
	srv, p := openPress(t)
	resp, b := call(t, srv, "POST", exportPath, "viewer", `{"month": "2026-10", "sample": 5, "seed": "x", "why": "감사 요청"}`)
	h := resp.Header
	if resp.StatusCode != http.StatusOK || string(b) != exported || h.Get("Content-Type") != "application/zip" || h.Get("Content-Disposition") != "attachment; filename=evidence-2026-10-masked.zip" ||
		h.Get("Repr-Digest") != "sha-256=:AP8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:" || h.Get("Content-Length") != "11" || h.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %s %v", resp.StatusCode, b, h)
	}
	if want := (ExportQuery{Month: "2026-10", Sample: 5, Seed: "x", Why: "감사 요청"}); !slices.Equal(p.asked, []ExportQuery{want}) || p.by[0].ID != "token/viewer" {
		t.Errorf("%+v by %+v", p.asked, p.by)
	}
	if _, out := p.left(); out != 0 {
		t.Errorf("%d files are not put away", out)
	}
	resp, b = call(t, srv, "POST", exportPath, "privacy_officer", `{"outage": "alpha@20261007T0014", "profile": "full", "why": "x"}`)
	if want := (ExportQuery{Outage: "alpha@20261007T0014", Full: true, Why: "x"}); resp.StatusCode != 200 || p.asked[1] != want {
		t.Errorf("%d %s %+v", resp.StatusCode, b, p.asked)
	}
}

// What a role is told it may have is what it gets; a refusal asks for nothing to be made.
func TestTheFullProfileIsForWhoMayExportEvidence(t *testing.T) {
	srv, p := openPress(t)
	for _, role := range append(accounts.Roles(), accounts.RoleNone) {
		token := role.String()
		if role == accounts.RoleNone {
			token = ""
		}
		_, b := call(t, srv, "GET", "/api/v1/ledger", token, "")
		var l Ledger
		if role.Can(accounts.View) {
			if err := json.Unmarshal(b, &l); err != nil {
				t.Fatalf("%s: %v in %s", role, err, b)
			}
		}
		for _, profile := range []string{"masked", "full"} {
			before, _ := p.left()
			resp, b := call(t, srv, "POST", exportPath, token, `{"month": "2026-10", "why": "x", "profile": "`+profile+`"}`)
			asked, _ := p.left()
			may := profile == "masked" && role.Can(accounts.View) || profile == "full" && slices.Contains([]accounts.Role{accounts.RolePrivacyOfficer, accounts.RoleExecutive, accounts.RoleAdministrator}, role)
			if may != (resp.StatusCode == http.StatusOK) || may != (asked == before+1) || may != slices.Contains(l.Exports, profile) {
				t.Errorf("%s, %s: %d %s, told %v, %d made", role, profile, resp.StatusCode, b, l.Exports, asked-before)
			}
			if profile == "full" && role.Can(accounts.View) && !may && (resp.StatusCode != http.StatusForbidden || kindOf(t, b) != "full_not_permitted") {
				t.Errorf("%s: %d %s", role, resp.StatusCode, b)
			}
		}
	}
}

func TestWhatIsNoOrderForEvidenceIsRefused(t *testing.T) {
	srv, p := openPress(t)
	for _, x := range []struct {
		body   string
		status int
		kind   string
	}{
		{`{"why": "x"}`, 400, "bad_order"},
		{`{"clause": "availability", "why": "x"}`, 400, "bad_order"},
		{`{"sample": 3, "why": "x"}`, 400, "bad_order"},
		{`{"month": "2026-10", "outage": "a", "why": "x"}`, 400, "bad_order"},
		{`{"month": "2026-10", "clause": "availability", "sample": 3, "why": "x"}`, 400, "bad_order"},
		{`{"month": "2026-10", "sample": -1, "why": "x"}`, 400, "bad_order"},
		{`{"month": "2026-10", "sample": 1001, "why": "x"}`, 400, "bad_order"},
		{`{"month": "2026-10", "seed": "x", "why": "x"}`, 400, "bad_order"},
		{`{"month": "2026-10", "profile": "open", "why": "x"}`, 400, "bad_order"},
		{`{"month": "2026-10", "why": "x", "out": "/etc/passwd"}`, 400, "bad_order"},
		{`{"month": "../2026-10", "why": "x"}`, 400, "bad_month"},
		{`{"month": "2026-10"}`, 422, "refused_no_reason"},
		{`{"month": "2026-10", "why": "  "}`, 422, "refused_no_reason"},
		{`{"month": "2026-10", "why": "asked by 010-9876-5432"}`, 422, "personal"},
		{`{"month": "2026-10", "sample": 3, "seed": "880101-1234567", "why": "x"}`, 422, "personal"},
		{`{"month": "2026-10", "why": "` + strings.Repeat("가", 2000) + `"}`, 400, "bad_order"},
	} {
		if resp, b := call(t, srv, "POST", exportPath, "viewer", x.body); resp.StatusCode != x.status || kindOf(t, b) != x.kind || strings.Contains(string(b), "9876") {
			t.Errorf("%.80s: %d %s", x.body, resp.StatusCode, b)
		}
	}
	if asked, _ := p.left(); asked != 0 {
		t.Errorf("%d were made", asked)
	}
	for kind, fail := range map[string]error{"nothing_signed": NothingSigned, "no_outage": NoSuchOutage, "no_report": NoSuchReport, "no_clause": NoSuchClause} {
		p.fail = fmt.Errorf("export: %w", fail)
		if resp, b := call(t, srv, "POST", exportPath, "viewer", `{"month": "2026-10", "why": "x"}`); resp.StatusCode != 404 || kindOf(t, b) != kind || fail.Error() == "" {
			t.Errorf("%s: %d %s", kind, resp.StatusCode, b)
		}
	}
	p.fail = errDisk // nothing was put on record either
	resp, b := call(t, srv, "POST", exportPath, "viewer", `{"month": "2026-10", "why": "x"}`)
	if quiet(t, b); resp.StatusCode != 500 || bytes.Contains(b, []byte(exported)) {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
}

func TestOneExportIsMadeAtATime(t *testing.T) {
	srv, p := openPress(t)
	begun, go_ := make(chan struct{}), make(chan struct{})
	p.wait = func(context.Context) error { begun <- struct{}{}; <-go_; return nil }
	first := make(chan int)
	go func() {
		resp, _ := call(t, srv, "POST", exportPath, "viewer", `{"month": "2026-10", "why": "x"}`)
		first <- resp.StatusCode
	}()
	<-begun
	resp, b := call(t, srv, "POST", exportPath, "operator", `{"month": "2026-10", "why": "x"}`)
	if resp.StatusCode != http.StatusServiceUnavailable || kindOf(t, b) != "export_busy" || resp.Header.Get("Retry-After") == "" {
		t.Errorf("%d %s", resp.StatusCode, b)
	}
	close(go_)
	if status := <-first; status != http.StatusOK {
		t.Errorf("the first: %d", status)
	}
	p.wait = nil
	if resp, b := call(t, srv, "POST", exportPath, "operator", `{"month": "2026-10", "why": "x"}`); resp.StatusCode != http.StatusOK {
		t.Errorf("after it: %d %s", resp.StatusCode, b)
	}
}

// Whoever goes away keeps nobody waiting: the making ends, and the next is served.
func TestAnExportEndsWithItsClient(t *testing.T) {
	srv, p := openPress(t)
	begun, ended := make(chan struct{}), make(chan struct{})
	p.wait = func(ctx context.Context) error { close(begun); <-ctx.Done(); close(ended); return ctx.Err() }
	ctx, leave := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, "POST", srv.URL+exportPath, strings.NewReader(`{"month": "2026-10", "why": "x"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer viewer")
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		if resp, err := srv.Client().Do(r); err == nil {
			resp.Body.Close()
			t.Errorf("answered %d", resp.StatusCode)
		}
	}()
	<-begun
	leave()
	<-gone
	<-ended
	p.mu.Lock()
	p.wait = nil
	p.mu.Unlock()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		resp, b := call(t, srv, "POST", exportPath, "viewer", `{"month": "2026-10", "why": "x"}`)
		if resp.StatusCode == http.StatusOK {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("nobody is served any more: %d %s", resp.StatusCode, b)
		}
	}
	if _, out := p.left(); out != 0 {
		t.Errorf("%d files are not put away", out)
	}
}

// An export that takes too long is given up.
func TestAnExportHasItsTime(t *testing.T) {
	s, d := openDesk(t)
	p := &press{d: d}
	p.wait = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	c := s.cfg
	c.Ledger = p
	s = NewServer(c)
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		r := httptest.NewRequest("POST", exportPath, strings.NewReader(`{"month": "2026-10", "why": "x"}`))
		r.Header.Set("Authorization", "Bearer viewer")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusServiceUnavailable || kindOf(t, w.Body.Bytes()) != "export_long" || time.Since(began) != exportMaking {
			t.Errorf("after %v: %d %s", time.Since(began), w.Code, w.Body)
		}
	})
}
