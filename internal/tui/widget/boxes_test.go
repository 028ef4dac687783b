package widget

import (
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/tui/cell"
)

// drawn is the text of a window in which something is drawn.
func drawn(w, h int, draw func(cell.Area)) string {
	g := cell.New(w, h)
	draw(g.All())
	return g.Text(false)
}

// TestPickerKeys moves by arrows, jumps by letters, and chooses by Enter alone.
func TestPickerKeys(t *testing.T) {
	for _, c := range []struct {
		keys          string
		at            int
		closed, taken bool
	}{
		{"", 0, false, false},
		{"down", 1, false, false},
		{"up", 2, false, false},
		{"down down down", 0, false, false},
		{"tab", 1, false, false},
		{"k", 1, false, false}, // kick-clients, not up
		{"l", 2, false, false},
		{"l l", 2, false, false},
		{"r", 0, false, false},
		{"L", 2, false, false},
		{"x", 0, false, false},
		{"space", 0, false, false},
		{"esc", 0, true, false},
		{"q", 0, true, false},
		{"enter", 0, true, true},
		{"down enter", 1, true, true},
	} {
		p := &Picker{Items: []Item{{Text: "reload"}, {Text: "kick-clients"}, {Text: "lame-duck"}}}
		closed, taken := false, false
		for _, k := range strings.Fields(c.keys) {
			closed, taken = p.Key(keyOf(k))
		}
		if p.At != c.at || closed != c.closed || taken != c.taken {
			t.Errorf("%q: at %d, closed %t, chosen %t; want %d, %t, %t", c.keys, p.At, closed, taken, c.at, c.closed, c.taken)
		}
	}
}

// TestPickerShowsTheChoice keeps the selected item in a box that is smaller than
// the list.
func TestPickerShowsTheChoice(t *testing.T) {
	p := &Picker{Title: "sort by"}
	for i := range 30 {
		p.Items = append(p.Items, Item{Text: "column-" + string(rune('a'+i%26)), Note: "note"})
	}
	for _, at := range []int{0, 13, 25} {
		p.At = at
		if s := drawn(60, 12, p.Draw); !strings.Contains(s, p.Items[at].Text) || !strings.Contains(s, "sort by") {
			t.Errorf("item %d is not in the box:\n%s", at, s)
		}
	}
}

// TestScrollerKeys scrolls, searches and closes; q is a letter of the search.
func TestScrollerKeys(t *testing.T) {
	s := &Scroller{Title: "keys", Lines: []HelpLine{{Head: true, Text: "TABLE"}, {Keys: "q", Text: "quit"}, {Keys: "f", Text: "only what is faulty"}, {Keys: "^S", Text: "save"}}}
	Align(s.Lines)
	show := func() string { return drawn(80, 12, s.Draw) }
	if text := show(); !strings.Contains(text, "TABLE") || !strings.Contains(text, "faulty") || !strings.Contains(text, "type to search") {
		t.Fatalf("all lines:\n%s", text)
	}
	for _, k := range []string{"q", "U"} {
		if s.Key(keyOf(k)) {
			t.Fatalf("%s closes the box", k)
		}
	}
	if text := show(); !strings.Contains(text, "quit") || strings.Contains(text, "faulty") || strings.Contains(text, "TABLE") || !strings.Contains(text, "search: qU") {
		t.Errorf("a search in the wrong case finds:\n%s", text)
	}
	if s.Key(keyOf("backspace")); !strings.Contains(show(), "search: q ") {
		t.Errorf("after Backspace:\n%s", show())
	}
	if s.Key(keyOf("esc")) {
		t.Error("Esc closes the box while it is searched")
	}
	if text := show(); !strings.Contains(text, "faulty") {
		t.Errorf("after the search:\n%s", text)
	}
	for _, k := range []string{"esc", "?", "enter"} {
		if !s.Key(keyOf(k)) {
			t.Errorf("%s does not close the box", k)
		}
	}
}

// TestScrollerReachesBothEnds shows the first line, after many steps down the
// last, and after as many up the first again.
func TestScrollerReachesBothEnds(t *testing.T) {
	s := &Scroller{Title: "long"}
	for i := range 40 {
		s.Lines = append(s.Lines, HelpLine{Keys: string(rune('A' + i%26)), Text: "line " + string(rune('0'+i/10)) + string(rune('0'+i%10))})
	}
	for _, step := range []struct {
		key        string
		n          int
		have, lack string
	}{{"down", 0, "line 00", "line 39"}, {"down", 1, "line 01", "line 00"}, {"pgdown", 9, "line 39", "line 00"}, {"up", 1, "line 38", "line 39"}, {"pgup", 9, "line 00", "line 39"}, {"up", 3, "line 00", "line 39"}} {
		for range step.n {
			s.Key(keyOf(step.key))
			drawn(80, 12, s.Draw)
		}
		if text := drawn(80, 12, s.Draw); !strings.Contains(text, step.have) || strings.Contains(text, step.lack) {
			t.Errorf("%d times %s: want %q and not %q:\n%s", step.n, step.key, step.have, step.lack, text)
		}
	}
}

