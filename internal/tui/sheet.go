package tui

import (
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// sheet is the rows of one page at one state, without their type. Cells are
// evaluated when they are drawn, so that ten thousand rows cost what fits the
// window.
type sheet interface {
	heads() []view.Head
	judged(col int) bool // the column may be marked
	size() int
	cell(row, col int) view.Cell
	key(row int) string // identifies the object from state to state
	level(row int) view.Level
	ref(row int) ref
	object(row int) any // what its JSON is made from
}

// ref names the object of a row, for what opens from it. Empty fields do not
// apply.
type ref struct {
	title    string
	server   string
	serverID string
	cluster  string
	account  string
	domain   string
	stream   string
	consumer string
	cid      uint64
	who      string
}

// rowsOf is a sheet over rows of one type.
type rowsOf[R any] struct {
	cols  []view.Column[R]
	rows  []R
	name  func(R) string
	judge func(R) view.Level
	refer func(R) ref
	json  func(R) any
}

func (s *rowsOf[R]) heads() []view.Head       { return view.Heads(s.cols) }
func (s *rowsOf[R]) judged(col int) bool      { return s.cols[col].Level != nil }
func (s *rowsOf[R]) size() int                { return len(s.rows) }
func (s *rowsOf[R]) key(row int) string       { return s.name(s.rows[row]) }
func (s *rowsOf[R]) ref(row int) ref          { return s.refer(s.rows[row]) }
func (s *rowsOf[R]) object(row int) any       { return s.json(s.rows[row]) }
func (s *rowsOf[R]) level(row int) view.Level { return s.judge(s.rows[row]) }

func (s *rowsOf[R]) cell(row, col int) view.Cell {
	c := s.cols[col]
	out := view.Cell{Raw: c.Value(s.rows[row]), Unit: c.Unit}
	if c.Level != nil {
		out.Level = c.Level(s.rows[row])
	}
	return out
}

// swapped returns the columns with some of them replaced, by name.
func swapped[R any](cols []view.Column[R], by map[string]view.Column[R]) []view.Column[R] {
	out := make([]view.Column[R], len(cols))
	for i, c := range cols {
		if other, ok := by[c.Name]; ok {
			c = other
		}
		out[i] = c
	}
	return out
}

// kept returns the rows that pass.
func kept[R any](rows []R, pass func(R) bool) []R {
	var out []R
	for _, r := range rows {
		if pass(r) {
			out = append(out, r)
		}
	}
	return out
}

// urgency orders levels: what cannot be known stands between warn and crit.
func urgency(l fleet.Level) int {
	switch l {
	case fleet.OK, fleet.Info:
		return int(l)
	case fleet.Warn:
		return 2
	case fleet.Crit:
		return 4
	}
	return 3
}
