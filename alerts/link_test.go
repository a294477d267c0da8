package alerts

import (
	"encoding/base64"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

func signer() *Signer { return NewSigner([]byte(strings.Repeat("k", 32))) }

func TestLinksAreWhatWasSigned(t *testing.T) {
	l := Link{
		Labels: map[string]string{"alertname": "SiteDown", "severity": "critical"}, Before: evening(),
		Alerts: []string{"SiteDown|homepage||critical@20261124T085100.000Z"}, Person: "kim", Expires: evening().Add(time.Hour),
	}
	token := signer().Sign(l)
	if token != signer().Sign(l) {
		t.Error("the same link has two tokens")
	}
	got, err := signer().Open(token, evening())
	if err != nil || !reflect.DeepEqual(got, l) {
		t.Fatalf("%+v, %v; want %+v", got, err, l)
	}
	if _, err := signer().Open(token, l.Expires.Add(-time.Nanosecond)); err != nil {
		t.Errorf("just before its end: %v", err)
	}
	if _, err := signer().Open(token, l.Expires); !errors.Is(err, ErrLinkExpired) {
		t.Errorf("at its end: %v", err)
	}
	if _, err := NewSigner([]byte(strings.Repeat("x", 32))).Open(token, evening()); !errors.Is(err, ErrLinkInvalid) {
		t.Errorf("another key: %v", err)
	}
}

func TestLinksThatWereChangedAreRefused(t *testing.T) {
	token := signer().Sign(Link{Alerts: []string{"a"}, Expires: evening().Add(time.Hour)})
	body, mac, _ := strings.Cut(token, ".")
	other := base64.RawURLEncoding.EncodeToString([]byte(`{"a":["b"],"e":9999999999}`))
	for name, bad := range map[string]string{
		"empty": "", "no signature": body, "empty signature": body + ".", "another body": other + "." + mac, "cut short": token[:len(token)-1],
		"a shorter signature": body + "." + mac[:8], "padded": token + "=", "a line's end": body + "\n." + mac, "twice": token + "." + mac,
		"too long": strings.Repeat("A", linkMost) + "." + mac, "not base64": "!." + mac,
	} {
		if l, err := signer().Open(bad, evening()); !errors.Is(err, ErrLinkInvalid) {
			t.Errorf("%s: %+v, %v", name, l, err)
		}
	}
	for i := range token {
		for _, c := range "Aa0_-." {
			if changed := token[:i] + string(c) + token[i+1:]; changed != token {
				if _, err := signer().Open(changed, evening()); err == nil {
					t.Fatalf("%s is taken for %s", changed, token)
				}
			}
		}
	}
}

func FuzzLinks(f *testing.F) {
	now := evening()
	f.Add(signer().Sign(Link{Alerts: []string{"a"}, Expires: now.Add(time.Hour)}), "kim")
	f.Add("a.b", "")
	f.Add(strings.Repeat(".", 50), "\xff\n")
	f.Fuzz(func(t *testing.T, token, person string) {
		if l, err := signer().Open(token, now); err == nil && signer().Sign(l) != token {
			t.Fatalf("%q is taken, but %+v has another token", token, l)
		}
		l := Link{Alerts: []string{token}, Person: person, Expires: now.Add(time.Minute)}
		made := signer().Sign(l)
		if len(made) > linkMost {
			return
		}
		got, err := signer().Open(made, now)
		if err != nil || !got.Expires.Equal(l.Expires) || len(got.Alerts) != 1 {
			t.Fatalf("%+v becomes %+v, %v", l, got, err)
		}
	})
}
