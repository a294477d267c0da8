package demo

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Where machines read what boards say: a Statuspage at one site, a calendar at another.
const (
	statusPath   = "/status/api/v2/"
	calendarPath = "/notice/calendar.ics"
)

// machineRoutes serves the site's board to machines.
func (s *site) machineRoutes(mux *http.ServeMux) {
	switch s.id {
	case CustomerCentre:
		mux.HandleFunc("GET "+statusPath+"scheduled-maintenances.json", func(w http.ResponseWriter, _ *http.Request) {
			s.statuspage(w, "scheduled_maintenances", Notice.maintenanceEntry)
		})
		mux.HandleFunc("GET "+statusPath+"incidents.json", func(w http.ResponseWriter, _ *http.Request) {
			s.statuspage(w, "incidents", Notice.incidentEntry)
		})
	case Statistics:
		mux.HandleFunc("GET "+calendarPath, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
			w.Header().Set("Cache-Control", "no-cache")
			w.Write(calendar(s.id, s.notices())) // fails only if the client has gone
		})
	}
}

// notices is the board, oldest first.
func (s *site) notices() []Notice {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.board
}

// statuspage answers as Atlassian Statuspage does: the newest first.
func (s *site) statuspage(w http.ResponseWriter, field string, entry func(Notice, string, time.Time) map[string]any) {
	list := []map[string]any{}
	for _, n := range s.notices() {
		if e := entry(n, s.site.HTTPSURL, s.clock()); e != nil {
			list = append([]map[string]any{e}, list...)
		}
	}
	w.Header().Set("Cache-Control", "no-cache")
	writeJSON(w, http.StatusOK, map[string]any{
		"page": map[string]any{"id": s.id, "name": s.ko, "url": s.site.HTTPSURL + "status", "time_zone": "Asia/Seoul"},
		field:  list,
	})
}

func (n Notice) entry(kind, root, status string) map[string]any {
	return map[string]any{
		"id": fmt.Sprintf("%s-%d", kind, n.ID), "name": n.Title, "status": status, "impact": "minor", "created_at": n.Stamp(), "updated_at": n.Stamp(),
		"shortlink": fmt.Sprintf("%snotice/view?id=%d", root, n.ID), "components": []map[string]string{{"name": "고객만족센터"}},
		"incident_updates": []map[string]string{{"status": status, "body": strings.Join(n.Body, "\n"), "created_at": n.Stamp()}},
	}
}

// maintenanceEntry is the notice as scheduled maintenance, nil if it announces no work.
func (n Notice) maintenanceEntry(root string, now time.Time) map[string]any {
	if n.Work.Start.IsZero() || n.Work.Cancelled {
		return nil
	}
	status := "scheduled"
	if !now.Before(n.Work.End) {
		status = "completed"
	} else if !now.Before(n.Work.Start) {
		status = "in_progress"
	}
	e := n.entry("maintenance", root, status)
	e["scheduled_for"], e["scheduled_until"] = n.Work.Start.Format(time.RFC3339), n.Work.End.Format(time.RFC3339)
	return e
}

// incidentEntry is the notice as an incident, nil if it speaks of none. Nobody resolves the demo's
// incidents: they are taken for resolved after an hour.
func (n Notice) incidentEntry(root string, now time.Time) map[string]any {
	if !strings.HasPrefix(n.Title, "[장애]") && !strings.HasPrefix(n.Title, "[긴급]") {
		return nil
	}
	if end := n.Posted.Add(time.Hour); !now.Before(end) {
		e := n.entry("incident", root, "resolved")
		e["resolved_at"] = end.In(seoul()).Format(time.RFC3339)
		return e
	}
	return n.entry("incident", root, "investigating")
}

// calendar is the board as iCalendar (RFC 5545): the daily service hours as a rule, and all announced work.
func calendar(id string, board []Notice) []byte {
	var b strings.Builder
	line := func(format string, args ...any) { b.WriteString(folded(fmt.Sprintf(format, args...)) + "\r\n") }
	const local, utc = "20060102T150405", "20060102T150405Z"
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//%s//notices//KO", NameEN)
	line("BEGIN:VEVENT")
	line("UID:daily@%s.demo.association", id)
	line("DTSTAMP:20260101T000000Z")
	line("DTSTART;TZID=Asia/Seoul:20260101T000000")
	line("DTEND;TZID=Asia/Seoul:20260101T003000")
	line("RRULE:FREQ=DAILY")
	line("SUMMARY:일일 집계에 따른 서비스 중단")
	line("END:VEVENT")
	for _, n := range board {
		if n.Work.Start.IsZero() {
			continue
		}
		line("BEGIN:VEVENT")
		line("UID:notice-%d@%s.demo.association", n.ID, id)
		line("DTSTAMP:%s", n.Posted.UTC().Format(utc))
		line("CREATED:%s", n.Posted.UTC().Format(utc))
		line("DTSTART;TZID=Asia/Seoul:%s", n.Work.Start.In(seoul()).Format(local))
		line("DTEND;TZID=Asia/Seoul:%s", n.Work.End.In(seoul()).Format(local))
		if n.Work.Cancelled {
			line("STATUS:CANCELLED")
		}
		escape := strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`)
		line("SUMMARY:%s", escape.Replace(n.Title))
		line("DESCRIPTION:%s", escape.Replace(strings.Join(n.Body, "\n")))
		line("END:VEVENT")
	}
	line("END:VCALENDAR")
	return []byte(b.String())
}

// folded breaks a content line into pieces of at most 75 bytes, never inside a character (RFC 5545, 3.1).
func folded(s string) string {
	var b strings.Builder
	used := 0
	for _, r := range s {
		if n := len(string(r)); used+n > 75 {
			b.WriteString("\r\n ")
			used = 1 + n
		} else {
			used += n
		}
		b.WriteRune(r)
	}
	return b.String()
}
