package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/reports"
	"github.com/charterwatch/charterwatch/reports/fonts"
)

// setPDFCommand is what a child of this program is called with: it reads a job and writes a PDF.
// The library that sets pages keeps what it has set for the life of a process, some 70 MB a report.
const setPDFCommand = "set-pdf"

// pdfTimeout bounds the setting of one report.
const pdfTimeout = 5 * time.Minute

// setPDF is the child's side.
func setPDF(_ context.Context, _ []string, t *terminal) error {
	job, err := reports.ReadJob(t.in)
	if err != nil {
		return err
	}
	set, err := fonts.Load()
	if err != nil {
		return err
	}
	pdf, err := job.PDF(set)
	if err != nil {
		return err
	}
	_, err = t.out.Write(pdf)
	return err
}

// pdfInChild sets a report in a process of its own.
func pdfInChild(r reports.Report, s compliance.Signing, lang string, o reports.Options) ([]byte, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("set report %s: %w", r.ID, err)
	}
	var in, out, errs bytes.Buffer
	if err := (reports.Job{Report: r, Signing: s, Lang: lang, Attachments: o.Attachments}).Write(&in); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), pdfTimeout)
	defer cancel()
	c := exec.CommandContext(ctx, self, setPDFCommand)
	c.Stdin, c.Stdout, c.Stderr = &in, &out, &errs
	c.Env = []string{"GOTRACEBACK=none", "TZ=UTC", "HOME=" + os.Getenv("HOME")}
	if err := c.Run(); err != nil {
		var ended *exec.ExitError
		if errors.As(err, &ended) {
			return nil, fmt.Errorf("set report %s: %s", r.ID, strings.TrimSpace(errs.String()))
		}
		return nil, fmt.Errorf("set report %s: %w", r.ID, err)
	}
	return out.Bytes(), nil
}
