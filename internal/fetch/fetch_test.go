package fetch

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"golang.org/x/text/encoding/korean"
)

// inKorean is text as an old Korean server sends it.
func inKorean(t testing.TB, text string) []byte {
	b, err := korean.EUCKR.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDecode(t *testing.T) {
	const hangul = "금융투자협회 공지사항 똠방각하" // the last word needs CP949's extension
	kr := inKorean(t, hangul)
	cases := []struct {
		name, contentType string
		body              []byte
		text, charset     string
	}{
		{"empty", "", nil, "", "utf-8"},
		{"ascii", "text/html", []byte("hello"), "hello", "utf-8"},
		{"utf-8 undeclared", "", []byte(hangul), hangul, "utf-8"},
		{"utf-8 mark", "text/html; charset=euc-kr", []byte("\xef\xbb\xbf" + hangul), hangul, "utf-8"},
		{"utf-16 mark", "", []byte("\xff\xfeh\x00i\x00"), "hi", "utf-16le"},
		{"utf-16 big mark", "", []byte("\xfe\xff\x00h\x00i"), "hi", "utf-16be"},
		{"korean by header", "text/html; charset=EUC-KR", kr, hangul, "euc-kr"},
		{"korean by ms949", "text/html;charset=ks_c_5601-1987", kr, hangul, "euc-kr"},
		{"korean by broken header", "text/html; charset=euc-kr;;x", kr, hangul, "euc-kr"},
		{"korean by meta", "text/html", append([]byte(`<html><META charset="euc-kr">`), kr...), `<html><META charset="euc-kr">` + hangul, "euc-kr"},
		{"korean by old meta", "", append([]byte(`<meta http-equiv="Content-Type" content="text/html; charset=euc-kr" />`), kr...),
			`<meta http-equiv="Content-Type" content="text/html; charset=euc-kr" />` + hangul, "euc-kr"},
		{"korean by xml", "", append([]byte(`<?xml version="1.0" encoding="euc-kr"?>`), kr...), `<?xml version="1.0" encoding="euc-kr"?>` + hangul, "euc-kr"},
		{"korean undeclared", "text/html", kr, hangul, "euc-kr"},
		{"korean under a utf-8 label", "text/html; charset=utf-8", kr, hangul, "euc-kr"},
		{"utf-8 under a korean label", "text/html; charset=euc-kr", []byte(hangul), hangul, "utf-8"},
		{"unknown label", "text/html; charset=martian", kr, hangul, "euc-kr"},
		{"latin-1 undeclared", "", []byte("d\xe9j\xe0 vu"), "déjà vu", "windows-1252"},
		{"latin-1 that pairs up", "", []byte("caf\xe9teria"), "caféteria", "windows-1252"},
		{"cut character", "", []byte(hangul[:len(hangul)-1]), hangul[:len(hangul)-3] + "\uFFFD", "utf-8"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text, charset := Decode(c.body, c.contentType)
			if text != c.text || charset != c.charset {
				t.Fatalf("got %q in %s, want %q in %s", text, charset, c.text, c.charset)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("<meta charset=euc-kr>\xb1\xdd"), "text/html")
	f.Add([]byte("\xff\xfeh"), "text/html; charset=\"")
	f.Add([]byte("<?xml encoding"), "")
	f.Add([]byte("<meta charset="), "charset=")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		text, charset := Decode(body, contentType)
		if !utf8.ValidString(text) {
			t.Fatalf("not UTF-8: %q", text)
		}
		if charset == "" {
			t.Fatal("no charset")
		}
	})
}

func TestReadBody(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
		cut   bool
	}{{"", 4, "", false}, {"abc", 4, "abc", false}, {"abcd", 4, "abcd", false}, {"abcde", 4, "abcd", true}, {"abc", 0, "", true}} {
		for name, r := range map[string]io.Reader{"whole": strings.NewReader(c.in), "bytewise": iotest.OneByteReader(strings.NewReader(c.in))} {
			got, cut, err := ReadBody(r, c.limit, []byte("x"))
			if string(got) != "x"+c.want || cut != c.cut || err != nil {
				t.Errorf("%s %q to %d: %q %v %v", name, c.in, c.limit, got, cut, err)
			}
		}
	}
	boom := errors.New("boom")
	got, _, err := ReadBody(io.MultiReader(strings.NewReader("ab"), iotest.ErrReader(boom)), 9, nil)
	if string(got) != "ab" || err != boom {
		t.Errorf("%q %v", got, err)
	}
	if _, _, err := ReadBody(iotest.ErrReader(io.ErrUnexpectedEOF), 9, nil); err != io.ErrUnexpectedEOF {
		t.Error("a truncated body must not look whole")
	}
}

