package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/charterwatch/charterwatch/reports/fonts"
)

// The names of a report's files.
const (
	NamePDF  = "report.pdf"
	NameHTML = "report.html"
	NameJSON = "report.json"
	NameCSV  = "verdicts.csv"
	NameXLSX = "report.xlsx"
)

// Files is a report in all formats, by name.
type Files map[string][]byte

// Options are what a report needs besides its content. The zero value makes everything but PDF.
type Options struct {
	Fonts       fonts.Set
	Proofs      json.RawMessage // see [Proofs]; nil: none
	Attachments []Attachment    // inside the PDF
	// PDF sets the report instead of [PDF], so that another process does it.
	PDF func(Report, Signing, string, Options) ([]byte, error)
}

// Attachment is a file that travels inside the PDF.
type Attachment struct {
	Name        string
	MIME        string
	Description string
	Relation    Relation
	Data        []byte
}

// Relation is what an attachment is to the report, as ISO 32000-2, table 43, names it.
type Relation string

// The relations.
const (
	RelationData       Relation = "Data"       // what the report is made from
	RelationSupplement Relation = "Supplement" // proofs and what helps to check
)

// Canonical is the content of a report as it is signed: its JSON, without spaces.
func Canonical(r Report) ([]byte, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode report %s: %w", r.ID, err)
	}
	return b, nil
}

// Digest is the SHA-256 of a report's canonical content, in hexadecimal. It is what is signed,
// and what stands on each page.
func Digest(r Report) string {
	b, err := Canonical(r)
	if err != nil {
		panic(err) // a report is plain data
	}
	return digest(b)
}

func digest(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// Step is a part of the work of [Render], told before it begins.
type Step struct {
	File string // its name
	N    int    // how many come before it
	Of   int
}

// Render makes a report in all formats. The same content, signing, language and options give the
// same bytes. progress may be nil.
func Render(r Report, s Signing, lang string, o Options, progress func(Step)) (Files, error) {
	makers := []struct {
		name string
		make func(Report, Signing, string, Options) ([]byte, error)
	}{{NameJSON, JSON}, {NameCSV, CSV}, {NameXLSX, XLSX}, {NameHTML, HTML}, {NamePDF, PDF}}
	out := Files{}
	if o.PDF != nil {
		makers[len(makers)-1].make = o.PDF
	}
	for i, m := range makers {
		if progress != nil {
			progress(Step{m.name, i, len(makers)})
		}
		b, err := m.make(r, s, lang, o)
		if err != nil {
			return nil, err
		}
		out[m.name] = b
	}
	return out, nil
}
