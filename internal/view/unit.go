package view

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

// Unit is the unit of a value, which determines its format. The raw value is
// always in the base unit: bytes, seconds, a count, a percentage from 0 to 100,
// a count or bytes per second.
type Unit int

// The units. Plain is the zero value: text, booleans and identifiers.
const (
	Plain    Unit = iota
	Count         // 12,482
	Bytes         // 1.9 GiB
	Percent       // 88.0
	Seconds       // 1.2ms, 3d4h
	Instant       // a time, in UTC
	PerSec        // 182K
	BytesSec      // 41 MiB/s
)

// Right reports whether cells of this unit align to the right.
func (u Unit) Right() bool { return u != Plain && u != Instant }

// Format renders a raw value for people. Nil, a value that was not reported, is
// a dash.
func (u Unit) Format(v any) string {
	if v == nil {
		return "-"
	}
	f, isNumber := number(v)
	if !isNumber {
		return words(v)
	}
	switch u {
	case Count:
		return count(f)
	case Bytes:
		return size(f)
	case Percent:
		return strconv.FormatFloat(f, 'f', 1, 64)
	case Seconds:
		return Duration(f)
	case PerSec:
		return short(f)
	case BytesSec:
		return size(f) + "/s"
	}
	return Raw(v)
}

// Raw renders a raw value for programs: no grouping, base units, times in RFC
// 3339, lists joined by commas, nil empty. Strings are unchanged.
func Raw(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case time.Time:
		if x.IsZero() {
			return ""
		}
		return x.UTC().Format(time.RFC3339Nano)
	case []string:
		return strings.Join(x, ",")
	}
	return fmt.Sprint(v)
}

func words(v any) string {
	switch x := v.(type) {
	case string:
		return Text(x)
	case bool:
		if x {
			return "yes"
		}
		return "no"
	case time.Time:
		if x.IsZero() {
			return "-"
		}
		return x.UTC().Format("2006-01-02T15:04:05Z")
	case []string:
		return Text(strings.Join(x, ","))
	}
	return Text(fmt.Sprint(v))
}

// number returns the value as a float, if it is a number.
func number(v any) (float64, bool) {
	switch x := v.(type) {
	case int:
		return float64(x), true
	case int32:
		return float64(x), true
	case int64:
		return float64(x), true
	case uint32:
		return float64(x), true
	case uint64:
		return float64(x), true
	case float64:
		return x, true
	}
	return 0, false
}

func count(f float64) string {
	if f != math.Trunc(f) {
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return humanize.Comma(int64(f))
}

// size renders bytes in binary units with at most three digits.
func size(f float64) string {
	if f < 0 {
		return "-" + size(-f)
	}
	for _, unit := range [...]string{"B", "KiB", "MiB", "GiB", "TiB"} {
		if f < 999.5 {
			return digits(f, unit != "B") + " " + unit
		}
		f /= 1024
	}
	return digits(f, true) + " PiB"
}

// short renders a rate or a large count in decimal units: 182K, 1.21M.
func short(f float64) string {
	if f < 0 {
		return "-" + short(-f)
	}
	if f < 999.5 {
		return digits(f, f != math.Trunc(f))
	}
	for _, unit := range [...]string{"K", "M", "G", "T"} {
		f /= 1000
		if f < 999.5 {
			return digits(f, true) + unit
		}
	}
	return digits(f/1000, true) + "P"
}

// digits keeps three significant digits of a number under 1024.
func digits(f float64, fraction bool) string {
	switch {
	case !fraction || f >= 99.95:
		return strconv.FormatFloat(f, 'f', 0, 64)
	case f >= 9.995:
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return strconv.FormatFloat(f, 'f', 2, 64)
}

// Duration renders seconds in the two largest fitting units: 817µs, 1.22ms,
// 4m10s, 3d4h.
func Duration(seconds float64) string {
	switch {
	case seconds < 0:
		return "-" + Duration(-seconds)
	case seconds == 0:
		return "0s"
	case seconds < 999.5e-6:
		return digits(seconds*1e6, seconds < 1e-5) + "µs"
	case seconds < 0.9995:
		return digits(seconds*1e3, true) + "ms"
	case seconds < 59.95:
		return digits(seconds, seconds != math.Trunc(seconds)) + "s"
	}
	s := int64(seconds + 0.5)
	for _, step := range [...]struct {
		big, small int64
		a, b       string
	}{{86400, 3600, "d", "h"}, {3600, 60, "h", "m"}, {60, 1, "m", "s"}} {
		if s >= step.big {
			return fmt.Sprintf("%d%s%d%s", s/step.big, step.a, s%step.big/step.small, step.b)
		}
	}
	return strconv.FormatInt(s, 10) + "s"
}
