// Package house holds the test of the module's own structure: who may import whom.
package house

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/charterwatch/charterwatch/"

// rooms says what each room may import of ours, and why no more. A room is the longest
// prefix that names the package.
var rooms = map[string]struct {
	may []string
	why string
}{
	"internal":   {nil, "plumbing knows no domain"},
	"ledger":     {nil, "the ledger knows kinds and bytes, not what they mean"},
	"demo":       {nil, "what is watched must not know its watcher"},
	"probes":     {[]string{"internal/fetch"}, "observations lie at the bottom: they carry no meaning"},
	"scanners":   {[]string{"internal/fetch", "scanners"}, "observations lie at the bottom: they carry no meaning"},
	"compliance": {[]string{"probes", "scanners", "internal/accounts", "compliance"}, "meaning is pure and stands on observations alone"},
	"monitor":    {[]string{"compliance", "probes", "scanners"}, "the engine sees its peers only through its own interfaces"},
	"alerts":     {[]string{"compliance", "probes", "scanners", "internal/accounts", "internal/fetch", "internal/messages"}, "peers are blind to each other"},
	"dashboard":  {[]string{"compliance", "probes", "scanners", "ledger", "internal/accounts", "internal/charts", "internal/messages"}, "peers are blind to each other"},
	"reports":    {[]string{"compliance", "probes", "scanners", "ledger", "internal/accounts", "internal/charts", "internal/messages", "reports/fonts"}, "peers are blind to each other"},
	"store":      {[]string{"compliance", "probes", "scanners", "ledger", "internal/accounts", "store"}, "peers are blind to each other"},
	"config":     {[]string{"*"}, "it builds everything below cmd"},
	"cmd":        {[]string{"*"}, "it joins everything"},
}

// pure lists what compliance must not import itself: it would make verdicts depend on
// something other than the evidence.
var pure = []string{"os", "net", "net/http", "database/sql", "log/slog", "log"}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func under(pkg, room string) bool { return pkg == room || strings.HasPrefix(pkg, room+"/") }

func TestWhoMayImportWhom(t *testing.T) {
	all := packages(t)
	if len(all) < 8 {
		t.Fatalf("only %d packages listed", len(all))
	}
	for _, p := range all {
		pkg := strings.TrimPrefix(p.ImportPath, module)
		room, _, _ := strings.Cut(pkg, "/")
		rule, ok := rooms[room]
		if !ok {
			t.Errorf("%s is in no room of the house: add it to the table, with a reason", pkg)
			continue
		}
		for _, imp := range p.Imports {
			ours, is := strings.CutPrefix(imp, module)
			if !is {
				if room == "compliance" && slices.Contains(pure, imp) {
					t.Errorf("%s imports %s: meaning is pure", pkg, imp)
				}
				continue
			}
			switch {
			case under(ours, "config") && room != "cmd":
				t.Errorf("%s imports config: only cmd reads the configuration", pkg)
			case under(ours, "cmd"):
				t.Errorf("%s imports a command", pkg)
			case under(ours, "internal/needs"):
				t.Errorf("%s imports %s, which is for tests alone", pkg, ours)
			case slices.Contains(rule.may, "*"), slices.ContainsFunc(rule.may, func(r string) bool { return under(ours, r) }):
			default:
				t.Errorf("%s imports %s: %s", pkg, ours, rule.why)
			}
		}
	}
}
