package compliance

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

// Statement is what a person puts on record: who, when, why, and one of the things below it.
// Statements are never changed or removed; a later one may answer an earlier one.
type Statement struct {
	ID   string         `json:"id"`
	Site string         `json:"site"`
	At   time.Time      `json:"at"`
	By   accounts.Actor `json:"by"`
	Why  string         `json:"why"`

	Ruling       *Ruling              `json:"ruling,omitempty"`
	Work         *Work                `json:"work,omitempty"`
	Withdrawal   *Withdrawal          `json:"withdrawal,omitempty"`
	Announcement *OutsideAnnouncement `json:"announcement,omitempty"`
	Appeal       *Appeal              `json:"appeal,omitempty"`
	Judgement    *Judgement           `json:"judgement,omitempty"`

	// Of alerts and the watch floor.
	Acknowledgement *Acknowledgement `json:"acknowledgement,omitempty"`
	Silence         *Silence         `json:"silence,omitempty"`
	Drill           *Drill           `json:"drill,omitempty"`
	Taking          *Taking          `json:"taking,omitempty"`
	HandOver        *HandOver        `json:"hand_over,omitempty"`
	Cover           *Cover           `json:"cover,omitempty"`
	Roster          *Roster          `json:"roster,omitempty"` // came into force; only the monitor itself says so

	Report *ReportAct `json:"report,omitempty"`

	// Of the charter; all of [MonitorScope].
	Attestation *Attestation    `json:"attestation,omitempty"`
	MonthRecord *MonthRecord    `json:"month_record,omitempty"`
	Incident    *Incident       `json:"incident,omitempty"`
	Charter     *CharterVersion `json:"charter,omitempty"` // came into force; only the monitor itself says so
}

// Ruled is what an operator says of a reading.
type Ruled string

// The rulings.
const (
	RuledRight   Ruled = "confirmed" // it was read rightly
	RuledCorrect Ruled = "corrected" // the Ruling's Reading stands instead
	RuledOut     Ruled = "rejected"  // it announces nothing of the kind
)

// Ruling is an operator's word on one revision of a notice. The reading it speaks of stays as
// it was made; the latest ruling on a revision counts.
type Ruling struct {
	Notice   string   `json:"notice"`
	Revision int      `json:"revision"`
	Ruled    Ruled    `json:"ruled"`
	Reading  *Reading `json:"reading,omitempty"` // of RuledCorrect
}

// Work is maintenance declared ahead of its notice. It excuses nothing: it starts the
// countdown to the posting.
type Work struct {
	Type    notice.Type     `json:"type,omitempty"`
	Windows []notice.Window `json:"windows"`
}

// Withdrawal takes back declared work.
type Withdrawal struct {
	Work string `json:"work"` // the statement's id
}

// OutsideAnnouncement says that a recovery time was announced where we do not look, with
// proof.
type OutsideAnnouncement struct {
	Outage string    `json:"outage"`
	ETA    time.Time `json:"eta"`
	Told   time.Time `json:"told"` // when it was announced, as the proof shows
	Where  string    `json:"where"`
	Proof  string    `json:"proof"` // address or reference of the proof
}

// AppealGround is why an outage is contested.
type AppealGround string

// The grounds.
const (
	ProbeBlocked AppealGround = "probe_blocked" // the site answered its customers, but not our probe
	VantageWrong AppealGround = "vantage_wrong" // the fault lay at our place
	CheckWrong   AppealGround = "check_wrong"   // the check demanded what customers do not need
)

// AppealGrounds lists the grounds.
func AppealGrounds() []AppealGround { return []AppealGround{ProbeBlocked, VantageWrong, CheckWrong} }

// Appeal contests an outage, or a part of it.
type Appeal struct {
	Outage   string       `json:"outage"`
	From     time.Time    `json:"from,omitzero"` // zero: from its start
	To       time.Time    `json:"to,omitzero"`   // zero: to its end
	Ground   AppealGround `json:"ground"`
	Evidence string       `json:"evidence"` // what shows it: an address, a reference, a quotation
	// Addendum says that the month was signed when the appeal was made: its report stands, and
	// the appeal appears only in an addendum.
	Addendum bool `json:"addendum,omitempty"`
}

