package table

import (
	"strings"
	"unicode/utf8"
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
// line feed escaped, the quote too where it would end the value, and what is
// not UTF-8 replaced. Label values come from strangers.
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

// Clean makes a label value valid: each run of bytes that are not UTF-8
// becomes U+FFFD.
func Clean(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
