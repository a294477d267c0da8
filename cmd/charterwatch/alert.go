package main

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/alerts"
	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/config"
	"github.com/charterwatch/charterwatch/internal/fetch"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/probes"
)

// alertCommand tries out what people would be told.
func alertCommand(ctx context.Context, args []string, t *terminal) error {
	switch {
	case len(args) > 0 && args[0] == "test":
		return t.testReceiver(ctx, args[1:])
	case len(args) > 0 && args[0] == "preview":
		return t.previewAlert(args[1:])
	}
	return wrongUsage(alertTestUsage, alertPreviewUsage)
}

// built reads and builds a configuration without running it.
func (t *terminal) built(path string) (config.Built, error) {
	l, err := config.Load(path, config.Options{})
	if err != nil {
		return config.Built{}, err
	}
	t.learn(l.File)
	agent := fetch.UserAgent(version, l.File.Probing.Contact)
	b, err := l.Build(config.Deps{
		Shared: probes.NewShared(probes.SharedConfig{UserAgent: agent}), Heartbeats: probes.NewHeartbeats(time.Now()), Now: time.Now, UserAgent: agent,
	})
	b.Alerts.Content.Site = siteOf(b.Plan.Sites)
	return b, err
}

// siteOf looks a site up; each alert asks for its own every minute.
func siteOf(sites []compliance.Site) func(id string) (compliance.Site, bool) {
	byID := make(map[string]compliance.Site, len(sites))
	for _, s := range sites {
		byID[s.ID] = s
	}
	return func(id string) (compliance.Site, bool) {
		s, ok := byID[id]
		return s, ok
	}
}

// testReceiver sends a marked message by all channels of a receiver.
func (t *terminal) testReceiver(ctx context.Context, args []string) error {
	fs := flag.NewFlagSet("alert test", flag.ContinueOnError)
	path := fs.String("config", "/etc/charterwatch/charterwatch.yaml", t.text("cli.flag.config"))
	args, err := t.parse(fs, args, alertTestUsage, 1)
	if err != nil {
		return err
	}
	b, err := t.built(*path)
	if err != nil {
		return err
	}
	if b.Alerts.Alertmanager == nil {
		return messages.New("cli.alert.none_inside")
	}
	if known := b.Alerts.Alertmanager.Receivers(); !slices.Contains(known, args[0]) {
		return messages.New("cli.alert.no_receiver", "receiver", quoted(args[0]), "receivers", known)
	}
	receipts, err := alerts.SendTest(ctx, b.Alerts, args[0], b.Plan.Sites[0], nil)
	if err != nil {
		return messages.New("cli.alert.test_failed", "err", explain(err))
	}
	if len(receipts) == 0 {
		return messages.New("cli.alert.no_channel", "receiver", quoted(args[0]))
	}
	var rows table
	failed := 0
	for _, r := range receipts {
		what := t.text("cli.alert.delivered", "duration", r.Took.Round(time.Millisecond))
		if r.Status != compliance.Delivered {
			failed++
			what = t.text("cli.alert.failed", "problem", r.Problem)
		}
		who := r.Channel
		if r.Person != "" {
			who += " (" + r.Person + ")"
		}
		rows.row(who, what)
	}
	rows.print(t.out)
	if failed > 0 {
		return messages.New("cli.alert.some_failed", "n", failed, "all", len(receipts))
	}
	return nil
}

// previewAlert shows what a message would say.
func (t *terminal) previewAlert(args []string) error {
	fs := flag.NewFlagSet("alert preview", flag.ContinueOnError)
	path := fs.String("config", "/etc/charterwatch/charterwatch.yaml", t.text("cli.flag.config"))
	rule := fs.String("rule", string(compliance.AlertSiteDown), t.text("cli.flag.alert_rule"))
	site := fs.String("site", "", t.text("cli.flag.alert_site"))
	lang := fs.String("language", "", t.text("cli.flag.alert_language"))
	format := fs.String("format", "text", t.text("cli.flag.alert_format"))
	if _, err := t.parse(fs, args, alertPreviewUsage, 0); err != nil {
		return err
	}
	if !slices.Contains(compliance.AlertRules(), compliance.AlertRule(*rule)) {
		return usageError{messages.New("cli.alert.rule", "value", quoted(*rule), "rules", messages.List(compliance.AlertRules()))}
	}
	b, err := t.built(*path)
	if err != nil {
		return err
	}
	c := b.Alerts.Content
	if *lang == "" {
		*lang = c.Languages[0]
	}
	if !slices.Contains(messages.Languages(), *lang) {
		return usageError{messages.New("cli.alert.language", "value", quoted(*lang), "languages", messages.Languages())}
	}
	where := b.Plan.Sites[0]
	if *site != "" {
		var ok bool
		if where, ok = c.Site(*site); !ok {
			return usageError{messages.New("cli.alert.site", "value", quoted(*site))}
		}
	}
	now := time.Now()
	p, err := previewOf(b.Alerts, *lang, alerts.Sample(compliance.AlertRule(*rule), where, now), now)
	if err != nil {
		return messages.New("cli.alert.preview_failed", "err", explain(err))
	}
	return t.printPreview(p, *format)
}

// previewOf renders with the user's own templates, where there are any.
func previewOf(set alerts.Settings, lang string, a compliance.Alert, now time.Time) (alerts.Previewed, error) {
	var globs []string
	if set.Alertmanager != nil {
		globs = set.Alertmanager.Templates()
	}
	c := set.Content
	if !slices.Contains(c.Languages, lang) {
		c.Languages = append(slices.Clone(c.Languages), lang)
	}
	external, err := url.Parse(c.DashboardURL)
	if err != nil {
		external = &url.URL{}
	}
	return c.Preview(lang, globs, external, []compliance.Alert{a}, now)
}

func (t *terminal) printPreview(p alerts.Previewed, format string) error {
	switch format {
	case "text":
		for _, part := range []struct{ title, text string }{
			{t.text("cli.alert.mail"), p.MailSubject + "\n\n" + p.MailText}, {t.text("cli.alert.chat"), p.SlackTitle + "\n" + p.SlackText},
			{t.text("cli.alert.sms"), p.SMS}, {t.text("cli.alert.lms"), p.LMS},
		} {
			fmt.Fprintf(t.out, "── %s\n%s\n\n", part.title, strings.TrimSpace(part.text))
		}
	case "html":
		fmt.Fprintln(t.out, p.MailHTML)
	case "webhook":
		fmt.Fprint(t.out, p.Webhook)
	default:
		return usageError{messages.New("cli.alert.format", "value", quoted(format))}
	}
	return nil
}
