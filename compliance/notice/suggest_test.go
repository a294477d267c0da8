package notice

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSuggestReadsBack: whatever is to be announced, both drafts read back as exactly that,
// surely, from any posting day before it and in any zone.
func TestSuggestReadsBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 11))
	zones := []*time.Location{nil, seoul(), time.UTC, time.FixedZone("CEST", 2*3600), time.FixedZone("PST", -8*3600), time.FixedZone("", 5*3600+1800)}
	for n := range 3000 {
		zone := zones[rng.IntN(len(zones))]
		in := SuggestInput{SiteKo: "회원 포털", SiteEn: "Member portal", Zone: zone, Type: []Type{Untyped, Regular, Emergency}[rng.IntN(3)]}
		if n%3 == 0 {
			in.Reason, in.Contact = "데이터베이스 교체 (v10.2)", "고객센터 02-1234-5678 (평일 09:00~18:00)"
		}
		posted := time.Date(2024+rng.IntN(5), time.Month(1+rng.IntN(12)), 1+rng.IntN(28), 0, 0, 0, 0, time.UTC)
		at := posted.Add(time.Duration(24*60+rng.IntN(60*24*200)) * time.Minute)
		for range 1 + rng.IntN(4) {
			length := time.Duration(1+rng.IntN(60*24*3)) * time.Minute
			in.Windows = append(in.Windows, Window{Start: at, End: at.Add(length)})
			at = at.Add(length + time.Duration(1+rng.IntN(60*24*9))*time.Minute)
		}
		ko, en := Suggest(in)
		for _, d := range []Draft{ko, en} {
			res := Lint(LintInput{Title: d.Title, Body: d.Body, Posted: posted, Zone: zone, Want: in.Windows})
			if !res.OK || res.Reading.Confidence < 0.9 || res.Reading.Type != in.Type || res.Reading.State != Planned {
				t.Fatalf("posted %s\n%s\n%s\n%s\n%v", posted.Format(time.DateOnly), d.Title, d.Body, describe(res.Reading), res.Differences)
			}
			if len(res.Reading.Windows) != len(in.Windows) {
				t.Fatalf("%d windows, want %d", len(res.Reading.Windows), len(in.Windows))
			}
		}
	}
}

func TestSuggestOpenEnd(t *testing.T) {
	in := SuggestInput{SiteKo: "홈페이지", SiteEn: "Website", Windows: []Window{{Start: time.Date(2026, 11, 28, 22, 0, 0, 0, seoul())}}}
	ko, en := Suggest(in)
	for _, d := range []Draft{ko, en} {
		r := Read(Text{Title: d.Title, Body: d.Body, Posted: time.Date(2026, 11, 20, 0, 0, 0, 0, seoul())})
		if len(r.Windows) != 1 || !r.Windows[0].Start.Equal(in.Windows[0].Start) || !r.Windows[0].End.IsZero() {
			t.Errorf("%s\n%s\n%s", d.Title, d.Body, describe(r))
		}
	}
}

func TestLint(t *testing.T) {
	at := func(d, h int) time.Time { return time.Date(2026, 11, d, h, 0, 0, 0, seoul()) }
	want := []Window{{Start: at(28, 22), End: at(29, 2)}}
	for _, c := range []struct {
		name, title, body string
		codes             []string
		ok                bool
	}{
		{"as meant", "시스템 점검 안내", "일시: 2026.11.28(토) 22:00 ~ 11.29(일) 02:00", nil, true},
		{"end", "시스템 점검 안내", "일시: 2026.11.28(토) 22:00 ~ 11.29(일) 03:00", []string{DifferEnd}, false},
		{"start", "시스템 점검 안내", "일시: 2026.11.28(토) 21:00 ~ 11.29(일) 02:00", []string{DifferStart}, false},
		{"missing", "시스템 점검 안내", "곧 점검합니다", []string{DifferMissing}, false},
		{"extra", "시스템 점검 안내", "일시: 2026.11.28(토) 22:00 ~ 11.29(일) 02:00, 11.30(월) 04:00 ~ 05:00", []string{DifferExtra}, false},
		{"weekday", "시스템 점검 안내", "일시: 2026.11.28(금) 22:00 ~ 11.29(일) 02:00", nil, false},
		{"kind", "회원 이벤트", "2026.11.28(토) 22:00 ~ 11.29(일) 02:00", []string{DifferKind, DifferMissing}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			res := Lint(LintInput{Title: c.title, Body: c.body, Posted: at(20, 0), Want: want})
			var codes []string
			for _, d := range res.Differences {
				codes = append(codes, d.Code)
			}
			if !slices.Equal(codes, c.codes) || res.OK != c.ok {
				t.Errorf("%v, ok %v; want %v, %v\n%s", codes, res.OK, c.codes, c.ok, describe(res.Reading))
			}
		})
	}
}

func TestCore(t *testing.T) {
	for _, c := range []struct{ title, want string }{
		{"[완료] 11/23(목) 은행자동결제 시스템 점검 안내", "은행자동결제 시스템 점검 안내"},
		{"케이뱅크 시스템 정기 점검에 따른 서비스 일시 중단 안내 (12/07 23:50~)", "케이뱅크 시스템 정기 점검에 따른 서비스 일시 중단 안내"},
		{"[점검] 정기 점검 안내[6/10]", "정기 점검 안내"},
		{"Scheduled maintenance on 28 November 2026, 22:00-02:00 UTC", "scheduled maintenance on"},
		{"", ""},
		{"((((", ""},
	} {
		if got := Core(c.title); got != c.want {
			t.Errorf("Core(%q) = %q, want %q", c.title, got, c.want)
		}
	}
}

func TestSimilar(t *testing.T) {
	plan := "홈페이지 서버 점검에 따른 서비스 일시 중단 안내 (11/28 22:00~)"
	same := []string{"[연장] 홈페이지 서버 점검에 따른 서비스 일시중단 안내", "[완료] 11/28(토) 홈페이지 서버점검 완료 안내", "[취소] 홈페이지 서버 점검에 따른 서비스 중단 취소 안내"}
	different := []string{"2026년 하반기 신입사원 채용 안내", "타행 이체 중단 안내", "개인정보 처리방침 변경"}
	for _, s := range same {
		if got := Similar(plan, s); got < 0.5 {
			t.Errorf("%s: %.2f", s, got)
		}
	}
	for _, s := range different {
		if got := Similar(plan, s); got > 0.4 {
			t.Errorf("%s: %.2f", s, got)
		}
	}
	if Similar(plan, plan) != 1 || Similar("", plan) != 0 {
		t.Error("a title is itself and nothing else")
	}
	if a, b := Similar(plan, same[0]), Similar(same[0], plan); a != b || strings.TrimSpace(same[0]) == "" {
		t.Errorf("not symmetric: %v %v", a, b)
	}
}
