package notices

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/encoding/korean"

	"github.com/charterwatch/charterwatch/scanners"
)

// site is a web site on loopback whose pages a test writes.
type site struct {
	*httptest.Server
	mu       sync.Mutex
	pages    map[string]http.HandlerFunc // by path with query
	asked    []string
	fallback http.HandlerFunc
}

func newSite(t testing.TB) *site {
	s := &site{pages: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		h := s.pages[r.URL.RequestURI()]
		if h == nil {
			h = s.fallback
		}
		s.asked = append(s.asked, r.URL.RequestURI())
		s.mu.Unlock()
		if h == nil {
			http.Error(w, "404", http.StatusNotFound)
			return
		}
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *site) set(path string, h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages[path] = h
}

func (s *site) page(path, body string) { s.set(path, answer(200, "text/html; charset=utf-8", body)) }

// requests returns what was asked for since the last call.
func (s *site) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.asked
	s.asked = nil
	return out
}

func answer(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// now is the present in these tests.
var now = time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)

func newBoard(t testing.TB, c Config) *board {
	t.Helper()
	if c.Board == "" {
		c.Board = "site/board"
	}
	if c.Pace == nil {
		c.Pace = func(ctx context.Context, _ string) error { return ctx.Err() }
	}
	if c.Now == nil {
		c.Now = func() time.Time { return now }
	}
	b, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return b.(*board)
}

// lookAt makes one look of a board that nothing is known of.
func lookAt(t testing.TB, c Config) scanners.BoardLook {
	t.Helper()
	return newBoard(t, c).Look(t.Context(), nil)
}

// knownOf is what a watcher would remember of a look.
func knownOf(l scanners.BoardLook) (out []scanners.Known) {
	for _, p := range l.Posts {
		k := scanners.Known{Key: p.Key, URL: p.URL, Title: p.Title}
		if p.Read {
			k.Digest = scanners.TextDigest(p.Title, p.Text)
		}
		out = append(out, k)
	}
	return out
}

func follow(known []scanners.Known, key string) []scanners.Known {
	for i := range known {
		known[i].Follow = known[i].Follow || strings.Contains(known[i].Key, key)
	}
	return known
}

func wantStatus(t *testing.T, l scanners.BoardLook, want scanners.BoardStatus) {
	t.Helper()
	if l.Status != want {
		t.Fatalf("status %s (%s), want %s", l.Status, l.Detail, want)
	}
}

func find(t *testing.T, l scanners.BoardLook, title string) scanners.Post {
	t.Helper()
	for _, p := range l.Posts {
		if p.Title == title {
			return p
		}
	}
	var have []string
	for _, p := range l.Posts {
		have = append(have, p.Key+" "+p.Title)
	}
	t.Fatalf("no post %q among %q (%s %s)", title, have, l.Status, l.Detail)
	return scanners.Post{}
}

func unzip(t *testing.T, b []byte) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func eucKR(t testing.TB, s string) string {
	t.Helper()
	out, err := korean.EUCKR.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// list is a board as many are: newest first, n posts.
func list(n int, cells func(i int) string) string {
	var b strings.Builder
	b.WriteString(`<html><head><title>공지사항</title></head><body><nav><ul><li><a href="/">처음</a></li></ul></nav><table class="board"><thead><tr><th>번호</th><th>제목</th><th>등록일</th></tr></thead><tbody>`)
	for i := n; i >= 1; i-- {
		b.WriteString(cells(i))
	}
	b.WriteString(`</tbody></table></body></html>`)
	return b.String()
}

func row(i int) string {
	return fmt.Sprintf(`<tr><td>%d</td><td class="title"><a href="/view?id=%d">공지 %d호 안내</a></td><td>2026-11-%02d</td></tr>`, i, i, i, i)
}

func detail(i int) string {
	return fmt.Sprintf(`<html><body><h1>공지 %d호 안내</h1><p>등록일 2026-11-%02d</p><div class="body"><p>%d번째 공지의 본문입니다.</p></div></body></html>`, i, i, i)
}
