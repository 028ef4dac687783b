package view

import "github.com/natsctl/natsctl/internal/fleet"

// Level is [fleet.Level]: the model sets it, the view only colors it.
type Level = fleet.Level

// glyphs are the marks of the levels, in their order; a word always says the
// same, so that no meaning depends on color or glyph alone.
var (
	glyphs      = [...]string{"●", "●", "▲", "✗", "◌"}
	asciiGlyphs = [...]string{"*", "*", "!", "x", "?"}
)

// Glyph returns the mark of a level, from the ASCII set if ascii is set.
func Glyph(l Level, ascii bool) string {
	if l < 0 || int(l) >= len(glyphs) {
		l = fleet.Unknown
	}
	if ascii {
		return asciiGlyphs[l]
	}
	return glyphs[l]
}
