package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/ledger"
)

// ProofsFormat is how proofs begin.
const ProofsFormat = "charterwatch report proofs 1"

// Proofs show that a report's evidence was recorded when it happened, and is all there is. They
// are no part of the content: the content names the checkpoint that they lead to.
type Proofs struct {
	Format string `json:"format"`
	// Bundle holds every leaf of the log from the month's beginning to the closing checkpoint, with
	// the evidence behind those that bear on verdicts.
	Bundle json.RawMessage `json:"bundle"`
	// Older are single proofs of evidence that was recorded before.
	Older []OlderProof `json:"older,omitempty"`
}

// OlderProof is one leaf's proof, with the evidence behind it.
type OlderProof struct {
	Proof string `json:"proof"` // C2SP tlog-proof
	Salt  []byte `json:"salt"`
	Body  string `json:"body"`
}

// Shows says whether the evidence behind a leaf of this kind belongs in a report's proofs.
func Shows(kind string) bool {
	return slices.Contains([]string{compliance.EvidenceOutage, compliance.EvidenceNotice, compliance.EvidenceStatement, compliance.EvidenceCase, compliance.EvidenceGenesis}, kind)
}

// OlderIDs are the ids of what in a report's evidence was recorded before its month began.
func OlderIDs(r Report) []string {
	var out []string
	for _, s := range r.Evidence.Sites {
		for _, o := range s.History.Outages {
			if o.Start.Before(r.Evidence.Period.From) {
				out = append(out, o.ID)
			}
		}
		for _, n := range s.History.Record.Notices {
			for _, rev := range n.Revisions {
				if rev.FirstSeen.Before(r.Evidence.Period.From) {
					out = append(out, compliance.RevisionID(n.ID, rev.N))
				}
			}
		}
	}
	for _, s := range statements(r) {
		if s.At.Before(r.Evidence.Period.From) {
			out = append(out, s.ID)
		}
	}
	slices.Sort(out)
	return slices.Compact(out) // a notice may speak of several sites
}

// statements are all that a report's evidence holds.
func statements(r Report) []compliance.Statement {
	out := slices.Concat(r.Evidence.House, r.Evidence.Attestations)
	for _, s := range r.Evidence.Sites {
		out = append(out, s.History.Record.Statements...)
	}
	return out
}

// Checked is what proofs show of a report's evidence.
type Checked struct {
	Checkpoint ledger.Checkpoint
	Leaves     int      // of the stretch of the log, without a hole
	Sealed     int      // pieces of evidence that are what was sealed
	Unsealed   []string // pieces of which the proofs hold no leaf: they show nothing of them
	Changed    []string // pieces that are not what was sealed
	Omitted    []string // pieces that were sealed for the month and are not in the evidence
	Problems   []string // of the bundle itself
}

// OK says whether nothing contradicts the report.
func (c Checked) OK() bool { return len(c.Changed)+len(c.Omitted)+len(c.Problems) == 0 }

// Check compares a report's evidence with what was sealed. The error says that the proofs show
// nothing: they are not signed by one of the keys, or lead to another checkpoint than the
// report's.
func (p Proofs) Check(r Report, public ...string) (Checked, error) {
	var b ledger.Bundle
	if err := json.Unmarshal(p.Bundle, &b); err != nil {
		return Checked{}, fmt.Errorf("read the proofs: %w", err)
	}
	v, err := b.Verify(public...)
	if err != nil {
		return Checked{}, fmt.Errorf("check the proofs: %w", err)
	}
	if string(b.Range.Checkpoint) != r.Closing.Checkpoint {
		return Checked{}, fmt.Errorf("check the proofs: they lead to another checkpoint than the one that the report names")
	}
	c := Checked{Checkpoint: v.Checkpoint, Leaves: len(v.Entries), Problems: v.Problems}
	k := sealedPieces{bodies: map[string][]byte{}, cases: map[string]string{}}
	for _, e := range v.Entries {
		if e.Shown == ledger.InFull {
			k.take(string(e.Leaf.Kind), e.Leaf.ID, e.Body)
		}
	}
	for _, o := range p.Older {
		if err := k.older(o, public...); err != nil {
			c.Problems = append(c.Problems, err.Error())
		}
	}
	k.compare(r, &c)
	k.omitted(r, v, &c)
	return c, nil
}

// sealedPieces are the pieces of evidence that proofs show, the latest version of each.
type sealedPieces struct {
	bodies map[string][]byte // by kind and id
	cases  map[string]string // by kind and reference: the case as it came on record last
}

func (k sealedPieces) take(kind, id string, body []byte) {
	k.bodies[kind+" "+id] = body
	if kind != compliance.EvidenceCase {
		return
	}
	var i struct{ Import compliance.CaseImport }
	if json.Unmarshal(body, &i) == nil {
		for _, x := range i.Import.Cases {
			k.cases[caseName(x)] = plainJSON(x)
		}
	}
}

