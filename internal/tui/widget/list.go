package widget

import (
	"cmp"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// List is the view state of a page's rows: order, filter, selection and scroll
// position. The selection follows the object, not the row.
type List struct {
	Sheet Sheet
	From  Origin // the source of sheet
	Order []int
	Cells []view.Cell
	Heads []view.Head

	Sort    string
	Reverse bool
	Filter  string
	past    []string // earlier filters, latest last
	match   *matcher
	expand  func(string) string // of account names in the filter; nil: none
	known   int                 // number of names that expand knows
	Failed  error               // of the filter
	Faults  bool
	pinned  map[string]bool

	Cursor   string // key of the selected row
	At       int    // its place in order
	Top      int    // first row in the window
	Height   int    // rows of the window when it was drawn last
	Across   int    // columns scrolled to the right
	Moved    bool   // until the cursor is moved, it stays on the first row
	NoCursor bool   // has no cursor
	Widths   map[string]int

	readings map[string]*reading // of rows that were on the screen, by key
}

// Origin identifies the data of a list, to see whether it is current.
type Origin struct {
	Data  uint64
	Stamp int
	Now   any // the state, if the rows change with each state
}

// Know sets how account names in a filter are expanded; a filter compiled with
// fewer known names is compiled again.
func (l *List) Know(expand func(string) string, known int) {
	anew := known != l.known && strings.Contains(l.Filter, "acc")
	l.expand, l.known = expand, known
	if anew && l.Sheet != nil {
		l.SetFilter(l.Filter)
	}
}

// NewList returns a list sorted by a column; empty: in the order of its rows.
func NewList(sort string) *List {
	return &List{Sort: sort, pinned: map[string]bool{}, Widths: map[string]int{}}
}

// Load sets the rows of a state and sorts them again.
func (l *List) Load(s Sheet) {
	l.Sheet = s
	l.Heads = s.Heads()
	if l.Sort != "" {
		l.Sort = ColumnNamed(l.Sort, l.Heads)
	}
	if len(l.Cells) != len(l.Heads) {
		l.Cells = make([]view.Cell, len(l.Heads))
		l.SetFilter(l.Filter)
	}
	l.Arrange()
}

// SetFilter compiles the filter; an invalid one shows all rows and the reason.
func (l *List) SetFilter(text string) {
	l.Filter = text
	if l.match, l.Failed = NewMatcher(text, l.Heads, l.expand); l.Failed != nil {
		l.match = nil
	}
}

// Remember keeps the filter for [List.Past].
func (l *List) Remember() {
	if l.Filter == "" {
		return
	}
	l.past = append(slices.DeleteFunc(l.past, func(s string) bool { return s == l.Filter }), l.Filter)
	l.past = l.past[max(len(l.past)-pastFilters, 0):]
}

// pastFilters is the number of earlier filters that a list keeps.
const pastFilters = 20

// Past returns the earlier filters, the one in effect last.
func (l *List) Past() []string {
	l.Remember()
	return slices.Clone(l.past)
}

// Arrange filters and sorts the rows and finds the selected object again.
func (l *List) Arrange() {
	if l.Sheet == nil {
		return
	}
	l.Order = l.Order[:0]
	for row := range l.Sheet.Size() {
		if l.keeps(row) {
			l.Order = append(l.Order, row)
		}
	}
	l.sortRows()
	l.follow()
}

func (l *List) keeps(row int) bool {
	if l.Faults && !l.Sheet.Level(row).Urgent() {
		return false
	}
	if l.match == nil {
		return true
	}
	ok, err := l.match.keeps(l.Sheet, row, l.Cells)
	if err != nil {
		l.Failed = err
		return true
	}
	return ok
}

// follow moves the cursor to the current row of its object; when the object is
// gone, the cursor keeps its position.
func (l *List) follow() {
	if !l.Moved {
		l.At, l.Cursor = 0, ""
	}
	if l.Cursor != "" {
		for i, row := range l.Order {
			if l.Sheet.Key(row) == l.Cursor {
				l.At = i
				return
			}
		}
	}
	l.Move(0)
}

// Step moves the cursor on the user's request.
func (l *List) Step(n int) {
	l.Moved = true
	l.Move(n)
}

// Move moves the cursor n rows down and remembers the object there.
func (l *List) Move(n int) {
	l.At = max(min(l.At+n, len(l.Order)-1), 0)
	l.Cursor = ""
	if len(l.Order) > 0 {
		l.Cursor = l.Sheet.Key(l.Order[l.At])
	}
}

// Selected returns the row under the cursor; false when there is none.
func (l *List) Selected() (int, bool) {
	if l.Sheet == nil || l.At >= len(l.Order) {
		return 0, false
	}
	return l.Order[l.At], true
}

// window scrolls as little as needed to show the cursor and returns the rows to
// draw.
func (l *List) window(height int) []int {
	l.Height = height
	height = max(height, 0)
	l.Top = max(min(l.Top, len(l.Order)-height), 0)
	if l.NoCursor {
		return l.Order[:min(height, len(l.Order))]
	}
	if l.At < l.Top {
		l.Top = l.At
	}
	if l.At >= l.Top+height {
		l.Top = l.At - height + 1
	}
	return l.Order[l.Top:min(l.Top+height, len(l.Order))]
}

// Visible are the rows of the last drawn window.
func (l *List) Visible() []int {
	return l.Order[min(l.Top, len(l.Order)):min(l.Top+max(l.Height, 0), len(l.Order))]
}

// byLevel names the columns that sort by level before value.
var byLevel = map[string]bool{"state": true, "status": true, "level": true}

// sortKey is the sort key of one row.
type sortKey struct {
	row    int
	pinned bool
	none   bool
	level  fleet.Level
	num    float64
	isNum  bool
	raw    any
}

// sortRows sorts the rows by the sort column: numbers and times largest first,
// text A to Z, states worst first; unknown values last.
func (l *List) sortRows() {
	col := slices.IndexFunc(l.Heads, func(h view.Head) bool { return h.Name == l.Sort })
	if col < 0 && len(l.pinned) == 0 {
		if l.Reverse {
			slices.Reverse(l.Order)
		}
		return
	}
	keys := make([]sortKey, len(l.Order))
	for i, row := range l.Order {
		keys[i] = l.sortKey(row, col)
	}
	slices.SortStableFunc(keys, func(a, b sortKey) int { return compareKeys(a, b, l.Reverse) })
	for i, k := range keys {
		l.Order[i] = k.row
	}
}

func (l *List) sortKey(row, col int) sortKey {
	k := sortKey{row: row, pinned: len(l.pinned) > 0 && l.pinned[l.Sheet.Key(row)]}
	if col < 0 {
		return k
	}
	c := l.Sheet.Cell(row, col)
	k.raw, k.none = c.Raw, c.Raw == nil || c.Raw == ""
	if byLevel[l.Heads[col].Name] {
		k.level = l.Sheet.Level(row)
	}
	k.num, k.isNum = asNumber(c.Raw)
	return k
}

func asNumber(v any) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, true
	case int:
		return float64(x), true
	case int64:
		return float64(x), true
	case uint64:
		return float64(x), true
	case uint32:
		return float64(x), true
	}
	return 0, false
}

