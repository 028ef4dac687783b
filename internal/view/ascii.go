package view

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// asciiOf maps the characters of tables and drawings to ASCII.
var asciiOf = map[rune]string{
	'µ': "u", 'μ': "u", '●': "*", '▲': "!", '✗': "x", '◌': "?", '✓': "v", '…': "...", '–': "-", '—': "-", '→': "->", '≥': ">=", '≤': "<=", '×': "x", '·': ".",
	'└': "`", '├': "|", '│': "|", '─': "-", '“': `"`, '”': `"`, '‘': "'", '’': "'",
}

// ASCII returns a text in ASCII: characters of tables and drawings become their
// ASCII mark, others an escape such as \u00e9, which is equivalent in JSON.
func ASCII(s string) string {
	if plainASCII(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		mark, known := asciiOf[r]
		switch {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case known:
			b.WriteString(mark)
		case r > 0xffff:
			fmt.Fprintf(&b, `\u%04x\u%04x`, (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// ASCIIWriter writes what it is given as [ASCII] does. It buffers an
// incomplete character.
type ASCIIWriter struct {
	W    io.Writer
	rest []byte // an incomplete character
}

// Write implements [io.Writer].
func (a *ASCIIWriter) Write(p []byte) (int, error) {
	whole := slices.Concat(a.rest, p)
	end := len(whole)
	for back := 1; back < utf8.UTFMax && back <= end; back++ {
		if c := whole[end-back]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(whole[end-back:]) {
				end -= back
			}
			break
		}
	}
	a.rest = append([]byte(nil), whole[end:]...)
	if _, err := io.WriteString(a.W, ASCII(string(whole[:end]))); err != nil {
		return 0, err
	}
	return len(p), nil
}
