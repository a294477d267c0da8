package dashboard_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/dashboard"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/scanners"
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
	for _, k := range eventKinds(t) {
		add("event", k)
	}
	for _, r := range compliance.RefusalRules() {
		add("statement.refused", r)
	}
	for _, st := range []compliance.ReportState{compliance.ReportDraft, compliance.ReportInReview, compliance.ReportAllSigned, compliance.ReportUnsigned} {
		add("report_state", string(st))
	}
	for _, r := range compliance.CaseProblemRules() {
		add("case_problem", r)
	}
	for _, no := range []dashboard.NoExport{dashboard.NothingSigned, dashboard.NoSuchOutage, dashboard.NoSuchReport, dashboard.NoSuchClause} {
		add("statement.error", string(no))
	}
	for _, kind := range []string{"full_not_permitted", "export_busy", "export_long", "personal"} { // of exports
		add("statement.error", kind)
	}
	for _, g := range compliance.AppealGrounds() {
		add("ground", string(g))
	}
	for _, r := range compliance.AlertRules() {
		for _, prefix := range []string{"alert_title", "alert_means", "alert_first"} {
			add(prefix, string(r))
		}
	}
	for _, s := range compliance.Severities() {
		add("alert_severity", string(s))
	}
	for _, p := range notice.Problems() {
		add("problem", string(p))
	}
	for p := compliance.Unannounced; p <= compliance.Overrun; p++ {
		add("part", p.String())
		if p != compliance.Unannounced { // that is just down
			add("status", p.String())
		}
	}
	if top := compliance.Overrun; (top + 1).String() != top.String() {
		t.Errorf("there is a part after %s: add it to this test", top)
	}
	sets := map[string][]string{
		"clause": {
			string(compliance.ClauseMaintenance), string(compliance.ClauseAnnouncement), string(compliance.ClauseRestoration),
			string(compliance.ClauseAvailability), string(compliance.ClauseWatch),
		},
		"clock": {string(compliance.ClockPosting), string(compliance.ClockAnnouncement), string(compliance.ClockRestoration), string(compliance.ClockWindow)},
		"board": {
			string(scanners.BoardOK), string(scanners.BoardUnreachable), string(scanners.BoardRefused), string(scanners.BoardErrorPage), string(scanners.BoardLayout),
			string(scanners.BoardMalformed), string(scanners.BoardTooLarge), string(scanners.BoardEndless), string(scanners.BoardForeign),
			string(scanners.BoardUplinkDown), string(scanners.BoardInternal),
		},
		"planstate":       {string(notice.Planned), string(notice.Rescheduled), string(notice.Extended), string(notice.Cancelled), string(notice.Completed)},
		"plantype":        {string(notice.Regular), string(notice.Emergency), "untyped"},
		"noticekind":      {string(notice.Maintenance), string(notice.Outage), string(notice.Recovery), string(notice.Other)},
		"ruled":           {string(compliance.RuledRight), string(compliance.RuledCorrect), string(compliance.RuledOut)},
		"said":            {"ruling", "work", "withdrawal", "announcement", "appeal", "judgement", "acknowledgement", "silence", "drill", "taking", "hand_over", "cover", "attestation", "month_record", "report"},
		"receipts.status": {string(compliance.Delivered), string(compliance.Failing), string(compliance.Failed)},
		"differ":          {notice.DifferMissing, notice.DifferExtra, notice.DifferStart, notice.DifferEnd, notice.DifferKind},
		"why": {
			"in_time", "late", "straddles", "review", "not_posted_yet", "not_posted", "unannounced", "unannounced_untyped",
			"not_announced_yet", "not_announced", "not_restored_yet", "too_long",
			"before_roster", "not_taken_yet", "not_taken", "taken_late", "not_handed_over_yet", "not_handed_over", "handed_over_late", "taken_and_handed_over",
		},
	}
	for prefix, names := range sets {
		for _, n := range names {
			add(prefix, n)
		}
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
			for _, closed := range []string{"reason.", "problem.", "statement.refused.", "ground.", "differ.", "why."} {
				if strings.HasPrefix(key, closed) && !slices.Contains(keys, key) {
					t.Errorf("%s has a word for %s, which is never said", lang, key)
				}
			}
		}
	}
}

// eventKinds are those that the source names: the set is closed, but nowhere listed.
func eventKinds(t *testing.T) (kinds []string) {
	t.Helper()
	b, err := os.ReadFile("../compliance/change.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`EventKind = "(\w+)"`).FindAllStringSubmatch(string(b), -1) {
		kinds = append(kinds, m[1])
	}
	if len(kinds) < 20 {
		t.Fatalf("only %v found: is the search blind?", kinds)
	}
	return kinds
}

func causeName(c compliance.Cause) string {
	if c == compliance.CauseUnclear {
		return "unclear"
	}
	return fmt.Sprint(c)
}
