package dashboard_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/probes"
)

// Every name that can reach the wall has a word in both languages.
func TestClosedSetsHaveWords(t *testing.T) {
	var keys []string
	add := func(prefix, name string) { keys = append(keys, prefix+"."+name) }
	for _, r := range probes.Reasons() {
		add("reason", r.String())
	}
	for s := compliance.StatusUnknown; s <= compliance.StatusDown; s++ {
		add("status", s.String())
	}
	if top := compliance.StatusDown; (top + 1).String() != top.String() {
		t.Errorf("there is a status after %s: add it to this test", top)
	}
	for v := compliance.Unproven; v <= compliance.NoOccasion; v++ {
		add("verdict", v.String())
	}
	if top := compliance.NoOccasion; (top + 1).String() != top.String() {
		t.Errorf("there is a verdict after %s: add it to this test", top)
	}
	for _, k := range []compliance.EventKind{
		compliance.OutageOpened, compliance.OutageClosed, compliance.RecoveryStarted, compliance.RecoveryBroken,
		compliance.Blip, compliance.SlowStarted, compliance.SlowEnded, compliance.MinorityStarted,
		compliance.MinorityEnded, compliance.StatusChanged,
	} {
		add("event", string(k))
	}
	for _, r := range probes.Reasons() {
		add("cause", causeName(compliance.CauseOf(r)))
	}
	for _, cell := range "ufdx-" {
		add("cell", string(cell))
	}

	c, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range c.Languages() {
		for _, key := range keys {
			if !c.Has(lang, key) {
				t.Errorf("%s has no word for %s", lang, key)
			}
		}
	}
	for _, lang := range c.Languages() {
		for _, key := range c.Keys(lang) {
			if strings.HasPrefix(key, "reason.") && !slices.Contains(keys, key) {
				t.Errorf("%s has a word for %s, which is no reason", lang, key)
			}
		}
	}
}

func causeName(c compliance.Cause) string {
	if c == compliance.CauseUnclear {
		return "unclear"
	}
	return fmt.Sprint(c)
}
