package dashboard

import (
	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/scanners"
)

// Clock runs from its start to its limit, and stands still once it is met.
type Clock struct {
	Kind    compliance.ClockKind `json:"kind"` // posting, announcement, restoration
	Site    string               `json:"site"`
	Subject string               `json:"subject"` // the plan or outage that it is about
	Start   int64                `json:"start"`
	Limit   int64                `json:"limit"`
	Met     int64                `json:"met,omitempty"`
	Verdict compliance.Verdict   `json:"verdict"`
}

// WorkNow is the announced maintenance window that holds at this moment.
type WorkNow struct {
	Plan  string `json:"plan"`
	Title string `json:"title"`
	Part  string `json:"part"` // what downtime in it is put down to: planned, late, unsettled, emergency, overrun
	Start int64  `json:"start"`
	End   int64  `json:"end,omitempty"` // absent: no end was announced
}

// ClauseVerdict is what became of one promise in a month.
type ClauseVerdict struct {
	Clause   compliance.Clause  `json:"clause"` // maintenance-notice, recovery-announcement, recovery-time
	Verdict  compliance.Verdict `json:"verdict"`
	Kept     int                `json:"kept"`
	Broken   int                `json:"broken"`
	Unproven int                `json:"unproven"`
	Pending  int                `json:"pending"` // occasions whose limit lies ahead
}

// AsSeen are a month's figures without what upheld appeals changed.
type AsSeen struct {
	Raw     *compliance.Ratio `json:"raw,omitempty"`
	Charter *compliance.Ratio `json:"charter,omitempty"`
	DownMS  int64             `json:"down_ms"`
}

// Parts split downtime by what it is put down to. They add up to all of it.
type Parts struct {
	PlannedMS     int64 `json:"planned_ms"`     // announced in time, and inside its window
	UnsettledMS   int64 `json:"unsettled_ms"`   // announced, but not shown to be in time or clear; excuses nothing
	LateMS        int64 `json:"late_ms"`        // announced too late
	OverrunMS     int64 `json:"overrun_ms"`     // past the end that was announced
	EmergencyMS   int64 `json:"emergency_ms"`   // emergency work
	UnannouncedMS int64 `json:"unannounced_ms"` // everything else
}

// Plan is one piece of maintenance, put together from all that was said of it.
type Plan struct {
	ID          string       `json:"id"`
	Site        string       `json:"site"`
	Title       string       `json:"title"`
	Type        notice.Type  `json:"type,omitempty"` // regular, emergency; absent: not said
	State       notice.State `json:"state"`          // planned, rescheduled, extended, cancelled, completed
	Review      bool         `json:"review"`         // a wording of it awaits a person; it excuses nothing
	Windows     []PlanWindow `json:"windows"`
	CancelledBy int64        `json:"cancelled_by,omitempty"` // when the cancellation was first seen
	Tellings    []Telling    `json:"tellings,omitempty"`     // what was said of it, in order; not on the wall
	Works       []Statement  `json:"works,omitempty"`        // declarations of it that stand; not on the wall
}

// PlanWindow is a window of a plan, when it was announced, and how that is judged.
type PlanWindow struct {
	Start      int64              `json:"start"`
	End        int64              `json:"end,omitempty"` // absent: no end was announced
	Declared   bool               `json:"declared"`      // it is declared, and no notice of it was seen yet
	Review     bool               `json:"review"`
	Notice     string             `json:"notice,omitempty"`
	LastAbsent int64              `json:"last_absent,omitempty"` // the notice was posted after this
	FirstSeen  int64              `json:"first_seen,omitempty"`  // and by this
	Verdict    compliance.Verdict `json:"verdict"`
	Why        string             `json:"why,omitempty"` // a stable name for what the verdict rests on
	Lead       Lead               `json:"lead"`
}

