package cell

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// pen is the style of a shape of an SVG.
type pen int

// The pens. Dotted draws a round dot at every quarter of a cell along a path,
// from its start.
const (
	filled pen = iota
	stroked
	dotted
	dashed
)

// pens are their attributes; the color is inserted in between.
var pens = [...][2]string{
	filled:  {`fill="`, `"`},
	stroked: {`fill="none" stroke="`, `" stroke-width="1.4"`},
	dotted:  {`fill="none" stroke="`, `" stroke-width="2.4" stroke-linecap="round" stroke-dasharray="0 4.5"`},
	dashed:  {`fill="none" stroke="`, `" stroke-width="1.5" stroke-dasharray="1.4 1.2"`},
}

// shape is a path relative to the middle of its cell.
type shape struct {
	pen  pen
	path string
}

// shapes are the characters that are drawn as paths.
var shapes = map[rune]shape{
	'●': {filled, "m-3.3 0a3.3 3.3 0 1 0 6.6 0a3.3 3.3 0 1 0-6.6 0z"},
	'○': {stroked, "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z"},
	'◌': {dashed, "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z"},
	'▲': {filled, "m0-4.2l3.9 7.8h-7.8z"},
	'▼': {filled, "m0 4.2l3.9-7.8h-7.8z"},
	'▶': {filled, "m4.2 0l-8.2 4.2v-8.4z"},
	'◀': {filled, "m-4.2 0l8.2 4.2v-8.4z"},
	'▸': {filled, "m3 0l-5.4 3.2v-6.4z"},
	'✗': {stroked, "m-3-3.6l6 7.2m0-7.2l-6 7.2"},
	'✓': {stroked, "m-3.4 .4l2.4 3.2l4.4-7.2"},
	'★': {filled, "m0-4.6l1.2 3.3l3.5 .1l-2.8 2.2l1 3.4l-2.9-2l-2.9 2l1-3.4l-2.8-2.2l3.5-.1z"},
	'◐': {filled, "m0-3.6a3.6 3.6 0 0 0 0 7.2zm0 0a3.6 3.6 0 0 1 0 7.2v-.9a2.7 2.7 0 0 0 0-5.4z"},
	'‖': {filled, "m-2.6-4.4h1.8v8.8h-1.8zm3.4 0h1.8v8.8h-1.8z"},
	'─': {stroked, "m-4.2 0h8.4"},
	'│': {stroked, "m0-9v18"},
	'═': {stroked, "m-4.2-1.7h8.4m-8.4 3.4h8.4"},
	'╭': {stroked, "m4.2 0h-1.2q-3 0-3 3v6"},
	'╮': {stroked, "m-4.2 0h1.2q3 0 3 3v6"},
	'╰': {stroked, "m4.2 0h-1.2q-3 0-3-3v-6"},
	'╯': {stroked, "m-4.2 0h1.2q3 0 3-3v-6"},
	'├': {stroked, "m0-9v18m0-9h4.2"},
	'┤': {stroked, "m0-9v18m0-9h-4.2"},
	'┌': {stroked, "m4.2 0h-4.2v9"},
	'┐': {stroked, "m-4.2 0h4.2v9"},
	'└': {stroked, "m0-9v9h4.2"},
	'┘': {stroked, "m0-9v9h-4.2"},
	'┬': {stroked, "m-4.2 0h8.4m-4.2 0v9"},
	'┴': {stroked, "m-4.2 0h8.4m-4.2 0v-9"},
	'┼': {stroked, "m-4.2 0h8.4m-4.2-9v18"},
	'▌': {filled, "m-4.2-9h4.2v18h-4.2z"},
}

// drawing collects the paths of a picture by style.
type drawing map[string]*strings.Builder

// drawable reports whether a cell is drawn as a path.
func drawable(c box, p *Palette) bool {
	r, n := utf8.DecodeRuneInString(c.text)
	if p.look.ASCII || n != len(c.text) || c.wide {
		return false
	}
	_, known := shapes[r]
	_, _, graph := bars(r)
	return known || graph || r >= '▁' && r <= '█'
}

// bars are the dots of the two columns of a braille cell of a graph; false for
// other characters and other braille, which is text.
func bars(r rune) (left, right int, ok bool) {
	bits := r - 0x2800
	if bits <= 0 || bits > 0xff {
		return 0, 0, false
	}
	left = slices.Index(brailleLeft[:], bits&brailleLeft[4])
	right = slices.Index(brailleRight[:], bits&brailleRight[4])
	return left, right, left >= 0 && right >= 0
}

// cell draws a cell if it is drawable.
func (d drawing) cell(x, y int, c box, p *Palette) bool {
	if !drawable(c, p) {
		return false
	}
	r, _ := utf8.DecodeRuneInString(c.text)
	left, top := svgX(x), svgY(y)
	switch {
	case r > 0x2800 && r <= 0x28ff:
		a, b, _ := bars(r)
		d.dots(left+2.1, top, a, c.style, p)
		d.dots(left+6.3, top, b, c.style, p)
	case r >= '▁' && r <= '█':
		h := svgCellH * float64(r-'▁'+1) / 8
		d.add(filled, c.style, p, fmt.Sprintf("M%s %sh%sv%sh%sz", px(left), px(top+svgCellH-h), px(svgCellW), px(h), px(-svgCellW)))
	default:
		s := shapes[r]
		d.add(s.pen, c.style, p, fmt.Sprintf("M%s %s%s", px(left+svgCellW/2), px(top+svgCellH/2), s.path))
	}
	return true
}

// dots draws a column of n dots from the bottom of a cell up.
func (d drawing) dots(x, top float64, n int, st Style, p *Palette) {
	if n > 0 {
		d.add(dotted, st, p, fmt.Sprintf("M%s %sv%s", px(x), px(top+15.75), px(-4.5*float64(n-1)-0.1)))
	}
}

func (d drawing) add(with pen, st Style, p *Palette, path string) {
	key := pens[with][0] + p.svgColor(st) + pens[with][1]
	if st&Faded != 0 {
		key += ` opacity="0.5"`
	}
	if d[key] == nil {
		d[key] = &strings.Builder{}
	}
	d[key].WriteString(path)
}

// write writes the paths, one per style.
func (d drawing) write(b *strings.Builder) {
	for _, key := range slices.Sorted(maps.Keys(d)) {
		fmt.Fprintf(b, `<path %s d="%s"/>`+"\n", key, d[key].String())
	}
}

// px is a length with at most one decimal.
func px(f float64) string { return strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64) }
