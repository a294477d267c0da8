package needs

import "testing"

// ended notes how a test was ended. Unlike one that is, it goes on: the first end counts.
type ended struct {
	testing.TB
	how, why string
}

func (*ended) Helper() {}

func (e *ended) Fatal(args ...any) { e.end("fatal", args[0].(string)) }

func (e *ended) Skip(args ...any) { e.end("skip", args[0].(string)) }

func (e *ended) end(how, why string) {
	if e.how == "" {
		e.how, e.why = how, why
	}
}

func TestWhatLacksFailsWhereCIIsSet(t *testing.T) {
	for ci, want := range map[string]string{"": "skip", "true": "fatal"} {
		t.Setenv("CI", ci)
		e := &ended{TB: t}
		if path := Tool(e, "apt-get install nothing", "no-such-tool", "nor-this"); path != "" || e.how != want || e.why != "there is no no-such-tool on this machine: apt-get install nothing" {
			t.Errorf("CI=%q: %q %+v", ci, path, *e)
		}
	}
	e := &ended{TB: t}
	if path := Tool(e, "install Go", "no-such-tool", "go"); path == "" || e.how != "" {
		t.Errorf("%q %+v", path, *e)
	}
}
