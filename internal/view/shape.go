package view

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// ErrColumn is matched by a [ColumnError].
var ErrColumn = errors.New("unknown column")

// ColumnError is the error of a column name that is unknown or ambiguous. It
// matches [ErrColumn].
type ColumnError struct {
	Name  string
	Could []string // the candidates; empty if unknown
	Known []string // the columns of the table
}

func (e *ColumnError) Error() string {
	if len(e.Could) > 0 {
		return fmt.Sprintf("%v %q: could be %s", ErrColumn, e.Name, strings.Join(e.Could, " or "))
	}
	suggestion := Suggest(e.Name, e.Known)
	for i := 0; suggestion == "" && i < len(e.Known); i++ { // the unit may be missing
		if bare, _, ok := strings.Cut(e.Known[i], "_"); ok && fleet.Nearest(e.Name, []string{bare}) != "" {
			suggestion = Suggest(e.Known[i], e.Known)
		}
	}
	return fmt.Sprintf("%v %q%s", ErrColumn, e.Name, suggestion)
}

// Is makes it match [ErrColumn].
func (e *ColumnError) Is(target error) bool { return target == ErrColumn }

// Shape is the filtering, sorting and limiting of a table in any format. The
// zero value leaves the table unchanged.
type Shape struct {
	Filter  string // an expression over the column names, see [Filter]
	Sort    string // a column name; numbers and times largest first, text A to Z
	Reverse bool
	Limit   int // rows kept after sorting; 0 keeps all
}

// Apply returns the grid filtered, sorted and limited. The original grid is not
// changed. Values that were not reported sort last, in either direction.
func (s Shape) Apply(g Grid) (Grid, error) {
	rows := slices.Clone(g.Rows)
	if s.Filter != "" {
		f, err := NewFilter(s.Filter, g.Heads)
		if err != nil {
			return Grid{}, err
		}
		if rows, err = Select(f, rows, func(row []Cell) []Cell { return row }); err != nil {
			return Grid{}, err
		}
	}
	out := Grid{Heads: g.Heads, Rows: rows}
	if s.Sort != "" {
		if err := out.sort(s.Sort, s.Reverse); err != nil {
			return Grid{}, err
		}
	} else if s.Reverse {
		slices.Reverse(out.Rows)
	}
	if s.Limit > 0 && len(out.Rows) > s.Limit {
		out.Rows = out.Rows[:s.Limit]
	}
	return out, nil
}

func (g *Grid) sort(name string, reverse bool) error {
	i, err := g.Index(name)
	if err != nil {
		return err
	}
	g.SortedBy = g.Heads[i].Name
	slices.SortStableFunc(g.Rows, func(a, b []Cell) int {
		x, y := a[i].Raw, b[i].Raw
		if (x == nil) != (y == nil) {
			return compareBool(x == nil, y == nil)
		}
		if reverse {
			return -Compare(x, y)
		}
		return Compare(x, y)
	})
	return nil
}

// Index finds a column by name, or by a name without its unit when that is
// unambiguous: "rtt" finds rtt_seconds. Dashes match underscores.
func (g Grid) Index(name string) (int, error) {
	found, bare := -1, strings.ReplaceAll(name, "-", "_")
	if !slices.Contains(g.Names(), name) {
		name = bare
	}
	for i, h := range g.Heads {
		switch {
		case h.Name == name:
			return i, nil
		case strings.HasPrefix(h.Name, name+"_"):
			if found >= 0 {
				return 0, &ColumnError{Name: name, Could: []string{g.Heads[found].Name, h.Name}, Known: g.Names()}
			}
			found = i
		}
	}
	if found < 0 {
		return 0, &ColumnError{Name: name, Known: g.Names()}
	}
	return found, nil
}

// Names lists the column names.
func (g Grid) Names() []string {
	names := make([]string, len(g.Heads))
	for i, h := range g.Heads {
		names[i] = h.Name
	}
	return names
}

// Compare defines the sort order of two raw values: numbers and times largest
// first, true first, text A to Z.
func Compare(x, y any) int {
	if a, ok := number(x); ok {
		if b, ok := number(y); ok {
			return cmp.Compare(b, a)
		}
	}
	switch a := x.(type) {
	case time.Time:
		if b, ok := y.(time.Time); ok {
			return b.Compare(a)
		}
	case bool:
		if b, ok := y.(bool); ok {
			return compareBool(b, a)
		}
	}
	return cmp.Compare(Raw(x), Raw(y))
}

// compareBool puts false before true.
func compareBool(x, y bool) int {
	switch {
	case x == y:
		return 0
	case y:
		return -1
	}
	return 1
}

// Totals returns the row of sums, or nil if no column is summed. The first
// column contains the label, unless it is summed itself.
func (g Grid) Totals(word string) []Cell {
	if !slices.ContainsFunc(g.Heads, func(h Head) bool { return h.Sum }) {
		return nil
	}
	cells := make([]Cell, len(g.Heads))
	for i, h := range g.Heads {
		cells[i].Unit = h.Unit
		switch {
		case h.Sum:
			cells[i].Raw = g.sum(i)
		case i == 0:
			cells[i].Raw = word
		default:
			cells[i].Raw = ""
		}
	}
	return cells
}

// sum adds the reported values of one column; nil if there are none.
func (g Grid) sum(col int) any {
	var total float64
	var any bool
	for _, row := range g.Rows {
		if f, ok := number(row[col].Raw); ok {
			total, any = total+f, true
		}
	}
	if !any {
		return nil
	}
	return total
}
