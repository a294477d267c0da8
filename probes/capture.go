package probes

import (
	"errors"
	"net/http"

	"github.com/charterwatch/charterwatch/internal/fetch"
)

// capture keeps the answer to a look that did not pass, redacted and capped. a may be nil
// (no answer came). The body is kept only if it is text.
func (c *client) capture(a *answer, t *trail, m *Measurement, cause error, scrub fetch.Scrubber) *Capture {
	k := &Capture{Address: m.Facts.Address}
	if t.last != nil {
		scrub.Merge(c.scrubber(t.last))
		k.Method, k.URL = t.last.method, scrub.Scrub(fetch.RedactURL(t.last.url))
	}
	for _, u := range t.route { // a site may put what it was told into the path it redirects to
		k.Route = append(k.Route, scrub.Scrub(u))
	}
	if a != nil {
		k.Proto, k.Status = a.resp.Proto, a.resp.StatusCode
		k.Headers = fetch.RedactHeaders(scrubbed(a.resp.Header, scrub))
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

// scrubbed is a copy of the headers without known credentials. It is made before values are
// cut, so that the cut cannot leave half a credential behind.
func scrubbed(h http.Header, scrub fetch.Scrubber) http.Header {
	out := make(http.Header, len(h))
	for name, values := range h {
		name = scrub.Scrub(name)
		for _, v := range values {
			out[name] = append(out[name], scrub.Scrub(v))
		}
	}
	return out
}

// captureText is the body as UTF-8. Scrubbing comes before the cut, so that the cut cannot
// leave half a credential behind.
func captureText(a *answer, scrub fetch.Scrubber) (string, bool) {
	text, _ := fetch.Decode(a.body, a.resp.Header.Get("Content-Type"))
	text = scrub.Scrub(text)
	kept := fetch.Cut(text, MaxCaptureBody)
	return kept, a.cut || len(kept) < len(text) || int64(len(a.body)) < a.size
}
