package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/probes"
)

// cases are a month's cases as the organisation's register has them: put on record every week,
// and once more on the second day of the month after. A few miss their term.
func (m month) cases(by accounts.Actor, next calendar.Date) {
	kinds := []compliance.CaseKind{compliance.CaseOnline, compliance.CasePhone, compliance.CaseWritten, compliance.CaseFeedback, compliance.CaseRemote, compliance.CaseOnline, compliance.CaseGuarantee}
	var all []compliance.Case
	var calls []compliance.CallTally
	n := 0
	for day := m.begins; day.Before(next); day = day.AddDays(1) {
		if w := day.Weekday(); w == time.Saturday || w == time.Sunday {
			continue
		}
		calls = append(calls, compliance.CallTally{Day: day, Calls: 80 + n%17, InTime: 78 + n%15})
		for range 2 {
			kind := kinds[n%len(kinds)]
			received := day.Start(m.zone).Add(9*time.Hour + time.Duration(n%7)*time.Hour)
			c := compliance.Case{Ref: fmt.Sprintf("%s-%04d", m.begins.String()[:7], n+1), Kind: kind, Received: received, Wanted: "email", By: "email",
				Forwarded: received.Add(20 * time.Minute), Called: received.Add(15 * time.Minute), Answered: received.Add(5 * time.Hour), Closed: received.Add(26 * time.Hour),
				Confirmed: received.Add(30 * time.Hour), Resolved: true}
			if n%23 == 11 { // it takes longer, and the customer is told so
				c.Difficult, c.DelayTold, c.DelayTo, c.Answered, c.Closed, c.Confirmed = true, received.Add(4*time.Hour), received.Add(96*time.Hour), received.Add(90*time.Hour), received.Add(94*time.Hour), received.Add(98*time.Hour)
			}
			if n%31 == 5 { // forgotten over the week
				c.Answered, c.Closed, c.Confirmed = received.Add(8*24*time.Hour), received.Add(8*24*time.Hour), time.Time{}
			}
			all = append(all, c)
			n++
		}
	}
	for at := m.begins.AddDays(7); at.Before(next.AddDays(15)); at = at.AddDays(7) {
		m.register(by, all, calls, at, next)
	}
	m.register(by, all, calls, next.AddDays(1), next)
}

// register puts on record what is known of the cases by then.
func (m month) register(by accounts.Actor, all []compliance.Case, calls []compliance.CallTally, at, next calendar.Date) {
	then := at.Start(m.zone).Add(8 * time.Hour)
	i := compliance.CaseImport{At: then.UTC(), By: by, Source: "file"}
	known := func(t time.Time) time.Time {
		if t.After(then) {
			return time.Time{}
		}
		return t
	}
	for _, c := range all {
		if c.Received.After(then) {
			continue
		}
		c.Forwarded, c.Called, c.Answered, c.Closed = known(c.Forwarded), known(c.Called), known(c.Answered), known(c.Closed)
		c.Confirmed, c.DelayTold = known(c.Confirmed), known(c.DelayTold)
		if c.Answered.IsZero() {
			c.By, c.Resolved = "", false
		}
		i.Cases = append(i.Cases, c)
	}
	for _, t := range calls {
		if t.Day.Before(at) {
			i.Tallies = append(i.Tallies, t)
		}
	}
	until := at.AddDays(-1)
	if !until.Before(next) {
		until = next.AddDays(-1)
	}
	from := m.begins
	if from == calendar.DateOf(m.story.begins, m.zone) {
		from = from.AddMonths(-4) // the register is older than the monitor, and says so
	}
	for _, k := range append(compliance.CaseKinds(), compliance.CaseCalls) {
		i.Spans = append(i.Spans, compliance.CaseSpan{Kind: k, From: from, Until: until})
	}
	m.imports = append(m.imports, i)
}

// attest puts the year's attestations on record, once: some in date, one about to expire. The
// others are missing, as they often are.
func (m month) attest(by accounts.Actor) {
	first := calendar.DateOf(m.story.begins, m.zone)
	if m.begins != first {
		return
	}
	digest := func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }
	for i, x := range []struct {
		clause compliance.Clause
		what   string
		months int
	}{
		{"security-consulting", "정보보호 컨설팅(모의)", 12}, {"privacy-policy", "개인정보 처리방침 연간 점검(모의)", 12}, {"privacy-law", "개인정보 보호법 준수 점검(모의)", 12},
		{"confidentiality", "민원 비밀보장 교육(모의)", 12}, {"visitors", "안내도우미 배치 확인(모의)", 6}, {"information-disclosure", "정보공개제도 운영 점검(모의)", 12},
		{"satisfaction-survey", "고객만족도 조사(모의)", 4}, {"accessibility", "웹 접근성 품질인증(모의)", 4},
	} {
		from := first.AddDays(-20 + i)
		a := compliance.Attestation{Clause: x.clause, What: x.what, Signer: "담당 부서장(모의)", Signed: from, From: from, Until: from.AddMonths(x.months),
			Proof: compliance.Proof{Name: fmt.Sprintf("proof-%s.pdf", x.clause), SHA256: digest(x.what), Size: 120_000}}
		m.say(m.at(1, 10, i), by, compliance.Statement{Why: "연간 점검 결과(모의)", Attestation: &a})
	}
}

// outageAt is the id of the outage of a whole site that begins at a moment: with the first slot
// of its front page's check.
func outageAt(site string, from time.Time) string {
	slot := probes.SlotsOf(site+"/front", pastInterval).Ceil(from)
	return site + "@" + slot.UTC().Format("20060102T150405.000Z")
}
