package reports

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

// Terms say when reports are made, who signs them and who gets them.
type Terms struct {
	MakeAt   time.Duration // after midnight, on the first business day of the month after
	Deadline int           // business days after it was made, at whose end an unsigned report goes out; 0: 5
	Roles    []string      // who must sign, in order
	Readers  []string      // mail addresses of those who get it
	Staff    []string      // mail addresses by which it is published to staff
}

// Letter is a report on its way to one reader.
type Letter struct {
	To      string
	Report  Report
	Signing compliance.Signing
	Files   Files // that are attached
	Staff   bool  // it is the publication to staff
}

// Config of a [Desk]. Maker, Said, State, Terms and Render are required.
type Config struct {
	Maker Maker
	// Said returns the statements of the monitor's scope as the engine knows them.
	Said func() []compliance.Statement
	// State puts a statement on record; it is durable when it returns nil.
	State func(ctx context.Context, s compliance.Statement, outages []compliance.Outage) (compliance.Statement, error)
	Terms func() Terms
	// Render makes a report's documents in a language. The same content, signing and language give
	// the same bytes.
	Render func(ctx context.Context, r Report, s compliance.Signing, lang string) (Files, error)
	// Send hands a letter to a mail server; nil error: it took it. nil: nobody is sent anything.
	Send   func(ctx context.Context, l Letter) error
	Now    func() time.Time // nil is time.Now
	Logger *slog.Logger     // nil discards
}

// Desk makes reports when they are due, sends them out when they are signed or their deadline
// has passed, and keeps what went out.
//
// What became of a report is nowhere but on record: statements say who made, signed and was sent
// what ([compliance.Signings]). So the desk may end at any time and goes on where it left off.
type Desk struct {
	cfg Config
	log *slog.Logger

	making sync.Mutex // one report is made at a time
	mu     sync.Mutex // guards what follows
	failed map[string]attempt
	done   map[string]bool // editions whose documents are kept
	under  []*job
}

const (
	lookEvery       = 20 * time.Second // at what is due
	retryAfter      = time.Minute      // doubled with each failure
	retryMost       = 6 * time.Hour
	defaultDeadline = 5
)

// NewDesk makes a desk.
func NewDesk(c Config) *Desk {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &Desk{cfg: c, log: c.Logger, failed: map[string]attempt{}, done: map[string]bool{}}
}

