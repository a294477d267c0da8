package dashboard

import (
	"context"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// accounts judges the month so far of every site; nil if the store does not answer.
func (h *Hub) accounts(ctx context.Context, sites []compliance.Site, now time.Time) map[string]Availability {
	local := now.In(h.cfg.Zone)
	month := compliance.Month(local.Year(), local.Month(), h.cfg.Zone)
	histories, err := h.cfg.History.Histories(ctx, month.From, month.To)
	if err != nil {
		if ctx.Err() == nil {
			h.cfg.Logger.Error("the month's accounts cannot be made", "err", err)
		}
		return nil
	}
	out := map[string]Availability{}
	var known, all time.Duration
	for _, s := range sites {
		a, f := h.account(histories[s.ID], month, s, now)
		out[s.ID] = a
		known += f.Open.Up + f.Open.Down + f.Closed.Up + f.Closed.Down
		all += f.Open.All() + f.Closed.All()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if r, ok := compliance.FloorRatio(known, all); ok {
		h.health.Coverage = &r
	}
	return out
}

// terms are the rules by which a site's accounts are made.
func (h *Hub) terms(s compliance.Site) compliance.Terms {
	return compliance.Terms{Hours: s.ServiceHours, Zone: h.cfg.Zone, Promises: h.cfg.Notices.Promises()}
}

// account makes a site's accounts for a month of which only the past is history.
func (h *Hub) account(past compliance.SiteHistory, month compliance.Period, s compliance.Site, now time.Time) (Availability, compliance.Figures) {
	if past.Until.After(now) {
		past.Until = now
	}
	terms := h.terms(s)
	f := compliance.Account(past, month, terms)
	a := wireAvailability(f, month.From.In(h.cfg.Zone).Format("2006-01"), terms.Promises)
	if f.Contested > 0 {
		a.AsSeen = asSeen(compliance.Account(past.AsSeen(), month, terms))
	}
	a.Clauses = clauses(past, f, terms, now)
	return a, f
}

func wireAvailability(f compliance.Figures, month string, p compliance.Promises) Availability {
	v := compliance.JudgeServedDays(f, p)
	out := Availability{
		Month: month, Verdict: v.Verdict, Broken: len(v.BrokenDays), Unproven: len(v.UnprovenDays),
		UpMS:        (f.Open.Up + f.Closed.Up).Milliseconds(),
		DownMS:      (f.Open.Down + f.Closed.Down).Milliseconds(),
		Unknown:     (f.Open.Unknown + f.Closed.Unknown).Milliseconds(),
		Parts:       partsOf(f),
		ContestedMS: f.Contested.Milliseconds(), Clauses: []ClauseVerdict{},
	}
	for to, figure := range map[**compliance.Ratio]func() (compliance.Ratio, bool){
		&out.Raw: f.Raw, &out.Charter: f.Charter, &out.Coverage: f.Coverage, &out.Best: f.Best, &out.Worst: f.Worst,
	} {
		if r, ok := figure(); ok {
			*to = &r
		}
	}
	return out
}

// partsOf splits all downtime, that within published closing times too.
func partsOf(f compliance.Figures) Parts {
	a, b := wireParts(f.Open.Parts), wireParts(f.Closed.Parts)
	return Parts{
		a.PlannedMS + b.PlannedMS, a.UnsettledMS + b.UnsettledMS, a.LateMS + b.LateMS,
		a.OverrunMS + b.OverrunMS, a.EmergencyMS + b.EmergencyMS, a.UnannouncedMS + b.UnannouncedMS,
	}
}

func asSeen(f compliance.Figures) *AsSeen {
	out := &AsSeen{DownMS: (f.Open.Down + f.Closed.Down).Milliseconds()}
	if r, ok := f.Raw(); ok {
		out.Raw = &r
	}
	if r, ok := f.Charter(); ok {
		out.Charter = &r
	}
	return out
}

// clauses judges the promises about notices and outages in a month. Whether a notice was
// missed shows on the boards; whether there was an outage, in the looks at the site: that
// coverage decides where nothing happened.
func clauses(h compliance.SiteHistory, f compliance.Figures, t compliance.Terms, now time.Time) []ClauseVerdict {
	obligations := h.Record.Obligations(h.Record.Plans(t.Promises, zoneOf(t)), h.Outages, t.Promises, now)
	boards, _ := h.Record.BoardCoverage(f.Period, now)
	looks, _ := f.Coverage()
	out := []ClauseVerdict{}
	for _, c := range []struct {
		clause   compliance.Clause
		coverage compliance.Ratio
	}{
		{compliance.ClauseMaintenance, boards},
		{compliance.ClauseAnnouncement, looks},
		{compliance.ClauseRestoration, looks},
	} {
		v := compliance.JudgeClause(c.clause, obligations, f.Period, c.coverage, t.Promises)
		out = append(out, ClauseVerdict{v.Clause, v.Verdict, v.Kept, v.Broken, v.Unproven, v.Pending})
	}
	return out
}

// outageAccount says what an outage came to.
func (h *Hub) outageAccount(past compliance.SiteHistory, s compliance.Site, o compliance.Outage, now time.Time) *OutageAccount {
	if past.Until.After(now) {
		past.Until = now
	}
	to := o.End
	if o.Open() {
		to = now
	}
	terms := h.terms(s)
	out := &OutageAccount{Announcements: []Announcement{}, Obligations: []Obligation{}}
	if o.Start.Before(to) {
		f := compliance.Account(past, compliance.Period{From: o.Start, To: to}, terms)
		out.Parts, out.ContestedMS = partsOf(f), f.Contested.Milliseconds()
		out.UnknownMS = (f.Open.Unknown + f.Closed.Unknown).Milliseconds()
	}
	proofs := map[string]string{}
	for _, st := range past.Record.Statements {
		if a := st.Announcement; a != nil && a.Outage == o.ID {
			proofs[a.Where+a.Told.String()] = a.Proof
		}
	}
	for _, a := range past.Record.Announcements(o) {
		out.Announcements = append(out.Announcements, Announcement{
			Outage: o.ID, ETA: millis(a.ETA), LastAbsent: millis(a.Seen.LastAbsent), FirstSeen: millis(a.Seen.FirstSeen),
			Where: a.Where, Notice: a.Notice, Outside: a.Outside, Proof: proofs[a.Where+a.Seen.FirstSeen.String()],
		})
	}
	plans := past.Record.Plans(terms.Promises, zoneOf(terms))
	for _, x := range past.Record.Obligations(plans, []compliance.Outage{o}, terms.Promises, now) {
		if x.Subject == o.ID {
			out.Obligations = append(out.Obligations, wireObligation(x))
		}
	}
	return out
}
