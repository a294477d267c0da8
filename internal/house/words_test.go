package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/charterwatch/charterwatch/internal/messages"
)

// constructors are the functions that take a text's key, by folder and name, and what
// their keys begin with. Names and values of its placeholders follow the key.
var constructors = map[string]string{
	"alerts messages.New":           "",
	"cmd/charterwatch messages.New": "", "cmd/charterwatch t.text": "", "cmd/charterwatch t.line": "",
	"config messages.New": "", "internal/messages New": "", "probes refuse": "refused.",
	"reports messages.New": "", "reports w.say": "report.page.", "reports/export p.say": "report.export.",
	"compliance/calendar refuse": "refused.", "scanners/notices f.refuse": "refused.",
}

// keyAt is which argument the key is, where it is not the first: after the name of a field.
var keyAt = map[string]int{"scanners/notices f.refuse": 1}

// closed sets have tests of their own, where the set is known; see messages.Named.
var closedSets = []string{"reason", "outcome", "doc", "refused", "statement.refused", "notice_kind", "notice_state", "notice_type", "notice_freq", "notice_weekday", "notice_difference", "notice_problem",
	"alert_title", "alert_summary", "alert_means", "alert_first", "alert_severity", "alert_limit", "promise", "cause",
	"report.why", "report.method", "report.basis", "report.verdict", "report.change", "report.occasion", "report.case_kind", "report.milestone", "case_problem", "report_state", "verify_heading"}

var hole = regexp.MustCompile(`\{(\w+)\}`)

// wordsUsed is every use of a text in the code: its key and the names of its arguments.
func wordsUsed(t *testing.T) map[string][]string {
	used := map[string][]string{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		rel, _ := filepath.Rel(root, filepath.Dir(path))
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name := calledName(call)
			at := set.Position(call.Pos())
			if name == "messages.Named" && !slices.Contains(closedSets, literal(call.Args[0])) {
				t.Errorf("%s: messages.Named of a set without a test of its own", at)
			}
			constructor := filepath.ToSlash(rel) + " " + name
			prefix, ok := constructors[constructor]
			if !ok {
				return true
			}
			args := call.Args[keyAt[constructor]:]
			key := literal(args[0])
			if key == "" {
				t.Errorf("%s: the key is not a literal", at)
				return true
			}
			var names []string
			for i := 1; i < len(args); i += 2 {
				if names = append(names, literal(args[i])); names[len(names)-1] == "" || i+1 == len(args) {
					t.Errorf("%s: %s: arguments are a literal name and a value in turn", at, key)
				}
			}
			slices.Sort(names)
			if first, twice := used[prefix+key]; twice && !slices.Equal(first, names) {
				t.Errorf("%s: %s has %v here, %v elsewhere", at, prefix+key, names, first)
			}
			used[prefix+key] = names
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for key, names := range wordsInTemplates(t) {
		used[key] = names
	}
	return used
}

var said = regexp.MustCompile(`say "([\w.]+)"((?: "\w+" [.$][\w.]*)*)`)

// wordsInTemplates is every use of a text in the templates of messages.
func wordsInTemplates(t *testing.T) map[string][]string {
	files, err := filepath.Glob(filepath.Join("..", "..", "alerts", "templates", "*.tmpl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no templates found: %v", err)
	}
	used := map[string][]string{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range said.FindAllStringSubmatch(string(b), -1) {
			var names []string
			for _, n := range regexp.MustCompile(`"(\w+)"`).FindAllStringSubmatch(m[2], -1) {
				names = append(names, n[1])
			}
			slices.Sort(names)
			used[m[1]] = names
		}
		if calls := strings.Count(string(b), "say "); calls != len(said.FindAllString(string(b), -1)) {
			t.Errorf("%s: a text's key is not a literal, or its arguments are not names and fields in turn", f)
		}
	}
	return used
}

func calledName(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			return x.Name + "." + f.Sel.Name
		}
	}
	return ""
}

func literal(e ast.Expr) string {
	if b, ok := e.(*ast.BasicLit); ok && b.Kind == token.STRING {
		if s, err := strconv.Unquote(b.Value); err == nil {
			return s
		}
	}
	return ""
}

// TestEveryWordIsThereAndIsUsed: a key without a text would be shown as it is, an argument
// without a placeholder would be lost, and a text nobody says would rot.
func TestEveryWordIsThereAndIsUsed(t *testing.T) {
	used := wordsUsed(t)
	if len(used) < 150 {
		t.Fatalf("only %d keys found in the code: is the search blind?", len(used))
	}
	c, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	for key, names := range used {
		for _, lang := range c.Languages() {
			if !c.Has(lang, key) {
				t.Errorf("%s has no text for %s", lang, key)
				continue
			}
			var holes []string
			for _, k := range []string{key, key + ".try"} { // a problem's remedy has its arguments
				if c.Has(lang, k) {
					for _, m := range hole.FindAllStringSubmatch(c.Text(lang, k, nil), -1) {
						holes = append(holes, m[1])
					}
				}
			}
			slices.Sort(holes)
			if holes = slices.Compact(holes); !slices.Equal(holes, names) {
				t.Errorf("%s in %s has the placeholders %v, the code fills %v", key, lang, holes, names)
			}
		}
	}
	for _, key := range c.Keys("en") {
		area, _, _ := strings.Cut(key, ".")
		if !slices.Contains([]string{"cli", "config", "refused", "error", "alert_line", "alert_mail", "alert_sms", "answer"}, area) {
			continue // the wall's words are used by the web app, the others by closed sets
		}
		if _, ok := used[strings.TrimSuffix(key, ".try")]; !ok {
			t.Errorf("nothing says %s", key)
		}
	}
}
