package widget

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// Sheet is the rows of one page in one state, without their type. Cells are
// evaluated when they are drawn, so that the cost depends on the window, not on
// the number of rows.
type Sheet interface {
	Heads() []view.Head
	CanMark(col int) bool // the column may be marked
	Size() int
	Cell(row, col int) view.Cell
	text(row, col int) string // replaces the displayed value; empty: the value
	Key(row int) string       // identifies the object from state to state
	Level(row int) view.Level
	mark(row int) string // shown before the row; empty: the mark of its level
	Ref(row int) Ref
	Object(row int) any // the source of its JSON
}

// Ref identifies the object of a row for the pages that open from it. Fields
// that do not apply are empty.
type Ref struct {
	Title    string
	Server   string
	ServerID string
	Cluster  string
	Account  string
	Domain   string
	Stream   string
	Consumer string
	Link     string // its key
	CID      uint64
	Client   string
	Address  string // of a connection
}

// RowsOf is a sheet over rows of one type.
type RowsOf[R any] struct {
	Columns  []view.Column[R]
	Looks    map[string]Look[R] // by column name
	Rows     []R
	KeyOf    func(R) string
	LevelOf  func(R) view.Level // nil: the worst of its columns
	MarkOf   func(R) string     // nil or an empty text: the mark of its level
	RefOf    func(R) Ref
	ObjectOf func(R) any
}

// Heads implements [Sheet].
func (s *RowsOf[R]) Heads() []view.Head { return view.Heads(s.Columns) }

// Size implements [Sheet].
func (s *RowsOf[R]) Size() int { return len(s.Rows) }

// Key implements [Sheet].
func (s *RowsOf[R]) Key(row int) string { return s.KeyOf(s.Rows[row]) }

// Ref implements [Sheet].
func (s *RowsOf[R]) Ref(row int) Ref { return s.RefOf(s.Rows[row]) }

// Object implements [Sheet].
func (s *RowsOf[R]) Object(row int) any { return s.ObjectOf(s.Rows[row]) }

// Look changes how a column of package view is displayed, never its value, so
// that filters and sorting work as in `natsctl server report`.
type Look[R any] struct {
	Text  func(R) string     // replaces the displayed value; nil or an empty text: the value
	Level func(R) view.Level // replaces the column's own level, which does not know earlier answers
}

// judge returns the level function of a column, or nil.
func (s *RowsOf[R]) judgeOf(col int) func(R) view.Level {
	if own := s.Looks[s.Columns[col].Name].Level; own != nil {
		return own
	}
	return s.Columns[col].Level
}

// CanMark implements [Sheet].
func (s *RowsOf[R]) CanMark(col int) bool { return s.judgeOf(col) != nil }

// Level implements [Sheet].
func (s *RowsOf[R]) Level(row int) view.Level {
	if s.LevelOf != nil {
		return s.LevelOf(s.Rows[row])
	}
	worst := fleet.OK
	for col := range s.Columns {
		if judge := s.judgeOf(col); judge != nil {
			worst = worst.Worse(judge(s.Rows[row]))
		}
	}
	return worst
}

func (s *RowsOf[R]) mark(row int) string {
	if s.MarkOf != nil {
		return s.MarkOf(s.Rows[row])
	}
	return ""
}

// Cell implements [Sheet].
func (s *RowsOf[R]) Cell(row, col int) view.Cell {
	c := s.Columns[col]
	out := view.Cell{Raw: c.Value(s.Rows[row]), Unit: c.Unit}
	if c.Label != nil {
		out.Label = c.Label(s.Rows[row])
	}
	if judge := s.judgeOf(col); judge != nil {
		out.Level = judge(s.Rows[row])
	}
	return out
}

func (s *RowsOf[R]) text(row, col int) string {
	if own := s.Looks[s.Columns[col].Name].Text; own != nil {
		return own(s.Rows[row])
	}
	if label := s.Columns[col].Label; label != nil {
		return label(s.Rows[row])
	}
	return ""
}

// Heading is a column's title, short enough for the screen.
func Heading(h view.Head) string {
	title := strings.ToUpper(cmp.Or(h.Short, h.Title))
	if each, isRate := strings.CutSuffix(title, "/S"); isRate {
		return each + "/s"
	}
	return title
}

// TrafficColumn is a column name by the traffic display: the rate, or the total
// that it belongs to.
func TrafficColumn(name string, totals bool) string {
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

// perSecond is the suffix of the names of rates.
const perSecond = "_per_second"

// String names the object that a page is limited to.
func (r Ref) String() string {
	switch {
	case r.Title != "":
		return r.Title
	case r.Consumer != "":
		return r.Stream + "/" + r.Consumer
	case r.Stream != "":
		return r.Stream
	case r.CID != 0:
		return fmt.Sprintf("%s cid %d", r.Server, r.CID)
	case r.Server != "":
		return r.Server
	case r.Account != "":
		return r.Account
	}
	return r.Cluster
}
