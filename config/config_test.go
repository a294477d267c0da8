package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/probes"
)

const good = `alerting: {alertmanager: {external: ["http://127.0.0.1:9093"]}}
evidence: {send_checkpoints_to: [{file: kept.txt}]}
organisation: {name: {ko: 데모협회, en: Demo}}
uplink: {canaries: [tcp://127.0.0.1:9]}
sites:
  - id: homepage
    name: {ko: 홈페이지}
    url: https://www.example.or.kr/
    checks:
      - {id: front, kind: http, interval: 30s, expect: {status: [200, 3xx], body_contains: 금융}}
      - {id: cert, kind: tls, interval: 1h, expect: {expires_after: 21d}}
      - {id: batch, kind: push, interval: 24h, critical: false}
`

func env(vars map[string]string) func(string) (string, bool) {
	return func(k string) (string, bool) { v, ok := vars[k]; return v, ok }
}

// today lies well before the table of holidays ends.
func today() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) }

// load parses and builds.
func load(text string, vars map[string]string) (Built, *Loaded, error) {
	l, err := Parse("f.yaml", []byte(text), Options{Getenv: env(vars), Now: today})
	if err != nil {
		return Built{}, nil, err
	}
	b, err := l.Build(Deps{Shared: probes.NewShared(probes.SharedConfig{}), Heartbeats: probes.NewHeartbeats(time.Unix(0, 0))})
	return b, l, err
}

func TestGoodFile(t *testing.T) {
	b, l, err := load(good, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Plan.Sites) != 1 || len(b.Plan.Watches) != 3 || l.Zone.String() != "Asia/Seoul" {
		t.Fatalf("%+v in %v", b.Plan, l.Zone)
	}
	front := b.Plan.Sites[0].Checks[0]
	if front.ID != "homepage/front" || front.Interval != 30*time.Second || front.Timeout != 10*time.Second || !front.Critical {
		t.Errorf("%+v", front)
	}
	if front.Target != "https://www.example.or.kr/" || b.Plan.Sites[0].Checks[1].Target != "www.example.or.kr:443" {
		t.Errorf("targets %q %q", front.Target, b.Plan.Sites[0].Checks[1].Target)
	}
	if b.Plan.Sites[0].Checks[2].Critical {
		t.Error("a check that says critical: false is critical")
	}
	if front.Policy.RecoverHold != 30*time.Minute {
		t.Errorf("policy %+v", front.Policy)
	}
}

func TestEveryMistakeIsToldWithItsPlaceAndRemedy(t *testing.T) {
	cases := []struct{ name, from, to, want string }{
		{"unknown key", "interval: 30s", "intervall: 30s", `f.yaml:10:33: sites[0].checks[0].intervall: is not a key that is known here; try "interval"`},
		{"wrong type", "interval: 30s", "interval: [30s]", `f.yaml:10:43: sites[0].checks[0].interval: is a list, not a single value; try one value`},
		{"not a duration", "interval: 30s", "interval: soon", `sites[0].checks[0].interval: "soon" is not a duration; try "30s"`},
		{"impossible duration", "interval: 30s", "interval: 10ms", `sites[0].checks[0].interval: 10ms is out of range; try from 1s to`},
		{"timeout over interval", "interval: 30s", "interval: 30s, timeout: 40s", `sites[0].checks[0].timeout: 40s does not fit into the interval of 30s; try less than 30s`},
		{"duplicate id", "id: cert", "id: front", `sites[0].checks[1].id: "front" is taken already, on line 10; try another id`},
		{"duplicate key", "id: homepage\n", "id: homepage\n    id: other\n", `sites[0].id: is given twice`},
		{"unknown kind", "kind: tls", "kind: tsl", `sites[0].checks[1].kind: "tsl" is not a kind of check; try one of http`},
		{"a key of another kind", "kind: tls, interval: 1h,", "kind: tls, interval: 1h, method: GET,", `sites[0].checks[1].method: is not a key that is known here`},
		{"bad pattern", "body_contains: 금융", "body_matches: ['(']", `sites[0].checks[0].expect.body_matches[0]: "(" does not compile`},
		{"bad status", "status: [200, 3xx]", "status: [200, 9xx]", `sites[0].checks[0].expect.status[1]`},
		{"missing", "    url: https://www.example.or.kr/\n", "", `sites[0].url: is missing; try "url: ...": The address customers know`},
		{"relative url", "https://www.example.or.kr/", "www.example.or.kr", `sites[0].url: is not an absolute http or https address; try https://`},
		{"clear secret", "interval: 30s", "interval: 30s, bearer: CANARY-1", `sites[0].checks[0].bearer: holds a credential in the clear; try ${env:NAME}`},
		{"unset variable", "interval: 30s", "interval: 30s, bearer: '${env:NOPE}'", `the environment has no NOPE`},
		{"bad canary", "tcp://127.0.0.1:9", "http://127.0.0.1", `uplink.canaries[0]: "http://127.0.0.1" is not a canary's address; try tcp://`},
		{"not YAML", "sites:", "sites: [", `f.yaml:`},
		{"zone", "organisation: {", "organisation: {timezone: Asia/Soul, ", `organisation.timezone: "Asia/Soul" is not a time zone`},
		{"hours", "    checks:", "    service_hours: [{close: '25:00-01:00', notice: https://x/}]\n    checks:", `sites[0].service_hours[0].close: "25:00-01:00" is not a span`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(good, c.from, c.to, 1)
			if text == good {
				t.Fatal("the case changes nothing")
			}
			_, _, err := load(text, nil)
			if err == nil {
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got  %s\nwant %s", err, c.want)
			}
			if strings.Contains(err.Error(), "CANARY") {
				t.Fatal("a secret was printed")
			}
			var ps Problems
			if !errors.As(err, &ps) || ps[0].Line == 0 {
				t.Fatalf("without a place: %v", err)
			}
		})
	}
}