// Run does what is due until ctx ends.
func (d *Desk) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		d.Step(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// Step does what is due now: it makes last month's report if its hour has come, and moves those on
// record along. What fails is logged, and tried again at a later step.
func (d *Desk) Step(ctx context.Context) {
	now := d.cfg.Now()
	plan := d.cfg.Maker.Plan()
	today := calendar.DateOf(now, plan.Zone)
	last := today.AddMonths(-1)
	month := fmt.Sprintf("%04d-%02d", last.Year, last.Month)
	signings := compliance.Signings(d.cfg.Said())
	made := false
	for _, g := range signings {
		made = made || g.Month == month
		d.along(ctx, g, now)
	}
	if made {
		d.forget("")
		return
	}
	d.forget(making(month))
	if now.Before(d.makeAt(today, plan)) || !d.ready(making(month), now) {
		return
	}
	j := d.job(making(month), month, "", StageGather)
	_, err := d.make(ctx, j, Order{Month: month, By: d.own().By})
	if errors.Is(err, ErrNothing) {
		d.put(making(month), now, retryMost) // the monitor was not there yet
		return
	}
	d.tried(j, now, err)
}

// makeAt is when last month's report is made: on the first business day of this month. Where the
// calendar does not reach that far, on the first day that is no weekend.
func (d *Desk) makeAt(today calendar.Date, plan Plan) time.Time {
	day := calendar.NewDate(today.Year, today.Month, 1)
	for range 14 {
		is, ok := plan.Calendar.Business(day)
		if !ok {
			is = day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
		}
		if is {
			break
		}
		day = day.AddDays(1)
	}
	return day.Start(plan.Zone).Add(d.cfg.Terms().MakeAt)
}

// deadline is the instant at whose passing an unsigned report goes out.
func (d *Desk) deadline(made time.Time, plan Plan) time.Time {
	n := d.cfg.Terms().Deadline
	if n <= 0 {
		n = defaultDeadline
	}
	limit, err := plan.Calendar.BusinessDays(made, n, calendar.Civil)
	if err != nil {
		d.log.Warn("the calendar does not reach to a report's deadline; counted in calendar days", "err", err)
		return calendar.DateOf(made, plan.Zone).AddDays(n + n/5*2 + 2).End(plan.Zone)
	}
	return limit.At.UTC()
}

// Make makes a month's report, or makes a draft of it again, or an addendum where it is signed or
// went out. The error wraps [ErrNotOver] while the month lasts, and [ErrNothing] if there is nothing
// to report of.
func (d *Desk) Make(ctx context.Context, o Order) (compliance.Signing, error) {
	return d.make(ctx, d.job(making(o.Month), o.Month, "", StageGather), o)
}

func (d *Desk) make(ctx context.Context, j *job, o Order) (compliance.Signing, error) {
	d.making.Lock()
	defer d.making.Unlock()
	defer j.end()
	now, m := d.cfg.Now(), d.cfg.Maker
	m.Stage = j.at
	r, err := m.Make(ctx, o, now)
	if err != nil {
		return compliance.Signing{}, err
	}
	if now.Before(r.Evidence.Period.To) {
		return compliance.Signing{}, fmt.Errorf("make report %s: %w", o.Month, ErrNotOver)
	}
	j.at(StageRecord)
	content, err := Canonical(r)
	if err != nil {
		return compliance.Signing{}, err
	}
	if err := d.cfg.Maker.Archive.SaveReport(ctx, r.ID, o.Month, Digest(r), r.MadeAt, content); err != nil {
		return compliance.Signing{}, err
	}
	made := compliance.Statement{Site: compliance.MonitorScope, By: o.By, Why: o.Why}
	made.Report = &compliance.ReportAct{
		Report: r.ID, Step: compliance.ReportMade, Digest: Digest(r), Month: o.Month, Roles: d.cfg.Terms().Roles, Deadline: d.deadline(r.MadeAt, d.cfg.Maker.Plan()),
	}
	if _, err := d.cfg.State(ctx, made, nil); err != nil {
		return compliance.Signing{}, fmt.Errorf("put report %s on record: %w", r.ID, err)
	}
	d.log.Info("report made", "report", r.ID, "digest", Digest(r))
	d.tried(j, now, nil)
	g, _ := compliance.SigningOf(r.ID, d.cfg.Said())
	return g, nil
}

// along moves a report along: closes it, keeps its documents, sends it.
func (d *Desk) along(ctx context.Context, g compliance.Signing, now time.Time) {
	j := d.job("along "+g.Report, g.Month, g.Report, StageRender)
	if !d.ready(j.what, now) {
		return
	}
	defer j.end()
	if g.Closed.IsZero() {
		if g.State != compliance.ReportAllSigned && now.Before(g.Deadline) {
			return
		}
		j.at(StageRecord)
		if err := d.step(ctx, g, compliance.ReportAct{Step: compliance.ReportClosed}); err != nil {
			d.tried(j, now, fmt.Errorf("close report %s: %w", g.Report, err))
			return
		}
		d.log.Info("report closed", "report", g.Report, "signatures", len(g.Signatures), "of", len(g.Roles))
		g, _ = compliance.SigningOf(g.Report, d.cfg.Said())
	}
	d.tried(j, now, d.deliver(ctx, j, g))
}

// deliver keeps a closed report's documents and sends them to whoever has not got them. Staff
// are told once: when all their addresses have it, it is published.
func (d *Desk) deliver(ctx context.Context, j *job, g compliance.Signing) error {
	edition := fmt.Sprintf("%s/%d", g.Report, len(g.Signatures))
	owed := d.owed(g)
	if len(owed) == 0 && d.isDone(edition) {
		return nil
	}
	r, err := d.Content(ctx, g)
	if err != nil {
		return err
	}
	langs := d.cfg.Maker.Head().Languages
	files := Files{}
	for _, lang := range slices.Backward(langs) { // the first prevails: its files are sent
		if files, err = d.files(ctx, g, lang, func() { j.at(StageRender) }); err != nil {
			return err
		}
	}
	for _, l := range owed {
		j.at(StageSend)
		l.Report, l.Signing, l.Files = r, g, files
		if err := d.cfg.Send(ctx, l); err != nil {
			return fmt.Errorf("send report %s: %w", g.Report, err)
		}
		j.at(StageRecord)
		if err := d.step(ctx, g, compliance.ReportAct{Step: compliance.ReportSent, To: l.To, How: "smtp_accepted"}); err != nil {
			return err
		}
	}
	if staff := d.cfg.Terms().Staff; d.cfg.Send != nil && len(staff) > 0 && g.Published.IsZero() {
		j.at(StageRecord)
		proof := "smtp_accepted: " + strings.Join(staff, ", ")
		if err := d.step(ctx, g, compliance.ReportAct{Step: compliance.ReportPublished, Proof: proof}); err != nil {
			return err
		}
	}
	d.setDone(edition)
	return nil
}

// owed are the letters that a closed report still owes.
func (d *Desk) owed(g compliance.Signing) []Letter {
	if d.cfg.Send == nil {
		return nil
	}
	got := map[string]bool{}
	for _, r := range g.Receipts {
		got[r.To] = got[r.To] || r.Got == compliance.ReportSent
	}
	var out []Letter
	terms := d.cfg.Terms()
	for _, to := range terms.Readers {
		if !got[to] {
			out, got[to] = append(out, Letter{To: to}), true
		}
	}
	for _, to := range terms.Staff {
		if !got[to] {
			out, got[to] = append(out, Letter{To: to, Staff: true}), true
		}
	}
	return out
}

// Content is a report's content as it was signed.
func (d *Desk) Content(ctx context.Context, g compliance.Signing) (Report, error) {
	b, err := d.cfg.Maker.Archive.Report(ctx, g.Report, g.Digest)
	if err != nil {
		return Report{}, err
	}
	return Decode(b)
}

// Files are a report's documents in a language: those that went out, or of a draft, made now.
func (d *Desk) Files(ctx context.Context, g compliance.Signing, lang string) (Files, error) {
	return d.files(ctx, g, lang, func() {})
}

// files is Files; it tells when they have to be made.
func (d *Desk) files(ctx context.Context, g compliance.Signing, lang string, rendering func()) (Files, error) {
	out := Files{}
	edition := len(g.Signatures)
	if !g.Closed.IsZero() {
		for _, name := range Names() {
			b, err := d.cfg.Maker.Archive.ReportFile(ctx, g.Report, edition, fileName(name, lang))
			if err != nil {
				out = Files{} // not kept yet, or not all of them
				break
			}
			out[name] = b
		}
		if len(out) > 0 {
			return out, nil
		}
	}
	r, err := d.Content(ctx, g)
	if err != nil {
		return nil, err
	}
	rendering()
	if out, err = d.cfg.Render(ctx, r, g, lang); err != nil {
		return nil, fmt.Errorf("render report %s: %w", g.Report, err)
	}
	if g.Closed.IsZero() {
		return out, nil
	}
	for _, name := range Names() {
		if err := d.cfg.Maker.Archive.SaveReportFile(ctx, g.Report, edition, fileName(name, lang), g.Closed, out[name]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// fileName is a document's name with its language: report-ko.pdf.
func fileName(name, lang string) string {
	base, ext, _ := strings.Cut(name, ".")
	return base + "-" + lang + "." + ext
}

// own is what the monitor itself puts on record.
func (d *Desk) own() compliance.Statement {
	return compliance.Statement{By: accounts.System("reports")}
}

// step puts one of the monitor's own steps on record.
func (d *Desk) step(ctx context.Context, g compliance.Signing, a compliance.ReportAct) error {
	s := d.own()
	a.Report, a.Digest = g.Report, g.Digest
	s.Site, s.Report = compliance.MonitorScope, &a
	if _, err := d.cfg.State(ctx, s, nil); err != nil {
		return fmt.Errorf("put it on record that report %s was %s: %w", g.Report, a.Step, err)
	}
	return nil
}

// Opened puts it on record that a reader opened a report by the link in a letter, once for each
// reader.
func (d *Desk) Opened(ctx context.Context, report, reader string) error {
	g, ok := compliance.SigningOf(report, d.cfg.Said())
	if !ok {
		return fmt.Errorf("report %s was opened: there is none on record", report)
	}
	if slices.ContainsFunc(g.Receipts, func(r compliance.ReportReceipt) bool {
		return r.To == reader && r.Got == compliance.ReportOpened
	}) {
		return nil
	}
	return d.step(ctx, g, compliance.ReportAct{Step: compliance.ReportOpened, To: reader, How: "link"})
}

// Maker is what the desk makes reports with.
func (d *Desk) Maker() Maker { return d.cfg.Maker }

func (d *Desk) isDone(edition string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.done[edition]
}

func (d *Desk) setDone(edition string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.done[edition] = true
}
