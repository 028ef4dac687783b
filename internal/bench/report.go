package bench

import (
	"math"
	"time"

	"github.com/natsctl/natsctl/internal/bench/hist"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// report collects what the workers of a run counted.
type report struct {
	*result.Run
	of                 *run
	reasons            []result.Reason // for doubt, found by the workload
	onTime             int64           // sends before the end of the measurement
	onTimeRate         float64
	sentBytes          int64
	recvBytes          int64
	lastSend, lastRecv int64
}

// complete adds the figures of the whole run, after the workload has settled. stopped
// is the instant at which the workers had ended.
func (p *report) complete(stopped int64) {
	r := p.of
	p.Start = r.epoch.Add(time.Duration(r.start)).UTC().Format(time.RFC3339Nano)
	if r.spec.Load.Mode == scenario.Open {
		p.Rate.Target = target(r.spec)
	}
	p.Lost = max(p.Expected-p.Received-p.Unknown, 0)
	p.rates(stopped)
	p.Intervals = result.NewIntervals(r.line.Windows())
	p.Rate.CV = result.Variation(p.Whole())
	p.Events = r.journal.list()
	p.Client.SlowEvents = r.journal.count(evSlow)
	p.Client.Reconnects = r.journal.count(EventReconnected)
}

// target returns the mean offered rate.
func target(s scenario.Spec) float64 {
	shape, err := s.Load.Shape(s.Length())
	if err != nil {
		return 0
	}
	return shape.Mean()
}

// addSenders adds what the sending workers counted.
func (p *report) addSenders(ws []worker) {
	var lag hist.Hist
	for i, w := range ws {
		b := w.counts()
		p.Sent += b.sent
		p.Refused += b.refused
		p.onTime += b.onTime
		p.sentBytes += b.bytes
		p.lastSend = max(p.lastSend, b.last)
		lag.Merge(&b.sendlag)
		if b.err != nil && p.FirstError == "" && !p.Partial {
			p.FirstError = b.err.Error()
		}
		if p.of.spec.Load.Mode == scenario.Open {
			p.Planned += p.planned(i)
		}
	}
	if p.of.spec.Load.Mode == scenario.Open {
		p.Latency.SendLag = result.NewDistribution(&lag)
	}
}

// planned returns the number of sends in worker w's schedule.
func (p *report) planned(w int) int64 {
	ps, err := p.of.phases(w)
	if err != nil {
		return 0
	}
	n, s := int64(0), p.of.spec.Schedule(ps[len(ps)-1].shape, w)
	for _, ok := s.Next(); ok; _, ok = s.Next() {
		n++
	}
	return n
}

// addGroups adds what the receiving workers counted. p.Expected stands.
func (p *report) addGroups(groups []*group) {
	var response, service hist.Hist
	for _, c := range groups {
		p.Received += c.unique()
		for _, k := range c.sinks {
			k.timeline.Flush()
			t := &k.tally
			response.Merge(&t.response)
			service.Merge(&t.service)
			p.Dup += t.dup
			p.Reordered += t.reordered
			p.Corrupt += t.corrupt
			p.Foreign += t.foreign
			p.recvBytes += t.bytes
			p.lastRecv = max(p.lastRecv, t.last)
			p.noteGap(t.arrivals)
		}
	}
	p.addLatency(&response, &service)
}

// noteGap records the longest time that a receiver received nothing, if it is the
// longest so far: before the first message, between two, or after the last one
// while messages were still sent. The senders must be in the report already.
func (p *report) noteGap(a arrivals) {
	note := func(from, to int64) {
		if us := float64(to-from) / 1e3; us > p.Gap.US {
			p.Gap = result.Gap{US: us, Second: float64(to-p.of.start) / 1e9}
		}
	}
	last := p.of.start
	if a.last != 0 {
		note(p.of.start, a.first)
		note(a.gapAt-a.gap, a.gapAt)
		last = a.last
	}
	note(last, p.lastSend)
}

// addLatency adds the distributions. Lost messages count as the worst latency: the
// timeout, or the latency of the slowest message if that was greater.
func (p *report) addLatency(response, service *hist.Hist) {
	lost := max(p.Expected-p.Received, 0)
	if p.of.spec.Load.Mode == scenario.Max {
		p.Latency.Service = result.NewDistribution(service)
		return
	}
	if response.Count() > 0 || p.Received == 0 {
		response.RecordN(max(int64(p.of.timeout()), response.Max()), lost)
	}
	p.Latency.Response = result.NewDistribution(response)
	p.Latency.Service = result.NewDistribution(service)
}

// rates computes the rates over the measurement, extended by the time that sending
// or receiving continued after its end.
func (p *report) rates(stopped int64) {
	d := p.of.spec.Length().Seconds()
	if p.Partial {
		d = math.Min(d, float64(stopped-p.of.start)/1e9)
		if d <= 0 {
			d = float64(p.lastSend-p.of.start) / 1e9
		}
	}
	over := func(last int64) float64 {
		return max(d, float64(last-p.of.start)/1e9, 1e-9)
	}
	p.Seconds = over(p.lastSend)
	if p.Sent == 0 {
		p.Seconds = over(p.lastRecv)
	}
	p.Rate.Sent = float64(p.Sent) / p.Seconds
	p.Rate.Received = float64(p.Received) / over(p.lastRecv)
	p.Rate.Bytes = float64(p.sentBytes) / p.Seconds
	if p.recvBytes > 0 {
		p.Rate.Bytes = float64(p.recvBytes) / over(p.lastRecv)
	}
	p.onTimeRate = float64(p.onTime) / max(d, 1e-9)
}

// observed returns what judging the run needs besides its figures.
func (p *report) observed(ceiling float64) result.Observed {
	return result.Observed{
		Spec: p.of.spec, OnTime: p.onTime, OnTimeRate: p.onTimeRate, Ceiling: ceiling, Unstamped: p.of.countOnly,
		Disconnects: p.of.journal.count(EventDisconnected), Denials: p.of.journal.count(EventDenied), FirstDenial: p.of.journal.first(EventDenied),
		Reasons: p.reasons,
	}
}
