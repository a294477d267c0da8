package main

import (
	"context"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// records shows the dashboard what people put on record of cases, and the looks at pages.
type records struct{ a *app }

func (r records) Import(ctx context.Context, i compliance.CaseImport) (compliance.CaseImport, error) {
	return r.a.engine.Import(ctx, i)
}

func (r records) Imports(ctx context.Context, from, to time.Time) ([]compliance.ImportRecord, error) {
	return r.a.db.CaseImports(ctx, from, to)
}

func (r records) Cases() compliance.CaseBook { return r.a.engine.Cases() }

func (r records) Page(id string) (compliance.PageSpan, bool) { return r.a.engine.Page(id) }
