package alerts

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/encoding/korean"

	"github.com/charterwatch/charterwatch/internal/messages"
)

// smsBytes is what one short message of the Korean networks holds, in EUC-KR: two bytes for
// a syllable. What is longer goes out as LMS and costs several times as much.
const smsBytes = 90

// eucLen is how many bytes a text has in EUC-KR; what has no code there counts as two.
func eucLen(s string) int {
	n, enc := 0, korean.EUCKR.NewEncoder()
	for _, r := range s {
		if b, err := enc.Bytes([]byte(string(r))); err == nil {
			n += len(b)
		} else {
			n += 2
			enc.Reset()
		}
	}
	return n
}

// sms is a letter of one short message: how grave, what and where; and until when, how many
// more, and since when, as far as there is room, in this order.
func (w wording) sms(l letter, told []block) string {
	if len(told) == 0 {
		return ""
	}
	b := told[0]
	drill := ""
	if l.Drill {
		drill = "[" + w.Say(messages.New("alert_line.drill")) + "]"
	}
	head, what := drill+"["+b.Word+"]", w.headline(told[:1], l.Drill)
	more, limit, since := "", "", w.Say(messages.New("alert_sms.since", "time", w.short(b.starts)))
	if n := len(told) - 1; n > 0 {
		more = w.Say(messages.New("alert_sms.more", "n", n))
	}
	if !b.limit.IsZero() && b.Severity != "resolved" {
		limit = w.Say(messages.New("alert_sms.limit", "time", w.short(b.limit)))
	}
	if b.Severity == "resolved" {
		since = w.Say(messages.New("alert_sms.lasted", "from", w.short(b.starts), "to", w.short(b.ends)))
	}
	for _, parts := range [][]string{{what, more, since, limit}, {what, more, limit}, {what, more}} {
		if s := joined(head, parts); eucLen(s) <= smsBytes {
			return s
		}
	}
	for r := []rune(what); len(r) > 0; r = r[:len(r)-1] {
		if s := joined(head, []string{strings.TrimSpace(string(r)) + "…", more}); eucLen(s) <= smsBytes {
			return s
		}
	}
	return head
}

// lmsShown is how many alerts a long message has in full: it holds 2,000 bytes.
const lmsShown = 3

// lms is a letter of one long message.
func (w wording) lms(l letter) string {
	var b strings.Builder
	put := func(lines ...string) {
		for _, s := range lines {
			b.WriteString(s + "\n")
		}
	}
	put(w.subject(l))
	put(l.Clocks...)
	list, n := append(slices.Clone(l.Firing), l.Resolved...), 0
	for ; n < min(len(list), lmsShown); n++ {
		x := list[n]
		put("", "["+x.Word+"] "+x.Summary)
		if x.Severity == "resolved" {
			continue
		}
		if x.Clock != "" {
			put(x.Clock)
		}
		for _, f := range x.Fields {
			put(w.Say(messages.New("alert_line.label", "label", f.Label, "value", line(f.Value, 100))))
		}
	}
	if rest := len(list) - n; rest > 0 {
		put("", w.Say(messages.New("alert_mail.more", "n", rest)))
	}
	b.WriteString(l.Dashboard)
	return strings.TrimSpace(b.String())
}

// subject is a letter's first line.
func (w wording) subject(l letter) string {
	s := "[" + l.Word + "] " + l.Headline
	if l.Drill {
		s = "[" + w.Say(messages.New("alert_line.drill")) + "] " + s
	}
	if l.Organisation != "" {
		s += " (" + l.Organisation + ")"
	}
	return s
}

func joined(head string, parts []string) string {
	out := head
	for _, p := range parts {
		if p != "" {
			out += " " + p
		}
	}
	return out
}

// short is an instant as a short message writes it, in the organisation's zone.
func (w wording) short(t time.Time) string { return w.in(t).Format("01/02 15:04") }
