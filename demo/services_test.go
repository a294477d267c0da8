package demo

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/smtp"
	"net/url"
	"strings"
	"testing"
)

func TestDNSOverUDPAndTCP(t *testing.T) {
	e := open(t, Config{})
	for _, network := range []string{"udp", "tcp"} {
		r := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, e.DNSAddr())
		}}
		ctx := t.Context()
		if a, err := r.LookupIP(ctx, "ip4", "homepage."+Zone); err != nil || len(a) != 1 || a[0].String() != "127.0.0.1" {
			t.Errorf("%s A: %v %v", network, a, err)
		}
		if a, err := r.LookupIP(ctx, "ip6", Zone); err != nil || len(a) != 1 || a[0].String() != "::1" {
			t.Errorf("%s AAAA: %v %v", network, a, err)
		}
		if mx, err := r.LookupMX(ctx, Zone); err != nil || len(mx) != 1 || mx[0].Host != "mail."+Zone || mx[0].Pref != 10 {
			t.Errorf("%s MX: %v %v", network, mx, err)
		}
		if txt, err := r.LookupTXT(ctx, Zone); err != nil || len(txt) != 2 || txt[0] != "v=spf1 mx -all" {
			t.Errorf("%s TXT: %v %v", network, txt, err)
		}
		_, err := r.LookupIP(ctx, "ip4", "nobody."+Zone)
		if de := (*net.DNSError)(nil); !errors.As(err, &de) || !de.IsNotFound {
			t.Errorf("%s NXDOMAIN: %v", network, err)
		}
	}
}

func TestDNSTruncatesOverUDPAlone(t *testing.T) {
	e := open(t, Config{})
	var used []string
	r := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		used = append(used, network)
		return new(net.Dialer).DialContext(ctx, network, e.DNSAddr())
	}}
	txt, err := r.LookupTXT(t.Context(), "large."+Zone)
	if err != nil || len(txt) != 1 || len(txt[0]) != 2000 {
		t.Errorf("%d strings, %v", len(txt), err)
	}
	if len(used) != 2 || !strings.HasPrefix(used[0], "udp") || !strings.HasPrefix(used[1], "tcp") {
		t.Errorf("asked over %v, want udp and then tcp", used)
	}
}

func TestSMTPStartTLS(t *testing.T) {
	e := open(t, Config{})
	c, err := smtp.Dial(e.SMTPAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if ok, _ := c.Extension("STARTTLS"); !ok {
		t.Fatal("no STARTTLS")
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(e.CAPEM())
	if err := c.StartTLS(&tls.Config{RootCAs: pool, ServerName: "mail.demo.localhost"}); err != nil {
		t.Fatal(err)
	}
	if ok, _ := c.Extension("STARTTLS"); ok {
		t.Error("STARTTLS offered inside TLS")
	}
	if err := c.Rcpt("a@demo.association"); err == nil {
		t.Error("a recipient before a sender was taken")
	}
	if err := c.Quit(); err != nil {
		t.Error(err)
	}
}

func TestControl(t *testing.T) {
	e := open(t, Config{})
	c := client(t, e)
	if _, body := get(t, c, e.ControlURL()); !strings.Contains(body, "조종판") || strings.Count(body, "expired-cert") != 2*7 || !strings.HasSuffix(body, "</html>\n") {
		t.Errorf("control page of %d bytes: %s", len(body), body)
	}
	for _, tc := range []struct {
		name, path, kind, body, header, value string
		code                                  int
	}{
		{"form", "sites/statistics/break", "form", url.Values{"mode": {"status"}, "code": {"502"}, "for": {"1m"}}.Encode(), "Sec-Fetch-Site", "same-origin", 200},
		{"json", "sites/disclosure/break", "json", `{"mode":"slow","delay":"1s"}`, "", "", 200},
		{"unknown field", "sites/disclosure/break", "json", `{"mood":"slow"}`, "", "", 400},
		{"wrong duration", "sites/disclosure/break", "json", `{"mode":"slow","for":"soon"}`, "", "", 400},
		{"no such site", "sites/nobody/heal", "form", "", "", "", 404},
		{"another origin", "sites/licences/break", "form", "mode=stop", "Origin", "https://evil.example", 403},
		{"cross-site", "sites/licences/break", "form", "mode=stop", "Sec-Fetch-Site", "cross-site", 403},
		{"rebound name", "sites/licences/break", "form", "mode=stop", "Host", "evil.example", 403},
	} {
		r, err := http.NewRequest("POST", e.ControlURL()+tc.path, strings.NewReader(tc.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", map[string]string{"form": "application/x-www-form-urlencoded", "json": "application/json"}[tc.kind])
		if tc.header == "Host" {
			r.Host = tc.value
		} else if tc.value != "" {
			r.Header.Set(tc.header, tc.value)
		}
		res, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != tc.code {
			t.Errorf("%s: %s, want %d", tc.name, res.Status, tc.code)
		}
	}
	_, body := get(t, c, e.ControlURL()+"sites")
	var sites []Site
	if err := json.Unmarshal([]byte(body), &sites); err != nil {
		t.Fatal(err)
	}
	for _, s := range sites {
		want := map[string]Mode{Statistics: Status, Disclosure: Slow}[s.ID]
		if s.Mode != want || s.ID == Statistics && s.Until.Sub(s.Since).Minutes() != 1 {
			t.Errorf("%s is %q until %s", s.ID, s.Mode, s.Until)
		}
	}
}
