package authcmd

import (
	"fmt"
	"html"
	"io"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// Measures of a drawing, in pixels.
const (
	svgRow, svgBox, svgWide, svgGap = 48, 32, 220, 460
	svgLetter                       = 28 // characters of a name that fit into a box
)

// drawSVG draws exporting accounts on the left and importing ones on the right,
// with a line for each share.
func drawSVG(w io.Writer, shares []fleet.Share) error {
	var left, right []string
	for _, s := range shares {
		left = append(left, s.ExporterName)
		if s.Importer != "" {
			right = append(right, s.ImporterName)
		}
	}
	left, right = sorted(left), sorted(right)
	var b strings.Builder
	rows := max(len(left), len(right), 1)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="13">`+"\n", 2*svgWide+svgGap+40, rows*svgRow+20)
	lines := map[[2]string]int{}
	for _, s := range shares {
		if s.Importer == "" {
			continue
		}
		color := "#2a7"
		if !active(s) {
			color = "#c33"
		}
		y1, y2 := middle(left, s.ExporterName), middle(right, s.ImporterName)
		pair := [2]string{s.ExporterName, s.ImporterName}
		shift := lines[pair] * 14
		lines[pair]++
		x1, x2 := 20+svgWide, 20+svgWide+svgGap
		fmt.Fprintf(&b, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="%s"/>`+"\n", x1, y1+shift, x2, y2+shift, color)
		fmt.Fprintf(&b, `<text x="%d" y="%d" fill="%s" text-anchor="middle">%s</text>`+"\n", (x1+x2)/2, (y1+y2)/2+shift-3, color, html.EscapeString(view.Text(label(s))))
	}
	for i, side := range [][]string{left, right} {
		for _, name := range side {
			x, y := 20+i*(svgWide+svgGap), middle(side, name)
			fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" rx="4" fill="#eef" stroke="#446"/>`+"\n", x, y-svgBox/2, svgWide, svgBox)
			fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">%s</text>`+"\n", x+svgWide/2, y+4, html.EscapeString(short(view.Text(name))))
		}
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func sorted(names []string) []string { return slices.Compact(slices.Sorted(slices.Values(names))) }

func middle(side []string, name string) int { return slices.Index(side, name)*svgRow + svgRow/2 + 10 }

func short(name string) string {
	if runes := []rune(name); len(runes) > svgLetter {
		return string(runes[:svgLetter-1]) + "…"
	}
	return name
}
