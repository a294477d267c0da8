package compliance

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/korean"

	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/scanners"
)

// Bounds of a file of cases.
const (
	MaxCaseRows     = 100_000
	maxCaseProblems = 200
	maxCaseRef      = 64 // bytes
)

// CaseProblem is something in a file of cases that cannot be taken. Rule is a stable name: whoever
// shows it has the words. Args are what the words speak of: names and values in turn. Neither
// repeats what a cell holds where that may be personal data.
type CaseProblem struct {
	Line   int    // 1-based; 0: of the file
	Column string // as the file's head names it; "" for the whole line
	Rule   string
	Args   []any
}

// Error is for developers.
func (p *CaseProblem) Error() string {
	return fmt.Sprintf("line %d: %s: %s", p.Line, p.Column, strings.ReplaceAll(p.Rule, "_", " "))
}

// ImportError says why an import is not taken.
type ImportError struct{ Problems []CaseProblem }

// Error implements error.
func (e *ImportError) Error() string {
	return fmt.Sprintf("the import has %d problems; the first: %s", len(e.Problems), e.Problems[0].Error())
}

// CaseProblemRules lists all rules that a CaseProblem can name.
func CaseProblemRules() []string {
	return []string{"empty", "csv", "too_many_rows", "unknown_column", "twice_column", "no_column", "mixed", "missing", "bad_kind", "bad_ref", "bad_time", "needs_clock",
		"bad_day", "bad_flag", "bad_channel", "bad_number", "future", "order", "twice", "personal", "more_than_calls", "uncovered"}
}

// column is a field of a file of cases, with the heads that name it.
type caseColumn struct {
	name  string
	heads []string
}

// caseColumns are the columns of a file of cases; [CaseColumns] lists them for people.
func caseColumns() []caseColumn {
	return []caseColumn{
		{"ref", []string{"접수번호", "관리번호"}}, {"kind", []string{"유형", "구분"}}, {"received", []string{"접수일시"}}, {"difficult", []string{"추가소요", "난이"}},
		{"wanted", []string{"희망회신방법", "회신방법"}}, {"by", []string{"답변방법"}}, {"forwarded", []string{"전달일시"}}, {"called", []string{"연락일시"}},
		{"answered", []string{"답변일시"}}, {"closed", []string{"종결일시"}}, {"confirmed", []string{"만족도확인일시", "만족도확인"}}, {"resolved", []string{"해결여부"}},
		{"follow_up", []string{"후속조치일"}}, {"reply_by", []string{"회신요청일"}}, {"delay_told", []string{"지연통보일시"}}, {"delay_to", []string{"변경예정일"}},
		{"day", []string{"일자"}}, {"calls", []string{"통화수"}}, {"in_time", []string{"신속응대수"}},
	}
}

// CaseColumns lists the columns of a file of cases, each with the Korean heads that it also
// goes by.
func CaseColumns() (out [][]string) {
	for _, c := range caseColumns() {
		out = append(out, append([]string{c.name}, c.heads...))
	}
	return out
}

// kindWords are the Korean words for kinds of cases.
var kindWords = map[string]CaseKind{
	"온라인": CaseOnline, "인터넷": CaseOnline, "전화": CasePhone, "부재중": CaseCallback, "회신전화": CaseCallback, "서면": CaseWritten, "우편": CaseWritten, "팩스": CaseWritten, "이메일": CaseWritten, "의견": CaseFeedback,
	"불만": CaseFeedback, "보증": CaseGuarantee, "서비스보증": CaseGuarantee, "원격지원": CaseRemote, "제안": CaseSuggestion, "불친절": CaseUnkindness,
}

// channelWords are the channels of answers, with their Korean words.
var channelWords = map[string]string{
	"phone": "phone", "email": "email", "sms": "sms", "post": "post", "fax": "fax", "online": "online", "visit": "visit",
	"전화": "phone", "이메일": "email", "문자": "sms", "우편": "post", "팩스": "fax", "온라인": "online", "방문": "visit",
}

