package exporter

import (
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// flag turns a truth into 1 or 0.
func flag(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// unix returns seconds since 1970; none for the zero time.
func unix(t time.Time) float64 {
	if t.IsZero() {
		return none
	}
	return float64(t.UnixNano()) / 1e9
}

// span returns the seconds from a to b, at least 0; none if either is unknown.
func span(a, b time.Time) float64 {
	if a.IsZero() || b.IsZero() {
		return none
	}
	return max(b.Sub(a).Seconds(), 0)
}

// rtt reads a round trip time as servers write it ("1.2ms"); none for "".
func rtt(s string) float64 {
	d, err := time.ParseDuration(s)
	if err != nil {
		return none
	}
	return d.Seconds()
}

// told returns n, or none if the server is of a release that does not report
// it: the wire types then hold a zero that nobody sent.
func told(sv *fleet.Server, f fleet.Field, n float64) float64 {
	if !fleet.Reports(sv.Info.Version, f) {
		return none
	}
	return n
}
