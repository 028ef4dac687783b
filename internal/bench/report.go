package bench

import (
	"context"
	"math"
	"time"

	"github.com/natsctl/natsctl/internal/bench/hist"
)

// report fills rep with what the run found.
func (r *run) report(ctx context.Context, w workload, rep *Run, use *usage) {
	rep.Start = r.epoch.Add(time.Duration(r.start)).UTC().Format(time.RFC3339Nano)
	if r.spec.Load.Mode == Open {
		rep.Rate.Target = r.target()
	}
	r.journal.close()
	w.settle(ctx, rep)
	rep.Lost = max(rep.Expected-rep.Received, 0)
	r.rates(rep)
	rep.Intervals = intervals(r.line.Windows())
	rep.Rate.CV = variation(rep.Whole())
	rep.Events = r.journal.list()
	rep.Client.SlowEvents = r.journal.count(evSlow)
	rep.Client.Reconnects = r.journal.count(EventReconnected)
	use.into(rep)
	rep.Client.ServerLocal = r.local
	r.saturation(rep)
}

// target is the mean offered rate.
func (r *run) target() float64 {
	shape, err := r.spec.Load.shape(r.spec.measure())
	if err != nil {
		return 0
	}
	return shape.Mean()
}

// addSenders adds what the sending workers counted.
func (r *run) addSenders(rep *Run, ws []worker) {
	var lag hist.Hist
	for i, w := range ws {
		b := w.book()
		rep.Sent += b.sent
		rep.Refused += b.refused
		r.onTime += b.onTime
		r.sentBytes += b.bytes
		r.lastSend = max(r.lastSend, b.last)
		lag.Merge(&b.sendlag)
		if b.err != nil && rep.FirstError == "" && !rep.Partial {
			rep.FirstError = b.err.Error()
		}
		if r.spec.Load.Mode == Open {
			rep.Planned += r.planned(i)
		}
	}
	if r.spec.Load.Mode == Open {
		rep.Latency.SendLag = distribution(&lag)
	}
}

// planned is how many sends worker w's schedule holds.
func (r *run) planned(w int) int64 {
	ps, err := r.phases(w)
	if err != nil {
		return 0
	}
	n, s := int64(0), r.spec.schedule(ps[len(ps)-1].shape, w)
	for _, ok := s.Next(); ok; _, ok = s.Next() {
		n++
	}
	return n
}

// addCrowds adds what the receiving workers counted. rep.Expected stands.
func (r *run) addCrowds(rep *Run, crowds []*crowd) {
	var response, service hist.Hist
	for _, c := range crowds {
		rep.Received += c.unique()
		for _, k := range c.sinks {
			k.lane.Flush()
			t := &k.tally
			response.Merge(&t.response)
			service.Merge(&t.service)
			rep.Dup += t.dup
			rep.Reordered += t.reordered
			rep.Corrupt += t.corrupt
			rep.Foreign += t.foreign
			r.recvBytes += t.bytes
			r.lastRecv = max(r.lastRecv, t.last)
			r.stretch(rep, t.arrivals)
		}
	}
	r.addLatency(rep, &response, &service)
}

// stretch notes the longest time that a receiver was without a message, if it
// is the longest of all: before the first, between two, or after the last one
// while messages were still sent. The senders are in the report already.
func (r *run) stretch(rep *Run, a arrivals) {
	note := func(from, to int64) {
		if us := float64(to-from) / 1e3; us > rep.Gap.US {
			rep.Gap = Gap{US: us, Second: float64(to-r.start) / 1e9}
		}
	}
	last := r.start
	if a.last != 0 {
		note(r.start, a.first)
		note(a.gapAt-a.gap, a.gapAt)
		last = a.last
	}
	note(last, r.lastSend)
}

// addLatency adds the distributions. Messages that never came count as the
// worst latency: the timeout, or what the slowest one took if that was more.
func (r *run) addLatency(rep *Run, response, service *hist.Hist) {
	lost := max(rep.Expected-rep.Received, 0)
	if r.spec.Load.Mode == Max {
		rep.Latency.Service = distribution(service)
		return
	}
	if response.Count() > 0 || rep.Received == 0 {
		response.RecordN(max(int64(r.timeout()), response.Max()), lost)
	}
	rep.Latency.Response = distribution(response)
	rep.Latency.Service = distribution(service)
}

