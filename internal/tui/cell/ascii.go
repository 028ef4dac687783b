package cell

import "unicode/utf8"

// asciiOf maps each drawing character to its replacement on a terminal without
// UTF-8; each is one cell wide, so that the layout does not change.
var asciiOf = map[rune]byte{
	'●': '*', '▲': '!', '✗': 'x', '◌': '?', '★': '@', '✓': 'v', '◐': '%', '○': 'o',
	'─': '-', '│': '|', '╭': '+', '╮': '+', '╰': '+', '╯': '+', '├': '+', '└': '+', '┌': '+', '┐': '+', '┘': '+', '┴': '+', '┬': '+', '┼': '+', '┤': '+',
	'═': '=', '◀': '<', '▶': '>', '▸': '>', '▼': 'v', '▌': '>', '›': '>', '⇄': '=', '→': '>', '←': '<', '↑': '^', '↓': 'v', '↵': '<',
	'…': '~', '·': '.', 'µ': 'u', '×': 'x', '≥': '>', '≤': '<', '±': '~', '█': '#', '▏': '|', '‖': '"', '■': '#',
	'▁': '_', '▂': '.', '▃': ',', '▄': '-', '▅': '=', '▆': '+', '▇': '*',
}

// asciiDots are the replacements of a braille cell by its number of dots.
const asciiDots = " ..::-==#"

// ascii returns the ASCII replacement of a cell's text, of the same width.
func ascii(text string, wide bool) string {
	r, _ := utf8.DecodeRuneInString(text)
	switch {
	case len(text) == 1 && r < utf8.RuneSelf:
		return text
	case r >= 0x2800 && r <= 0x28ff:
		n := 0
		for bits := r - 0x2800; bits != 0; bits &= bits - 1 {
			n++
		}
		return asciiDots[n : n+1]
	case wide: // an arrow with a variation selector is a wide character
		return "??"
	case asciiOf[r] != 0:
		return string(rune(asciiOf[r]))
	}
	return "?"
}
