package view

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// asciiOf is what stands for a character that tables and drawings use.
var asciiOf = map[rune]string{
	'µ': "u", 'μ': "u", '●': "*", '▲': "!", '✗': "x", '◌': "?", '✓': "v", '…': "...", '–': "-", '—': "-", '→': "->", '≥': ">=", '≤': "<=", '×': "x", '·': ".",
	'└': "`", '├': "|", '│': "|", '─': "-", '“': `"`, '”': `"`, '‘': "'", '’': "'",
}

// ASCII writes a text with ASCII alone: what tables and drawings use becomes its
// ASCII mark, any other character an escape such as \u00e9, which in JSON means
// the same.
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

// ASCIIWriter writes what it is given as [ASCII] does. It holds a character back
// until the whole of it is there.
type ASCIIWriter struct {
	W    io.Writer
	rest []byte // of a character
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
