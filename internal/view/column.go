package view

import (
	"iter"
	"slices"
	"time"
)

// Column is one column of a table of R: its name, its unit and where its value
// comes from. A table is a slice of columns; a new column is one row in it.
type Column[R any] struct {
	Name  string        // in JSON, CSV, --sort and --filter; includes the unit, if any: rtt_seconds, mem_bytes
	Title string        // the header of the table
	Short string        // the header if space is limited, as in the dashboard; empty: Title
	Help  string        // one sentence for the documentation
	Unit  Unit          // the unit of Value
	Wide  bool          // shown by -o wide and in every format for programs
	Sum   bool          // the totals row sums this column
	Value func(R) any   // string, bool, int, int64, uint64, float64, time.Time, []string, or nil: not reported
	Level func(R) Level // nil: always OK

	// Label is the display name of Value, such as the name of an account that has a
	// key: tables show it, -o wide and other formats show Value. If it is "", or
	// the function is nil, Value is shown.
	Label func(R) string
}

// Cell is one value of a row with its level.
type Cell struct {
	Raw   any
	Unit  Unit
	Level Level
	Label string // display name of Raw; empty: Raw itself
}

// Text returns the cell formatted for people, safe for a terminal.
func (c Cell) Text() string { return c.Unit.Format(c.Raw) }

// Head is the heading of one column, without the type of its rows.
type Head struct {
	Name, Title, Short, Help string
	Unit                     Unit
	Wide, Sum                bool
}

// Grid is a table without the type of its rows: what writers and the dashboard
// draw. Rows hold one cell per head.
type Grid struct {
	Heads    []Head
	Rows     [][]Cell
	SortedBy string // name of the column that the rows are sorted by; empty if not sorted
}

// NewGrid evaluates every column on every row.
func NewGrid[R any](cols []Column[R], rows iter.Seq[R]) Grid {
	g := Grid{Heads: Heads(cols)}
	for row := range rows {
		g.Rows = append(g.Rows, Cells(cols, row))
	}
	return g
}

// Heads returns the headings of a column table.
func Heads[R any](cols []Column[R]) []Head {
	heads := make([]Head, len(cols))
	for i, c := range cols {
		heads[i] = Head{Name: c.Name, Title: c.Title, Short: c.Short, Help: c.Help, Unit: c.Unit, Wide: c.Wide, Sum: c.Sum}
	}
	return heads
}

// Lift converts the columns of a table to those of another table, whose rows
// contain a row of the first: the same names, units, values and judgements.
func Lift[R, B any](cols []Column[B], of func(R) B) []Column[R] {
	lifted := make([]Column[R], len(cols))
	for i, c := range cols {
		lifted[i] = Column[R]{
			Name: c.Name, Title: c.Title, Short: c.Short, Help: c.Help, Unit: c.Unit, Wide: c.Wide, Sum: c.Sum,
			Value: func(r R) any { return c.Value(of(r)) },
		}
		if c.Level != nil {
			lifted[i].Level = func(r R) Level { return c.Level(of(r)) }
		}
		if c.Label != nil {
			lifted[i].Label = func(r R) string { return c.Label(of(r)) }
		}
	}
	return lifted
}

// Cells evaluates every column on one row. The zero time becomes nil: servers
// send it for what never happened.
func Cells[R any](cols []Column[R], row R) []Cell {
	cells := make([]Cell, len(cols))
	for i, c := range cols {
		raw := c.Value(row)
		if at, ok := raw.(time.Time); ok && at.IsZero() {
			raw = nil
		}
		cells[i] = Cell{Raw: raw, Unit: c.Unit}
		if c.Level != nil {
			cells[i].Level = c.Level(row)
		}
		if c.Label != nil {
			cells[i].Label = c.Label(row)
		}
	}
	return cells
}

// Labeled returns the grid with values replaced by their labels.
func (g Grid) Labeled() Grid {
	rows := make([][]Cell, len(g.Rows))
	for i, row := range g.Rows {
		rows[i] = slices.Clone(row)
		for j, c := range row {
			if c.Label != "" {
				rows[i][j].Raw = c.Label
			}
		}
	}
	g.Rows = rows
	return g
}
