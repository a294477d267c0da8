package notices

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/internal/fetch"
	"github.com/charterwatch/charterwatch/scanners"
)

// spEntry is an incident or a scheduled maintenance as Atlassian Statuspage's API has it
// (https://developer.statuspage.io, /api/v2).
type spEntry struct {
	ID             string    `json:"id"`
	Name           string    `json:"name"`
	Status         string    `json:"status"`
	Impact         string    `json:"impact"`
	CreatedAt      time.Time `json:"created_at"`
	StartedAt      time.Time `json:"started_at"`
	ResolvedAt     time.Time `json:"resolved_at"`
	ScheduledFor   time.Time `json:"scheduled_for"`
	ScheduledUntil time.Time `json:"scheduled_until"`
	Shortlink      string    `json:"shortlink"`
	Updates        []struct {
		Status    string    `json:"status"`
		Body      string    `json:"body"`
		CreatedAt time.Time `json:"created_at"`
	} `json:"incident_updates"`
	Components []struct {
		Name string `json:"name"`
	} `json:"components"`
}

// readStatuspage looks at the scheduled maintenances and the incidents of a Statuspage.
func (b *board) readStatuspage(ctx context.Context, l *look) error {
	root := strings.TrimSuffix(strings.TrimSuffix(b.c.URL, "/"), "/api/v2")
	for _, what := range [...]string{"scheduled-maintenances", "incidents"} {
		r, text, err := b.readFile(ctx, l, root+"/api/v2/"+what+".json", "application/json")
		if err != nil {
			return err
		}
		var answer map[string]json.RawMessage
		var entries []spEntry
		list, field := json.RawMessage(nil), strings.ReplaceAll(what, "-", "_")
		if json.Unmarshal([]byte(text), &answer) == nil {
			list = answer[field]
		}
		if string(list) == "null" || json.Unmarshal(list, &entries) != nil {
			return trouble(scanners.BoardMalformed, "no list of "+field+" in the answer")
		}
		if len(entries) > maxRows {
			return trouble(scanners.BoardEndless, "too many "+field)
		}
		for _, e := range entries {
			if e.ID == "" || e.Name == "" {
				return trouble(scanners.BoardMalformed, "an entry without id or name in "+field)
			}
			l.add(ctx, b.statusDraft(e, what == "incidents", r))
		}
	}
	// The API shows the last fifty of each.
	l.whole = len(l.posts) < 50
	return nil
}

func (b *board) statusDraft(e spEntry, incident bool, r *fetch.Response) draft {
	a := &scanners.Announced{Kind: "maintenance", Start: e.ScheduledFor, End: e.ScheduledUntil}
	d := draft{key: "maintenance/" + e.ID, title: e.Name, claimed: e.CreatedAt, read: true, page: r, announced: a}
	if incident {
		d.key = "incident/" + e.ID
		*a = scanners.Announced{Kind: "outage", Start: e.StartedAt, End: e.ResolvedAt}
		if a.Start.IsZero() {
			a.Start = e.CreatedAt
		}
	}
	switch e.Status {
	case "scheduled":
		a.State = "planned"
	case "in_progress", "verifying", "investigating", "identified", "monitoring":
		a.State = "in_progress"
	case "completed":
		a.State = "completed"
	case "resolved", "postmortem":
		a.State = "resolved"
	case "cancelled", "canceled":
		a.State = "cancelled"
	}
	if e.Shortlink != "" {
		d.url = b.byAddress(b.url, e.Shortlink).url
	}
	for _, c := range e.Components {
		a.Components = append(a.Components, c.Name)
	}
	var text strings.Builder
	if !a.Start.IsZero() && !incident {
		text.WriteString(b.window(a.Start, a.End) + "\n")
	}
	for _, u := range e.Updates {
		text.WriteString(u.CreatedAt.In(b.c.Zone).Format("2006-01-02 15:04") + " " + u.Status + "\n" + textOfHTML(u.Body) + "\n")
	}
	d.text = tidy(text.String())
	return d
}

// window writes a window in the board's zone, as notices do.
func (b *board) window(start, end time.Time) string {
	const layout = "2006-01-02 15:04"
	s := start.In(b.c.Zone).Format(layout) + " ~"
	if !end.IsZero() {
		s += " " + end.In(b.c.Zone).Format(layout)
	}
	return s
}
