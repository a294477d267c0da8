package charter

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
)

// OnRecord is the charter as it goes on record when it comes into force.
func (c Charter) OnRecord() compliance.CharterVersion {
	return compliance.CharterVersion{SHA256: c.SHA256(), Body: c.Canonical()}
}

// InForce returns the charter by which what happened up to at is judged: the latest that came on
// record before then, or else the earliest; ok is false where none is on record. Statements are in
// order, the oldest first. The error says that a charter on record cannot be read, or is not the
// one whose digest stands beside it.
func InForce(statements []compliance.Statement, at time.Time) (c Charter, ok bool, err error) {
	var v *compliance.CharterVersion
	for _, s := range statements {
		if s.Charter != nil && (v == nil || s.At.Before(at)) {
			v = s.Charter
		}
	}
	if v == nil {
		return Charter{}, false, nil
	}
	if err := json.Unmarshal(v.Body, &c); err != nil {
		return Charter{}, false, fmt.Errorf("read the charter on record: %w", err)
	}
	if Digest(string(v.Body)) != v.SHA256 {
		return Charter{}, false, fmt.Errorf("read the charter on record: its digest is not %s", v.SHA256)
	}
	return c, true, nil
}
