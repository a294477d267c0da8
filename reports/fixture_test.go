package reports_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/probes"
	"github.com/charterwatch/charterwatch/reports"
	"github.com/charterwatch/charterwatch/scanners"
)

var seoul = time.FixedZone("KST", 9*60*60)

func kst(day, hour, minute int) time.Time {
	return time.Date(2026, 10, day, hour, minute, 0, 0, seoul)
}

// october is a month in the life of an association with some sites, judged by hand where no site's
// history is judged.
type october struct {
	sites int
	off   string // a site that was not watched for five days
}

func (m october) report(t testing.TB) reports.Report {
	t.Helper()
	period := compliance.Period{From: kst(1, 0, 0), To: kst(32, 0, 0)}
	r := reports.Report{
		ID: "2026-10", Organisation: compliance.Name{KO: "한국모의협회", EN: "Mock Association of Korea"}, Languages: []string{"ko", "en"},
		MadeAt: kst(33, 9, 0), Simulated: true, Charter: readCharter(t),
		Changes: []reports.RuleChange{{Clause: "availability", What: "terms", Before: "max_down 90m", After: "max_down 60m", Why: compliance.Name{KO: "이사회 의결", EN: "decided by the board"}}},
		Before:  &reports.Earlier{ID: "2026-09", Verdicts: map[compliance.Clause]compliance.Verdict{}, Figures: map[string]compliance.Ratio{}},
		Closing: reports.Closing{Checkpoint: "mock.example/log\n48213\nVfVzYzRPpPkjbOmRyq1UVJUrsxvdNcKMjDhiGeorEjM=\n\n— mock.example/log Az3grlrtkH9Iuc3pJyTiXBvKbXMnEBBqhm6CVCPR3OLEdYEvU36PnqqdUZZrYxmiKSIsCWHStcwPEJzxHBKHd5AVxA8=\n",
			Keys: []string{"mock.example/log+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"}, At: kst(32, 0, 5)},
		Decisions: []compliance.Name{{KO: "정기 점검 공지를 게시판 담당이 먼저 올리도록 절차를 바꿀지 정해 주십시오.", EN: "Whether the board's editor posts notices of regular maintenance first."}},
	}
	r.Evidence = charter.Evidence{
		Format: charter.EvidenceFormat, Month: "2026-10", Period: period, AsOf: kst(33, 8, 0), Zone: "Asia/Seoul", Vantages: []string{"seoul", "busan"}, Program: "v0.5.0", Holidays: "2026-06-01",
		House: []compliance.Statement{{ID: "s1", Site: compliance.MonitorScope, At: kst(7, 3, 0), By: accounts.Actor{ID: "op", Name: "운영1"}, Why: "배포", Silence: &compliance.Silence{ID: "x", Starts: kst(7, 3, 0), Ends: kst(7, 4, 0)}}, officer("security-incidents", 0), officer("privacy-leaks", 0), incident("SEC-2026-6", compliance.IncidentIntrusion, kst(10, 14, 5), kst(10, 18, 0)), incident("SEC-2026-7", compliance.IncidentLeak, kst(31, 20, 0), time.Time{}),
			{ID: "s9", Site: compliance.MonitorScope, At: kst(32, 7, 0), By: accounts.Actor{ID: "op", Name: "운영1"}, Incident: &compliance.Incident{Ref: "SEC-2026-8", Kind: compliance.IncidentLeak, Detected: kst(31, 23, 0)}},
			{ID: "s10", Site: compliance.MonitorScope, At: kst(34, 9, 0), By: accounts.Actor{ID: "op", Name: "운영1"}, Incident: &compliance.Incident{Ref: "SEC-LATER", Kind: compliance.IncidentIntrusion, Known: kst(30, 9, 0)}}},
		Attestations: attestations(), Cases: cases(), Pages: pages(),
	}
	r.Month = charter.Month{Format: charter.MonthFormat, Month: "2026-10", Period: period, AsOf: kst(33, 8, 0), Rules: "rules 1", Charter: strings.Repeat("ab", 32)}
	for i := range m.sites {
		e, s := m.site(i, period)
		r.Evidence.Sites = append(r.Evidence.Sites, e)
		r.Month.Sites = append(r.Month.Sites, s)
		f, _ := s.Figures.Charter()
		r.Before.Figures[e.ID] = f
	}
	judge(&r)
	return r
}