// Lead is how long ahead a window was announced, by both counts.
type Lead struct {
	ByHours    int64              `json:"by_hours"`    // latest posting by the count of hours
	ByCalendar int64              `json:"by_calendar"` // latest posting by the count of days
	Limit      int64              `json:"limit"`       // the stricter of the two
	Hours      compliance.Verdict `json:"hours"`
	Days       compliance.Verdict `json:"days"`
	AtLeastMS  *int64             `json:"at_least_ms,omitempty"` // it was posted at least so long ahead; negative once it had begun
	AtMostMS   *int64             `json:"at_most_ms,omitempty"`
}

// Telling is one wording of one notice about a plan.
type Telling struct {
	Notice     string       `json:"notice"`
	Revision   int          `json:"revision"`
	Title      string       `json:"title"`
	State      notice.State `json:"state"`
	Windows    []Window     `json:"windows"`
	LastAbsent int64        `json:"last_absent,omitempty"`
	FirstSeen  int64        `json:"first_seen"`
	Counts     bool         `json:"counts"` // on the site's own board
	Review     bool         `json:"review"`
}

// Window is a stretch of time.
type Window struct {
	Start int64 `json:"start"`
	End   int64 `json:"end,omitempty"` // absent: open
}

// Board is a place where notices are posted, and whether it can be read.
type Board struct {
	ID         string               `json:"id"`
	Site       string               `json:"site"` // that it belongs to
	Kind       string               `json:"kind"`
	URL        string               `json:"url"`
	EveryMS    int64                `json:"every_ms"`
	OutageOnly bool                 `json:"outage_only"` // looked at only while the site is down
	Sites      []string             `json:"sites"`       // which it speaks of
	Status     scanners.BoardStatus `json:"status,omitempty"`
	Detail     string               `json:"detail,omitempty"`
	Since      int64                `json:"since,omitempty"`   // since when it has had this status
	SeenAt     int64                `json:"seen_at,omitempty"` // of the latest look
	LastOK     int64                `json:"last_ok,omitempty"` // of the latest look that could read it
}

// Notice is a post on a board, as it was seen. It was posted after last_absent and by
// first_seen; what it claims about itself proves nothing.
type Notice struct {
	ID         string           `json:"id"`
	Board      string           `json:"board"`
	URL        string           `json:"url,omitempty"`
	Claimed    int64            `json:"claimed,omitempty"` // posting date as the board has it
	DateOnly   bool             `json:"date_only"`
	LastAbsent int64            `json:"last_absent,omitempty"` // absent: it stood there when we first looked
	FirstSeen  int64            `json:"first_seen"`
	LastSeen   int64            `json:"last_seen"`
	Vanished   int64            `json:"vanished,omitempty"` // when it was found to be gone
	Revisions  []NoticeRevision `json:"revisions"`          // oldest first
}

// NoticeRevision is a wording of a notice.
type NoticeRevision struct {
	N          int      `json:"n"`
	LastAbsent int64    `json:"last_absent,omitempty"`
	FirstSeen  int64    `json:"first_seen"`
	Title      string   `json:"title"`
	Text       string   `json:"text"`
	TitleOnly  bool     `json:"title_only"` // the text was not read yet
	Digest     string   `json:"digest"`
	Page       string   `json:"page,omitempty"` // SHA-256 of the page as kept
	Masked     int      `json:"masked"`         // pieces of personal data that were blanked
	Unread     []string `json:"unread"`         // what only a person can read
	Sites      []string `json:"sites"`
	Rules      string   `json:"rules"` // version of the parser that read it
	Reading    Reading  `json:"reading"`
	Ruled      string   `json:"ruled,omitempty"`    // what a person decided: confirmed, corrected, rejected
	Ruling     string   `json:"ruling,omitempty"`   // the statement that decided it
	RuledAs    *Reading `json:"ruled_as,omitempty"` // what stands instead, when it was corrected
	ReviewOpen bool     `json:"review_open"`        // it awaits a person
}

