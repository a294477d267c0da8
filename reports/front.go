package reports

import (
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
)

func (w *writer) firstDay() calendar.Date { return calendar.DateOf(w.r.Month.Period.From, w.zone) }

// front is page one: what must be known before the signature.
func (w *writer) front(p page) section {
	s := section{ID: "summary", Title: p.Title}
	add := func(b ...block) { s.Blocks = append(s.Blocks, b...) }
	if len(p.Marks) > 0 {
		add(block{Marks: p.Marks})
	}
	add(block{Text: w.say("front.heading", "organisation", p.Organisation, "period", p.Period)}, block{Sign: w.signBox()})
	add(block{Counts: w.counts()}, block{Table: w.facts()})
	add(block{Head: w.say("front.broken"), HeadID: "broken", Minor: true}, w.items(w.broken(), w.say("front.broken.none")))
	add(block{Head: w.say("front.unseen"), HeadID: "unseen", Minor: true}, w.items(w.unseen(), w.say("front.unseen.none")))
	add(block{Head: w.say("front.change"), HeadID: "change", Minor: true}, w.items(w.changed(), w.say("front.change.none")))
	add(block{Head: w.say("front.adjusted"), HeadID: "adjusted", Minor: true}, w.items(w.adjusted(), w.say("front.adjusted.none")))
	add(block{Head: w.say("front.clocks"), HeadID: "clocks", Minor: true}, w.items(w.clocksRunning(), w.say("front.clocks.none")))
	var asked []string
	for _, d := range w.r.Decisions {
		asked = append(asked, w.name(d))
	}
	add(block{Head: w.say("front.decisions"), HeadID: "decisions", Minor: true}, w.items(asked, w.say("front.decisions.none")))
	if a := w.r.Addendum; a != nil {
		add(block{Head: w.say("addendum.heading"), HeadID: "addendum", Minor: true}, block{Text: w.say("addendum.text", "of", a.Of, "digest", short(a.Digest), "why", a.Why)}, block{Table: w.bothFigures()})
	}
	return s
}

func (w *writer) items(list []string, none string) block {
	if len(list) == 0 {
		return block{Text: none}
	}
	return block{Items: list}
}

// signBox is the 결재란: who must sign, and who has.
func (w *writer) signBox() *signBox {
	b := &signBox{Title: w.say("sign.title")}
	for _, role := range w.s.Roles {
		x := signed{Role: w.role(role), Name: w.say("sign.open")}
		if w.s.State == Unsigned {
			x.Name = w.say("sign.missed")
			x.Note = w.say("sign.deadline", "at", w.limit(w.s.Deadline))
		} else if !w.s.Deadline.IsZero() {
			x.Note = w.say("sign.until", "at", w.limit(w.s.Deadline))
		}
		for _, g := range w.s.Signatures {
			if g.Role == role {
				x = signed{Role: w.role(role), Name: g.Name, At: w.at(g.At), Note: w.say("sign.record", "id", short(g.Record))}
			}
		}
		b.Roles = append(b.Roles, x)
	}
	if len(b.Roles) == 0 {
		b.Roles = []signed{{Role: w.say("sign.title"), Name: w.say("sign.nobody")}}
	}
	return b
}

func (w *writer) role(r string) string {
	switch r {
	case "drafter":
		return w.say("role.drafter")
	case "reviewer":
		return w.say("role.reviewer")
	case "approver":
		return w.say("role.approver")
	default:
		return r
	}
}

// counts are how many clauses have each verdict.
func (w *writer) counts() []count {
	var out []count
	for _, v := range []compliance.Verdict{compliance.Kept, compliance.AtRisk, compliance.Broken, compliance.Unproven, compliance.NoOccasion} {
		n := 0
		for _, j := range w.r.Month.Clauses {
			if j.Verdict == v {
				n++
			}
		}
		out = append(out, count{icon(v), w.word(v), n})
	}
	return out
}

func (w *writer) facts() *table {
	checks := 0
	for _, s := range w.r.Evidence.Sites {
		checks += s.Checks
	}
	t := &table{Plain: true, Sheet: w.say("sheet.summary"), Columns: []column{{w.say("col.item"), 1, false}, {w.say("col.content"), 5, false}}}
	row := func(k, v string) { t.Rows = append(t.Rows, []cell{text(k), text(v)}) }
	p := w.r.Month.Period
	row(w.say("fact.period"), w.say("fact.period.is", "from", w.date(p.From), "to", w.date(p.To.Add(-1)), "zone", w.r.Evidence.Zone))
	row(w.say("fact.scope"), w.say("fact.scope.is", "clauses", len(w.r.Month.Clauses), "sites", len(w.r.Evidence.Sites), "checks", checks, "vantages", len(w.r.Evidence.Vantages)))
	row(w.say("fact.id"), w.say("fact.id.is", "id", w.r.ID, "digest", Digest(w.r)))
	row(w.say("fact.as_of"), w.say("fact.as_of.is", "at", w.at(w.r.Month.AsOf), "made", w.at(w.r.MadeAt)))
	return t
}

// broken is each promise that was not kept, in a sentence: what, how long, whose, due when.
func (w *writer) broken() []string {
	var out []string
	for _, j := range w.r.Month.Clauses {
		if j.Verdict != compliance.Broken {
			continue
		}
		c, _ := w.r.Charter.Clause(j.Clause)
		s := w.say("front.broken.is", "title", w.name(c.Title), "why", w.why(j.Why), "owner", c.Owner)
		if o, ok := firstBroken(j); ok && !o.Limit.IsZero() {
			s = w.say("front.broken.due", "title", w.name(c.Title), "why", w.why(j.Why), "owner", c.Owner, "due", w.limit(o.Limit))
		}
		out = append(out, s)
	}
	return out
}

