package calendar

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Action is what a line of an override file does.
type Action string

// The actions.
const (
	Add      Action = "add"      // the day is a holiday
	Remove   Action = "remove"   // the day is no holiday
	Complete Action = "complete" // with this file, every holiday up to the day is listed
)

// Override is a line of an override file. It holds from KnownSince on; where several speak
// of one day, the one known last prevails, and of two known on one day the later line.
type Override struct {
	Date       Date
	Action     Action
	NameKO     string // of an added holiday; one of the two names is enough
	NameEN     string
	KnownSince Date   // the day it was announced
	Source     string // who decided it, and where that can be read
}

// OverrideError is a line of an override file that cannot be used. Rule is the stable name
// of what is wrong: whoever shows it to people has the words, and what would be right. Args
// are what the words speak of: names and values in turn, as slog has them.
type OverrideError struct {
	File   string
	Line   int // 1-based
	Column int // 1-based, in bytes
	Field  string
	Rule   string
	Args   []any
}

// Error is for developers, such as `holidays.csv:3:12: action: override_action value="plus"`.
func (e *OverrideError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: ", e.File, e.Line, e.Column)
	if e.Field != "" {
		b.WriteString(e.Field + ": ")
	}
	b.WriteString(e.Rule)
	for i := 0; i+1 < len(e.Args); i += 2 {
		fmt.Fprintf(&b, " %v=%v", e.Args[i], e.Args[i+1])
	}
	return b.String()
}

// overrideFields are the fields of a line, in order, by the names that problems have.
var overrideFields = [...]string{"date", "action", "name_ko", "name_en", "known_since", "source"}

// maxOverrides bounds the lines of a file.
const maxOverrides = 10_000

// ParseOverrides reads an override file: CSV in UTF-8 with a line for each change,
//
//	date,action,name ko,name en,known since,source
//	2026-12-24,add,임시공휴일,Temporary holiday,2026-12-01,국무회의 2026-12-01
//
// The first line may name the fields. Lines that begin with # are comments. The action is
// add, remove or complete. Dates are written 2026-12-24. Only add needs a name. "Known since"
// is the day the change was announced; a holiday cannot be known only after it. name is what problems
// call the file. An error joins an [OverrideError] for each thing wrong.
func ParseOverrides(text []byte, name string) ([]Override, error) {
	p := overrideParser{file: name, seen: map[Override]int{}}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !utf8.Valid(text) {
		p.line = 1 + bytes.Count(text[:invalidAt(text)], []byte("\n"))
		p.add("", 1, refuse("override_utf8"))
		return nil, errors.Join(p.errs...)
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord, r.TrimLeadingSpace, r.Comment = -1, true, '#'
	for first := true; ; first = false {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			p.broken(err)
			break
		}
		p.line, _ = r.FieldPos(0)
		if blank(record) || first && strings.EqualFold(strings.TrimSpace(record[0]), "date") {
			continue
		}
		if len(p.out) == maxOverrides || len(p.errs) >= 100 {
			p.add("", 1, refuse("override_many", "max", maxOverrides))
			break
		}
		p.record(record, func(field int) int { _, col := r.FieldPos(field); return col })
	}
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs...)
	}
	return p.out, nil
}

func invalidAt(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(b)
}

func blank(record []string) bool {
	return !slices.ContainsFunc(record, func(s string) bool { return strings.TrimSpace(s) != "" })
}

type overrideParser struct {
	file string
	line int
	out  []Override
	seen map[Override]int // day and action to line
	errs []error
}

// refusal is an OverrideError that does not know its place yet.
type refusal struct {
	rule string
	args []any
}

// refuse makes a refusal. A test demands words for every rule, with these arguments.
func refuse(rule string, args ...any) refusal { return refusal{rule, args} }

func (p *overrideParser) add(field string, column int, r refusal) {
	p.errs = append(p.errs, &OverrideError{p.file, p.line, column, field, r.rule, r.args})
}

// broken reports what the CSV reader cannot read on from.
func (p *overrideParser) broken(err error) {
	var bad *csv.ParseError
	if !errors.As(err, &bad) {
		p.add("", 1, refuse("override_csv", "err", err))
		return
	}
	p.line = bad.Line
	p.add("", max(bad.Column, 1), refuse("override_csv", "err", bad.Err))
}

func (p *overrideParser) record(record []string, column func(int) int) {
	before := len(p.errs)
	if len(record) != len(overrideFields) {
		p.add("", 1, refuse("override_fields", "n", len(record), "fields", strings.Join(overrideFields[:], ",")))
		return
	}
	for i := range record {
		record[i] = strings.TrimSpace(record[i])
	}
	date := func(field int) Date {
		d, err := Parse(record[field])
		if err != nil {
			p.add(overrideFields[field], column(field), refuse("override_date", "value", strconv.Quote(record[field])))
		}
		return d
	}
	o := Override{date(0), Action(record[1]), record[2], record[3], Date{}, record[5]}
	switch o.Action {
	case Add:
		if o.NameKO == "" && o.NameEN == "" {
			p.add(overrideFields[2], column(2), refuse("override_nameless"))
		}
	case Remove, Complete:
	default:
		p.add(overrideFields[1], column(1), refuse("override_action", "value", strconv.Quote(record[1]), "actions", "add, remove, complete"))
	}
	if o.KnownSince = date(4); o.Action != Complete && !o.Date.IsZero() && o.KnownSince.After(o.Date) {
		p.add(overrideFields[4], column(4), refuse("override_late", "date", o.Date, "known", o.KnownSince))
	}
	if o.Source == "" {
		p.add(overrideFields[5], column(5), refuse("override_source"))
	}
	key := Override{Date: o.Date, Action: o.Action, KnownSince: o.KnownSince}
	if line, twice := p.seen[key]; twice && len(p.errs) == before {
		p.add(overrideFields[0], column(0), refuse("override_twice", "date", o.Date, "line", line))
	}
	p.seen[key] = p.line
	if len(p.errs) == before {
		p.out = append(p.out, o)
	}
}