func compareKeys(a, b sortKey, reverse bool) int {
	if a.pinned != b.pinned {
		return boolFirst(a.pinned, b.pinned)
	}
	if a.none != b.none {
		return boolFirst(b.none, a.none)
	}
	c := b.level.Compare(a.level)
	switch {
	case c != 0:
	case a.isNum && b.isNum:
		c = cmp.Compare(b.num, a.num)
	default:
		c = view.Compare(a.raw, b.raw)
	}
	if reverse {
		return -c
	}
	return c
}

// boolFirst sorts true before false.
func boolFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// SortBy sorts by a column; by the same column again, it reverses the order.
func (l *List) SortBy(name string) {
	if l.Sort == name {
		l.Reverse = !l.Reverse
	} else {
		l.Sort, l.Reverse = name, false
	}
	l.Arrange()
}

// ToggleFaults shows only faulty rows, or all.
func (l *List) ToggleFaults() {
	l.Faults = !l.Faults
	l.Arrange()
}

// ReverseSort reverses the order.
func (l *List) ReverseSort() {
	l.Reverse = !l.Reverse
	l.Arrange()
}

// TogglePin pins the selected row to the top, or unpins it.
func (l *List) TogglePin() {
	row, ok := l.Selected()
	if !ok {
		return
	}
	key := l.Sheet.Key(row)
	if l.pinned[key] {
		delete(l.pinned, key)
	} else {
		l.pinned[key] = true
	}
	l.Arrange()
}
