package reports

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/scanners"
)

// security tells of incidents and leaks by the officers' records, and of scans and sweeps. Places
// of live exposures and open holes never stand in a report.
func (w *writer) security() section {
	is := func(o charter.Outcome) bool {
		return o.Method == charter.NoneKnown || o.Basis == charter.ByScan || o.Basis == charter.BySweep
	}
	return section{ID: "security", Title: w.say("security.title"),
		Blocks: []block{{Small: w.say("security.how")}, w.clauses("", w.judgedBy(is), is), {Table: w.officers()}, {Table: w.reported()}, {Small: w.say("incidents.how")}}}
}

// officers are the officers' records of the month: of each clause the latest, which counts.
func (w *writer) officers() *table {
	t := &table{Caption: w.say("officers.caption"), Empty: w.say("officers.empty"), Columns: []column{{w.say("col.clause"), 6, false}, {w.say("col.known"), 7, false}, {w.say("col.silent"), 6, false}, {w.say("col.recorded"), 5, false}, {w.say("col.proof"), 5, false}}}
	latest := map[compliance.Clause]compliance.Statement{}
	for _, s := range w.r.Evidence.House {
		if m := s.MonthRecord; m != nil && m.Month == w.r.Month.Month && !s.At.After(w.r.Month.AsOf) {
			latest[m.Clause] = s
		}
	}
	for _, c := range w.r.Charter.Clauses {
		s, ok := latest[c.ID]
		if !ok {
			continue
		}
		m, n := s.MonthRecord, 0
		var silent []string
		for _, src := range m.Sources {
			if src.Reported {
				n++
			} else {
				silent = append(silent, src.Name)
			}
		}
		t.Rows = append(t.Rows, []cell{text(w.clause(c.ID)), text(w.say("officers.known", "n", m.Known, "reported", n, "of", len(m.Sources))), text(cmp.Or(strings.Join(silent, ", "), w.say("none"))), text(w.at(s.At)),
			text(cmp.Or(m.Proof.Name, w.say("none")))})
	}
	return t
}

// cases tells of customers' cases, and how old the open ones are.
func (w *writer) cases() section {
	is := func(o charter.Outcome) bool {
		return slices.Contains([]charter.Method{charter.EachCase, charter.CaseShare, charter.CallShare, charter.ToldBefore, charter.FollowedUp}, o.Method)
	}
	t := table{Caption: w.say("cases.caption", "at", w.at(w.r.Month.AsOf)), Empty: w.say("cases.empty"), Columns: []column{
		{w.say("col.kind"), 6, false}, {w.say("col.received"), 3, true}, {w.say("col.answered"), 3, true}, {w.say("col.open"), 3, true}, {w.say("col.open_week"), 4, true}, {w.say("col.open_month"), 4, true}, {w.say("col.open_more"), 4, true}, {w.say("col.oldest"), 4, true}}}
	for _, kind := range compliance.CaseKinds() {
		if row := w.ageing(kind); row != nil {
			t.Rows = append(t.Rows, row)
		}
	}
	return section{ID: "cases", Title: w.say("cases.title"), Blocks: []block{{Small: w.say("cases.how")}, {Table: &t}, w.clauses(w.say("cases.clauses"), w.judgedBy(is), is)}}
}

// ageing counts the cases of a kind that were received in the month or were open at its end; nil
// if there are none.
func (w *writer) ageing(kind compliance.CaseKind) []cell {
	var received, answered, open, week, month, more int
	var oldest time.Duration
	for _, c := range w.r.Evidence.Cases.Cases {
		in := !c.Received.Before(w.r.Month.Period.From) && c.Received.Before(w.r.Month.Period.To)
		if c.Kind != kind || c.Received.After(w.r.Month.AsOf) {
			continue
		}
		done := !c.Answered.IsZero() || !c.Closed.IsZero()
		switch age := w.r.Month.AsOf.Sub(c.Received); {
		case done:
		case age <= 7*24*time.Hour:
			week++
		case age <= 30*24*time.Hour:
			month++
		default:
			more++
		}
		if !done {
			open++
			oldest = max(oldest, w.r.Month.AsOf.Sub(c.Received))
		}
		if in {
			received++
			if done {
				answered++
			}
		}
	}
	if received+open == 0 {
		return nil
	}
	last := text(w.say("none"))
	if open > 0 {
		last = text(w.long(oldest))
	}
	return []cell{text(w.caseKind(kind)), number(received), number(answered), number(open), number(week), number(month), number(more), last}
}

func (w *writer) caseKind(k compliance.CaseKind) string {
	return w.named("report.case_kind", string(k))
}

// attestations tells of what people stand for where nothing can be observed: what runs out first
// comes first.
func (w *writer) attestations() section {
	is := func(o charter.Outcome) bool { return o.Method == charter.InDate || o.Method == charter.Yearly }
	list := w.judgedBy(is)
	slices.SortStableFunc(list, func(a, b charter.Judged) int {
		return cmp.Or(cmp.Compare(rank(b.Verdict), rank(a.Verdict)), a.Why.At.Compare(b.Why.At))
	})
	return section{ID: "attestations", Title: w.say("attestations.title"), Blocks: []block{{Small: w.say("attestations.how")}, w.clauses("", list, is), {Table: w.attested()}}}
}

// expiring is how long before its end an attestation is told as running out.
const expiring = 30

