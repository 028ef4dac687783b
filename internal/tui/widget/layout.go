package widget

import "github.com/natsctl/natsctl/internal/tui/cell"

// Layout is the last drawn position of a table, for the mouse.
type Layout struct {
	FirstRow int // first row of the table
	Rows     int
	Cols     []ColumnAt
}

// ColumnAt is the position of a column.
type ColumnAt struct {
	From, To int
	Name     string
}

// Within records the position of a table.
func (d *Layout) Within(a cell.Area, rows int, cols []ColumnAt) {
	_, y := a.Origin()
	d.FirstRow, d.Rows, d.Cols = y+1, rows, cols
}
