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
		"a\x7f":            `a\x7f`,
		" \x1f":            ` \x1f`,
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

// TestHidden holds each range at both ends: a direction mark that is left out turns a whole line around.
func TestHidden(t *testing.T) {
	for _, c := range []struct{ first, last rune }{
		{0x80, 0x9f},
		{0xad, 0xad},
		{0x61c, 0x61c},
		{0x180e, 0x180e},
		{0x200b, 0x200f},
		{0x2028, 0x202e},
		{0x2060, 0x206f},
		{0xfeff, 0xfeff},
		{0xfff9, 0xfffb},
		{0xe0000, 0xe007f},
	} {
		for r := c.first - 1; r <= c.last+1; r++ {
			if got, want := safetext.Hidden(r), r >= c.first && r <= c.last; got != want {
				t.Errorf("%U: hidden %v, want %v", r, got, want)
			}
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