// ReadCases reads a file of cases or of days' calls: CSV in UTF-8 or, as spreadsheets write it, in
// CP949, whose first line names the columns in English or Korean ([CaseColumns]). Times are
// written "2026-10-05 09:12" or as RFC 3339, in the zone; a day alone is enough where only the day
// counts. A column that is not known is refused, so that no personal data slips in beside, and so
// is whatever looks like personal data. Everything is taken or, if there is any problem,
// nothing.
func ReadCases(text []byte, zone *time.Location, now time.Time) (CaseImport, []CaseProblem) {
	p := caseReader{zone: zone, now: now, seen: map[string]int{}}
	if !utf8.Valid(text) {
		if korean, err := korean.EUCKR.NewDecoder().Bytes(text); err == nil {
			text = korean
		}
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	for rows := 0; len(p.problems) < maxCaseProblems; rows++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			if rows < 2 {
				p.line = 0
				p.refuse("", "empty")
			}
			break
		}
		if err != nil {
			p.broken(err)
			break
		}
		p.line, _ = r.FieldPos(0)
		switch {
		case rows == 0 && !p.head(record):
			return CaseImport{}, p.problems
		case rows > MaxCaseRows:
			p.refuse("", "too_many_rows", "max", MaxCaseRows)
			return CaseImport{}, p.problems
		case rows > 0 && slices.ContainsFunc(record, func(s string) bool { return strings.TrimSpace(s) != "" }):
			p.row(record)
		}
	}
	if len(p.problems) > 0 {
		return CaseImport{}, p.problems
	}
	return p.out, nil
}

type caseReader struct {
	zone     *time.Location
	now      time.Time
	line     int
	heads    []string // as written
	columns  []string // by position: the column's name
	calls    bool
	seen     map[string]int // kind and reference, or day, to line
	out      CaseImport
	problems []CaseProblem
}

func (p *caseReader) refuse(column, rule string, args ...any) {
	if i := slices.Index(p.columns, column); i >= 0 {
		column = p.heads[i]
	}
	p.problems = append(p.problems, CaseProblem{Line: p.line, Column: column, Rule: rule, Args: args})
}

func (p *caseReader) broken(err error) {
	var bad *csv.ParseError
	if errors.As(err, &bad) {
		p.line = bad.Line
	}
	p.refuse("", "csv")
}

// head reads the names of the columns.
func (p *caseReader) head(record []string) bool {
	known := caseColumns()
	for _, h := range record {
		h = strings.TrimSpace(h)
		i := slices.IndexFunc(known, func(c caseColumn) bool {
			return strings.EqualFold(c.name, h) || slices.Contains(c.heads, strings.ReplaceAll(h, " ", ""))
		})
		switch {
		case i < 0:
			p.refuse("", "unknown_column", "column", strconv.Quote(h), "columns", columnNames())
		case slices.Contains(p.columns, known[i].name):
			p.refuse("", "twice_column", "column", strconv.Quote(h))
		default:
			p.columns, p.heads = append(p.columns, known[i].name), append(p.heads, h)
		}
	}
	if len(p.problems) > 0 {
		return false
	}
	has := func(name string) bool { return slices.Contains(p.columns, name) }
	need := []string{"ref", "kind", "received"}
	if p.calls = has("calls") || has("in_time") || has("day"); p.calls {
		need = []string{"day", "calls", "in_time"}
		if len(p.columns) > len(need) {
			p.refuse("", "mixed")
		}
	}
	for _, n := range need {
		if !has(n) {
			p.refuse("", "no_column", "column", n)
		}
	}
	return len(p.problems) == 0
}

