package compliance

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/korean"

	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

func caseNow() time.Time { return time.Date(2026, 11, 2, 10, 0, 0, 0, seoul) }

func TestReadCases(t *testing.T) {
	const file = "\ufeff접수번호,유형,접수 일시,추가소요,회신방법,답변일시,answered_by_nobody\n"
	if _, problems := ReadCases([]byte(file), seoul, caseNow()); len(problems) != 1 || problems[0].Rule != "unknown_column" || problems[0].Line != 1 {
		t.Errorf("an unknown column passes: %+v", problems)
	}
	got, problems := ReadCases([]byte("\ufeff접수번호,유형,접수 일시,추가소요,희망회신방법,답변일시,회신요청일\n"+
		"A-1,온라인,2026-10-05 09:12,,이메일,2026.10.06 17:00,\n"+
		"\n"+
		"A-2,remote,2026-10-05T09:12:00+09:00,예,,,2026-10-07\n"), seoul, caseNow())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	want := []Case{
		{Ref: "A-1", Kind: CaseOnline, Received: time.Date(2026, 10, 5, 0, 12, 0, 0, time.UTC), Wanted: "email", Answered: time.Date(2026, 10, 6, 8, 0, 0, 0, time.UTC)},
		{Ref: "A-2", Kind: CaseRemote, Received: time.Date(2026, 10, 5, 0, 12, 0, 0, time.UTC), Difficult: true, ReplyBy: time.Date(2026, 10, 7, 14, 59, 59, 999e6, time.UTC)},
	}
	if !slices.Equal(got.Cases, want) {
		t.Errorf("%+v", got.Cases)
	}
	cp949, err := korean.EUCKR.NewEncoder().String("접수번호,유형,접수일시\n가-1,전화,2026-10-05 09:12\n")
	if err != nil {
		t.Fatal(err)
	}
	if got, problems := ReadCases([]byte(cp949), seoul, caseNow()); len(problems) > 0 || got.Cases[0].Ref != "가-1" || got.Cases[0].Kind != CasePhone {
		t.Errorf("as a spreadsheet writes it: %+v %v", got, problems)
	}
	calls, problems := ReadCases([]byte("일자,통화수,신속응대수\n2026-10-05,\"1,200\",1100\n"), seoul, caseNow())
	if len(problems) > 0 || len(calls.Tallies) != 1 || calls.Tallies[0] != (CallTally{calendar.NewDate(2026, 10, 5), 1200, 1100}) {
		t.Errorf("%+v %v", calls, problems)
	}
}

func TestCasesThatAreNotTaken(t *testing.T) {
	const head = "ref,kind,received,answered,called,wanted,difficult\n"
	for rule, rows := range map[string]string{
		"bad_kind":    "A1,letter,2026-10-05 09:00,,,,",
		"missing":     ",online,2026-10-05 09:00,,,,",
		"bad_ref":     "A 1,online,2026-10-05 09:00,,,,",
		"bad_time":    "A1,online,yesterday,,,,",
		"needs_clock": "A1,phone,2026-10-05 09:00,,2026-10-05,,",
		"order":       "A1,online,2026-10-05 09:00,2026-10-05 08:00,,,",
		"future":      "A1,online,2026-11-03 09:00,,,,",
		"bad_channel": "A1,online,2026-10-05 09:00,,,pigeon,",
		"bad_flag":    "A1,online,2026-10-05 09:00,,,,maybe",
		"twice":       "A1,online,2026-10-05 09:00,,,,\nA1,online,2026-10-06 09:00,,,,",
		"personal":    "010-1234-5678,online,2026-10-05 09:00,,,,",
		"csv":         "A1,online,2026-10-05 09:00,,,,,more",
		"empty":       "",
	} {
		got, problems := ReadCases([]byte(head+rows+"\n"), seoul, caseNow())
		if len(problems) == 0 || problems[0].Rule != rule {
			t.Errorf("%s: %+v", rule, problems)
		}
		if len(got.Cases) > 0 {
			t.Errorf("%s: something is taken all the same", rule)
		}
		for _, p := range problems {
			if strings.Contains(p.Error(), "1234") {
				t.Errorf("the problem repeats the personal data: %s", p.Error())
			}
		}
	}
	for rule, file := range map[string]string{
		"no_column": "ref,kind\nA1,online\n", "mixed": "day,calls,in_time,ref\n2026-10-05,1,1,A\n", "twice_column": "ref,접수번호,kind,received\n",
		"more_than_calls": "day,calls,in_time\n2026-10-05,1,2\n", "bad_number": "day,calls,in_time\n2026-10-05,-1,0\n", "bad_day": "day,calls,in_time\nmonday,1,0\n",
	} {
		if _, problems := ReadCases([]byte(file), seoul, caseNow()); len(problems) == 0 || problems[0].Rule != rule {
			t.Errorf("%s: %+v", rule, problems)
		}
	}
}

