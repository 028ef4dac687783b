package widget

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// Table draws the visible rows of a list into an area.
type Table struct {
	List       *List
	First      []string // columns by importance; the others follow in their own order
	Wide       bool
	Now        time.Time
	FullBytes  bool // bytes in full
	Only       bool // only the columns in First, in that order
	HideDeltas bool // does not mark changed values
}

// movedMark shows the direction of a value's change since the previous answer.
func movedMark(by int) string {
	if by > 0 {
		return "↑"
	}
	return "↓"
}

// Widths of the parts of a table.
const (
	Gutter   = 3  // cursor, mark and a space before the first column
	gap      = 1  // between columns
	textMax  = 36 // width of a text column before it may use free space
	textLow  = 12 // the same in the narrowest window
	textMin  = 6
	wordsMin = 16 // minimum useful width of a sentence
	wordsMax = 64 // width of a sentence before other columns are placed

	spareFrom = 140 // window width from which wide columns may use free space
)

// column is one column of a table as it is drawn.
type column struct {
	i     int // index in the sheet
	head  view.Head
	title string
	width int
	lead  int  // empty cells before it, besides the gap
	spare bool // shown only if there is room left
	marks bool // has a cell for a mark after its value
	state bool // shows a mark before its text
}

// Draw writes the heading and the rows.
func (t Table) Draw(a cell.Area) (rowsDrawn int, drawn []ColumnAt) {
	if a.H < 1 || t.List.Sheet == nil {
		return 0, nil
	}
	rows := t.List.window(a.H - 1)
	cols := t.fit(rows, a.W)
	x := Gutter
	for _, c := range cols {
		x += c.lead
		a.Write(x, 0, cell.Fit(c.title, c.width, c.head.Unit.Right()), cell.Head)
		drawn = append(drawn, ColumnAt{x, x + c.width, c.head.Name})
		x += c.width + c.tail() + gap
	}
	for i, row := range rows {
		t.row(a.Rows(i+1, 1), cols, row, !t.List.NoCursor && t.List.Top+i == t.List.At)
	}
	return len(rows), drawn
}

// tail is the width of the mark after a value.
func (c column) tail() int {
	if c.marks {
		return 1
	}
	return 0
}

// row writes one row.
func (t Table) row(a cell.Area, cols []column, row int, selected bool) {
	level := t.List.Sheet.Level(row)
	a.Write(1, 0, cmp.Or(t.List.Sheet.mark(row), view.Glyph(level, false)), cell.OfGlyph(level))
	x := Gutter
	for n, c := range cols {
		v := t.List.Sheet.Cell(row, c.i)
		text, style := t.show(row, c, v), cell.OfLevel(v.Level)
		x += c.lead
		switch {
		case style == cell.Plain && n == 0 && c.head.Unit != view.Instant:
			style = cell.Strong
		case style == cell.Plain && faint(v.Raw):
			style = cell.Muted
		}
		a.Write(x, 0, cell.Fit(text, c.width, c.head.Unit.Right()), style)
		if c.state && text != "" {
			a.Write(x, 0, cmp.Or(t.List.Sheet.mark(row), view.Glyph(v.Level, false)), cell.OfGlyph(v.Level))
		}
		if c.marks && v.Level.Urgent() {
			at := c.width
			if !c.head.Unit.Right() {
				at = min(cell.Width(text), c.width)
			}
			a.Write(x+at, 0, view.Glyph(v.Level, false), style)
		} else if by := t.List.recordReading(row, c.head, v.Raw); by != 0 && !t.HideDeltas {
			a.Write(x+c.width, 0, movedMark(by), cell.Notice)
		}
		x += c.width + c.tail() + gap
	}
	if selected {
		a.Write(0, 0, "▌", cell.Accent)
		a.Restyle(cell.Selected)
	}
	if t.List.pinned[t.List.Sheet.Key(row)] {
		a.Write(2, 0, "·", cell.Accent)
	}
}

// faint reports whether a value carries no information: absent, zero or empty.
func faint(v any) bool {
	if v == nil || v == "" {
		return true
	}
	switch v := v.(type) {
	case time.Time:
		return v.IsZero()
	case []string:
		return len(v) == 0
	}
	f, ok := asNumber(v)
	return ok && f == 0
}

