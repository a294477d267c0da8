package scanners

import (
	"crypto/sha256"
	"encoding/hex"
)

// TextDigest identifies what a notice says: the SHA-256 of its title, a line feed and its
// text, in lower-case hexadecimal. Title and text are as they are kept, that is masked.
func TextDigest(title, text string) string {
	h := sha256.Sum256([]byte(title + "\n" + text))
	return hex.EncodeToString(h[:])
}
