package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/probes"
)

// judging is what changed in how a month is judged.
func (w *writer) judging() section {
	t := table{Empty: w.say("judging.empty"), Columns: []column{{w.say("col.clause"), 4, false}, {w.say("col.what"), 4, false}, {w.say("col.was"), 6, false}, {w.say("col.is"), 6, false}, {w.say("col.why"), 7, false}}}
	for _, c := range w.r.Changes {
		what := w.say("judging.all")
		if c.Clause != "" {
			what = w.clause(c.Clause)
		}
		t.Rows = append(t.Rows, []cell{text(what), text(w.named("report.change", string(c.What))), text(cmp.Or(c.Before, w.say("none"))), text(cmp.Or(c.After, w.say("none"))), text(cmp.Or(w.name(c.Why), w.say("none")))})
	}
	return section{ID: "judging", Title: w.say("judging.title"), Break: true, Blocks: []block{{Small: w.say("judging.how")}, {Table: &t}}}
}

// definitions say what the report's words mean.
func (w *writer) definitions() section {
	t := table{Columns: []column{{w.say("col.word"), 3, false}, {w.say("col.means"), 12, false}}}
	for _, v := range []compliance.Verdict{compliance.Kept, compliance.AtRisk, compliance.Broken, compliance.Unproven, compliance.NoOccasion} {
		t.Rows = append(t.Rows, []cell{w.verdict(v), text(w.named("verdict", v.String()+".means"))})
	}
	row := func(k, v string) { t.Rows = append(t.Rows, []cell{text(k), text(v)}) }
	row(w.named("verdict", "basis"), w.say("def.basis"))
	row(w.say("col.best"), w.say("def.best"))
	row(w.say("col.worst"), w.say("def.worst"))
	row(w.say("col.raw"), w.say("def.raw"))
	row(w.say("col.charter"), w.say("def.charter"))
	row(w.say("col.coverage"), w.say("def.coverage"))
	row(w.say("def.down"), w.say("def.down.is"))
	row(w.say("def.floored"), w.say("def.floored.is"))
	row(w.say("def.objective"), w.say("def.objective.is"))
	row(w.say("def.days"), w.say("def.days.is"))
	return section{ID: "definitions", Title: w.say("definitions.title"), Blocks: []block{{Table: &t}}}
}

// shortGap is up to how long a gap is told only in the sum.
const shortGap = 10 * time.Minute

// gap is a stretch in which a site's checks were not seen, at one place or more.
type gap struct {
	compliance.Period
	why      probes.Reason
	checks   map[string]bool
	vantages map[string]bool
}

// gaps are all stretches longer than ten minutes in which a look was missing.
func (w *writer) gaps() section {
	t := table{Empty: w.say("gaps.empty"), Sheet: w.say("sheet.gaps"), Columns: []column{{w.say("col.site"), 6, false}, {w.say("col.stretch"), 11, false}, {w.say("col.long"), 5, true}, {w.say("col.counted"), 5, true}, {w.say("col.affected"), 9, false}, {w.say("col.reason"), 8, false}}}
	for _, s := range w.r.Evidence.Sites {
		unseen := compliance.Unseen(s.History, w.r.Month.Period)
		for _, g := range siteGaps(s, w.r.Month.Period) {
			var counted time.Duration
			for _, u := range unseen {
				counted += w.overlap(g.Period, u.From, u.To)
			}
			t.Rows = append(t.Rows, []cell{text(w.site(s.ID)), text(w.span(g.From, g.To)), text(w.long(g.To.Sub(g.From))), text(w.long(counted)),
				text(w.say("gaps.affected", "checks", len(g.checks), "of", s.Checks, "vantages", len(g.vantages))), text(w.named("reason", g.why.String()))})
		}
	}
	return section{ID: "gaps", Title: w.say("gaps.title"), Break: !t.Short(), Blocks: []block{{Small: w.say("gaps.how")}, {Table: &t}}}
}

// siteGaps joins gaps of one reason that overlap or touch, whichever check and vantage they are of.
func siteGaps(s charter.SiteEvidence, p compliance.Period) []gap {
	all := slices.Clone(s.History.Gaps)
	slices.SortStableFunc(all, func(a, b compliance.Gap) int {
		return cmp.Or(cmp.Compare(a.Reason, b.Reason), a.From.Compare(b.From), cmp.Compare(a.Check, b.Check))
	})
	var out []gap
	for _, g := range all {
		span, ok := p.Clip(compliance.Period{From: g.From, To: g.To})
		if !ok {
			continue
		}
		if n := len(out) - 1; n < 0 || out[n].why != g.Reason || out[n].To.Before(span.From) {
			out = append(out, gap{span, g.Reason, map[string]bool{}, map[string]bool{}})
		}
		last := &out[len(out)-1]
		if last.To.Before(span.To) {
			last.To = span.To
		}
		last.checks[g.Check], last.vantages[g.Vantage] = true, true
	}
	out = slices.DeleteFunc(out, func(g gap) bool { return g.To.Sub(g.From) <= shortGap })
	slices.SortStableFunc(out, func(a, b gap) int { return a.From.Compare(b.From) })
	return out
}

