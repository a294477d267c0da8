package dashboard

import (
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// alarmsNow is how alerts and the watch floor stand at now.
func (h *Hub) alarmsNow(now time.Time) *AlertsNow {
	out := &AlertsNow{}
	for _, a := range h.cfg.Alarms.Open() {
		grave := a.Severity == compliance.SeverityCritical || a.Severity == compliance.SeverityWarning
		switch {
		case a.Drill:
			out.Drills++
		case !grave:
		case a.Acked != nil:
			out.Acknowledged++
		case now.Before(a.Held):
			out.Held++
		case a.Severity == compliance.SeverityCritical:
			out.Critical++
		default:
			out.Warning++
		}
	}
	d := h.cfg.Alarms.Desk()
	if d.Zone == nil {
		d.Zone = h.cfg.Zone
	}
	if w, ok := d.Roster.Current(h.cfg.Notices.Record(compliance.MonitorScope).Statements, d.Zone, now); ok {
		s := &ShiftNow{Shift: w.Shift, Start: millis(w.Start), End: millis(w.End), Due: millis(w.Due), Verdict: w.Verdict, Why: w.Why}
		if w.Taken != nil {
			s.TakenBy, s.TakenAt = w.Taken.By.Name, millis(w.Taken.At)
			if s.TakenBy == "" {
				s.TakenBy = w.Taken.By.ID
			}
		}
		out.Shift = s
	}
	return out
}

// realarm takes over how alerts stand after a change of them. h.mu is held.
func (h *Hub) realarm(now time.Time) *AlertsNow {
	next := h.alarmsNow(now)
	next.Changed = max(millis(now), h.model.alerts.Changed+1) // whoever asks again when it changes must see a change
	h.model.alerts = next
	return next
}

// alarmed says whether alerts or the shift stand otherwise than was told, by the passing of
// time alone.
func (h *Hub) alarmed(now time.Time) bool {
	next := h.alarmsNow(now)
	next.Changed = h.model.alerts.Changed
	return fingerprint(next) != fingerprint(h.model.alerts)
}

// title names the subject of something at a site, as people know it; "" if they do not.
func (h *Hub) title(site, subject string) string {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if h.model == nil || subject == "" {
		return ""
	}
	return h.model.meanings[site].title(subject)
}

// clocks are those of a site.
func (h *Hub) clocks(site string, open *compliance.Outage, now time.Time) []Clock {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if h.model == nil {
		return nil
	}
	return h.model.meanings[site].clocks(open, now)
}

const longestTitle = 120 // characters of what a person wrote, in the feed

// saidTitle is what a person said in a statement about the monitor's own scope, cut to what
// fits the feed.
func (m *model) saidTitle(subject string) string {
	for _, s := range m.notices.Record(compliance.MonitorScope).Statements {
		if s.ID != subject {
			continue
		}
		if text := []rune(s.Why); len(text) > longestTitle {
			return string(text[:longestTitle-1]) + "…"
		}
		return s.Why
	}
	return ""
}
