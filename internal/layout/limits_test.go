package layout

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// limitedRooms are the rooms whose numbers limit what strangers, time and programs may do; what is shown is not among them.
var (
	limitedRooms = []string{"internal/sys/", "internal/broker/", "internal/bench/", "exporter/"}
	shownRooms   = []string{"internal/bench/report/", "exporter/dashboards/"}
)

// limitsFile has a line for each number: where it stands and what it is.
const limitsFile = "testdata/limits.txt"

// TestLimits compares every number that limits something, and every mode of a file, with the list of them: a limit is written twice,
// so that none changes unseen. Who means to change one changes its line as well.
func TestLimits(t *testing.T) {
	text, err := os.ReadFile(limitsFile)
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		listed[strings.TrimSpace(line)] = true
	}
	found := map[string]bool{}
	root := filepath.Join("..", "..")
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "testcluster" || d.Name() == "clitest") {
			return fs.SkipDir
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		for _, line := range numbersOf(t, path, strings.TrimPrefix(filepath.ToSlash(path), "../../")) {
			found[line] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range slices.Sorted(maps.Keys(found)) {
		if !listed[line] {
			t.Errorf("not in %s: %s", limitsFile, line)
		}
	}
	for _, line := range slices.Sorted(maps.Keys(listed)) {
		if !found[line] {
			t.Errorf("only in %s: %s", limitsFile, line)
		}
	}
}

// numbersOf are the lines of one file: its numeric constants, in the rooms that have limits, and how often it uses each mode of files.
func numbersOf(t *testing.T, path, name string) (lines []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	in := func(room string) bool { return strings.HasPrefix(name, room) }
	limited := slices.ContainsFunc(limitedRooms, in) && !slices.ContainsFunc(shownRooms, in)
	modes := map[string]int{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GenDecl:
			if limited && n.Tok == token.CONST {
				lines = append(lines, constantsOf(name, n)...)
			}
		case *ast.BasicLit:
			if n.Kind == token.INT && strings.HasPrefix(n.Value, "0o") {
				modes[n.Value]++
			}
		}
		return true
	})
	for _, mode := range slices.Sorted(maps.Keys(modes)) {
		lines = append(lines, fmt.Sprintf("%s: mode %s, %d times", name, mode, modes[mode]))
	}
	return lines
}

// constantsOf are the lines of the numbers that a declaration names.
func constantsOf(name string, d *ast.GenDecl) (lines []string) {
	for _, s := range d.Specs {
		spec, ok := s.(*ast.ValueSpec)
		if !ok {
			continue
		}
		for i, value := range spec.Values {
			if isNumber(value) {
				lines = append(lines, fmt.Sprintf("%s: %s = %s", name, spec.Names[i].Name, types.ExprString(value)))
			}
		}
	}
	return lines
}

// isNumber reports whether an expression is made of numbers and units of time.
func isNumber(e ast.Expr) bool {
	number, other := false, false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			number = number || n.Kind == token.INT || n.Kind == token.FLOAT
			other = other || n.Kind == token.STRING
		case *ast.CompositeLit, *ast.FuncLit, *ast.CallExpr:
			call, ok := n.(*ast.CallExpr)
			other = other || !ok || len(call.Args) != 1
		case *ast.SelectorExpr:
			unit, ok := n.X.(*ast.Ident)
			number = number || ok && unit.Name == "time"
			return false
		case *ast.UnaryExpr, *ast.BinaryExpr, *ast.ParenExpr, *ast.Ident, nil:
		default:
			other = true
		}
		return !other
	})
	return number && !other
}
