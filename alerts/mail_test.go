package alerts

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// mailServer is an SMTP server (RFC 5321) that wants PLAIN authentication (RFC 4954).
type mailServer struct {
	listener net.Listener
	password string
	mu       sync.Mutex
	mails    []received
	wrong    int // passwords
}

type received struct {
	from string
	to   []string
	data string
}

func newMailServer(t *testing.T, password string) *mailServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mailServer{listener: l, password: password}
	var all sync.WaitGroup
	t.Cleanup(func() {
		_ = l.Close()
		all.Wait()
	})
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { m.serve(c) })
		}
	})
	return m
}

func (m *mailServer) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	r := textproto.NewReader(bufio.NewReader(c))
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(c, format+"\r\n", args...) }
	say("220 mail.test ESMTP")
	var got received
	for {
		line, err := r.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			say("250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN")
		case "AUTH":
			_, secret, _ := strings.Cut(rest, " ")
			if b, _ := base64.StdEncoding.DecodeString(secret); string(b) != "\x00watch\x00"+m.password {
				m.mu.Lock()
				m.wrong++
				m.mu.Unlock()
				say("535 5.7.8 credentials invalid for %s", secret)
				continue
			}
			say("235 2.7.0 welcome")
		case "MAIL":
			got = received{from: rest}
			say("250 ok")
		case "RCPT":
			got.to = append(got.to, rest)
			say("250 ok")
		case "DATA":
			say("354 go ahead")
			b, err := r.ReadDotBytes()
			if err != nil {
				return
			}
			got.data = string(b)
			m.mu.Lock()
			m.mails = append(m.mails, got)
			m.mu.Unlock()
			say("250 queued")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("500 what")
		}
	}
}

func (m *mailServer) all() []received {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.mails)
}

