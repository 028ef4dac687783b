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

// svg backgrounds by theme; dark if not listed.
var (
	svgBack     = map[string]string{"light": "#ffffff"}
	svgSelected = map[string]string{"terminal": "#2d3a4d"}
)

// SVG returns the grid as a self-contained picture: a monospace grid of text
// runs in the theme's colors, without scripts or external fonts. Lines, bars,
// dots and marks are drawn as paths, so that they do not depend on the font.
// The title becomes its accessible name, its first line the description.
func (g *Grid) SVG(p *Palette, title string) string {
	w, h := float64(g.W)*svgCellW+2*svgPad, float64(g.H)*svgCellH+2*svgPad
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%.0f" height="%.0f" role="img" aria-labelledby="title desc">`+"\n", px(w), px(h), w, h)
	fmt.Fprintf(&b, "<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n", svgText(title), svgText(g.description()))
	back := svgBack[p.theme.Name]
	if back == "" {
		back = "#0d1117"
	}
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", back)
	b.WriteString(`<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" xml:space="preserve" style="white-space:pre">` + "\n")
	ink := drawing{}
	for y := range g.H {
		g.svgLine(&b, ink, y, p)
	}
	b.WriteString("</g>\n")
	ink.write(&b)
	b.WriteString("</svg>\n")
	return b.String()
}

// description is the size and the first line of the grid, for screen readers.
func (g *Grid) description() string {
	first, _, _ := strings.Cut(strings.TrimLeft(g.Text(false), " \n"), "\n")
	var parts []string
	for part := range strings.SplitSeq(first, "  ") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return fmt.Sprintf("A terminal of %d by %d characters: %s", g.W, g.H, strings.Join(parts, ", "))
}

// svgText escapes text for XML and replaces characters that XML does not allow.
func svgText(s string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		if r == 0xfffe || r == 0xffff || r < ' ' {
			return '\ufffd'
		}
		return r
	}, s))
}

// svgLine writes the runs of equal background of one row, so that there are no
// seams between them, and then those of equal style.
func (g *Grid) svgLine(b *strings.Builder, ink drawing, y int, p *Palette) {
	row := g.boxes[y*g.W : (y+1)*g.W]
	for x := 0; x < len(row); {
		bg, end := p.svgBackground(row[x].style), x+1
		for end < len(row) && p.svgBackground(row[end].style) == bg {
			end++
		}
		if bg != "" {
			fmt.Fprintf(b, `<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/>`+"\n", px(svgX(x)), px(svgY(y)), px(float64(end-x)*svgCellW), px(svgCellH), bg)
		}
		x = end
	}
	for x := 0; x < len(row); {
		if ink.cell(x, y, row[x], p) {
			x++
			continue
		}
		end := x + 1
		for end < len(row) && row[end].style == row[x].style && !drawable(row[end], p) {
			end++
		}
		g.svgRun(b, x, y, row[x:end], p)
		x = end
	}
}

func svgX(x int) float64 { return svgPad + float64(x)*svgCellW }
func svgY(y int) float64 { return svgPad + float64(y)*svgCellH }

func (g *Grid) svgRun(b *strings.Builder, x, y int, run []box, p *Palette) {
	style := run[0].style
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
	fmt.Fprintf(b, `<text x="%s" y="%s" textLength="%s" fill="%s"%s>%s</text>`+"\n",
		px(svgX(x+lead)), px(svgY(y)+13.5), px(float64(Width(s))*svgCellW), p.svgColor(style), p.svgExtra(style), svgText(s))
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