func kindNames() string {
	var names []string
	for _, k := range CaseKinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

func columnNames() string {
	var names []string
	for _, c := range caseColumns() {
		names = append(names, c.name)
	}
	return strings.Join(names, ", ")
}

// row reads a line.
func (p *caseReader) row(record []string) {
	before := len(p.problems)
	cells := map[string]string{}
	for i, v := range record {
		v = strings.TrimSpace(v)
		switch {
		case i >= len(p.columns) && v != "":
			p.refuse("", "csv")
			return
		case i < len(p.columns):
			cells[p.columns[i]] = v
		}
		if _, found := scanners.Mask(v); found > 0 {
			p.refuse(p.columns[i], "personal")
		}
	}
	if len(p.problems) > before {
		return
	}
	if p.calls {
		p.tally(cells)
		return
	}
	c := p.read(cells)
	if len(p.problems) > before {
		return
	}
	if p.check(c); len(p.problems) == before {
		p.out.Cases = append(p.out.Cases, c)
	}
}

func (p *caseReader) read(cells map[string]string) Case {
	c := Case{Ref: cells["ref"], Kind: p.kind(cells["kind"])}
	if c.Ref == "" {
		p.refuse("ref", "missing")
	} else if !reference(c.Ref) {
		p.refuse("ref", "bad_ref", "max", maxCaseRef)
	}
	if cells["received"] == "" {
		p.refuse("received", "missing")
	}
	c.Received = p.time("received", cells, false, false)
	c.Difficult, c.Resolved = p.flag("difficult", cells), p.flag("resolved", cells)
	c.Wanted, c.By = p.channel("wanted", cells), p.channel("by", cells)
	c.Forwarded, c.Called = p.time("forwarded", cells, true, true), p.time("called", cells, true, true)
	c.Answered, c.Closed = p.time("answered", cells, true, false), p.time("closed", cells, true, false)
	c.Confirmed, c.FollowUp = p.time("confirmed", cells, true, false), p.time("follow_up", cells, true, false)
	c.ReplyBy, c.DelayTo = p.time("reply_by", cells, true, false), p.time("delay_to", cells, true, false)
	c.DelayTold = p.time("delay_told", cells, true, false)
	return c
}

// reference says whether a reference number is one: letters, digits and a little between.
func reference(s string) bool {
	letter := func(r rune) bool {
		return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '가' && r <= '힣' || strings.ContainsRune("-_./#", r)
	}
	return s != "" && len(s) <= maxCaseRef && !strings.ContainsFunc(s, func(r rune) bool { return !letter(r) })
}

func (p *caseReader) kind(s string) CaseKind {
	k := CaseKind(strings.ToLower(s))
	if word, ok := kindWords[strings.ReplaceAll(s, " ", "")]; ok {
		k = word
	}
	if !slices.Contains(CaseKinds(), k) {
		p.refuse("kind", "bad_kind", "kinds", kindNames())
	}
	return k
}

func (p *caseReader) channel(column string, cells map[string]string) string {
	v := cells[column]
	if v == "" {
		return ""
	}
	c, ok := channelWords[strings.ToLower(v)]
	if !ok {
		p.refuse(column, "bad_channel")
	}
	return c
}

func (p *caseReader) flag(column string, cells map[string]string) bool {
	switch strings.ToLower(cells[column]) {
	case "", "n", "no", "false", "0", "x", "아니오", "부":
		return false
	case "y", "yes", "true", "1", "o", "예", "여":
		return true
	}
	p.refuse(column, "bad_flag")
	return false
}

// time reads when something happened. A day alone stands for its end (end) or beginning: for
// terms that are counted in days it comes to the same. clock demands a time of day.
func (p *caseReader) time(column string, cells map[string]string, end, clock bool) time.Time {
	v := cells[column]
	if v == "" {
		return time.Time{}
	}
	if t, err := time.Parse(time.RFC3339, v); err == nil {
		return t.UTC()
	}
	v = strings.TrimSuffix(strings.NewReplacer(".", "-", "/", "-").Replace(v), "-")
	for _, layout := range []string{"2006-1-2 15:04:05", "2006-1-2 15:04", "2006-1-2T15:04", "2006-1-2T15:04:05"} {
		if t, err := time.ParseInLocation(layout, v, p.zone); err == nil {
			return t.UTC()
		}
	}
	t, err := time.ParseInLocation("2006-1-2", v, p.zone)
	switch {
	case err != nil:
		p.refuse(column, "bad_time")
		return time.Time{}
	case clock:
		p.refuse(column, "needs_clock")
		return time.Time{}
	case end:
		return calendar.DateOf(t, p.zone).End(p.zone).Add(-time.Millisecond).UTC()
	}
	return t.UTC()
}

// check is what a case must agree with.
func (p *caseReader) check(c Case) {
	for _, x := range []struct {
		column string
		at     time.Time
	}{{"forwarded", c.Forwarded}, {"called", c.Called}, {"answered", c.Answered}, {"closed", c.Closed}, {"confirmed", c.Confirmed}, {"follow_up", c.FollowUp}, {"delay_told", c.DelayTold}} {
		switch {
		case x.at.IsZero():
		case x.at.Before(c.Received):
			p.refuse(x.column, "order")
		case calendar.DateOf(x.at, p.zone).After(calendar.DateOf(p.now, p.zone)):
			p.refuse(x.column, "future")
		}
	}
	if c.Received.After(p.now) {
		p.refuse("received", "future")
	}
	key := string(c.Kind) + " " + c.Ref
	if line, twice := p.seen[key]; twice {
		p.refuse("ref", "twice", "line", line)
	}
	p.seen[key] = p.line
}

func (p *caseReader) tally(cells map[string]string) {
	before := len(p.problems)
	day, err := calendar.Parse(strings.NewReplacer(".", "-", "/", "-").Replace(cells["day"]))
	if err != nil {
		p.refuse("day", "bad_day")
	}
	number := func(column string) int {
		n, err := strconv.Atoi(strings.ReplaceAll(cells[column], ",", ""))
		if err != nil || n < 0 {
			p.refuse(column, "bad_number")
		}
		return n
	}
	t := CallTally{Day: day, Calls: number("calls"), InTime: number("in_time")}
	if len(p.problems) > before {
		return
	}
	if t.InTime > t.Calls {
		p.refuse("in_time", "more_than_calls")
	}
	if day.After(calendar.DateOf(p.now, p.zone)) {
		p.refuse("day", "future")
	}
	if line, twice := p.seen[day.String()]; twice {
		p.refuse("day", "twice", "line", line)
	}
	p.seen[day.String()] = p.line
	p.out.Tallies = append(p.out.Tallies, t)
}
