package messages

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

func TestParticles(t *testing.T) {
	for _, c := range []struct{ word, topic, way string }{
		{"점검", "은", "으로"}, {"주기", "는", "로"}, {"파일", "은", "로"}, {`"점검"`, "은", "으로"}, {"점검(주기)", "는", "로"},
		{"0", "은", "으로"}, {"1", "은", "로"}, {"2", "는", "로"}, {"3", "은", "으로"}, {"6", "은", "으로"}, {"7", "은", "로"}, {"9", "는", "로"}, {"100", "은", "으로"}, {"30%", "는", "로"},
		{"URL", "은", "로"}, {"DNS", "는", "로"}, {"VPN", "은", "으로"}, {"front", "은(는)", "(으)로"},
	} {
		got := fill("{w}(은/는) {w}(으로/로)", func(string) (string, bool) { return c.word, true })
		if want := c.word + c.topic + " " + c.word + c.way; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := fill("{w}(이/가) {w}(을/를) {w}(과/와)", func(string) (string, bool) { return "값", true }); got != "값이 값을 값과" {
		t.Error(got)
	}
	if got := fill("{w}", func(string) (string, bool) { return "값(은/는)", true }); got != "값(은/는)" {
		t.Errorf("an argument was changed: %s", got)
	}
}

// The web app fills placeholders, but chooses no particles.
func TestTheWallHasNoParticleMarks(t *testing.T) {
	b, err := files.ReadFile("ko.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pairs() {
		if strings.Contains(string(b), p.mark) {
			t.Errorf("ko.json holds %s", p.mark)
		}
	}
}

func TestMessagesSayThemselves(t *testing.T) {
	m := New("config.not_list", "is", New("config.node.value"))
	if got := In("ko").Say(m); got != "목록을 적을 자리에 단일 값이 있습니다" {
		t.Error(got)
	}
	if got := m.Error(); got != "is a single value, not a list" {
		t.Error(got)
	}
	cause := &fs.PathError{Op: "open", Path: "x", Err: fs.ErrNotExist}
	err := New("config.unreadable", "err", cause)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Error("the cause is hidden")
	}
	if got := In("ko").Err(err); got != "설정 파일을 읽지 못했습니다: 파일이나 폴더가 없습니다 (open x: file does not exist)" {
		t.Error(got)
	}
	both := errors.Join(err, fmt.Errorf("close: %w", fs.ErrPermission))
	if got := strings.Split(In("ko").Err(both), "\n"); !slices.Equal(got, []string{In("ko").Say(err), "권한이 없습니다 (close: permission denied)"}) {
		t.Error(got)
	}
	if got := In("en").Err(both); got != both.Error() {
		t.Errorf("English changed: %s", got)
	}
}
