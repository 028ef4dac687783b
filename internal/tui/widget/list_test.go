package widget

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// item is a row of the tests.
type item struct {
	id    int
	name  string
	count any // an int, or nil: not known
	level fleet.Level
}

func items(rows []item) *List {
	l := NewList("")
	l.Load(&RowsOf[item]{
		Columns: []view.Column[item]{
			{Name: "name", Title: "Name", Value: func(r item) any { return r.name }},
			{Name: "count", Title: "Count", Unit: view.Count, Value: func(r item) any { return r.count }},
			{Name: "state", Title: "State", Value: func(r item) any { return r.level.String() }, Level: func(r item) view.Level { return r.level }},
		},
		Rows: rows, KeyOf: func(r item) string { return fmt.Sprint(r.id) }, LevelOf: func(r item) view.Level { return r.level },
		RefOf: func(r item) Ref { return Ref{Server: r.name} }, ObjectOf: func(r item) any { return r },
	})
	return l
}

// someItems draws rows; each has an id of its own.
func someItems(t *rapid.T) []item {
	n := rapid.IntRange(0, 12).Draw(t, "rows")
	rows := make([]item, n)
	for i := range rows {
		rows[i] = item{id: i, name: rapid.SampledFrom([]string{"a", "b", "billing", "orders", ""}).Draw(t, "name"), level: rapid.SampledFrom([]fleet.Level{fleet.OK, fleet.Info, fleet.Warn, fleet.Unknown, fleet.Crit}).Draw(t, "level")}
		if rapid.Bool().Draw(t, "known") {
			rows[i].count = rapid.IntRange(0, 5).Draw(t, "count")
		}
	}
	return rows
}

// TestOrderOfRows sorts numbers largest first, text A to Z and states worst
// first, what is not known last in either direction, equal rows as they came,
// and pinned rows before all.
func TestOrderOfRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := someItems(t)
		l := items(rows)
		column := rapid.SampledFrom([]string{"name", "count", "state"}).Draw(t, "column")
		l.Sort = column
		l.Reverse = rapid.Bool().Draw(t, "reverse")
		for _, r := range rows {
			if rapid.IntRange(0, 4).Draw(t, "pin") == 0 {
				l.pinned[fmt.Sprint(r.id)] = true
			}
		}
		l.Arrange()
		if len(l.Order) != len(rows) {
			t.Fatalf("%d of %d rows", len(l.Order), len(rows))
		}
		for i := 1; i < len(l.Order); i++ {
			a, b := rows[l.Order[i-1]], rows[l.Order[i]]
			pa, pb := l.pinned[fmt.Sprint(a.id)], l.pinned[fmt.Sprint(b.id)]
			if pa != pb {
				if pb {
					t.Fatalf("a pinned row stands behind another: %v", l.Order)
				}
				continue
			}
			na, nb := column == "count" && a.count == nil || column == "name" && a.name == "", column == "count" && b.count == nil || column == "name" && b.name == ""
			if na != nb {
				if na {
					t.Fatalf("what is not known stands before %+v", b)
				}
				continue
			}
			c := 0
			switch {
			case na:
			case column == "count":
				c = cmp.Compare(b.count.(int), a.count.(int))
			case column == "name":
				c = cmp.Compare(a.name, b.name)
			default:
				c = cmp.Or(b.level.Compare(a.level), cmp.Compare(a.level.String(), b.level.String()))
			}
			if l.Reverse {
				c = -c
			}
			if c > 0 || c == 0 && a.id > b.id {
				t.Fatalf("%+v stands before %+v, by %s, reversed %t", a, b, column, l.Reverse)
			}
		}
	})
}

// TestFilterKeeps keeps by words what holds all of them and none of those with
// an exclamation mark, by expressions what they are true of, and with faults only
// what needs attention.
func TestFilterKeeps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := someItems(t)
		word := rapid.SampledFrom([]string{"a", "B", "bill", "rs", "crit"}).Draw(t, "word")
		limit := rapid.IntRange(0, 5).Draw(t, "limit")
		has := func(r item) bool {
			return strings.Contains(strings.ToLower(r.name+" "+r.level.String()), strings.ToLower(word))
		}
		over := func(r item) bool { n, ok := r.count.(int); return ok && n > limit }
		for filter, want := range map[string]func(item) bool{
			word:                                    has,
			"!" + word:                              func(r item) bool { return !has(r) },
			fmt.Sprintf("count>%d", limit):          over,
			fmt.Sprintf("%s count>%d", word, limit): func(r item) bool { return has(r) && over(r) },
			"name=billing":                          func(r item) bool { return r.name == "billing" },
			"name!=billing":                         func(r item) bool { return r.name != "billing" },
		} {
			for _, faults := range []bool{false, true} {
				l := items(rows)
				l.SetFilter(filter)
				l.Faults = faults
				l.Arrange()
				if l.Failed != nil {
					t.Fatalf("%s: %v", filter, l.Failed)
				}
				for _, r := range rows {
					keep := want(r) && (!faults || r.level.Urgent())
					if got := slices.Contains(l.Order, r.id); got != keep {
						t.Fatalf("%q, faults only %t, keeps %+v: %t, want %t", filter, faults, r, got, keep)
					}
				}
			}
		}
	})
}

