package layout

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

const module = "github.com/natsctl/natsctl/"

// The limits of a package: docs/layout.md says why.
const (
	maxFiles       = 40 // files of a package
	smallPackage   = 8  // up to this many files the circle is not looked at
	circleShare    = 3  // the largest circle has at most one file in this many
	maxMethods     = 30 // methods of a type
	maxMethodFiles = 6  // files that hold them
)

// exception lets a package break one limit. One that is no longer needed fails
// the test.
type exception struct {
	path   string // of the package
	flaw   string // how its flaw begins
	reason string
}

// maxExceptions is how many there may be.
const maxExceptions = 5

var exceptions = []exception{}

// room is what was measured of a package: its files, the references between
// them, and where the methods of its types stand.
type room struct {
	path    string
	files   []string
	refers  map[string]map[string]bool
	methods map[string]map[string]int // type, file, count
}

// TestWalls holds every package to the limits.
func TestWalls(t *testing.T) {
	if len(exceptions) > maxExceptions {
		t.Errorf("%d exceptions, at most %d", len(exceptions), maxExceptions)
	}
	used := map[exception]bool{}
	for _, r := range rooms(t) {
		for _, flaw := range r.flaws() {
			i := slices.IndexFunc(exceptions, func(e exception) bool { return e.path == r.path && strings.HasPrefix(flaw, e.flaw) })
			if i < 0 {
				t.Errorf("%s: %s", r.path, flaw)
				continue
			}
			used[exceptions[i]] = true
		}
	}
	for _, e := range exceptions {
		if !used[e] || e.reason == "" {
			t.Errorf("the exception %+v is not needed, or has no reason", e)
		}
	}
}

// rooms measures every package of the module, without tests and what only tests
// import.
func rooms(t *testing.T) (measured []room) {
	t.Helper()
	const mode = packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedExportFile
	loaded, err := packages.Load(&packages.Config{Mode: mode}, module+"...")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range loaded {
		for _, e := range p.Errors {
			t.Fatal(e)
		}
		if r := measure(p); !strings.HasPrefix(r.path, "internal/testcluster") {
			measured = append(measured, r)
		}
	}
	if len(measured) < 20 {
		t.Fatalf("only %d packages were found", len(measured))
	}
	return measured
}

func measure(p *packages.Package) room {
	r := room{path: strings.TrimPrefix(p.PkgPath, module), refers: map[string]map[string]bool{}, methods: map[string]map[string]int{}}
	name := func(n interface{ Pos() token.Pos }) string { return filepath.Base(p.Fset.Position(n.Pos()).Filename) }
	for _, f := range p.Syntax {
		from := name(f)
		r.files = append(r.files, from)
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil {
				count(r.methods, receiver(fn.Recv.List[0].Type), from)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if used := p.TypesInfo.Uses[id]; used != nil && shared(used, p.Types) && name(used) != from {
					link(r.refers, from, name(used))
				}
			}
			return true
		})
	}
	return r
}

// shared tells whether an object can be used from another file of its package:
// a package-level name, a method or a field.
func shared(o types.Object, p *types.Package) bool {
	return o.Pkg() == p && (o.Parent() == p.Scope() || o.Parent() == nil)
}

// receiver is the name of the type of a method.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func count(m map[string]map[string]int, key, file string) {
	if m[key] == nil {
		m[key] = map[string]int{}
	}
	m[key][file]++
}

func link(m map[string]map[string]bool, from, to string) {
	if m[from] == nil {
		m[from] = map[string]bool{}
	}
	m[from][to] = true
}

// flaws names each limit that the package breaks.
func (r room) flaws() (flaws []string) {
	if len(r.files) > maxFiles {
		flaws = append(flaws, fmt.Sprintf("%d files, at most %d", len(r.files), maxFiles))
	}
	if circle := largestCircle(r.refers); len(r.files) > smallPackage && circle*circleShare > len(r.files) {
		flaws = append(flaws, fmt.Sprintf("a circle of %d files among %d, at most one in %d", circle, len(r.files), circleShare))
	}
	for _, name := range slices.Sorted(maps.Keys(r.methods)) {
		total, files := 0, r.methods[name]
		for _, n := range files {
			total += n
		}
		if total > maxMethods {
			flaws = append(flaws, fmt.Sprintf("type %s has %d methods, at most %d", name, total, maxMethods))
		}
		if len(files) > maxMethodFiles {
			flaws = append(flaws, fmt.Sprintf("the methods of %s stand in %d files, at most %d", name, len(files), maxMethodFiles))
		}
	}
	return flaws
}

// largestCircle is the number of nodes in the largest strongly connected set of
// a graph, by Tarjan's algorithm; 0 when there is no circle.
func largestCircle(graph map[string]map[string]bool) (largest int) {
	index, low, open := map[string]int{}, map[string]int{}, map[string]bool{}
	var stack []string
	var visit func(string)
	visit = func(v string) {
		index[v] = len(index) + 1
		low[v] = index[v]
		stack, open[v] = append(stack, v), true
		for w := range graph[v] {
			if index[w] == 0 {
				visit(w)
				low[v] = min(low[v], low[w])
			} else if open[w] {
				low[v] = min(low[v], index[w])
			}
		}
		if low[v] != index[v] {
			return
		}
		start := slices.Index(stack, v)
		for _, w := range stack[start:] {
			open[w] = false
		}
		if size := len(stack) - start; size > 1 {
			largest = max(largest, size)
		}
		stack = stack[:start]
	}
	for v := range graph {
		if index[v] == 0 {
			visit(v)
		}
	}
	return largest
}

func TestFlaws(t *testing.T) {
	ring := func(names ...string) map[string]map[string]bool {
		graph := map[string]map[string]bool{}
		for i, name := range names {
			link(graph, name, names[(i+1)%len(names)])
		}
		link(graph, names[0], "leaf")
		return graph
	}
	nine := slices.Repeat([]string{"x"}, 9)
	for name, c := range map[string]struct {
		room room
		want []string
	}{
		"three of nine":   {room{files: nine, refers: ring("a", "b", "c")}, nil},
		"four of nine":    {room{files: nine, refers: ring("a", "b", "c", "d")}, []string{"a circle of 4 files among 9, at most one in 3"}},
		"eight are small": {room{files: nine[:8], refers: ring("a", "b", "c", "d", "e", "f", "g", "h")}, nil},
		"many files":      {room{files: slices.Repeat([]string{"x"}, 41)}, []string{"41 files, at most 40"}},
		"limits": {room{methods: map[string]map[string]int{
			"wide": {"a": 16, "b": 15}, "spread": {"a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1, "g": 1}, "fits": {"a": 25, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1},
		}}, []string{"the methods of spread stand in 7 files, at most 6", "type wide has 31 methods, at most 30"}},
	} {
		if got := c.room.flaws(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
