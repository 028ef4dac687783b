package widget

import "github.com/natsctl/natsctl/internal/tui/cell"

// Layout is where a table was drawn last, for the mouse.
type Layout struct {
	FirstRow int // first row of the table
	Rows     int
	Cols     []ColumnAt
}

// ColumnAt is where a column was drawn.
type ColumnAt struct {
	From, To int
	Name     string
}

// Within notes where a table was drawn.
func (d *Layout) Within(a cell.Area, rows int, cols []ColumnAt) {
	_, y := a.Origin()
	d.FirstRow, d.Rows, d.Cols = y+1, rows, cols
}