// incident is one on record; told is when its regulator was, if it was.
func incident(ref string, kind compliance.IncidentKind, known, told time.Time) compliance.Statement {
	x := compliance.Incident{Ref: ref, Kind: kind, Known: known}
	if !told.IsZero() {
		x.Reports = []compliance.IncidentReport{{Duty: string(kind) + "-authority", At: told, Proof: "접수 118-42"}}
	}
	return compliance.Statement{ID: "incident-" + ref, Site: compliance.MonitorScope, At: known.Add(time.Hour), By: accounts.Actor{ID: "cpo", Name: "개인정보 보호책임자"}, Incident: &x}
}

// duties are two regulators' rules.
func duties() []charter.ReportingDuty {
	name := func(ko, en string) compliance.Name { return compliance.Name{KO: ko, EN: en} }
	return []charter.ReportingDuty{
		{ID: "leak-authority", Of: compliance.IncidentLeak, To: name("모의 위원회에 신고", "report to the mock commission"), Within: 72 * time.Hour, From: calendar.NewDate(2023, 9, 15), Source: name("모의법 제1조", "Mock Act art. 1")},
		{ID: "intrusion-authority", Of: compliance.IncidentIntrusion, To: name("모의 진흥원에 신고", "report to the mock agency"), Within: 3 * time.Hour, From: calendar.NewDate(2024, 8, 14), Source: name("모의법 제2조", "Mock Act art. 2")},
	}
}

func readCharter(t testing.TB) charter.Charter {
	t.Helper()
	b, err := os.ReadFile("testdata/clauses.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		ID            compliance.Clause
		Words, KO, EN string
		By            []charter.Basis
	}
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	c := charter.Charter{Title: compliance.Name{KO: "고객만족헌장", EN: "Customer Charter"}, Source: charter.Source{Language: "ko", SHA256: strings.Repeat("cd", 32)}, Reporting: duties()}
	owners := []string{"정보시스템부", "고객지원부", "경영지원부"}
	for i, x := range list {
		k := charter.Clause{ID: x.ID, Title: compliance.Name{KO: x.KO, EN: x.EN}, Words: x.Words, Owner: owners[i%3], From: calendar.NewDate(2026, 1, 1),
			Promise: compliance.Name{KO: x.KO + " 약속이 이 달에 지켜졌는지 확인합니다.", EN: "Whether the promise about " + strings.ToLower(x.EN) + " was kept this month."}}
		v := charter.Version{From: k.From}
		for _, b := range x.By {
			v.Requires = append(v.Requires, charter.Requirement{Method: methodOf(x.ID, b), Basis: b})
		}
		k.Versions = []charter.Version{v}
		c.Clauses = append(c.Clauses, k)
	}
	return c
}

func methodOf(c compliance.Clause, b charter.Basis) charter.Method {
	if m, ok := map[compliance.Clause]charter.Method{
		"availability": charter.ServedDays, "inquiry-centre": charter.ServedDays, "maintenance-notice": charter.AnnouncedWork, "recovery-announcement": charter.AnnouncedRecovery, "recovery-time": charter.RestoredInTime,
		"information-freshness": charter.Fresh, "information-centre": charter.Fresh, "charter-published": charter.Wording, "satisfaction-survey": charter.Yearly, "phone-rings": charter.CallShare,
		"callback": charter.CaseShare, "remote-support": charter.CaseShare, "satisfaction-call": charter.CaseShare, "delay-notice": charter.ToldBefore, "reply-date": charter.ToldBefore,
		"suggestion-awards": charter.FollowedUp, "unkindness": charter.FollowedUp,
	}[c]; ok {
		return m
	}
	switch {
	case b == charter.ByAttestation:
		return charter.InDate
	case b == charter.ByProbe:
		return charter.Published
	case b == charter.BySelf && c == "standards-review":
		return charter.ReportPublished
	case c == "security-watch":
		return charter.Watched
	case b == charter.ByRecord && (c == "security-incidents" || c == "privacy-leaks"):
		return charter.NoneKnown
	case b == charter.ByRecord:
		return charter.EachCase
	default:
		return charter.NotObserved
	}
}

var siteNames = [][2]string{{"홈페이지", "Homepage"}, {"통합공시시스템", "Disclosure system"}, {"자본시장통계", "Capital-market statistics"}, {"법규정보시스템", "Regulations"}, {"전문인력조회", "Licensed professionals"}, {"광고심의 · 채용공고", "Advertising review and jobs"}, {"고객만족센터", "Customer centre"}, {"정보센터", "Information centre"}}

