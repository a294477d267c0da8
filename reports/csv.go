package reports

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

// CSV is one row for each clause, for spreadsheets: UTF-8 with the mark that they know it by.
func CSV(r Report, s Signing, lang string, o Options) ([]byte, error) {
	w, err := newWriter(r, s, lang, o)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("\ufeff")
	out := csv.NewWriter(&b)
	out.UseCRLF = true
	rows := [][]string{{
		w.say("csv.report"), w.say("csv.month"), w.say("csv.digest"), w.say("csv.clause"), w.say("col.title"), w.say("csv.verdict_id"), w.say("col.verdict"), w.say("col.best"),
		w.say("col.worst"), w.say("csv.rule"), w.say("col.why"), w.say("csv.coverage"), w.say("csv.kept"), w.say("csv.broken"), w.say("csv.unproven"), w.say("csv.pending"), w.say("col.before"), w.say("col.owner"),
	}}
	for _, j := range r.Month.Clauses {
		c, _ := r.Charter.Clause(j.Clause)
		t := tally(j)
		coverage := ""
		if t.coverage != nil {
			coverage = fmt.Sprintf("%d.%03d", *t.coverage/1000, *t.coverage%1000)
		}
		rows = append(rows, []string{
			r.ID, r.Month.Month, Digest(r), string(j.Clause), w.name(c.Title), j.Verdict.String(), w.word(j.Verdict), w.word(j.Best), w.word(j.Worst), j.Why.Rule, w.why(j.Why), coverage,
			strconv.Itoa(t.kept), strconv.Itoa(t.broken), strconv.Itoa(t.unproven), strconv.Itoa(t.pending), w.before(j).Text, c.Owner,
		})
	}
	for _, row := range rows {
		for i := range row {
			row[i] = harmless(row[i])
		}
		if err := out.Write(row); err != nil {
			return nil, fmt.Errorf("write the verdicts of report %s: %w", r.ID, err)
		}
	}
	out.Flush()
	return b.Bytes(), nil
}

// harmless keeps a spreadsheet from taking a text for a formula.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n|", rune(s[0])) {
		return "'" + s
	}
	return s
}
