package config

import (
	_ "embed"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// CharterFile is a charter as it is written down.
type CharterFile struct {
	Title     Name               `yaml:"title" doc:"Shown in reports." required:"true"`
	Source    CharterSource      `yaml:"source" doc:"The published document that the promises stand in."`
	Clauses   []CharterClause    `yaml:"clauses" doc:"The promises, in the order in which reports list them." required:"true"`
	Reporting []CharterReporting `yaml:"reporting" doc:"Regulators' rules on whom to tell of an incident, and how soon. They are decision support: no verdict rests on them."`
	Sentences []CharterSentence  `yaml:"sentences" doc:"Every sentence of the source, in order. With them, every clause must be reached, and its words must occur in them."`
}

// CharterSource is the published document.
type CharterSource struct {
	Title     Name   `yaml:"title" doc:"Its title."`
	Publisher Name   `yaml:"publisher" doc:"Who published it."`
	Language  string `yaml:"language" doc:"In which its words bind: ko, en. Default ko."`
	URL       string `yaml:"url" doc:"Where customers read it."`
	SHA256    string `yaml:"sha256" doc:"Of its text as you keep it, in hexadecimal."`
}

// CharterClause is one promise.
type CharterClause struct {
	ID       string           `yaml:"id" doc:"Stable: evidence hangs on it. Lower-case letters, digits and hyphens." required:"true"`
	Title    Name             `yaml:"title" doc:"Its short name." required:"true"`
	Words    string           `yaml:"words" doc:"The source's words, exactly." required:"true"`
	SHA256   string           `yaml:"sha256" doc:"Of the words, in hexadecimal: a slip of the hand in them is found. Default: not checked."`
	Promise  Name             `yaml:"promise" doc:"What must have been so for it to be kept, in one sentence." required:"true"`
	Note     Name             `yaml:"note" doc:"What readers should know besides."`
	Owner    string           `yaml:"owner" doc:"Who answers for it."`
	From     *Date            `yaml:"from" doc:"First day in force." required:"true"`
	Until    *Date            `yaml:"until" doc:"Last day in force. Default: still."`
	Versions []CharterVersion `yaml:"versions" doc:"How it is judged, the oldest first." required:"true"`
}

// CharterVersion is how a clause is judged from a day on.
type CharterVersion struct {
	From      *Date                `yaml:"from" doc:"A month is judged by the version in force on its first day." required:"true"`
	Requires  []CharterRequirement `yaml:"requires" doc:"What must hold; all of it must." required:"true"`
	Objective struct {
		Availability string `yaml:"availability" doc:"Charter availability of each site, at least, such as 99.9%. Missing it breaks no promise."`
		Share        string `yaml:"share" doc:"Share of cases, at least."`
	} `yaml:"objective" doc:"What the organisation has set itself beyond the promise."`
	Why Name `yaml:"why" doc:"Why it differs from the version before; reports tell it."`
}

// CharterRequirement is one thing that must hold.
type CharterRequirement struct {
	Method string       `yaml:"method" doc:"How it is judged; docs/charter.md lists the methods." required:"true"`
	By     string       `yaml:"by" doc:"Where the evidence comes from: probe, notice, scan, sweep, record, attestation or self." required:"true"`
	Terms  CharterTerms `yaml:"terms" doc:"What the words leave open. Each method knows some of them."`
}

// CharterTerms are a requirement's parameters.
type CharterTerms struct {
	Sites          List     `yaml:"sites" doc:"Only these sites. Default: all."`
	Named          bool     `yaml:"named" doc:"Only sites that name the clause under clauses."`
	Pages          List     `yaml:"pages" doc:"Only these of the pages that name the clause, as site/page. Default: all."`
	MaxDown        Duration `yaml:"max_down" doc:"Unplanned downtime that a served day may have; default 60m. Of a page, for how long it may be away on a day; default 4h."`
	NoticeHours    Duration `yaml:"notice_hours" doc:"Regular maintenance is announced so long before it begins. Default 72h."`
	NoticeDays     int      `yaml:"notice_days" doc:"And so many whole days ahead: 3 means by the end of the fourth day before. Default 3."`
	AnnounceAfter  Duration `yaml:"announce_after" doc:"Outages longer than this owe a recovery time. Default 10m."`
	AnnounceWithin Duration `yaml:"announce_within" doc:"It is announced so long after the first failing slot at the latest. Default 30m."`
	RestoreWithin  Duration `yaml:"restore_within" doc:"Service is restored so long after the first failing slot at the latest. Default 48h."`
	Coverage       string   `yaml:"coverage" doc:"Share of the time that must have been observed before anything counts as kept. Default 95%."`
	Cases          List     `yaml:"cases" doc:"Kinds of cases."`
	Milestone      string   `yaml:"milestone" doc:"What had to happen to them: answered, forwarded, called, confirmed (after closing) or resolved. Default answered."`
	Within         string   `yaml:"within" doc:"By when, such as 30m, 1 day or 7 business days: from receipt; from closing for confirmed; from the update before for pages."`
	Difficult      string   `yaml:"difficult" doc:"The same for cases marked as difficult. Default: as within."`
	DayRule        string   `yaml:"day_rule" doc:"How terms in days are counted: civil (the day of receipt is not counted; a last day that is no business day gives way to the next), elapsed (24 hours a day) or public (the public sector's: up to 5 days in working hours, from 6 days on the first is counted). Default civil."`
	Channel        bool     `yaml:"channel" doc:"The answer must come by the channel that was asked for."`
	Share          string   `yaml:"share" doc:"Share of cases or calls, at least. Default 90%."`
	Remind         int      `yaml:"remind" doc:"Days before an attestation's expiry on which its owner is reminded. Default 30."`
	AtRisk         int      `yaml:"at_risk" doc:"Month from which a yearly duty that is not done is at risk. Default 10."`
	Sources        int      `yaml:"sources" doc:"At least so many sources must have reported. Default: all that the record lists."`
	Incidents      List     `yaml:"incidents" doc:"Kinds of incidents that count when one is on record as confirmed: leak, intrusion, electronic_finance."`
}

// CharterReporting is a regulator's rule on reporting incidents.
type CharterReporting struct {
	ID     string   `yaml:"id" doc:"Stable: records hang on it." required:"true"`
	Of     string   `yaml:"of" doc:"Kind of incident: leak (유출), intrusion (침해사고) or electronic_finance (전자금융사고)." required:"true"`
	To     Name     `yaml:"to" doc:"Whom is told, and of what." required:"true"`
	When   Name     `yaml:"when" doc:"What it depends on; a person says whether it binds. Default: on nothing."`
	Within Duration `yaml:"within" doc:"So long after a person knew, such as 72h. Default: without delay."`
	From   *Date    `yaml:"from" doc:"First day in force: an incident is reported by what was in force when a person knew." required:"true"`
	Until  *Date    `yaml:"until" doc:"Last day in force. Default: still."`
	Source Name     `yaml:"source" doc:"Act and article." required:"true"`
}

// CharterSentence is one of the source.
type CharterSentence struct {
	Words       string `yaml:"words" doc:"Exactly." required:"true"`
	Clauses     List   `yaml:"clauses" doc:"Ids of the clauses that verify it."`
	NotVerified Name   `yaml:"not_verified" doc:"Or why nothing does."`
	Slip        bool   `yaml:"slip" doc:"It holds a slip of the source's own; shown with (원문)."`
}

//go:embed charter.yaml
var shippedCharter string

// ShippedCharter is the text of the charter that comes with the program.
func ShippedCharter() string { return shippedCharter }

// LoadCharter reads a charter; "" stands for the one that comes with the program. An error is
// [Problems], or a [messages.Message] when the file cannot be read.
func LoadCharter(path string) (charter.Charter, error) {
	c := readCharter(path, os.LookupEnv)
	if _, err := c.done(); err != nil {
		return charter.Charter{}, err
	}
	return c.charter, nil
}

// charterReader reads a charter and collects what is wrong with it.
type charterReader struct {
	Loaded
	file    CharterFile
	charter charter.Charter
	decoded bool
}

// readCharter reads a file, or the charter that comes with the program.
func readCharter(path string, getenv func(string) (string, bool)) *charterReader {
	name, text := path, []byte(shippedCharter)
	if path == "" {
		name = "charter.yaml"
	} else if b, err := os.ReadFile(path); err != nil || len(b) > maxFile {
		c := &charterReader{Loaded: Loaded{d: &decoder{file: path}}}
		c.d.problems = Problems{{File: path, What: messages.New("config.unreadable_file", "err", err)}}
		return c
	} else {
		text = b
	}
	return parseCharter(name, text, getenv)
}

func parseCharter(name string, text []byte, getenv func(string) (string, bool)) *charterReader {
	c := &charterReader{Loaded: Loaded{d: &decoder{file: name, getenv: getenv, marks: map[string]mark{}}}}
	var doc yaml.Node
	switch err := yaml.Unmarshal(text, &doc); {
	case err != nil:
		c.d.problems = syntax(name, err)
		return c
	case len(doc.Content) == 0:
		c.d.problems = Problems{{File: name, Line: 1, Col: 1, What: messages.New("config.empty_file")}}
		return c
	}
	if bad := aliases(doc.Content[0], map[*yaml.Node]bool{}, new(int)); bad != nil {
		c.d.problems = Problems{{File: name, Line: bad.Line, Col: bad.Column, What: messages.New("config.aliases")}}
		return c
	}
	v := reflect.ValueOf(&c.file).Elem()
	c.d.value(doc.Content[0], v, "")
	c.required(v, "")
	c.decoded = true
	c.build()
	return c
}

// build turns what was read into a charter, and tells what is wrong with it.
func (c *charterReader) build() {
	f := &c.file
	out := charter.Charter{
		Title:  named(f.Title, ""),
		Source: charter.Source{Title: named(f.Source.Title, ""), Publisher: named(f.Source.Publisher, ""), Language: firstOf(f.Source.Language, "ko"), URL: f.Source.URL, SHA256: f.Source.SHA256},
	}
	c.name(f.Title, "title")
	ids := map[string]string{}
	for i := range f.Clauses {
		path := fmt.Sprintf("clauses[%d]", i)
		c.id(f.Clauses[i].ID, path+".id", ids)
		out.Clauses = append(out.Clauses, c.clause(f.Clauses[i], path))
	}
	if _, given := c.d.marks["clauses"]; given && len(f.Clauses) == 0 {
		c.d.on("clauses", messages.New("config.no_clauses"))
	}
	duties := map[string]string{}
	for i, d := range f.Reporting {
		path := fmt.Sprintf("reporting[%d]", i)
		c.id(d.ID, path+".id", duties)
		out.Reporting = append(out.Reporting, c.reporting(d, path))
	}
	for i, s := range f.Sentences {
		out.Sentences = append(out.Sentences, c.sentence(s, fmt.Sprintf("sentences[%d]", i), out))
	}
	if len(f.Sentences) > 0 {
		c.reached(out)
	}
	c.charter = out
}

func (c *charterReader) clause(x CharterClause, path string) charter.Clause {
	out := charter.Clause{
		ID: compliance.Clause(x.ID), Title: named(x.Title, ""), Words: x.Words, SHA256: charter.Digest(x.Words), Promise: named(x.Promise, ""), Note: named(x.Note, ""),
		Owner: x.Owner, From: dateOf(x.From), Until: dateOf(x.Until),
	}
	c.name(x.Title, path+".title")
	c.name(x.Promise, path+".promise")
	if x.SHA256 != "" && !strings.EqualFold(x.SHA256, out.SHA256) {
		c.d.on(path+".sha256", messages.New("config.clause_digest", "digest", out.SHA256))
	}
	if !out.Until.IsZero() && out.Until.Before(out.From) {
		c.d.on(path+".until", messages.New("config.clause_until", "from", out.From))
	}
	for i, v := range x.Versions {
		at := fmt.Sprintf("%s.versions[%d]", path, i)
		next := c.version(v, at)
		if n := len(out.Versions); n > 0 && !next.From.After(out.Versions[n-1].From) && !next.From.IsZero() {
			c.d.on(at+".from", messages.New("config.version_order", "before", out.Versions[n-1].From))
		}
		out.Versions = append(out.Versions, next)
	}
	if _, given := c.d.marks[path+".versions"]; given && len(x.Versions) == 0 {
		c.d.on(path+".versions", messages.New("config.no_versions"))
	}
	return out
}

func dateOf(d *Date) calendar.Date {
	if d == nil {
		return calendar.Date{}
	}
	return calendar.NewDate(d.Year, time.Month(d.Month), d.Day)
}

func (c *charterReader) version(v CharterVersion, path string) charter.Version {
	out := charter.Version{From: dateOf(v.From), Why: named(v.Why, "")}
	out.Objective.Availability = c.percent(v.Objective.Availability, path+".objective.availability")
	out.Objective.Share = c.percent(v.Objective.Share, path+".objective.share")
	for i, r := range v.Requires {
		out.Requires = append(out.Requires, c.requirement(r, fmt.Sprintf("%s.requires[%d]", path, i)))
	}
	if _, given := c.d.marks[path+".requires"]; given && len(v.Requires) == 0 {
		c.d.on(path+".requires", messages.New("config.no_requirements", "example", "{method: not_observed, by: scan}"))
	}
	return out
}

func (c *charterReader) requirement(r CharterRequirement, path string) charter.Requirement {
	out := charter.Requirement{Method: charter.Method(r.Method), Basis: charter.Basis(r.By)}
	if r.By != "" && !slices.Contains(charter.Bases(), out.Basis) {
		c.d.on(path+".by", messages.New("config.basis", "value", strconv.Quote(r.By), "bases", messages.List(charter.Bases())))
	}
	switch {
	case r.Method == "":
	case !slices.Contains(charter.Methods(), out.Method):
		c.d.on(path+".method", messages.New("config.method", "value", strconv.Quote(r.Method), "methods", messages.List(charter.Methods())))
	default:
		out.Terms = c.terms(r.Terms, out.Method, path+".terms")
	}
	return out
}

func (c *charterReader) reporting(d CharterReporting, path string) charter.ReportingDuty {
	out := charter.ReportingDuty{
		ID: d.ID, Of: compliance.IncidentKind(d.Of), To: named(d.To, ""), When: named(d.When, ""), Within: time.Duration(d.Within), From: dateOf(d.From), Until: dateOf(d.Until), Source: named(d.Source, ""),
	}
	c.name(d.To, path+".to")
	c.name(d.Source, path+".source")
	c.incidentKind(d.Of, path+".of")
	c.span(path+".within", d.Within, time.Minute, 366*24*time.Hour)
	if !out.Until.IsZero() && out.Until.Before(out.From) {
		c.d.on(path+".until", messages.New("config.clause_until", "from", out.From))
	}
	return out
}

func (c *charterReader) incidentKind(s, path string) {
	if s != "" && !slices.Contains(compliance.IncidentKinds(), compliance.IncidentKind(s)) {
		c.d.on(path, messages.New("config.incident_kind", "value", strconv.Quote(s), "kinds", messages.List(compliance.IncidentKinds())))
	}
}

// sentence takes over a sentence, which belongs to clauses or has a reason why not.
func (c *charterReader) sentence(s CharterSentence, path string, of charter.Charter) charter.Sentence {
	out := charter.Sentence{Words: s.Words, NotVerified: named(s.NotVerified, ""), Slip: s.Slip}
	for i, id := range s.Clauses {
		out.Clauses = append(out.Clauses, compliance.Clause(id))
		if _, ok := of.Clause(compliance.Clause(id)); !ok {
			c.d.on(fmt.Sprintf("%s.clauses[%d]", path, i), messages.New("config.no_clause", "value", strconv.Quote(id)))
		}
	}
	reason := out.NotVerified != compliance.Name{}
	if reason == (len(out.Clauses) > 0) {
		c.d.on(path, messages.New("config.sentence_fate"))
	}
	return out
}

// reached demands that each clause has a sentence, and that its words stand in them.
func (c *charterReader) reached(of charter.Charter) {
	var words []string
	for _, s := range of.Sentences {
		words = append(words, s.Words)
	}
	all := strings.Join(words, " ")
	for i, cl := range of.Clauses {
		path := fmt.Sprintf("clauses[%d]", i)
		if cl.Words != "" && !strings.Contains(all, cl.Words) {
			c.d.on(path+".words", messages.New("config.clause_words"))
		}
		if !slices.ContainsFunc(of.Sentences, func(s charter.Sentence) bool { return slices.Contains(s.Clauses, cl.ID) }) {
			c.d.on(path+".id", messages.New("config.clause_unreached", "value", strconv.Quote(string(cl.ID))))
		}
	}
}