// Judgement decides an appeal. Who appealed may not decide.
type Judgement struct {
	Appeal string `json:"appeal"` // the statement's id
	Upheld bool   `json:"upheld"`
}

// Refusal says why a statement is not taken. Rule is a stable name.
type Refusal struct{ Rule string }

// Error implements error.
func (r *Refusal) Error() string { return "statement refused: " + strings.ReplaceAll(r.Rule, "_", " ") }

// RefusalRules lists all rules that a Refusal can name.
func RefusalRules() []string {
	return []string{
		"no_reason", "no_subject", "no_notice", "no_revision", "no_reading", "no_window", "bad_window", "no_work", "withdrawn", "no_outage",
		"no_proof", "no_eta", "bad_ground", "outside_outage", "no_appeal", "own_appeal", "judged", "bad_ruling",
		"no_alert", "no_expiry", "no_rule", "no_site", "no_shift", "too_early", "no_note", "no_schedule", "no_person",
		"no_report", "other_content", "report_frozen", "report_not_draft", "report_closed", "report_not_in_review", "report_not_closed", "not_your_turn", "signed_twice",
		"no_clause", "no_what", "no_signer", "bad_term", "bad_digest", "bad_month", "no_sources", "bad_count", "in_future",
		"bad_reference", "bad_incident", "no_time", "bad_order", "no_duty",
	}
}

func refuse(rule string) error { return &Refusal{rule} }

// Sealed gives the statement the id that belongs to what it says, so that a retried commit
// writes the same row.
func (s Statement) Sealed() Statement {
	s.ID = ""
	b, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("compliance: a statement is plain data: %v", err))
	}
	h := sha256.Sum256(b)
	s.ID = hex.EncodeToString(h[:8])
	return s
}

// What names the kind of a statement: ruling, work, withdrawal, announcement, appeal,
// judgement, acknowledgement, silence, drill, taking, hand_over, cover, roster, attestation,
// month_record, incident, charter or report.
func (s Statement) What() string {
	switch {
	case s.Acknowledgement != nil:
		return "acknowledgement"
	case s.Silence != nil:
		return "silence"
	case s.Drill != nil:
		return "drill"
	case s.Taking != nil:
		return "taking"
	case s.HandOver != nil:
		return "hand_over"
	case s.Cover != nil:
		return "cover"
	case s.Roster != nil:
		return "roster"
	case s.Report != nil:
		return "report"
	case s.Attestation != nil:
		return "attestation"
	case s.MonthRecord != nil:
		return "month_record"
	case s.Incident != nil:
		return "incident"
	case s.Charter != nil:
		return "charter"
	case s.Ruling != nil:
		return "ruling"
	case s.Work != nil:
		return "work"
	case s.Withdrawal != nil:
		return "withdrawal"
	case s.Announcement != nil:
		return "announcement"
	case s.Appeal != nil:
		return "appeal"
	default:
		return "judgement"
	}
}

// Admit checks a statement against what is on record of its site. The error is a *Refusal.
func (r Record) Admit(s Statement, outages []Outage) error {
	if strings.TrimSpace(s.Why) == "" {
		return refuse("no_reason")
	}
	switch {
	case s.Ruling != nil:
		return r.admitRuling(*s.Ruling)
	case s.Work != nil:
		return admitWindows(s.Work.Windows)
	case s.Withdrawal != nil:
		return r.admitWithdrawal(*s.Withdrawal)
	case s.Announcement != nil:
		return admitAnnouncement(*s.Announcement, outages)
	case s.Appeal != nil:
		return admitAppeal(*s.Appeal, outages)
	case s.Judgement != nil:
		return r.admitJudgement(s)
	default:
		return refuse("no_subject")
	}
}