// checking is how the report can be checked without trusting anybody.
func (w *writer) checking() section {
	e, m := w.r.Evidence, w.r.Month
	t := table{Plain: true, Columns: []column{{w.say("col.item"), 3, false}, {w.say("col.content"), 12, false}}}
	row := func(k, v string) { t.Rows = append(t.Rows, []cell{text(k), text(cmp.Or(v, w.say("none")))}) }
	row(w.say("check.digest"), Digest(w.r))
	row(w.say("check.charter"), m.Charter)
	row(w.say("check.rules"), m.Rules)
	row(w.say("check.program"), e.Program)
	row(w.say("check.holidays"), e.Holidays)
	row(w.say("check.vantages"), strings.Join(e.Vantages, ", "))
	row(w.say("check.keys"), strings.Join(w.r.Closing.Keys, ", "))
	s := section{ID: "checking", Title: w.say("checking.title"), Break: true, Blocks: []block{{Text: w.say("checking.how")}, {Code: "charterwatch verify report.pdf\ncharterwatch verify report.json --recompute"}, {Text: w.say("checking.not")}, {Table: &t}}}
	if c := w.r.Closing; c.Checkpoint != "" {
		s.Blocks = append(s.Blocks, block{Head: w.say("check.checkpoint", "at", w.at(c.At)), HeadID: "checkpoint"}, block{Code: strings.TrimRight(c.Checkpoint, "\n")})
	} else {
		s.Blocks = append(s.Blocks, block{Text: w.say("check.no_checkpoint")})
	}
	if len(w.o.Attachments) > 0 {
		a := table{Caption: w.say("check.attachments"), Columns: []column{{w.say("col.file"), 4, false}, {w.say("col.content"), 4, false}, {"SHA-256", 11, false}}}
		for _, f := range w.o.Attachments {
			a.Rows = append(a.Rows, []cell{text(f.Name), text(f.Description), {Small: digest(f.Data)}})
		}
		s.Blocks = append(s.Blocks, block{Table: &a})
	}
	return s
}

// shownRefs is how many pieces of evidence a clause lists.
const shownRefs = 12

// appendix is each clause in full.
func (w *writer) appendix() section {
	s := section{ID: "appendix", Title: w.say("appendix.title"), Break: true, Blocks: []block{{Small: w.say("appendix.how")}}}
	for _, j := range w.r.Month.Clauses {
		c, ok := w.r.Charter.Clause(j.Clause)
		if !ok {
			continue
		}
		one := []block{{Head: fmt.Sprintf("%s (%s)", w.name(c.Title), c.ID), HeadID: "clause-" + string(c.ID)}, {Quote: &quote{w.r.Charter.Source.Language, "“" + c.Words + "”"}}}
		if n := w.name(c.Note); n != "" {
			one = append(one, block{Small: n})
		}
		one = append(one, block{Table: w.judged(c, j)})
		if refs := w.refs(j); refs != "" {
			one = append(one, block{Small: refs})
		}
		s.Blocks = append(s.Blocks, block{Keep: one})
	}
	return s
}

func (w *writer) judged(c charter.Clause, j charter.Judged) *table {
	t := &table{Plain: true, Columns: []column{{w.say("col.item"), 4, false}, {w.say("col.content"), 15, false}}}
	row := func(k string, v cell) { t.Rows = append(t.Rows, []cell{text(k), v}) }
	row(w.say("col.promise"), text(w.name(c.Promise)))
	v := cell{Icon: icon(j.Verdict), Text: w.named("report.verdict", j.Verdict.String()), Strong: true}
	v.Small = w.say("appendix.cases", "best", w.word(j.Best), "worst", w.word(j.Worst))
	row(w.say("col.verdict"), v)
	for _, o := range j.Requires {
		row(w.method(o.Method), both(w.say("appendix.requirement", "verdict", w.word(o.Verdict), "figure", w.outcome(o), "why", w.why(o.Why)), w.say("appendix.basis", "basis", w.basis(o.Basis))))
	}
	return t
}

// refs are the first pieces of evidence that a verdict used.
func (w *writer) refs(j charter.Judged) string {
	var all []string
	for _, o := range j.Requires {
		for _, u := range o.Used {
			all = append(all, u.Kind+" "+u.ID)
		}
	}
	switch {
	case len(all) == 0:
		return ""
	case len(all) > shownRefs:
		return w.say("appendix.more", "refs", strings.Join(all[:shownRefs], ", "), "n", len(all)-shownRefs)
	default:
		return w.say("appendix.refs", "refs", strings.Join(all, ", "))
	}
}
