package reports

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/charter"
)

// compose lays a report out.
func compose(r Report, s Signing, lang string, o Options) (page, error) {
	w, err := newWriter(r, s, lang, o)
	if err != nil {
		return page{}, err
	}
	p := page{
		Lang: lang, Title: w.say("title", "charter", w.name(r.Charter.Title)), Organisation: w.name(r.Organisation), Period: w.month(r.Month.Month),
		ID: w.say("running_id", "id", r.ID), Digest: short(Digest(r)), Marks: w.marks(), Contents: w.say("contents"), Skip: w.say("skip"),
	}
	p.Sections = []section{
		w.front(p), w.scorecard(), w.availability(), w.maintenance(), w.outages(), w.security(), w.cases(), w.attestations(), w.publication(),
		w.watch(), w.judging(), w.definitions(), w.gaps(), w.checking(), w.appendix(),
	}
	return p, nil
}

// marks are what every page must say of the whole report.
func (w *writer) marks() []string {
	var out []string
	switch w.s.State {
	case Draft, Review:
		out = append(out, w.say("mark.draft"))
	case Unsigned:
		out = append(out, w.say("mark.unsigned"))
	}
	if w.r.Addendum != nil {
		out = append(out, w.say("mark.addendum", "of", w.r.Addendum.Of))
	}
	if w.r.Simulated {
		out = append(out, w.say("mark.simulated"))
	}
	return out
}

// tallied are a clause's occasions over all of its requirements.
type tallied struct {
	kept, broken, unproven, pending int
	coverage                        *compliance.Ratio // the lowest
}

func tally(j charter.Judged) (t tallied) {
	for _, o := range j.Requires {
		t.kept, t.broken, t.unproven, t.pending = t.kept+o.Kept, t.broken+o.Broken, t.unproven+o.Unproven, t.pending+o.Pending
		if o.Coverage != nil && (t.coverage == nil || *o.Coverage < *t.coverage) {
			t.coverage = o.Coverage
		}
	}
	return t
}

// figure is the number that stands beside a verdict. Without enough coverage that is the
// coverage, and nothing else.
func (w *writer) figure(j charter.Judged) string {
	t := tally(j)
	switch {
	case j.Verdict == compliance.Unproven && t.coverage != nil:
		return w.say("figure.coverage", "ratio", w.percent(*t.coverage))
	case t.kept+t.broken+t.unproven+t.pending > 0:
		return w.say("figure.occasions", "kept", t.kept, "all", t.kept+t.broken+t.unproven+t.pending)
	case j.Verdict == compliance.NoOccasion:
		return w.say("figure.none")
	case t.coverage != nil:
		return w.say("figure.coverage", "ratio", w.percent(*t.coverage))
	default:
		return w.say("none")
	}
}

// before says how a clause's verdict was in the month before.
func (w *writer) before(j charter.Judged) cell {
	if w.r.Before == nil {
		return text(w.say("before.none"))
	}
	v, ok := w.r.Before.Verdicts[j.Clause]
	switch {
	case !ok:
		return text(w.say("before.new"))
	case v == j.Verdict:
		return text(w.say("before.same"))
	case rank(j.Verdict) > rank(v):
		return both(w.say("before.worse"), w.say("before.was", "was", w.word(v)))
	default:
		return both(w.say("before.better"), w.say("before.was", "was", w.word(v)))
	}
}

// rank orders verdicts by how much they ask of those who read them.
func rank(v compliance.Verdict) int {
	return slices.Index([]compliance.Verdict{compliance.NoOccasion, compliance.Kept, compliance.AtRisk, compliance.Unproven, compliance.Broken}, v)
}

func (w *writer) clause(id compliance.Clause) string {
	if c, ok := w.r.Charter.Clause(id); ok {
		return w.name(c.Title)
	}
	return string(id)
}

// judgedBy are the clauses that any of the bases or methods decides.
func (w *writer) judgedBy(is func(charter.Outcome) bool) []charter.Judged {
	var out []charter.Judged
	for _, j := range w.r.Month.Clauses {
		if slices.ContainsFunc(j.Requires, is) {
			out = append(out, j)
		}
	}
	return out
}

// clauses is a table of verdicts on some clauses, with what each of their requirements came to.
func (w *writer) clauses(caption string, list []charter.Judged, is func(charter.Outcome) bool) block {
	t := table{Caption: caption, Empty: w.say("clauses.empty"), Columns: []column{
		{w.say("col.clause"), 5, false}, {w.say("col.method"), 5, false}, {w.say("col.verdict"), 4, false}, {w.say("col.figure"), 4, false}, {w.say("col.why"), 9, false}}}
	for _, j := range list {
		for _, o := range j.Requires {
			if is(o) {
				t.Rows = append(t.Rows, []cell{text(w.clause(j.Clause)), text(w.method(o.Method)), w.verdict(o.Verdict), text(w.outcome(o)), text(w.why(o.Why))})
			}
		}
	}
	return block{Table: &t}
}

// outcome is the figure of one requirement.
func (w *writer) outcome(o charter.Outcome) string {
	return w.figure(charter.Judged{Verdict: o.Verdict, Requires: []charter.Outcome{o}})
}

func (w *writer) method(m charter.Method) string { return w.named("report.method", string(m)) }
func (w *writer) basis(b charter.Basis) string   { return w.named("report.basis", string(b)) }

// floor is the coverage below which a site's availability says nothing, as its clause has it.
func (w *writer) floor() compliance.Ratio {
	for _, c := range w.r.Charter.Clauses {
		if c.ID != compliance.ClauseAvailability || len(c.Versions) == 0 {
			continue
		}
		for _, q := range c.Version(w.firstDay()).Requires {
			if q.Method == charter.ServedDays && q.Terms.Coverage > 0 {
				return q.Terms.Coverage
			}
		}
	}
	return compliance.Promises{}.WithDefaults().Coverage
}

// bySite orders sites as the evidence lists them.
func (w *writer) siteMonths() []charter.SiteMonth {
	out := slices.Clone(w.r.Month.Sites)
	place := map[string]int{}
	for i, s := range w.r.Evidence.Sites {
		place[s.ID] = i
	}
	slices.SortStableFunc(out, func(a, b charter.SiteMonth) int { return cmp.Compare(place[a.Site], place[b.Site]) })
	return out
}

func number(n int) cell {
	f := float64(n)
	return cell{Text: strconv.Itoa(n), Number: &f}
}

// ratio is a percentage, and for the workbook the number.
func (w *writer) ratio(r compliance.Ratio, ok bool) cell {
	if !ok {
		return text(w.say("none"))
	}
	f := float64(r) / 1000
	return cell{Text: w.percent(r), Number: &f}
}

// overlap is how long two stretches share. An open end is that of the period.
func (w *writer) overlap(p compliance.Period, from, to time.Time) time.Duration {
	if to.IsZero() {
		to = w.r.Month.Period.To
	}
	if q, ok := p.Clip(compliance.Period{From: from, To: to}); ok {
		return q.To.Sub(q.From)
	}
	return 0
}
