package reports

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"

	pdf "github.com/boxesandglue/baseline-pdf"
	"github.com/boxesandglue/boxesandglue/backend/bag"
	"github.com/boxesandglue/boxesandglue/backend/document"
	"github.com/boxesandglue/boxesandglue/backend/node"
	"github.com/boxesandglue/boxesandglue/frontend"
	"github.com/boxesandglue/csshtml"
	"github.com/boxesandglue/htmlbag"
	"github.com/boxesandglue/textshape/ot"
	"github.com/boxesandglue/textshape/subset"

	"github.com/charterwatch/charterwatch/reports/fonts"
)

// family is what the style sheet calls the typeface.
const family = "Pretendard"

// setting is held while a report is set: the library keeps what it lays out in variables of its
// own package, for one document at a time.
var setting sync.Mutex

// PDF is the report as PDF/A-3b with the tags of PDF/UA-1, with the attachments inside. The
// error wraps [fonts.ErrMissing] without fonts. Reports are set one after another.
//
// The library never frees what it laid out, about 70 MB for a month of 20 sites: a process that
// lives on sets its reports in others, with [Job].
func PDF(r Report, s Signing, lang string, o Options) ([]byte, error) {
	if o.Fonts.Regular == nil || o.Fonts.Bold == nil {
		return nil, fmt.Errorf("set report %s: %w", r.ID, fonts.ErrMissing)
	}
	p, err := compose(r, s, lang, o)
	if err != nil {
		return nil, err
	}
	html, err := execute(p, true)
	if err != nil {
		return nil, err
	}
	setting.Lock()
	defer setting.Unlock()
	out, err := typeset(p, r, html, o)
	if err != nil {
		return nil, fmt.Errorf("set report %s: %w", r.ID, err)
	}
	return relate(out, o.Attachments), nil
}

