package result

import (
	"math"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// Variation is the coefficient of variation of the receive rate, or of the
// send rate if nothing is received, over whole seconds.
func Variation(is []Interval) float64 {
	if len(is) < 2 {
		return 0
	}
	var n, sum, squares float64
	for _, i := range is {
		x := float64(i.Received)
		if x == 0 {
			x = float64(i.Sent)
		}
		n++
		sum += x
		squares += x * x
	}
	mean := sum / n
	if mean == 0 {
		return 0
	}
	return math.Sqrt(max(squares/n-mean*mean, 0)) / mean
}

// Saturation returns the rate at which the system could no longer keep up with an open
// loop; nil if it kept up.
func (r *Run) Saturation(o Observed) *Saturation {
	if o.Spec.Load.Mode != scenario.Open || r.Partial {
		return nil
	}
	if float64(o.OnTime) < reached*float64(r.Planned) && !recovered(r.Whole()) {
		return &Saturation{At: min(o.OnTimeRate, r.Rate.Received/r.fanout())}
	}
	if r.Rate.Received < reached*r.Rate.Sent*r.fanout() && growing(r.Whole()) {
		return &Saturation{At: r.Rate.Received / r.fanout()}
	}
	return nil
}

// reached is the share of the offered rate that counts as all of it.
const reached = 0.99

// fanout returns the number of deliveries per send.
func (r *Run) fanout() float64 {
	if r.Sent == 0 {
		return 1
	}
	return max(float64(r.Expected)/float64(r.Sent), 1)
}

// growing reports whether the median latency of the last third is more than twice
// that of the first: a backlog builds up.
func growing(is []Interval) bool {
	third := len(is) / 3
	if third == 0 {
		return false
	}
	mean := func(is []Interval) (m float64) {
		for _, i := range is {
			m += i.P50 / float64(len(is))
		}
		return m
	}
	last := mean(is[len(is)-third:])
	return last > 1000 && last > 2*mean(is[:third])
}

// climbing reports whether the median latency rises nearly every second (Kendall's
// tau of at least 0.8 over five seconds or more), and to more than twice what it was: a
// backlog builds up too slowly to show in the rates.
func climbing(is []Interval) bool {
	n := len(is)
	if n < 5 {
		return false
	}
	rising := 0
	for i := range is {
		for j := range i {
			switch {
			case is[i].P50 > is[j].P50:
				rising++
			case is[i].P50 < is[j].P50:
				rising--
			}
		}
	}
	tau := float64(rising) / float64(n*(n-1)/2)
	first, last := is[0].P50, is[n-1].P50
	return tau >= 0.8 && last > 1000 && last > 2*first
}

// recovered reports whether the last whole second was as fast as the first: a
// stall ended before the run did, and the rate was not the cause.
func recovered(is []Interval) bool {
	if len(is) < 3 {
		return false
	}
	last := is[len(is)-1]
	return last.Received > 0 && !growing(is) && last.P50 < 10*max(is[0].P50, 1000)
}
