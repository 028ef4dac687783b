package safetext_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/internal/safetext"
)

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"":                 "",
		"plain text, ~":    "plain text, ~",
		`a\b`:              `a\b`,
		"é 漢":              "é 漢",
		"\x1b[31m\x07":     `\x1b[31m\x07`,
		"a\nb\tc\rd":       `a\nb\tc\rd`,
		"\x00\x7f":         `\x00\x7f`,
		"\u009b":           `\u009b`,
		"\u202eabc":        `\u202eabc`,
		"\u2028\u2029":     `\u2028\u2029`,
		"\xff\xc3":         `\xff\xc3`,
		"\U000e0041":       `\U000e0041`,
		"\u00ad\ufeff":     `\u00ad\ufeff`,
		"\u200bzero\u2060": `\u200bzero\u2060`,
	} {
		if got := safetext.Visible(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// Whatever comes in, nothing that a terminal interprets goes out, and what is
// visible already stays.
func TestVisibleIsVisible(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		in := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(r, "text")
		out := safetext.Visible(in)
		if !utf8.ValidString(out) || strings.ContainsFunc(out, func(c rune) bool { return unicode.IsControl(c) || c == 0x202e || c == 0x2028 || c == 0xfeff }) {
			r.Fatalf("%q: %q", in, out)
		}
		if again := safetext.Visible(out); again != out {
			r.Fatalf("%q becomes %q", out, again)
		}
	})
}
