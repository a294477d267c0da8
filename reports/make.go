package reports

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

// Maker turns what is on record of a month into a report's content.
type Maker struct {
	Source  Source
	Archive Archive     // of earlier reports
	Plan    func() Plan // in force
	Head    func() Head
	// Close signs the head of the evidence log over everything that was recorded until now. nil:
	// there is no log, and reports say so.
	Close func(ctx context.Context) (Closing, error)
	// Stage is told of each stage of Make before it begins. nil: nobody is.
	Stage func(Stage)
}

// Head is what a report says of whose it is.
type Head struct {
	Organisation compliance.Name
	Languages    []string // the first prevails
	Simulated    bool
	Charter      charter.Charter // in force, where none is on record
}

// Archive keeps reports. What is kept is never changed.
type Archive interface {
	SaveReport(ctx context.Context, id, month, digest string, made time.Time, content []byte) error
	// Report returns a content, byte for byte.
	Report(ctx context.Context, id, digest string) ([]byte, error)
	SaveReportFile(ctx context.Context, id string, edition int, name string, made time.Time, file []byte) error
	ReportFile(ctx context.Context, id string, edition int, name string) ([]byte, error)
}

// ErrNotOver says that a month is not over yet, so that no report of it can go on record.
var ErrNotOver = errors.New("the month is not over")

// ErrNothing says that nothing was watched in a month.
var ErrNothing = errors.New("nothing was watched in that month")

// Order asks for a month's report.
type Order struct {
	Month string // "2026-10"
	By    accounts.Actor
	Why   string // of an addendum: what it corrects
	// Decisions asked of those who sign; nil keeps those of the draft that is made again.
	Decisions *[]compliance.Name
}

// Make makes the content of a report, as known now. The error wraps [ErrNothing] if there is
// nothing to report of.
func (m Maker) Make(ctx context.Context, o Order, now time.Time) (Report, error) {
	at := m.Stage
	if at == nil {
		at = func(Stage) {}
	}
	month, closing := o.Month, Closing{}
	if m.Close != nil {
		at(StageSeal)
		var err error
		if closing, err = m.Close(ctx); err != nil {
			return Report{}, fmt.Errorf("make report %s: close the evidence log: %w", month, err)
		}
	}
	at(StageGather)
	plan, head := m.Plan(), m.Head()
	said, err := m.Source.Said(ctx, compliance.MonitorScope)
	if err != nil {
		return Report{}, fmt.Errorf("make report %s: %w", month, err)
	}
	r := Report{Organisation: head.Organisation, Languages: head.Languages, Simulated: head.Simulated, MadeAt: now.UTC().Truncate(time.Millisecond), Closing: closing}
	if r.Evidence, err = Gather(ctx, m.Source, plan, month, now); err != nil {
		return Report{}, err
	}
	if len(r.Evidence.Sites) == 0 {
		return Report{}, fmt.Errorf("make report %s: %w", month, ErrNothing)
	}
	at(StageJudge)
	if r.Charter, err = m.charterAt(said, r.Evidence.Period.To); err != nil {
		return Report{}, fmt.Errorf("make report %s: %w", month, err)
	}
	if r.Month, err = r.Charter.Judge(r.Evidence); err != nil {
		return Report{}, fmt.Errorf("make report %s: %w", month, err)
	}
	if err := m.address(ctx, &r, o, said); err != nil {
		return Report{}, fmt.Errorf("make report %s: %w", month, err)
	}
	return r, m.compare(ctx, &r, plan, said) // a part of judging, though it may gather the month before
}

// charterAt is the charter in force at an instant: the one on record, or the configuration's
// where none is.
func (m Maker) charterAt(said []compliance.Statement, at time.Time) (charter.Charter, error) {
	c, ok, err := charter.InForce(said, at)
	if err == nil && !ok {
		c = m.Head().Charter
	}
	return c, err
}