// decoded is a mail as its reader sees it.
func decoded(t *testing.T, m received) (subject, text, html string) {
	t.Helper()
	msg, err := mail.ReadMessage(strings.NewReader(m.data))
	if err != nil {
		t.Fatal(err)
	}
	if subject, err = new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	for parts := multipart.NewReader(msg.Body, params["boundary"]); ; {
		p, err := parts.NextRawPart()
		if err == io.EOF { //nolint:errorlint // as its documentation says
			return subject, text, html
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(p.Header.Get("Content-Type"), "html") {
			html = string(b)
		} else {
			text = string(b)
		}
	}
}

const mailRoutes = `
global: {smtp_smarthost: "%s", smtp_from: "watch@example.or.kr", smtp_auth_username: watch, smtp_auth_password: "%s", smtp_require_tls: false}
route: {receiver: operators, group_by: [alertname], group_wait: 0s, group_interval: 1m, repeat_interval: 4h}
receivers:
  - name: operators
    email_configs: [{to: "operators@example.or.kr", send_resolved: true}]
`

func TestAMailServerGetsTheKoreanMail(t *testing.T) {
	server := newMailServer(t, "pass-3141")
	homepage := compliance.Site{ID: "homepage", Name: compliance.Name{KO: "대표 홈페이지", EN: "Homepage"}}
	set := Settings{
		Alertmanager: routing(t, fmt.Sprintf(mailRoutes, server.listener.Addr(), "pass-3141")),
		Content: Content{
			Languages: []string{"ko", "en"}, DashboardURL: "https://watch.example.or.kr", Signer: NewSigner(make([]byte, 32)),
			Site: func(id string) (compliance.Site, bool) { return homepage, id == "homepage" },
		},
	}
	k := newKit(t, set).start()
	defer k.stop()
	a := down("homepage", time.Now())
	k.publish(a)
	eventually(t, "the mail", func() bool { return len(server.all()) == 1 })
	m := server.all()[0]
	subject, text, html := decoded(t, m)
	if m.from != "FROM:<watch@example.or.kr> BODY=8BITMIME" || !slices.Equal(m.to, []string{"TO:<operators@example.or.kr>"}) {
		t.Errorf("envelope %s %s", m.from, m.to)
	}
	for what, said := range map[string]string{"subject": subject, "text": text, "html": html} {
		if !strings.Contains(said, "대표 홈페이지") {
			t.Errorf("%s: %q, want the site's Korean name", what, said)
		}
	}
	if !strings.Contains(html, "https://watch.example.or.kr/ack/") || !strings.Contains(text, "https://watch.example.or.kr/ack/") {
		t.Errorf("no link to answer it: %s", text)
	}
	eventually(t, "the receipt", func() bool { return len(k.outbox.all()) == 1 })
	if r := k.outbox.all()[0]; r.Channel != "email" || r.Receiver != "operators" || r.Status != compliance.Delivered || !slices.Equal(r.Firing, []string{a.ID}) {
		t.Errorf("receipt %+v", r)
	}
	t.Logf("%s\n\n%s", subject, text)
}

func TestSecretsStayWhereTheyAre(t *testing.T) {
	const password, token = "pass-2718", "hook-token-1618"
	server := newMailServer(t, "another")
	text := fmt.Sprintf(mailRoutes, server.listener.Addr(), password)
	text += `    webhook_configs: [{url: "http://user:` + token + `@127.0.0.1:1/` + token + `?key=` + token + `"}]` + "\n"
	k := newKit(t, Settings{
		Alertmanager: routing(t, text), Heartbeat: Secret("http://127.0.0.1:1/" + token), External: []string{"http://user:" + token + "@127.0.0.1:1/" + token},
	})
	k.cfg.client = nil
	k.start()
	k.publish(down("homepage", time.Now()))
	eventually(t, "three channels have failed", func() bool {
		channels := map[string]bool{}
		for _, r := range k.outbox.all() {
			channels[r.Channel] = r.Status == compliance.Failing
		}
		return channels["email"] && channels["webhook"] && channels["alertmanager"]
	})
	eventually(t, "so has the heartbeat", func() bool { return strings.Contains(k.logged.String(), "heartbeat is not taken") })
	k.stop()
	said := k.logged.String() + fmt.Sprintf("%+v %v %s", k.outbox.all(), k.cfg.Settings.Heartbeat, k.cfg.Settings.Heartbeat)
	b, err := k.cfg.Settings.Heartbeat.MarshalText()
	for _, secret := range []string{password, token, base64.StdEncoding.EncodeToString([]byte("\x00watch\x00" + password))} {
		if strings.Contains(said+string(b), secret) || err != nil {
			t.Errorf("a secret is in logs or receipts: %s", said)
		}
	}
	for _, r := range k.outbox.all() {
		if r.Channel != "alertmanager" && strings.Contains(r.Problem+r.Receiver, "127.0.0.1") {
			t.Errorf("an address is in receipt %+v", r)
		}
	}
	if !strings.Contains(said, "connection refused") || !strings.Contains(said, "SMTP 535") {
		t.Errorf("log and receipts %s, want them to say what is wrong", said)
	}
}

func TestSendTest(t *testing.T) {
	server := newMailServer(t, "pass-3141")
	text := fmt.Sprintf(mailRoutes, server.listener.Addr(), "pass-3141")
	text += `    webhook_configs: [{url: "http://127.0.0.1:1/"}]` + "\n  - {name: kim, email_configs: [{to: kim@example.or.kr}]}\n  - name: on-call\n"
	set := Settings{Alertmanager: routing(t, text), OnCall: compliance.OnCall{
		People:      []compliance.Person{{ID: "kim", Receivers: []string{"kim"}}},
		Escalations: []compliance.Escalation{{Receiver: "on-call", Steps: []compliance.EscalationStep{{People: []string{"kim"}}}}},
	}}
	got, err := SendTest(t.Context(), set, "operators", compliance.Site{}, nil)
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v; want a receipt of each channel", got, err)
	}
	slices.SortFunc(got, func(a, b compliance.Receipt) int { return strings.Compare(a.Channel, b.Channel) })
	if got[0].Channel != "email" || got[0].Status != compliance.Delivered || !got[0].Drill {
		t.Errorf("mail: %+v", got[0])
	}
	if got[1].Channel != "webhook" || got[1].Status != compliance.Failed || got[1].Problem != "connection refused" {
		t.Errorf("webhook: %+v", got[1])
	}
	if subject, body, _ := decoded(t, server.all()[0]); !strings.Contains(subject, "훈련") && !strings.Contains(body, "훈련") {
		t.Errorf("subject %q: a test must say that it is one", subject)
	}
	got, err = SendTest(t.Context(), set, "on-call", compliance.Site{}, nil)
	if err != nil || len(got) != 1 || got[0].Person != "kim" || got[0].Receiver != "kim" {
		t.Errorf("on call: %+v, %v", got, err)
	}
	for _, name := range []string{"nobody", ""} {
		if _, err := SendTest(context.Background(), set, name, compliance.Site{}, nil); err == nil {
			t.Errorf("receiver %q was found", name)
		}
	}
}
