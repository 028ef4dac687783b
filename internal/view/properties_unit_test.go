package view_test

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/internal/view"
)

// TestUnitsOfAnything reads every text of a number back to within what its
// digits leave out, and never with more than three digits before the unit.
func TestUnitsOfAnything(t *testing.T) {
	scale := map[string]float64{
		"": 1, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40, "PiB": 1 << 50,
		"µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86400,
	}
	read := func(text string) (float64, bool) {
		sum, sign := 0.0, 1.0
		if rest, ok := strings.CutPrefix(text, "-"); ok {
			sign, text = -1, rest
		}
		for text = strings.ReplaceAll(text, " ", ""); text != ""; {
			n := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsDigit(r) && r != '.' })
			if n < 0 {
				n = len(text)
			}
			end := n + strings.IndexFunc(text[n:]+"0", unicode.IsDigit)
			f, err := strconv.ParseFloat(text[:n], 64)
			factor, known := scale[text[n:end]]
			if err != nil || !known || n > 4 || len(strings.TrimLeft(strings.ReplaceAll(text[:n], ".", ""), "0")) > 3 {
				return 0, false
			}
			sum, text = sum+f*factor, text[end:]
		}
		return sign * sum, true
	}
	number := rapid.Custom(func(t *rapid.T) float64 {
		f := math.Pow(10, rapid.Float64Range(-6, 15).Draw(t, "exponent"))
		if rapid.Bool().Draw(t, "whole") {
			f = math.Ceil(f)
		}
		if rapid.IntRange(0, 3).Draw(t, "negative") == 0 {
			f = -f
		}
		return f
	})
	rapid.Check(t, func(t *rapid.T) {
		f := number.Draw(t, "value")
		for name, c := range map[string]struct {
			text string
			off  float64 // of the value, at most
		}{
			"bytes": {view.Bytes.Format(f), 0.0051 + 0.5/math.Abs(f)}, "a second": {view.PerSec.Format(f), 0.0051 + 0.006/math.Abs(f)},
		} {
			got, ok := read(c.text)
			if !ok || math.Abs(got-f) > c.off*math.Abs(f)+1e-12 || math.Signbit(got) != math.Signbit(f) && got != 0 {
				t.Fatalf("%s of %v: %q reads as %v", name, f, c.text, got)
			}
		}
		if s := math.Abs(f); s < 1e9 {
			got, ok := read(view.Duration(f))
			off := 0.0051*s + 5.1e-7 // microseconds are whole
			switch {                 // of two units, the rest is cut
			case s >= 86400:
				off = 3600
			case s >= 3600:
				off = 60
			case s >= 59.9:
				off = 1
			}
			if !ok && s < 1e7 || ok && math.Abs(got-f) > off {
				t.Fatalf("duration of %v: %q reads as %v", f, view.Duration(f), got)
			}
		}
	})
}

// TestTextOfAnything is safe, is as wide as it looks, and leaves what is plain
// as it is.
func TestTextOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "text")
		out := view.Text(s)
		if !utf8.ValidString(out) || strings.ContainsFunc(out, func(r rune) bool {
			return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' || r == '\ufeff'
		}) {
			t.Fatalf("%q", out)
		}
		if view.Text(out) != out {
			t.Fatalf("%q is escaped twice", out)
		}
		if !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r > 0x7e }) && out != s {
			t.Fatalf("plain text changed to %q", out)
		}
	})
}
