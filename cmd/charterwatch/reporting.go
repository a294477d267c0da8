package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/config"
	"github.com/charterwatch/charterwatch/internal/mail"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/ledger"
	"github.com/charterwatch/charterwatch/reports"
	"github.com/charterwatch/charterwatch/reports/fonts"
	"github.com/charterwatch/charterwatch/store"
)

// reporting is what reports are made by, as the configuration in force has it.
type reporting struct {
	sites    []compliance.Site
	calendar *calendar.Calendar
	charter  charter.Charter
	terms    reports.Terms
	mail     *mail.Sender
	head     reports.Head
	zone     *time.Location
	url      string // by which people reach the dashboard
}

func reportingOf(l *config.Loaded, b config.Built, simulated bool) reporting {
	o := l.File.Organisation
	return reporting{
		sites: b.Plan.Sites, calendar: b.Calendar, charter: b.Charter, terms: b.Reports, mail: b.Mail, zone: l.Zone, url: strings.TrimSuffix(l.File.Web.ExternalURL, "/"),
		head: reports.Head{Organisation: compliance.Name{KO: o.Name.KO, EN: o.Name.EN}, Languages: o.Languages, Simulated: simulated, Charter: b.Charter},
	}
}

func (r reporting) plan() reports.Plan {
	return reports.Plan{Sites: r.sites, Zone: r.zone, Calendar: r.calendar, Program: versionText()}
}

// maker makes reports from what the store holds.
func maker(db *store.DB, in func() reporting, end func(context.Context) (reports.Closing, error)) reports.Maker {
	return reports.Maker{
		Source: db, Archive: db, Close: end,
		Plan: func() reports.Plan { return in().plan() },
		Head: func() reports.Head { return in().head },
	}
}

// rendering makes a report's documents with the program's own fonts, and proofs from the store.
func rendering(db *store.DB) func(context.Context, reports.Report, compliance.Signing, string) (reports.Files, error) {
	return func(ctx context.Context, r reports.Report, s compliance.Signing, lang string) (reports.Files, error) {
		set, err := fonts.Load()
		if err != nil {
			return nil, err
		}
		o := reports.Options{Fonts: set, PDF: pdfInChild}
		if o.Proofs, err = proofsOf(ctx, db, r); err != nil {
			return nil, err
		}
		evidence, err := reports.JSON(r, s, lang, o)
		if err != nil {
			return nil, err
		}
		o.Attachments = []reports.Attachment{{Name: reports.NameJSON, MIME: "application/json", Description: "charter, evidence, verdicts and proofs", Relation: reports.RelationData, Data: evidence}}
		return reports.Render(r, s, lang, o, nil)
	}
}

// proofsOf collects what shows that a report's evidence was sealed when it happened: up to the
// checkpoint that the report names, so that they are the same whenever they are collected.
func proofsOf(ctx context.Context, db *store.DB, r reports.Report) (json.RawMessage, error) {
	if r.Closing.Checkpoint == "" {
		return nil, nil
	}
	b, err := db.Bundle(ctx, r.Evidence.Period.From, r.Closing.At, func(kind, _ string) bool { return reports.Shows(kind) })
	if err != nil {
		return nil, fmt.Errorf("proofs of report %s: %w", r.ID, err)
	}
	b.Keys = r.Closing.Keys
	p := reports.Proofs{Format: reports.ProofsFormat}
	if p.Bundle, err = json.Marshal(b); err != nil {
		return nil, fmt.Errorf("proofs of report %s: %w", r.ID, err)
	}
	older := reports.OlderIDs(r)
	if at := reports.OlderImports(r); len(at) > 0 {
		imports, err := db.CaseImports(ctx, at[0], at[len(at)-1].Add(time.Millisecond))
		if err != nil {
			return nil, fmt.Errorf("proofs of report %s: %w", r.ID, err)
		}
		for _, i := range imports {
			if slices.ContainsFunc(at, i.At.Equal) {
				older = append(older, i.ID)
			}
		}
	}
	for _, id := range older {
		proved, err := db.ProveBy(ctx, id, r.Closing.At)
		if errors.Is(err, store.ErrNotFound) {
			continue // from before there was a log
		}
		if err != nil {
			return nil, fmt.Errorf("proofs of report %s: %w", r.ID, err)
		}
		last := proved[len(proved)-1]
		text, err := last.Proof.MarshalText()
		if err != nil {
			return nil, fmt.Errorf("proofs of report %s: %w", r.ID, err)
		}
		p.Older = append(p.Older, reports.OlderProof{Proof: string(text), Salt: last.Salt[:], Body: string(last.Body)})
	}
	return json.Marshal(p)
}

