package reports

import (
	"html/template"
	"slices"
)

// page is a report put into words and laid out in blocks. HTML, PDF and the workbook are made
// from it, so that all say the same.
type page struct {
	Lang         string
	Title        string
	Organisation string
	Period       string
	ID           string
	Digest       string   // short
	Marks        []string // 초안, 미서명, 시연용 모의 데이터
	Contents     string   // heading of the list of sections
	Skip         string
	Sections     []section
}

// section begins with a heading.
type section struct {
	ID     string
	Title  string
	Break  bool // begins a page
	Blocks []block
}

// Lead is what must not part from the section's heading: all up to the first table.
func (s section) Lead() []block {
	i := slices.IndexFunc(s.Blocks, func(b block) bool { return b.Table != nil })
	return s.Blocks[:i+1]
}

// Rest is what follows.
func (s section) Rest() []block { return s.Blocks[len(s.Lead()):] }

// block is one thing under another. Exactly one of its parts is set.
type block struct {
	Text   string
	Small  string // fine print
	Head   string // a heading of the third level
	HeadID string
	Minor  bool // the heading is of the second level: it stands below the first
	Quote  *quote
	Items  []string
	Code   string
	Table  *table
	Counts []count
	Sign   *signBox
	Marks  []string
	Keep   []block // on one page, if they fit
}

// quote is words of somebody else.
type quote struct {
	Lang  string
	Words string
}

// count is a figure that is read from afar.
type count struct {
	Icon, Word string
	N          int
}

// strip is a row of days as a picture, with what it shows in words.
type strip struct {
	SVG        template.HTML
	Alt        string
	Wide, High int // in points
}

// signBox is the 결재란.
type signBox struct {
	Title string
	Roles []signed
}

type signed struct {
	Role, Name, At, Note string
}

// table is rows below a head that is repeated on each page.
type table struct {
	Caption string
	Columns []column
	Rows    [][]cell
	Empty   string // what is said when there are no rows
	Plain   bool   // without a head: of names and what they are
	Sheet   string // name of the workbook's sheet that shows it
}

// column is a table's column. Weight is its share of the width.
type column struct {
	Title  string
	Weight int
	Num    bool
}

// cell is what stands in a row. The first of a row is its heading.
type cell struct {
	Icon   string // before the text
	Text   string
	Small  string // below the text
	Strong bool
	Strip  *strip   // above the text
	Number *float64 // what Text says, for the workbook
}

// shortTable is how many rows stay together on paper.
const shortTable = 20

// Short says whether the table is kept on one page.
func (t table) Short() bool { return len(t.Rows) <= shortTable }

// Share is the column's part of the table's width in percent, for browsers.
func (t table) Share(i int) int { return t.Columns[i].Weight * 100 / t.weights() }

// pageWidth is what the margins leave of A4's width, in points.
const pageWidth = 504

// Room is how wide a text of the column may be on paper, in points.
func (t table) Room(i int) float64 {
	return pageWidth*float64(t.Columns[i].Weight)/float64(t.weights()) - 4
}

func (t table) weights() int {
	sum := 0
	for _, c := range t.Columns {
		sum += c.Weight
	}
	return max(sum, 1)
}

func text(s string) cell   { return cell{Text: s} }
func strong(s string) cell { return cell{Text: s, Strong: true} }
func both(s, small string) cell {
	return cell{Text: s, Small: small}
}
