// Package number reads values of the wire as metrics show them: a thing that has
// no such value has [None], which is never written.
package number

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// None is what a row returns for a thing that has no such value.
var None = math.NaN()

// Flag turns a truth into 1 or 0.
func Flag(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Unix returns seconds since 1970; none for the zero time.
func Unix(t time.Time) float64 {
	if t.IsZero() {
		return None
	}
	return float64(t.UnixNano()) / 1e9
}

// Between returns the seconds from a to b, at least 0; none if either is unknown.
func Between(a, b time.Time) float64 {
	if a.IsZero() || b.IsZero() {
		return None
	}
	return max(b.Sub(a).Seconds(), 0)
}

// RoundTrip reads a round trip time as servers write it ("1.2ms"); none for "".
func RoundTrip(s string) float64 {
	d, err := time.ParseDuration(s)
	if err != nil {
		return None
	}
	return d.Seconds()
}

// IfReported returns n, or none if the server is of a release that does not report
// it: the wire types then hold a zero that nobody sent.
func IfReported(sv *fleet.Server, f fleet.Field, n float64) float64 {
	if !fleet.Reports(sv.Info.Version, f) {
		return None
	}
	return n
}

// Positive returns n, or none if the server left it out.
func Positive(n int64) float64 {
	if n <= 0 {
		return None
	}
	return float64(n)
}

// SortedKeys lists the keys of a map in order.
func SortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
