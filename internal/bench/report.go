package bench

import (
	"context"
	"math"
	"time"

	"github.com/natsctl/natsctl/internal/bench/hist"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// report fills rep with what the run found.
func (r *run) report(ctx context.Context, w workload, rep *result.Run, use *usage) {
	rep.Start = r.epoch.Add(time.Duration(r.start)).UTC().Format(time.RFC3339Nano)
	if r.spec.Load.Mode == scenario.Open {
		rep.Rate.Target = r.target()
	}
	r.journal.close()
	w.settle(ctx, rep)
	rep.Lost = max(rep.Expected-rep.Received, 0)
	r.rates(rep)
	rep.Intervals = result.NewIntervals(r.line.Windows())
	rep.Rate.CV = result.Variation(rep.Whole())
	rep.Events = r.journal.list()
	rep.Client.SlowEvents = r.journal.count(evSlow)
	rep.Client.Reconnects = r.journal.count(EventReconnected)
	use.into(rep)
	rep.Client.ServerLocal = r.local
}

// target is the mean offered rate.
func (r *run) target() float64 {
	shape, err := r.spec.Load.Shape(r.spec.Length())
	if err != nil {
		return 0
	}
	return shape.Mean()
}

// addSenders adds what the sending workers counted.
func (r *run) addSenders(rep *result.Run, ws []worker) {
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
		if r.spec.Load.Mode == scenario.Open {
			rep.Planned += r.planned(i)
		}
	}
	if r.spec.Load.Mode == scenario.Open {
		rep.Latency.SendLag = result.NewDistribution(&lag)
	}
}

// planned is how many sends worker w's schedule holds.
func (r *run) planned(w int) int64 {
	ps, err := r.phases(w)
	if err != nil {
		return 0
	}
	n, s := int64(0), r.spec.Schedule(ps[len(ps)-1].shape, w)
	for _, ok := s.Next(); ok; _, ok = s.Next() {
		n++
	}
	return n
}

// addCrowds adds what the receiving workers counted. rep.Expected stands.
func (r *run) addCrowds(rep *result.Run, crowds []*crowd) {
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
func (r *run) stretch(rep *result.Run, a arrivals) {
	note := func(from, to int64) {
		if us := float64(to-from) / 1e3; us > rep.Gap.US {
			rep.Gap = result.Gap{US: us, Second: float64(to-r.start) / 1e9}
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
func (r *run) addLatency(rep *result.Run, response, service *hist.Hist) {
	lost := max(rep.Expected-rep.Received, 0)
	if r.spec.Load.Mode == scenario.Max {
		rep.Latency.Service = result.NewDistribution(service)
		return
	}
	if response.Count() > 0 || rep.Received == 0 {
		response.RecordN(max(int64(r.timeout()), response.Max()), lost)
	}
	rep.Latency.Response = result.NewDistribution(response)
	rep.Latency.Service = result.NewDistribution(service)
}

// rates computes the rates over the measurement or, if sending or receiving
// went on after its end, over the time that it took.
func (r *run) rates(rep *result.Run) {
	d := r.spec.Length().Seconds()
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

// observed is what the judgement of the run needs beyond its figures.
func (r *run) observed(ceiling float64) result.Observed {
	return result.Observed{
		Spec: r.spec, OnTime: r.onTime, OnTimeRate: r.onTimeRate, Ceiling: ceiling, Unstamped: r.countOnly,
		Disconnects: r.journal.count(EventDisconnected), Denials: r.journal.count(EventDenied), FirstDenial: r.journal.first(EventDenied),
		Reasons: r.doubts,
	}
}
