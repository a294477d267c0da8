package demo

import (
	"bytes"
	"fmt"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/korean"
)

// file is an attachment in a site's /files/ folder.
type file struct {
	Name, Type string
	Body       []byte
}

// files makes the attachments of a site: a text, a table and a small PDF. None holds personal data,
// real or made up.
func (r *renderer) files() ([]file, error) {
	guide := fmt.Sprintf("%s 이용 안내\r\n\r\n1. 이 파일은 시험용입니다.\r\n2. 개인정보가 들어 있지 않습니다.\r\n3. 문의: %s 고객만족센터\r\n", r.ko, NameKO)
	table := "항목,값,단위\r\n공지 건수,5,건\r\n자료 건수,3,건\r\n이용 시간,24,시간\r\n"
	text, csv := []byte(guide), []byte(table)
	if r.eucKR {
		var err error
		e := encoding.ReplaceUnsupported(korean.EUCKR.NewEncoder())
		if text, err = e.Bytes(text); err != nil {
			return nil, fmt.Errorf("demo: encode a file of %s: %w", r.id, err)
		}
		if csv, err = e.Bytes(csv); err != nil {
			return nil, fmt.Errorf("demo: encode a file of %s: %w", r.id, err)
		}
	}
	return []file{
		{"guide.txt", "text/plain; charset=" + r.charset(), text},
		{"summary.csv", "text/csv; charset=" + r.charset(), csv},
		{"leaflet.pdf", "application/pdf", pdf(NameEN, r.en, "This leaflet is a test file. It holds no personal data.")},
	}, nil
}

// pdf makes a document of one page with lines of plain ASCII (PDF 1.4). Its cross-reference table is
// exact, so that strict readers take it.
func pdf(lines ...string) []byte {
	var text bytes.Buffer
	text.WriteString("BT /F1 14 Tf 72 760 Td 20 TL")
	for _, l := range lines {
		fmt.Fprintf(&text, " (%s) Tj T*", l)
	}
	text.WriteString(" ET")
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", text.Len(), text.String()),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}