// show formats a value as compactly as a table needs.
func (t Table) show(row int, c column, v view.Cell) string {
	if at, ok := v.Raw.(time.Time); ok {
		return instant(at, t.Now)
	}
	if f, ok := v.Raw.(float64); ok && whole[c.head.Name] {
		v.Raw = math.Trunc(f)
	}
	text := cmp.Or(view.Text(t.List.Sheet.text(row, c.i)), v.Text())
	switch {
	case t.FullBytes && (c.head.Unit == view.Bytes || c.head.Unit == view.BytesSec):
		if f, ok := asNumber(v.Raw); ok {
			return view.Count.Format(math.Round(f))
		}
	case c.head.Unit == view.Bytes || c.head.Unit == view.BytesSec:
		text = strings.TrimSuffix(strings.Replace(text, " ", "", 1), "/s")
	case c.state && text != "":
		text = cmp.Or(t.List.Sheet.mark(row), view.Glyph(v.Level, false)) + " " + text
	}
	return text
}

// whole are the columns that are shown without fractions of a second.
var whole = map[string]bool{"uptime_seconds": true, "idle_seconds": true}

// instant shows only the time for today, and the date for other days.
func instant(t, now time.Time) string {
	t, now = t.UTC(), now.UTC()
	switch {
	case t.IsZero():
		return "-"
	case now.Sub(t).Abs() < 20*time.Hour:
		return t.Format("15:04:05Z")
	}
	return t.Format("Jan02 15:04Z")
}

// fit selects the columns that fit into w cells and sets their widths.
func (t Table) fit(rows []int, w int) []column {
	all := t.columns(rows, w)
	slices.SortStableFunc(all, func(a, b column) int { return t.place(a) - t.place(b) })
	if t.List.Across > 0 && len(all) > 1 {
		skip := min(t.List.Across, len(all)-2)
		all = append(all[:1:1], all[1+max(skip, 0):]...)
		return t.spread(fitLeading(all, w-Gutter), w-Gutter)
	}
	byRank := slices.Clone(all)
	slices.SortStableFunc(byRank, func(a, b column) int { return t.rank(a) - t.rank(b) })
	inOrder := func(w int) []column {
		cols := fitLeading(byRank, w)
		slices.SortStableFunc(cols, func(a, b column) int { return t.place(a) - t.place(b) })
		return cols
	}
	room := w - Gutter
	chosen := inOrder(room)
	for n := lead(chosen); totalWidth(chosen) > room && n > 0; n = lead(chosen) {
		w -= n
		chosen = inOrder(w - Gutter)
	}
	return t.spread(chosen, room)
}

// lead separates text from the numbers before it, which would otherwise touch
// it, and returns the cells used.
func lead(cols []column) int {
	n := 0
	for i := range cols[:max(len(cols)-1, 0)] {
		if here, next := cols[i], &cols[i+1]; here.head.Unit.Right() && !here.marks && !next.head.Unit.Right() {
			next.lead = 1
			n++
		}
	}
	return n
}

// totalWidth is the total width of columns.
func totalWidth(cols []column) int {
	used := -gap
	for _, c := range cols {
		used += c.lead + c.width + c.tail() + gap
	}
	return used
}

// rank is a column's place in the order of importance.
func (t Table) rank(c column) int {
	if c.spare {
		return 1<<16 + c.i
	}
	if i := slices.Index(t.First, c.head.Name); i >= 0 {
		return i
	}
	return len(t.First) + c.i
}

// place is the position of a column: by importance, sentences last.
func (t Table) place(c column) int {
	if closing[c.head.Name] && !t.Only {
		return 1 << 16
	}
	return t.rank(c)
}

// closing are the sentences at the end of a row.
var closing = map[string]bool{"what": true, "why": true, "notes": true}

