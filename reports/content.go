package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Decode reads a content as [Canonical] writes it. What is not understood is an error: it could
// not be judged again.
func Decode(content []byte) (Report, error) {
	var r Report
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return Report{}, fmt.Errorf("read a report's content: %w", err)
	}
	return r, nil
}

// Names are the names of a report's documents.
func Names() []string { return []string{NamePDF, NameHTML, NameJSON, NameCSV, NameXLSX} }
