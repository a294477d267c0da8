package storetest

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"reflect"
	"slices"
	"time"

	"testing"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/scanners"
	"github.com/charterwatch/charterwatch/store"
)

func board() compliance.BoardSpec {
	return compliance.BoardSpec{ID: "s0/board", Kind: "html", Every: 10 * time.Minute, Sites: []compliance.BoardSite{{ID: "s0", Counts: true}}}
}

// withBoard is one site with a board.
func withBoard() []compliance.Site {
	s := sites(1, time.Minute)
	s[0].Boards = []compliance.BoardSpec{board()}
	return s
}

// looker takes looks at the board and makes changes of them, as the engine does.
type looker struct {
	book compliance.BoardBook
}

func (l *looker) look(at time.Time, status scanners.BoardStatus, posts ...scanners.Post) compliance.Change {
	step := l.book.Step(board(), scanners.BoardLook{Board: "s0/board", From: at, To: at.Add(time.Second), Status: status, Posts: posts, Whole: true}, time.UTC)
	l.book = step.Book
	return compliance.Change{Site: "s0", Boards: []compliance.BoardChange{step.Change}, Events: step.Events}
}

// post is a machine-readable post, so that nothing depends on the parser.
func post(key, text string, from time.Time) scanners.Post {
	return scanners.Post{
		Key: key, Title: "정기점검 안내", Text: text, Read: true, URL: "https://s0.example/" + key,
		Announced: &scanners.Announced{Kind: "maintenance", State: "planned", Start: from, End: from.Add(time.Hour)},
		Page:      &scanners.Page{URL: "https://s0.example/" + key, Status: 200, Digest: digestOf(text), Body: zipped(text), Screenshot: []byte("png")},
	}
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func zipped(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		panic(err) // a buffer takes everything
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func statement(at time.Time, why string) compliance.Statement {
	return compliance.Statement{
		Site: "s0", At: at, By: accounts.Actor{ID: "u1", Name: "운영자", Kind: accounts.KindUser, Role: accounts.RoleOperator}, Why: why,
		Work: &compliance.Work{Windows: []notice.Window{{Start: at.Add(time.Hour), End: at.Add(2 * time.Hour)}}},
	}.Sealed()
}

func testNotices(t *testing.T, w *world) {
	w.adopt(start, withBoard())
	var l looker
	work := start.Add(9 * 24 * time.Hour)
	changes := []compliance.Change{
		l.look(start, scanners.BoardOK), l.look(start.Add(10*time.Minute), scanners.BoardOK, post("1", "첫 글", work)),
		l.look(start.Add(20*time.Minute), scanners.BoardLayout), l.look(start.Add(30*time.Minute), scanners.BoardOK, post("1", "고친 글", work)),
		l.look(start.Add(40*time.Minute), scanners.BoardOK, post("1", "고친 글", work)), l.look(start.Add(50*time.Minute), scanners.BoardOK),
	}
	said := statement(start.Add(time.Hour), "새 디스크")
	changes = append(changes, compliance.Change{Site: "s0", Statements: []compliance.Statement{said}})
	for _, c := range changes {
		w.commit(c)
	}
	w.now = start.Add(time.Hour)
	for range 2 { // applying them again changes nothing
		w.restart()
		snap, err := w.s.Load(w.ctx)
		if err != nil {
			t.Fatal(err)
		}
		got := snap.Boards["s0/board"]
		if !reflect.DeepEqual(utc(got.Notices["1"]), utc(l.book.Notices["1"])) {
			t.Errorf("%+v\nwant %+v", got.Notices["1"], l.book.Notices["1"])
		}
		if got.State.Status != scanners.BoardOK || !got.State.LastOK.Equal(start.Add(50*time.Minute)) {
			t.Errorf("%+v", got.State)
		}
		if len(got.Spans) != 3 || got.Spans[0].Looks != 2 || got.Spans[2].Looks != 3 || !got.Spans[2].To.Equal(start.Add(50*time.Minute)) {
			t.Errorf("%+v", got.Spans)
		}
		if list := snap.Statements["s0"]; len(list) != 1 || list[0].ID != said.ID || list[0].By.Name != "운영자" || list[0].Work == nil {
			t.Errorf("%+v", list)
		}
		for _, c := range changes {
			w.commit(c)
		}
	}
}

// utc puts a notice's times into one location, so that they compare.
func utc(n compliance.Notice) compliance.Notice {
	n.FirstSeen, n.LastSeen, n.LastAbsent, n.Vanished, n.Claimed = n.FirstSeen.UTC(), n.LastSeen.UTC(), n.LastAbsent.UTC(), n.Vanished.UTC(), n.Claimed.UTC()
	n.Revisions = slices.Clone(n.Revisions)
	for i := range n.Revisions {
		r := &n.Revisions[i]
		r.FirstSeen, r.LastAbsent, r.Reading.Problems, r.Reading.Spans = r.FirstSeen.UTC(), r.LastAbsent.UTC(), nil, nil
		r.Reading.Windows = slices.Clone(r.Reading.Windows)
		for j := range r.Reading.Windows {
			r.Reading.Windows[j] = notice.Window{Start: r.Reading.Windows[j].Start.UTC(), End: r.Reading.Windows[j].End.UTC()}
		}
	}
	return n
}

func testRecord(t *testing.T, w *world) {
	w.adopt(start, withBoard())
	var l looker
	work := start.Add(9 * 24 * time.Hour)
	w.commit(l.look(start, scanners.BoardOK))
	w.commit(l.look(start.Add(10*time.Minute), scanners.BoardOK, post("1", "글", work)))
	w.now = work.Add(24 * time.Hour)
	h := w.history("s0", work.Add(-time.Hour), work.Add(24*time.Hour))
	plans := h.Record.Plans(compliance.Promises{}, time.UTC)
	if len(plans) != 1 || plans[0].Windows[0].Lead.Verdict != compliance.Kept {
		t.Fatalf("a notice from before the period speaks of it: %+v", h.Record)
	}
	// The board's terms are those of the time.
	changed := withBoard()
	changed[0].Boards[0].Sites[0].Counts = false
	w.adopt(work.Add(48*time.Hour), changed)
	w.adopt(work.Add(48*time.Hour), changed)
	w.restart()
	if h := w.history("s0", work.Add(-time.Hour), work.Add(24*time.Hour)); !h.Record.Boards[0].Sites[0].Counts {
		t.Error("a later change of the configuration must not change what counted then")
	}
	w.now = work.Add(72 * time.Hour)
	if h := w.history("s0", work.Add(48*time.Hour), work.Add(72*time.Hour)); h.Record.Boards[0].Sites[0].Counts {
		t.Error("from then on the new terms hold")
	}
	// A removed site keeps its record.
	w.adopt(work.Add(72*time.Hour), sites(0, time.Minute))
	if h := w.history("s0", start, work); len(h.Record.Notices) != 1 {
		t.Errorf("%+v", h.Record)
	}
}

func testNoticesExpire(t *testing.T, w *world) {
	w.adopt(start, withBoard())
	var l looker
	w.commit(l.look(start, scanners.BoardOK, post("1", "옛 글", start)))
	later := start.Add(100 * 24 * time.Hour)
	w.commit(l.look(later, scanners.BoardOK, post("2", "새 글", later)))
	w.commit(compliance.Change{Site: "s0", Statements: []compliance.Statement{statement(start, "남는 말")}})
	w.now = later
	if _, err := w.s.Retain(w.ctx, later, compliance.Retention{Results: 62 * 24 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	snap, err := w.s.Load(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	b := snap.Boards["s0/board"]
	if _, ok := b.Notices["1"]; ok || len(b.Notices) != 1 || len(b.Spans) != 1 {
		t.Errorf("%+v", b)
	}
	if _, err := w.s.NoticePage(w.ctx, digestOf("옛 글")); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("its page: %v", err)
	}
	if len(snap.Statements["s0"]) != 1 {
		t.Error("what people said stays")
	}
}

func testPages(t *testing.T, w *world) {
	w.adopt(start, withBoard())
	var l looker
	w.commit(l.look(start, scanners.BoardOK, post("1", "글", start)))
	w.restart()
	p, err := w.s.NoticePage(w.ctx, digestOf("글"))
	if err != nil || !bytes.Equal(p.Body, zipped("글")) || string(p.Screenshot) != "png" || p.Status != 200 || p.URL == "" {
		t.Errorf("%+v %v", p, err)
	}
	if _, err := w.s.NoticePage(w.ctx, "nothing"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("%v", err)
	}
	// A notice without an id is refused alone.
	rejected, err := w.s.Commit(w.ctx, []compliance.Change{
		{Site: "s0", Boards: []compliance.BoardChange{{State: compliance.BoardState{Board: "s0/board"}, Changed: []compliance.Notice{{Board: "s0/board"}}}}},
		{Site: "s0", Statements: []compliance.Statement{statement(start, "좋은 말")}},
	})
	if err != nil || len(rejected) != 1 || rejected[0].Index != 0 {
		t.Errorf("%v %v", rejected, err)
	}
}
