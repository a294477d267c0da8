package dashboard

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/notice"
)

// recall takes over what is on record of every site, and what clients will know of it from
// their snapshot.
func (m *model) recall(now time.Time) {
	for _, s := range m.sites {
		m.remember(s)
		for _, b := range m.meanings[s.ID].record.Boards {
			m.boardsOf[b.ID] = append(m.boardsOf[b.ID], s.ID)
		}
	}
	for _, s := range m.sites {
		m.told[s.ID] = timely(m.siteDelta(s, now))
	}
	m.replan(now)
}

func (m *model) remember(s compliance.Site) {
	m.meanings[s.ID] = newMeaning(m.notices.Record(s.ID), compliance.Terms{Hours: s.ServiceHours, Zone: m.zone, Promises: m.notices.Promises()})
}

// reread takes over the record of the sites that a change's looks and statements are about.
func (m *model) reread(c compliance.Change, t *touched) {
	stale := map[string]bool{}
	for _, b := range c.Boards {
		for _, site := range m.boardsOf[b.State.Board] {
			stale[site] = true
		}
	}
	for _, s := range c.Statements {
		stale[s.Site] = true
	}
	for _, s := range m.sites {
		if stale[s.ID] {
			m.remember(s)
			t.sites[s.ID] = true
		}
	}
}

// worthTelling says whether an event belongs into the wall's feed: posts that announce
// neither maintenance nor an outage would crowd out what does.
func (m *model) worthTelling(e compliance.Event) bool {
	switch e.Kind {
	case compliance.NoticeSeen, compliance.NoticeChanged, compliance.NoticeVanished, compliance.NoticeReturned:
	default:
		return true
	}
	board, _, _ := strings.Cut(e.Subject, "#")
	for _, site := range m.boardsOf[board] {
		for _, n := range m.meanings[site].record.Notices {
			if n.ID == e.Subject {
				return slices.ContainsFunc(n.Revisions, func(r compliance.Revision) bool { return r.Reading.Kind != notice.Other })
			}
		}
	}
	return true // it is not remembered any more
}

// plans are those of the timeline, in the order of their windows.
func (m *model) plans(now time.Time) []Plan {
	out := []Plan{}
	for _, s := range m.sites {
		out = append(out, m.meanings[s.ID].near(now)...)
	}
	begins := func(p Plan) int64 {
		if len(p.Windows) == 0 {
			return 0
		}
		return p.Windows[0].Start
	}
	slices.SortStableFunc(out, func(a, b Plan) int { return cmp.Compare(begins(a), begins(b)) })
	return out
}

// boards are those that cannot be read.
func (m *model) boards() []Board {
	out := []Board{}
	for _, s := range m.sites {
		out = append(out, troubled(m.meanings[s.ID].record, m.states[s.ID].Outage != nil)...)
	}
	return out
}

// replan returns the plans and boards if they are not as they were told.
func (m *model) replan(now time.Time) (*[]Plan, *[]Board) {
	plans, boards := m.plans(now), m.boards()
	steady := slices.Clone(boards)
	for i := range steady {
		steady[i].SeenAt, steady[i].Detail = 0, "" // another look that failed is no news
	}
	told := fingerprint(plans) + fingerprint(steady)
	if told == m.timeline {
		return nil, nil
	}
	m.timeline = told
	return &plans, &boards
}

// passed finds the sites of which something else is true than was told, by the passing of
// time alone; nil for none.
func (m *model) passed(now time.Time) *touched {
	t := newTouched()
	for _, s := range m.sites {
		if x := m.meanings[s.ID]; len(x.plans) == 0 && m.states[s.ID].Outage == nil {
			continue
		}
		if timely(m.siteDelta(s, now)) != m.told[s.ID] {
			t.sites[s.ID] = true
		}
	}
	if len(t.sites) == 0 {
		return nil
	}
	return t
}

// timely is what changes of a site without any look at it.
func timely(d SiteDelta) string {
	part := ""
	if d.Outage != nil {
		part = d.Outage.Part
	}
	return part + fingerprint(d.Clocks) + fingerprint(d.Work)
}

func fingerprint(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