// TestCursorFollowsItsRow stays on its object while rows come, go and change
// places, in its place when the object is gone, and on the first row until it is
// moved.
func TestCursorFollowsItsRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := someItems(t)
		l := items(rows)
		first := func() int { at, _ := l.Selected(); return at }
		if len(rows) > 0 && first() != l.Order[0] {
			t.Fatal("the cursor does not begin at the first row")
		}
		steps := rapid.SliceOf(rapid.IntRange(-3, 3)).Draw(t, "steps")
		at := 0
		for _, n := range steps {
			l.Step(n)
			at = max(min(at+n, len(rows)-1), 0)
		}
		if l.At != at {
			t.Fatalf("after %v the cursor is at %d, want %d", steps, l.At, at)
		}
		if len(steps) == 0 || len(rows) == 0 {
			return
		}
		key := l.Cursor
		next := slices.DeleteFunc(slices.Clone(rows), func(item) bool { return rapid.IntRange(0, 3).Draw(t, "gone") == 0 })
		slices.Reverse(next)
		stays := slices.ContainsFunc(next, func(r item) bool { return fmt.Sprint(r.id) == key })
		l.Load(items(next).Sheet)
		row, ok := l.Selected()
		switch {
		case stays && (!ok || l.Sheet.Key(row) != key):
			t.Fatalf("the cursor left its row")
		case !stays && ok && l.At != min(at, len(next)-1):
			t.Fatalf("the cursor is at %d, want %d", l.At, min(at, len(next)-1))
		}
	})
}

// TestWindowShowsTheCursor scrolls as little as needed, and never beyond the
// rows.
func TestWindowShowsTheCursor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := someItems(t)
		l := items(rows)
		for range rapid.IntRange(1, 10).Draw(t, "moves") {
			l.Step(rapid.IntRange(-5, 5).Draw(t, "step"))
			h := rapid.IntRange(1, 8).Draw(t, "height")
			shown := l.window(h)
			if len(shown) != min(h, len(rows)) {
				t.Fatalf("%d rows in a window of %d, of %d", len(shown), h, len(rows))
			}
			if row, ok := l.Selected(); ok && !slices.Contains(shown, row) {
				t.Fatalf("the cursor is not in the window")
			}
			if !slices.Equal(shown, l.Visible()) {
				t.Fatalf("visible are %v, drawn were %v", l.Visible(), shown)
			}
		}
	})
}

// TestSortByTwice reverses the order of a column, and of no other.
func TestSortByTwice(t *testing.T) {
	l := items([]item{{id: 0, name: "b", count: 1}, {id: 1, name: "a", count: 2}})
	for _, c := range []struct {
		by    string
		order []int
	}{{"count", []int{1, 0}}, {"count", []int{0, 1}}, {"name", []int{1, 0}}, {"name", []int{0, 1}}, {"count", []int{1, 0}}} {
		l.SortBy(c.by)
		if !slices.Equal(l.Order, c.order) {
			t.Errorf("by %s: %v, want %v", c.by, l.Order, c.order)
		}
	}
	l.ReverseSort()
	if !slices.Equal(l.Order, []int{0, 1}) {
		t.Errorf("reversed: %v", l.Order)
	}
	l.Step(1)
	l.TogglePin()
	if !slices.Equal(l.Order, []int{1, 0}) {
		t.Errorf("with the second row pinned: %v", l.Order)
	}
	l.Step(-5)
	l.TogglePin()
	if !slices.Equal(l.Order, []int{0, 1}) {
		t.Errorf("with no row pinned: %v", l.Order)
	}
}

// TestNumbersOfCells tells numbers from other values.
func TestNumbersOfCells(t *testing.T) {
	for _, c := range []struct {
		raw  any
		want float64
		ok   bool
	}{{3, 3, true}, {int64(4), 4, true}, {uint64(5), 5, true}, {uint32(6), 6, true}, {7.5, 7.5, true}, {"8", 0, false}, {nil, 0, false}, {true, 0, false}} {
		if got, ok := asNumber(c.raw); got != c.want || ok != c.ok || math.IsNaN(got) {
			t.Errorf("%v: %v, %t", c.raw, got, ok)
		}
	}
}
