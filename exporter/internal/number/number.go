// Package number converts values of the wire types to metric values: a missing
// value is [None], which is never written.
package number

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// None is the value of a row without a value.
var None = math.NaN()

// Flag converts a bool to 1 or 0.
func Flag(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Unix returns seconds since 1970; None for the zero time.
func Unix(t time.Time) float64 {
	if t.IsZero() {
		return None
	}
	return float64(t.UnixNano()) / 1e9
}

// Between returns the seconds from a to b, at least 0; None if either is zero.
func Between(a, b time.Time) float64 {
	if a.IsZero() || b.IsZero() {
		return None
	}
	return max(b.Sub(a).Seconds(), 0)
}

// RoundTrip parses a round trip time from a server ("1.2ms"); None for "".
func RoundTrip(s string) float64 {
	d, err := time.ParseDuration(s)
	if err != nil {
		return None
	}
	return d.Seconds()
}

// IfReported returns n, or None if the server's release does not report it: the
// wire types then contain a zero that was never sent.
func IfReported(sv *fleet.Server, f fleet.Field, n float64) float64 {
	if !fleet.Reports(sv.Info.Version, f) {
		return None
	}
	return n
}

// Positive returns n, or None if the server omitted it.
func Positive(n int64) float64 {
	if n <= 0 {
		return None
	}
	return float64(n)
}

// SortedKeys returns the keys of a map in order.
func SortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
