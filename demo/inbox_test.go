package demo

import (
	"encoding/json"
	"io"
	"net/http"
	"net/smtp"
	"strings"
	"testing"
)

const letterText = "From: watch@demo.association\r\nTo: kim@demo.association\r\nSubject: =?UTF-8?B?7J6l7JWgIOyVjOumvA==?=\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/alternative; boundary=xx\r\n\r\n--xx\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
	"=ED=99=88=ED=8E=98=EC=9D=B4=EC=A7=80 =\r\n..\r\n--xx\r\nContent-Type: text/html; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+7J6l7JWgPC9iPg==\r\n--xx--\r\n"

func TestInboxTakesMailSMSAndCalls(t *testing.T) {
	e := open(t, Config{})
	c, err := smtp.Dial(e.SMTPAddr())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []error{c.Mail("watch@demo.association"), c.Rcpt("kim@demo.association")} {
		if step != nil {
			t.Fatal(step)
		}
	}
	w, err := c.Data()
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, letterText)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	c.Quit()
	post := func(path, body string) int {
		r, err := http.Post(e.ControlURL()+path, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		return r.StatusCode
	}
	if got := post("inbox/sms", `{"to": "kim", "text": "[긴급] 홈페이지 장애"}`); got != http.StatusNoContent {
		t.Fatal(got)
	}
	if got := post("inbox/sms", `{"to": "kim"}`); got != http.StatusBadRequest {
		t.Errorf("an SMS without a text: %d", got)
	}
	post("inbox/webhook/ops", `{"status": "firing"}`)
	for range 2 {
		if r, err := http.Get(e.ControlURL() + "inbox/heartbeat"); err != nil || r.StatusCode != http.StatusNoContent {
			t.Fatal(r, err)
		}
	}
	got := e.Messages()
	if len(got) != 4 {
		t.Fatalf("%+v", got)
	}
	m := got[0]
	if m.Channel != "mail" || m.To != "kim@demo.association" || m.Subject != "장애 알림" || m.HTML != "<b>장애</b>" || !strings.HasPrefix(m.Text, "홈페이지 .") {
		t.Errorf("%+v", m)
	}
	if got[1].Text != "[긴급] 홈페이지 장애" || got[2].To != "ops" || got[3].Channel != "heartbeat" || got[3].N != 5 {
		t.Errorf("%+v", got[1:])
	}
	page := func(path string) string {
		r, err := http.Get(e.ControlURL() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		b, _ := io.ReadAll(r.Body)
		return string(b)
	}
	if p := page("inbox"); !strings.Contains(p, "장애 알림") || !strings.Contains(p, `href="/inbox/1/mail"`) || !strings.Contains(p, "</html>") {
		t.Error(p)
	}
	if p := page("inbox/1/mail"); p != "<b>장애</b>" {
		t.Error(p)
	}
	var list []Message
	if err := json.Unmarshal([]byte(page("inbox.json")), &list); err != nil || len(list) != 4 {
		t.Errorf("%v %v", list, err)
	}
}
