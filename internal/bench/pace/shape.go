package pace

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// ErrShape is returned for an invalid load: no rate, a negative rate, or no
// duration.
var ErrShape = errors.New("invalid load")

// Shape is the offered rate as a function of time, as its integral: how many
// sends are due by then. The zero value is not usable; see [Constant], [Ramp]
// and [Steps].
type Shape struct {
	parts []part
	total float64
	d     float64
}

// part is a period of d seconds in which the rate changes linearly from a to b per
// second; it begins at t seconds, when n sends were due.
type part struct{ t, d, n, a, b float64 }

// Constant is rate sends a second for d.
func Constant(rate float64, d time.Duration) (Shape, error) { return Ramp(rate, rate, d) }

// Ramp is a rate that changes linearly from one to the other within d.
func Ramp(from, to float64, d time.Duration) (Shape, error) {
	var s Shape
	return s, s.add(from, to, d.Seconds())
}

// Steps holds each of the rates for an equal part of d.
func Steps(rates []float64, d time.Duration) (Shape, error) {
	var s Shape
	for _, r := range rates {
		if err := s.add(r, r, d.Seconds()/float64(len(rates))); err != nil {
			return Shape{}, err
		}
	}
	if len(rates) == 0 {
		return s, fmt.Errorf("%w: no steps", ErrShape)
	}
	return s, nil
}

func (s *Shape) add(a, b, d float64) error {
	bad := func(x float64) bool { return x < 0 || math.IsNaN(x) || math.IsInf(x, 0) }
	if bad(a) || bad(b) || a+b == 0 || d <= 0 {
		return fmt.Errorf("%w: from %v/s to %v/s in %vs", ErrShape, a, b, d)
	}
	s.parts = append(s.parts, part{t: s.d, d: d, n: s.total, a: a, b: b})
	s.total += d * (a + b) / 2
	s.d += d
	return nil
}

// Total is the number of sends that fall into the shape: those due before its
// end, the first one at instant 0.
func (s Shape) Total() int64 { return int64(math.Ceil(s.total - 1e-6)) }

// Duration is the length of the shape.
func (s Shape) Duration() time.Duration { return time.Duration(s.d * 1e9) }

// Mean is the average rate in sends per second.
func (s Shape) Mean() float64 { return s.total / s.d }

// when is the instant in nanoseconds at which n sends have become due. It is
// monotonic in n; beyond the end it continues at the last rate.
func (s Shape) when(n float64) int64 {
	p := s.parts[0]
	for _, q := range s.parts[1:] {
		if n < q.n {
			break
		}
		p = q
	}
	return int64(math.Round((p.t + p.since(n-p.n)) * 1e9))
}

// since solves a x + (b-a) x²/2d = n for x, the seconds into the part.
func (p part) since(n float64) float64 {
	k := (p.b - p.a) / p.d
	if k == 0 {
		return n / p.a
	}
	root := p.a*p.a + 2*k*n
	if root < 0 { // a ramp down that ends at 0: nothing more is due
		root = 0
	}
	// The stable form of the quadratic's root: no difference of near equals.
	if den := p.a + math.Sqrt(root); den > 0 {
		return 2 * n / den
	}
	return 0
}
