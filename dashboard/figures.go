package dashboard

import (
	"fmt"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// teller puts what was judged into sentences of one language.
type teller struct {
	in    messages.Speech
	zone  *time.Location
	sites map[string]compliance.Name
}

// teller speaks the language that a request asks for.
func (s *Server) teller(acceptLanguage string) teller {
	t := teller{in: messages.In(s.words.Match(acceptLanguage)), zone: s.cfg.Hub.cfg.Zone, sites: map[string]compliance.Name{}}
	for _, site := range s.cfg.Hub.cfg.Source.Sites() {
		t.sites[site.ID] = site.Name
	}
	return t
}

// why says what a verdict rests on.
func (t teller) why(y charter.Why) string {
	if y.Rule == "" {
		return ""
	}
	what := y.What
	if n, ok := t.sites[what]; ok {
		what = t.name(n)
	}
	return t.in.Say(messages.Named("report.why", y.Rule,
		"n", y.N, "of", y.Of, "ratio", t.percent(y.Ratio), "floor", t.percent(y.Floor), "at", t.at(y.At), "long", t.long(y.Long), "what", what))
}

// occasion says what an occasion's verdict rests on.
func (t teller) occasion(why string) string {
	if m := messages.Named("report.occasion", why); t.in.Has(m.Key) {
		return t.in.Say(m)
	}
	return why
}

func (t teller) method(m charter.Method) string {
	return t.in.Say(messages.Named("report.method", string(m)))
}

func (t teller) basis(b charter.Basis) string {
	return t.in.Say(messages.Named("report.basis", string(b)))
}

// name is a display name, or the other language's where there is none in this.
func (t teller) name(n compliance.Name) string {
	if t.in.Lang() == "ko" && n.KO != "" || n.EN == "" {
		return n.KO
	}
	return n.EN
}

func (t teller) at(at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return at.In(t.zone).Format("2006-01-02 15:04")
}

// percent is a ratio to the thousandth, floored as it came.
func (t teller) percent(r compliance.Ratio) string {
	n := strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%03d", r/1000, r%1000), "0"), ".")
	return t.in.Say(messages.New("percent", "n", n))
}

// long is a duration in its two greatest units, the rest cut off.
func (t teller) long(d time.Duration) string {
	s := int(d / time.Second)
	units := []struct {
		n int
		m messages.Message
	}{
		{s / 86400, messages.New("duration.days", "n", s/86400)}, {s / 3600 % 24, messages.New("duration.hours", "n", s/3600%24)},
		{s / 60 % 60, messages.New("duration.minutes", "n", s/60%60)}, {s % 60, messages.New("duration.seconds", "n", s%60)},
	}
	var said []string
	for i, u := range units {
		if len(said) > 0 && u.n == 0 {
			break
		}
		if u.n > 0 || i == len(units)-1 {
			said = append(said, t.in.Say(u.m))
		}
	}
	said = said[:min(len(said), 2)]
	return strings.Join(said, " ")
}
