package reports

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

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

// OlderImports are when the cases in a report's evidence that were recorded before its month began
// came on record.
func OlderImports(r Report) []time.Time {
	var out []time.Time
	for _, c := range r.Evidence.Cases.Cases {
		if c.Recorded.Before(r.Evidence.Period.From) {
			out = append(out, c.Recorded)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
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
	Unsealed   []string // pieces from before the stretch of which the proofs hold no leaf: they show nothing of them
	Added      []string // pieces of the stretch that were never sealed: whatever is recorded is sealed with it
	Changed    []string // pieces that are not what was sealed
	Omitted    []string // pieces that were sealed, would bear on the month and are not in the evidence
	Problems   []string // of the bundle itself
}

// OK says whether nothing contradicts the report.
func (c Checked) OK() bool { return len(c.Added)+len(c.Changed)+len(c.Omitted)+len(c.Problems) == 0 }

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
	k := sealedPieces{bodies: map[string][]byte{}, cases: map[string]compliance.Case{}, from: r.Evidence.Period.From, until: r.Closing.At}
	if v.From == 0 && len(v.Entries) > 0 {
		k.from = v.Entries[0].Leaf.At // the log is younger than the month
	}
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
