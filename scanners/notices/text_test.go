package notices

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestTextOf(t *testing.T) {
	for in, want := range map[string]string{
		`<p>하나</p><p>둘</p>`:                            "하나\n둘",
		`<div>하나<br>둘<br/><br>셋</div>`:                 "하나\n둘\n셋",
		`a&nbsp;&nbsp; b` + "\n\t" + `c&amp;&#45;&lt;`: "a b c&-<",
		`<ul><li>하나<li>둘</ul>셋`:                        "하나\n둘\n셋",
		`<table><tr><th>구분</th><th>일시</th></tr><tr><td>1차</td><td>11/28 <b>22:00</b><br>~ 02:00</td></tr></table>`:                                                                                                                 "구분\t일시\n1차\t11/28 22:00 ~ 02:00",
		`<table><tr><td><p>하나</p><p>둘</p></td></tr></table>`:                                                                                                                                                                       "하나\n둘",
		`<table><tr><td>왼쪽</td><td><table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr><tr><td>e</td><td>f</td></tr><tr><td>g</td><td>h</td></tr></table></td></tr></table>`:                                          "왼쪽\ta\tb\nc\td\ne\tf\ng\th",
		`<table><tr><td>제목</td><td>` + strings.Repeat("긴 줄입니다 ", 20) + `<br>둘째 줄</td></tr></table>`:                                                                                                                                "제목\t" + strings.TrimSpace(strings.Repeat("긴 줄입니다 ", 20)) + " 둘째 줄",
		`보임<span style="DISPLAY : none">숨김</span><i hidden>숨김</i><input type="hidden" value="숨김"><script>숨김</script><style>숨김</style><noscript>숨김</noscript><!-- 숨김 --><template>숨김</template><b style="visibility:hidden">숨김</b>`: "보임",
		`<pre>하나` + "\n" + `둘</pre>`:                        "하나\n둘",
		`<img src="a.png" alt="점검 안내"> 본문<img src="b.png">`: "점검 안내 본문",
		"가\u200b나\u00ad다\ufeff\u0000":                       "가나다",
		`<h1>제목</h1>본문<hr>끝`:                                "제목\n본문\n끝",
		``:                                                  "",
	} {
		if got := Words(Parse(in)); got != want {
			t.Errorf("%s\n is   %q\n want %q", in, got, want)
		}
	}
}

// hostile are pages that would take long to whoever reads them more than once for each element.
func hostile() []string {
	return []string{
		strings.Repeat("<p>가나다라마바사</p>", 60_000), strings.Repeat("<table><tr><td>", 150) + strings.Repeat("가나다 ", 150_000),
		strings.Repeat("<b>", 60_000), strings.Repeat("<table><tr><td>가", 30_000), strings.Repeat("<div class=content>가", 400) + strings.Repeat("나", 300_000),
	}
}

func TestTextIsBounded(t *testing.T) {
	for _, in := range hostile() {
		if n := len(Words(Parse(in))); n > maxText+4096 {
			t.Errorf("%d bytes of text", n)
		}
	}
}

func BenchmarkHostile(b *testing.B) {
	for _, in := range hostile() {
		b.Run(in[:min(len(in), 12)], func(b *testing.B) {
			for b.Loop() {
				doc := Parse(in)
				Words(doc)
				(&board{c: Config{Zone: time.UTC, Now: time.Now}}).body(doc)
				guessRows(doc, time.UTC, now)
				unreadIn(doc, doc)
			}
		})
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{`<table><tr><td>a<td>b</table>`, `<p>가<br>나`, `<pre> a </pre>`, `<div style="display:none">x</div>`, "\x00\xff<", `<select><option>a`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		doc := Parse(in)
		all, _ := allText(doc)
		for _, text := range []string{Words(doc), all, textOfHTML(in)} {
			if !utf8.ValidString(text) || strings.Contains(text, "\n\n") || strings.TrimSpace(text) != text || len(text) > maxText+4096 {
				t.Fatalf("%q", text)
			}
		}
	})
}

// Whatever a page holds, the guesses neither fail nor run away, and every row has an identity and a title.
func FuzzGuess(f *testing.F) {
	f.Add(list(3, row), "")
	f.Add(detail(3), "")
	f.Add(`<ul><li><a href="javascript:v('1')">가</a> 2026-11-01</ul>`, "/v?id={0}")
	f.Add(`<div onclick="go(1)">가 <i>11-01</i></div><div class="paging"><a href="?p=2">2</a></div>`, "")
	f.Add(`<base href="::"><table><tr><td><a href="//x\\y">a</a><td>2026.1.1</table>`, "{0}{1}")
	f.Fuzz(func(t *testing.T, in, template string) {
		b := newBoard(t, Config{Kind: HTML, URL: "http://127.0.0.1/list"})
		b.c.LinkTemplate = template
		doc := Parse(in)
		at := base(doc, b.url)
		rows, _ := b.entries(doc, at)
		if len(rows) > len(in) {
			t.Fatalf("%d rows in %d bytes", len(rows), len(in))
		}
		for _, e := range rows {
			if e.key == "" || e.title == "" || len([]rune(e.title)) > 300 || strings.ContainsAny(e.title, "\n\t") {
				t.Fatalf("%+v", e)
			}
		}
		b.next(doc, at, 1)
		b.body(doc)
		b.banners(doc)
		pageTitle(doc, "x")
		instead(doc, in)
	})
}
