package fleet

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ErrLimit is wrapped by the error of a threshold that cannot be set.
var ErrLimit = errors.New("bad limit")

// Range is a threshold as it was set.
type Range struct {
	Warn, Crit float64
	Below      bool
}

// Judge returns the level of a value and the threshold that it passed.
func (r Range) Judge(v float64) (Level, float64) {
	passed := func(limit float64) bool {
		if r.Below {
			return v <= limit
		}
		return v >= limit
	}
	switch {
	case passed(r.Crit):
		return Crit, r.Crit
	case passed(r.Warn):
		return Warn, r.Warn
	}
	return OK, r.Warn
}

// DefaultRange is the threshold of this name as it is when nobody set it. The
// tables judge their cells by it, so that a mark and a check agree.
func DefaultRange(name string) Range {
	for _, group := range [...][]*Check{fleetChecks, linkChecks, loadChecks, jetStreamChecks, securityChecks} {
		for _, c := range group {
			for _, l := range c.Limits {
				if l.Name == name {
					return Range{l.Warn, l.Crit, l.Below}
				}
			}
		}
	}
	return Range{Warn: never(), Crit: never()}
}

func rangeOf(limits []Limit, name string) Range {
	for _, l := range limits {
		if l.Name == name {
			return Range{l.Warn, l.Crit, l.Below}
		}
	}
	return Range{Warn: never(), Crit: never()}
}

// Ranges are thresholds by the names of their limits.
type Ranges map[string]Range

// AllLimits returns the limits of all checks.
func AllLimits() []Limit {
	var out []Limit
	for _, c := range Checks() {
		out = append(out, c.Limits...)
	}
	return out
}

// Set reads a threshold such as cpu_percent=70,90 (warning, critical) or
// cpu_percent=90 (critical alone, so no warning). A dash stands for never. The
// error wraps [ErrLimit].
func (r Ranges) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf("%w %q: want NAME=WARN,CRIT", ErrLimit, text)
	}
	for _, l := range AllLimits() {
		if l.Name != strings.TrimSpace(name) {
			continue
		}
		rng := Range{Warn: math.NaN(), Below: l.Below}
		warn, crit, both := strings.Cut(value, ",")
		if !both {
			warn, crit = "-", warn
		}
		var err1, err2 error
		rng.Warn, err1 = threshold(warn)
		rng.Crit, err2 = threshold(crit)
		if err := errors.Join(err1, err2); err != nil {
			return fmt.Errorf("%w %q: want numbers, as in %s=%s", ErrLimit, text, l.Name, l.example())
		}
		r[l.Name] = rng
		return nil
	}
	return fmt.Errorf("%w: no limit is named %q", ErrLimit, name)
}

func threshold(s string) (float64, error) {
	s = strings.TrimSpace(s)
	if s == "-" {
		return math.NaN(), nil
	}
	v, err := strconv.ParseFloat(s, 64)
	if err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
		err = strconv.ErrRange
	}
	return v, err
}

func (l Limit) example() string { return number64(l.Warn) + "," + number64(l.Crit) }

// number64 writes a threshold as [Ranges.Set] reads it.
func number64(v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// MarshalJSON writes a threshold that never triggers as null.
func (l Limit) MarshalJSON() ([]byte, error) {
	orNull := func(v float64) *float64 {
		if math.IsNaN(v) {
			return nil
		}
		return &v
	}
	return json.Marshal(struct {
		Name  string   `json:"name"`
		About string   `json:"about"`
		Warn  *float64 `json:"warn"`
		Crit  *float64 `json:"crit"`
		Below bool     `json:"below,omitempty"`
	}{l.Name, l.About, orNull(l.Warn), orNull(l.Crit), l.Below})
}

// unitOf takes the unit from the name of a limit.
func unitOf(name string) string {
	for _, u := range []string{"percent", "bytes", "seconds"} {
		if strings.HasSuffix(name, "_"+u) {
			return u
		}
	}
	return "count"
}

// never is a threshold that no value passes.
func never() float64 { return math.NaN() }
