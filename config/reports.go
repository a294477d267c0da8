package config

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/internal/mail"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/reports"
)

// Mail says how the monitor sends letters of its own: reports and checkpoints. Alerts go by
// alertmanager.yml.
type Mail struct {
	Server   string    `yaml:"server" doc:"host:port of the mail server. Without it nobody is sent reports."`
	From     string    `yaml:"from" doc:"Address of the sender."`
	Username string    `yaml:"username" doc:"For authentication."`
	Password Reference `yaml:"password" doc:"For authentication."`
	Security string    `yaml:"security" doc:"starttls, implicit (TLS from the first byte) or none. Default starttls."`
	CA       string    `yaml:"ca" doc:"PEM file of certificates to trust beside the system's."`
}

// Reports says when reports are made, who signs them and who gets them.
type Reports struct {
	Monthly struct {
		MakeAt    string `yaml:"make_at" doc:"HH:MM on the first business day of the month after. Default 09:00."`
		Sign      List   `yaml:"sign" doc:"Who signs, in order: drafter, reviewer, approver. Default: all three."`
		Deadline  int    `yaml:"deadline_business_days" doc:"An unsigned report goes out at the end of this business day after it was made, and says that it is unsigned. Default 5."`
		SendTo    List   `yaml:"send_to" doc:"Mail addresses of its readers."`
		PublishTo List   `yaml:"publish_to" doc:"Mail addresses by which it is published to staff, such as a mailing list. That they were accepted is the evidence of the publication."`
	} `yaml:"monthly" doc:"The monthly report."`
	Simulated bool `yaml:"simulated" doc:"The data are simulated, and every page says so. Default false."`
}

// reportRoles are those who can sign, in their order.
func reportRoles() []string { return []string{"drafter", "reviewer", "approver"} }

// reports validates who gets reports, and by what mail server.
func (l *Loaded) reports() {
	m, r, d := &l.File.Mail, &l.File.Reports.Monthly, l.d
	if m.Server != "" || m.From != "" {
		_, err := mail.New(mail.Config{Server: m.Server, From: m.From, Security: mail.Security(m.Security)})
		switch {
		case m.Security != "" && !slices.Contains(mail.Securities(), mail.Security(m.Security)):
			d.on("mail.security", messages.New("config.mail_security", "value", strconv.Quote(m.Security), "kinds", messages.List(mail.Securities())))
		case err != nil:
			d.on("mail", messages.New("config.mail", "example", "{server: \"mail.example.or.kr:587\", from: watch@example.or.kr}"))
		}
	}
	if m.CA != "" {
		if _, err := os.Stat(d.relative(m.CA)); err != nil {
			d.on("mail.ca", messages.New("config.unreadable_pem", "err", err))
		}
	}
	l.clock(r.MakeAt, "reports.monthly.make_at")
	if len(r.Sign) == 0 {
		r.Sign = reportRoles()
	}
	at := 0
	for i, role := range r.Sign {
		n := slices.Index(reportRoles(), role)
		if n < at {
			d.on(fmt.Sprintf("reports.monthly.sign[%d]", i), messages.New("config.report_role", "value", strconv.Quote(role), "roles", reportRoles()))
			continue
		}
		at = n + 1
	}
	l.within("reports.monthly.deadline_business_days", r.Deadline, 1, 20)
	for _, list := range []struct {
		key string
		to  List
	}{{"send_to", r.SendTo}, {"publish_to", r.PublishTo}} {
		for i, to := range list.to {
			l.mailAddress(to, fmt.Sprintf("reports.monthly.%s[%d]", list.key, i))
		}
		if len(list.to) > 0 && m.Server == "" {
			d.on("reports.monthly."+list.key, messages.New("config.no_mail"))
		}
	}
}

func (l *Loaded) mailAddress(to, path string) {
	if at := strings.IndexByte(to, '@'); at < 1 || at == len(to)-1 || strings.ContainsAny(to, " ,;<>") {
		l.d.on(path, messages.New("config.mail_address", "value", strconv.Quote(to)))
	}
}

// reportTerms are the terms of reports.
func (b *builder) reportTerms() reports.Terms {
	r := b.File.Reports.Monthly
	at := 9 * time.Hour
	if t, err := time.Parse("15:04", r.MakeAt); err == nil {
		at = time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
	}
	return reports.Terms{MakeAt: at, Deadline: r.Deadline, Roles: r.Sign, Readers: r.SendTo, Staff: r.PublishTo}
}

// mailer sends letters; nil without a server.
func (b *builder) mailer() *mail.Sender {
	m := b.File.Mail
	if m.Server == "" {
		return nil
	}
	s, err := mail.New(mail.Config{Server: m.Server, From: m.From, Username: m.Username, Password: string(m.Password), Security: mail.Security(m.Security), CA: b.pem(m.CA, "mail.ca")})
	if err != nil {
		b.d.because("mail", err)
	}
	return s
}
