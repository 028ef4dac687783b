package view

import "github.com/natsctl/natsctl/internal/fleet"

// Level is [fleet.Level]: the model judges, the view only colours.
type Level = fleet.Level

// glyphs are the marks of the levels, in their order; a mark always repeats
// what a word says, so that no color and no glyph carries meaning alone.
var (
	glyphs      = [...]string{"●", "●", "▲", "✗", "◌"}
	asciiGlyphs = [...]string{"*", "*", "!", "x", "?"}
)

// Glyph returns the mark of a level, from the ASCII set where wanted.
func Glyph(l Level, ascii bool) string {
	if l < 0 || int(l) >= len(glyphs) {
		l = fleet.Unknown
	}
	if ascii {
		return asciiGlyphs[l]
	}
	return glyphs[l]
}
