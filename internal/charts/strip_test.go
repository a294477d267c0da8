package charts

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// TestStrip: a picture is well-formed, says what it shows in words, and shows each state in
// black and white.
func TestStrip(t *testing.T) {
	s := Strip{Title: `<홈페이지> & "co"`, Desc: "a < b", Cells: []Cell{{Kept, "○", "1"}, {Late, "△", "2"}, {Down, "×", "3"}, {Unknown, "?", "4"}, {None, "–", ""}}}
	svg := s.SVG()
	if svg != s.SVG() {
		t.Error("two pictures of the same")
	}
	var texts []string
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch x := token.(type) {
		case xml.CharData:
			texts = append(texts, string(x))
		case xml.StartElement:
			if x.Name.Local == "script" || x.Name.Local == "style" {
				t.Errorf("the picture holds a %s", x.Name.Local)
			}
		}
	}
	if got, want := strings.Join(texts, "|"), `<홈페이지> & "co"|a < b|○|1|△|2|×|3|?|4|–`; got != want {
		t.Errorf("texts are %s, not %s", got, want)
	}
	seen := map[string]State{}
	for _, c := range s.Cells {
		var b strings.Builder
		Cell{State: c.State}.draw(&b, 0)
		if other, twice := seen[b.String()]; twice && c.State != None && other != None {
			t.Errorf("states %d and %d look the same without their letters", c.State, other)
		}
		seen[b.String()] = c.State
	}
	if wide, high := s.Size(); wide != 80 || high != 26 {
		t.Errorf("the picture is %d by %d", wide, high)
	}
}