// closingWith is closing where no monitor runs: with the key of the configuration, which is made
// when there is none.
func closingWith(ctx context.Context, db *store.DB, f config.File, now func() time.Time) (func(context.Context) (reports.Closing, error), error) {
	head, err := db.Head(ctx)
	if err != nil {
		return nil, err
	}
	file := ledger.KeyFile{Path: f.Evidence.Key}
	key, _, err := signingKey(file, f.FirstOrigin(), head.Log)
	if err != nil {
		return nil, err
	}
	notary, err := ledger.NewNotary(ledger.NotaryConfig{Log: db, Key: key, Folder: ledger.Folder{Dir: f.Evidence.Checkpoints}, Now: now})
	if err != nil {
		return nil, err
	}
	return closing(db, notary, file.PublicKeys), nil
}

// closing signs the head of the evidence log for a report. Its time is that on record: a checkpoint
// signed again over a log that did not grow keeps the time of the first.
func closing(db *store.DB, notary *ledger.Notary, keys func() ([]string, error)) func(context.Context) (reports.Closing, error) {
	return func(ctx context.Context) (reports.Closing, error) {
		s, err := notary.Checkpoint(ctx)
		if err != nil {
			return reports.Closing{}, err
		}
		c, err := ledger.Peek(s.Note)
		if err != nil {
			return reports.Closing{}, err
		}
		signed, err := db.SignedAt(ctx, c)
		if err != nil {
			return reports.Closing{}, err
		}
		public, err := keys()
		return reports.Closing{Checkpoint: string(s.Note), Keys: public, At: signed.UTC()}, err
	}
}

// reportDesk makes the desk of the running monitor.
func (a *app) reportDesk() *reports.Desk {
	c := reports.Config{
		Maker: maker(a.db, a.reporting, closing(a.db, a.notary, a.keyFile.PublicKeys)), Said: func() []compliance.Statement { return a.engine.Record(compliance.MonitorScope).Statements },
		State: a.engine.State, Terms: func() reports.Terms { return a.reporting().terms }, Render: rendering(a.db), Now: a.clock.Now, Logger: a.log,
	}
	c.Send = a.sendReport
	return reports.NewDesk(c)
}

// reporting is what reports are made by now.
func (a *app) reporting() reporting {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.reportingNow
}

// sendReport mails a report to one reader.
func (a *app) sendReport(ctx context.Context, l reports.Letter) error {
	in := a.reporting()
	if in.mail == nil {
		return errNoMail
	}
	lang := in.head.Languages[0]
	say := messages.In(lang)
	subject := say.Say(messages.New("report.mail.subject", "organisation", nameIn(in.head.Organisation, lang), "month", l.Report.Evidence.Month))
	lines := []string{say.Say(messages.New("report.mail.opening", "month", l.Report.Evidence.Month))}
	if l.Staff {
		lines = append(lines, say.Say(messages.New("report.mail.staff")))
	}
	lines = append(lines, "", say.Say(messages.New("report.mail.state", "state", say.Say(messages.Named("report_state", string(l.Signing.State))))))
	lines = append(lines, say.Say(messages.New("report.mail.digest", "digest", l.Signing.Digest)))
	if in.url != "" {
		lines = append(lines, say.Say(messages.New("report.mail.link", "url", in.url+readPath+readLink{l.Report.ID, l.To, a.clock.Now().Add(readFor).Unix()}.token(a.linkKey))))
	}
	return in.mail.Send(ctx, mail.Letter{
		To: l.To, Subject: subject, Text: strings.Join(lines, "\n") + "\n",
		Files: []mail.File{{Name: "charterwatch-" + l.Report.ID + ".pdf", MIME: "application/pdf", Data: l.Files[reports.NamePDF]}},
	})
}

// mailText mails a text.
func (a *app) mailText(ctx context.Context, to, subject, text string) error {
	in := a.reporting()
	if in.mail == nil {
		return errNoMail
	}
	return in.mail.Send(ctx, mail.Letter{To: to, Subject: subject, Text: text})
}

// errNoMail says that nothing can be mailed: the configuration in force names no server.
var errNoMail = errors.New("no mail server is configured")

func nameIn(n compliance.Name, lang string) string {
	if lang == "en" && n.EN != "" || n.KO == "" {
		return n.EN
	}
	return n.KO
}
