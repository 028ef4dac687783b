package widget

import (
	"strings"
	"unicode/utf8"

	"github.com/natsctl/natsctl/internal/tui/cell"
)

// Wrap breaks a line at spaces so that no part is wider than w.
func Wrap(text string, w int) []string {
	if cell.Width(text) <= w {
		return []string{text}
	}
	var out []string
	now := ""
	for _, word := range strings.Fields(text) {
		switch {
		case now == "":
			now = word
		case cell.Width(now)+1+cell.Width(word) <= w:
			now += " " + word
		default:
			out = append(out, now)
			now = word
		}
		for now != "" && cell.Width(now) > w {
			head := fits(now, w)
			out, now = append(out, head), now[len(head):]
		}
	}
	return append(out, now)
}

// fits is the longest prefix of text that is at most w wide, with at least one
// rune.
func fits(text string, w int) string {
	_, end := utf8.DecodeRuneInString(text)
	for end < len(text) {
		_, n := utf8.DecodeRuneInString(text[end:])
		if cell.Width(text[:end+n]) > w {
			break
		}
		end += n
	}
	return text[:end]
}

// WrapAnywhere breaks text into pieces of w cells.
func WrapAnywhere(text string, w int) []string {
	var out []string
	runes := []rune(text)
	for len(runes) > 0 {
		n := min(w, len(runes))
		out = append(out, string(runes[:n]))
		runes = runes[n:]
	}
	return out
}
