package reports_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/reports"
)

// watched has an office noting at which stage its desk is when it calls for something.
func (o *office) watched() (notes func() []string) {
	var list []string
	o.set(func() {
		o.note = func(call string) {
			for _, p := range o.desk.UnderWay() {
				call += fmt.Sprintf(" | %s %s %s", p.Month, p.Report, p.Stage)
				if age := time.Since(p.Since); age < 0 || age > time.Minute {
					call += " since " + age.String()
				}
			}
			o.mu.Lock()
			defer o.mu.Unlock()
			list = append(list, call)
		}
	})
	return func() []string {
		o.mu.Lock()
		defer o.mu.Unlock()
		out := list
		list = nil
		return out
	}
}

func TestTheDeskSaysAtWhichStageAReportIs(t *testing.T) {
	bubble(t, func(o *office) {
		notes := o.watched()
		time.Sleep(at(3, 9))
		want := []string{"read | 1999-12  gather", "read | 1999-12  judge", "state made | 1999-12  record"}
		if got := notes(); !slices.Equal(got, want) {
			t.Errorf("made: %q", got)
		}
		o.say("kim", compliance.ReportAct{Step: compliance.ReportSubmitted})
		o.say("kim", compliance.ReportAct{Step: compliance.ReportSigned, Role: "drafter"})
		o.say("lee", compliance.ReportAct{Step: compliance.ReportSigned, Role: "approver"})
		notes()
		time.Sleep(time.Minute)
		const of = " | 1999-12 1999-12 "
		want = []string{"state closed" + of + "record", "render en" + of + "render", "render ko" + of + "render"}
		for range 3 {
			want = append(want, "send"+of+"send", "state sent"+of+"record")
		}
		if got := notes(); !slices.Equal(got, append(want, "state published"+of+"record")) {
			t.Errorf("sent: %q", got)
		}
		if under, failed := o.desk.UnderWay(), o.desk.Failures(); len(under)+len(failed) != 0 {
			t.Errorf("under way: %+v, failed: %+v", under, failed)
		}
	})
}

// Who signs the evidence log is told of first.
func TestTheLogIsSealedBeforeAMonthIsGathered(t *testing.T) {
	var stages []string
	o := opened(t)
	m := o.desk.Maker()
	m.Close = func(context.Context) (reports.Closing, error) {
		stages = append(stages, "closing")
		return reports.Closing{}, nil
	}
	m.Stage = func(s reports.Stage) { stages = append(stages, string(s)) }
	if _, err := m.Make(t.Context(), reports.Order{Month: "1999-12"}, time.Date(2000, 1, 3, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	if want := []string{"seal", "closing", "gather", "judge"}; !slices.Equal(stages, want) {
		t.Errorf("%q", stages)
	}
}

// Every stage has words on the dashboard, under way and failed.
func TestStagesHaveWords(t *testing.T) {
	words, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, stage := range reports.Stages() {
		for _, key := range []string{"reports.doing." + string(stage), "reports.undone." + string(stage)} {
			for _, lang := range messages.Languages() {
				if !words.Has(lang, key) {
					t.Errorf("%s has no text for %s", lang, key)
				}
			}
		}
	}
}

// Two reports may be under way at once: a person makes one while another goes out.
func TestWorkAtOnceIsToldApart(t *testing.T) {
	bubble(t, func(o *office) {
		time.Sleep(at(3, 9))
		deadline := o.report().Deadline
		sending, sent := make(chan struct{}), make(chan struct{})
		o.set(func() {
			o.note = func(call string) {
				if call == "send" {
					sending <- struct{}{}
					<-sent
				}
			}
		})
		time.Sleep(time.Until(deadline))
		<-sending
		notes := o.watched()
		if _, err := o.desk.Make(t.Context(), reports.Order{Month: "1999-11", By: accounts.System("test")}); err != nil {
			t.Error(err)
		}
		if got := notes(); len(got) == 0 || !strings.HasPrefix(got[0], "read | 1999-12 1999-12 send") || !strings.Contains(got[0], " | 1999-11  gather") {
			t.Errorf("%q", got)
		}
		if under := o.desk.UnderWay(); len(under) != 1 || under[0].Report != "1999-12" || under[0].Stage != reports.StageSend {
			t.Errorf("%+v", under)
		}
		close(sent)
	})
}

func TestTheDeskSaysWhatFailedAndWhenItTriesAgain(t *testing.T) {
	bubble(t, func(o *office) {
		o.set(func() { o.lost = errors.New("disk error at /var/lib/secret-place") })
		time.Sleep(at(3, 9)) // it was due a minute ago, and tried at once
		f := o.desk.Failures()
		if len(f) != 1 || f[0].Month != "1999-12" || f[0].Report != "" || f[0].Stage != reports.StageGather || f[0].Tries < 1 || !f[0].Next.After(time.Now().Add(-20*time.Second)) {
			t.Fatalf("%+v", f)
		}
		time.Sleep(10 * time.Minute)
		if again := o.desk.Failures(); len(again) != 1 || again[0].Tries <= f[0].Tries || !again[0].Next.After(time.Now()) {
			t.Errorf("%+v", again)
		}
		o.set(func() { o.lost = nil })
		if _, err := o.desk.Make(t.Context(), reports.Order{Month: "1999-12", By: accounts.System("test")}); err != nil { // a person was faster
			t.Fatal(err)
		}
		if f := o.desk.Failures(); len(f) != 0 {
			t.Errorf("made by hand: %+v", f)
		}

		o.set(func() { o.fail = errors.New("421 come back later") })
		time.Sleep(time.Until(o.report().Deadline) + time.Minute)
		f = o.desk.Failures()
		if len(f) != 1 || f[0].Report != "1999-12" || f[0].Month != "1999-12" || f[0].Stage != reports.StageSend {
			t.Fatalf("%+v", f)
		}
		o.set(func() { o.fail = nil })
		time.Sleep(time.Hour)
		if f, sent := o.desk.Failures(), o.sent(); len(f) != 0 || len(sent) != 3 {
			t.Errorf("%+v %v", f, sent)
		}
	})
}

// What is not tried again is not told of: another month's turn has come, or there was nothing to make.
func TestNothingIsAwaitedInVain(t *testing.T) {
	bubble(t, func(o *office) {
		o.set(func() { o.lost = errors.New("disk error") })
		time.Sleep(at(3, 10))
		if f := o.desk.Failures(); len(f) != 1 {
			t.Fatalf("%+v", f)
		}
		time.Sleep(at(32, 1)) // 1 February, before its hour
		if f := o.desk.Failures(); len(f) != 0 {
			t.Errorf("%+v", f)
		}
		o.set(func() { o.lost, o.sites = nil, false })
		time.Sleep(at(32, 12))
		if f := o.desk.Failures(); len(f) != 0 || len(o.statements()) != 0 {
			t.Errorf("nothing was watched: %+v", f)
		}
	})
}
