package cell

import (
	"math"
	"strings"
	"testing"
)

// TestWritesStayInside clips every write to its area and marks where text was
// cut; the cells around it keep what they had.
func TestWritesStayInside(t *testing.T) {
	for _, c := range []struct {
		name string
		draw func(a Area) int
		want string
		next int
	}{
		{"fits", func(a Area) int { return a.Write(0, 0, "abc", Plain) }, "..abc...", 3},
		{"fits exactly", func(a Area) int { return a.Write(0, 0, "abcd", Plain) }, "..abcd..", 4},
		{"too long", func(a Area) int { return a.Write(0, 0, "abcde", Plain) }, "..abc…..", 4},
		{"only spaces are cut", func(a Area) int { return a.Write(0, 0, "abcd   ", Plain) }, "..abcd..", 4},
		{"begins beyond the end", func(a Area) int { return a.Write(4, 0, "x", Plain) }, "........", 5},
		{"begins before the start", func(a Area) int { return a.Write(-1, 0, "x", Plain) }, "........", 0},
		{"another row", func(a Area) int { return a.Write(0, 1, "x", Plain) }, "........", 1},
		{"wide", func(a Area) int { return a.Write(0, 0, "日本", Plain) }, "..日本..", 4},
		{"half a wide character does not fit", func(a Area) int { return a.Write(1, 0, "日本", Plain) }, "...日…..", 3},
		{"right aligned", func(a Area) int { return a.Right(4, 0, "ab", Plain) }, "....ab..", 2},
		{"right aligned, too long", func(a Area) int { return a.Right(4, 0, "abcde", Plain) }, "..abc…..", 0},
		{"over half a wide character", func(a Area) int { a.Write(0, 0, "日x", Plain); return a.Write(1, 0, "y", Plain) }, ".. yx...", 2},
		{"hostile", func(a Area) int { return a.Write(0, 0, "\x1b[2J", Plain) }, `..\x1…..`, 4},
	} {
		g := New(8, 1)
		g.All().Fill(".", Plain)
		a := g.All().Cut(2, 0, 4, 1)
		next := c.draw(a)
		got := strings.TrimSuffix(g.Text(false), "\n")
		if got != c.want || next != c.next {
			t.Errorf("%s: %q, next column %d, want %q, %d", c.name, got, next, c.want, c.next)
		}
	}
}

// TestCutStaysInside gives a part that is no larger than the whole.
func TestCutStaysInside(t *testing.T) {
	a := New(10, 5).All()
	for _, c := range []struct{ x, y, w, h, wantW, wantH int }{{0, 0, 10, 5, 10, 5}, {2, 1, 4, 2, 4, 2}, {8, 4, 9, 9, 2, 1}, {-3, -3, 4, 4, 4, 4}, {10, 0, 5, 1, 0, 1}, {12, 7, 1, 1, 0, 0}, {0, 0, -1, -1, 0, 0}} {
		if got := a.Cut(c.x, c.y, c.w, c.h); got.W != c.wantW || got.H != c.wantH {
			t.Errorf("%+v: %d by %d", c, got.W, got.H)
		}
	}
	if x := (Area{}).Write(3, 0, "abc", Plain); x != 6 {
		t.Errorf("the zero area reports column %d", x)
	}
}

// TestFit fills exactly the cells that it is given.
func TestFit(t *testing.T) {
	for _, c := range []struct {
		s     string
		w     int
		right bool
		want  string
	}{{"abc", 5, false, "abc  "}, {"abc", 5, true, "  abc"}, {"abc", 3, true, "abc"}, {"abcd", 3, false, "ab…"}, {"日本", 3, false, "日…"}, {"日本", 4, false, "日本"}, {"日本x", 4, false, "日… "}, {"abc", 0, false, ""}, {"abc", -1, true, ""}, {"", 2, false, "  "}} {
		if got := Fit(c.s, c.w, c.right); got != c.want && Width(got) != c.w {
			t.Errorf("%q in %d cells: %q, want %q", c.s, c.w, got, c.want)
		}
	}
}

// TestGraph scales to the largest point or the floor, shows at least a dot above
// zero, leaves a gap for what is not known, and puts the newest at the right.
func TestGraph(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		name   string
		points []float32
		floor  float32
		h      int
		want   string
		top    float32
	}{
		{"nothing", nil, 0, 1, "", 0},
		{"newest at the right", []float32{8, 4}, 0, 1, "  █▄", 8},
		{"a dot above zero", []float32{800, 1, 0, nan}, 0, 1, "█▁▁", 800},
		{"floor", []float32{4, 8}, 16, 1, "  ▂▄", 16},
		{"only the newest", []float32{99, 1, 2, 4, 8}, 0, 1, "▁▂▄█", 8},
		{"two rows", []float32{8, 2}, 0, 2, "  █\n  █▄", 8},
		{"negative", []float32{-3, 8}, 0, 1, "   █", 8},
	} {
		g := New(4, c.h)
		top := g.All().Graph(c.points, c.floor, Blocks, Chart)
		if got := strings.TrimRight(g.Text(false), "\n"); got != c.want || top != c.top {
			t.Errorf("%s: %q up to %v, want %q up to %v", c.name, got, top, c.want, c.top)
		}
	}
	g := New(2, 1)
	g.All().Graph([]float32{0, 0, 4, 8}, 0, Braille, Chart)
	if got := g.Text(false); got != "⣀⣼\n" {
		t.Errorf("two points in a braille cell: %q", got)
	}
}

// TestASCII keeps the width of every character that is replaced.
func TestASCII(t *testing.T) {
	g := New(20, 1)
	g.All().Write(0, 0, "● ▲ ✗ ◌ █▁⣿ 日 é", Plain)
	if got := strings.TrimRight(g.Text(true), "\n"); got != "* ! x ? #_# ?? ?" {
		t.Errorf("%q", got)
	}
}

// TestUsed counts the rows up to the last that has text.
func TestUsed(t *testing.T) {
	g := New(5, 4)
	if g.Used() != 0 {
		t.Errorf("an empty grid uses %d rows", g.Used())
	}
	g.All().Write(4, 2, "x", Plain)
	g.All().Write(0, 3, "   ", Plain)
	if g.Used() != 3 {
		t.Errorf("%d rows used, want 3", g.Used())
	}
	g.Reset(5, 4)
	if g.Used() != 0 || g.Text(false) != "\n\n\n\n" {
		t.Errorf("after a reset: %q", g.Text(false))
	}
}
