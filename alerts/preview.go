package alerts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/notify/webhook"
	amtemplate "github.com/prometheus/alertmanager/template"
	"github.com/prometheus/common/model"

	"github.com/charterwatch/charterwatch/compliance"
)

// Previewed is what a notification would say by several channels.
type Previewed struct {
	MailSubject string
	MailText    string
	MailHTML    string
	SlackTitle  string
	SlackText   string
	Markdown    string // what Teams, Mattermost and others get
	SMS         string
	LMS         string
	Webhook     string // the JSON that a webhook is sent
}

// Preview renders a notification of alerts as its receivers would see it, in a language, with
// the user's templates from globs. Nothing is sent.
func (c Content) Preview(language string, globs []string, external *url.URL, all []compliance.Alert, now time.Time) (Previewed, error) {
	t, err := c.Template(language, globs, external)
	if err != nil {
		return Previewed{}, err
	}
	data := c.data(t, "preview", all, now)
	var p Previewed
	for _, x := range []struct {
		into *string
		name string
	}{
		{&p.MailSubject, "email.default.subject"}, {&p.MailText, "email.default.text"}, {&p.SlackTitle, "slack.default.title"}, {&p.SlackText, "slack.default.text"},
		{&p.Markdown, "msteamsv2.default.text"}, {&p.SMS, "charterwatch.sms"}, {&p.LMS, "charterwatch.lms"},
	} {
		if *x.into, err = t.ExecuteTextString(`{{ template "`+x.name+`" . }}`, data); err != nil {
			return Previewed{}, fmt.Errorf("preview %s: %w", x.name, err)
		}
	}
	if p.MailHTML, err = t.ExecuteHTMLString(`{{ template "email.default.html" . }}`, data); err != nil {
		return Previewed{}, fmt.Errorf("preview email.default.html: %w", err)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(webhook.Message{Data: data, Version: "4", GroupKey: `{}:{alertname="` + data.GroupLabels["alertname"] + `"}`}); err != nil {
		return Previewed{}, fmt.Errorf("preview webhook: %w", err)
	}
	p.Webhook = b.String()
	return p, nil
}

// data is a notification of alerts, as Alertmanager makes it for its templates.
func (c Content) data(t *amtemplate.Template, receiver string, all []compliance.Alert, now time.Time) *amtemplate.Data {
	var list []*alert.Alert
	for _, a := range all {
		x := &alert.Alert{UpdatedAt: now}
		x.Labels, x.Annotations = labelSet(c.Labels(a)), labelSet(c.Annotations(a, now))
		x.StartsAt, x.EndsAt = a.Start, a.End
		list = append(list, x)
	}
	group := model.LabelSet{}
	if len(all) > 0 {
		group["alertname"] = model.LabelValue(all[0].Rule)
	}
	return t.Data(receiver, group, nil, "first notification", list...)
}

func labelSet(m map[string]string) model.LabelSet {
	out := make(model.LabelSet, len(m))
	for k, v := range m {
		out[model.LabelName(k)] = model.LabelValue(v)
	}
	return out
}
