package dashboard

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance/notice"
)

const lintIt = "/api/v1/notices/lint"

func linted(t *testing.T, body string) LintAnswer {
	t.Helper()
	srv, d := openOffice(t)
	resp, b := call(t, srv, "POST", lintIt, "", body)
	var a LintAnswer
	if err := json.Unmarshal(b, &a); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", resp.StatusCode, b)
	}
	if len(d.stated) != 0 {
		t.Error("trying a notice puts something on record")
	}
	_, valid := document(t, NewServer(ServerConfig{Hub: d.hub()}))
	if err := valid("LintAnswer", b); err != nil {
		t.Error(err)
	}
	return a
}

func TestANoticeIsTriedBeforeItIsPosted(t *testing.T) {
	start, end := time.Date(2026, 12, 12, 22, 0, 0, 0, time.UTC), time.Date(2026, 12, 13, 0, 0, 0, 0, time.UTC)
	const clear = `{"site": "alpha", "title": "홈페이지 정기점검 안내", "text": "일시: 2026년 12월 12일(토) 22:00 ~ 24:00", "posted": "2026-12-01T00:00:00Z", "windows": [{"start": "2026-12-12T22:00:00Z", "end": "2026-12-13T00:00:00Z"}]}`
	a := linted(t, clear)
	if !a.OK || len(a.Differences) != 0 || len(a.Reading.Windows) != 1 || a.Reading.Windows[0] != (Window{start.UnixMilli(), end.UnixMilli()}) {
		t.Errorf("a clear notice: %+v", a)
	}
	if want := time.Date(2026, 12, 9, 0, 0, 0, 0, time.UTC).UnixMilli(); a.Limit != want || a.ByCalendar != want || a.ByHours != start.Add(-72*time.Hour).UnixMilli() {
		t.Errorf("it must be posted by the end of D-4: %+v", a)
	}
	for _, d := range []Draft{a.Suggested.KO, a.Suggested.EN} {
		r := notice.Read(notice.Text{Title: d.Title, Body: d.Body, Posted: start.AddDate(0, 0, -9), Zone: time.UTC})
		if len(r.Windows) != 1 || !r.Windows[0].Start.Equal(start) || !r.Windows[0].End.Equal(end) || r.NeedsReview {
			t.Errorf("the suggestion %q is read as %+v", d.Title, r)
		}
	}
	b := linted(t, strings.Replace(clear, "12일(토)", "12일(금)", 1))
	if b.OK || len(b.Reading.Problems) == 0 || b.Reading.Problems[0] != notice.WeekdayMismatch {
		t.Errorf("a weekday that does not fit: %+v", b)
	}
	c := linted(t, strings.Replace(clear, "22:00 ~ 24:00", "21:00 ~ 24:00", 1))
	if c.OK || len(c.Differences) != 1 || c.Differences[0].Code != notice.DifferStart || c.Differences[0].Want.Start != start.UnixMilli() || c.Limit != a.Limit {
		t.Errorf("another start than is meant: %+v", c)
	}
	other := linted(t, strings.Replace(clear, "12일(토)", "14일(월)", 1))
	if other.Limit != a.Limit || !strings.Contains(other.Suggested.KO.Body, "12일") {
		t.Errorf("limit and suggestion follow what is read, not what is meant: %+v", other)
	}
	if d := linted(t, `{"site": "alpha", "title": "채용 공고", "text": "신입 직원을 모집합니다."}`); d.OK || d.Limit != 0 || d.Suggested != nil {
		t.Errorf("no maintenance at all: %+v", d)
	}
}

func TestTryingANoticeIsBounded(t *testing.T) {
	srv, _ := openOffice(t)
	for body, want := range map[string]int{
		`{"site": "gone", "title": "t", "text": "x"}`:                                            http.StatusNotFound,
		`{"site": "alpha", "title": "t", "text": "x", "type": "huge"}`:                           http.StatusBadRequest,
		`{"site": "alpha", "title": "t", "text": "x", "token": "cw_"}`:                           http.StatusBadRequest,
		`{"site": "alpha", "title": "t", "text": "` + strings.Repeat("가", maxStatement/3) + `"}`: http.StatusRequestEntityTooLarge,
	} {
		if resp, b := call(t, srv, "POST", lintIt, "", body); resp.StatusCode != want {
			t.Errorf("%.80s: %d %s", body, resp.StatusCode, b)
		}
	}
}
