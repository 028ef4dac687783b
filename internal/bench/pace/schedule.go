package pace

import (
	"math/rand/v2"
)

// Schedule yields the intended instants of one worker's sends, in order, in
// nanoseconds since the start; ok is false after the last. A schedule is a pure
// function of its arguments: a second one with the same arguments yields the
// same instants. It is not safe for concurrent use.
type Schedule interface {
	Next() (at int64, ok bool)
}

// Even distributes the sends of a shape to workers, evenly spaced: worker w of n
// gets every n-th. All workers together send exactly [Shape.Total] messages.
func Even(s Shape, w, n int) Schedule {
	return &even{shape: s, next: int64(w), step: int64(n), total: s.Total()}
}

type even struct {
	shape             Shape
	next, step, total int64
}

// Next computes the instant from its number.
func (e *even) Next() (int64, bool) {
	if e.next >= e.total {
		return 0, false
	}
	at := e.shape.when(float64(e.next))
	e.next += e.step
	return at, true
}

// Poisson returns worker w of n independent random arrivals at its share of the
// shape's rate; the superposition of all workers is Poisson again. The number
// of sends is random, but fixed by seed.
func Poisson(s Shape, w, n int, seed uint64) Schedule {
	return &poisson{shape: s, scale: float64(n), rnd: rand.New(rand.NewPCG(seed, uint64(w)))}
}

type poisson struct {
	shape    Shape
	scale, x float64
	rnd      *rand.Rand
}

// Next uses that the integral of the rate between arrivals is exponential with
// mean 1, whatever the shape.
func (p *poisson) Next() (int64, bool) {
	p.x += p.scale * p.rnd.ExpFloat64()
	if p.x >= p.shape.total {
		return 0, false
	}
	return p.shape.when(p.x), true
}

// Count runs a schedule to its end and returns its number of sends.
func Count(s Schedule) (n int64) {
	for _, ok := s.Next(); ok; _, ok = s.Next() {
		n++
	}
	return n
}
