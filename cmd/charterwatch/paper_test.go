package main

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/internal/accounts"
)

// TestPaperInABrowser goes through a month's paper as its people would: cases, an attestation and
// an officer's record are put on record, the scorecard is read, a report is made, handed in and
// signed, and evidence is looked up and exported. dashboard/web/dev/records.js does the looking.
func TestPaperInABrowser(t *testing.T) {
	b := newWalker(t)
	l := livePastOnce(t)
	c := serveChild(t, l.config)
	reported, err := time.Parse("2006-01", l.month)
	if err != nil {
		t.Fatal(err)
	}
	ended := c.outages("from=" + reported.Format(time.RFC3339) + "&to=" + reported.AddDate(0, 1, 0).Format(time.RFC3339))
	if len(ended) == 0 {
		t.Fatal("the past has no outage to look up")
	}
	exported := filepath.Join(t.TempDir(), "exported.zip")
	b.walk("records.js", c.base, map[string]string{
		"operator": c.holder(accounts.RoleOperator), "executive": c.holder(accounts.RoleExecutive),
		"month": reported.AddDate(0, 1, 0).Format("2006-01"), "evidence": ended[0].ID, "exported": exported,
	}, func(what string) { t.Errorf("it asks for %q", what) })
	says(t, true, "those that were sealed", "verify", "--keys", filepath.Join(l.dir, "store", "ledger.pub"), exported)
	c.stop()
}
