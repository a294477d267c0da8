package dashboard

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/charterwatch/charterwatch/probes"
)

// feed serves a running hub over a real listener.
func feed(t *testing.T) (*Hub, string) {
	t.Helper()
	h := newWorld().hub()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		if _, err := h.wall(); err == nil {
			break
		} else if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	srv := httptest.NewServer(h)
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		srv.Close()
	})
	return h, "ws" + strings.TrimPrefix(srv.URL, "http")
}

// hear reads messages until one of the kind comes.
func hear(t *testing.T, conn *websocket.Conn, kind string) Message {
	t.Helper()
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	for {
		_, b, err := conn.ReadMessage()
		if err != nil {
			t.Fatalf("waiting for %s: %v", kind, err)
		}
		if m := decode(t, b); m.Type == kind {
			return m
		}
	}
}

func dial(t *testing.T, url, origin string) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	head := http.Header{}
	if origin != "" {
		head.Set("Origin", origin)
	}
	conn, resp, err := websocket.DefaultDialer.DialContext(t.Context(), url, head)
	if err == nil {
		t.Cleanup(func() { conn.Close() })
	}
	return conn, resp, err
}

func TestFeedOverASocket(t *testing.T) {
	h, url := feed(t)
	conn, _, err := dial(t, url, "")
	if err != nil {
		t.Fatal(err)
	}
	hello := hear(t, conn, "hello")
	snap := hear(t, conn, "snapshot")
	h.Publish(looked("alpha", time.Now(), probes.OK))
	delta := hear(t, conn, "delta")
	if delta.Seq != snap.Seq+1 || delta.Checks[0].ID != "alpha/front" {
		t.Fatalf("%+v", delta)
	}
	conn.Close()

	again, _, err := dial(t, url+"?epoch="+snap.Epoch+"&seq="+strconv.FormatUint(snap.Seq, 10), "")
	if err != nil {
		t.Fatal(err)
	}
	if got := hear(t, again, "hello"); got.Epoch != hello.Epoch {
		t.Fatalf("%+v", got)
	}
	if d := hear(t, again, "delta"); d.Seq != delta.Seq {
		t.Fatalf("resumed with %+v", d)
	}
}

func TestFeedRefusesOtherOrigins(t *testing.T) {
	_, url := feed(t)
	host := strings.TrimPrefix(url, "ws://")
	for origin, want := range map[string]int{
		"https://evil.example": http.StatusForbidden, "http://" + host + ".evil.example": http.StatusForbidden,
		"null": http.StatusForbidden, "http://" + host: http.StatusSwitchingProtocols, "": http.StatusSwitchingProtocols,
	} {
		_, resp, err := dial(t, url, origin)
		if resp == nil || resp.StatusCode != want {
			t.Errorf("origin %q: %v, %v", origin, resp, err)
		}
	}
}

func TestFeedHangsUpOnWhoTalksTooMuch(t *testing.T) {
	_, url := feed(t)
	conn, _, err := dial(t, url, "")
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.WriteMessage(websocket.TextMessage, make([]byte, 10*readLimit)) // the server may hang up in the middle of it
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	for {
		if _, _, err = conn.ReadMessage(); err != nil {
			break
		}
	}
	if timeout := (net.Error)(nil); errors.As(err, &timeout) && timeout.Timeout() {
		t.Fatal("the server still listens")
	}
}

func TestFeedThatIsNotReadySaysTryAgainLater(t *testing.T) {
	srv := httptest.NewServer(newWorld().hub())
	defer srv.Close()
	conn, _, err := dial(t, "ws"+strings.TrimPrefix(srv.URL, "http"), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = conn.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseTryAgainLater) {
		t.Fatal(err)
	}
}
