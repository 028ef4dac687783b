package cell

import (
	"fmt"
	"html"
	"strings"
)

// The cell of an SVG frame in pixels: the advance of common monospace fonts at
// 14 px is 8.4; textLength makes every run fit the grid whatever the font.
const (
	svgCellW = 8.4
	svgCellH = 18.0
	svgPad   = 12.0
)

// svg backgrounds by theme; dark where it says nothing else.
var (
	svgBack     = map[string]string{"light": "#ffffff"}
	svgSelected = map[string]string{"terminal": "#30435c"}
)

// SVG returns the grid as a self-contained picture: a monospace grid of text
// runs in the theme's colours, no script, no external font. The title becomes
// its accessible name.
func (g *Grid) SVG(p *Palette, title string) string {
	w, h := float64(g.W)*svgCellW+2*svgPad, float64(g.H)*svgCellH+2*svgPad
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.1f %.1f" width="%.0f" height="%.0f" role="img">`+"\n", w, h, w, h)
	fmt.Fprintf(&b, "<title>%s</title>\n", html.EscapeString(title))
	back := svgBack[p.theme.Name]
	if back == "" {
		back = "#0d1117"
	}
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", back)
	b.WriteString(`<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" xml:space="preserve">` + "\n")
	for y := range g.H {
		g.svgLine(&b, y, p)
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

// svgLine writes the runs of equal background of one row, so that no seam
// shows between them, and then those of equal style.
func (g *Grid) svgLine(b *strings.Builder, y int, p *Palette) {
	row := g.boxes[y*g.W : (y+1)*g.W]
	for x := 0; x < len(row); {
		bg, end := p.svgBackground(row[x].style), x+1
		for end < len(row) && p.svgBackground(row[end].style) == bg {
			end++
		}
		if bg != "" {
			fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`+"\n", svgPad+float64(x)*svgCellW, svgPad+float64(y)*svgCellH, float64(end-x)*svgCellW, svgCellH, bg)
		}
		x = end
	}
	for x := 0; x < len(row); {
		end := x + 1
		for end < len(row) && row[end].style == row[x].style {
			end++
		}
		g.svgRun(b, x, y, row[x:end], p)
		x = end
	}
}

func (g *Grid) svgRun(b *strings.Builder, x, y int, run []box, p *Palette) {
	style := run[0].style
	px, py := svgPad+float64(x)*svgCellW, svgPad+float64(y)*svgCellH
	var text strings.Builder
	for _, c := range run {
		if !c.skip {
			text.WriteString(c.show(p.look.ASCII))
		}
	}
	s := text.String()
	lead := len(s) - len(strings.TrimLeft(s, " "))
	s = strings.Trim(s, " ")
	if s == "" {
		return
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" textLength="%.1f" fill="%s"%s>%s</text>`+"\n",
		px+float64(lead)*svgCellW, py+13.5, float64(Width(s))*svgCellW, p.svgColor(style), p.svgExtra(style), html.EscapeString(s))
}

func (p *Palette) svgColor(s Style) string {
	pt := p.theme.paint[s&roleMask]
	if pt.svg != "" {
		return pt.svg
	}
	return pt.fg
}

func (p *Palette) svgBackground(s Style) string {
	switch {
	case s&Selected != 0 && p.theme.back != "":
		return p.theme.back
	case s&Selected != 0:
		return svgSelected["terminal"]
	case p.theme.paint[s&roleMask].svgGround != "":
		return p.theme.paint[s&roleMask].svgGround
	}
	return p.theme.paint[s&roleMask].bg
}

func (p *Palette) svgExtra(s Style) string {
	extra := ""
	if p.theme.paint[s&roleMask].bold {
		extra += ` font-weight="bold"`
	}
	if s&Faded != 0 {
		extra += ` opacity="0.5"`
	}
	if s&Underlined != 0 {
		extra += ` text-decoration="underline"`
	}
	return extra
}