func typeset(p page, r Report, html []byte, o Options) ([]byte, error) {
	var out bytes.Buffer
	fe, err := frontend.NewForWriter(&out)
	if err != nil {
		return nil, err
	}
	describe(fe, p, r)
	for _, a := range o.Attachments {
		fe.Doc.AttachFile(document.Attachment{Name: a.Name, Description: a.Description, MimeType: a.MIME, ModDate: r.MadeAt.UTC(), Data: a.Data})
	}
	markup, err := addFonts(fe, o.Fonts, string(html), p)
	if err != nil {
		return nil, err
	}
	cb, err := htmlbag.New(fe, csshtml.NewCSSParserWithDefaults())
	if err != nil {
		return nil, err
	}
	if err := cb.ParseCSSString(paperCSS); err != nil {
		return nil, err
	}
	// The library ships a page out as soon as it is full. It takes a finished page for shipped:
	// so all wait until their number is known.
	cb.PageInitCallback = func() { fe.Doc.CurrentPage.Finished = true }
	cb.GenerateOutline = false // it would need the pages' objects
	te, err := cb.HTMLToText(markup)
	if err != nil {
		return nil, err
	}
	if err := cb.OutputPagesFromText(te); err != nil {
		return nil, err
	}
	for i, pg := range fe.Doc.Pages {
		if err := running(fe, pg, p, i+1, len(fe.Doc.Pages)); err != nil {
			return nil, err
		}
		pg.Finished = false
		pg.Shipout()
	}
	bookmarks(fe, p, cb.Headings)
	if err := fe.Finish(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// describe sets what the file says of itself. Everything comes from the report, so that the same
// report gives the same bytes.
func describe(fe *frontend.Document, p page, r Report) {
	d := fe.Doc
	d.Format = document.Format{PDFA: &document.PDFAConf{Part: 3, Level: document.PDFALevelB}, PDFUA: &document.PDFUAConf{Part: 1, Rev: "2014"}}
	fe.SetSuppressInfo(true) // of the time and place of making; it clears the date, which comes after
	d.CreationDate = r.MadeAt.UTC()
	d.Title = p.Title + " · " + p.Period
	d.Author = p.Organisation
	d.Subject = p.ID + " " + p.Digest
	d.Creator = "charterwatch"
	d.DefaultLanguageTag = p.Lang
	d.CompressLevel = 9
	_, _ = d.LoadSRGBColorprofile() // it is a part of the library, and cannot fail
}

// addFonts gives the document the typeface, cut down to what the report says: the library looks
// through all of a font's characters for each run of text, and half of the time would go there.
// It returns the markup with what the typeface lacks replaced by a box.
func addFonts(fe *frontend.Document, set fonts.Set, markup string, p page) (string, error) {
	ff := fe.NewFontFamily(family)
	said := map[rune]bool{}
	for r := rune(' '); r < 127; r++ {
		said[r] = true // numbers of pages, and names of files
	}
	for _, r := range markup + strings.Join(runningWords(p, 1, 1), "") + "•□" {
		said[r] = true
	}
	instead := map[rune]rune{}
	for _, f := range []struct {
		data   []byte
		name   string
		weight frontend.FontWeight
	}{{set.Regular, "Regular", frontend.FontWeight400}, {set.Bold, "Bold", frontend.FontWeight700}} {
		small, err := narrow(f.data, said, instead)
		if err != nil {
			return "", fmt.Errorf("cut the font %s: %w", f.name, err)
		}
		if err := ff.AddMember(&frontend.FontSource{Data: small, Name: family + " " + f.name}, f.weight, frontend.FontStyleNormal); err != nil {
			return "", err
		}
	}
	return strings.Map(func(r rune) rune {
		if to, ok := instead[r]; ok && !unicode.IsSpace(r) {
			return to
		}
		return r
	}, markup), nil
}

// narrow cuts a font down to some characters. Into instead goes what must stand for those that it
// does not have: a box, or nothing for those that are not seen; and for those that it draws as
// another one, that one. Which of the two a reader of the PDF would be told is left to chance.
func narrow(data []byte, said map[rune]bool, instead map[rune]rune) ([]byte, error) {
	font, err := ot.ParseFont(data, 0)
	if err != nil {
		return nil, err
	}
	table, err := font.TableData(ot.TagCmap)
	if err != nil {
		return nil, err
	}
	cmap, err := ot.ParseCmap(table)
	if err != nil {
		return nil, err
	}
	in := subset.NewInput()
	drawn := map[ot.GlyphID]rune{}
	for _, r := range slices.Sorted(maps.Keys(said)) {
		glyph, ok := cmap.Lookup(ot.Codepoint(r))
		twin, twice := drawn[glyph]
		switch {
		case !ok && (unicode.Is(unicode.Cf, r) || unicode.IsControl(r)):
			instead[r] = -1
		case !ok:
			instead[r] = '□'
		case twice:
			instead[r] = twin
		default:
			drawn[glyph] = r
			in.AddUnicode(r)
		}
	}
	in.Flags |= subset.FlagNoHinting | subset.FlagNotdefOutline
	in.PassThroughTable(ot.MakeTag('n', 'a', 'm', 'e'))
	in.KeepFeature(ot.MakeTag('k', 'e', 'r', 'n'))
	plan, err := subset.CreatePlan(font, in)
	if err != nil {
		return nil, err
	}
	return plan.Execute()
}

// runningWords are what stands above and below each page: left and right above, left and right
// below.
func runningWords(p page, n, of int) []string {
	return []string{p.Title + " · " + p.Period, strings.Join(p.Marks, " · "), p.ID + " · SHA-256 " + p.Digest, fmt.Sprintf("%d / %d", n, of)}
}

// running puts the head and the foot on a page. They are no part of the text: readers of it skip
// them.
func running(fe *frontend.Document, pg *document.Page, p page, n, of int) error {
	left, wide := bag.MustSP("16mm"), bag.MustSP("178mm")
	for i, words := range runningWords(p, n, of) {
		if words == "" {
			continue
		}
		te := frontend.NewText()
		te.Settings[frontend.SettingSize] = bag.MustSP("7.5pt")
		te.Settings[frontend.SettingFontWeight] = frontend.FontWeight400
		te.Items = append(te.Items, words)
		align := []frontend.HorizontalAlignment{frontend.HAlignLeft, frontend.HAlignRight}[i%2]
		vl, _, err := fe.FormatParagraph(te, wide, frontend.Family(fe.FindFontFamily(family)), frontend.HorizontalAlign(align), frontend.Leading(bag.MustSP("10pt")))
		if err != nil {
			return err
		}
		if vl.Attributes == nil {
			vl.Attributes = node.H{}
		}
		vl.Attributes["artifact"] = document.ArtifactPagination
		y := []bag.ScaledPoint{bag.MustSP("285mm"), bag.MustSP("13mm")}[i/2]
		pg.OutputAt(left, y, vl)
	}
	return nil
}

// bookmarks lists the sections, and below each the headings in it.
func bookmarks(fe *frontend.Document, p page, headings []htmlbag.HeadingEntry) {
	top := map[string]bool{}
	for _, s := range p.Sections {
		top[s.Title] = true
	}
	for _, h := range headings {
		if h.Page < 1 || h.Page > len(fe.Doc.Pages) {
			continue
		}
		o := &pdf.Outline{Title: h.Text, Dest: fmt.Sprintf("[%s /Fit]", fe.Doc.Pages[h.Page-1].Objectnumber.Ref())}
		list := &fe.Doc.PDFWriter.Outlines
		if n := len(*list); n > 0 && !top[h.Text] {
			list = &(*list)[n-1].Children
		}
		*list = append(*list, o)
	}
}

// relate says what each attachment is to the report. The library calls all of them alternatives
// of it; the words are written over in place, filled with spaces, so that nothing moves.
func relate(out []byte, list []Attachment) []byte {
	const key, theirs = "/AFRelationship /", "Alternative"
	at := 0
	for _, a := range list {
		i := bytes.Index(out[at:], []byte(key+theirs))
		if i < 0 {
			return out
		}
		at += i + len(key)
		copy(out[at:], fmt.Sprintf("%-*s", len(theirs), a.relation()))
	}
	return out
}

func (a Attachment) relation() Relation {
	if a.Relation == "" {
		return RelationData
	}
	return a.Relation
}
