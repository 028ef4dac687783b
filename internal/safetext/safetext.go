// Package safetext makes text from strangers safe to show: on a terminal, in a
// log, in the label of a metric.
//
// It must not know where the text comes from or goes to.
package safetext

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Visible makes a string from a stranger safe to print on a terminal: C0 controls
// (newline and tab too), DEL, C1 controls, bidirectional controls, U+2028/9,
// other invisible format characters and invalid UTF-8 become visible escapes
// such as \x1b and \u202e. A backslash stays as it is, so plain text is
// unchanged.
func Visible(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r < 0x20 || r == 0x7f:
			b.WriteString(control(r))
		case Hidden(r) && r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		case Hidden(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// plain tells whether s is printable ASCII throughout, the common case.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

func control(r rune) string {
	switch r {
	case '\n':
		return `\n`
	case '\t':
		return `\t`
	case '\r':
		return `\r`
	}
	return fmt.Sprintf(`\x%02x`, r)
}

// Hidden tells whether a character moves the cursor, turns the writing
// direction or shows nothing: C1, soft hyphen, Arabic letter mark, zero-width
// and bidi marks, separators, word joiner to invisible operators, bidi
// isolates, byte order mark, interlinear annotations, and language tags.
func Hidden(r rune) bool {
	switch {
	case r >= 0x80 && r <= 0x9f, r == 0xad, r == 0x61c, r == 0x180e,
		r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e,
		r >= 0x2060 && r <= 0x206f, r == 0xfeff,
		r >= 0xfff9 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return false
}
