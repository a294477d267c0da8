package reports

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// XLSX is the report's tables as a workbook, a sheet each. Texts stand in it as texts, which no
// spreadsheet takes for a formula; figures as numbers.
func XLSX(r Report, s Signing, lang string, o Options) ([]byte, error) {
	p, err := compose(r, s, lang, o)
	if err != nil {
		return nil, err
	}
	w, err := newWriter(r, s, lang, o)
	if err != nil {
		return nil, err
	}
	b := book{at: r.MadeAt.UTC().Truncate(2 * time.Second)}
	for _, sec := range p.Sections {
		for _, bl := range sec.Blocks {
			switch {
			case bl.Table != nil && bl.Table.Sheet != "":
				b.add(*bl.Table)
			case bl.Counts != nil:
				b.add(countTable(bl.Counts, w))
			}
		}
	}
	out, err := b.bytes(p)
	if err != nil {
		return nil, fmt.Errorf("write the workbook of report %s: %w", r.ID, err)
	}
	return out, nil
}

// countTable is the figures of page one as a table.
func countTable(list []count, w *writer) table {
	t := table{Sheet: w.say("sheet.summary"), Columns: []column{{w.say("col.verdict"), 1, false}, {w.say("col.count"), 5, true}}}
	for _, c := range list {
		t.Rows = append(t.Rows, []cell{text(c.Word), number(c.N)})
	}
	return t
}

// book is a workbook of Office Open XML (ECMA-376, part 1, clauses 18.2 to 18.4), as little of it
// as a table needs.
type book struct {
	at     time.Time
	names  []string
	sheets [][]table // tables with the name of a sheet that is there already follow below
}

func (b *book) add(t table) {
	for i, n := range b.names {
		if n == t.Sheet {
			b.sheets[i] = append(b.sheets[i], t)
			return
		}
	}
	b.names, b.sheets = append(b.names, t.Sheet), append(b.sheets, []table{t})
}

const (
	xmlHead  = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainNS   = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	relNS    = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	packNS   = `xmlns="http://schemas.openxmlformats.org/package/2006/relationships"`
	typeBase = `application/vnd.openxmlformats-officedocument.spreadsheetml.`
)

// The styles of the workbook's cells, by their place in styles.xml.
const (
	stylePlain = 0
	styleHead  = 1
	styleText  = 2
	styleNum   = 3
)

const styles = xmlHead + `<styleSheet ` + mainNS + `><numFmts count="1"><numFmt numFmtId="164" formatCode="0.###"/></numFmts>` +
	`<fonts count="2"><font><sz val="10"/></font><font><b/><sz val="10"/></font></fonts>` +
	`<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFEEEEEE"/></patternFill></fill></fills>` +
	`<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/>` +
	`<xf fontId="1" fillId="2" applyFont="1" applyFill="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>` +
	`<xf applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>` +
	`<xf numFmtId="164" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top"/></xf></cellXfs></styleSheet>`

func (b *book) bytes(p page) ([]byte, error) {
	var types, rels, list strings.Builder
	files := []struct{ name, text string }{}
	for i, name := range b.names {
		n := i + 1
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, n, typeBase)
		fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, n, relNS, n)
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, escape(name), n, n)
		files = append(files, struct{ name, text string }{fmt.Sprintf("xl/worksheets/sheet%d.xml", n), sheet(b.sheets[i])})
	}
	n := len(b.names) + 1
	parts := []struct{ name, text string }{
		{"[Content_Types].xml", xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + typeBase + `sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="` + typeBase + `styles+xml"/>` +
			`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>` + types.String() + `</Types>`},
		{"_rels/.rels", xmlHead + `<Relationships ` + packNS + `><Relationship Id="rId1" Type="` + relNS + `/officeDocument" Target="xl/workbook.xml"/>` +
			`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`},
		{"docProps/core.xml", xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
			`<dc:title>` + escape(p.Title+" · "+p.Period) + `</dc:title><dc:creator>` + escape(p.Organisation) + `</dc:creator><dc:description>` + escape(p.ID+" SHA-256 "+p.Digest) + `</dc:description><dc:language>` + p.Lang + `</dc:language>` +
			`<dcterms:created xsi:type="dcterms:W3CDTF">` + b.at.Format(time.RFC3339) + `</dcterms:created></cp:coreProperties>`},
		{"xl/workbook.xml", xmlHead + `<workbook ` + mainNS + ` xmlns:r="` + relNS + `"><sheets>` + list.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", xmlHead + `<Relationships ` + packNS + `>` + rels.String() + fmt.Sprintf(`<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/></Relationships>`, n, relNS)},
		{"xl/styles.xml", styles},
	}
	return pack(append(parts, files...), b.at)
}

// pack zips the parts with one and the same time, so that the same parts give the same bytes.
func pack(parts []struct{ name, text string }, at time.Time) ([]byte, error) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, p := range parts {
		f, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: at})
		if err != nil {
			return nil, err
		}
		if _, err := f.Write([]byte(p.text)); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// sheet writes tables below each other, the head of the first kept in sight.
func sheet(tables []table) string {
	var b strings.Builder
	b.WriteString(xmlHead + `<worksheet ` + mainNS + `><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>`)
	for i, c := range tables[0].Columns {
		fmt.Fprintf(&b, `<col min="%d" max="%d" width="%d" customWidth="1"/>`, i+1, i+1, 8+5*c.Weight)
	}
	b.WriteString(`</cols><sheetData>`)
	row := 0
	for i, t := range tables {
		if i > 0 {
			row++ // an empty row between
		}
		row++
		fmt.Fprintf(&b, `<row r="%d">`, row)
		for k, c := range t.Columns {
			inline(&b, k, row, styleHead, c.Title)
		}
		b.WriteString(`</row>`)
		for _, cells := range t.Rows {
			row++
			fmt.Fprintf(&b, `<row r="%d">`, row)
			for k, c := range cells {
				c.write(&b, k, row)
			}
			b.WriteString(`</row>`)
		}
	}
	b.WriteString(`</sheetData></worksheet>`)
	return b.String()
}

func (c cell) write(b *strings.Builder, column, row int) {
	if c.Number != nil {
		fmt.Fprintf(b, `<c r="%s%d" s="%d"><v>%g</v></c>`, letters(column), row, styleNum, *c.Number)
		return
	}
	s := c.Text
	if c.Icon != "" {
		s = c.Icon + " " + s
	}
	if c.Small != "" {
		s += "\n" + c.Small
	}
	inline(b, column, row, styleText, s)
}

func inline(b *strings.Builder, column, row, style int, s string) {
	fmt.Fprintf(b, `<c r="%s%d" s="%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, letters(column), row, style, escape(harmless(s)))
}

// letters names a column: A to Z, then AA and so on.
func letters(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return letters(i/26-1) + letters(i%26)
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder takes everything
	return b.String()
}
