package reports

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Stage is a part of the desk's work.
type Stage string

// The stages, in their order.
const (
	StageSeal   Stage = "seal"   // the head of the evidence log is signed
	StageGather Stage = "gather" // what is on record of the month is read
	StageJudge  Stage = "judge"  // clause by clause, and compared with the month before
	StageRecord Stage = "record" // the content is kept, and that it was made or closed goes on record
	StageRender Stage = "render" // the documents are made
	StageSend   Stage = "send"
)

// Stages lists them.
func Stages() []Stage {
	return []Stage{StageSeal, StageGather, StageJudge, StageRecord, StageRender, StageSend}
}

// Progress is something that the desk is doing.
type Progress struct {
	Month  string
	Report string // id; "" while a month's report is being made, for it may become an addendum
	Stage  Stage
	Since  time.Time // when the stage began
}

// Failure is something that the desk could not do, and tries again by itself. It does not say why: the
// log does.
type Failure struct {
	Month  string
	Report string // as in [Progress]
	Stage  Stage  // that failed
	Tries  int    // in a row
	Next   time.Time
}

// job is a piece of the desk's work.
type job struct {
	d    *Desk
	what string // by which attempts at it are known
	done Progress
}

// job begins a piece of work. If it fails before it says at which stage it is, that is first. It
// is not under way before it does.
func (d *Desk) job(what, month, report string, first Stage) *job {
	return &job{d: d, what: what, done: Progress{Month: month, Report: report, Stage: first}}
}

// at says that a stage begins.
func (j *job) at(s Stage) {
	j.d.mu.Lock()
	defer j.d.mu.Unlock()
	j.done.Stage, j.done.Since = s, j.d.cfg.Now()
	if !slices.Contains(j.d.under, j) {
		j.d.under = append(j.d.under, j)
	}
}

// end says that the work ended, well or not.
func (j *job) end() {
	j.d.mu.Lock()
	defer j.d.mu.Unlock()
	j.d.under = slices.DeleteFunc(j.d.under, func(x *job) bool { return x == j })
}

// UnderWay is what the desk is doing, in the order in which it began.
func (d *Desk) UnderWay() []Progress {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []Progress
	for _, j := range d.under {
		out = append(out, j.done)
	}
	return out
}

// Failures are what the desk tries again, by month.
func (d *Desk) Failures() []Failure {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []Failure
	for _, a := range d.failed {
		if a.n > 0 {
			out = append(out, Failure{Month: a.of.Month, Report: a.of.Report, Stage: a.of.Stage, Tries: a.n, Next: a.next})
		}
	}
	slices.SortFunc(out, func(a, b Failure) int {
		return cmp.Or(strings.Compare(a.Month, b.Month), strings.Compare(a.Report, b.Report))
	})
	return out
}

// attempt is how often something failed, and when to try again.
type attempt struct {
	n    int // 0: it rests, and did not fail
	next time.Time
	of   Progress
}

const makingPrefix = "make "

func making(month string) string { return makingPrefix + month }

// ready says whether something that failed may be tried again.
func (d *Desk) ready(what string, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !now.Before(d.failed[what].next)
}

// tried notes how a job ended. A failure is logged, and tried again later and later.
func (d *Desk) tried(j *job, now time.Time, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil {
		delete(d.failed, j.what)
		return
	}
	a := d.failed[j.what]
	a.n++
	pause := min(retryAfter<<min(a.n-1, 16), retryMost)
	a.next, a.of = now.Add(pause), j.done
	d.failed[j.what] = a
	d.log.Error("a report is not done yet; it is tried again", "stage", string(j.done.Stage), "err", err, "in", pause)
}

// put lets something rest.
func (d *Desk) put(what string, now time.Time, pause time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failed[what] = attempt{next: now.Add(pause)}
}

// forget drops failed attempts at making a month's report that is not made any more by itself: every
// month's but this one.
func (d *Desk) forget(but string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for what := range d.failed {
		if strings.HasPrefix(what, makingPrefix) && what != but {
			delete(d.failed, what)
		}
	}
}