// fitLeading keeps the leading columns that fit; a text column may shrink to fit.
func fitLeading(cols []column, w int) []column {
	used := 0
	var out []column
	for _, c := range cols {
		need := c.width + c.tail()
		if len(out) > 0 {
			need += gap
		}
		if c.spare {
			need += 2 // optional columns must not crowd the table
		}
		if over := used + need - w; over > 0 {
			if c.head.Unit != view.Plain || c.spare || c.width-over < c.least() {
				continue
			}
			c.width -= over
			need -= over
		}
		used += need
		out = append(out, c)
	}
	return out
}

// least is the minimum width of a text column.
func (c column) least() int {
	if closing[c.head.Name] {
		return max(wordsMin, cell.Width(c.title))
	}
	return max(textMin, cell.Width(c.title))
}

// spread distributes free space to the text columns that are cut.
func (t Table) spread(cols []column, w int) []column {
	free := w - totalWidth(cols)
	for i := range cols {
		if want := t.List.Widths[cols[i].head.Name] - cols[i].width; want > 0 && free > 0 && cols[i].head.Unit == view.Plain {
			grow := min(want, free)
			cols[i].width += grow
			free -= grow
		}
	}
	if free > 0 && len(cols) > 1 {
		extra := min(free/(len(cols)-1), 2)
		for i := range cols[:len(cols)-1] {
			cols[i].width += extra
		}
	}
	return cols
}

// columns measures every column over the rows in the window. Widths only
// increase, so that the table does not shift from state to state.
func (t Table) columns(rows []int, w int) []column {
	var out []column
	for i, h := range t.List.Heads {
		listed := slices.Contains(t.First, h.Name)
		spare := !listed && h.Wide && !t.Wide && t.List.Across == 0
		if t.Only && !listed || spare && (w < spareFrom || !t.useful(h, i, rows)) {
			continue
		}
		c := column{i: i, head: h, spare: spare, title: t.title(h), state: byLevel[h.Name] && !sentences[h.Name]}
		c.marks = t.List.Sheet.CanMark(i) && !c.state && !sentences[h.Name]
		full := max(t.List.Widths[h.Name], cell.Width(c.title), unitWidth[h.Unit])
		for _, row := range rows {
			full = max(full, cell.Width(t.show(row, c, t.List.Sheet.Cell(row, i))))
		}
		t.List.Widths[h.Name] = full
		c.width = full
		if h.Unit == view.Plain {
			share := 5
			if t.rank(c) == 0 {
				share = 4 // for the column that names the row
			}
			c.width = min(full, max(min(w/share, textMax), textLow, cell.Width(c.title)))
			if closing[h.Name] {
				c.width = min(full, wordsMax)
			}
		}
		out = append(out, c)
	}
	return out
}

// useful reports whether a wide column adds information when there is room
// left: it has a value, is not the total or the rate of another column, and
// takes no space from a sentence.
func (t Table) useful(h view.Head, i int, rows []int) bool {
	if slices.Contains(t.First, TrafficColumn(h.Name, false)) || slices.Contains(t.First, TrafficColumn(h.Name, true)) || slices.ContainsFunc(t.List.Heads, func(h view.Head) bool { return closing[h.Name] }) {
		return false
	}
	return slices.ContainsFunc(rows, func(row int) bool { return !faint(t.List.Sheet.Cell(row, i).Raw) })
}

// sentences are the columns that explain a mark and have none themselves.
var sentences = map[string]bool{"notes": true, "reason": true, "kind": true, "level": true}

// unitWidth is the usual width of values in a unit.
var unitWidth = map[view.Unit]int{
	view.Count: 5, view.Bytes: 7, view.Percent: 5, view.Seconds: 6, view.PerSec: 5, view.BytesSec: 7, view.Instant: 9,
}

// title is a column's heading with the sort direction.
func (t Table) title(h view.Head) string {
	if h.Name != t.List.Sort {
		return Heading(h)
	}
	down := h.Unit.Right() || h.Unit == view.Instant
	if down != t.List.Reverse {
		return Heading(h) + "↓"
	}
	return Heading(h) + "↑"
}

// WarnIf is a warning if bad is true.
func WarnIf(bad bool) fleet.Level {
	if bad {
		return fleet.Warn
	}
	return fleet.OK
}
