package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// ErrUnit is returned for an invalid rate, size, duration, mix or objective.
var ErrUnit = errors.New("invalid")

// Duration is a time.Duration that JSON and YAML write as "1m30s".
type Duration time.Duration

// String is the duration as Go writes it.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalJSON writes the duration as a string.
func (d Duration) MarshalJSON() ([]byte, error) {
	b, err := json.Marshal(d.String())
	if err != nil {
		return nil, fmt.Errorf("duration: %w", err)
	}
	return b, nil
}

// UnmarshalJSON reads a string such as "1m30s".
func (d *Duration) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("%w duration %s (example: \"30s\")", ErrUnit, b)
	}
	v, err := time.ParseDuration(s)
	if err != nil {
		return fmt.Errorf("%w duration %q: %w", ErrUnit, s, err)
	}
	*d = Duration(v)
	return nil
}

// multiple is a suffix of a number.
type multiple struct {
	suffix string
	factor float64
}

var rateSuffixes = []multiple{{"k", 1e3}, {"m", 1e6}, {"g", 1e9}}

var sizeSuffixes = []multiple{
	{"kib", 1 << 10},
	{"mib", 1 << 20},
	{"gib", 1 << 30},
	{"kb", 1e3},
	{"mb", 1e6},
	{"gb", 1e9},
	{"k", 1 << 10},
	{"m", 1 << 20},
	{"g", 1 << 30},
	{"b", 1},
}

func parseNumber(s string, suffixes []multiple) (float64, bool) {
	low := strings.ToLower(strings.TrimSpace(s))
	factor := 1.0
	for _, m := range suffixes {
		if rest, ok := strings.CutSuffix(low, m.suffix); ok {
			low, factor = rest, m.factor
			break
		}
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(low), 64)
	v *= factor
	return v, err == nil && v >= 0 && !math.IsInf(v, 0) && !math.IsNaN(v)
}

// ParseRate reads a rate per second: "1000", "50k", "1.5M", with or without "/s".
func ParseRate(s string) (float64, error) {
	v, ok := parseNumber(strings.TrimSuffix(s, "/s"), rateSuffixes)
	if !ok {
		return 0, fmt.Errorf("%w rate %q (examples: 500, 20k, 1.5M)", ErrUnit, s)
	}
	return v, nil
}

// ParseCount reads a number of things: "1000", "50k", "5m".
func ParseCount(s string) (int64, error) {
	v, ok := parseNumber(s, rateSuffixes)
	if !ok || v > 1<<53 || v != math.Trunc(v) {
		return 0, fmt.Errorf("%w count %q (examples: 500, 20k, 5m)", ErrUnit, s)
	}
	return int64(v), nil
}

// ParseSize reads a number of bytes: "128", "8k", "1KiB", "64kB" (1 KiB and 1k
// are 1024 bytes, 1 kB is 1000).
func ParseSize(s string) (int, error) {
	v, ok := parseNumber(s, sizeSuffixes)
	if !ok || v > 1<<30 || v != math.Trunc(v) {
		return 0, fmt.Errorf("%w size %q (examples: 128, 8k, 64KiB)", ErrUnit, s)
	}
	return int(v), nil
}

// ParseSizes reads sizes that are used in turn: "128" or "128,1k,8k".
func ParseSizes(s string) ([]int, error) {
	var out []int
	for part := range strings.SplitSeq(s, ",") {
		n, err := ParseSize(part)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// ParseShape reads "ramp:1k:100k" or "steps:1k,5k,10k" into l.
func (l *Load) ParseShape(s string) error {
	kind, rest, _ := strings.Cut(s, ":")
	sep := map[string]string{"ramp": ":", "steps": ","}[kind]
	if sep == "" {
		return fmt.Errorf("%w shape %q (examples: ramp:1k:100k, steps:1k,5k,20k)", ErrUnit, s)
	}
	var rates []float64
	for part := range strings.SplitSeq(rest, sep) {
		v, err := ParseRate(part)
		if err != nil {
			return err
		}
		rates = append(rates, v)
	}
	if kind == "steps" {
		l.Steps = rates
		return nil
	}
	if len(rates) != 2 {
		return fmt.Errorf("%w shape %q: a ramp has two rates (example: ramp:1k:100k)", ErrUnit, s)
	}
	l.Ramp = rates
	return nil
}

// FormatRate writes a rate in the form that [ParseRate] reads, to three digits.
func FormatRate(v float64) string {
	for _, m := range []multiple{{"G", 1e9}, {"M", 1e6}, {"k", 1e3}} {
		if v >= m.factor*0.9995 {
			return strconv.FormatFloat(v/m.factor, 'g', 3, 64) + m.suffix
		}
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
