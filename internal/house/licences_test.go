package house

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/licensecheck"
)

var update = flag.Bool("update", false, "write docs/licences.md")

// refused are licences under which nothing may be linked in.
var refused = regexp.MustCompile(`^(A?GPL|BUSL|SSPL|Commons-Clause|Elastic|CC-BY-NC)`)

// licensed is something that comes with the program, and what it comes under.
type licensed struct{ name, version, licences string }

// TestLicencesOfWhatShips: every module that is linked into the program, and everything that a
// browser or a report is given, comes under a licence that allows it, and docs/licences.md says which.
func TestLicencesOfWhatShips(t *testing.T) {
	modules, assets := linked(t), served(t)
	for _, x := range slices.Concat(modules, assets) {
		for one := range strings.SplitSeq(x.licences, ", ") {
			if x.licences == "" || refused.MatchString(one) {
				t.Errorf("%s %s comes under %q", x.name, x.version, x.licences)
			}
		}
	}
	var b strings.Builder
	b.WriteString("# Licences\n\ncharterwatch itself comes under [Apache-2.0](../LICENSE). What comes with it, besides\nGo itself (BSD-3-Clause):\n\n## In the program\n")
	writeLicences(&b, modules)
	b.WriteString("\n## In pages and reports\n")
	writeLicences(&b, assets)
	b.WriteString("\nOf the PDF library, the hyphenation patterns are left out of the program that ships (see the Makefile). This page is generated:\n`go test ./internal/house -run Licences -update`.\n")
	page := filepath.Join("..", "..", "docs", "licences.md")
	if *update {
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if is, err := os.ReadFile(page); err != nil || string(is) != b.String() {
		t.Errorf("docs/licences.md is not what ships; run go test ./internal/house -run Licences -update (%v)", err)
	}
}

func writeLicences(b *strings.Builder, list []licensed) {
	b.WriteString("\n| what | version | licence |\n|---|---|---|\n")
	for _, x := range list {
		fmt.Fprintf(b, "| %s | %s | %s |\n", x.name, x.version, x.licences)
	}
}

// linked are the modules that the program is linked from, on Linux.
func linked(t *testing.T) []licensed {
	t.Helper()
	list := exec.Command("go", "list", "-deps", "-json=Module", module+"cmd/charterwatch")
	list.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	var found []licensed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Module *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if m := p.Module; m != nil && !m.Main {
			x := licensed{m.Path, m.Version, strings.Join(licencesIn(t, m.Dir), ", ")}
			if !slices.Contains(found, x) {
				found = append(found, x)
			}
		}
	}
	slices.SortFunc(found, func(a, b licensed) int { return strings.Compare(a.name, b.name) })
	return found
}

var licenceFile = regexp.MustCompile(`(?i)^(un)?(licen[sc]e|copying)([.-].*)?$`)

// licencesIn are the licences that the files at the top of a module are recognised as.
func licencesIn(t *testing.T, dir string) []string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range files {
		if f.IsDir() || !licenceFile.MatchString(f.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range licensecheck.Scan(text).Match {
			out = append(out, m.ID)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// shown are the npm packages of which something is in a page or a report; all others build or test.
var shown = []string{"pretendard", "svelte"}

func served(t *testing.T) []licensed {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "dashboard", "web", "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Packages map[string]struct{ Version, License string }
	}
	if err := json.Unmarshal(b, &lock); err != nil {
		t.Fatal(err)
	}
	var out []licensed
	for _, name := range shown {
		p := lock.Packages["node_modules/"+name]
		out = append(out, licensed{name, p.Version, p.License})
	}
	return out
}
