package main

import (
	"strings"
	"testing"
	"time"
)

func TestReportLinkIsForOneReaderAndATime(t *testing.T) {
	key, now := []byte("0123456789abcdef0123456789abcdef"), time.Unix(1_795_000_000, 0)
	link := readLink{"2026-10", "ceo@example.or.kr", now.Add(time.Hour).Unix()}
	token := link.token(key)
	if got, ok := openRead(key, token, now); !ok || got != link {
		t.Errorf("%+v %v", got, ok)
	}
	body, mac, _ := strings.Cut(token, ".")
	other, _, _ := strings.Cut(readLink{"2026-10", "thief@example.or.kr", link.Expires}.token(key), ".")
	for name, bad := range map[string]string{"another reader": other + "." + mac, "cut": body + "." + mac[:8], "no signature": body, "nothing": "", "long": strings.Repeat("A", 3000) + "." + mac} {
		if _, ok := openRead(key, bad, now); ok {
			t.Errorf("%s opens", name)
		}
	}
	if _, ok := openRead([]byte("another key of thirty-two bytes!"), token, now); ok {
		t.Error("another key opens it")
	}
	if _, ok := openRead(key, token, now.Add(2*time.Hour)); ok {
		t.Error("it opens after its time")
	}
}
