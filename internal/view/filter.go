package view

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
)

// ErrFilter is the error of an invalid filter expression.
var ErrFilter = errors.New("bad filter")

// Filter is a compiled filter expression. It is safe for concurrent use.
//
// The language is expr-lang (https://expr-lang.org) over the column names of
// the table, with two additions: a number may have a unit (10KB, 1MiB, 50ms,
// 5m, 3d, 2K), which turns it into the column's base unit, and a single =
// compares like ==. Text also compares with contains, startsWith, endsWith and
// matches (a regular expression). A value that was not reported matches
// nothing. A value with a display name, such as an account with a public key, is
// compared by that name, or by itself where the expression holds it.
type Filter struct {
	source  string
	program *vm.Program
	names   []string // by column
	used    []int    // columns that the expression reads
}

// NewFilter compiles source over the given columns. A column may be named
// without its unit, as in [Grid.Index].
func NewFilter(source string, heads []Head) (*Filter, error) {
	g := Grid{Heads: heads}
	f := &Filter{source: source, names: g.Names()}
	resolver := &resolver{grid: g, used: map[int]bool{}}
	env := make(types.Map, len(heads))
	for _, h := range heads {
		env[h.Name] = h.Unit.filterType()
	}
	program, err := expr.Compile(withUnits(source), expr.Env(env), expr.AllowUndefinedVariables(),
		expr.Patch(resolver), expr.AsBool())
	if resolver.err != nil {
		return nil, fmt.Errorf("%w %q: %w", ErrFilter, source, resolver.err)
	}
	if err != nil {
		return nil, f.invalid(err)
	}
	f.program = program
	for i := range heads {
		if resolver.used[i] {
			f.used = append(f.used, i)
		}
	}
	return f, nil
}

// Match reports whether a row of the table matches.
func (f *Filter) Match(row []Cell) (bool, error) {
	env := make(map[string]any, len(f.used))
	for _, i := range f.used {
		if row[i].Raw == nil {
			return false, nil
		}
		env[f.names[i]] = comparable(f.value(row[i]))
	}
	out, err := expr.Run(f.program, env)
	if err != nil {
		return false, f.invalid(err)
	}
	ok, isBool := out.(bool)
	if !isBool {
		return false, f.invalid(errNotBool)
	}
	return ok, nil
}

// value is what an expression compares of a cell: its display name, unless the
// expression holds the value behind it.
func (f *Filter) value(c Cell) any {
	if raw, ok := c.Raw.(string); !ok || c.Label == "" || strings.Contains(f.source, raw) {
		return c.Raw
	}
	return c.Label
}

// Select returns the rows that match, in their order. A display name that the
// expression holds and that stands for several values is an error that lists
// them.
func Select[R any](f *Filter, rows []R, cells func(R) []Cell) ([]R, error) {
	var kept []R
	behind := map[string][]string{} // display name: values
	for _, r := range rows {
		row := cells(r)
		ok, err := f.Match(row)
		if err != nil {
			return nil, err
		}
		if ok {
			kept = append(kept, r)
		}
		for _, i := range f.used {
			raw, _ := row[i].Raw.(string)
			if label := row[i].Label; label != "" && f.value(row[i]) == label && f.quotes(label) && !slices.Contains(behind[label], raw) {
				behind[label] = append(behind[label], raw)
			}
		}
	}
	for _, label := range slices.Sorted(maps.Keys(behind)) {
		if keys := behind[label]; len(keys) > 1 {
			slices.Sort(keys)
			return nil, fmt.Errorf("%w %q: %q is the name of %d: %s", ErrFilter, f.source, label, len(keys), Text(strings.Join(keys, ", ")))
		}
	}
	return kept, nil
}

// quotes reports whether the expression holds this text in quotes.
func (f *Filter) quotes(text string) bool {
	return slices.ContainsFunc(token.FindAllString(f.source, -1), func(part string) bool {
		return len(part) > 1 && strings.ContainsAny(part[:1], "\"'`") && part[1:len(part)-1] == text
	})
}

// filterType is the type of a column in an expression: numbers compare with
// numbers, times with text, and plain values with whatever they hold.
func (u Unit) filterType() types.Type {
	switch u {
	case Plain:
		return types.Any
	case Instant:
		return types.String
	}
	return types.Float
}

// comparable gives the expression numbers as float64 and times as RFC 3339
// text, which orders as time does.
func comparable(v any) any {
	if f, ok := number(v); ok {
		return f
	}
	if t, ok := v.(time.Time); ok {
		return t.UTC().Format(time.RFC3339)
	}
	return v
}

// resolver turns the identifiers of an expression into column names and
// remembers which columns it reads.
type resolver struct {
	grid Grid
	used map[int]bool
	err  error
}

// Visit implements [ast.Visitor].
func (r *resolver) Visit(node *ast.Node) {
	id, ok := (*node).(*ast.IdentifierNode)
	if !ok || strings.HasPrefix(id.Value, "$") {
		return
	}
	i, err := r.grid.Index(id.Value)
	if err != nil {
		if r.err == nil {
			r.err = err
		}
		return
	}
	r.used[i] = true
	id.Value = r.grid.Heads[i].Name
}

var (
	// token splits an expression into quoted text and the rest.
	token = regexp.MustCompile("\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|`[^`]*`|[^\"'`]+|[\"'`]")
	// quantity is a standalone number with a unit.
	quantity = regexp.MustCompile(`(^|[^\w.])(\d+(?:\.\d+)?)([a-zA-Zµ]+)\b`)
	// single is a single equals sign.
	single = regexp.MustCompile(`(^|[^=!<>])=([^=]|$)`)
)

// factors are the units that a number in a filter may have.
var factors = map[string]float64{
	"K": 1e3, "M": 1e6, "G": 1e9,
	"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
	"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
	"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86400,
}

// withUnits rewrites quantities and single equals signs outside quoted text.
func withUnits(source string) string {
	return token.ReplaceAllStringFunc(source, func(part string) string {
		if strings.ContainsAny(part[:1], "\"'`") {
			return part
		}
		part = quantity.ReplaceAllStringFunc(part, func(q string) string {
			m := quantity.FindStringSubmatch(q)
			factor, known := factors[m[3]]
			if !known {
				return q
			}
			f, err := strconv.ParseFloat(m[2], 64)
			if err != nil {
				return q
			}
			return m[1] + strconv.FormatFloat(f*factor, 'f', -1, 64)
		})
		return single.ReplaceAllString(part, "$1==$2")
	})
}

// errNotBool is the error of an expression that gives a value instead of an answer.
var errNotBool = errors.New("the expression is not true or false")

// typeWords are the types of an expression as its author knows them.
var typeWords = strings.NewReplacer("string", "text", "float64", "number", "float32", "number", "int", "number")

// invalid is the error of the expression, without the names of types in Go.
func (f *Filter) invalid(err error) error {
	text := firstLine(err)
	switch {
	case strings.HasPrefix(text, "invalid operation: bool("), strings.HasPrefix(text, "expected bool, but got "):
		text = errNotBool.Error()
	case strings.HasPrefix(text, "invalid operation: "):
		text = typeWords.Replace(text)
	}
	return fmt.Errorf("%w %q: %s", ErrFilter, f.source, text)
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return Text(line)
}
