package tui

import (
	"cmp"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/view"
)

// list is how one page shows its rows: order, filter, selection and scroll
// position. The selection follows the object, not the row.
type list struct {
	sheet sheet
	from  origin // what sheet is made from
	order []int
	cells []view.Cell
	heads []view.Head

	sort    string
	reverse bool
	filter  string
	match   *matcher
	names   live.Names // for the filter
	failed  error      // of the filter
	faults  bool
	pinned  map[string]bool

	cursor string // key of the selected row
	at     int    // its place in order
	top    int    // first row in the window
	height int    // rows of the window when it was drawn last
	across int    // columns scrolled to the right
	moved  bool   // the cursor was moved; until then it stays on the first row
	still  bool   // has no cursor
	widths map[string]int

	readings map[string]*reading // of rows that were on the screen, by key
}

// origin tells whether a list is up to date.
type origin struct {
	data  uint64
	stamp int
	now   *live.State
}

// refresh makes the rows anew when the state or a switch changed.
func (l *list) refresh(m *Model, p *page) {
	from := origin{data: m.st.Data, stamp: m.stamp}
	if p.spec.kind == eventsPage || p.spec.kind == alertsPage {
		from.now = m.st
	}
	if l.sheet != nil && l.from == from {
		return
	}
	l.from = from
	l.know(m.st.Names)
	l.load(p.current().sheet(m, p))
}

// know takes the name tags of accounts; a filter that was made without one of
// them is made anew.
func (l *list) know(names live.Names) {
	anew := len(names) != len(l.names) && strings.Contains(l.filter, "acc")
	l.names = names
	if anew && l.sheet != nil {
		l.setFilter(l.filter)
	}
}

func newList(sort string) *list {
	return &list{sort: sort, pinned: map[string]bool{}, widths: map[string]int{}}
}

// load takes the rows of a state and puts them in order again.
func (l *list) load(s sheet) {
	l.sheet = s
	l.heads = s.heads()
	if l.sort != "" {
		l.sort = named(l.sort, l.heads)
	}
	if len(l.cells) != len(l.heads) {
		l.cells = make([]view.Cell, len(l.heads))
		l.setFilter(l.filter)
	}
	l.arrange()
}

// setFilter compiles the filter; one that cannot be used shows all rows and
// says why.
func (l *list) setFilter(text string) {
	l.filter = text
	l.match, l.failed = newMatcher(text, l.heads, l.names)
}

// arrange filters and sorts the rows and finds the selected object again.
func (l *list) arrange() {
	if l.sheet == nil {
		return
	}
	l.order = l.order[:0]
	for row := range l.sheet.size() {
		if l.keeps(row) {
			l.order = append(l.order, row)
		}
	}
	l.sortRows()
	l.follow()
}

func (l *list) keeps(row int) bool {
	if l.faults && !l.sheet.level(row).Urgent() {
		return false
	}
	if l.match == nil {
		return true
	}
	ok, err := l.match.keeps(l.sheet, row, l.cells)
	if err != nil {
		l.failed = err
		return true
	}
	return ok
}

// follow moves the cursor to where its object is now; when the object is gone,
// the cursor stays in its place.
func (l *list) follow() {
	if !l.moved {
		l.at, l.cursor = 0, ""
	}
	if l.cursor != "" {
		for i, row := range l.order {
			if l.sheet.key(row) == l.cursor {
				l.at = i
				return
			}
		}
	}
	l.move(0)
}

// step moves the cursor because somebody wants it.
func (l *list) step(n int) {
	l.moved = true
	l.move(n)
}

// move puts the cursor n rows down and remembers the object there.
func (l *list) move(n int) {
	l.at = max(min(l.at+n, len(l.order)-1), 0)
	l.cursor = ""
	if len(l.order) > 0 {
		l.cursor = l.sheet.key(l.order[l.at])
	}
}

// selected returns the row under the cursor; false when there is none.
func (l *list) selected() (int, bool) {
	if l.sheet == nil || l.at >= len(l.order) {
		return 0, false
	}
	return l.order[l.at], true
}

// window scrolls as little as needed to show the cursor and returns the rows
// to draw.
func (l *list) window(height int) []int {
	l.height = height
	height = max(height, 0)
	l.top = max(min(l.top, len(l.order)-height), 0)
	if l.still {
		return l.order[:min(height, len(l.order))]
	}
	if l.at < l.top {
		l.top = l.at
	}
	if l.at >= l.top+height {
		l.top = l.at - height + 1
	}
	return l.order[l.top:min(l.top+height, len(l.order))]
}

// visible are the rows of the window as it was drawn last.
func (l *list) visible() []int {
	return l.order[min(l.top, len(l.order)):min(l.top+max(l.height, 0), len(l.order))]
}

// byLevel names the columns that sort by how bad they are before what they say.
var byLevel = map[string]bool{"state": true, "status": true, "level": true}

// sortKey is what one row is sorted by.
type sortKey struct {
	row    int
	pinned bool
	none   bool
	level  fleet.Level
	num    float64
	isNum  bool
	raw    any
}

// sortRows orders the rows by the sort column: numbers and times largest
// first, text A to Z, states worst first; what is not known last.
func (l *list) sortRows() {
	col := slices.IndexFunc(l.heads, func(h view.Head) bool { return h.Name == l.sort })
	if col < 0 && len(l.pinned) == 0 {
		if l.reverse {
			slices.Reverse(l.order)
		}
		return
	}
	keys := make([]sortKey, len(l.order))
	for i, row := range l.order {
		keys[i] = l.sortKey(row, col)
	}
	slices.SortStableFunc(keys, func(a, b sortKey) int { return compareKeys(a, b, l.reverse) })
	for i, k := range keys {
		l.order[i] = k.row
	}
}

func (l *list) sortKey(row, col int) sortKey {
	k := sortKey{row: row, pinned: len(l.pinned) > 0 && l.pinned[l.sheet.key(row)]}
	if col < 0 {
		return k
	}
	c := l.sheet.cell(row, col)
	k.raw, k.none = c.Raw, c.Raw == nil || c.Raw == ""
	if byLevel[l.heads[col].Name] {
		k.level = l.sheet.level(row)
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

// boolFirst puts the one that is true first.
func boolFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}
