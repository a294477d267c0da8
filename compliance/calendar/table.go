package calendar

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed holidays.txt
var holidays string

// Kind is what makes a day a holiday: a stable name.
type Kind string

// The kinds.
const (
	Statutory  Kind = "statutory"  // named by law
	Substitute Kind = "substitute" // 대체공휴일, in place of one that fell on a day off
	Temporary  Kind = "temporary"  // 임시공휴일, decided by the government
	Election   Kind = "election"   // an election at the end of a term of office
)

// Kinds lists all kinds.
func Kinds() []Kind { return []Kind{Statutory, Substitute, Temporary, Election} }

// Holiday is a public holiday.
type Holiday struct {
	Date       Date   `json:"date"`
	NameKO     string `json:"name_ko"`
	NameEN     string `json:"name_en"`
	Kind       Kind   `json:"kind"`
	KnownSince Date   `json:"known_since"` // since when the public could rely on it
	Estimated  bool   `json:"estimated"`   // KnownSince is an estimate
	Source     string `json:"source"`
}

// span is a stretch of days that is listed completely, ending on its last day.
type span struct{ last, known Date }

// table is what holidays.txt says.
type table struct {
	version string
	source  string
	first   Date
	spans   []span // in order, the next beginning on the day after the last
	days    map[Date][]Holiday
}

// embedded is the program's own table. It is not changed once made.
var embedded = sync.OnceValues(func() (*table, error) { return parseTable(holidays) })

// parseTable reads the format that holidays.txt describes.
func parseTable(text string) (*table, error) {
	p := tableParser{table: table{days: map[Date][]Holiday{}}, names: map[string][2]string{}}
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		if err := p.line(line); err != nil {
			return nil, fmt.Errorf("holidays.txt:%d: %w", i+1, err)
		}
	}
	if p.version == "" || p.source == "" || len(p.spans) == 0 {
		return nil, fmt.Errorf("holidays.txt: lacks a version, a source or a year")
	}
	return &p.table, nil
}

type tableParser struct {
	table
	names     map[string][2]string
	year      int
	known     Date
	estimated bool
}

func (p *tableParser) line(line string) error {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "version":
		p.version = rest
		return nil
	case "source":
		p.source = rest
		return nil
	case "name":
		key, names, _ := strings.Cut(rest, " = ")
		ko, en, ok := strings.Cut(names, " | ")
		if !ok || ko == "" || en == "" {
			return fmt.Errorf("name without a Korean and an English name")
		}
		p.names[key] = [2]string{ko, en}
		return nil
	case "year":
		return p.startYear(strings.Fields(rest))
	default:
		return p.day(strings.Fields(line))
	}
}

func (p *tableParser) startYear(words []string) error {
	if len(words) != 3 || words[1] != "known" {
		return fmt.Errorf("a year is written: year 2026 known 2025-07-01")
	}
	year, err := strconv.Atoi(words[0])
	if err != nil || p.year != 0 && year != p.year+1 {
		return fmt.Errorf("%s does not follow the year before", words[0])
	}
	if p.year = year; len(p.spans) == 0 {
		p.first = NewDate(year, 1, 1)
	}
	if p.known, p.estimated, err = parseKnown(words[2]); err != nil {
		return err
	}
	p.spans = append(p.spans, span{NewDate(year, 12, 31), p.known})
	return nil
}

func (p *tableParser) day(words []string) error {
	if len(words) != 3 && (len(words) != 5 || words[3] != "known") {
		return fmt.Errorf("a day is written: 07-17 statutory constitution known 2026-02-03")
	}
	date, err := Parse(fmt.Sprintf("%04d-%s", p.year, words[0]))
	if err != nil {
		return err
	}
	names, ok := p.names[words[2]]
	if !ok {
		return fmt.Errorf("no name is given for %s", words[2])
	}
	h := Holiday{date, names[0], names[1], Kind(words[1]), p.known, p.estimated, p.source}
	if !slices.Contains(Kinds(), h.Kind) {
		return fmt.Errorf("%s is not a kind of holiday", words[1])
	}
	if h.Kind == Substitute {
		h.NameKO, h.NameEN = "대체공휴일("+h.NameKO+")", "Substitute holiday for "+h.NameEN
	}
	if len(words) == 5 {
		if h.KnownSince, h.Estimated, err = parseKnown(words[4]); err != nil {
			return err
		}
	}
	if h.KnownSince.After(date) {
		return fmt.Errorf("%s is known only after it", date)
	}
	p.days[date] = append(p.days[date], h)
	return nil
}

func parseKnown(s string) (d Date, estimated bool, err error) {
	s, estimated = strings.CutPrefix(s, "~")
	d, err = Parse(s)
	return d, estimated, err
}
