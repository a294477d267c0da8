package config

import (
	"strings"
	"testing"
	"time"
)

func TestEvidence(t *testing.T) {
	_, l, err := load(good, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := l.File.Evidence
	if e.Key != "/var/lib/charterwatch/ledger.key" || e.Checkpoints != "/var/lib/charterwatch/checkpoints" || len(e.Send) != 1 || e.Send[0].File != "kept.txt" {
		t.Errorf("%+v", e)
	}
	if o := l.File.FirstOrigin(); !strings.HasSuffix(o, "/charterwatch") {
		t.Errorf("origin %q", o)
	}
	text := strings.Replace(good, "evidence: {", "evidence: {key: k, checkpoints: c, origin: a.example/x, checkpoint_every: 5m, ", 1)
	if _, l, err = load(text, nil); err != nil {
		t.Fatal(err)
	}
	if e = l.File.Evidence; e.Key != "k" || e.Checkpoints != "c" || time.Duration(e.CheckpointEvery) != 5*time.Minute || l.File.FirstOrigin() != "a.example/x" {
		t.Errorf("%+v", e)
	}
	_, l, err = load(good+"\nweb: {external_url: \"https://watch.example.or.kr/x\"}\n", nil)
	if err != nil || l.File.FirstOrigin() != "watch.example.or.kr/charterwatch" {
		t.Errorf("%v %v", l, err)
	}
	_, l, err = load(strings.Replace(good, "evidence: {", "evidence: {} #", 1), nil)
	if err != nil || len(l.Warnings) == 0 || !strings.Contains(l.Warnings.Error(), "evidence: nobody else keeps") {
		t.Errorf("%v", err)
	}
}

func TestEvidenceProblemsAreTold(t *testing.T) {
	for _, c := range []struct{ to, want string }{
		{"origin: a b, send_checkpoints_to: [", `evidence.origin: "a b" cannot name`},
		{"origin: a/2, send_checkpoints_to: [", `evidence.origin: "a/2" cannot name`},
		{"timestamp: \"ftp://canary\", send_checkpoints_to: [", `evidence.timestamp: is not an address`},
		{"checkpoint_every: 1ms, send_checkpoints_to: [", `evidence.checkpoint_every: `},
		{"send_checkpoints_to: [{webhook: \"https://b\", ", `evidence.send_checkpoints_to[0]: a recipient needs exactly one`},
		{"send_checkpoints_to: [{}, ", `evidence.send_checkpoints_to[0]: a recipient needs exactly one`},
		{"send_checkpoints_to: [{webhook: \"ftp://user:canary@b\"}, ", `evidence.send_checkpoints_to[0].webhook: is not an address`},
	} {
		_, _, err := load(strings.Replace(good, "send_checkpoints_to: [{", c.to+map[bool]string{true: "{"}[strings.HasSuffix(c.to, "[") || strings.HasSuffix(c.to, "}, ")], 1), nil)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", c.to, err)
		}
	}
}