// Reading is what a notice announces.
type Reading struct {
	Kind        notice.Kind      `json:"kind"` // maintenance, outage, recovery, other
	State       notice.State     `json:"state,omitempty"`
	Type        notice.Type      `json:"type,omitempty"`
	Windows     []Window         `json:"windows"`
	Replaced    []Window         `json:"replaced"` // windows that it says no longer hold
	Rules       int              `json:"rules"`    // recurring windows that it announces
	ETA         int64            `json:"eta,omitempty"`
	Confidence  float64          `json:"confidence"` // 0 to 1
	NeedsReview bool             `json:"needs_review"`
	Problems    []notice.Problem `json:"problems"` // stable codes
}

// Statement is what a person put on record: one of the things below its reason.
type Statement struct {
	ID   string `json:"id"`
	Site string `json:"site"` // _monitor: of the monitor itself
	At   int64  `json:"at"`
	By   string `json:"by"`   // the actor's id
	Name string `json:"name"` // the actor's name
	Why  string `json:"why"`
	What string `json:"what"` // ruling, work, withdrawal, announcement, appeal, judgement, acknowledgement, silence, drill, taking, hand_over, cover

	Ruling       *Ruling       `json:"ruling,omitempty"`
	Work         *Work         `json:"work,omitempty"`
	Withdraws    string        `json:"withdraws,omitempty"` // the declaration that is taken back
	Announcement *Announcement `json:"announcement,omitempty"`
	Appeal       *Appeal       `json:"appeal,omitempty"`
	Judgement    *Judgement    `json:"judgement,omitempty"`

	Acknowledgement *Acknowledgement `json:"acknowledgement,omitempty"`
	Silence         *SilenceSaid     `json:"silence,omitempty"`
	Drill           *Drill           `json:"drill,omitempty"`
	Taking          *Taking          `json:"taking,omitempty"`
	HandOver        *HandOver        `json:"hand_over,omitempty"`
	Cover           *Cover           `json:"cover,omitempty"`
}

// Ruling is a person's word on one revision of a notice.
type Ruling struct {
	Notice   string           `json:"notice"`
	Revision int              `json:"revision"`
	Ruled    compliance.Ruled `json:"ruled"`
	Reading  *Reading         `json:"reading,omitempty"` // of corrected
}

// Work is maintenance declared ahead of its notice.
type Work struct {
	Type    notice.Type `json:"type,omitempty"`
	Windows []Window    `json:"windows"`
}

// Announcement is an expected time of recovery that was made public.
type Announcement struct {
	Outage     string `json:"outage"`
	ETA        int64  `json:"eta"`
	LastAbsent int64  `json:"last_absent,omitempty"`
	FirstSeen  int64  `json:"first_seen"` // of one put on record: when it was announced, as its proof shows
	Where      string `json:"where"`      // board or place
	Notice     string `json:"notice,omitempty"`
	Proof      string `json:"proof,omitempty"`
	Outside    bool   `json:"outside"` // on a person's word
}

// Appeal contests an outage, or a part of it.
type Appeal struct {
	Outage   string                  `json:"outage"`
	From     int64                   `json:"from,omitempty"` // absent: from its start
	To       int64                   `json:"to,omitempty"`   // absent: to its end
	Ground   compliance.AppealGround `json:"ground"`         // probe_blocked, vantage_wrong, check_wrong
	Evidence string                  `json:"evidence"`
	Addendum bool                    `json:"addendum"` // the month was signed when it was made
}

// Judgement decides an appeal.
type Judgement struct {
	Appeal string `json:"appeal"`
	Upheld bool   `json:"upheld"`
}

// Obligation is one occasion on which a promise had to be kept.
type Obligation struct {
	Clause  compliance.Clause  `json:"clause"`
	Subject string             `json:"subject"`
	Start   int64              `json:"start"`
	Limit   int64              `json:"limit"`
	Met     int64              `json:"met,omitempty"`
	Verdict compliance.Verdict `json:"verdict"`
	Why     string             `json:"why"` // a stable name for what the verdict rests on
}

// OutageAccount is what an outage came to.
type OutageAccount struct {
	Parts
	UnknownMS     int64          `json:"unknown_ms"`   // within it, not seen
	ContestedMS   int64          `json:"contested_ms"` // of unknown_ms: seen, but an upheld appeal says wrongly
	Announcements []Announcement `json:"announcements"`
	Obligations   []Obligation   `json:"obligations"`
}

