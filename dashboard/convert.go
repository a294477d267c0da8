package dashboard

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/notice"
)

// Instant is a time in a request: milliseconds since the epoch, or RFC 3339.
type Instant time.Time

// UnmarshalJSON reads either form.
func (i *Instant) UnmarshalJSON(b []byte) error {
	var ms int64
	if err := json.Unmarshal(b, &ms); err == nil {
		if ms <= 0 {
			return errors.New("a time in milliseconds is positive")
		}
		*i = Instant(time.UnixMilli(ms).UTC())
		return nil
	}
	var t time.Time
	if err := json.Unmarshal(b, &t); err != nil {
		return errors.New("a time is milliseconds since the epoch or RFC 3339")
	}
	*i = Instant(t.UTC().Truncate(time.Millisecond))
	return nil
}

// time returns the instant, zero for none.
func (i *Instant) time() time.Time {
	if i == nil {
		return time.Time{}
	}
	return time.Time(*i)
}

func windowsOf(list []WindowOrder) []notice.Window {
	var out []notice.Window
	for _, w := range list {
		out = append(out, notice.Window{Start: w.Start.time(), End: w.End.time()})
	}
	return out
}

func wireWindows(list []notice.Window) []Window {
	out := []Window{}
	for _, w := range list {
		out = append(out, Window{millis(w.Start), millis(w.End)})
	}
	return out
}

func wireClock(c compliance.Clock) Clock {
	return Clock{Kind: c.Kind, Site: c.Site, Subject: c.Subject, Start: millis(c.Start), Limit: millis(c.Limit), Met: millis(c.Met), Verdict: c.Verdict}
}

func wireParts(p compliance.Parts) Parts {
	return Parts{
		p.Planned.Milliseconds(), p.Unsettled.Milliseconds(), p.Late.Milliseconds(),
		p.Overrun.Milliseconds(), p.Emergency.Milliseconds(), p.Unannounced.Milliseconds(),
	}
}

// wirePlan tells of a plan, with the verdicts that its windows have in obligations.
func wirePlan(p compliance.Plan, obligations []compliance.Obligation) Plan {
	out := Plan{ID: p.ID, Site: p.Site, Title: p.Title, Type: p.Type, State: p.State, Review: p.Review, Windows: []PlanWindow{}, CancelledBy: millis(p.CancelledBy.FirstSeen)}
	for _, w := range p.Windows {
		x := PlanWindow{
			Start: millis(w.Start), End: millis(w.End), Declared: w.Declared, Review: w.Review, Notice: w.Notice,
			LastAbsent: millis(w.Seen.LastAbsent), FirstSeen: millis(w.Seen.FirstSeen), Verdict: compliance.NoOccasion, Lead: wireLead(w),
		}
		i := slices.IndexFunc(obligations, func(o compliance.Obligation) bool {
			return o.Clause == compliance.ClauseMaintenance && o.Subject == p.ID && o.Start.Equal(w.Start)
		})
		if i >= 0 {
			x.Verdict, x.Why = obligations[i].Verdict, obligations[i].Why
		}
		out.Windows = append(out.Windows, x)
	}
	return out
}

func wireLead(w compliance.Stretch) Lead {
	l := w.Lead
	out := Lead{ByHours: millis(l.ByHours), ByCalendar: millis(l.ByCalendar), Limit: millis(l.Limit), Hours: l.Hours, Days: l.Days}
	if !w.Seen.FirstSeen.IsZero() {
		ms := l.AtLeast.Milliseconds()
		out.AtLeastMS = &ms
	}
	if !w.Seen.LastAbsent.IsZero() {
		ms := l.AtMost.Milliseconds()
		out.AtMostMS = &ms
	}
	return out
}

// wholePlan is wirePlan with all that was said of it.
func wholePlan(p compliance.Plan, obligations []compliance.Obligation) Plan {
	out := wirePlan(p, obligations)
	for _, t := range p.Tellings {
		out.Tellings = append(out.Tellings, Telling{
			Notice: t.Notice, Revision: t.Revision, Title: t.Title, State: t.State, Windows: wireWindows(t.Windows),
			LastAbsent: millis(t.Seen.LastAbsent), FirstSeen: millis(t.Seen.FirstSeen), Counts: t.Counts, Review: t.Review,
		})
	}
	for _, s := range p.Works {
		out.Works = append(out.Works, wireStatement(s))
	}
	return out
}

