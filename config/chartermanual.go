package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// DescribeTerms writes a requirement's parameters, defaults included, as the file has them.
func DescribeTerms(r charter.Requirement) string {
	t := r.Terms.WithDefaults(r.Method)
	var out []string
	for _, name := range r.Method.Terms() {
		if s := describeTerm(t, name); s != "" {
			out = append(out, name+": "+s)
		}
	}
	return strings.Join(out, ", ")
}

// describeTerm writes one parameter, "" where it is not set.
func describeTerm(t charter.Terms, name string) string {
	v := reflect.ValueOf(t)
	for i := range v.NumField() {
		if key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); key != name {
			continue
		}
		if name == "day_rule" {
			return t.DayRule.String()
		}
		if v.Field(i).IsZero() {
			return ""
		}
		switch x := v.Field(i).Interface().(type) {
		case time.Duration:
			return shortSpan(x)
		case compliance.Ratio:
			return Percent(x)
		case compliance.Term:
			return describeSpan(x)
		case []string:
			return strings.Join(x, ", ")
		case []compliance.CaseKind:
			return "[" + strings.Join(messages.List(x), ", ") + "]"
		default:
			return fmt.Sprint(x)
		}
	}
	return ""
}

// Percent writes a share without needless digits: 99.9%.
func Percent(r compliance.Ratio) string {
	s := fmt.Sprintf("%d.%03d", r/1000, r%1000)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + "%"
}

// shortSpan writes 72h for 72h0m0s.
func shortSpan(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func describeSpan(t compliance.Term) string {
	plural := func(n int, what string) string {
		if n == 1 {
			return "1 " + what
		}
		return fmt.Sprintf("%d %ss", n, what)
	}
	switch {
	case t.BusinessDays > 0:
		return plural(t.BusinessDays, "business day")
	case t.Days > 0:
		return plural(t.Days, "day")
	default:
		return shortSpan(t.Span)
	}
}

// CharterManual is the page about the charter, in Markdown: every clause of the one that comes with
// the program, the methods, and the keys of the file.
func CharterManual() (string, error) {
	c, err := LoadCharter("")
	if err != nil {
		return "", err
	}
	en := messages.In("en")
	var b strings.Builder
	b.WriteString(charterHead)
	b.WriteString("\n## Clauses\n\nThe charter that comes with the program, with all parameters that its clauses are judged by:\n\n| id | the charter's words | by | verified | parameters |\n|---|---|---|---|---|\n")
	for _, cl := range c.Clauses {
		for i, r := range cl.Versions[0].Requires {
			id, words, promise := "`"+string(cl.ID)+"`", cl.Words, cl.Promise.EN
			if cl.Note.EN != "" {
				promise += " " + cl.Note.EN
			}
			if i > 0 {
				id, words, promise = "", "", "and: "+en.Say(messages.Named("report.method", string(r.Method)))
			}
			if o := cl.Versions[0].Objective; o.Availability > 0 && i == 0 {
				promise += " Internal objective: " + Percent(o.Availability) + "."
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", id, words, r.Basis, promise, DescribeTerms(r))
		}
	}
	b.WriteString("\n## Methods\n\n| method | judges | parameters |\n|---|---|---|\n")
	for _, m := range charter.Methods() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", m, en.Say(messages.Named("report.method", string(m))), strings.Join(m.Terms(), ", "))
	}
	b.WriteString("\n## The file\n")
	table(&b, rows(reflect.TypeFor[CharterFile](), ""))
	b.WriteString("\nThis page is generated: `go test ./config -run Manual -update`.\n")
	return b.String(), nil
}

const charterHead = `# The charter

What an organisation promised, as data, and how each promise is verified. A configuration names its charter (` + "`charter: FILE`" + `); without
one, the charter that comes with the program counts. ` + "`charterwatch charter show`" + ` lists its clauses, ` + "`charterwatch charter export`" + ` writes
it out to start from, ` + "`charterwatch charter check FILE`" + ` names everything that is wrong with a file.

## Verdicts

Each requirement of a clause is judged twice: in the best case all that is not known was as promised, in the worst none of it was.

| verdict | when |
|---|---|
| broken 미이행 | even the best case misses the promise, however little was seen |
| kept 이행 | the worst case passes, and coverage reaches its floor |
| at risk 위험 | only what may yet be met keeps them apart; a closed month has this for yearly duties alone |
| unproven 판단불가 | neither can be shown: not seen, no record, no attestation, or nothing observes it yet |
| no occasion 해당 없음 | nothing happened that the promise speaks of, and that is known |

A clause is broken when one of its requirements is, unproven when one of them is, at risk when one of them is, kept when at least one was
kept and the others had no occasion. A verdict is about a promise, as observed (관측 기준); it is no finding of law.

* **Which month.** An obligation belongs to the month in which its limit passed or it was met, whichever is earlier; a deadline at the end of
  a day belongs to that day. A page that stays out of date is out of date in each month. A month is judged by the clauses, parameters and
  version that were in force on its first day, of the charter that was the latest on record before its end.
* **Recovery nobody saw.** Limits of outages count from the first failing slot as seen. Time without a look in an outage, long enough for a recovery to
  hold or lasting until its end, may have been one: then nothing is broken by it.
* **Registers.** A day for which no complete register of a kind of case was imported is unknown, back to the earliest day from which a case could
  fall due in the month. What a case's record lacks had not happened when it was recorded; afterwards nobody knows.
* **Attestations.** Without one in date a clause is unproven, never broken: that a record is missing is no evidence of a breach. What is due
  once a year has no occasion before a set month, is at risk from then on, and unproven when the year ends without it. It counts for the
  calendar year in which its first day lies.
* **Officers' records.** The latest record of the month counts, made after the month's end; one made earlier shows only incidents. Without a floor, all sources
  that it lists must have reported. An incident that is on record as confirmed in the month counts, whatever the record says.
* **Incidents and regulators.** An incident on record has three times: detected by a machine, known by a person, confirmed. The duties under
  reporting count from when a person knew; what a machine detected starts no clock. They are decision support: no verdict rests on them.
* **Nothing configured** for a clause is unproven, with a reason that says what to configure.
`
