package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/charterwatch/charterwatch/internal/messages"
	"github.com/charterwatch/charterwatch/reports"
)

// shownNames bounds the pieces of evidence that are named one by one.
const shownNames = 20

// verifyReport checks a report: that its content is what was signed, that its evidence is what was
// sealed, and, if asked, that its verdicts follow from it.
func (t *terminal) verifyReport(text []byte, keys []string, recompute bool) error {
	d, r, err := reports.Open(text)
	if errors.Is(err, reports.ErrAltered) {
		return messages.New("cli.verify.altered")
	}
	if err != nil {
		return messages.New("cli.verify.refuted", "err", err.Error())
	}
	t.line("cli.verify.report", "id", r.ID, "digest", d.Digest)
	t.line("cli.verify.signed", "state", t.speech.Say(messages.Named("report_state", string(d.Signing.State))), "n", len(d.Signing.Signatures), "of", len(d.Signing.Roles))
	var wrong []error
	if err := t.verifyProofs(d, r, keys); err != nil {
		wrong = append(wrong, err)
	}
	if recompute {
		if err := t.rejudge(r); err != nil {
			wrong = append(wrong, err)
		}
	} else {
		t.line("cli.verify.not_rejudged")
	}
	t.line("cli.verify.report_limits")
	t.limits()
	return errors.Join(wrong...)
}

func (t *terminal) verifyProofs(d reports.Document, r reports.Report, keys []string) error {
	if len(d.Proofs) == 0 {
		t.line("cli.verify.no_proofs")
		return nil
	}
	own := len(keys) == 0
	if own {
		keys = r.Closing.Keys
	}
	var p reports.Proofs
	if err := json.Unmarshal(d.Proofs, &p); err != nil {
		return messages.New("cli.verify.refuted", "err", err.Error())
	}
	c, err := p.Check(r, keys...)
	if err != nil {
		return messages.New("cli.verify.refuted", "err", err.Error())
	}
	t.line("cli.verify.checkpoint", "origin", c.Checkpoint.Origin, "size", c.Checkpoint.Size)
	t.line("cli.verify.sealed", "n", c.Sealed, "leaves", c.Leaves)
	t.names("unsealed", c.Unsealed)
	t.names("added", c.Added)
	t.names("changed", c.Changed)
	t.names("omitted", c.Omitted)
	for _, x := range c.Problems {
		fmt.Fprintln(t.out, "  "+x)
	}
	if own {
		t.line("cli.verify.own_keys")
	}
	if !c.OK() {
		return messages.New("cli.verify.problems", "n", len(c.Added)+len(c.Changed)+len(c.Omitted)+len(c.Problems))
	}
	return nil
}

// names lists pieces of evidence behind a heading, unless there are none.
func (t *terminal) names(heading string, names []string) {
	if len(names) == 0 {
		return
	}
	fmt.Fprintln(t.out, t.speech.Say(messages.Named("verify_heading", heading, "n", len(names))))
	for _, n := range names[:min(len(names), shownNames)] {
		fmt.Fprintln(t.out, "  "+n)
	}
	if more := len(names) - shownNames; more > 0 {
		fmt.Fprintln(t.out, "  "+t.text("cli.verify.more", "n", more))
	}
}

func (t *terminal) rejudge(r reports.Report) error {
	again, err := reports.Rejudge(r)
	if err != nil {
		return messages.New("cli.verify.refuted", "err", err.Error())
	}
	if again.Same {
		t.line("cli.verify.rejudged", "n", len(r.Month.Clauses), "rules", again.Rules)
		return nil
	}
	if again.Rules != r.Month.Rules {
		t.line("cli.verify.other_rules", "then", r.Month.Rules, "now", again.Rules)
	}
	for _, id := range again.Differs {
		fmt.Fprintln(t.out, "  "+t.text("cli.verify.differs", "clause", string(id)))
	}
	if again.Rest {
		fmt.Fprintln(t.out, "  "+t.text("cli.verify.differs_rest"))
	}
	return messages.New("cli.verify.misjudged", "n", len(again.Differs))
}
