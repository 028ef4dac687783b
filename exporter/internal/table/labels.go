package table

import (
	"strings"

	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/internal/safetext"
)

// FormatLabels formats the labels of every sample of an exposition; labels
// without a value are left out.
func FormatLabels(labels map[string]string) string {
	var b []byte
	for _, name := range number.SortedKeys(labels) {
		if labels[name] == "" {
			continue
		}
		if len(b) > 0 {
			b = append(b, ',')
		}
		b = appendLabels(b, []string{name}, []string{labels[name]})
	}
	return string(b)
}

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

// appendEscaped writes text as the exposition formats require: backslash and
// line feed are escaped, and the quote in quoted values. Label values are
// untrusted input; see [Clean].
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

// maxLabel is the maximum size of a label value in bytes: stream, subject and
// client names are shorter, and untrusted input must not fill the page.
const maxLabel = 1024

// Clean makes a label value safe: terminal control characters become visible
// escapes such as \x1b, and values longer than 1024 bytes are truncated.
func Clean(s string) string {
	if len(s) > maxLabel {
		s = strings.ToValidUTF8(s[:maxLabel-len("…")], "") + "…"
	}
	return safetext.Visible(s)
}