func TestImportsAreTakenTogether(t *testing.T) {
	day := func(d int) calendar.Date { return calendar.NewDate(2026, 10, d) }
	at := func(d, h int) time.Time { return time.Date(2026, 10, d, h, 0, 0, 0, seoul) }
	first := CaseImport{At: at(6, 9), By: accounts.Actor{ID: "op"}, Cases: []Case{{Ref: "B", Kind: CaseOnline, Received: at(5, 9)}, {Ref: "A", Kind: CaseOnline, Received: at(4, 9)}},
		Tallies: []CallTally{{day(5), 10, 9}}, Spans: []CaseSpan{{CaseOnline, day(1), day(5)}}}.Sealed()
	second := CaseImport{At: at(9, 9), By: accounts.Actor{ID: "op"}, Cases: []Case{{Ref: "B", Kind: CaseOnline, Received: at(5, 9), Answered: at(6, 8)}, {Ref: "B", Kind: CasePhone, Received: at(5, 10)}},
		Tallies: []CallTally{{day(5), 12, 9}, {day(4), 1, 1}}, Spans: []CaseSpan{{CaseOnline, day(6), day(8)}, {CaseOnline, day(20), day(21)}, {CasePhone, day(1), day(2)}}}.Sealed()
	if first.ID == second.ID || first.ID != first.Sealed().ID {
		t.Error("the id does not belong to what an import says")
	}
	book := CaseBook{}.With(first)
	whole := book.With(second)
	if len(book.Cases) != 2 || book.Tallies[0].Calls != 10 {
		t.Error("With modifies the book")
	}
	var refs []string
	for _, c := range whole.Cases {
		refs = append(refs, c.key())
	}
	if !slices.Equal(refs, []string{"online A", "online B", "phone B"}) {
		t.Errorf("%v", refs)
	}
	if c := whole.Cases[1]; !c.Answered.Equal(at(6, 8)) || !c.Recorded.Equal(second.At) {
		t.Errorf("the later version does not count: %+v", c)
	}
	if c := whole.Cases[0]; !c.Recorded.Equal(first.At) {
		t.Errorf("when it came on record: %+v", c)
	}
	if whole.Tallies[0].Day != day(4) || whole.Tallies[1].Calls != 12 {
		t.Errorf("%+v", whole.Tallies)
	}
	if want := []CaseSpan{{CaseOnline, day(1), day(8)}, {CaseOnline, day(20), day(21)}, {CasePhone, day(1), day(2)}}; !slices.Equal(whole.Spans, want) {
		t.Errorf("%+v", whole.Spans)
	}
	late := whole.Since(at(20, 0), seoul)
	if len(late.Cases) != 2 || late.Cases[0].Ref != "A" || len(late.Tallies) != 0 || len(late.Spans) != 1 {
		t.Errorf("%+v", late)
	}
}

func TestImportAdmitted(t *testing.T) {
	at := caseNow()
	good := CaseImport{At: at, Cases: []Case{{Ref: "A-1", Kind: CaseOnline, Received: at.Add(-time.Hour)}}, Spans: []CaseSpan{{CaseOnline, calendar.NewDate(2026, 10, 1), calendar.NewDate(2026, 11, 2)}}}
	if p := good.Admit(seoul); len(p) > 0 {
		t.Fatal(p)
	}
	for rule, spoil := range map[string]func(*CaseImport){
		"empty":       func(i *CaseImport) { *i = CaseImport{At: at} },
		"bad_kind":    func(i *CaseImport) { i.Cases[0].Kind = "x" },
		"missing":     func(i *CaseImport) { i.Cases[0].Received = time.Time{} },
		"personal":    func(i *CaseImport) { i.Cases[0].Ref = "010-1234-5678" },
		"bad_channel": func(i *CaseImport) { i.Cases[0].Wanted = "010-1234-5678" },
		"uncovered":   func(i *CaseImport) { i.Spans[0].Until = calendar.NewDate(2026, 11, 3) },
	} {
		bad := good
		bad.Cases, bad.Spans = slices.Clone(good.Cases), slices.Clone(good.Spans)
		spoil(&bad)
		if p := bad.Admit(seoul); !slices.ContainsFunc(p, func(p CaseProblem) bool { return p.Rule == rule }) {
			t.Errorf("%s: %+v", rule, p)
		}
	}
}

func FuzzReadCases(f *testing.F) {
	f.Add([]byte("ref,kind,received\nA1,online,2026-10-05 09:00\n"))
	f.Add([]byte("일자,통화수,신속응대수\n2026-10-05,\"1,200\",1100\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, problems := ReadCases(b, seoul, caseNow())
		if len(problems) > 0 && len(got.Cases)+len(got.Tallies) > 0 {
			t.Error("something is taken of a file with problems")
		}
		for _, p := range problems {
			if !slices.Contains(CaseProblemRules(), p.Rule) {
				t.Errorf("the rule %s is not listed", p.Rule)
			}
		}
		if len(problems) == 0 && len(got.Cases) > 0 {
			got.At = caseNow()
			if p := got.Admit(seoul); len(p) > 0 {
				t.Errorf("what was read is not admitted: %+v", p)
			}
		}
	})
}
