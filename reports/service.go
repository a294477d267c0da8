package reports

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/internal/charts"
)

// dash stands where a figure would claim what was not seen.
const dash = "–"

// scorecard is a row for each clause.
func (w *writer) scorecard() section {
	t := table{Sheet: w.say("sheet.clauses"), Columns: []column{
		{w.say("col.clause"), 15, false}, {w.say("col.verdict"), 11, false}, {w.say("col.figure"), 12, false}, {w.say("col.before"), 10, false}, {w.say("col.why"), 27, false}, {w.say("col.owner"), 9, false}}}
	for _, j := range w.r.Month.Clauses {
		c, _ := w.r.Charter.Clause(j.Clause)
		t.Rows = append(t.Rows, []cell{both(w.name(c.Title), string(j.Clause)), w.verdict(j.Verdict), text(w.figure(j)), w.before(j), text(w.why(j.Why)), text(c.Owner)})
	}
	s := section{ID: "scorecard", Title: w.say("scorecard.title"), Break: true}
	s.Blocks = []block{{Small: w.say("scorecard.how")}, {Table: &t}}
	if o := w.objectives(); len(o.Rows) > 0 {
		s.Blocks = append(s.Blocks, block{Head: w.say("objective.title"), HeadID: "objectives"}, block{Small: w.say("objective.how")}, block{Table: &o})
	}
	return s
}

// objectives are what the organisation set itself: no promise.
func (w *writer) objectives() table {
	t := table{Columns: []column{{w.say("col.clause"), 6, false}, {w.say("col.want"), 3, true}, {w.say("col.got"), 3, true}, {w.say("col.met"), 3, false}}}
	for _, j := range w.r.Month.Clauses {
		for _, o := range j.Requires {
			if o.Objective == nil {
				continue
			}
			met := w.say("objective.missed")
			if o.Objective.Met {
				met = w.say("objective.met")
			}
			got := w.ratio(o.Objective.Got, true)
			if o.Verdict == compliance.Unproven {
				got, met = text(w.word(compliance.Unproven)), w.say("objective.unproven")
			}
			t.Rows = append(t.Rows, []cell{text(w.clause(j.Clause)), w.ratio(o.Objective.Want, true), got, text(met)})
		}
	}
	return t
}

// availability is a table of all sites and a strip of days for each.
func (w *writer) availability() section {
	floor := w.floor()
	t := table{Caption: w.say("availability.caption"), Sheet: w.say("sheet.availability"), Columns: []column{
		{w.say("col.site"), 17, false}, {w.say("col.verdict"), 12, false}, {w.say("col.raw"), 10, true}, {w.say("col.charter"), 10, true}, {w.say("col.coverage"), 10, true},
		{w.say("col.best"), 10, true}, {w.say("col.worst"), 10, true}, {w.say("col.down"), 13, true}, {w.say("col.planned"), 10, true}}}
	s := section{ID: "availability", Title: w.say("availability.title"), Break: true}
	strips := table{Columns: []column{{w.say("col.site"), 10, false}, {w.say("col.days"), 27, false}}}
	for _, m := range w.siteMonths() {
		f := m.Figures
		coverage, known := f.Coverage()
		row := []cell{text(w.site(m.Site)), w.verdict(m.Availability.Verdict)}
		if !known || coverage < floor {
			none := text(dash)
			row = append(row, none, none, w.ratio(coverage, known), none, none)
		} else {
			for _, get := range []func() (compliance.Ratio, bool){f.Raw, f.Charter, f.Coverage, f.Best, f.Worst} {
				row = append(row, w.ratio(get()))
			}
		}
		t.Rows = append(t.Rows, append(row, text(w.long(f.Open.Unplanned())), text(w.long(f.Open.Parts.Planned))))
		strips.Rows = append(strips.Rows, w.strip(m, floor))
	}
	s.Blocks = append(s.Blocks, block{Small: w.say("availability.how", "floor", w.percent(floor))}, block{Table: &t},
		block{Head: w.say("strips.title"), HeadID: "strips"}, block{Small: w.say("strips.legend")}, block{Table: &strips})
	return s
}

// strip is a site's days. A day's sign is its verdict; its tone says the same again.
func (w *writer) strip(m charter.SiteMonth, floor compliance.Ratio) []cell {
	chart := charts.Strip{Title: w.say("strip.title", "site", w.site(m.Site), "month", w.month(w.r.Month.Month))}
	days := map[charts.State][]string{}
	for _, d := range m.Figures.Days {
		c := charts.Cell{Label: fmt.Sprint(d.From.In(w.zone).Day())}
		c.State, c.Letter = dayState(d, m.Availability)
		days[c.State] = append(days[c.State], c.Label)
		chart.Cells = append(chart.Cells, c)
	}
	var desc []string
	for _, x := range []struct {
		state charts.State
		key   string
	}{{charts.Down, w.say("strip.down")}, {charts.Late, w.say("strip.late")}, {charts.Unknown, w.say("strip.unknown")}, {charts.None, w.say("strip.closed")}} {
		if d := days[x.state]; len(d) > 0 {
			desc = append(desc, w.say("strip.days", "what", x.key, "n", len(d), "days", strings.Join(d, ", ")))
		}
	}
	desc = append(desc, w.say("strip.kept", "n", len(days[charts.Kept])))
	chart.Desc = strings.Join(desc, "; ")
	coverage, known := m.Figures.Coverage()
	line := w.say("strip.unproven", "coverage", w.percent(coverage), "floor", w.percent(floor))
	if known && coverage >= floor {
		line = w.say("strip.line", "charter", w.percentIf(m.Figures.Charter()), "coverage", w.percent(coverage))
	}
	wide, high := chart.Size()
	return []cell{both(w.site(m.Site), line), {Strip: &strip{SVG: template.HTML(chart.SVG()), Alt: chart.Title + ". " + chart.Desc, Wide: wide * 7 / 10, High: high * 7 / 10}, Small: chart.Desc}}
}

