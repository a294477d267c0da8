package probes

import (
	"errors"

	"github.com/charterwatch/charterwatch/internal/fetch"
)

// capture keeps the answer to a look that did not pass, redacted and capped. a may be nil
// (no answer came). The body is kept only if it is text.
func (c *client) capture(a *answer, t *trail, m *Measurement, cause error, scrub fetch.Scrubber) *Capture {
	k := &Capture{Route: t.route, Address: m.Facts.Address}
	if t.last != nil {
		k.Method, k.URL = t.last.method, fetch.RedactURL(t.last.url)
		scrub.Merge(c.scrubber(t.last))
	}
	if a != nil {
		k.Proto, k.Status = a.resp.Proto, a.resp.StatusCode
		k.Headers = fetch.RedactHeaders(a.resp.Header)
		for i := range k.Headers {
			k.Headers[i][1] = scrub.Scrub(k.Headers[i][1])
		}
		k.Body, k.Cut = captureText(a, scrub)
	}
	var se *siteError
	if errors.As(cause, &se) {
		se.detail = scrub.Scrub(se.detail)
		if se.cause != nil {
			k.Error = scrub.Scrub(oneLine(se.cause.Error()))
		}
	}
	return k
}

// captureText is the body as UTF-8. Scrubbing comes before the cut, so that the cut cannot
// leave half a credential behind.
func captureText(a *answer, scrub fetch.Scrubber) (string, bool) {
	text, _ := fetch.Decode(a.body, a.resp.Header.Get("Content-Type"))
	text = scrub.Scrub(text)
	kept := fetch.Cut(text, MaxCaptureBody)
	return kept, a.cut || len(kept) < len(text) || int64(len(a.body)) < a.size
}