// TestLineDropsByRank drops the segments of the highest rank first, shortens the
// others before it drops more, and never drops those of rank 0.
func TestLineDropsByRank(t *testing.T) {
	left := []Segment{{Text: "natsctl", Short: "n"}, {Text: "9/9 servers", Short: "9/9"}, {Text: "3 clusters", Rank: 6}, {Text: "2 leafs", Rank: 7}, {Text: "spark", Rank: 5}}
	right := []Segment{{Text: "3 alerts", Short: "!3"}, {Text: "14:03:22Z"}}
	for _, c := range []struct {
		w    int
		want string
	}{
		{80, " natsctl  9/9 servers  3 clusters  2 leafs  spark          3 alerts  14:03:22Z"},
		{66, " natsctl  9/9 servers  3 clusters  spark     3 alerts  14:03:22Z"},
		{56, " natsctl  9/9 servers  spark      3 alerts  14:03:22Z"},
		{30, " n 9/9 spark    !3 14:03:22Z"},
		{22, " n 9/9   !3 14:03:22Z"},
	} {
		got := strings.TrimRight(drawn(c.w, 1, func(a cell.Area) { Line(a, 0, append([]Segment{}, left...), append([]Segment{}, right...)) }), " \n")
		if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(c.want), " ") {
			t.Errorf("%d cells:\n%q, want\n%q", c.w, got, c.want)
		}
		if !strings.HasSuffix(got, "14:03:22Z") || cell.Width(got) > c.w-1 {
			t.Errorf("%d cells: the clock is not at the edge: %q", c.w, got)
		}
	}
}

// TestPartsShrinkThenDrop shrinks what may be shrunk, keeps whole what is whole,
// and drops it rather than cut it.
func TestPartsShrinkThenDrop(t *testing.T) {
	parts := []Segment{{Text: "●"}, {Text: "a-long-name-of-a-server", Least: 8}, {Text: "1.2ms", Whole: true}, {Text: "900/s", Whole: true}}
	for _, c := range []struct {
		w    int
		want string
	}{
		{60, "● a-long-name-of-a-server 1.2ms 900/s"},
		{30, "● a-long-name-… 1.2ms 900/s"},
		{25, "● a-long-… 1.2ms 900/s"},
		{20, "● a-long-… 1.2ms"},
	} {
		got := strings.TrimSpace(drawn(c.w, 1, func(a cell.Area) { DrawParts(a, parts) }))
		if !strings.HasPrefix(got, "● a-long-") || strings.HasSuffix(c.want, "900/s") != strings.HasSuffix(got, "900/s") || !strings.Contains(got, " 1.2ms") || cell.Width(got) > c.w {
			t.Errorf("%d cells: %q, want %q", c.w, got, c.want)
		}
	}
}

// TestProseGivesEachLineARow gives every statement a row before one gets two,
// and cuts what has no room.
func TestProseGivesEachLineARow(t *testing.T) {
	p := &Prose{}
	p.Add("what", "one two three four five six seven eight nine ten eleven twelve", cell.Plain)
	p.Add("empty", "", cell.Plain)
	p.Add("next", "look again", cell.Plain)
	for _, c := range []struct {
		h, rows int
		last    string
	}{{6, 5, "next      look again"}, {4, 4, "next      look again"}, {3, 3, "next      look again"}, {2, 2, "next      look again"}, {1, 1, "what      one two three four …"}} {
		used := 0
		s := drawn(30, c.h, func(a cell.Area) { used = p.Draw(a) })
		lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
		if used != c.rows || strings.TrimRight(lines[c.rows-1], " ") != c.last {
			t.Errorf("%d rows: %d used, the last is %q, want %d, %q:\n%s", c.h, used, lines[c.rows-1], c.rows, c.last, s)
		}
		if c.h > 1 && !strings.Contains(s, "one two") {
			t.Errorf("%d rows lack the first statement:\n%s", c.h, s)
		}
		if strings.Contains(s, "empty") {
			t.Errorf("a statement without text is shown:\n%s", s)
		}
	}
}

// TestStackOmitsTheLastBlocks gives the first blocks their rows and each at
// least two lines, and leaves out those that have no room.
func TestStackOmitsTheLastBlocks(t *testing.T) {
	block := func(title string, n int) Block {
		b := Block{Title: title}
		for range n {
			b.Lines = append(b.Lines, []Segment{{Text: "of " + title}})
		}
		return b
	}
	blocks := []Block{block("LINKS", 9), block("ALERTS", 5), block("EVENTS", 1)}
	for _, c := range []struct{ h, links, alerts, events int }{{30, 9, 5, 1}, {15, 7, 2, 1}, {11, 3, 2, 1}, {10, 5, 2, 0}, {9, 4, 2, 0}, {5, 4, 0, 0}, {1, 0, 0, 0}} {
		s := drawn(40, c.h, func(a cell.Area) { Stack(a, blocks) })
		got := [3]int{strings.Count(s, "of LINKS"), strings.Count(s, "of ALERTS"), strings.Count(s, "of EVENTS")}
		if got != [3]int{c.links, c.alerts, c.events} {
			t.Errorf("%d rows: lines %v, want %v:\n%s", c.h, got, [3]int{c.links, c.alerts, c.events}, s)
		}
	}
}

// TestWrapLosesNothing breaks at spaces, and a word that is too long anywhere.
func TestWrapLosesNothing(t *testing.T) {
	for _, text := range []string{"", "one", "one two three", "a-very-long-word-without-a-space in it", "日本語の名前 and more"} {
		for w := 2; w < 20; w++ {
			lines := Wrap(text, w)
			for _, l := range lines {
				if cell.Width(l) > w {
					t.Errorf("%q in %d cells: %q is wider", text, w, l)
				}
			}
			if got, want := strings.ReplaceAll(strings.Join(lines, ""), " ", ""), strings.ReplaceAll(text, " ", ""); got != want {
				t.Errorf("%q in %d cells: %q", text, w, lines)
			}
		}
	}
}
