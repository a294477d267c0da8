package alerts

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/url"
	"strings"
	texttemplate "text/template"

	amtemplate "github.com/prometheus/alertmanager/template"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/messages"
)

//go:embed templates/*.tmpl
var templateFiles embed.FS

// EmailText is what the plain part of a mail is made from. Alertmanager sends none unless a
// receiver's text says so.
const EmailText = `{{ template "email.default.text" . }}`

// Template is a set of templates in one language, in which Alertmanager's default ones say
// what ours do. The user's own, from globs, come after them and prevail. external is the
// address that messages give for Alertmanager itself.
//
// Every default template is tried on samples: an error in one names it, and is found here and
// not at night.
func (c Content) Template(language string, globs []string, external *url.URL) (*amtemplate.Template, error) {
	t, err := amtemplate.FromGlobs(nil, c.functions(language))
	if err != nil {
		return nil, fmt.Errorf("load Alertmanager's templates: %w", err)
	}
	t.ExternalURL = external
	if external == nil {
		t.ExternalURL = &url.URL{}
	}
	names, err := fs.Glob(templateFiles, "templates/*.tmpl")
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	for _, name := range names {
		if err := parseFile(t, name); err != nil {
			return nil, err
		}
	}
	for _, glob := range globs {
		if err := t.FromGlob(glob); err != nil {
			return nil, fmt.Errorf("load templates %s: %w", glob, err)
		}
	}
	if err := c.try(t); err != nil {
		return nil, err
	}
	return t, nil
}

func parseFile(t *amtemplate.Template, name string) error {
	f, err := templateFiles.Open(name)
	if err != nil {
		return fmt.Errorf("load template: %w", err)
	}
	err = t.Parse(f)
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return fmt.Errorf("load template %s: %w", name, err)
	}
	return nil
}

// functions are what our templates call, besides Alertmanager's own:
//
//	letter . N        the message made of a notification, with at most N alerts in full
//	entry .           one alert of a notification, as a letter shows it
//	say KEY NAME ...  a text of the catalogue, with the names and values of its placeholders
//	slack, markdown   a text in which nothing is markup of that kind
func (c Content) functions(language string) amtemplate.Option {
	f := map[string]any{
		"entry":  c.wording(language).block,
		"letter": func(d any, most int) (letter, error) { return c.letterOf(language, d, most) },
		"say": func(key string, args ...any) string {
			return messages.In(language).Say(messages.Message{Key: key, Args: args})
		},
		"slack":    slackText,
		"markdown": markdownText,
	}
	return func(text *texttemplate.Template, html *template.Template) {
		text.Funcs(texttemplate.FuncMap(f))
		html.Funcs(template.FuncMap(f))
	}
}

// slackText escapes what Slack reads as a link or a mention.
func slackText(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// markdownText escapes what the dialects of Markdown read as markup. A mention is broken by a
// space of no width: what a watched site wrote must not call everybody.
func markdownText(s string) string {
	return strings.NewReplacer(
		`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `[`, `\[`, `]`, `\]`, `<`, `\<`, `>`, `\>`, `~`, `\~`, `|`, `\|`, "@", "@\u200b",
	).Replace(s)
}

// htmlDefaults and textDefaults are the names that Alertmanager's receivers ask for unless
// they are told otherwise, and those that are ours alone.
func htmlDefaults() []string { return []string{"email.default.html"} }

func textDefaults() []string {
	return []string{
		"email.default.subject", "email.default.text", "charterwatch.sms", "charterwatch.lms",
		"slack.default.title", "slack.default.username", "slack.default.fallback", "slack.default.callbackid", "slack.default.pretext",
		"slack.default.titlelink", "slack.default.iconemoji", "slack.default.iconurl", "slack.default.text", "slack.default.footer", "slack.default.color",
		"pagerduty.default.description", "pagerduty.default.client", "pagerduty.default.clientURL", "pagerduty.default.instances",
		"opsgenie.default.message", "opsgenie.default.description", "opsgenie.default.source",
		"wechat.default.message", "wechat.default.to_user", "wechat.default.to_party", "wechat.default.to_tag", "wechat.default.agent_id",
		"victorops.default.state_message", "victorops.default.entity_display_name", "victorops.default.monitoring_tool",
		"pushover.default.title", "pushover.default.message", "pushover.default.url", "sns.default.subject", "sns.default.message",
		"telegram.default.message", "discord.default.content", "discord.default.title", "discord.default.message", "webex.default.message",
		"msteams.default.summary", "msteams.default.title", "msteams.default.text", "msteamsv2.default.title", "msteamsv2.default.text",
		"jira.default.summary", "jira.default.description", "jira.default.priority",
		"rocketchat.default.title", "rocketchat.default.alias", "rocketchat.default.titlelink", "rocketchat.default.emoji", "rocketchat.default.iconurl", "rocketchat.default.text",
		"mattermost.default.color", "mattermost.default.username", "mattermost.default.title", "mattermost.default.titlelink", "mattermost.default.fallback", "mattermost.default.text",
	}
}

// try runs every default template on a notification of two alerts, one of them resolved.
func (c Content) try(t *amtemplate.Template) error {
	now := c.now()
	site := compliance.Site{ID: "sample", Name: compliance.Name{KO: "sample", EN: "sample"}}
	down, over := Sample(compliance.AlertSiteDown, site, now), Sample(compliance.AlertNoticeLate, site, now)
	over.End = now
	data := c.data(t, "sample", []compliance.Alert{down, over}, now)
	for _, name := range textDefaults() {
		of := "."
		if name == "pagerduty.default.instances" {
			of = ".Alerts.Firing" // as its receiver calls it
		}
		if _, err := t.ExecuteTextString(`{{ template "`+name+`" `+of+` }}`, data); err != nil {
			return fmt.Errorf("try template %s: %w", name, err)
		}
	}
	for _, name := range htmlDefaults() {
		if _, err := t.ExecuteHTMLString(`{{ template "`+name+`" . }}`, data); err != nil {
			return fmt.Errorf("try template %s: %w", name, err)
		}
	}
	return nil
}
