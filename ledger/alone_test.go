package ledger

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// What follows checks a bundle by docs/evidence.md alone: SHA-256, Ed25519, base64 and JSON,
// and nothing of this package. Who writes a verifier elsewhere can start from it.

func b64(s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func sha(parts ...[]byte) []byte {
	h := sha256.Sum256(bytes.Join(parts, nil))
	return h[:]
}

// aloneSigned checks a signed checkpoint against a public key, and returns its body's lines.
func aloneSigned(note, public string) ([]string, error) {
	name, rest, _ := strings.Cut(public, "+")
	id, key, _ := strings.Cut(rest, "+")
	raw := b64(key) // one byte 1 (Ed25519), then the key
	body, signatures, ok := strings.Cut(note, "\n\n")
	if !ok || raw[0] != 1 || hex.EncodeToString(sha([]byte(name), []byte("\n"), raw)[:4]) != id {
		return nil, fmt.Errorf("not a checkpoint or key")
	}
	body += "\n"
	for _, line := range strings.Split(signatures, "\n") {
		signature, ok := strings.CutPrefix(line, "— "+name+" ")
		if !ok {
			continue
		}
		s := b64(signature) // four bytes of the key's id, then the signature
		if hex.EncodeToString(s[:4]) == id && ed25519.Verify(raw[1:], []byte(body), s[4:]) {
			lines := strings.Split(body, "\n")
			if lines[0] != name {
				return nil, fmt.Errorf("signed for another log")
			}
			return lines, nil
		}
	}
	return nil, fmt.Errorf("no signature by this key")
}

// aloneRoot is RFC 6962's tree over the leaves before the range, given by their edge, and in it.
func aloneRoot(from int64, edge [][]byte, leaves [][]byte) []byte {
	type subtree struct {
		leaves int64
		hash   []byte
	}
	var stack []subtree
	for bit := int64(1) << 62; bit > 0; bit >>= 1 {
		if from&bit != 0 {
			stack, edge = append(stack, subtree{bit, edge[0]}), edge[1:]
		}
	}
	for _, l := range leaves {
		stack = append(stack, subtree{1, sha([]byte{0}, l)})
		for n := len(stack); n > 1 && stack[n-1].leaves == stack[n-2].leaves; n = len(stack) {
			stack = append(stack[:n-2], subtree{2 * stack[n-1].leaves, sha([]byte{1}, stack[n-2].hash, stack[n-1].hash)})
		}
	}
	root := stack[len(stack)-1].hash
	for i := len(stack) - 2; i >= 0; i-- {
		root = sha([]byte{1}, stack[i].hash, root)
	}
	return root
}

func alone(text []byte, public string) error {
	var b struct {
		Format string
		Range  struct {
			From       int64
			Edge       []string
			Leaves     []string
			Checkpoint string
		}
		Items []struct {
			N      int64
			Salt   string
			Body   *string
			Body64 *string
		}
	}
	if err := json.Unmarshal(text, &b); err != nil {
		return fmt.Errorf("not a bundle: %w", err)
	}
	if b.Format != "charterwatch evidence 1" {
		return errors.New("not a bundle")
	}
	lines, err := aloneSigned(b.Range.Checkpoint, public)
	if err != nil {
		return err
	}
	var edge, leaves [][]byte
	for _, e := range b.Range.Edge {
		edge = append(edge, b64(e))
	}
	for _, l := range b.Range.Leaves {
		leaves = append(leaves, []byte(l))
	}
	if lines[1] != fmt.Sprint(b.Range.From+int64(len(leaves))) || !bytes.Equal(b64(lines[2]), aloneRoot(b.Range.From, edge, leaves)) {
		return fmt.Errorf("the leaves are not those that were signed")
	}
	for _, it := range b.Items {
		leaf := strings.Split(string(leaves[it.N-b.Range.From]), "\n")
		kind, commitment, id := leaf[1], leaf[3], leaf[4]
		var body []byte
		if it.Body != nil {
			body = []byte(*it.Body)
		} else {
			body = b64(*it.Body64)
		}
		got := sha([]byte("charterwatch evidence 1\n"), b64(it.Salt), []byte{byte(len(kind))}, []byte(kind),
			binary.BigEndian.AppendUint64(nil, uint64(len(id))), []byte(id), body)
		if hex.EncodeToString(got) != commitment {
			return fmt.Errorf("leaf %d, %s %s: its evidence was changed", it.N, kind, id)
		}
	}
	return nil
}

const (
	goldenBundle = "testdata/bundle.json"
	goldenKey    = "testdata/bundle.pub"
)

// TestSpecIsEnough: a bundle that was written once is checked by the words of the spec alone, and
// by the package; neither passes it when any of its evidence is changed.
func TestSpecIsEnough(t *testing.T) {
	if *update {
		k, public := keys(t, origin)
		text, err := json.Marshal(bundleOf(t, k, 13, 41, 20, 21))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(goldenBundle, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(goldenKey, []byte(public+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(goldenBundle)
	if err != nil {
		t.Fatal(err)
	}
	line, err := os.ReadFile(goldenKey)
	if err != nil {
		t.Fatal(err)
	}
	public := strings.TrimSpace(string(line))
	if err := alone(text, public); err != nil {
		t.Fatal(err)
	}
	var b Bundle
	if err := json.Unmarshal(text, &b); err != nil {
		t.Fatal(err)
	}
	if v, err := b.Verify(public); err != nil || len(v.Problems) > 0 || len(v.Entries) != 28 {
		t.Fatal(v.Problems, err)
	}
	for _, change := range [][2]string{{`\"n\":17`, `\"n\":18`}, {"outage\\n", "notice\\n"}, {`"from":13`, `"from":12`}} {
		bad := strings.Replace(string(text), change[0], change[1], 1)
		if bad == string(text) {
			t.Fatalf("%q is not in the bundle", change[0])
		}
		if alone([]byte(bad), public) == nil {
			t.Errorf("the spec lets %q pass as %q", change[0], change[1])
		}
	}
}