// site is a site with an outage, maintenance and gaps on days that its number says.
func (m october) site(i int, p compliance.Period) (charter.SiteEvidence, charter.SiteMonth) {
	id := fmt.Sprintf("site-%02d", i)
	n := siteNames[i%len(siteNames)]
	if i >= len(siteNames) {
		n = [2]string{fmt.Sprintf("%s %d", n[0], i/len(siteNames)+1), fmt.Sprintf("%s %d", n[1], i/len(siteNames)+1)}
	}
	h := compliance.SiteHistory{Site: id, Until: p.To, Record: compliance.Record{Site: id}}
	for c := range 5 {
		h.Lives = append(h.Lives, compliance.CheckLife{Check: fmt.Sprintf("%s/c%d", id, c), Site: id, Critical: c == 0, Vantages: []string{"seoul", "busan"}, Interval: time.Minute, From: p.From.AddDate(0, -2, 0)})
	}
	down := func(from time.Time, long time.Duration, why probes.Reason) {
		o := compliance.Outage{ID: id + "@" + from.Format("0102T1504"), Site: id, Start: from, ConfirmedAt: from.Add(time.Minute), End: from.Add(long), Reason: why, Cause: compliance.CauseOf(why)}
		h.Outages = append(h.Outages, o)
		o.Check = id + "/c0"
		h.Outages = append(h.Outages, o)
	}
	blind := func(from, to time.Time, why probes.Reason, vantages ...string) {
		for c := range 5 {
			for _, v := range vantages {
				h.Gaps = append(h.Gaps, compliance.Gap{Check: fmt.Sprintf("%s/c%d", id, c), Vantage: v, From: from, To: to, Reason: why})
			}
		}
	}
	if i%3 == 0 {
		down(kst(3+i%7, 10, 12), time.Duration(17+9*i)*time.Minute, probes.Status)
	}
	if i%5 == 1 {
		down(kst(12, 22, 0), 3*time.Hour+20*time.Minute, probes.ConnectTimeout)
	}
	if i%4 == 2 {
		blind(kst(20, 1, 0), kst(20, 1, 25), probes.UplinkDown, "seoul", "busan")
	}
	if id == m.off {
		blind(kst(6, 0, 0), kst(11, 0, 0), probes.NotRunning, "seoul", "busan")
	}
	s := charter.SiteMonth{Site: id, Figures: compliance.Account(h, p, compliance.Terms{Zone: seoul})}
	s.Availability = compliance.JudgeServedDays(s.Figures, compliance.Promises{})
	for _, o := range h.Outages {
		if o.Check == "" {
			s.Outages = append(s.Outages, o)
			v, why, met := compliance.Kept, "in_time", o.Start.Add(12*time.Minute)
			if o.End.Sub(o.Start) > 2*time.Hour {
				v, why, met = compliance.Broken, "not_announced", time.Time{}
			}
			s.Obligations = append(s.Obligations,
				compliance.Obligation{Clause: compliance.ClauseAnnouncement, Site: id, Subject: o.ID, Start: o.Start, Limit: o.Start.Add(30 * time.Minute), Met: met, Verdict: v, Why: why},
				compliance.Obligation{Clause: compliance.ClauseRestoration, Site: id, Subject: o.ID, Start: o.Start, Limit: o.Start.Add(48 * time.Hour), Met: o.End, Verdict: compliance.Kept, Why: "in_time"})
		}
	}
	if i%4 == 1 {
		plan(&s, i)
	}
	return charter.SiteEvidence{ID: id, Name: compliance.Name{KO: n[0], EN: n[1]}, URL: "https://" + id + ".example/", Owner: "정보시스템부", Checks: 5, History: h}, s
}

// plan is regular maintenance, of every other site announced too late.
func plan(s *charter.SiteMonth, i int) {
	start := kst(17, 1, 0)
	seen := start.Add(-96 * time.Hour)
	verdict, why := compliance.Kept, "in_time"
	if i%8 == 1 {
		seen, verdict, why = start.Add(-50*time.Hour), compliance.Broken, "late"
	}
	lead := compliance.Lead{Limit: start.Add(-72 * time.Hour), Verdict: verdict, AtLeast: start.Sub(seen)}
	s.Plans = append(s.Plans, compliance.Plan{ID: s.Site + "/plan-1", Site: s.Site, Title: "데이터베이스 정기 점검 안내", Type: notice.Regular, State: notice.Planned,
		Windows: []compliance.Stretch{{Window: notice.Window{Start: start, End: start.Add(4 * time.Hour)}, Seen: compliance.Seen{FirstSeen: seen}, Notice: "n1", Lead: lead}}})
	s.Obligations = append(s.Obligations, compliance.Obligation{Clause: compliance.ClauseMaintenance, Site: s.Site, Subject: s.Site + "/plan-1", Start: start, Limit: lead.Limit, Met: seen, Verdict: verdict, Why: why, Lead: &lead})
}