// RulingOrder rules on a revision of a notice.
type RulingOrder struct {
	Site     string           `json:"site,omitempty"` // absent: for every site that the notice speaks of
	Revision int              `json:"revision"`
	Ruled    compliance.Ruled `json:"ruled"`             // confirmed, corrected, rejected
	Reading  *ReadingOrder    `json:"reading,omitempty"` // of corrected
	Why      string           `json:"why"`
}

// ReadingOrder is what a person says that a notice announces.
type ReadingOrder struct {
	Kind    notice.Kind   `json:"kind"`
	State   notice.State  `json:"state,omitempty"` // absent: planned
	Type    notice.Type   `json:"type,omitempty"`
	Windows []WindowOrder `json:"windows,omitempty"`
	ETA     *Instant      `json:"eta,omitempty"`
}

// WindowOrder is a stretch of time in a request.
type WindowOrder struct {
	Start Instant  `json:"start"`
	End   *Instant `json:"end,omitempty"` // absent: open
}

// WorkOrder declares maintenance ahead of its notice.
type WorkOrder struct {
	Site    string        `json:"site"`
	Type    notice.Type   `json:"type,omitempty"`
	Windows []WindowOrder `json:"windows"`
	Why     string        `json:"why"` // what the work is
}

// WithdrawalOrder takes declared work back.
type WithdrawalOrder struct {
	Why string `json:"why"`
}

// AnnouncementOrder records a recovery time that was announced where we do not look.
type AnnouncementOrder struct {
	ETA   Instant `json:"eta"`
	Told  Instant `json:"told"` // when it was announced, as the proof shows
	Where string  `json:"where"`
	Proof string  `json:"proof"` // address or reference of the proof
	Why   string  `json:"why"`
}

// AppealOrder contests an outage.
type AppealOrder struct {
	From     *Instant                `json:"from,omitempty"` // absent: from its start
	To       *Instant                `json:"to,omitempty"`   // absent: to its end
	Ground   compliance.AppealGround `json:"ground"`
	Evidence string                  `json:"evidence"`
	Why      string                  `json:"why"`
}

// JudgementOrder decides an appeal.
type JudgementOrder struct {
	Upheld bool   `json:"upheld"`
	Why    string `json:"why"`
}

// LintOrder is a notice before it is posted, and what its author means by it.
type LintOrder struct {
	Site    string        `json:"site"`
	Title   string        `json:"title"`
	Text    string        `json:"text"`
	Posted  *Instant      `json:"posted,omitempty"`  // when it is to be posted; absent: now
	Windows []WindowOrder `json:"windows,omitempty"` // that are meant
	Type    notice.Type   `json:"type,omitempty"`    // of the suggested text; absent: as read
	Reason  string        `json:"reason,omitempty"`  // for the suggested text
}

// LintAnswer is what a reader will understand.
type LintAnswer struct {
	OK          bool             `json:"ok"` // it says what was meant, and nobody needs to ask
	Reading     Reading          `json:"reading"`
	Differences []LintDifference `json:"differences"`
	ByHours     int64            `json:"by_hours,omitempty"`    // latest posting by the count of hours
	ByCalendar  int64            `json:"by_calendar,omitempty"` // by the count of days: before this midnight
	Limit       int64            `json:"limit,omitempty"`       // the stricter of the two
	Suggested   *Suggested       `json:"suggested,omitempty"`   // absent: no window is known
}

// LintDifference is where text and intention part.
type LintDifference struct {
	Code string  `json:"code"` // window_missing, window_extra, start_differs, end_differs, kind_not_maintenance
	Want *Window `json:"want,omitempty"`
	Read *Window `json:"read,omitempty"`
}

// Suggested is a notice that nobody can misread.
type Suggested struct {
	KO Draft `json:"ko"`
	EN Draft `json:"en"`
}

// Draft is the text of a notice.
type Draft struct {
	Title string `json:"title"`
	Body  string `json:"body"`
}
