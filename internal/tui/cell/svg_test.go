package cell

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// TestSVG checks that a picture is valid XML with a name and a description for
// those who cannot see it, that its signs are drawn and its text is written,
// whatever the text is.
func TestSVG(t *testing.T) {
	g := New(40, 4)
	a := g.All()
	a.Write(0, 0, "natsctl  ● LIVE  <b>&\"'\ufffe 世界", Strong)
	a.Rule(1, "title", Strong)
	a.Write(0, 2, "▁▄█ ⣿⡇⢸ ▲✗◌★", Chart)
	a.Rows(2, 1).Restyle(Selected)
	a.Cut(0, 3, 10, 1).Frame("", Line)
	for _, look := range []Look{{}, {Profile: TrueColor, Theme: "light"}, {ASCII: true}} {
		svg := g.SVG(NewPalette(look), "a <title>")
		for dec := xml.NewDecoder(strings.NewReader(svg)); ; {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%v in\n%s", err, svg)
			}
		}
		for _, want := range []string{`role="img"`, ">a &lt;title&gt;</title>", "A terminal of 40 by 4 characters: natsctl, ● LIVE, ", "世界"} {
			if !strings.Contains(svg, want) {
				t.Errorf("no %q in\n%s", want, svg)
			}
		}
		if drawn := strings.Contains(svg, "<path"); drawn == look.ASCII {
			t.Errorf("%+v has drawn signs: %v", look, drawn)
		}
		_, body, _ := strings.Cut(svg, "</desc>")
		if strings.ContainsAny(body, "●▲✗◌★⣿█─") {
			t.Errorf("signs are written in\n%s", body)
		}
	}
}
