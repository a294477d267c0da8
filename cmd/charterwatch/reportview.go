package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/dashboard"
	"github.com/charterwatch/charterwatch/ledger"
	"github.com/charterwatch/charterwatch/reports"
	"github.com/charterwatch/charterwatch/store"
)

// reportView shows the dashboard the desk of reports, in the dashboard's words.
type reportView struct{ a *app }

func (v reportView) Content(ctx context.Context, g compliance.Signing) (dashboard.ReportContent, error) {
	r, err := v.a.desk.Content(ctx, g)
	return contentOf(r), noMonth(err)
}

func (v reportView) Now(ctx context.Context, month string) (dashboard.ReportContent, error) {
	m := v.a.desk.Maker()
	m.Close = nil // nothing is signed for a look
	r, err := m.Make(ctx, reports.Order{Month: month}, v.a.clock.Now())
	r.ID = ""
	return contentOf(r), noMonth(err)
}

func (v reportView) File(ctx context.Context, g compliance.Signing, lang, name string) ([]byte, error) {
	files, err := v.a.desk.Files(ctx, g, lang)
	if err != nil {
		return nil, noMonth(err)
	}
	b, ok := files[name]
	if !ok {
		return nil, fmt.Errorf("%s of report %s: %w", name, g.Report, dashboard.ErrNoMonth)
	}
	return b, nil
}

func (v reportView) Make(ctx context.Context, o dashboard.Making) (compliance.Signing, error) {
	g, err := v.a.desk.Make(ctx, reports.Order(o))
	return g, noMonth(err)
}

// Work is what the desk is doing and tries again.
func (v reportView) Work() (out dashboard.DeskWork) {
	for _, p := range v.a.desk.UnderWay() {
		out.UnderWay = append(out.UnderWay, dashboard.ReportWork{Month: p.Month, Report: p.Report, Step: string(p.Stage), Since: unix(p.Since)})
	}
	for _, f := range v.a.desk.Failures() {
		out.Failed = append(out.Failed, dashboard.ReportFailure{Month: f.Month, Report: f.Report, Step: string(f.Stage), Tries: f.Tries, Next: unix(f.Next)})
	}
	return out
}

func contentOf(r reports.Report) dashboard.ReportContent {
	c := dashboard.ReportContent{ID: r.ID, Charter: r.Charter, Month: r.Month, Decisions: r.Decisions}
	if r.Before != nil {
		c.Before = r.Before.Verdicts
	}
	return c
}

// noMonth says in the dashboard's words that there is nothing to show.
func noMonth(err error) error {
	if errors.Is(err, reports.ErrNothing) || errors.Is(err, reports.ErrMonth) || errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%w: %w", dashboard.ErrNoMonth, err)
	}
	return err
}

// ledgerView shows the dashboard what was sealed.
type ledgerView struct{ a *app }

func (v ledgerView) Sealed(ctx context.Context, id string) ([]dashboard.SealedLeaf, error) {
	proved, err := v.a.db.Prove(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		err = fmt.Errorf("%w: %w", dashboard.ErrNotSealed, err)
	}
	if err != nil {
		return nil, err
	}
	keys, err := v.a.keyFile.PublicKeys()
	if err != nil {
		return nil, err
	}
	var out []dashboard.SealedLeaf
	for _, p := range proved {
		x, err := checkLeaf(p, keys)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// checkLeaf checks a leaf's proof, and its evidence against it, as whoever holds both would.
func checkLeaf(p store.Proved, keys []string) (dashboard.SealedLeaf, error) {
	text, err := p.Proof.MarshalText()
	if err != nil {
		return dashboard.SealedLeaf{}, err
	}
	x := dashboard.SealedLeaf{Log: p.Log, N: p.N, Body: p.Body, Erased: p.Body == nil, Checkpoint: string(p.Proof.Checkpoint), Proof: string(text)}
	l, err := ledger.ParseLeaf(p.Proof.Leaf)
	if err != nil {
		x.Problem = err.Error()
		return x, nil
	}
	x.Kind, x.ID, x.At, x.Commitment = string(l.Kind), l.ID, l.At.UnixMilli(), fmt.Sprintf("%x", l.Commitment[:])
	_, _, err = p.Proof.Verify(keys...)
	switch {
	case err != nil:
		x.Problem = err.Error()
	case !x.Erased && ledger.Commit(l.Kind, l.ID, p.Salt, p.Body) != l.Commitment:
		x.Problem = "what is kept is not what was sealed"
	default:
		x.Proved = true
	}
	return x, nil
}

func (v ledgerView) Standing(ctx context.Context) (dashboard.LedgerStanding, error) {
	s, err := v.a.notary.Status(ctx)
	if err != nil {
		return dashboard.LedgerStanding{}, err
	}
	keys, err := v.a.keyFile.PublicKeys()
	if err != nil {
		return dashboard.LedgerStanding{}, err
	}
	out := dashboard.LedgerStanding{Origin: v.a.notary.Origin(), Size: s.Size, Signed: s.Signed, SignedAt: unix(s.SignedAt), Keys: keys}
	for name := range s.Failed {
		out.Failing = append(out.Failing, name)
	}
	return out, nil
}