// attestations are one that lapsed, one that soon will, and one that holds.
func attestations() []compliance.Statement {
	var out []compliance.Statement
	for i, c := range []compliance.Clause{"visitors", "security-consulting", "confidentiality"} {
		out = append(out, compliance.Statement{ID: fmt.Sprintf("a%d", i), Site: compliance.MonitorScope, At: kst(1, 9, 0).AddDate(0, -2, 0), Why: "확인", Attestation: &compliance.Attestation{
			Clause: c, What: "2026 확인서 " + fmt.Sprint(i), Signer: "총무부장 최확인", Signed: calendar.NewDate(2026, 8, 1), From: calendar.NewDate(2026, 8, 1), Until: calendar.NewDate(2026, 10, 15).AddDays(30 * i * i), Proof: compliance.Proof{Name: "확인서.pdf"}}})
	}
	return out
}

// officer is what an officer knows of a month.
func officer(c compliance.Clause, known int) compliance.Statement {
	return compliance.Statement{ID: "m-" + string(c), Site: compliance.MonitorScope, At: kst(32, 10, 0), Why: "월간 기록", MonthRecord: &compliance.MonthRecord{
		Clause: c, Month: "2026-10", Known: known, Sources: []compliance.SourceReport{{Name: "보안관제", Reported: true}, {Name: "콜센터", Reported: true}, {Name: "외부 신고", Reported: false}}, Proof: compliance.Proof{Name: "월간기록.pdf"}}}
}

func cases() compliance.CaseBook {
	var b compliance.CaseBook
	for i := range 140 {
		c := compliance.Case{Ref: fmt.Sprintf("C-%04d", i), Kind: compliance.CaseKinds()[i%5], Received: kst(1+i%31, 9+i%8, 0), Recorded: kst(33, 7, 0)}
		if i%9 != 0 {
			c.Answered = c.Received.Add(20 * time.Hour)
		}
		b.Cases = append(b.Cases, c)
	}
	return b
}

func pages() []charter.PageEvidence {
	var out []charter.PageEvidence
	for i, n := range []string{"charter", "privacy-policy", "disclosure", "statistics"} {
		out = append(out, charter.PageEvidence{Spec: compliance.PageSpec{ID: "site-00/" + n, Site: "site-00", URL: "https://site-00.example/" + n, Every: time.Hour}, Since: kst(1, 0, 0),
			Spans: []compliance.PageSpan{{Page: "site-00/" + n, From: kst(1, 0, 0), To: kst(31, 23, 0), Status: scanners.PageOK, Updated: kst(20+i, 0, 0), DayOnly: true, Looks: 740}}})
	}
	return out
}

// judge gives each clause a verdict: from the sites where it is about them, and in turn where
// not.
func judge(r *reports.Report) {
	for i, c := range r.Charter.Clauses {
		j := charter.Judged{Clause: c.ID}
		for k, q := range c.Versions[0].Requires {
			j.Requires = append(j.Requires, outcome(r, c, q, i+k))
		}
		j.Verdict, j.Best, j.Worst, j.Why = j.Requires[0].Verdict, j.Requires[0].Best, j.Requires[0].Worst, j.Requires[0].Why
		for _, o := range j.Requires[1:] {
			if o.Verdict == compliance.Broken || o.Verdict == compliance.Unproven && j.Verdict != compliance.Broken {
				j.Verdict, j.Best, j.Worst, j.Why = o.Verdict, o.Best, o.Worst, o.Why
			}
		}
		r.Month.Clauses = append(r.Month.Clauses, j)
		r.Before.Verdicts[c.ID] = []compliance.Verdict{compliance.Kept, compliance.Kept, j.Verdict, j.Verdict, compliance.Unproven}[i%5]
	}
	r.Month.Self = charter.SelfMonth{Coverage: 100_000}
	for _, s := range r.Month.Sites {
		if c, ok := s.Figures.Coverage(); ok {
			r.Month.Self.Coverage = min(r.Month.Self.Coverage, c)
		}
	}
	for d := 1; d <= 31; d++ {
		w := compliance.Watch{Shift: "day", Start: kst(d, 9, 0), End: kst(d, 18, 0), Due: kst(d, 9, 15), Verdict: compliance.Kept, Why: "taken_and_handed_over"}
		if d == 14 {
			w.Verdict, w.Why = compliance.Broken, "not_taken"
		}
		r.Month.Self.Watches = append(r.Month.Self.Watches, w)
	}
}

