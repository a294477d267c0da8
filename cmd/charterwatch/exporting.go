package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/dashboard"
	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/ledger"
	"github.com/charterwatch/charterwatch/reports"
	"github.com/charterwatch/charterwatch/reports/export"
	"github.com/charterwatch/charterwatch/store"
)

// noExport says why there is nothing to export: in words, and by the dashboard's name.
type noExport struct {
	messages.Message
	kind dashboard.NoExport
}

func (e noExport) Unwrap() error { return e.kind }

// writeExport writes an export of what a store holds, and returns its SHA-256 in hexadecimal. progress
// may be nil.
func writeExport(ctx context.Context, w io.Writer, db *store.DB, r export.Request, progress func(what string, done, total int)) (m export.Manifest, sum string, err error) {
	if err := fillExport(ctx, db, &r); err != nil {
		return m, "", err
	}
	missing := func(err error) bool { return errors.Is(err, store.ErrNotFound) }
	digest := sha256.New()
	m, err = export.Export(ctx, io.MultiWriter(w, digest), export.Config{Ledger: db, Kept: db, Missing: missing, Progress: progress}, r)
	if missing(err) {
		err = noExport{messages.New("cli.evidence.nothing"), dashboard.NothingSigned}
	}
	return m, hex.EncodeToString(digest.Sum(nil)), err
}

// fillExport completes a request with what the store says of outage, clause and report.
func fillExport(ctx context.Context, db *store.DB, r *export.Request) error {
	q := &r.Query
	if q.Outage != "" {
		o, err := outageOf(ctx, db, q.Outage)
		if err != nil {
			return err
		}
		q.From = o.Start.UTC().Truncate(time.Hour)
		if !o.Open() {
			q.To = o.End.UTC().Truncate(time.Hour).Add(time.Hour)
		}
		return nil
	}
	if q.Sample > 0 {
		return nil
	}
	g, known, err := latestOf(ctx, db, q.Month)
	if err != nil || !known {
		if err == nil && q.Clause != "" {
			err = noExport{messages.New("cli.evidence.no_report", "month", q.Month), dashboard.NoSuchReport}
		}
		return err
	}
	content, err := db.Report(ctx, g.Report, g.Digest)
	if err != nil {
		return err
	}
	report, err := reports.Decode(content)
	if err != nil {
		return err
	}
	if q.Clause != "" {
		return uses(ctx, db, report, q.Clause, r)
	}
	if r.Profile != export.Full {
		return nil
	}
	var o reports.Options
	if o.Proofs, err = proofsOf(ctx, db, report); err != nil {
		return err
	}
	r.Report, err = reports.JSON(report, g, report.Languages[0], o)
	return err
}

// outageOf finds an outage by its id.
func outageOf(ctx context.Context, db *store.DB, id string) (compliance.Outage, error) {
	all, err := db.Outages(ctx, compliance.OutageQuery{})
	if err != nil {
		return compliance.Outage{}, err
	}
	for _, o := range all {
		if o.ID == id {
			return o, nil
		}
	}
	return compliance.Outage{}, noExport{messages.New("cli.evidence.no_outage", "id", quoted(id)), dashboard.NoSuchOutage}
}

// uses finds the pieces of evidence that a report's verdict of a clause rests on, and when the first
// of them was recorded: it may have been before the month.
func uses(ctx context.Context, db *store.DB, report reports.Report, clause string, r *export.Request) error {
	i := slices.IndexFunc(report.Month.Clauses, func(j charter.Judged) bool { return string(j.Clause) == clause })
	if i < 0 {
		return noExport{messages.New("cli.evidence.no_clause", "clause", quoted(clause), "report", report.ID), dashboard.NoSuchClause}
	}
	for _, o := range report.Month.Clauses[i].Requires {
		for _, u := range o.Used {
			r.Observed = r.Observed || u.Kind == "hours"
			r.Uses = append(r.Uses, u.Kind+" "+u.ID)
			leaves, err := db.Leaves(ctx, u.ID)
			if err != nil {
				return err
			}
			if len(leaves) > 0 && (r.Since.IsZero() || leaves[0].At.Before(r.Since)) {
				r.Since = leaves[0].At
			}
		}
	}
	return nil
}

// exportAct is that somebody was handed an export.
func exportAct(m export.Manifest, sum, name string, at time.Time, by accounts.Actor, why string) compliance.Act {
	detail := map[string]string{"profile": string(m.Profile), "sha256": sum, "checkpoint": checkpointSize(m)}
	for name, value := range map[string]string{"month": m.Query.Month, "clause": m.Query.Clause, "outage": m.Query.Outage, "seed": m.Query.Seed} {
		if value != "" {
			detail[name] = value
		}
	}
	if n := m.Query.Sample; n > 0 {
		detail["sample"] = strconv.Itoa(n)
	}
	return compliance.Act{Kind: compliance.ActExported, At: at, By: by, Subject: name, Detail: detail, Why: why}
}

// checkpointSize is over how many leaves the export's checkpoint was signed.
func checkpointSize(m export.Manifest) string {
	c, err := ledger.Peek([]byte(m.Checkpoint))
	if err != nil {
		return ""
	}
	return strconv.FormatInt(c.Size, 10)
}