// attested are the attestations on record that hold in the month, ran out in it, or were the last
// of their clause.
func (w *writer) attested() *table {
	t := &table{Caption: w.say("attested.caption"), Empty: w.say("attested.empty"), Columns: []column{{w.say("col.clause"), 5, false}, {w.say("col.attested"), 6, false}, {w.say("col.signer"), 5, false}, {w.say("col.holds"), 5, false}, {w.say("col.state"), 3, false}, {w.say("col.proof"), 7, false}}}
	last := calendar.DateOf(w.r.Month.Period.To.Add(-1), w.zone)
	latest := map[compliance.Clause]*compliance.Attestation{}
	var list []*compliance.Attestation
	for _, s := range w.r.Evidence.Attestations {
		if a := s.Attestation; a != nil && !s.At.After(w.r.Month.AsOf) {
			list = append(list, a)
			if x := latest[a.Clause]; x == nil || x.Until.Before(a.Until) {
				latest[a.Clause] = a
			}
		}
	}
	list = slices.DeleteFunc(list, func(a *compliance.Attestation) bool { return a.Until.Before(w.firstDay()) && latest[a.Clause] != a })
	slices.SortStableFunc(list, func(a, b *compliance.Attestation) int {
		return cmp.Or(a.Until.Compare(b.Until), cmp.Compare(a.Clause, b.Clause))
	})
	for _, a := range list {
		state := w.say("attested.in_date")
		switch {
		case a.Until.Before(last):
			state = w.say("attested.lapsed")
		case a.Until.Before(last.AddDays(expiring)):
			state = w.say("attested.expiring")
		case a.From.After(last):
			state = w.say("attested.later")
		}
		t.Rows = append(t.Rows, []cell{text(w.clause(a.Clause)), text(a.What), both(a.Signer, w.day(a.Signed)), text(w.day(a.From) + " – " + w.day(a.Until)), strong(state), text(cmp.Or(a.Proof.Name, w.say("none")))})
	}
	return t
}

// publication tells of pages that must be there, carry words or be up to date.
func (w *writer) publication() section {
	is := func(o charter.Outcome) bool {
		return slices.Contains([]charter.Method{charter.Fresh, charter.Published, charter.Wording, charter.ReportPublished, charter.NotObserved}, o.Method) && o.Basis != charter.ByScan && o.Basis != charter.BySweep
	}
	t := table{Caption: w.say("pages.caption"), Empty: w.say("pages.empty"), Columns: []column{
		{w.say("col.page"), 9, false}, {w.say("col.site"), 6, false}, {w.say("col.last_look"), 5, false}, {w.say("col.page_status"), 5, false}, {w.say("col.updated"), 5, false}}}
	for _, p := range w.r.Evidence.Pages {
		row := []cell{both(p.Spec.ID, p.Spec.URL), text(w.site(p.Spec.Site)), text(w.say("none")), text(w.say("page.none")), text(w.say("none"))}
		if n := len(p.Spans); n > 0 {
			last := p.Spans[n-1]
			row[2], row[3] = text(w.at(last.To)), text(w.pageStatus(last.Status))
			if !last.Updated.IsZero() && last.DayOnly {
				row[4] = text(w.date(last.Updated))
			} else if !last.Updated.IsZero() {
				row[4] = text(w.at(last.Updated))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return section{ID: "publication", Title: w.say("publication.title"), Blocks: []block{w.clauses("", w.judgedBy(is), is), {Table: &t}}}
}

func (w *writer) pageStatus(s scanners.PageStatus) string {
	switch s {
	case scanners.PageOK:
		return w.say("page.ok")
	case scanners.PageUnreachable:
		return w.say("page.unreachable")
	case scanners.PageRefused:
		return w.say("page.refused")
	case scanners.PageMissing:
		return w.say("page.missing")
	case scanners.PageUnreadable:
		return w.say("page.unreadable")
	case scanners.PageNotLooked:
		return w.say("page.not_looked")
	default:
		return string(s)
	}
}

// watch tells of the shifts of the watch floor, and of the monitor's own eyes beside them.
func (w *writer) watch() section {
	t := table{Empty: w.say("watch.empty"), Columns: []column{{w.say("col.shift"), 4, false}, {w.say("col.start"), 5, false}, {w.say("col.taken"), 5, false}, {w.say("col.handed"), 5, false}, {w.say("col.verdict"), 4, false}, {w.say("col.why"), 6, false}}}
	kept := 0
	for _, x := range w.r.Month.Self.Watches {
		if x.Verdict == compliance.Kept {
			kept++
			continue
		}
		row := []cell{text(x.Shift), text(w.at(x.Start)), text(w.say("none")), text(w.say("none")), w.verdict(x.Verdict), text(w.reason(x.Why))}
		if x.Taken != nil {
			row[2] = text(w.at(x.Taken.At))
		}
		if x.Handed != nil {
			row[3] = text(w.at(x.Handed.At))
		}
		t.Rows = append(t.Rows, row)
	}
	s := section{ID: "watch", Title: w.say("watch.title")}
	s.Blocks = []block{{Text: w.say("watch.count", "kept", kept, "all", len(w.r.Month.Self.Watches))}, {Text: w.say("watch.self", "ratio", w.percent(w.r.Month.Self.Coverage))}}
	if len(t.Rows) > 0 {
		s.Blocks = append(s.Blocks, block{Table: &t})
	}
	return s
}