// address gives the report its id: the month, or where a report of the month went out already,
// that of an addendum to it; and the decisions that are asked.
func (m Maker) address(ctx context.Context, r *Report, o Order, said []compliance.Statement) error {
	month := o.Month
	r.ID = month
	for _, g := range compliance.Signings(said) {
		if g.Month != month {
			continue
		}
		old, err := m.content(ctx, g)
		if err != nil {
			return err
		}
		if !g.Frozen() { // the latest: it is made again
			r.Decisions = old.Decisions
			continue
		}
		n := 1
		if a := old.Addendum; a != nil {
			fmt.Sscanf(old.ID, month+"+%d", &n)
			n++
		}
		r.ID = fmt.Sprintf("%s+%d", month, n)
		r.Addendum = &Addendum{Of: g.Report, Digest: g.Digest, Why: o.Why, Verdicts: verdicts(old.Month), Figures: figures(old.Month)}
	}
	if o.Decisions != nil {
		r.Decisions = *o.Decisions
	}
	return nil
}

func (m Maker) content(ctx context.Context, g compliance.Signing) (Report, error) {
	b, err := m.Archive.Report(ctx, g.Report, g.Digest)
	if err != nil {
		return Report{}, err
	}
	return Decode(b)
}

// compare adds what the month before came to: as it was reported, or judged again where it never
// was; and what changed since in how months are judged.
func (m Maker) compare(ctx context.Context, r *Report, plan Plan, said []compliance.Statement) error {
	before := calendar.DateOf(r.Evidence.Period.From, plan.Zone).AddMonths(-1)
	month := fmt.Sprintf("%04d-%02d", before.Year, before.Month)
	var latest *compliance.Signing
	for _, g := range compliance.Signings(said) {
		if g.Month == month {
			latest = &g
		}
	}
	var old Report
	var err error
	if latest != nil {
		if old, err = m.content(ctx, *latest); err != nil {
			return fmt.Errorf("make report %s: the month before: %w", r.Evidence.Month, err)
		}
		r.Before = &Earlier{ID: old.ID, Digest: latest.Digest}
	} else {
		old.Evidence, err = Gather(ctx, m.Source, plan, month, r.MadeAt)
		if err != nil {
			return err
		}
		if len(old.Evidence.Sites) == 0 {
			return nil
		}
		if old.Charter, err = m.charterAt(said, old.Evidence.Period.To); err == nil {
			old.Month, err = old.Charter.Judge(old.Evidence)
		}
		if err != nil {
			return fmt.Errorf("make report %s: judge the month before again: %w", r.Evidence.Month, err)
		}
		r.Before = &Earlier{ID: month}
	}
	r.Before.Verdicts, r.Before.Figures = verdicts(old.Month), figures(old.Month)
	r.Changes = changes(old, *r, plan.Zone)
	return nil
}

// changes are what differs in how a month is judged from the month before.
func changes(old, is Report, zone *time.Location) []RuleChange {
	out := charter.Diff(old.Charter, is.Charter, calendar.DateOf(is.Evidence.Period.From, zone))
	differs := func(what charter.ChangeKind, before, after string) {
		if before != after {
			out = append(out, RuleChange{What: what, Before: before, After: after})
		}
	}
	differs(charter.ChangedRules, old.Month.Rules, is.Month.Rules)
	differs(charter.ChangedSites, siteIDs(old.Evidence), siteIDs(is.Evidence))
	for _, s := range is.Evidence.Sites {
		i := slices.IndexFunc(old.Evidence.Sites, func(x charter.SiteEvidence) bool { return x.ID == s.ID })
		if i >= 0 {
			differs(charter.ChangedHours, s.ID+": "+closings(old.Evidence.Sites[i].Hours), s.ID+": "+closings(s.Hours))
		}
	}
	differs(charter.ChangedCalendar, old.Evidence.Holidays, is.Evidence.Holidays)
	return out
}

func siteIDs(e charter.Evidence) string {
	var ids []string
	for _, s := range e.Sites {
		ids = append(ids, s.ID)
	}
	return strings.Join(ids, ", ")
}

func closings(hours []compliance.ServiceHours) string {
	var out []string
	for _, h := range hours {
		out = append(out, h.Close)
	}
	return cmp.Or(strings.Join(out, ", "), "-")
}

func verdicts(m charter.Month) map[compliance.Clause]compliance.Verdict {
	out := map[compliance.Clause]compliance.Verdict{}
	for _, j := range m.Clauses {
		out[j.Clause] = j.Verdict
	}
	return out
}

// figures are the charter availabilities of a month's sites, where there is one.
func figures(m charter.Month) map[string]compliance.Ratio {
	out := map[string]compliance.Ratio{}
	for _, s := range m.Sites {
		if r, ok := s.Figures.Charter(); ok {
			out[s.Site] = r
		}
	}
	return out
}
