package main

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/natsctl/natsctl/"

// allowed is the direction of imports between our packages, outside of tests:
// what is not listed may not be imported. A family of nouns, internal/cli/*cmd,
// may import every room below, and no other family.
var allowed = map[string][]string{
	"internal/context": {"internal/atomicfile"},
	"internal/fleet":   {},
	"internal/auth":    {},
	"internal/explain": {},
	"internal/service": {"internal/fleet"},
	"internal/path":    {"internal/fleet", "internal/auth"},
	"internal/broker":  {"internal/atomicfile"},
	// Below the clusters, one way too: what is pure knows nothing of servers.
	"internal/broker/spec":   {},
	"internal/broker/plan":   {"internal/broker/spec"},
	"internal/broker/link":   {"internal/broker/plan"},
	"internal/broker/client": {"internal/broker/plan", "internal/broker/spec"},
	"internal/broker/export": {"internal/broker/plan", "internal/broker/spec", "internal/atomicfile"},
	"internal/broker/host":   {"internal/atomicfile"},
	"internal/bench":         {},
	"internal/view":          {"internal/fleet", "internal/safetext"},
	"internal/sys":           {"internal/fleet", "internal/auth"},
	"internal/tui":           {"internal/view", "internal/fleet"},
	"exporter":               {"internal/fleet", "internal/sys", "internal/service", "internal/safetext", "internal/atomicfile"},
	"completions":            {},
	// Leaves that any room may be given: they import no other.
	"internal/atomicfile": {},
	"internal/safetext":   {},
	"cmd/natsctl":         {"internal/cli", "internal/tui/noquery"},
	"internal/cli/act":    {"internal/cli", "internal/sys", "internal/broker"},
	"internal/cli":        {"internal/context", "internal/fleet", "internal/sys", "internal/view", "internal/atomicfile", "completions"},
	// Tests only: no row of another package names it.
	"internal/testcluster": {"internal/broker"},
	"internal/cli/clitest": {"internal/cli"},
}

// testOnly are the packages that only tests import.
var testOnly = []string{"internal/testcluster", "internal/cli/clitest"}

// owners says which packages alone may import a library.
var owners = map[string][]string{
	"github.com/alecthomas/kingpin/v2":         {"internal/cli"},
	"github.com/charmbracelet/bubbletea":       {"internal/tui"},
	"github.com/nats-io/nats-server/v2/server": {"internal/fleet", "internal/auth", "internal/explain", "internal/path", "internal/sys", "internal/view", "internal/tui", "internal/broker", "internal/testcluster", "exporter"},
	"github.com/prometheus/client_golang/":     {"exporter", "internal/cli/exportercmd"},
}

type listed struct {
	ImportPath string
	Imports    []string
}

// TestImports keeps the layers of docs/layout.md.
func TestImports(t *testing.T) {
	for _, pkg := range packages(t) {
		self := strings.TrimPrefix(pkg.ImportPath, module)
		for _, imp := range pkg.Imports {
			if ours, ok := strings.CutPrefix(imp, module); ok && !mayImport(self, ours) {
				t.Errorf("%s must not import %s", self, ours)
			}
			for library, who := range owners {
				if strings.HasPrefix(imp+"/", library) && !slices.ContainsFunc(who, func(p string) bool { return within(self, p) }) {
					t.Errorf("%s must not import %s; only %v may", self, imp, who)
				}
			}
		}
	}
}

// TestResultsNeedNoNATS keeps connections out of what describes, judges, compares
// and prints benchmarks: two saved results are compared without a server.
func TestResultsNeedNoNATS(t *testing.T) {
	room := module + "internal/bench/"
	out, err := exec.Command("go", "list", "-deps", room+"scenario", room+"result", room+"report").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dep := range strings.FieldsSeq(string(out)) {
		if strings.HasPrefix(dep, "github.com/nats-io/") {
			t.Errorf("results of benchmarks depend on %s", dep)
		}
	}
}

// packages lists every package of the module with its imports.
func packages(t *testing.T) (pkgs []listed) {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var pkg listed
		if err := dec.Decode(&pkg); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, pkg)
	}
}

// mayImport tells whether package self may import package other of the module. A
// package and its own subpackages are one room, but the families of nouns.
func mayImport(self, other string) bool {
	if slices.ContainsFunc(testOnly, func(p string) bool { return within(other, p) && !within(self, p) }) {
		return false
	}
	if family(self) {
		return !family(other) && !within(other, "cmd")
	}
	room := roomOf(self)
	list, ok := allowed[room]
	return ok && (within(other, room) && !(room == "internal/cli" && other != room) ||
		slices.ContainsFunc(list, func(p string) bool {
			return within(other, p) && (p != "internal/cli" || other == p || self == "cmd/natsctl")
		}))
}

// family tells whether a package holds the commands of a family of nouns.
func family(pkg string) bool {
	name, ok := strings.CutPrefix(pkg, "internal/cli/")
	return ok && strings.HasSuffix(name, "cmd")
}

// roomOf is the innermost room that a package is in.
func roomOf(pkg string) (room string) {
	for r := range allowed {
		if within(pkg, r) && len(r) > len(room) {
			room = r
		}
	}
	return room
}

func within(pkg, room string) bool { return pkg == room || strings.HasPrefix(pkg, room+"/") }

// TestEverySentinelHasAdvice finds each exported error of our packages, by
// name, in the error table.
func TestEverySentinelHasAdvice(t *testing.T) {
	table := advised(t)
	for _, room := range []string{"context", "fleet", "fleet/checks", "fleet/recording", "sys", "view", "broker", "broker/spec", "broker/plan", "broker/link", "broker/export", "broker/client", "broker/host", "auth", "bench", "bench/result", "bench/scenario", "tui"} {
		for _, name := range sentinels(t, filepath.Join("..", "..", "internal", room)) {
			pkg := path.Base(room)
			if room == "context" {
				pkg = "natsctx"
			}
			if !slices.Contains(table, pkg+"."+name) {
				t.Errorf("%s.%s has no row in an error table", pkg, name)
			}
		}
	}
}

// advised lists every pkg.Name that a function mentions which makes rows of the
// error table: one that is called ...Advices.
func advised(t *testing.T) (names []string) {
	t.Helper()
	for _, dir := range []string{".", "../../internal/cli", "../../internal/cli/*"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && strings.HasSuffix(fn.Name.Name, "Advices") && !strings.HasSuffix(file, "_test.go") {
					names = append(names, selectors(fn)...)
				}
			}
		}
	}
	return names
}

// selectors lists every pkg.Name that a node of the syntax mentions.
func selectors(root ast.Node) (names []string) {
	ast.Inspect(root, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if pkg, ok := sel.X.(*ast.Ident); ok {
				names = append(names, pkg.Name+"."+sel.Sel.Name)
			}
		}
		return true
	})
	return names
}

// sentinels lists the exported package variables named Err... of a package.
func sentinels(t *testing.T, dir string) (names []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		for _, object := range f.Scope.Objects {
			if object.Kind == ast.Var && strings.HasPrefix(object.Name, "Err") {
				names = append(names, object.Name)
			}
		}
	}
	return names
}
