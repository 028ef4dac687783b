package cell

import "strings"

// Area is a rectangle of a [Grid]. Every write is clipped to it, and areas cut
// from it stay inside it. The zero Area discards every write.
type Area struct {
	g    *Grid
	x, y int
	W, H int
}

// Origin returns the area's position in its grid.
func (a Area) Origin() (x, y int) { return a.x, a.y }

// Cut returns the part of a from column x, row y, at most w by h.
func (a Area) Cut(x, y, w, h int) Area {
	x, y = max(x, 0), max(y, 0)
	w, h = max(min(w, a.W-x), 0), max(min(h, a.H-y), 0)
	return Area{g: a.g, x: a.x + x, y: a.y + y, W: w, H: h}
}

// Rows returns the rows from y on, at most n of them.
func (a Area) Rows(y, n int) Area { return a.Cut(0, y, a.W, n) }

// Write writes s into row y from column x and returns the column after it, so
// that writes chain. Text that does not fit is cut with an ellipsis.
func (a Area) Write(x, y int, s string, st Style) int {
	if a.g == nil || y < 0 || y >= a.H || x < 0 || x >= a.W {
		return x + Width(s)
	}
	return a.g.put(a.x+x, a.y+y, a.x+a.W, s, st) - a.x
}

// Right writes s so that it ends before column end and returns its first
// column.
func (a Area) Right(end, y int, s string, st Style) int {
	x := max(end-Width(s), 0)
	a.Write(x, y, s, st)
	return x
}

// Fill writes the one-cell character s into every cell.
func (a Area) Fill(s string, st Style) {
	for y := range a.H {
		a.Write(0, y, strings.Repeat(s, a.W), st)
	}
}

// Restyle sets the flags of the cells of a and keeps their roles.
func (a Area) Restyle(flags Style) {
	for y := range a.H {
		row := a.g.boxes[(a.y+y)*a.g.W+a.x:][:a.W]
		for i := range row {
			row[i].style |= flags & flagMask
		}
	}
}

// Rule draws a horizontal line in row y with a title in it: "─ title ───".
func (a Area) Rule(y int, title string, st Style) {
	if title == "" {
		a.Write(0, y, strings.Repeat("─", a.W), Line)
		return
	}
	x := a.Write(0, y, "─ ", Line)
	x = a.Write(x, y, title, st)
	x = a.Write(x, y, " ", Line)
	if x < a.W {
		a.Write(x, y, strings.Repeat("─", a.W-x), Line)
	}
}

// Frame draws a box around the area and returns its interior.
func (a Area) Frame(title string, st Style) Area {
	if a.W < 2 || a.H < 2 {
		return Area{}
	}
	bar := strings.Repeat("─", a.W-2)
	a.Write(0, 0, "╭"+bar+"╮", st)
	a.Write(0, a.H-1, "╰"+bar+"╯", st)
	for y := 1; y < a.H-1; y++ {
		a.Write(0, y, "│", st)
		a.Write(a.W-1, y, "│", st)
	}
	if title != "" {
		a.Cut(0, 0, a.W-1, 1).Write(2, 0, " "+title+" ", st)
	}
	return a.Cut(1, 1, a.W-2, a.H-2)
}

// Blank empties the area.
func (a Area) Blank() { a.Fill(" ", Plain) }
