package cell

import "strings"

const reset = "\x1b[0m"

// ANSI returns the grid as H lines joined by newlines, each exactly W cells
// wide, with the escape sequences of the palette. Every line ends in the
// terminal's own style.
func (g *Grid) ANSI(p *Palette) string {
	var b strings.Builder
	b.Grow(g.W*g.H*2 + g.H*16)
	for y := range g.H {
		if y > 0 {
			b.WriteByte('\n')
		}
		g.line(&b, y, p)
	}
	return b.String()
}

// line writes one row, changing the style only where it changes.
func (g *Grid) line(b *strings.Builder, y int, p *Palette) {
	now := ""
	for _, c := range g.boxes[y*g.W : (y+1)*g.W] {
		if c.skip {
			continue
		}
		if want := p.on(c.style); want != now {
			if now != "" {
				b.WriteString(reset)
			}
			b.WriteString(want)
			now = want
		}
		b.WriteString(c.show(p.look.ASCII))
	}
	if now != "" {
		b.WriteString(reset)
	}
}

// show returns the text of a cell, a space where there is none.
func (c box) show(onlyASCII bool) string {
	switch {
	case c.text == "":
		return " "
	case onlyASCII:
		return ascii(c.text, c.wide)
	}
	return c.text
}

// Text returns the grid as plain lines, trailing spaces cut, each ended by a
// newline.
func (g *Grid) Text(onlyASCII bool) string {
	var b, line strings.Builder
	for y := range g.H {
		line.Reset()
		for _, c := range g.boxes[y*g.W : (y+1)*g.W] {
			if !c.skip {
				line.WriteString(c.show(onlyASCII))
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
	}
	return b.String()
}