// dayState is a day as the strip shows it.
func dayState(d compliance.Day, a compliance.Availability) (charts.State, string) {
	in := func(list []compliance.Period) bool {
		return slices.ContainsFunc(list, func(p compliance.Period) bool { return p.From.Equal(d.From) })
	}
	switch {
	case in(a.BrokenDays):
		return charts.Down, "×"
	case in(a.UnprovenDays):
		return charts.Unknown, "?"
	case d.Open.All()+d.Future == 0:
		return charts.None, "–"
	case d.Open.Unplanned() > 0:
		return charts.Late, "△"
	default:
		return charts.Kept, "○"
	}
}

// maintenance is every window of announced or declared work, and what became of its notice.
func (w *writer) maintenance() section {
	t := table{Empty: w.say("maintenance.empty"), Sheet: w.say("sheet.maintenance"), Columns: []column{
		{w.say("col.site"), 6, false}, {w.say("col.work"), 8, false}, {w.say("col.window"), 7, false}, {w.say("col.announced"), 5, false}, {w.say("col.lead"), 4, false}, {w.say("col.actual"), 4, false}, {w.say("col.verdict"), 5, false}}}
	for _, m := range w.siteMonths() {
		for _, p := range m.Plans {
			for _, win := range p.Windows {
				if w.overlap(w.r.Month.Period, win.Start, win.End) > 0 {
					t.Rows = append(t.Rows, w.window(m, p, win))
				}
			}
		}
	}
	return section{ID: "maintenance", Title: w.say("maintenance.title"), Break: true, Blocks: []block{{Small: w.say("maintenance.how")}, {Table: &t}}}
}

func (w *writer) window(m charter.SiteMonth, p compliance.Plan, win compliance.Stretch) []cell {
	announced, lead := w.at(win.Seen.FirstSeen), w.say("none")
	if !win.Seen.FirstSeen.IsZero() {
		lead = w.long(win.Lead.AtLeast)
	}
	down := time.Duration(0)
	for _, o := range m.Outages {
		down += w.overlap(compliance.Period{From: win.Start, To: orEnd(win.End, w.r.Month.Period.To)}, o.Start, o.End)
	}
	verdict, why := win.Lead.Verdict, w.named("plantype", orUntyped(p.Type))
	i := slices.IndexFunc(m.Obligations, func(o compliance.Obligation) bool {
		return o.Clause == compliance.ClauseMaintenance && o.Subject == p.ID && o.Start.Equal(win.Start)
	})
	switch {
	case i >= 0:
		verdict, why = m.Obligations[i].Verdict, why+" · "+w.reason(m.Obligations[i].Why)
	case p.Type == notice.Emergency || p.State == notice.Cancelled:
		verdict = compliance.NoOccasion // owes no notice ahead
	}
	v := w.verdict(verdict)
	v.Small = why
	return []cell{text(w.site(m.Site)), both(p.Title, w.named("planstate", string(p.State))), text(w.span(win.Start, win.End)), text(announced), text(lead), text(w.long(down)), v}
}

func orEnd(t, end time.Time) time.Time {
	if t.IsZero() {
		return end
	}
	return t
}

func orUntyped(t notice.Type) string {
	if t == notice.Untyped {
		return "untyped"
	}
	return string(t)
}

// outages are those of whole sites.
func (w *writer) outages() section {
	t := table{Empty: w.say("outages.empty"), Sheet: w.say("sheet.outages"), Columns: []column{
		{w.say("col.site"), 6, false}, {w.say("col.start"), 5, false}, {w.say("col.long"), 4, false}, {w.say("col.recovery"), 7, false}, {w.say("col.two_days"), 5, false}, {w.say("col.cause"), 7, false}}}
	for _, m := range w.siteMonths() {
		for _, o := range m.Outages {
			long := w.say("outages.open", "long", w.long(w.r.Month.AsOf.Sub(o.Start)))
			if !o.Open() {
				long = w.long(o.End.Sub(o.Start))
			}
			t.Rows = append(t.Rows, []cell{text(w.site(m.Site)), text(w.at(o.Start)), text(long), w.duty(m, o, compliance.ClauseAnnouncement), w.duty(m, o, compliance.ClauseRestoration),
				both(w.cause(o.Cause), w.named("reason", o.Reason.String()))})
		}
	}
	return section{ID: "outages", Title: w.say("outages.title"), Break: !t.Short(), Blocks: []block{{Small: w.say("outages.how")}, {Table: &t}}}
}

func (w *writer) cause(c compliance.Cause) string {
	if c == compliance.CauseUnclear {
		return w.named("cause", "unclear")
	}
	return w.named("cause", string(c))
}

// duty is what became of an outage's obligation under a clause.
func (w *writer) duty(m charter.SiteMonth, o compliance.Outage, c compliance.Clause) cell {
	for _, ob := range m.Obligations {
		if ob.Clause == c && ob.Subject == o.ID {
			v := w.verdict(ob.Verdict)
			v.Small = w.reason(ob.Why)
			return v
		}
	}
	return text(w.say("outages.owed_none"))
}
