package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/internal/needs"
	"github.com/charterwatch/charterwatch/reports"
	"github.com/charterwatch/charterwatch/reports/fonts"
)

// pastConfig watches two sites; nothing answers there, for the past is made up.
const pastConfig = `organisation: {name: {ko: 협회, en: Association}, timezone: Asia/Seoul}
web: {listen: "127.0.0.1:0", external_url: "https://watch.example.or.kr"}
store: {sqlite: store}
reports: {simulated: true}
watch_floor: {shifts: [{name: day, from: "09:00"}, {name: night, from: "21:00"}]}
sites:
  - id: disclosure
    name: {ko: 통합공시시스템, en: Disclosure}
    url: https://disclosure.example/
    notices: [{kind: html, url: notice}]
    checks: [{id: front, kind: http, interval: 1m, critical: true}]
  - id: statistics
    name: {ko: 자본시장통계, en: Statistics}
    url: https://statistics.example/
    notices: [{kind: html, url: notice}]
    pages: [{id: daily, url: stat, clauses: [information-freshness], within: 1 business day}]
    checks: [{id: front, kind: http, interval: 1m, critical: true}]
`

// lived is a store with a simulated past of two months, and the report of the first of them.
type lived struct {
	t           *testing.T
	dir, config string
	month       string // reported
}

func livePastOnce(t *testing.T) lived {
	t.Helper()
	if _, err := fonts.Load(); err != nil {
		needs.Lack(t, err.Error())
	}
	l := lived{t: t, dir: t.TempDir()}
	l.config = filepath.Join(l.dir, "charterwatch.yaml")
	write(t, l.config, pastConfig)
	a := &app{path: l.config, log: slog.New(slog.DiscardHandler), demo: true}
	if err := a.livePast(t.Context(), 2, &terminal{out: io.Discard, errs: io.Discard, speech: messages.In("en")}); err != nil {
		t.Fatal(err)
	}
	zone, _ := time.LoadLocation("Asia/Seoul")
	y, m, _ := time.Now().In(zone).Date()
	l.month = time.Date(y, m-2, 1, 0, 0, 0, 0, zone).Format("2006-01")
	return l
}

// report writes the month's report into a new folder.
func (l lived) report() (folder string) {
	l.t.Helper()
	folder = l.t.TempDir()
	if out, ok := command(l.t, "report", "--config", l.config, "--month", l.month, "--out", folder); !ok {
		l.t.Fatal(out)
	}
	return folder
}

func TestReportOfASimulatedPast(t *testing.T) {
	l := livePastOnce(t)
	first, second := l.report(), l.report()
	files, err := os.ReadDir(first)
	if err != nil || len(files) != 10 {
		t.Fatalf("%v %v", files, err)
	}
	for _, f := range files {
		a, b := read(t, filepath.Join(first, f.Name())), read(t, filepath.Join(second, f.Name()))
		if !bytes.Equal(a, b) {
			t.Errorf("two builds of %s differ", f.Name())
		}
	}
	for _, ext := range []string{"json", "pdf"} {
		path := filepath.Join(first, "report-"+l.month+"-ko."+ext)
		out, ok := command(t, "verify", "--keys", filepath.Join(l.dir, "store", "ledger.pub"), "--recompute", path)
		for _, want := range []string{"3 of 3 signatures", "the log has no hole", "all 39 verdicts come out the same", "Not shown by this file"} {
			if !ok || !strings.Contains(out, want) {
				t.Errorf("%s: %v, want %q in\n%s", ext, ok, want, out)
			}
		}
	}
	path := filepath.Join(first, "report-"+l.month+"-ko.json")
	_, r, err := reports.Open(read(t, path))
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range r.Month.Clauses {
		if j.Why.Rule == "" || len(j.Requires) == 0 {
			t.Errorf("%s has a verdict without a reason", j.Clause)
		}
	}
	l.tamper(path)
}

