package bench

import (
	"github.com/natsctl/natsctl/internal/bench/hist"
	"github.com/natsctl/natsctl/internal/bench/result"
)

// askers are all clients of a run whose messages are answered.
type askers []*asker

func (as askers) workers() []worker { return asWorkers(as) }

// missing is how many messages of the measurement have no answer yet.
func (as askers) missing() (n int64) {
	for _, a := range as {
		n += a.measured.Load() - a.resolved.Load()
	}
	return n
}

// settle adds what the clients found. With timed, the answers are what the
// workload is about: they are the latency and what is expected.
func (as askers) settle(r *run, rep *result.Run, timed bool) {
	for _, a := range as {
		a.sub.rest(&rep.Client)
	}
	r.addSenders(rep, as.workers())
	var response, service hist.Hist
	for _, a := range as {
		a.lane.Flush()
		t := &a.tally
		response.Merge(&t.response)
		service.Merge(&t.service)
		rep.Errors += a.failed
		if a.first != nil && rep.FirstError == "" {
			rep.FirstError = a.first.Error()
		}
		rep.Dup += t.dup
		if timed {
			rep.Received += t.received
			r.lastRecv = max(r.lastRecv, t.last)
			r.stretch(rep, t.arrivals)
		}
	}
	if timed {
		rep.Expected = rep.Sent
		r.addLatency(rep, &response, &service)
	}
}
