package bench

import "fmt"

// The codes of a [Reason].
const (
	ReasonRate      = "rate_not_reached"
	ReasonSaturated = "saturated"
	ReasonGenerator = "generator_bound"
	ReasonForeign   = "foreign_load"
	ReasonReconnect = "reconnect"
	ReasonSendLag   = "send_lag"
	ReasonPartial   = "partial"
	ReasonSlow      = "slow_consumer"
	ReasonDenied    = "permission_denied"
	ReasonError     = "worker_failed"
	ReasonNothing   = "nothing_received"
	ReasonCounted   = "counted_only"
	ReasonShort     = "too_short"
	ReasonNotStored = "acknowledged_but_not_stored"
)

// Limits beyond which a run is doubted.
const (
	boundShare   = 0.7   // of the generator's own ceiling
	foreignShare = 0.10  // of the machine
	leastSeconds = 0.1   // what a closed loop must take to have a rate
	lagFloorUS   = 200.0 // send lag p99 that never matters
	lagShare     = 0.10  // of the response p99
)

// judge gives the reasons to doubt a run.
func (r *run) judge(rep *Run, o options) Validity {
	v := Validity{Reasons: []Reason{}}
	add := func(bad, fatal bool, code, format string, args ...any) {
		if bad {
			v.Reasons = append(v.Reasons, Reason{Code: code, Text: fmt.Sprintf(format, args...), Fatal: fatal})
		}
	}
	add(rep.Partial, false, ReasonPartial, "ended after %.1f s of %.1f s", rep.Seconds, r.spec.measure().Seconds())
	if s := rep.Saturated; s != nil {
		add(true, true, ReasonSaturated, "saturated at %s/s of %s/s: latencies only tell how long the run was", FormatRate(s.At), FormatRate(rep.Rate.Target))
	}
	short := r.spec.Load.Mode == Open && !rep.Partial && rep.Saturated == nil && float64(r.onTime) < reached*float64(rep.Planned)
	add(short, true, ReasonRate, "%d of %d messages were sent in time", r.onTime, rep.Planned)
	brief := r.spec.Load.Mode == Max && !rep.Partial && rep.Seconds < leastSeconds
	add(brief, false, ReasonShort, "it took only %.0f ms: such rates are those of buffers", rep.Seconds*1e3)
	load := rep.Rate.Sent
	add(o.ceiling > 0 && !brief && load > boundShare*o.ceiling, true, ReasonGenerator,
		"%s/s is above %.0f %% of what the generator itself can do (%s/s)", FormatRate(load), boundShare*100, FormatRate(o.ceiling))
	add(rep.Client.ForeignCPU > foreignShare && !rep.Client.ServerLocal, true, ReasonForeign,
		"other programs used %.0f %% of this machine", rep.Client.ForeignCPU*100)
	broken := r.journal.count(EventDisconnected)
	add(broken > 0, true, ReasonReconnect, "connections were lost %d times and made again %d times", broken, rep.Client.Reconnects)
	add(rep.Client.SlowEvents > 0 || rep.Client.Dropped > 0, true, ReasonSlow,
		"the client was a slow consumer (%d times, %d messages dropped)", rep.Client.SlowEvents, rep.Client.Dropped)
	denied := r.journal.count(EventDenied)
	add(denied > 0, true, ReasonDenied, "the server refused %d times what this user may not do: %s", denied, r.journal.first(EventDenied))
	if l := rep.Latency; l.SendLag != nil && l.Response != nil {
		add(l.SendLag.P99 > max(lagFloorUS, lagShare*l.Response.P99), false, ReasonSendLag,
			"the generator itself sent 1 %% of the messages more than %s late: the service time says more about the server", lateness(l.SendLag.P99))
	}
	add(rep.FirstError != "", rep.Errors == 0, ReasonError, "%s", rep.FirstError)
	add(rep.Received == 0, true, ReasonNothing, "nothing was received")
	add(r.countOnly, false, ReasonCounted, "payloads below 16 bytes have no room for a stamp: counted, but not timed or told apart")
	v.Reasons = append(v.Reasons, r.doubts...)
	for _, reason := range v.Reasons {
		v.Valid = v.Valid || reason.Fatal
	}
	v.Valid = !v.Valid
	return v
}

// lateness gives microseconds in the unit that suits them.
func lateness(us float64) string {
	if us < 10_000 {
		return fmt.Sprintf("%.0f us", us)
	}
	return fmt.Sprintf("%.0f ms", us/1e3)
}