// distribution gives the figures of a histogram; nil if it is empty.
func distribution(h *hist.Hist) *Distribution {
	if h.Count() == 0 {
		return nil
	}
	us := func(ns int64) float64 { return float64(ns) / 1e3 }
	d := &Distribution{
		N: h.Count(), Min: us(h.Min()), Mean: h.Mean() / 1e3,
		P50: us(h.Quantile(0.5)), P90: us(h.Quantile(0.9)), P99: us(h.Quantile(0.99)),
		P999: us(h.Quantile(0.999)), P9999: us(h.Quantile(0.9999)), Max: us(h.Max()),
	}
	if s, err := h.Encode(); err == nil {
		d.HDR = s
	}
	return d
}

// Hist is the distribution's whole histogram, in nanoseconds.
func (d *Distribution) Hist() (*hist.Hist, error) {
	if d == nil {
		return &hist.Hist{}, nil
	}
	return hist.Decode(d.HDR)
}

// rates computes the rates over the measurement or, if sending or receiving
// went on after its end, over the time that it took.
func (r *run) rates(rep *Run) {
	d := r.spec.measure().Seconds()
	if rep.Partial {
		d = math.Min(d, float64(r.stopped-r.start)/1e9)
		if d <= 0 {
			d = float64(r.lastSend-r.start) / 1e9
		}
	}
	over := func(last int64) float64 {
		return max(d, float64(last-r.start)/1e9, 1e-9)
	}
	rep.Seconds = over(r.lastSend)
	if rep.Sent == 0 {
		rep.Seconds = over(r.lastRecv)
	}
	rep.Rate.Sent = float64(rep.Sent) / rep.Seconds
	rep.Rate.Received = float64(rep.Received) / over(r.lastRecv)
	rep.Rate.Bytes = float64(r.sentBytes) / rep.Seconds
	if r.recvBytes > 0 {
		rep.Rate.Bytes = float64(r.recvBytes) / over(r.lastRecv)
	}
	r.onTimeRate = float64(r.onTime) / max(d, 1e-9)
}

func intervals(ws []hist.Window) []Interval {
	out := make([]Interval, 0, len(ws))
	for _, w := range ws {
		out = append(out, Interval{
			T: w.Second, Sent: w.Sent, Received: w.Received,
			P50: float64(w.P50) / 1e3, P99: float64(w.P99) / 1e3, Max: float64(w.Max) / 1e3,
		})
	}
	return out
}

// variation is the coefficient of variation of the receive rate, or of the
// send rate if nothing is received, over whole seconds.
func variation(is []Interval) float64 {
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

// saturation says at which rate the system stopped to follow, if it did.
func (r *run) saturation(rep *Run) {
	if r.spec.Load.Mode != Open || rep.Partial {
		return
	}
	if float64(r.onTime) < reached*float64(rep.Planned) && !recovered(rep.Whole()) {
		rep.Saturated = &Saturation{At: min(r.onTimeRate, rep.Rate.Received/fanout(rep))}
		return
	}
	if rep.Rate.Received < reached*rep.Rate.Sent*fanout(rep) && growing(rep.Whole()) {
		rep.Saturated = &Saturation{At: rep.Rate.Received / fanout(rep)}
	}
}

// reached is the share of the offered rate that counts as all of it.
const reached = 0.99

// fanout is how many deliveries belong to one send.
func fanout(rep *Run) float64 {
	if rep.Sent == 0 {
		return 1
	}
	return max(float64(rep.Expected)/float64(rep.Sent), 1)
}

// growing says whether the median latency of the last third is more than twice
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

// recovered says whether the last whole second was as quick as the first: a
// stall was over before the end, and the rate is not at fault.
func recovered(is []Interval) bool {
	if len(is) < 3 {
		return false
	}
	last := is[len(is)-1]
	return last.Received > 0 && !growing(is) && last.P50 < 10*max(is[0].P50, 1000)
}
