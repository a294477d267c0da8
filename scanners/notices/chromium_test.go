package notices

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/internal/fetch"
	"github.com/charterwatch/charterwatch/internal/needs"
	"github.com/charterwatch/charterwatch/scanners"
)

// newShooter runs the machine's browser.
func newShooter(t *testing.T, c fetch.Config, private bool, timeout time.Duration) *Chromium {
	t.Helper()
	path := needs.Tool(t, "apt-get install chromium", "chromium", "chromium-browser", "google-chrome")
	dir, err := os.MkdirTemp("", "cw-") // t.TempDir is too long
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	client, err := fetch.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	s, err := NewChromium(path, ChromiumConfig{Client: client, PrivateCA: private, NoSandbox: os.Geteuid() == 0, Timeout: timeout, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// colour is that of the picture's middle.
func colour(t *testing.T, shot []byte) (r, g, b uint32) {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	if size := img.Bounds().Size(); size.X != shotWidth || size.Y < 600 {
		t.Errorf("the picture is %v", size)
	}
	r, g, b, _ = img.At(img.Bounds().Dx()/2, img.Bounds().Dy()/2).RGBA()
	return r >> 8, g >> 8, b >> 8
}

func TestChromiumShootsPages(t *testing.T) {
	var leaked atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { leaked.Add(1) }))
	defer other.Close()
	elsewhere := strings.Replace(other.URL, "127.0.0.1", "127.0.0.2", 1)
	page := `<body style="margin:0;background:#00ff00"><script>document.body.style.background='#0000ff'</script><img src="` + elsewhere + `/x"><img src="` +
		strings.Replace(other.URL, "127.0.0.1", "localhost", 1) + `/y">`
	h := answer(200, "text/html", page)
	plain, secure := httptest.NewServer(h), httptest.NewTLSServer(h)
	defer plain.Close()
	defer secure.Close()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
	s := newShooter(t, fetch.Config{Hosts: []string{"127.0.0.1"}, CA: ca}, true, 0)
	for _, url := range []string{plain.URL, secure.URL} {
		shot, err := s.Shoot(t.Context(), url)
		if err != nil {
			t.Fatalf("%s: %v", url, err)
		}
		if r, g, b := colour(t, shot); r != 0 || g != 0 || b != 255 {
			t.Errorf("%s: the page is %d,%d,%d: was its script run?", url, r, g, b)
		}
		if len(shot) > maxShot {
			t.Errorf("%d bytes", len(shot))
		}
	}
	if n := leaked.Load(); n != 0 {
		t.Errorf("%d requests to hosts that are not the page's", n)
	}
	if _, err := s.Shoot(t.Context(), elsewhere); !errors.Is(err, fetch.ErrForeign) {
		t.Errorf("a foreign host: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(s.c.Dir, "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestChromiumEndsInTime(t *testing.T) {
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done() // it never answers
	}))
	defer slow.Close()
	s := newShooter(t, fetch.Config{Hosts: []string{"127.0.0.1"}}, false, 0)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if _, err := s.Shoot(ctx, slow.URL); err == nil || shotProblem(err) != "not in time" {
		t.Errorf("%v", err)
	}
	if pids := processesWith(t, s.c.Dir); len(pids) > 0 {
		t.Errorf("processes are left: %v", pids)
	}
}

// processesWith finds processes by their command line, on systems that have /proc.
func processesWith(t *testing.T, mark string) (pids []int) {
	t.Helper()
	time.Sleep(200 * time.Millisecond)
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil || !strings.Contains(string(b), mark) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(f))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

func TestChromiumInALook(t *testing.T) {
	s := boardOf(t, 1)
	shooter := newShooter(t, fetch.Config{Hosts: []string{"127.0.0.1"}}, false, 0)
	l := newBoard(t, Config{Kind: HTML, URL: s.URL, Shooter: shooter}).Look(t.Context(), another())
	wantStatus(t, l, scanners.BoardOK)
	if p := l.Posts[0]; p.Page.Screenshot == nil || p.Page.Note != "" {
		t.Fatalf("%+v", p.Page)
	}
	colour(t, l.Posts[0].Page.Screenshot)
}

func TestBrowsersThatFail(t *testing.T) {
	client, err := fetch.New(fetch.Config{Hosts: []string{"127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewChromium("/no/such/browser", ChromiumConfig{Client: client}); err == nil {
		t.Error("a browser that is not there")
	}
	if _, err := NewChromium("sh", ChromiumConfig{}); err == nil {
		t.Error("no client")
	}
	if _, err := NewChromium("sh", ChromiumConfig{Client: client, Dir: strings.Repeat("/long", 20)}); err == nil {
		t.Error("a directory without room for a socket")
	}
	dir := t.TempDir()
	fake := func(script string) *Chromium {
		path := filepath.Join(dir, "browser")
		if err := os.WriteFile(path, []byte("#!/bin/sh\nfor a in \"$@\"; do case \"$a\" in --screenshot=*) out=${a#--screenshot=};; esac; done\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
		s, err := NewChromium(path, ChromiumConfig{Client: client, Timeout: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for script, want := range map[string]string{
		"exit 0": "the browser failed", "exit 1": "the browser failed", "echo hello > $out": "the browser failed",
		"head -c 3000000 /dev/zero > $out": ErrShotTooLarge.Error(), "kill -9 $$": "the browser failed",
	} {
		if _, err := fake(script).Shoot(t.Context(), "http://127.0.0.1:1/"); err == nil || shotProblem(err) != want {
			t.Errorf("%s: %v", script, err)
		}
	}
	// Children of the browser die with it.
	mark := filepath.Join(dir, "charterwatch-child")
	if _, err := fake("sh -c 'sleep 60; : "+mark+"' & exit 0").Shoot(t.Context(), "http://127.0.0.1:1/"); err == nil {
		t.Error("no picture, no error")
	}
	if pids := processesWith(t, mark); len(pids) > 0 {
		t.Errorf("children are left: %v", pids)
	}
}
