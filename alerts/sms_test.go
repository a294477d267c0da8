package alerts

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/korean"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
)

func TestEucLen(t *testing.T) {
	for text, want := range map[string]int{"": 0, "abc": 3, "중단": 4, "■": 2, "·": 2, "…": 2, "뷁": 2, "✓": 2, "a\xff": 3} {
		if got := eucLen(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestEveryAlertFitsAShortMessage(t *testing.T) {
	long := homepage()
	long.ID = strings.Repeat("long-name-", 6)
	long.Name = compliance.Name{KO: strings.Repeat("전문인력통합조회시스템", 5), EN: strings.Repeat("Licensed professionals ", 5)}
	c := content()
	c.Site = func(id string) (compliance.Site, bool) { return long, true }
	for _, site := range []compliance.Site{homepage(), long} {
		con := content()
		if site.ID == long.ID {
			con = c
		}
		for _, lang := range messages.Languages() {
			tm, err := con.Template(lang, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, rule := range compliance.AlertRules() {
				for _, n := range []int{1, 2, 120} {
					for _, ended := range []bool{false, true} {
						a := Sample(rule, site, evening())
						if ended {
							a.End = evening()
						}
						data := con.data(tm, "sms", slices.Repeat([]compliance.Alert{a}, n), evening())
						sms, err := tm.ExecuteTextString(`{{ template "charterwatch.sms" . }}`, data)
						if err != nil {
							t.Fatal(err)
						}
						if eucLen(sms) > smsBytes || !strings.HasPrefix(sms, "[") || strings.ContainsAny(sms, "\r\n") {
							t.Errorf("%s of %d %s: %d bytes: %s", lang, n, rule, eucLen(sms), sms)
						}
						lms, err := tm.ExecuteTextString(`{{ template "charterwatch.lms" . }}`, data)
						if err != nil || eucLen(lms) > 2000 {
							t.Errorf("%s of %s: an LMS of %d bytes (%v)", lang, rule, eucLen(lms), err)
						}
						for _, s := range []string{sms, lms} {
							if _, err := korean.EUCKR.NewEncoder().String(s); err != nil {
								t.Errorf("%s: a character is not in EUC-KR: %s", rule, s)
							}
						}
					}
				}
			}
		}
	}
}