func firstBroken(j charter.Judged) (compliance.Obligation, bool) {
	for _, r := range j.Requires {
		if i := slices.IndexFunc(r.Occasions, func(o compliance.Obligation) bool { return o.Verdict == compliance.Broken }); i >= 0 {
			return r.Occasions[i], true
		}
	}
	return compliance.Obligation{}, false
}

// unseen is what the monitor could not say, and why.
func (w *writer) unseen() []string {
	var out, low []string
	floor := w.floor()
	for _, s := range w.siteMonths() {
		if r, ok := s.Figures.Coverage(); ok && r < floor {
			low = append(low, w.say("front.unseen.site", "site", w.site(s.Site), "ratio", w.percent(r)))
		}
	}
	if len(low) > 0 {
		out = append(out, w.say("front.unseen.sites", "floor", w.percent(floor), "sites", first(low, 6, w)))
	}
	var names []string
	for _, j := range w.r.Month.Clauses {
		if j.Verdict == compliance.Unproven {
			names = append(names, w.clause(j.Clause))
		}
	}
	if len(names) > 0 {
		out = append(out, w.say("front.unseen.clauses", "n", len(names), "clauses", first(names, 8, w)))
	}
	if n := len(w.r.Month.Self.Blind); n > 0 {
		var all time.Duration
		for _, b := range w.r.Month.Self.Blind {
			all += b.To.Sub(b.From)
		}
		out = append(out, w.say("front.unseen.blind", "n", n, "long", w.long(all)))
	}
	return out
}

// first joins the first few of a list, and says how many more there are.
func first(list []string, n int, w *writer) string {
	if len(list) <= n {
		return strings.Join(list, ", ")
	}
	return w.say("more", "list", strings.Join(list[:n], ", "), "n", len(list)-n)
}

// changed is what became worse or better since the month before.
func (w *writer) changed() []string {
	if w.r.Before == nil {
		return []string{w.say("front.change.first")}
	}
	var worse, better []string
	for _, j := range w.r.Month.Clauses {
		was, ok := w.r.Before.Verdicts[j.Clause]
		if !ok || was == j.Verdict {
			continue
		}
		s := w.say("front.change.is", "title", w.clause(j.Clause), "was", w.word(was), "is", w.word(j.Verdict))
		if rank(j.Verdict) > rank(was) {
			worse = append(worse, s)
		} else {
			better = append(better, s)
		}
	}
	var out []string
	if len(worse) > 0 {
		out = append(out, w.say("front.change.worse", "n", len(worse), "list", first(worse, 5, w)))
	}
	if len(better) > 0 {
		out = append(out, w.say("front.change.better", "n", len(better), "list", first(better, 5, w)))
	}
	return out
}

// adjusted is what people put on record that changed what was seen or who was told.
func (w *writer) adjusted() []string {
	appeals, upheld, rulings, silences := 0, 0, 0, 0
	within := func(s compliance.Statement) bool {
		return !s.At.Before(w.r.Month.Period.From) && !s.At.After(w.r.Month.AsOf)
	}
	for _, site := range w.r.Evidence.Sites {
		for _, s := range site.History.Record.Statements {
			switch {
			case !within(s):
			case s.Appeal != nil:
				appeals++
			case s.Judgement != nil && s.Judgement.Upheld:
				upheld++
			case s.Ruling != nil:
				rulings++
			}
		}
	}
	for _, s := range w.r.Evidence.House {
		if s.Silence != nil && within(s) {
			silences++
		}
	}
	var out []string
	if appeals+upheld > 0 {
		var long time.Duration
		for _, s := range w.r.Month.Sites {
			long += s.Figures.Contested
		}
		out = append(out, w.say("adjusted.appeals", "n", appeals, "upheld", upheld, "long", w.long(long)))
	}
	if rulings > 0 {
		out = append(out, w.say("adjusted.rulings", "n", rulings))
	}
	if silences > 0 {
		out = append(out, w.say("adjusted.silences", "n", silences))
	}
	return out
}

// bothFigures shows what an addendum changes beside what was reported.
func (w *writer) bothFigures() *table {
	t := &table{Caption: w.say("addendum.caption"), Empty: w.say("addendum.same"), Columns: []column{{w.say("col.clause"), 4, false}, {w.say("col.reported"), 3, false}, {w.say("col.now"), 3, false}, {w.say("col.why"), 8, false}}}
	was := w.r.Addendum.Verdicts
	for _, j := range w.r.Month.Clauses {
		if v, ok := was[j.Clause]; ok && v != j.Verdict {
			t.Rows = append(t.Rows, []cell{text(w.clause(j.Clause)), w.verdict(v), w.verdict(j.Verdict), text(w.why(j.Why))})
		}
	}
	for _, s := range w.siteMonths() {
		r, ok := s.Figures.Charter()
		if v, was := w.r.Addendum.Figures[s.Site]; was && ok && v != r {
			t.Rows = append(t.Rows, []cell{text(w.site(s.Site)), text(w.percent(v)), text(w.percent(r)), text(w.say("addendum.figure"))})
		}
	}
	return t
}
