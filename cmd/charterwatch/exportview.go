package main

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/charterwatch/charterwatch/dashboard"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/reports"
	"github.com/charterwatch/charterwatch/reports/export"
)

// Export makes a file of evidence for the dashboard. It has a name no longer than the system demands:
// what died meanwhile leaves nothing.
func (v ledgerView) Export(ctx context.Context, by accounts.Actor, q dashboard.ExportQuery) (out dashboard.EvidenceFile, err error) {
	r := export.Request{Query: export.Query{Month: q.Month, Clause: q.Clause, Outage: q.Outage, Sample: q.Sample, Seed: q.Seed, Given: q.Seed != ""}, Profile: export.Masked}
	if q.Full {
		r.Profile = export.Full
	}
	if r.Keys, err = v.a.keyFile.PublicKeys(); err != nil {
		return out, err
	}
	if q.Month != "" {
		period, err := reports.MonthOf(q.Month, v.a.reporting().zone)
		if err != nil {
			return out, err
		}
		r.Query.From, r.Query.To = period.From.UTC(), period.To.UTC()
	}
	f, err := newScratch(v.a.started.Store.SQLite)
	if err != nil {
		return out, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	m, sum, err := writeExport(ctx, f, v.a.db, r, nil)
	if err != nil {
		return out, err
	}
	out = dashboard.EvidenceFile{Name: exportName(r), SHA256: sum, Content: f}
	if out.Size, err = f.Seek(0, io.SeekEnd); err != nil {
		return out, err
	}
	if _, err = f.Seek(0, io.SeekStart); err != nil {
		return out, err
	}
	return out, v.a.db.Act(ctx, exportAct(m, sum, out.Name, v.a.clock.Now(), by, q.Why))
}

// exportName is the name under which an export is kept by whoever asked for it.
func exportName(r export.Request) string {
	parts := []string{"evidence"}
	for _, p := range []string{r.Query.Month, r.Query.Clause, r.Query.Outage} {
		if p != "" {
			parts = append(parts, strings.Trim(unfit.ReplaceAllString(p[:min(len(p), 80)], "_"), "._"))
		}
	}
	if n := r.Query.Sample; n > 0 {
		parts = append(parts, "sample", strconv.Itoa(n))
	}
	return strings.Join(append(parts, string(r.Profile)), "-") + ".zip"
}

// scratch is a file that is gone once it is closed.
type scratch struct {
	*os.File
	named bool // the system keeps a file's name until it is closed
}

// newScratch makes one that nobody else may read.
func newScratch(dir string) (scratch, error) {
	f, err := os.CreateTemp(dir, ".handout-*") // mode 0600
	if err != nil {
		return scratch{}, err
	}
	return scratch{f, os.Remove(f.Name()) != nil}, nil
}

func (s scratch) Close() error {
	err := s.File.Close()
	if s.named {
		err = errors.Join(err, os.Remove(s.Name()))
	}
	return err
}
