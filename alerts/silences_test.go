package alerts

import (
	"testing"
	"time"

	"github.com/prometheus/alertmanager/silence/silencepb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// What the dashboard says a silence mutes is what Alertmanager mutes: all matchers fit, an
// absent label is an empty one, and expressions match the whole.
func TestASilenceMutesWhatAllItsMatchersFit(t *testing.T) {
	now := time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)
	m := func(kind silencepb.Matcher_Type, name, pattern string) *silencepb.Matcher {
		return &silencepb.Matcher{Type: kind, Name: name, Pattern: pattern}
	}
	labels := map[string]string{"alertname": "SiteDown", "site": "homepage", "severity": "critical"}
	for name, c := range map[string]struct {
		matchers []*silencepb.Matcher
		starts   time.Duration
		want     bool
	}{
		"equal":                      {[]*silencepb.Matcher{m(silencepb.Matcher_EQUAL, "site", "homepage")}, -time.Hour, true},
		"one does not fit":           {[]*silencepb.Matcher{m(silencepb.Matcher_EQUAL, "site", "homepage"), m(silencepb.Matcher_EQUAL, "severity", "info")}, -time.Hour, false},
		"a whole expression":         {[]*silencepb.Matcher{m(silencepb.Matcher_REGEXP, "alertname", "Site.*")}, -time.Hour, true},
		"a part of it":               {[]*silencepb.Matcher{m(silencepb.Matcher_REGEXP, "alertname", "Site")}, -time.Hour, false},
		"not":                        {[]*silencepb.Matcher{m(silencepb.Matcher_NOT_EQUAL, "drill", "true")}, -time.Hour, true},
		"not an expression":          {[]*silencepb.Matcher{m(silencepb.Matcher_NOT_REGEXP, "site", "home.*")}, -time.Hour, false},
		"nothing":                    {nil, -time.Hour, false},
		"it has not begun":           {[]*silencepb.Matcher{m(silencepb.Matcher_EQUAL, "site", "homepage")}, time.Minute, false},
		"it is over":                 {[]*silencepb.Matcher{m(silencepb.Matcher_EQUAL, "site", "homepage")}, -3 * time.Hour, false},
		"an expression that is none": {[]*silencepb.Matcher{m(silencepb.Matcher_EQUAL, "site", "homepage"), m(silencepb.Matcher_REGEXP, "site", "(")}, -time.Hour, false},
	} {
		x := &silencepb.Silence{Id: "s", StartsAt: timestamppb.New(now.Add(c.starts)), EndsAt: timestamppb.New(now.Add(c.starts + 2*time.Hour))}
		if c.matchers != nil {
			x.MatcherSets = []*silencepb.MatcherSet{{Matchers: c.matchers}}
		}
		if got := silencedOf(x, now).Mutes(labels); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
