package main

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/charterwatch/charterwatch/dashboard"
	"github.com/charterwatch/charterwatch/internal/accounts"
)

// TestAReportThatIsNotDoneIsTold: letters that no server takes are told of on the dashboard, with the
// next try, and with nothing that only the log should say.
func TestAReportThatIsNotDoneIsTold(t *testing.T) {
	t.Parallel()
	l := livePastOnce(t)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := closed.Addr().String()
	closed.Close()
	write(t, l.config, strings.Replace(pastConfig, "reports: {simulated: true}",
		"mail: {server: \""+server+"\", from: watch@example.or.kr}\nreports: {simulated: true, monthly: {send_to: chair@example.or.kr}}", 1))
	began := time.Now()
	c := serveChild(t, l.config)
	viewer := c.holder(accounts.RoleViewer)
	read := func(path string, v any) string {
		t.Helper()
		req, err := http.NewRequest(http.MethodGet, c.base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		status, b := c.send(req, viewer)
		if err := json.Unmarshal(b, v); err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d %v %s", path, status, err, b)
		}
		return string(b)
	}
	var archive dashboard.ReportArchive
	body := ""
	eventually(t, "it is told that a report was not sent", func() bool {
		archive = dashboard.ReportArchive{}
		body = read("/api/v1/reports", &archive)
		return len(archive.Failed) > 0
	})
	f := archive.Failed[0]
	if f.Month != l.month || f.Report != l.month || f.Step != "send" || f.Tries < 1 || time.UnixMilli(f.Next).Before(began) {
		t.Errorf("%+v", f)
	}
	var one dashboard.WholeReport
	body += read("/api/v1/reports/"+l.month, &one)
	if len(one.Failed) != 1 || one.Failed[0].Step != "send" {
		t.Errorf("%+v", one.Failed)
	}
	for _, secret := range []string{server, l.dir, "refused"} {
		if strings.Contains(body, secret) {
			t.Errorf("%q is told to whoever may view", secret)
		}
	}
	c.stop()
}
