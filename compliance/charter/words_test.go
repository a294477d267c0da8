package charter

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
)

func list[S ~string](names []S) []string { return messages.List(names) }

// TestEveryNameHasWords: in both languages, and of the reasons with exactly their figures.
func TestEveryNameHasWords(t *testing.T) {
	c, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	sets := map[string][]string{
		"report.why": Whys(), "report.method": list(Methods()), "report.basis": list(Bases()), "report.change": list(ChangeKinds()), "report.milestone": list(Milestones()),
		"report.occasion":  append(OccasionWhys(), engineWhys...),
		"report.case_kind": append(list(compliance.CaseKinds()), string(compliance.CaseCalls)),
	}
	for v := compliance.Unproven; v <= compliance.NoOccasion; v++ {
		sets["report.verdict"] = append(sets["report.verdict"], v.String())
	}
	hole := regexp.MustCompile(`\{(\w+)\}`)
	for set, names := range sets {
		for _, lang := range c.Languages() {
			for _, name := range names {
				key := set + "." + name
				if !c.Has(lang, key) {
					t.Errorf("%s has no text for %s", lang, key)
					continue
				}
				var want, got []string
				if set == "report.why" {
					args := Why{Rule: name}.Args()
					for i := 0; i < len(args); i += 2 {
						want = append(want, args[i].(string))
					}
				}
				for _, m := range hole.FindAllStringSubmatch(c.Text(lang, key, nil), -1) {
					got = append(got, m[1])
				}
				slices.Sort(want)
				slices.Sort(got)
				if !slices.Equal(want, got) {
					t.Errorf("%s %s has the placeholders %v, want %v", lang, key, got, want)
				}
			}
		}
	}
	// And no text is left that nothing says.
	for _, key := range c.Keys("ko") {
		for set, names := range sets {
			if rest, ok := strings.CutPrefix(key, set+"."); ok && !slices.Contains(names, rest) && rest != "before_roster" {
				t.Errorf("nothing says %s", key)
			}
		}
	}
}

// TestWordsClaimNoMoreThanWasSeen: what a verdict may never say.
func TestWordsClaimNoMoreThanWasSeen(t *testing.T) {
	c, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	never := regexp.MustCompile(`(?i)100 ?%|no leaks|compliant|lawful|유출 없음|사고 없음|적법|위법|완벽`)
	for _, lang := range c.Languages() {
		for _, key := range c.Keys(lang) {
			if strings.HasPrefix(key, "report.") && never.MatchString(c.Text(lang, key, nil)) {
				t.Errorf("%s %s: %s", lang, key, c.Text(lang, key, nil))
			}
		}
	}
}
