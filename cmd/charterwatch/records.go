package main

import (
	"context"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/dashboard"
)

// records shows the dashboard what people put on record of cases, and the looks at pages.
type records struct{ a *app }

func (r records) Import(ctx context.Context, i compliance.CaseImport) (compliance.CaseImport, error) {
	return r.a.engine.Import(ctx, i)
}

func (r records) Imports(ctx context.Context, from, to time.Time) ([]compliance.ImportRecord, error) {
	return r.a.db.CaseImports(ctx, from, to)
}

func (r records) Cases() (compliance.CaseBook, []dashboard.CaseDue) {
	book, in := r.a.engine.Cases(), r.a.reporting()
	var due []dashboard.CaseDue
	for _, c := range in.charter.CaseClocks(book, in.calendar, r.a.clock.Now()) {
		cl, _ := in.charter.Clause(c.Clause)
		due = append(due, dashboard.CaseDue{CaseClock: c, Title: cl.Title})
	}
	return book, due
}

func (r records) Charter() charter.Charter { return r.a.reporting().charter }

func (r records) Page(id string) (compliance.PageSpan, bool) { return r.a.engine.Page(id) }