func TestReadBodyUsesTheBuffer(t *testing.T) {
	buf, page := make([]byte, 0, 64), bytes.Repeat([]byte("a"), 40)
	r := bytes.NewReader(nil)
	if n := testing.AllocsPerRun(100, func() { r.Reset(page); ReadBody(r, 50, buf) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestRedactURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://u:p@h.example/a?token=s3cret&page=2#frag": "https://h.example/a?token=&page=",
		"https://h.example/a;jsessionid=s3cret?x":          "https://h.example/a?…",
		"https://h.example/가":                              "https://h.example/%EA%B0%80",
		"http://h.example":                                 "http://h.example",
		"http://[::1]:80/":                                 "http://[::1]:80/",
		"http://h/%zz?s3cret":                              Redacted,
	} {
		if got := RedactURLString(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	if RedactURL(nil) != "" {
		t.Error("nil")
	}
}

func TestRedactHeaders(t *testing.T) {
	h := http.Header{
		"Set-Cookie":          {"SID=s3cret; Path=/; HttpOnly", "s3cret"},
		"Cookie":              {"a=s3cret; b=s3cret"},
		"Authorization":       {"Bearer s3cret"},
		"Proxy-Authorization": {"Basic s3cret"},
		"X-Csrf-Token":        {"s3cret"},
		"X-Api-Key":           {"s3cret"},
		"Location":            {"https://u:s3cret@h/?code=s3cret"},
		"Server":              {"nginx"},
	}
	got := RedactHeaders(h)
	for _, kv := range got {
		if strings.Contains(kv[1], "s3cret") {
			t.Errorf("%s leaks: %s", kv[0], kv[1])
		}
	}
	if got[len(got)-1] != [2]string{"X-Csrf-Token", Redacted} || got[4] != [2]string{"Server", "nginx"} ||
		got[5] != [2]string{"Set-Cookie", "SID=" + Redacted} {
		t.Errorf("got %q", got)
	}
}

func TestScrubber(t *testing.T) {
	var s Scrubber
	s.Add(`p&ss "w/rd`)
	s.Add("abc") // too short to look for
	for _, form := range []string{`p&ss "w/rd`, url.QueryEscape(`p&ss "w/rd`), `p&amp;ss &#34;w/rd`, `p&ss \"w\/rd`} {
		if got := s.Scrub("x " + form + " abc"); got != "x "+Redacted+" abc" {
			t.Errorf("%s: %s", form, got)
		}
	}
	if (Scrubber{}).Scrub("x") != "x" {
		t.Error("zero value")
	}
}

func TestUserAgent(t *testing.T) {
	for _, c := range [][3]string{
		{"1.2", "https://w.example/about", "charterwatch/1.2 (+https://w.example/about)"},
		{"", "", "charterwatch"},
		{"1\r\nX: y", "https://w/)\r\n", "charterwatch/1Xy (+https://w/)"},
	} {
		if got := UserAgent(c[0], c[1]); got != c[2] {
			t.Errorf("got %q, want %q", got, c[2])
		}
	}
}

func TestCut(t *testing.T) {
	if Cut("가나", 4) != "가" || Cut("ab", 2) != "ab" || Cut("가", 1) != "" {
		t.Error("cut inside a character")
	}
}
