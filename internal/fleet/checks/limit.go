package checks

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
)

// ErrLimit is wrapped by the error of a threshold that cannot be set.
var ErrLimit = errors.New("bad limit")

// Limit is a threshold with its default. A value at or over Warn is a warning,
// at or over Crit critical; Below reverses the comparison.
type Limit struct {
	Name       string  `json:"name"` // includes the unit: cpu_percent
	About      string  `json:"about"`
	Warn, Crit float64 // NaN never triggers
	Below      bool    `json:"below,omitempty"`
}

// Range is a threshold as it was set.
type Range struct {
	Warn, Crit float64
	Below      bool
}

// Judge returns the level of a value and the threshold that it crossed.
func (r Range) Judge(v float64) (fleet.Level, float64) {
	passed := func(limit float64) bool {
		if r.Below {
			return v <= limit
		}
		return v >= limit
	}
	switch {
	case passed(r.Crit):
		return fleet.Crit, r.Crit
	case passed(r.Warn):
		return fleet.Warn, r.Warn
	}
	return fleet.OK, r.Warn
}

func rangeOf(limits []Limit, name string) Range {
	for _, l := range limits {
		if l.Name == name {
			return Range{l.Warn, l.Crit, l.Below}
		}
	}
	return Range{Warn: never(), Crit: never()}
}

// Ranges maps names of limits to thresholds.
type Ranges map[string]Range

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

// number64 formats a threshold as [Ranges.Set] reads it.
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

// never is a threshold that no value crosses.
func never() float64 { return math.NaN() }
