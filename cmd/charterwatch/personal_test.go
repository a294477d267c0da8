package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/dashboard"
	"github.com/charterwatch/charterwatch/demo"
	"github.com/charterwatch/charterwatch/store"
)

// TestNoPersonalDataIsKept posts a notice that somebody should never have posted, and looks
// for what it holds in all that the program keeps, shows or leaves behind.
func TestNoPersonalDataIsKept(t *testing.T) {
	t.Parallel()
	estate := association(t)
	canary, _ := answering(t)
	site := estate.Sites()[0]
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "c.yaml")
	// Without a browser: a picture cannot be masked, and a test of its own shows that none is taken.
	write(t, file, "browser: {off: true}\n"+sheet{canary: canary, sites: fmt.Sprintf(
		"  - {id: %s, name: {ko: %q}, url: %q, notices: [{kind: html, url: notice/list, every: 10s}, {kind: feed, url: notice/feed.xml, every: 10s}], checks: [{id: front, kind: http, interval: 2s}]}\n",
		site.ID, site.KO, site.HTTPURL)}.String())
	personal := []string{"880101-1234567", "010-9876-5432", "4111-1111-1111-1111", "honggildong"}
	post(t, estate, demo.Homepage, "당첨자 명단 안내 (홍보담당 "+personal[1]+")",
		"대표 당첨자: "+personal[0], "환급 카드: "+personal[2], "문의: "+personal[3]+"@example.net, 02-2003-9000")
	c := serveChild(t, file, "TMPDIR="+filepath.Join(dir, "tmp"))
	feed := c.listen()
	left := map[string][]byte{}
	eventually(t, "the notice is on record from both boards", func() bool {
		found := 0
		for _, n := range c.notices(site.ID) {
			if strings.HasPrefix(n.Revisions[0].Title, "당첨자 명단") && !n.Revisions[len(n.Revisions)-1].TitleOnly {
				found++
			}
		}
		return found == 2
	})
	// A register with personal data in it is refused, and nothing of it stays.
	token := c.shownToken()
	for i, o := range []dashboard.CaseOrder{
		{CSV: "ref,kind,received\n" + personal[1] + ",online,2026-10-05 09:00\n", Name: "a.csv"},
		{CSV: "ref,kind,received,이름\nA-1,online,2026-10-05 09:00," + personal[3] + "\n", Name: "b.csv"},
		{CSV: "ref,kind,received\nA-1,online," + personal[0] + "\n", Name: "c.csv"},
		{Cases: []dashboard.Case{{Ref: personal[2], Kind: compliance.CaseOnline, Received: 1_790_000_000_000}}},
	} {
		status, b := c.say("/api/v1/cases", token, o)
		if status != http.StatusUnprocessableEntity {
			t.Errorf("register %d: %d %s", i, status, b)
		}
		left[fmt.Sprint("answer to register ", i)] = b
	}
	for _, path := range []string{"/api/v1/notices", "/api/v1/plans", "/api/v1/wall", "/api/v1/boards", "/metrics"} {
		left[path] = c.page(path)
	}
	if !bytes.Contains(left["/api/v1/notices"], []byte("02-2003-9000")) {
		t.Error("the organisation's own number is no personal data")
	}
	c.crash(feed, dir, left)
	unpackStore(t, filepath.Join(dir, "store"), left)
	for _, s := range personal {
		for where, b := range left {
			if i := bytes.Index(b, []byte(s)); i >= 0 {
				t.Errorf("%s is in %s: ...%q...", s, where, b[max(0, i-80):min(len(b), i+60)])
			}
		}
	}
}

// unpackStore reads what a store keeps compressed.
func unpackStore(t *testing.T, dir string, into map[string][]byte) {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	snap, err := db.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if into["everything on record"], err = json.Marshal(snap); err != nil {
		t.Fatal(err)
	}
	sealed, err := db.Bundle(t.Context(), time.Unix(0, 0), time.Time{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range sealed.Items {
		into[fmt.Sprint("evidence of leaf ", i.N)] = i.Body
	}
	if len(sealed.Items) == 0 {
		t.Error("no evidence is sealed to look into")
	}
	pages := 0
	for _, b := range snap.Boards {
		for _, n := range b.Notices {
			for _, r := range n.Revisions {
				if r.Page == "" {
					continue
				}
				p, err := db.NoticePage(t.Context(), r.Page)
				if err != nil {
					t.Fatal(err)
				}
				if len(p.Body) == 0 {
					continue
				}
				z, err := gzip.NewReader(bytes.NewReader(p.Body))
				if err != nil {
					t.Fatal(err)
				}
				pages++
				if into["page of "+n.ID], err = io.ReadAll(z); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if pages == 0 {
		t.Error("no page was kept to look into")
	}
}
