package dashboard_test

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/charterwatch/charterwatch/dashboard"
)

// The web app's mirror of the wire names the same fields, no more and no fewer.
func TestWebAppKnowsEveryField(t *testing.T) {
	var b []byte
	for _, file := range []string{"web/src/wire.ts", "web/src/wire_alerts.ts", "web/src/wire_records.ts", "web/src/wire_reports.ts"} {
		part, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, part...)
	}
	for _, tc := range []struct {
		name string // in wire.ts
		of   any
	}{
		{"Message", dashboard.Message{}},
		{"Wall", dashboard.Wall{}},
		{"MonitorHealth", dashboard.MonitorHealth{}},
		{"Site", dashboard.Site{}},
		{"SiteDelta", dashboard.SiteDelta{}},
		{"MonthDelta", dashboard.MonthDelta{}},
		{"Availability", dashboard.Availability{}},
		{"Check", dashboard.Check{}},
		{"CheckDelta", dashboard.CheckDelta{}},
		{"Strip", dashboard.Strip{}},
		{"Cell", dashboard.Cell{}},
		{"Outage", dashboard.Outage{}},
		{"Group", dashboard.Group{}},
		{"Happening", dashboard.Event{}},
		{"Clock", dashboard.Clock{}},
		{"WorkNow", dashboard.WorkNow{}},
		{"ClauseVerdict", dashboard.ClauseVerdict{}},
		{"AsSeen", dashboard.AsSeen{}},
		{"Parts", dashboard.Parts{}},
		{"Plan", dashboard.Plan{}},
		{"PlanWindow", dashboard.PlanWindow{}},
		{"Lead", dashboard.Lead{}},
		{"Telling", dashboard.Telling{}},
		{"Span", dashboard.Window{}},
		{"Board", dashboard.Board{}},
		{"Notice", dashboard.Notice{}},
		{"NoticeRevision", dashboard.NoticeRevision{}},
		{"Reading", dashboard.Reading{}},
		{"Statement", dashboard.Statement{}},
		{"Ruling", dashboard.Ruling{}},
		{"Work", dashboard.Work{}},
		{"Announcement", dashboard.Announcement{}},
		{"Appeal", dashboard.Appeal{}},
		{"Judgement", dashboard.Judgement{}},
		{"Obligation", dashboard.Obligation{}},
		{"OutageAccount", dashboard.OutageAccount{}},
		{"LintAnswer", dashboard.LintAnswer{}},
		{"LintDifference", dashboard.LintDifference{}},
		{"Suggested", dashboard.Suggested{}},
		{"Draft", dashboard.Draft{}},
		{"AlertsNow", dashboard.AlertsNow{}},
		{"ShiftNow", dashboard.ShiftNow{}},
		{"Alert", dashboard.Alert{}},
		{"Answered", dashboard.Answered{}},
		{"Told", dashboard.Told{}},
		{"AlertDetail", dashboard.AlertDetail{}},
		{"Receipt", dashboard.Receipt{}},
		{"Silence", dashboard.Silence{}},
		{"SilenceList", dashboard.SilenceList{}},
		{"OnCall", dashboard.OnCall{}},
		{"Person", dashboard.Person{}},
		{"Schedule", dashboard.Schedule{}},
		{"OnCallDay", dashboard.OnCallDay{}},
		{"Turn", dashboard.Turn{}},
		{"Escalation", dashboard.Escalation{}},
		{"EscalationStep", dashboard.EscalationStep{}},
		{"QuietHours", dashboard.QuietHours{}},
		{"WatchFloor", dashboard.WatchFloor{}},
		{"Shift", dashboard.Shift{}},
		{"Watch", dashboard.Watch{}},
		{"HandedOver", dashboard.HandedOver{}},
		{"HandedClock", dashboard.HandedClock{}},
		{"Standing", dashboard.Standing{}},
		{"AlertKind", dashboard.AlertKind{}},
		{"Acknowledgement", dashboard.Acknowledgement{}},
		{"SilenceSaid", dashboard.SilenceSaid{}},
		{"Drill", dashboard.Drill{}},
		{"Taking", dashboard.Taking{}},
		{"HandOver", dashboard.HandOver{}},
		{"Cover", dashboard.Cover{}},
		{"Case", dashboard.Case{}},
		{"CaseDays", dashboard.CaseDays{}},
		{"CaseOrder", dashboard.CaseOrder{}},
		{"CaseAnswer", dashboard.CaseAnswer{}},
		{"CaseProblem", dashboard.CaseProblem{}},
		{"CaseBook", dashboard.CaseBook{}},
		{"CallDay", dashboard.CallDay{}},
		{"CaseImport", dashboard.CaseImport{}},
		{"DocumentProof", dashboard.DocumentProof{}},
		{"AttestationOrder", dashboard.AttestationOrder{}},
		{"Attestation", dashboard.Attestation{}},
		{"MonthRecordOrder", dashboard.MonthRecordOrder{}},
		{"MonthRecord", dashboard.MonthRecord{}},
		{"SourceReport", dashboard.SourceReport{}},
		{"PageNow", dashboard.PageNow{}},
		{"Scorecard", dashboard.Scorecard{}},
		{"VerdictCounts", dashboard.VerdictCounts{}},
		{"ScoredClause", dashboard.ScoredClause{}},
		{"ScoredRequirement", dashboard.ScoredRequirement{}},
		{"Objective", dashboard.Objective{}},
		{"Occasion", dashboard.Occasion{}},
		{"EvidenceRef", dashboard.EvidenceRef{}},
		{"Report", dashboard.Report{}},
		{"ReportArchive", dashboard.ReportArchive{}},
		{"WholeReport", dashboard.WholeReport{}},
		{"ReportWork", dashboard.ReportWork{}},
		{"ReportFailure", dashboard.ReportFailure{}},
		{"ReportSignature", dashboard.ReportSignature{}},
		{"ReportComment", dashboard.ReportComment{}},
		{"ReportReceipt", dashboard.ReportReceipt{}},
		{"MakeOrder", dashboard.MakeOrder{}},
		{"ReportOrder", dashboard.ReportOrder{}},
		{"ReportRemark", dashboard.ReportRemark{}},
		{"SignOrder", dashboard.SignOrder{}},
		{"PublishOrder", dashboard.PublishOrder{}},
		{"Evidence", dashboard.Evidence{}},
		{"EvidenceLeaf", dashboard.EvidenceLeaf{}},
		{"Ledger", dashboard.Ledger{}},
		{"ExportOrder", dashboard.ExportOrder{}},
	} {
		theirs := interfaceFields(t, string(b), tc.name)
		for field, optional := range jsonFields(reflect.TypeOf(tc.of)) {
			theirOptional, ok := theirs[field]
			switch {
			case !ok:
				t.Errorf("wire.ts: %s lacks %s", tc.name, field)
			case optional && !theirOptional:
				t.Errorf("wire.ts: %s.%s may be absent", tc.name, field)
			}
			delete(theirs, field)
		}
		for field := range theirs {
			t.Errorf("wire.ts: %s has %s, which is never sent", tc.name, field)
		}
	}
}

// jsonFields lists the fields that a struct itself declares, and whether they may be absent.
func jsonFields(typ reflect.Type) map[string]bool {
	fields := map[string]bool{}
	for i := range typ.NumField() {
		if f := typ.Field(i); !f.Anonymous {
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			fields[name] = strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
		}
	}
	return fields
}

func interfaceFields(t *testing.T, source, name string) map[string]bool {
	t.Helper()
	body := regexp.MustCompile(`(?s)export interface ` + name + `( extends \w+)? \{(.*?)\n\}`).FindStringSubmatch(source)
	if body == nil {
		t.Fatalf("wire.ts has no interface %s", name)
	}
	fields := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^  (\w+)(\??):`).FindAllStringSubmatch(body[2], -1) {
		fields[m[1]] = m[2] == "?"
	}
	return fields
}