func (r Record) admitRuling(x Ruling) error {
	i := slices.IndexFunc(r.Notices, func(n Notice) bool { return n.ID == x.Notice })
	if i < 0 {
		return refuse("no_notice")
	}
	if x.Revision < 1 || x.Revision > len(r.Notices[i].Revisions) {
		return refuse("no_revision")
	}
	switch {
	case x.Ruled == RuledCorrect && x.Reading == nil:
		return refuse("no_reading")
	case x.Ruled == RuledCorrect && len(x.Reading.Windows) > 0:
		return admitWindows(x.Reading.Windows)
	case x.Ruled == RuledCorrect, x.Ruled == RuledRight, x.Ruled == RuledOut:
		return nil
	default:
		return refuse("bad_ruling")
	}
}

func admitWindows(ws []notice.Window) error {
	if len(ws) == 0 {
		return refuse("no_window")
	}
	for _, w := range ws {
		if w.Start.IsZero() || !w.End.IsZero() && !w.Start.Before(w.End) {
			return refuse("bad_window")
		}
	}
	return nil
}

func (r Record) statement(id string) (Statement, bool) {
	i := slices.IndexFunc(r.Statements, func(s Statement) bool { return s.ID == id })
	if i < 0 {
		return Statement{}, false
	}
	return r.Statements[i], true
}

func (r Record) admitWithdrawal(w Withdrawal) error {
	if s, ok := r.statement(w.Work); !ok || s.Work == nil {
		return refuse("no_work")
	}
	if r.withdrawn(w.Work) {
		return refuse("withdrawn")
	}
	return nil
}

func (r Record) withdrawn(work string) bool {
	return slices.ContainsFunc(r.Statements, func(s Statement) bool { return s.Withdrawal != nil && s.Withdrawal.Work == work })
}

func outageOf(id string, outages []Outage) (Outage, bool) {
	i := slices.IndexFunc(outages, func(o Outage) bool { return o.ID == id && o.Check == "" })
	if i < 0 {
		return Outage{}, false
	}
	return outages[i], true
}

func admitAnnouncement(a OutsideAnnouncement, outages []Outage) error {
	switch _, ok := outageOf(a.Outage, outages); {
	case !ok:
		return refuse("no_outage")
	case a.ETA.IsZero() || a.Told.IsZero():
		return refuse("no_eta")
	case strings.TrimSpace(a.Proof) == "" || strings.TrimSpace(a.Where) == "":
		return refuse("no_proof")
	}
	return nil
}

func admitAppeal(a Appeal, outages []Outage) error {
	o, ok := outageOf(a.Outage, outages)
	if !ok {
		return refuse("no_outage")
	}
	if !slices.Contains(AppealGrounds(), a.Ground) {
		return refuse("bad_ground")
	}
	if strings.TrimSpace(a.Evidence) == "" {
		return refuse("no_proof")
	}
	from, to := later(a.From, o.Start), a.To
	if a.From.Before(o.Start) && !a.From.IsZero() || !to.IsZero() && !from.Before(to) || !o.Open() && to.After(o.End) {
		return refuse("outside_outage")
	}
	return nil
}

func (r Record) admitJudgement(s Statement) error {
	appeal, ok := r.statement(s.Judgement.Appeal)
	switch {
	case !ok || appeal.Appeal == nil:
		return refuse("no_appeal")
	case appeal.By.ID == s.By.ID:
		return refuse("own_appeal")
	case slices.ContainsFunc(r.Statements, func(x Statement) bool { return x.Judgement != nil && x.Judgement.Appeal == appeal.ID }):
		return refuse("judged")
	}
	return nil
}

// Contested are the parts of outages of which an upheld appeal says that we did not see
// them rightly. They become unknown: a wrong look shows neither that a site was down nor
// that it was up.
func (r Record) Contested(outages []Outage) []Period {
	var out []Period
	for _, s := range r.Statements {
		if s.Judgement == nil || !s.Judgement.Upheld {
			continue
		}
		a, ok := r.statement(s.Judgement.Appeal)
		if !ok {
			continue
		}
		o, ok := outageOf(a.Appeal.Outage, outages)
		if !ok {
			continue
		}
		p := Period{later(a.Appeal.From, o.Start), a.Appeal.To}
		if p.To.IsZero() {
			p.To = o.End
		}
		if p.To.IsZero() {
			p.To = s.At // still open: what follows is for another appeal
		}
		if p.From.Before(p.To) {
			out = append(out, p)
		}
	}
	return out
}
