// Package report shows results of benchmarks: as text for people, as CSV, as
// HdrHistogram percentiles and as a page with plots. It owns how a result looks
// and measures nothing; it writes to the writer it is given.
package report

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Options say how text is written. The zero value is plain text of 80 columns.
type Options struct {
	Width int  // columns; 80 if 0
	ASCII bool // no characters beyond ASCII
	// Safe makes text from servers safe for a terminal; by default everything
	// that is not printable becomes '?'.
	Safe func(string) string
}

func (o Options) safe(s string) string {
	if o.Safe != nil {
		return o.Safe(s)
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s)
}

func (o Options) width() int {
	if o.Width < 40 {
		return 80
	}
	return min(o.Width, 120)
}

// bars are the steps of a bar that grows upwards.
func (o Options) bars() []rune {
	if o.ASCII {
		return []rune(" .:-=+*#@")
	}
	return []rune(" ▁▂▃▄▅▆▇█")
}

func (o Options) block() string {
	if o.ASCII {
		return "#"
	}
	return "█"
}

// micros writes a time given in microseconds with three digits and its unit.
func micros(us float64) string {
	switch {
	case us == 0:
		return "0"
	case us < 1000:
		return digits3(us) + " us"
	case us < 1e6:
		return digits3(us/1e3) + " ms"
	}
	return digits3(us/1e6) + " s"
}

func digits3(v float64) string {
	switch {
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// count writes a whole number with groups of three digits.
func count(v float64) string {
	s := strconv.FormatFloat(v, 'f', 0, 64)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// volume writes bytes per second.
func volume(v float64) string {
	for _, u := range []struct {
		name string
		size float64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if v >= u.size {
			return digits3(v/u.size) + " " + u.name + "/s"
		}
	}
	return digits3(v) + " B/s"
}

func percent(share float64) string { return fmt.Sprintf("%.1f%%", share*100) }

// sparkline draws values as at most n bars: neighbors share a bar, which shows the
// greater value.
func (o Options) sparkline(vs []float64, n int) string {
	if len(vs) == 0 {
		return ""
	}
	var top float64
	for _, v := range vs {
		top = max(top, v)
	}
	steps := o.bars()
	var b strings.Builder
	cells := min(n, len(vs))
	for c := range cells {
		var v float64
		for _, x := range vs[c*len(vs)/cells : (c+1)*len(vs)/cells] {
			v = max(v, x)
		}
		i := 0
		if top > 0 && v > 0 {
			i = 1 + int(v/top*float64(len(steps)-2)+0.5)
		}
		b.WriteRune(steps[min(i, len(steps)-1)])
	}
	return b.String()
}
