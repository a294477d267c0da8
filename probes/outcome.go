package probes

import "fmt"

// Outcome says what one look at a site established. The zero value is Unknown,
// so that a forgotten field can never be read as a claim that a site was up.
type Outcome uint8

// The outcomes. Their numbers are stored; never renumber them.
const (
	Unknown Outcome = 0 // nothing was established about the site
	Pass    Outcome = 1 // the site answered as its check expects
	Fail    Outcome = 2 // the site was reached for and did not answer as expected
)

var outcomeNames = [...]string{Unknown: "unknown", Pass: "pass", Fail: "fail"}

// String returns the outcome's stable lower-case name.
func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return fmt.Sprintf("outcome(%d)", uint8(o))
}

// MarshalText writes the stable name.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a stable name.
func (o *Outcome) UnmarshalText(b []byte) error {
	for i, n := range outcomeNames {
		if n == string(b) {
			*o = Outcome(i)
			return nil
		}
	}
	return fmt.Errorf("unknown outcome %q", b)
}
