package charter

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Canonical returns the bytes that stand for the charter: its JSON without white space. Equal
// charters have equal bytes.
func (c Charter) Canonical() []byte {
	b, err := json.Marshal(c)
	if err != nil {
		panic(fmt.Sprintf("charter: a charter is plain data: %v", err))
	}
	return b
}

// SHA256 is the digest of the canonical bytes, in hexadecimal.
func (c Charter) SHA256() string { return Digest(string(c.Canonical())) }

// Digest is the SHA-256 of words, in hexadecimal.
func Digest(words string) string {
	h := sha256.Sum256([]byte(words))
	return hex.EncodeToString(h[:])
}
