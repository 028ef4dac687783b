package table

import (
	"strings"

	"github.com/natsctl/natsctl/internal/safetext"
)

// appendLabels writes name="value" pairs, separated by commas.
func appendLabels(b []byte, names, values []string) []byte {
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, name...)
		b = append(b, '=', '"')
		b = appendEscaped(b, values[i], true)
		b = append(b, '"')
	}
	return b
}

// appendEscaped writes text as the exposition formats want it: backslash and
// line feed escaped, the quote too where it would end the value. Label values
// come from strangers; see [Clean].
func appendEscaped(b []byte, s string, quote bool) []byte {
	s = Clean(s)
	if !strings.ContainsAny(s, "\\\n\"") {
		return append(b, s...)
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\\':
			b = append(b, '\\', '\\')
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '"' && quote:
			b = append(b, '\\', '"')
		default:
			b = append(b, c)
		}
	}
	return b
}

// maxLabel is the most bytes of a label value: a name of a stream, subject or
// client is shorter, and what a stranger sends instead must not fill the page.
const maxLabel = 1024

// Clean makes a label value safe: what a terminal would interpret becomes a
// visible escape such as \x1b, and what is longer than 1024 bytes is cut.
func Clean(s string) string {
	if len(s) > maxLabel {
		s = strings.ToValidUTF8(s[:maxLabel-len("…")], "") + "…"
	}
	return safetext.Visible(s)
}
