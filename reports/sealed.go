package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/ledger"
)

// sealedPieces are the pieces of evidence that proofs show, the latest version of each.
type sealedPieces struct {
	bodies map[string][]byte          // by kind and id
	cases  map[string]compliance.Case // by kind and reference: as it came on record last
	from   time.Time                  // what was recorded from here on
	until  time.Time                  // to here is in the log
}

func (k sealedPieces) take(kind, id string, body []byte) {
	k.bodies[kind+" "+id] = body
	if kind != compliance.EvidenceCase {
		return
	}
	var i struct{ Import compliance.CaseImport }
	if json.Unmarshal(body, &i) == nil {
		for _, x := range i.Import.Cases {
			if last, known := k.cases[caseName(x)]; !known || !x.Recorded.Before(last.Recorded) {
				k.cases[caseName(x)] = x
			}
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
	found := func(name string, at time.Time, is []byte, sealed []byte, known bool) {
		switch {
		case !known && k.logged(at):
			c.Added = append(c.Added, name)
		case !known:
			c.Unsealed = append(c.Unsealed, name)
		case !bytes.Equal(is, sealed):
			c.Changed = append(c.Changed, name)
		default:
			c.Sealed++
		}
	}
	piece := func(at time.Time, e compliance.Evidence, err error) {
		if err != nil {
			c.Changed = append(c.Changed, err.Error())
			return
		}
		sealed, known := k.bodies[e.Kind+" "+e.ID]
		found(e.Kind+" "+e.ID, at, e.Bytes, sealed, known)
	}
	for _, s := range r.Evidence.Sites {
		for _, o := range s.History.Outages {
			e, err := o.Evidence()
			piece(o.Start, e, err)
		}
		for _, n := range s.History.Record.Notices {
			for _, rev := range n.Revisions {
				id := compliance.RevisionID(n.ID, rev.N)
				sealed, known := k.bodies[compliance.EvidenceNotice+" "+id]
				var e compliance.RevisionEvidence
				if known && json.Unmarshal(sealed, &e) == nil {
					sealed = []byte(plainJSON(e.Revision))
				}
				found(compliance.EvidenceNotice+" "+id, rev.FirstSeen, []byte(plainJSON(rev)), sealed, known)
			}
		}
	}
	for _, s := range statements(r) {
		e, err := s.Evidence()
		piece(s.At, e, err)
	}
	for _, x := range r.Evidence.Cases.Cases {
		sealed, known := k.cases[caseName(x)]
		found(caseName(x), x.Recorded, []byte(plainJSON(x)), []byte(plainJSON(sealed)), known)
	}
}

// logged says whether what was recorded then must be in the stretch of the log.
func (k sealedPieces) logged(at time.Time) bool { return at.After(k.from) && !at.After(k.until) }

// omitted finds what was sealed, would bear on the month and is not in the report: the log has no
// hole, so nothing can be left out unseen.
func (k sealedPieces) omitted(r Report, v ledger.Verified, c *Checked) {
	told := map[string]bool{}
	for _, s := range r.Evidence.Sites {
		for _, o := range s.History.Outages {
			told[compliance.EvidenceOutage+" "+o.ID] = true
		}
	}
	for _, s := range statements(r) {
		told[compliance.EvidenceStatement+" "+s.ID] = true
	}
	for _, e := range v.Entries {
		name := string(e.Leaf.Kind) + " " + e.Leaf.ID
		if told[name] || e.Leaf.At.After(r.Evidence.AsOf) || !bears(r, e) {
			continue
		}
		told[name] = true
		c.Omitted = append(c.Omitted, name)
	}
	for _, x := range r.Evidence.Cases.Cases {
		told[caseName(x)] = true
	}
	for _, name := range slices.Sorted(maps.Keys(k.cases)) {
		if x := k.cases[name]; !told[name] && within(r, x.Received) && !x.Recorded.After(r.Evidence.AsOf) {
			c.Omitted = append(c.Omitted, name)
		}
	}
}

// bears says whether a leaf's evidence belongs into a report: outages up to the month's end, what
// was said in the month of its sites, and of the house what bears on it. One whose evidence is not
// shown may be anything: of outages it counts.
func bears(r Report, e ledger.Entry) bool {
	switch string(e.Leaf.Kind) {
	case compliance.EvidenceOutage:
		var o struct{ Outage compliance.Outage }
		after := e.Shown == ledger.InFull && json.Unmarshal(e.Body, &o) == nil && !o.Outage.Start.Before(r.Evidence.Period.To)
		return !after
	case compliance.EvidenceStatement:
		var x struct{ Statement compliance.Statement }
		if e.Shown != ledger.InFull || json.Unmarshal(e.Body, &x) != nil {
			return false
		}
		s := x.Statement
		if s.Site == compliance.MonitorScope {
			house, attested := sortStatements([]compliance.Statement{s}, r.Evidence.Period)
			return len(house)+len(attested) > 0
		}
		return within(r, s.At) && slices.ContainsFunc(r.Evidence.Sites, func(x charter.SiteEvidence) bool { return x.ID == s.Site })
	default:
		return false
	}
}

// within says whether an instant lies in the report's month.
func within(r Report, at time.Time) bool {
	return !at.Before(r.Evidence.Period.From) && at.Before(r.Evidence.Period.To)
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