func TestAllMistakesAreCollected(t *testing.T) {
	text := strings.NewReplacer("interval: 30s", "interval: never", "kind: tls", "kind: tsl", "id: homepage", "id: Home Page").Replace(good)
	_, _, err := load(text, nil)
	var ps Problems
	if !errors.As(err, &ps) || len(ps) != 3 {
		t.Fatalf("%v", err)
	}
	for i := 1; i < len(ps); i++ {
		if ps[i].Line < ps[i-1].Line {
			t.Fatal("not in the file's order")
		}
	}
}

func TestReferencesAreResolvedAndHidden(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "token")
	if err := os.WriteFile(file, []byte("CANARY-2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(good, "interval: 30s", "interval: 30s, bearer: '${file:"+file+"}', headers: {X-Key: '${env:KEY}'}", 1)
	b, l, err := load(text, map[string]string{"KEY": "CANARY-1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{fmt.Sprintf("%+v", l.File), fmt.Sprintf("%#v", l.File), fmt.Sprintf("%+v", b.Plan)} {
		if strings.Contains(s, "CANARY") {
			t.Fatalf("printed: %s", s)
		}
	}
	if k := l.File.Sites[0].Checks[0].kind.(*HTTPCheck); string(k.Bearer) != "CANARY-2" || string(k.Headers["X-Key"]) != "CANARY-1" {
		t.Fatal("not resolved")
	}
}

func TestFingerprintFollowsTheSettings(t *testing.T) {
	print := func(text string, vars map[string]string) []string {
		b, _, err := load(text, vars)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, w := range b.Plan.Watches {
			out = append(out, w.Fingerprint)
		}
		return out
	}
	secret := strings.Replace(good, "interval: 30s", "interval: 30s, bearer: '${env:KEY}'", 1)
	a, same, other := print(secret, map[string]string{"KEY": "1"}), print(secret, map[string]string{"KEY": "1"}), print(secret, map[string]string{"KEY": "2"})
	if a[0] != same[0] || a[0] == other[0] || a[1] != other[1] {
		t.Fatalf("%v %v %v", a, same, other)
	}
}

func TestDurations(t *testing.T) {
	for in, want := range map[string]time.Duration{"21d": 21 * 24 * time.Hour, "1d12h": 36 * time.Hour, "0.5d": 12 * time.Hour, "90s": 90 * time.Second} {
		if got, err := ParseDuration(in); err != nil || got != want {
			t.Errorf("%s: %v %v", in, got, err)
		}
	}
	for _, in := range []string{"", "d", "5", "-", "99999999d"} {
		if _, err := ParseDuration(in); err == nil {
			t.Errorf("%q accepted", in)
		}
	}
	if got, err := ParseRetention("26 months"); err != nil || got != 26*31*24*time.Hour {
		t.Errorf("%v %v", got, err)
	}
}

// FuzzParse: whatever the file says, Parse answers with problems and does not panic.
func FuzzParse(f *testing.F) {
	f.Add(good)
	f.Add("a: &a [*a]")
	f.Add("sites: [{checks: [{kind: http, expect: {headers: [1]}}]}]")
	f.Add("organisation: *x")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := Parse("f.yaml", []byte(text), Options{Getenv: env(nil)})
		if err == nil {
			_, _ = l.Build(Deps{Heartbeats: probes.NewHeartbeats(time.Unix(0, 0))})
		}
	})
}
