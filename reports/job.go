package reports

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/charterwatch/charterwatch/reports/fonts"
)

// Job is a PDF to be made by a process of its own: what [PDF] takes, but for the fonts, which that
// process has itself. One process writes it, the other reads it with [ReadJob].
type Job struct {
	Report      Report       `json:"report"`
	Signing     Signing      `json:"signing"`
	Lang        string       `json:"lang"`
	Attachments []Attachment `json:"attachments"`
}

// Write encodes the job.
func (j Job) Write(w io.Writer) error {
	if err := json.NewEncoder(w).Encode(j); err != nil {
		return fmt.Errorf("write the job of report %s: %w", j.Report.ID, err)
	}
	return nil
}

// ReadJob decodes a job.
func ReadJob(r io.Reader) (j Job, err error) {
	if err := json.NewDecoder(r).Decode(&j); err != nil {
		return Job{}, fmt.Errorf("read the job of a report: %w", err)
	}
	return j, nil
}

// PDF does the job.
func (j Job) PDF(set fonts.Set) ([]byte, error) {
	return PDF(j.Report, j.Signing, j.Lang, Options{Fonts: set, Attachments: j.Attachments})
}
