package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/notice"
	"github.com/charterwatch/charterwatch/dashboard"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// tokenVariable holds the token for commands that talk to a running monitor: arguments can
// be read by everybody on a machine.
const tokenVariable = "CHARTERWATCH_TOKEN"

// declareWork tells a running monitor of maintenance ahead of its notice. The monitor holds
// its store, so it is asked over the API.
func (t *terminal) declareWork(ctx context.Context, args []string) error {
	fs := flag.NewFlagSet("notice declare", flag.ContinueOnError)
	server := fs.String("server", "http://127.0.0.1:8480", t.text("cli.flag.server"))
	site := fs.String("site", "", t.text("cli.flag.site"))
	why := fs.String("why", "", t.text("cli.flag.why"))
	emergency := fs.Bool("emergency", false, t.text("cli.flag.emergency"))
	zoneName := fs.String("zone", "Asia/Seoul", t.text("cli.flag.zone"))
	var written []string
	fs.Func("window", t.text("cli.flag.window"), func(s string) error { written = append(written, s); return nil })
	if _, err := t.parse(fs, args, noticeDeclareUsage, 0); err != nil {
		return err
	}
	if *site == "" || *why == "" || len(written) == 0 {
		return wrongUsage(noticeDeclareUsage)
	}
	zone, err := noticeFlags{zone: zoneName}.location()
	if err != nil {
		return err
	}
	order := map[string]any{"site": *site, "why": *why, "type": notice.Regular}
	if *emergency {
		order["type"] = notice.Emergency
	}
	var windows []notice.Window
	for _, s := range written {
		w, err := windowOf(s, zone)
		if err != nil {
			return err
		}
		windows = append(windows, w)
	}
	order["windows"] = windows
	m := monitorAt{base: strings.TrimRight(*server, "/"), token: os.Getenv(tokenVariable)}
	var done dashboard.Statement
	if err := m.do(ctx, http.MethodPost, "/api/v1/works", order, &done); err != nil {
		return err
	}
	t.line("cli.notice.declared", "id", done.ID)
	var plans []dashboard.Plan
	if err := m.do(ctx, http.MethodGet, "/api/v1/plans?site="+url.QueryEscape(*site), nil, &plans); err != nil {
		return err
	}
	for _, p := range plans {
		for _, w := range p.Windows {
			if w.Start == windows[0].Start.UnixMilli() && !*emergency {
				t.line("cli.notice.post_by", "at", time.UnixMilli(w.Lead.Limit).In(zone).Format(minuteLayout))
				return nil
			}
		}
	}
	return nil
}

// monitorAt is a running monitor's API.
type monitorAt struct{ base, token string }

// do sends a request. What the monitor refuses is an error in the reader's words.
func (m monitorAt) do(ctx context.Context, method, path string, body, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	b, err := json.Marshal(body)
	if err != nil {
		return messages.New("cli.server.failed", "server", m.base, "err", err)
	}
	req, err := http.NewRequestWithContext(ctx, method, m.base+path, bytes.NewReader(b))
	if err != nil {
		return usageError{messages.New("cli.server.address", "value", quoted(m.base))}
	}
	req.Header.Set("Content-Type", "application/json")
	if m.token != "" {
		req.Header.Set("Authorization", "Bearer "+m.token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return messages.New("cli.server.failed", "server", m.base, "err", errors.Unwrap(err)) // without the address once more
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 16<<20))
	if err != nil {
		return messages.New("cli.server.failed", "server", m.base, "err", err)
	}
	if resp.StatusCode != http.StatusOK {
		return refusedBy(m.base, resp.StatusCode, text)
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return messages.New("cli.server.failed", "server", m.base, "err", err)
	}
	return nil
}

// refusedBy says what a problem document (RFC 9457) says.
func refusedBy(server string, status int, text []byte) error {
	var p dashboard.Problem
	if err := json.Unmarshal(text, &p); err != nil {
		p.Title = http.StatusText(status)
	}
	if status == http.StatusUnauthorized {
		return messages.New("cli.server.token", "variable", tokenVariable, "title", p.Title)
	}
	for _, rule := range compliance.RefusalRules() {
		if p.Type == "urn:charterwatch:refused_"+rule {
			return messages.New("cli.server.refused", "server", server, "why", messages.Named("statement.refused", rule))
		}
	}
	return messages.New("cli.server.refused", "server", server, "why", p.Title)
}
