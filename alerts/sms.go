package alerts

import (
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
