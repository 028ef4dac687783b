package tui

import (
	"cmp"
	"strings"

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
	text(row, col int) string // what is shown in place of the value; empty: the value
	key(row int) string       // identifies the object from state to state
	level(row int) view.Level
	mark(row int) string // before the row; empty: that of its level
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
	link     string // its key
	cid      uint64
	who      string
	addr     string // of a connection
}

// rowsOf is a sheet over rows of one type.
type rowsOf[R any] struct {
	cols  []view.Column[R]
	dress map[string]dress[R] // by column name
	rows  []R
	name  func(R) string
	judge func(R) view.Level // nil: the worst of its columns
	sign  func(R) string     // nil or an empty text: the mark of its level
	refer func(R) ref
	json  func(R) any
}

func (s *rowsOf[R]) heads() []view.Head { return view.Heads(s.cols) }
func (s *rowsOf[R]) size() int          { return len(s.rows) }
func (s *rowsOf[R]) key(row int) string { return s.name(s.rows[row]) }
func (s *rowsOf[R]) ref(row int) ref    { return s.refer(s.rows[row]) }
func (s *rowsOf[R]) object(row int) any { return s.json(s.rows[row]) }

// dress is what the screen adds to a column of package view: a look, never
// another value, so that filters and sorts are those of `natsctl server
// report`.
type dress[R any] struct {
	text  func(R) string     // shown in place of the value; nil or an empty text: the value
	level func(R) view.Level // judges in place of the column, which knows no history
}

// judge returns how a column is judged; nil: not at all.
func (s *rowsOf[R]) judgeOf(col int) func(R) view.Level {
	if own := s.dress[s.cols[col].Name].level; own != nil {
		return own
	}
	return s.cols[col].Level
}

func (s *rowsOf[R]) judged(col int) bool { return s.judgeOf(col) != nil }

func (s *rowsOf[R]) level(row int) view.Level {
	if s.judge != nil {
		return s.judge(s.rows[row])
	}
	worst := fleet.OK
	for col := range s.cols {
		if judge := s.judgeOf(col); judge != nil {
			worst = worst.Worse(judge(s.rows[row]))
		}
	}
	return worst
}

func (s *rowsOf[R]) mark(row int) string {
	if s.sign != nil {
		return s.sign(s.rows[row])
	}
	return ""
}

func (s *rowsOf[R]) cell(row, col int) view.Cell {
	c := s.cols[col]
	out := view.Cell{Raw: c.Value(s.rows[row]), Unit: c.Unit}
	if judge := s.judgeOf(col); judge != nil {
		out.Level = judge(s.rows[row])
	}
	return out
}

func (s *rowsOf[R]) text(row, col int) string {
	if own := s.dress[s.cols[col].Name].text; own != nil {
		return own(s.rows[row])
	}
	return ""
}

// heading is a column's title as the screen has room for it.
func heading(h view.Head) string {
	title := strings.ToUpper(cmp.Or(h.Short, h.Title))
	if each, isRate := strings.CutSuffix(title, "/S"); isRate {
		return each + "/s"
	}
	return title
}

// flow is a column name by what the screen shows of traffic: a rate, or the
// total that it is the rate of.
func flow(name string, totals bool) string {
	for _, counter := range [...]string{"in_msgs", "out_msgs", "in_bytes", "out_bytes"} {
		switch {
		case totals && name == counter+perSecond:
			return counter
		case !totals && name == counter:
			return counter + perSecond
		}
	}
	return name
}

// perSecond ends the names of rates.
const perSecond = "_per_second"