func outcome(r *reports.Report, c charter.Clause, q charter.Requirement, i int) charter.Outcome {
	o := charter.Outcome{Method: q.Method, Basis: q.Basis}
	coverage := compliance.Ratio(100_000)
	switch q.Method {
	case charter.ServedDays:
		for _, s := range r.Month.Sites {
			coverage = min(coverage, s.Availability.Coverage)
			switch s.Availability.Verdict {
			case compliance.Kept:
				o.Kept++
			case compliance.Broken:
				o.Broken++
			default:
				o.Unproven++
			}
		}
		o.Coverage, o.Why = &coverage, charter.Why{Rule: "days_missed", N: o.Broken, Of: 31, Long: 9 * time.Hour, What: "site-03"}
	case charter.AnnouncedWork, charter.AnnouncedRecovery, charter.RestoredInTime:
		for _, s := range r.Month.Sites {
			for _, ob := range s.Obligations {
				if ob.Clause != c.ID {
					continue
				}
				o.Occasions = append(o.Occasions, ob)
				if ob.Verdict == compliance.Broken {
					o.Broken++
				} else {
					o.Kept++
				}
				o.Used = append(o.Used, charter.Ref{Kind: "outage", ID: ob.Subject})
			}
		}
		o.Why = charter.Why{Rule: map[charter.Method]string{charter.AnnouncedWork: "work_late", charter.AnnouncedRecovery: "recovery_late", charter.RestoredInTime: "restoration_in_time"}[q.Method], N: max(o.Broken, 1), Of: len(o.Occasions), Long: 22 * time.Hour}
	case charter.NotObserved:
		o.Unproven, o.Why = 1, charter.Why{Rule: "not_observed"}
	case charter.InDate, charter.Yearly:
		o.Kept, o.Why = 1, charter.Why{Rule: "attested", At: kst(1, 0, 0).AddDate(0, i%4, 0), What: "2026 확인서"}
		if i%4 == 1 {
			o.Kept, o.Pending = 0, 1
		}
	case charter.NoneKnown:
		o.Kept, o.Why = 1, charter.Why{Rule: "none_known", N: 2, Of: 3}
	default:
		switch i % 5 {
		case 0:
			o.Why = charter.Why{Rule: "cases_none"}
		case 1:
			o.Broken, o.Kept, o.Why = 2, 31, charter.Why{Rule: "cases_late", N: 2, Of: 33, Long: 5 * time.Hour}
			o.Occasions = []compliance.Obligation{{Clause: c.ID, Subject: "C-0001", Start: kst(5, 9, 0), Limit: kst(6, 24, 0), Verdict: compliance.Broken}}
		default:
			o.Kept, o.Why = 33, charter.Why{Rule: "cases_in_time", N: 33, Of: 33}
		}
	}
	o.Best, o.Worst = compliance.Kept, compliance.Kept
	switch {
	case o.Broken > 0:
		o.Verdict, o.Best, o.Worst = compliance.Broken, compliance.Broken, compliance.Broken
	case o.Unproven > 0:
		o.Verdict, o.Worst = compliance.Unproven, compliance.Broken
	case o.Pending > 0:
		o.Verdict = compliance.AtRisk
	case o.Kept > 0:
		o.Verdict = compliance.Kept
	default:
		o.Verdict, o.Best, o.Worst = compliance.NoOccasion, compliance.NoOccasion, compliance.NoOccasion
	}
	if c.ID == compliance.ClauseAvailability {
		o.Objective = &charter.ObjectiveMet{Want: 99_900, Got: 98_215}
	}
	return o
}

// signing is how far the report has come.
func signing(r reports.Report, state reports.State) reports.Signing {
	s := reports.Signing{State: state, Deadline: kst(36, 18, 0), Digest: reports.Digest(r), Roles: []string{"drafter", "reviewer", "approver"}}
	names := map[string]string{"drafter": "김작성", "reviewer": "이검토", "approver": "박승인"}
	n := map[reports.State]int{reports.Draft: 0, reports.Review: 1, reports.Signed: 3, reports.Unsigned: 2}[state]
	for i, role := range s.Roles[:n] {
		s.Signatures = append(s.Signatures, reports.Signature{Role: role, Name: names[role], At: kst(34, 10+i, 0), Digest: s.Digest, Record: fmt.Sprintf("%016x", 0x51c0ffee+i)})
	}
	return s
}
