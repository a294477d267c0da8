package dashboard

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/charterwatch/charterwatch/internal/accounts"
	"github.com/charterwatch/charterwatch/ledger"
)

func (s *Server) evidenceRoutes() []route {
	errs := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotImplemented}
	return []route{
		{
			method: "GET", pattern: "/api/v1/evidence/{id...}", handler: s.demand(accounts.View, s.evidence),
			summary: "What the ledger has of an id, checked anew",
			more: "Each leaf's proof is checked against the newest checkpoint that covers it, and what lies behind it against the leaf. This shows that nothing was " +
				"changed since it was sealed; it does not show that what was recorded was true. Who does not trust this monitor takes the proof and the public key and checks offline with charterwatch verify.",
			answer: Evidence{}, roles: rolesThat(accounts.View), errors: append([]int{http.StatusBadRequest, http.StatusNotFound}, errs...),
			query: []parameter{
				{"format", "proof: the proof of one leaf instead (C2SP tlog-proof), as text.", "proof"},
				{"leaf", "With format=proof: the number of the leaf. By default the latest.", "1742"},
			},
		},
		{
			method: "GET", pattern: "/api/v1/ledger", handler: s.demand(accounts.View, s.ledger), summary: "How the evidence ledger stands",
			answer: Ledger{}, roles: rolesThat(accounts.View), errors: errs,
		},
		s.exportRoute(),
	}
}

// sealing says whether evidence is sealed here; if not, that has been answered.
func (s *Server) sealing(w http.ResponseWriter) bool {
	if s.cfg.Ledger == nil {
		fail(w, http.StatusNotImplemented, "no_ledger", "this monitor seals no evidence")
	}
	return s.cfg.Ledger != nil
}

// evidence is GET /api/v1/evidence/{id}.
func (s *Server) evidence(w http.ResponseWriter, r *http.Request, _ accounts.Actor) {
	if !s.sealing(w) {
		return
	}
	id, format := r.PathValue("id"), r.URL.Query().Get("format")
	if format != "" && format != "proof" {
		fail(w, http.StatusBadRequest, "bad_format", "format is proof, or absent")
		return
	}
	leaves, err := s.cfg.Ledger.Sealed(r.Context(), id)
	switch {
	case errors.Is(err, ErrNotSealed) || err == nil && len(leaves) == 0:
		fail(w, http.StatusNotFound, "not_sealed", "the ledger has no leaf of that id")
	case err != nil:
		s.broken(w, "look into the ledger", err)
	case format == "proof":
		proofOf(w, leaves, r.URL.Query().Get("leaf"))
	default:
		s.wireEvidence(w, r, id, leaves)
	}
}

// proofOf answers with the proof of one of the leaves.
func proofOf(w http.ResponseWriter, leaves []SealedLeaf, leaf string) {
	at := len(leaves) - 1
	if leaf != "" {
		n, err := strconv.ParseInt(leaf, 10, 64)
		if err != nil {
			fail(w, http.StatusBadRequest, "bad_leaf", "leaf is the number of one of the leaves")
			return
		}
		for at >= 0 && leaves[at].N != n {
			at--
		}
	}
	if at < 0 || leaves[at].Proof == "" {
		fail(w, http.StatusNotFound, "not_sealed", "there is no proof of that leaf: no checkpoint covers it yet, or it is another id's")
		return
	}
	download(w, "text/plain; charset=utf-8", "leaf-"+strconv.FormatInt(leaves[at].N, 10)+".tlog-proof", []byte(leaves[at].Proof))
}

func (s *Server) wireEvidence(w http.ResponseWriter, r *http.Request, id string, leaves []SealedLeaf) {
	standing, err := s.cfg.Ledger.Standing(r.Context())
	if err != nil {
		s.broken(w, "look into the ledger", err)
		return
	}
	out := Evidence{ID: id, Leaves: []EvidenceLeaf{}}
	for _, l := range leaves {
		x := EvidenceLeaf{
			Log: l.Log, N: l.N, Kind: l.Kind, At: l.At, Commitment: l.Commitment, Body: string(l.Body), Erased: l.Erased, Proved: l.Proved, Problem: l.Problem,
			Checkpoint: l.Checkpoint, HasProof: l.Proof != "",
		}
		if c, err := ledger.Peek([]byte(l.Checkpoint)); err == nil { // whether it holds was checked; here it is only told of
			x.Size = c.Size
			if c.Size == standing.Signed && c.Origin == standing.Origin {
				x.SignedAt = standing.SignedAt
			}
		}
		out.Leaves = append(out.Leaves, x)
	}
	s.answer(w, out)
}

// ledger is GET /api/v1/ledger.
func (s *Server) ledger(w http.ResponseWriter, r *http.Request, actor accounts.Actor) {
	if !s.sealing(w) {
		return
	}
	l, err := s.cfg.Ledger.Standing(r.Context())
	if err != nil {
		s.broken(w, "look into the ledger", err)
		return
	}
	s.answer(w, Ledger{Origin: l.Origin, Size: l.Size, Signed: l.Signed, SignedAt: l.SignedAt, Keys: append([]string{}, l.Keys...), Failing: append([]string{}, l.Failing...), Exports: exportProfiles(actor)})
}
