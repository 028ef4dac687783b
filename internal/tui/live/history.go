package live

import (
	"math"
	"slices"
)

// Series names one curve of a server or of the fleet.
type Series int

// The curves kept for each server and for the fleet.
const (
	CPU Series = iota
	Memory
	Connections
	InMsgs
	OutMsgs
	Pending
	seriesCount
)

// Points kept for each curve: one hour at two seconds, fewer on large fleets so
// that all curves together stay within maxPoints.
const (
	hourPoints = 1800
	fewPoints  = 300
	maxPoints  = 2 << 20
)

// Curves holds the curves of one object, oldest point first; NaN is an unknown
// value.
type Curves [seriesCount][]float32

// History is the curves of the fleet and of each server by name. Published
// curves never change: the collector only appends to them.
type History struct {
	Ticks  int // points of a complete curve so far
	Fleet  *Curves
	byName map[string]*Curves
}

// Server returns the curves of one server, or nil.
func (h *History) Server(name string) *Curves {
	if h == nil {
		return nil
	}
	return h.byName[name]
}

// recorder extends the curves. Only the collector uses it.
type recorder struct {
	ticks int
	fleet Curves
	names map[string]*recorded
}

type recorded struct {
	Curves
	tick int
}

func newRecorder() *recorder { return &recorder{names: map[string]*recorded{}} }

// limit is the number of points kept for each curve with n servers.
func limit(n int) int {
	return max(min(maxPoints/(int(seriesCount)*max(n, 1)), hourPoints), fewPoints)
}

// add appends one point to every curve of an object.
func (c *Curves) add(points [seriesCount]float32, keep int) {
	for i, p := range points {
		s := c[i]
		if len(s) == cap(s) && len(s) >= keep {
			s = append(make([]float32, 0, keep+keep/4), s[len(s)-keep+1:]...)
		}
		c[i] = append(s, p)
	}
}

// gap appends n unknown points.
func (c *Curves) gap(n, keep int) {
	var nan [seriesCount]float32
	for i := range nan {
		nan[i] = float32(math.NaN())
	}
	for range min(n, keep) {
		c.add(nan, keep)
	}
}

// server appends a server's points for the current tick.
func (r *recorder) server(name string, points [seriesCount]float32, keep int) {
	rec := r.names[name]
	if rec == nil {
		rec = &recorded{tick: r.ticks - 1}
		r.names[name] = rec
	}
	if rec.tick >= r.ticks {
		return
	}
	rec.gap(r.ticks-rec.tick-1, keep)
	rec.add(points, keep)
	rec.tick = r.ticks
}

// publish ends the tick and returns a copy for the screen.
func (r *recorder) publish(total [seriesCount]float32) *History {
	keep := limit(len(r.names))
	r.fleet.add(total, keep)
	r.ticks++
	fleet := r.fleet
	h := &History{Ticks: r.ticks, Fleet: &fleet, byName: make(map[string]*Curves, len(r.names))}
	for name, rec := range r.names {
		if r.ticks-rec.tick > keep {
			delete(r.names, name)
			continue
		}
		c := rec.Curves
		h.byName[name] = &c
	}
	return h
}

// Last returns the last n points of a curve.
func Last(points []float32, n int) []float32 {
	return points[max(len(points)-n, 0):]
}

// Resample returns n points of a curve, so that it fills its graph at any
// length: when reducing, the largest of each part, so that peaks stay visible;
// when extending, points are repeated.
func Resample(points []float32, n int) []float32 {
	if n <= 0 || len(points) == 0 || len(points) == n {
		return points
	}
	out := make([]float32, n)
	for i := range out {
		from, to := i*len(points)/n, (i+1)*len(points)/n
		out[i] = slices.MaxFunc(points[from:max(to, from+1)], compareFloat)
	}
	return out
}

// compareFloat orders floats with NaN first.
func compareFloat(a, b float32) int {
	switch {
	case a == b:
		return 0
	case a < b || a != a && b == b:
		return -1
	}
	return 1
}
