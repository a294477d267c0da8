package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestRecipients(t *testing.T) {
	k, public := keys(t, origin)
	tree := grown(t, 3)
	note := signed(t, k, 3, tree)
	t.Run("file", func(t *testing.T) {
		r := FileRecipient{filepath.Join(t.TempDir(), "a", "kept.txt")}
		for range 2 {
			if err := r.Send(t.Context(), note); err != nil {
				t.Fatal(err)
			}
		}
		f, _ := os.OpenFile(r.Path, os.O_APPEND|os.O_WRONLY, 0)
		f.Write(note[:30]) // cut off by a crash
		f.Close()
		if err := r.Send(t.Context(), note); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(r.Path)
		if err != nil || bytes.Count(b, append([]byte("\n\n"), note...)) != 2 || !bytes.HasPrefix(b, note) || !bytes.HasSuffix(b, append(note, '\n')) {
			t.Fatalf("%q %v", b, err)
		}
	})
	t.Run("webhook", func(t *testing.T) {
		status := http.StatusNoContent
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var b bytes.Buffer
			b.ReadFrom(r.Body)
			if _, err := Open(b.Bytes(), public); err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
				t.Errorf("%s %s: %v", r.Method, r.Header, err)
			}
			w.WriteHeader(status)
		}))
		w := Webhook{URL: s.URL + "/canary?token=canary"}
		if err := w.Send(t.Context(), note); err != nil {
			t.Fatal(err)
		}
		status = http.StatusForbidden
		refused := w.Send(t.Context(), note)
		s.Close()
		gone := w.Send(t.Context(), note)
		for _, err := range []error{refused, gone, Webhook{URL: "http://[canary"}.Send(t.Context(), note)} {
			if err == nil || strings.Contains(err.Error(), "canary") {
				t.Errorf("%v", err)
			}
		}
		if strings.Contains(w.Name(), "canary") {
			t.Error(w.Name())
		}
	})
	t.Run("mail", func(t *testing.T) {
		var got string
		m := Mail{To: "audit@example", Via: func(_ context.Context, to, subject, text string) error {
			got = to + "|" + subject + "|" + text
			return nil
		}}
		if err := m.Send(t.Context(), note); err != nil || got != fmt.Sprintf("audit@example|Checkpoint %s 3|%s", origin, note) {
			t.Fatalf("%q %v", got, err)
		}
	})
}

func TestKeyFiles(t *testing.T) {
	f := KeyFile{Path: filepath.Join(t.TempDir(), "a", "ledger.key")}
	if _, err := f.Read(); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	old, public, err := f.Make(origin)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Make(origin); !errors.Is(err, fs.ErrExist) {
		t.Fatal("a key was written over:", err)
	}
	if info, _ := os.Stat(f.Path); info.Mode().Perm() != 0o600 {
		t.Error(info.Mode())
	}
	read := func(want Key) {
		t.Helper()
		k, err := f.Read()
		if err != nil {
			t.Fatal(err)
		}
		a, _ := k.Sign(Checkpoint{Origin: origin})
		b, _ := want.Sign(Checkpoint{Origin: origin})
		if !bytes.Equal(a, b) {
			t.Fatal("another key")
		}
	}
	read(old)
	next, second, err := f.Next(origin)
	if err != nil {
		t.Fatal(err)
	}
	read(old) // until it is switched
	if _, again, err := f.Next(origin); err != nil || again != second {
		t.Fatal("begun again, it makes another key:", err)
	}
	both, err := next.Sign(Checkpoint{Origin: origin, Size: 1}, old)
	for _, p := range []string{public, second} {
		if _, oerr := Open(both, p); err != nil || oerr != nil {
			t.Error(err, oerr)
		}
	}
	if err := f.Switch(); err != nil {
		t.Fatal(err)
	}
	read(next)
	if all, err := f.PublicKeys(); err != nil || !slices.Equal(all, []string{public, second}) {
		t.Error(all, err)
	}
	os.Chmod(f.Path, 0o640)
	var open *OpenKeyError
	if _, err := f.Read(); !errors.As(err, &open) || !strings.Contains(err.Error(), "chmod 600 "+f.Path) {
		t.Error(err)
	}
	os.Chmod(f.Path, 0o600)
	os.WriteFile(f.Path, []byte("PRIVATE+KEY+canary"), 0o600)
	if _, err := f.Read(); err == nil || strings.Contains(err.Error(), "canary") {
		t.Error(err)
	}
	if got := ParsePublicKeys("# mine\n a+1+b \n\n"); !slices.Equal(got, []string{"a+1+b"}) {
		t.Error(got)
	}
}
