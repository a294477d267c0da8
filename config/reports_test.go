package config

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/reports"
)

const withMail = "mail: {server: \"mail.example.or.kr:587\", from: watch@example.or.kr}\n"

// unsent is the good file without recipients of checkpoints, so that a test can name its own.
func unsent() string {
	lines := strings.SplitAfter(good, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "evidence:") }), "")
}

func TestReports(t *testing.T) {
	b, _, err := build(t, "f.yaml", good)
	if err != nil || b.Mail != nil || b.Reports.MakeAt != 9*time.Hour || !slices.Equal(b.Reports.Roles, []string{"drafter", "reviewer", "approver"}) {
		t.Errorf("not given: %+v %v", b.Reports, err)
	}
	b, _, err = build(t, "f.yaml", unsent()+withMail+`
reports: {monthly: {make_at: "10:30", sign: [drafter, approver], deadline_business_days: 3, send_to: [ceo@example.or.kr], publish_to: [all@example.or.kr]}}
evidence: {send_checkpoints_to: [{mail: auditor@example.org}]}
`)
	want := reports.Terms{MakeAt: 10*time.Hour + 30*time.Minute, Deadline: 3, Roles: []string{"drafter", "approver"}, Readers: []string{"ceo@example.or.kr"}, Staff: []string{"all@example.or.kr"}}
	if err != nil || b.Mail == nil || b.Reports.MakeAt != want.MakeAt || b.Reports.Deadline != 3 || !slices.Equal(b.Reports.Roles, want.Roles) || !slices.Equal(b.Reports.Readers, want.Readers) || !slices.Equal(b.Reports.Staff, want.Staff) {
		t.Errorf("given: %+v %v", b.Reports, err)
	}
}

func TestMistakesInReports(t *testing.T) {
	for text, want := range map[string]string{
		"reports: {monthly: {sign: [reviewer, drafter]}}":                       `reports.monthly.sign[1]: "drafter" cannot sign here; try some of drafter, reviewer, approver, in this order, each once`,
		"reports: {monthly: {sign: [king]}}":                                    `reports.monthly.sign[0]: "king" cannot sign here`,
		"reports: {monthly: {make_at: nine}}":                                   `reports.monthly.make_at: "nine" is not a time of day`,
		"reports: {monthly: {deadline_business_days: 99}}":                      `reports.monthly.deadline_business_days: 99 is out of range; try from 1 to 20`,
		"reports: {monthly: {send_to: [ceo@x.kr]}}":                             `reports.monthly.send_to: there are readers, but no mail server`,
		withMail + "reports: {monthly: {send_to: [ceo]}}":                       `reports.monthly.send_to[0]: "ceo" is not a mail address`,
		"mail: {server: mail, from: watch@x.kr}":                                `mail: does not say how letters are sent`,
		"mail: {server: \"mail:25\", from: watch@x.kr, security: ssl}":          `mail.security: "ssl" is no way to protect a connection; try one of starttls, implicit, none`,
		"evidence: {send_checkpoints_to: [{mail: a@x.kr}]}":                     `evidence.send_checkpoints_to[0].mail: there are readers, but no mail server`,
		withMail + "evidence: {send_checkpoints_to: [{mail: a@x.kr, file: x}]}": `exactly one of file, webhook and mail`,
	} {
		_, _, err := build(t, "f.yaml", unsent()+text+"\n")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}
