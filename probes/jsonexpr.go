package probes

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"
)

// jsonExpr is a compiled expression of the expr language (https://expr-lang.org) over
//
//	body     the decoded JSON
//	status   the status code, an int
//	headers  header name (canonical) to value; several values joined by ", "
//
// It is immutable and safe for concurrent use.
type jsonExpr struct {
	source  string
	program *vm.Program
}

// Bounds of one evaluation. A body of 2 MiB can hold a million elements; an expression
// that visits each for each would run for hours, and expr cannot be interrupted.
const (
	maxExprSource = 4096      // bytes of source
	maxExprSteps  = 100_000   // predicate calls: some milliseconds, and within any deadline on a slow machine
	maxExprMemory = 1_000_000 // elements that may be created
)

// stepName is the function that every predicate calls first. It is not a name that one would
// write by accident.
const stepName = "__step"

var errTooManySteps = errors.New("the expression takes too many steps")

// stepCounter rewrites each predicate {p} to {__step() ? p : nil}, so that steps are counted.
type stepCounter struct{}

func (stepCounter) Visit(node *ast.Node) {
	if p, ok := (*node).(*ast.PredicateNode); ok {
		p.Node = &ast.ConditionalNode{
			Cond: &ast.CallNode{Callee: &ast.IdentifierNode{Value: stepName}},
			Exp1: p.Node,
			Exp2: &ast.NilNode{},
		}
	}
}

// jsonScope is what an expression sees. A struct, because of a map the compiler takes the types from
// the values, and body has none yet.
type jsonScope struct {
	Body    any                  `expr:"body"`
	Status  int                  `expr:"status"`
	Headers map[string]string    `expr:"headers"`
	Step    func() (bool, error) `expr:"__step"` // stepName
}

func newJSONScope(body any, status int, headers map[string]string) jsonScope {
	steps := 0
	return jsonScope{body, status, headers, func() (bool, error) {
		if steps++; steps > maxExprSteps {
			return false, errTooManySteps
		}
		return true, nil
	}}
}

func compileJSON(source string) (*jsonExpr, error) { return compileExpr(source, expr.AsBool()) }

func compileExpr(source string, as ...expr.Option) (*jsonExpr, error) {
	if len(source) > maxExprSource {
		return nil, refuse("expression_long", "max", maxExprSource)
	}
	if strings.TrimSpace(source) == "" {
		return nil, refuse("expression_empty")
	}
	options := append([]expr.Option{expr.Env(jsonScope{}), expr.Patch(stepCounter{})}, as...)
	p, err := expr.Compile(source, options...)
	if err != nil {
		return nil, refuse("expression", "err", oneLine(err.Error()))
	}
	return &jsonExpr{source: source, program: p}, nil
}

// run evaluates the expression over an answer. Errors are *siteError with reason JSON
// and hold nothing of the answer.
func (x *jsonExpr) run(a *answer) (any, error) {
	if a.cut {
		return nil, siteErrorf(JSON, "the body is longer than the %d bytes read", len(a.body))
	}
	var body any
	if err := json.Unmarshal(a.body, &body); err != nil {
		return nil, siteErrorf(JSON, "the body is not JSON")
	}
	headers := make(map[string]string, len(a.resp.Header))
	for name, values := range a.resp.Header {
		headers[name] = strings.Join(values, ", ")
	}
	machine := vm.VM{MemoryBudget: maxExprMemory}
	out, err := machine.Run(x.program, newJSONScope(body, a.resp.StatusCode, headers))
	if err != nil {
		why := "does not fit this answer"
		if strings.Contains(err.Error(), errTooManySteps.Error()) {
			why = "takes too many steps on this answer"
		}
		return nil, siteErrorf(JSON, "%q %s", x.source, why)
	}
	return out, nil
}

func (x *jsonExpr) judge(a *answer) error {
	out, err := x.run(a)
	if err != nil {
		return err
	}
	if ok, isBool := out.(bool); !isBool || !ok {
		return siteErrorf(JSON, "%q is not true", x.source)
	}
	return nil
}