// tamper changes a report in ways that whoever holds the file could, and demands that each is
// named.
func (l lived) tamper(path string) {
	t := l.t
	original := read(t, path)
	keys := filepath.Join(l.dir, "store", "ledger.pub")
	verify := func(name string, file []byte, want ...string) {
		t.Helper()
		forged := filepath.Join(t.TempDir(), "report.json")
		write(t, forged, string(file))
		out, ok := command(t, "verify", "--keys", keys, "--recompute", forged)
		for _, w := range want {
			if ok || !strings.Contains(out, w) {
				t.Errorf("%s: %v, want %q in\n%s", name, ok, w, out)
			}
		}
	}
	verify("a verdict", bytes.Replace(original, []byte(`"verdict":"broken"`), []byte(`"verdict":"kept"`), 1), "is not what its digest was made of")

	// forge makes the file agree with itself again, as a careful forger would.
	forge := func(change func(*reports.Report)) []byte {
		d, r, err := reports.Open(original)
		if err != nil {
			t.Fatal(err)
		}
		change(&r)
		s := d.Signing
		s.Digest = reports.Digest(r)
		b, err := reports.JSON(r, s, "ko", reports.Options{Proofs: d.Proofs})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	rejudge := func(r *reports.Report) {
		var err error
		if r.Month, err = r.Charter.Judge(r.Evidence); err != nil {
			t.Fatal(err)
		}
	}
	verify("a verdict and its digest", forge(func(r *reports.Report) {
		i := slices.IndexFunc(r.Month.Clauses, func(j charter.Judged) bool { return j.Clause == "recovery-time" })
		r.Month.Clauses[i].Verdict = compliance.Kept
	}), "recovery-time: comes out otherwise")
	verify("an outage shortened, and judged again", forge(func(r *reports.Report) {
		h := &r.Evidence.Sites[0].History
		for i := range h.Outages {
			h.Outages[i].End = h.Outages[i].Start.Add(time.Minute)
		}
		rejudge(r)
	}), "are not what was sealed", "outage disclosure@")
	verify("an outage left out, and judged again", forge(func(r *reports.Report) {
		r.Evidence.Sites[0].History.Outages = nil
		rejudge(r)
	}), "were sealed and are not in the report", "outage disclosure@")
	verify("an attestation made up, and judged again", forge(func(r *reports.Report) {
		s := compliance.Statement{Site: compliance.MonitorScope, At: r.Evidence.Period.From.Add(time.Hour), By: accounts.Actor{ID: "user/kim"}, Attestation: &compliance.Attestation{Clause: "confidentiality", From: calendar.NewDate(2000, 1, 1), Until: calendar.NewDate(2100, 1, 1)}}.Sealed()
		r.Evidence.Attestations = append(r.Evidence.Attestations, s)
		rejudge(r)
	}), "were never sealed", "statement ")
	verify("a statement left out, and judged again", forge(func(r *reports.Report) {
		r.Evidence.House = slices.DeleteFunc(r.Evidence.House, func(s compliance.Statement) bool { return s.MonthRecord != nil })
		rejudge(r)
	}), "were sealed and are not in the report", "statement ")
	verify("a case left out, and judged again", forge(func(r *reports.Report) {
		r.Evidence.Cases.Cases = r.Evidence.Cases.Cases[:len(r.Evidence.Cases.Cases)-1]
		rejudge(r)
	}), "were sealed and are not in the report", "case ")
	verify("another checkpoint", forge(func(r *reports.Report) { r.Closing.Checkpoint += " " }), "lead to another checkpoint")

	out, ok := command(t, "verify", "--key", "other+00000000+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAh", path)
	if ok || !strings.Contains(out, "nothing is proved") {
		t.Errorf("by a stranger's key: %v\n%s", ok, out)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// cutOff ends a context when it is written to.
type cutOff struct{ end context.CancelFunc }

func (c cutOff) Write(b []byte) (int, error) {
	c.end()
	return len(b), nil
}

// TestPastThatWasBrokenOff: half a past would be taken for a whole one, with a month in which nothing was
// seen. It never gets to where the monitor looks for its store.
func TestPastThatWasBrokenOff(t *testing.T) {
	dir := t.TempDir()
	file, place := filepath.Join(dir, "charterwatch.yaml"), filepath.Join(dir, "store")
	write(t, file, pastConfig)
	live := func(ctx context.Context, out io.Writer) error {
		a := &app{path: file, log: slog.New(slog.DiscardHandler), demo: true}
		return a.livePast(ctx, 1, &terminal{out: out, errs: io.Discard, speech: messages.In("en")})
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if err := live(ctx, cutOff{cancel}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if there, err := os.ReadDir(place); len(there) > 0 {
		t.Fatalf("there is a store: %v %v", there, err)
	}
	if err := live(t.Context(), io.Discard); err != nil {
		t.Fatal(err)
	}
	if out, ok := command(t, "ledger", "verify", "--dir", place); !ok {
		t.Error(out)
	}
	var said bytes.Buffer
	if err := live(t.Context(), &said); err != nil || !strings.Contains(said.String(), "no past is simulated") {
		t.Errorf("%v %s", err, said.String())
	}
	if left, _ := filepath.Glob(place + ".*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