// older checks a single proof and takes what it shows.
func (k sealedPieces) older(o OlderProof, public ...string) error {
	var p ledger.Proof
	if err := p.UnmarshalText([]byte(o.Proof)); err != nil {
		return err
	}
	l, _, err := p.Verify(public...)
	if err != nil {
		return err
	}
	if len(o.Salt) != len(ledger.Salt{}) || ledger.Commit(l.Kind, l.ID, ledger.Salt(o.Salt), []byte(o.Body)) != l.Commitment {
		return fmt.Errorf("leaf %d, %s %s: its evidence was changed", p.Index, l.Kind, l.ID)
	}
	if _, newer := k.bodies[string(l.Kind)+" "+l.ID]; !newer {
		k.take(string(l.Kind), l.ID, []byte(o.Body))
	}
	return nil
}

// compare goes through the report's evidence piece by piece.
func (k sealedPieces) compare(r Report, c *Checked) {
	found := func(name string, is []byte, sealed []byte, known bool) {
		switch {
		case !known:
			c.Unsealed = append(c.Unsealed, name)
		case !bytes.Equal(is, sealed):
			c.Changed = append(c.Changed, name)
		default:
			c.Sealed++
		}
	}
	piece := func(e compliance.Evidence, err error) {
		if err != nil {
			c.Changed = append(c.Changed, err.Error())
			return
		}
		sealed, known := k.bodies[e.Kind+" "+e.ID]
		found(e.Kind+" "+e.ID, e.Bytes, sealed, known)
	}
	for _, s := range r.Evidence.Sites {
		for _, o := range s.History.Outages {
			piece(o.Evidence())
		}
		for _, n := range s.History.Record.Notices {
			for _, rev := range n.Revisions {
				id := compliance.RevisionID(n.ID, rev.N)
				sealed, known := k.bodies[compliance.EvidenceNotice+" "+id]
				var e compliance.RevisionEvidence
				if known && json.Unmarshal(sealed, &e) == nil {
					sealed = []byte(plainJSON(e.Revision))
				}
				found(compliance.EvidenceNotice+" "+id, []byte(plainJSON(rev)), sealed, known)
			}
		}
	}
	for _, s := range statements(r) {
		piece(s.Evidence())
	}
	for _, x := range r.Evidence.Cases.Cases {
		sealed, known := k.cases[caseName(x)]
		found(caseName(x), []byte(plainJSON(x)), []byte(sealed), known)
	}
}

// omitted finds outages of the month that were sealed and are not in the report: the log has no
// hole, so nothing can be left out unseen.
func (k sealedPieces) omitted(r Report, v ledger.Verified, c *Checked) {
	told := map[string]bool{}
	for _, s := range r.Evidence.Sites {
		for _, o := range s.History.Outages {
			told[o.ID] = true
		}
	}
	for _, e := range v.Entries {
		if string(e.Leaf.Kind) != compliance.EvidenceOutage || told[e.Leaf.ID] || e.Leaf.At.After(r.Evidence.AsOf) {
			continue
		}
		var o struct{ Outage compliance.Outage }
		if e.Shown == ledger.InFull && json.Unmarshal(e.Body, &o) == nil && !o.Outage.Start.Before(r.Evidence.Period.To) {
			continue // of the month after
		}
		told[e.Leaf.ID] = true
		c.Omitted = append(c.Omitted, compliance.EvidenceOutage+" "+e.Leaf.ID)
	}
}

func caseName(c compliance.Case) string {
	return strings.Join([]string{"case", string(c.Kind), c.Ref}, " ")
}

// plainJSON is a value's JSON. What is compared was plain data when it was sealed.
func plainJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// Rejudged is what judging a report's evidence again came to.
type Rejudged struct {
	Same    bool
	Differs []compliance.Clause // whose verdicts, or what they rest on, come out otherwise
	Rest    bool                // what is not a clause's (figures of sites, the monitor's own) comes out otherwise
	Rules   string              // version by which it was judged again
}

// Rejudge judges a report's evidence again by its own charter.
func Rejudge(r Report) (Rejudged, error) {
	again, err := r.Charter.Judge(r.Evidence)
	if err != nil {
		return Rejudged{}, fmt.Errorf("judge the report's evidence again: %w", err)
	}
	out := Rejudged{Rules: again.Rules, Same: plainJSON(again) == plainJSON(r.Month)}
	if out.Same {
		return out, nil
	}
	was := map[compliance.Clause]string{}
	for _, j := range r.Month.Clauses {
		was[j.Clause] = plainJSON(j)
	}
	for _, j := range again.Clauses {
		if was[j.Clause] != plainJSON(j) {
			out.Differs = append(out.Differs, j.Clause)
		}
		delete(was, j.Clause)
	}
	for _, j := range r.Month.Clauses {
		if _, gone := was[j.Clause]; gone {
			out.Differs = append(out.Differs, j.Clause)
		}
	}
	rest := again
	rest.Clauses = r.Month.Clauses
	out.Rest = plainJSON(rest) != plainJSON(r.Month)
	return out, nil
}
