package widget

import "github.com/natsctl/natsctl/internal/tui/cell"

// Block is a title with lines below it.
type Block struct {
	Title string
	Lines [][]Segment
}

// Stack draws blocks below each other. The first ones get the rows they need,
// all get at least two lines; blocks without room are omitted.
func Stack(a cell.Area, blocks []Block) {
	for len(blocks) > 1 && least(blocks) > a.H {
		blocks = blocks[:len(blocks)-1]
	}
	y := 0
	for i, b := range blocks {
		n := min(len(b.Lines), a.H-y-1-least(blocks[i+1:]))
		if n < 1 {
			return
		}
		b.draw(a.Rows(y, 1+n))
		y += n + 2
	}
}

// least is the number of rows that the blocks need, with an empty one before
// each.
func least(blocks []Block) int {
	n := 0
	for _, b := range blocks {
		n += 2 + min(len(b.Lines), 2)
	}
	return n
}

// draw writes the block, as many lines as fit.
func (b Block) draw(a cell.Area) {
	a.Rule(0, b.Title, cell.Strong)
	for i, list := range b.Lines[:max(min(len(b.Lines), a.H-1), 0)] {
		DrawParts(a.Rows(i+1, 1), list)
	}
}
