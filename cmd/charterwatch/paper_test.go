package main

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/dashboard"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

// TestPaperInABrowser goes through a month's paper as its people would: cases, an attestation and
// an officer's record are put on record, the scorecard is read, a report is made, handed in and
// signed, and evidence is looked up. dashboard/web/dev/records.js does the looking.
func TestPaperInABrowser(t *testing.T) {
	b := newWalker(t)
	l := livePastOnce(t)
	c := serveChild(t, l.config)
	token := c.shownToken()
	holder := func(role accounts.Role) string {
		var issued dashboard.IssuedToken
		status, body := c.say("/api/v1/tokens", token, dashboard.TokenOrder{Name: role.String(), Role: role})
		if err := json.Unmarshal(body, &issued); status != http.StatusOK || err != nil {
			t.Fatalf("%d %v %s", status, err, body)
		}
		return issued.Secret
	}
	reported, err := time.Parse("2006-01", l.month)
	if err != nil {
		t.Fatal(err)
	}
	ended := c.outages("from=" + reported.Format(time.RFC3339) + "&to=" + reported.AddDate(0, 1, 0).Format(time.RFC3339))
	if len(ended) == 0 {
		t.Fatal("the past has no outage to look up")
	}
	b.walk("records.js", c.base, map[string]string{
		"operator": holder(accounts.RoleOperator), "executive": holder(accounts.RoleExecutive),
		"month": reported.AddDate(0, 1, 0).Format("2006-01"), "evidence": ended[0].ID,
	}, func(what string) { t.Errorf("it asks for %q", what) })
	c.stop()
}
