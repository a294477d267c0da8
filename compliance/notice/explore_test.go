package notice

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestExplore helps to add to the corpus: EXPLORE=notices.txt go test -v -run TestExplore prints
// the notices of a file (posted, title, body; a blank line between) with what they are read as,
// to be checked by eye before it becomes what is wanted.
func TestExplore(t *testing.T) {
	b, err := os.ReadFile(os.Getenv("EXPLORE"))
	if err != nil {
		t.Skip("no EXPLORE")
	}
	for _, block := range strings.Split(string(b), "\n\n") {
		block = strings.Trim(block, "\n")
		if block == "" {
			continue
		}
		var c corpusCase
		for _, l := range strings.Split(block, "\n") {
			key, rest, _ := strings.Cut(l, " ")
			if strings.HasPrefix(key, "#") {
				continue
			}
			if err := c.set(key, strings.ReplaceAll(strings.TrimLeft(rest, " "), `\t`, "\t")); err != nil {
				t.Fatal(err)
			}
		}
		s := describe(Read(c.text()))
		fmt.Println(block)
		fmt.Println(s[:strings.LastIndex(s, "(")])
	}
}