func wireReading(r compliance.Reading) Reading {
	return Reading{
		Kind: r.Kind, State: r.State, Type: r.Type, Windows: wireWindows(r.Windows), Replaced: wireWindows(r.Replaced), Rules: len(r.Rules),
		ETA: millis(r.ETA), Confidence: r.Confidence, NeedsReview: r.NeedsReview, Problems: append([]notice.Problem{}, r.Problems...),
	}
}

// wireNotice tells of a notice, with what people ruled on its wordings.
func wireNotice(n compliance.Notice, said []compliance.Statement) Notice {
	out := Notice{
		ID: n.ID, Board: n.Board, URL: n.URL, Claimed: millis(n.Claimed), DateOnly: n.DateOnly, LastAbsent: millis(n.LastAbsent),
		FirstSeen: millis(n.FirstSeen), LastSeen: millis(n.LastSeen), Vanished: millis(n.Vanished), Revisions: []NoticeRevision{},
	}
	for _, r := range n.Revisions {
		x := NoticeRevision{
			N: r.N, LastAbsent: millis(r.LastAbsent), FirstSeen: millis(r.FirstSeen), Title: r.Title, Text: r.Text, TitleOnly: r.TitleOnly,
			Digest: r.Digest, Page: r.Page, Masked: r.Masked, Unread: append([]string{}, r.Unread...), Sites: append([]string{}, r.Sites...),
			Rules: r.Rules, Reading: wireReading(r.Reading), ReviewOpen: r.Reading.NeedsReview,
		}
		for _, s := range said {
			if s.Ruling == nil || s.Ruling.Notice != n.ID || s.Ruling.Revision != r.N {
				continue
			}
			x.Ruled, x.Ruling, x.RuledAs, x.ReviewOpen = string(s.Ruling.Ruled), s.ID, nil, false
			if s.Ruling.Reading != nil {
				as := wireReading(*s.Ruling.Reading)
				x.RuledAs = &as
			}
		}
		out.Revisions = append(out.Revisions, x)
	}
	return out
}

func wireStatement(s compliance.Statement) Statement {
	out := Statement{ID: s.ID, Site: s.Site, At: millis(s.At), By: s.By.ID, Name: s.By.Name, Why: s.Why, What: s.What()}
	switch {
	case s.Ruling != nil:
		out.Ruling = &Ruling{Notice: s.Ruling.Notice, Revision: s.Ruling.Revision, Ruled: s.Ruling.Ruled}
		if s.Ruling.Reading != nil {
			r := wireReading(*s.Ruling.Reading)
			out.Ruling.Reading = &r
		}
	case s.Work != nil:
		out.Work = &Work{Type: s.Work.Type, Windows: wireWindows(s.Work.Windows)}
	case s.Withdrawal != nil:
		out.Withdraws = s.Withdrawal.Work
	case s.Announcement != nil:
		a := s.Announcement
		out.Announcement = &Announcement{Outage: a.Outage, ETA: millis(a.ETA), FirstSeen: millis(a.Told), Where: a.Where, Proof: a.Proof, Outside: true}
	case s.Appeal != nil:
		a := s.Appeal
		out.Appeal = &Appeal{Outage: a.Outage, From: millis(a.From), To: millis(a.To), Ground: a.Ground, Evidence: a.Evidence, Addendum: a.Addendum}
	case s.Judgement != nil:
		out.Judgement = &Judgement{s.Judgement.Appeal, s.Judgement.Upheld}
	default:
		wireFloorStatement(s, &out)
	}
	return out
}

func wireObligation(o compliance.Obligation) Obligation {
	return Obligation{Clause: o.Clause, Subject: o.Subject, Start: millis(o.Start), Limit: millis(o.Limit), Met: millis(o.Met), Verdict: o.Verdict, Why: o.Why}
}

// wireBoards tells of a record's boards, the latest look at each.
func wireBoards(r compliance.Record) []Board {
	var out []Board
	for _, b := range r.Boards {
		x := Board{ID: b.ID, Kind: b.Kind, URL: b.URL, EveryMS: b.Every.Milliseconds(), OutageOnly: b.OutageOnly, Sites: []string{}}
		for _, s := range b.Sites {
			x.Sites = append(x.Sites, s.ID)
		}
		if len(x.Sites) > 0 {
			x.Site = x.Sites[0]
		}
		for _, s := range r.Spans { // oldest first
			if s.Board != b.ID {
				continue
			}
			if s.Status != x.Status {
				x.Since = millis(s.From)
			}
			x.Status, x.Detail, x.SeenAt = s.Status, s.Detail, millis(s.To)
			if s.Status == "ok" {
				x.LastOK = millis(s.To)
			}
		}
		out = append(out, x)
	}
	return out
}
