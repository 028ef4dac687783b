package cell

import "math"

// Dots is how graphs are drawn.
type Dots int

// The ways to draw a graph: braille has twice the columns and half the steps of
// blocks, but some fonts render it badly.
const (
	Braille Dots = iota
	Blocks
)

// brailleLeft and brailleRight are the dots of a braille cell's two columns
// from the bottom up, by the number of dots set.
var (
	brailleLeft  = [5]rune{0, 0x40, 0x44, 0x46, 0x47}
	brailleRight = [5]rune{0, 0x80, 0xa0, 0xb0, 0xb8}
)

var blockSteps = [9]rune{' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'}

// Graph fills the area with the newest points of a series as columns from the
// bottom up, the newest at the right edge. NaN points leave a gap; a point
// above zero shows at least one dot. It returns the largest value drawn, the
// top of the scale, which is at least floor.
func (a Area) Graph(points []float32, floor float32, dots Dots, st Style) float32 {
	if a.W <= 0 || a.H <= 0 {
		return floor
	}
	per, steps := 2, 4
	if dots == Blocks {
		per, steps = 1, 8
	}
	points = points[max(len(points)-a.W*per, 0):]
	top := Top(points, floor)
	start := a.W*per - len(points)
	heights := make([]int, a.W*per)
	for i, v := range points {
		heights[start+i] = height(v, top, a.H*steps)
	}
	for y := range a.H {
		base := (a.H - 1 - y) * steps
		for x := range a.W {
			if r := glyph(heights[x*per:x*per+per], base, dots); r != ' ' {
				a.Write(x, y, string(r), st)
			}
		}
	}
	return top
}

// Top returns the largest of the points, at least floor.
func Top(points []float32, floor float32) float32 {
	top := floor
	for _, v := range points {
		if v > top {
			top = v
		}
	}
	return top
}

// height scales a value to a number of dots, at least one above zero.
func height(v, top float32, dots int) int {
	if top <= 0 || !(v >= 0) {
		return 0
	}
	n := int(math.Round(float64(v) / float64(top) * float64(dots)))
	if n == 0 {
		n = 1
	}
	return min(n, dots)
}

// glyph returns the character of one cell whose columns have these heights,
// where the cell begins base dots above the bottom.
func glyph(heights []int, base int, dots Dots) rune {
	if dots == Blocks {
		return blockSteps[max(min(heights[0]-base, 8), 0)]
	}
	bits := brailleLeft[max(min(heights[0]-base, 4), 0)] | brailleRight[max(min(heights[1]-base, 4), 0)]
	if bits == 0 {
		return ' '
	}
	return 0x2800 + bits
}
