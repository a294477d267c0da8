package dashboard

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/scanners"
)

// ExportQuery is what evidence is to be exported. Of Month, Clause with Month, Sample with Month,
// and Outage one form is set.
type ExportQuery struct {
	Month  string // 2026-10
	Clause string
	Outage string
	Sample int    // so many hours and outages are drawn
	Seed   string // by which they are drawn; "": nobody chooses it
	Full   bool   // with people's names, failing answers and pages
	Why    string // goes on record
}

// EvidenceFile is an export that was made. Whoever has it closes it, and with that it is gone.
type EvidenceFile struct {
	Name    string // such as evidence-2026-10-masked.zip
	Size    int64  // bytes
	SHA256  string // in hexadecimal, as it is on record
	Content io.ReadCloser
}

// NoExport is why there is nothing to export.
type NoExport string

// Why there is nothing to export.
const (
	NothingSigned NoExport = "nothing_signed" // no checkpoint covers that time
	NoSuchOutage  NoExport = "no_outage"
	NoSuchReport  NoExport = "no_report" // on record: it is not settled what a clause rests on
	NoSuchClause  NoExport = "no_clause" // in the report
)

// Error says it in English.
func (e NoExport) Error() string {
	return map[NoExport]string{
		NothingSigned: "nothing was signed of that time", NoSuchOutage: "there is no outage of that id",
		NoSuchReport: "there is no report of that month on record, so that it is not settled what a clause rests on", NoSuchClause: "the month's report has no such clause",
	}[e]
}

const (
	masked = "masked"
	full   = "full"

	maxSample     = 1000
	exportsAtOnce = 1                // it reads much, and the monitor reads from the same store
	exportMaking  = 10 * time.Minute // at most, for one export
	exportFetched = 5 * time.Minute  // at most, for handing it out
)

func (s *Server) exportRoute() route {
	return route{
		method: "POST", pattern: "/api/v1/evidence-export", handler: s.demand(accounts.View, s.exportEvidence), summary: "Evidence in one file, to be checked elsewhere",
		more: "Give one of: month; month and clause, for what the verdict on that clause in the month's report rests on; month and sample, for so many hours and outages that nobody chose; outage. " +
			"The masked profile has no names of people. The full one has names, failing answers and pages as kept, and asks for one of the roles " + strings.Join(rolesThat(accounts.ExportEvidence), ", ") + ". " +
			"It goes on record who had what, why, and the file's SHA-256, before the first byte is sent; Repr-Digest has the SHA-256, too. " +
			"One export is made at a time: while another is under way it is 503, with Retry-After. Check the file with charterwatch verify FILE. " + refusals,
		body: ExportOrder{}, media: "application/zip", roles: rolesThat(accounts.View),
		errors: []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusRequestEntityTooLarge,
			http.StatusUnprocessableEntity, http.StatusNotImplemented, http.StatusServiceUnavailable},
	}
}

// exportProfiles are the profiles that an actor may have evidence exported in.
func exportProfiles(by accounts.Actor) []string {
	if by.Role.Can(accounts.ExportEvidence) {
		return []string{masked, full}
	}
	return []string{masked}
}

// exportEvidence is POST /api/v1/evidence-export.
func (s *Server) exportEvidence(w http.ResponseWriter, r *http.Request, by accounts.Actor) {
	if !s.sealing(w) {
		return
	}
	o, ok := order[ExportOrder](w, r)
	if !ok || !wordy(w, o.Why, o.Clause, o.Outage, o.Seed) {
		return
	}
	q, ok := s.exportQuery(w, o)
	if !ok {
		return
	}
	if q.Full && !by.Role.Can(accounts.ExportEvidence) {
		fail(w, http.StatusForbidden, "full_not_permitted", "the full profile holds names of people: the token's role may have the masked one alone")
		return
	}
	select {
	case s.exporting <- struct{}{}:
		defer func() { <-s.exporting }()
	default:
		w.Header().Set("Retry-After", "30")
		fail(w, http.StatusServiceUnavailable, "export_busy", "another export is under way: try again when it is done")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), exportMaking)
	defer cancel()
	f, err := s.cfg.Ledger.Export(ctx, by, q)
	var no NoExport
	switch {
	case errors.As(err, &no):
		fail(w, http.StatusNotFound, string(no), no.Error())
	case err != nil && r.Context().Err() != nil:
		s.log.Info("evidence was not exported: whoever asked for it went away", "actor", by.ID)
	case err != nil && ctx.Err() != nil:
		fail(w, http.StatusServiceUnavailable, "export_long", "it took too long: export it with charterwatch evidence export")
	case err != nil:
		s.broken(w, "export evidence", err)
	default:
		s.log.Info("evidence exported", "actor", by.ID, "file", f.Name, "sha256", f.SHA256)
		s.handOut(w, f)
	}
}

// exportQuery demands an order of one form, with a reason; what it is not has been answered.
func (s *Server) exportQuery(w http.ResponseWriter, o ExportOrder) (ExportQuery, bool) {
	forms := 0
	for _, is := range []bool{o.Outage != "", o.Clause != "", o.Sample != 0, o.Month != "" && o.Clause == "" && o.Sample == 0} {
		if is {
			forms++
		}
	}
	switch {
	case forms != 1, (o.Month == "") == (o.Outage == ""), o.Sample < 0, o.Sample > maxSample, o.Seed != "" && o.Sample == 0:
		fail(w, http.StatusBadRequest, "bad_order", "give one of month, month and clause, month and sample (at most "+strconv.Itoa(maxSample)+"), outage; seed goes with sample")
		return ExportQuery{}, false
	case o.Profile != "" && o.Profile != masked && o.Profile != full:
		fail(w, http.StatusBadRequest, "bad_order", "profile is masked or full")
		return ExportQuery{}, false
	case strings.TrimSpace(o.Why) == "":
		refused(w, "no_reason")
		return ExportQuery{}, false
	}
	if _, found := scanners.Mask(o.Why + "\n" + o.Seed); found > 0 { // acts are never erased
		fail(w, http.StatusUnprocessableEntity, "personal", "what goes on record holds what looks like personal data: it would stay there for good")
		return ExportQuery{}, false
	}
	if o.Month != "" {
		if _, ok := s.monthOf(w, o.Month); !ok {
			return ExportQuery{}, false
		}
	}
	return ExportQuery{Month: o.Month, Clause: o.Clause, Outage: o.Outage, Sample: o.Sample, Seed: o.Seed, Full: o.Profile == full, Why: o.Why}, true
}

// handOut sends an export to whoever it was made for.
func (s *Server) handOut(w http.ResponseWriter, f EvidenceFile) {
	defer func() {
		if err := f.Content.Close(); err != nil {
			s.log.Error("an export could not be put away", "file", f.Name, "err", err)
		}
	}()
	h := w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	h.Set("Cache-Control", "no-store")
	if sum, err := hex.DecodeString(f.SHA256); err == nil {
		h.Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum)+":") // RFC 9530
	}
	c := http.NewResponseController(w)
	_ = c.SetWriteDeadline(time.Now().Add(exportFetched)) // nobody keeps others waiting by not reading; where it cannot be set, it is a test
	defer func() { _ = c.SetWriteDeadline(time.Time{}) }()
	if _, err := io.Copy(w, f.Content); err != nil {
		s.log.Info("an export was not fetched whole", "file", f.Name, "err", err)
	}
}
