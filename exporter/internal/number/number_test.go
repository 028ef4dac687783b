package number

import (
	"math"
	"testing"
	"time"
)

// TestBetween is never negative, also when a server's clock went back, and
// unknown when one of the times is.
func TestBetween(t *testing.T) {
	at := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		a, b time.Time
		want float64
	}{
		{at, at.Add(1500 * time.Millisecond), 1.5},
		{at, at, 0},
		{at.Add(time.Second), at, 0},
		{time.Time{}, at, None},
		{at, time.Time{}, None},
	} {
		if got := Between(c.a, c.b); got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("from %s to %s: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}
