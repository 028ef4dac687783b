package cell

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/natsctl/natsctl/internal/view"
)

// maxCluster limits the bytes of one cell: a character with more combining
// marks is shown as a replacement character.
const maxCluster = 24

// box is one character cell. A wide character fills its own box and leaves the
// next one with skip set and no text.
type box struct {
	text  string // empty: a space
	style Style
	wide  bool
	skip  bool
}

// Grid is a window of exactly W by H character cells. It is not safe for
// concurrent use.
type Grid struct {
	W, H  int
	boxes []box
}

// New returns an empty grid; negative sizes count as 0.
func New(w, h int) *Grid {
	w, h = max(w, 0), max(h, 0)
	return &Grid{W: w, H: h, boxes: make([]box, w*h)}
}

// Reset empties the grid and resizes it, reusing its memory.
func (g *Grid) Reset(w, h int) {
	w, h = max(w, 0), max(h, 0)
	g.W, g.H = w, h
	if cap(g.boxes) < w*h {
		g.boxes = make([]box, w*h)
		return
	}
	g.boxes = g.boxes[:w*h]
	clear(g.boxes)
}

// All returns the whole grid as an [Area].
func (g *Grid) All() Area { return Area{g: g, W: g.W, H: g.H} }

// Flag adds flags to every cell, for example to fade a frame of old data.
func (g *Grid) Flag(flags Style) {
	for i := range g.boxes {
		g.boxes[i].style |= flags & flagMask
	}
}

// Used returns the number of rows up to the last non-empty one.
func (g *Grid) Used() int {
	for i := len(g.boxes) - 1; i >= 0; i-- {
		if t := g.boxes[i].text; t != "" && t != " " {
			return i/g.W + 1
		}
	}
	return 0
}

// put writes s into row y from column x, up to column end, and returns the
// column after it.
func (g *Grid) put(x, y, end int, s string, st Style) int {
	row := g.boxes[y*g.W : (y+1)*g.W]
	for s = view.Text(s); s != ""; {
		n, text, width := first(s)
		s = s[n:]
		if width == 0 {
			continue
		}
		if x+width > end {
			g.more(row, end, text+s, st)
			break
		}
		g.cut(row, x)
		g.cut(row, x+width-1)
		row[x] = box{text: text, style: st, wide: width == 2}
		if width == 2 {
			row[x+1] = box{style: st, skip: true}
		}
		x += width
	}
	return x
}

// more marks the end of a row's part where text was cut.
func (g *Grid) more(row []box, end int, rest string, st Style) {
	if strings.Trim(rest, " ") == "" {
		return
	}
	g.cut(row, end-1)
	row[end-1] = box{text: "…", style: st}
}

// cut clears the wide character that covers column x, so that overwriting one
// half does not leave the other.
func (g *Grid) cut(row []box, x int) {
	switch {
	case row[x].skip:
		row[x-1] = box{style: row[x-1].style}
		row[x] = box{style: row[x].style}
	case row[x].wide:
		row[x+1] = box{style: row[x+1].style}
		row[x] = box{style: row[x].style}
	}
}

// first returns the first character of s with its combining marks: its bytes in
// s, the text to show, and its width in cells. A character that would join the
// previous cell is shown as a replacement character.
func first(s string) (n int, text string, width int) {
	if s[0] < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return 1, s[:1], 1
	}
	text, width = ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	if text == "" {
		return 1, "", 0
	}
	if len(text) > maxCluster || joins(text) {
		return len(text), "\ufffd", 1
	}
	return len(text), text, min(width, 2)
}

// joins reports whether a character would be drawn into the previous one: a
// mark without a base, a variation selector, half a syllable or half a flag.
func joins(text string) bool {
	r, size := utf8.DecodeRuneInString(text)
	switch {
	case r < 0x300:
		return false
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc, unicode.Cf):
		return true
	case r >= 0x1160 && r <= 0x11ff, r >= 0xd7b0 && r <= 0xd7ff, r >= 0x1f3fb && r <= 0x1f3ff:
		return true
	}
	return r >= 0x1f1e6 && r <= 0x1f1ff && size == len(text)
}

// Width returns how many cells s fills when it is written.
func Width(s string) int {
	total := 0
	for s = view.Text(s); s != ""; {
		n, _, width := first(s)
		s = s[n:]
		total += width
	}
	return total
}

// Fit returns s in exactly w cells: cut with an ellipsis, or padded on the
// right, or on the left where right-aligned.
func Fit(s string, w int, right bool) string {
	if w <= 0 {
		return ""
	}
	s = view.Text(s)
	n := Width(s)
	if n > w {
		s, n = clip(s, w)
	}
	pad := strings.Repeat(" ", w-n)
	if right {
		return pad + s
	}
	return s + pad
}

// clip cuts s to w cells with an ellipsis at the end and returns its width.
func clip(s string, w int) (string, int) {
	n, i := 0, 0
	for i < len(s) {
		size, _, width := first(s[i:])
		if n+width > w-1 {
			break
		}
		i += size
		n += width
	}
	return s[:i] + "…", n + 1
}
