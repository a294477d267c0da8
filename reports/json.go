package reports

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Format names the format of a report's JSON file.
const Format = "charterwatch report 1"

// Document is a report's JSON file: the content that is signed, exactly as it was, and beside it
// what is no part of it.
type Document struct {
	Format  string          `json:"format"`
	Digest  string          `json:"digest"`  // of the bytes of content
	Content json.RawMessage `json:"content"` // canonical: as [Canonical] writes it
	Signing Signing         `json:"signing"`
	Proofs  json.RawMessage `json:"proofs,omitempty"` // see [Proofs]
}

// JSON is the report as data. The bytes of its content are those of [Canonical], and with them
// those of the charter and the evidence in it.
func JSON(r Report, s Signing, _ string, o Options) ([]byte, error) {
	content, err := Canonical(r)
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(Document{Format, digest(content), content, s, o.Proofs})
	if err != nil {
		return nil, fmt.Errorf("encode report %s: %w", r.ID, err)
	}
	return append(b, '\n'), nil
}

// ErrAltered says that a report's content is not what its digest was made of.
var ErrAltered = errors.New("the content is not what its digest was made of")

// Open reads a report's JSON file. The error wraps [ErrAltered] if the content does not fit the
// digest beside it, or the digest that was signed. It does not check signatures.
func Open(b []byte) (Document, Report, error) {
	var d Document
	if err := json.Unmarshal(b, &d); err != nil {
		return Document{}, Report{}, fmt.Errorf("read report: %w", err)
	}
	if d.Format != Format {
		return Document{}, Report{}, fmt.Errorf("read report: format %q is not %q", d.Format, Format)
	}
	if digest(d.Content) != d.Digest || d.Signing.Digest != "" && d.Signing.Digest != d.Digest {
		return Document{}, Report{}, fmt.Errorf("read report: %w", ErrAltered)
	}
	r, err := Decode(d.Content)
	return d, r, err
}
