package reports_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/charterwatch/charterwatch/reports"
)

// parts are the files of a zip by name.
func parts(t *testing.T, b []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(text)
	}
	return out
}

func unzipped(t *testing.T, b []byte) string {
	var all strings.Builder
	for _, text := range parts(t, b) {
		all.WriteString(text)
	}
	return all.String()
}

// TestWorkbook: six sheets, of well-formed parts.
func TestWorkbook(t *testing.T) {
	r := october{sites: 3}.report(t)
	b, err := reports.XLSX(r, signing(r, reports.Signed), "ko", reports.Options{})
	if err != nil {
		t.Fatal(err)
	}
	files := parts(t, b)
	for name, text := range files {
		for d := xml.NewDecoder(strings.NewReader(text)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	at := 0
	for _, sheet := range []string{"요약", "조항", "가용성", "점검", "장애", "데이터 공백"} {
		i := strings.Index(files["xl/workbook.xml"][at:], `name="`+sheet+`"`)
		if i < 0 {
			t.Errorf("no sheet %q, or out of order", sheet)
		}
		at += max(i, 0)
	}
	if !strings.Contains(files["xl/worksheets/sheet3.xml"], "<v>99.961</v>") {
		t.Error("availability is no number")
	}
}

// TestNoFormulas: what organisations write is text to a spreadsheet.
func TestNoFormulas(t *testing.T) {
	r := october{sites: 2}.report(t)
	for i, s := range []string{"=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1"} {
		r.Charter.Clauses[i].Owner, r.Charter.Clauses[i].Title.KO = s, s
	}
	r.Evidence.Sites[0].Name.KO = "=1+1"
	b, err := reports.CSV(r, signing(r, reports.Signed), "ko", reports.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(b, []byte("\ufeff")) {
		t.Error("no byte order mark")
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1+len(r.Month.Clauses) {
		t.Errorf("%d rows of %d clauses", len(rows), len(r.Month.Clauses))
	}
	for _, row := range rows {
		for _, field := range row {
			if field != "" && strings.ContainsRune("=+-@\t\r", rune(field[0])) {
				t.Errorf("a field begins with %q", field)
			}
		}
	}
	b, err = reports.XLSX(r, signing(r, reports.Signed), "ko", reports.Options{})
	if err != nil {
		t.Fatal(err)
	}
	text := unzipped(t, b)
	if strings.Contains(text, "<f>") || strings.Contains(text, `preserve">=`) {
		t.Error("the workbook holds a formula")
	}
	if !strings.Contains(text, "&#39;=HYPERLINK(1)") {
		t.Error("the owner is not in the workbook")
	}
}
