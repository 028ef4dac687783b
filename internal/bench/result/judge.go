package result

import (
	"fmt"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

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
	ReasonLost      = "lost"
	ReasonUnknown   = "unknown"
	ReasonStalled   = "own_stall"
	// ReasonUnverified is a remark: no subscriber received what was published.
	ReasonUnverified = "not_verified"
	ReasonGrowing    = "latency_grows"
)

// Limits beyond which a run is doubted.
const (
	boundShare   = 0.7   // of the generator's own ceiling
	foreignShare = 0.10  // of the machine
	foreignLeast = 0.5   // seconds: the counters of the system are too coarse for less
	leastSeconds = 0.1   // what a closed loop must take to have a rate
	lagFloorUS   = 200.0 // send lag p99 that never matters
	lagShare     = 0.10  // of the response p99
	lostShare    = 0.001 // of the expected messages
	stallFloorUS = 100e3 // time without running that never matters
	stallShare   = 0.01  // of the measurement
)

// Observed is what a runner knows about a run besides its figures. The zero value
// raises no doubt.
type Observed struct {
	Spec        scenario.Spec
	OnTime      int64   // sends before the end of the measurement
	OnTimeRate  float64 // those, per second
	Ceiling     float64 // maximum sends per second of the generator; 0: not known
	Unstamped   bool    // messages were only counted
	Disconnects int
	Denials     int // refusals for lack of permission
	FirstDenial string
	Reasons     []Reason // found by the workload itself
}

// doubt is one row of the table of doubts: text describes the problem of a run,
// and is empty for runs without it.
type doubt struct {
	code  string
	fatal bool
	text  func(r *Run, o Observed) string
}

// when returns a text if bad.
func when(bad bool, format string, args ...any) string {
	if !bad {
		return ""
	}
	return fmt.Sprintf(format, args...)
}

// doubts is the table of everything that makes a run doubtful, in the order in
// which it is reported.
var doubts = []doubt{
	{ReasonPartial, false, func(r *Run, o Observed) string {
		return when(r.Partial, "stopped after %.1f s of %.1f s", r.Seconds, o.Spec.Length().Seconds())
	}},
	{ReasonSaturated, true, func(r *Run, _ Observed) string {
		if r.Saturated == nil {
			return ""
		}
		return fmt.Sprintf("saturated at %s/s of %s/s offered: latencies would only show how long the run was",
			scenario.FormatRate(r.Saturated.At), scenario.FormatRate(r.Rate.Target))
	}},
	{ReasonGrowing, true, func(r *Run, o Observed) string {
		steady := o.Spec.Load.Mode == scenario.Open && len(o.Spec.Load.Ramp) == 0 && len(o.Spec.Load.Steps) == 0
		return when(steady && r.Saturated == nil && climbing(r.Whole()), "the latency grew from second to second: the rate is slightly higher than the system can sustain")
	}},
	{ReasonLost, true, func(r *Run, _ Observed) string {
		return when(r.lostMuch(r.Lost), "%d of %d messages were lost", r.Lost, r.Expected)
	}},
	{ReasonLost, false, func(r *Run, _ Observed) string {
		return when(r.Lost > 0 && !r.lostMuch(r.Lost), "%d of %d messages were lost", r.Lost, r.Expected)
	}},
	{ReasonUnknown, true, func(r *Run, _ Observed) string {
		return when(r.lostMuch(r.Unknown), "it is not known whether %d of %d messages arrived", r.Unknown, r.Expected)
	}},
	{ReasonUnknown, false, func(r *Run, _ Observed) string {
		return when(r.Unknown > 0 && !r.lostMuch(r.Unknown), "it is not known whether %d of %d messages arrived", r.Unknown, r.Expected)
	}},
	{ReasonRate, true, func(r *Run, o Observed) string {
		short := o.Spec.Load.Mode == scenario.Open && !r.Partial && r.Saturated == nil && float64(o.OnTime) < reached*float64(r.Planned)
		return when(short, "%d of %d messages were sent in time", o.OnTime, r.Planned)
	}},
	{ReasonShort, false, func(r *Run, o Observed) string {
		return when(brief(r, o), "it took only %.0f ms: the rate is that of buffers", r.Seconds*1e3)
	}},
	{ReasonGenerator, true, func(r *Run, o Observed) string {
		return when(o.Ceiling > 0 && !brief(r, o) && r.Rate.Sent > boundShare*o.Ceiling, "%s/s is above %.0f%% of what the generator itself reaches (%s/s)",
			scenario.FormatRate(r.Rate.Sent), boundShare*100, scenario.FormatRate(o.Ceiling))
	}},
	{ReasonForeign, true, func(r *Run, _ Observed) string {
		share, known := r.Client.foreign()
		return when(known && share > foreignShare && r.Seconds >= foreignLeast, "other programs used %.0f%% of this machine", share*100)
	}},
	{ReasonStalled, true, func(r *Run, _ Observed) string {
		us := r.Client.StallMaxUS
		return when(us > max(stallFloorUS, stallShare*r.Seconds*1e6), "the load generator itself did not run for %s", lateness(us))
	}},
	{ReasonReconnect, true, func(r *Run, o Observed) string {
		return when(o.Disconnects > 0, "connections were lost %d times and restored %d times", o.Disconnects, r.Client.Reconnects)
	}},
	{ReasonSlow, true, func(r *Run, _ Observed) string {
		return when(r.Client.SlowEvents > 0 || r.Client.Dropped > 0, "the client was a slow consumer (%d times, %d messages dropped)",
			r.Client.SlowEvents, r.Client.Dropped)
	}},
	{ReasonDenied, true, func(_ *Run, o Observed) string {
		return when(o.Denials > 0, "the server refused %d operations for lack of permission, the first: %s", o.Denials, o.FirstDenial)
	}},
	{ReasonSendLag, false, lateSends},
	{ReasonError, true, func(r *Run, _ Observed) string { return when(r.Errors == 0, "%s", r.FirstError) }},
	{ReasonError, false, func(r *Run, _ Observed) string { return when(r.Errors > 0, "%s", r.FirstError) }},
	{ReasonNothing, true, func(r *Run, _ Observed) string { return when(r.Received == 0, "nothing was received") }},
	{ReasonCounted, false, func(_ *Run, o Observed) string {
		return when(o.Unstamped, "payloads below 16 bytes have no room for a stamp: they are counted, but not timed or distinguished")
	}},
}

// lostMuch reports whether too many messages are missing for a valid run.
func (r *Run) lostMuch(n int64) bool {
	return !r.Partial && float64(n) > lostShare*float64(r.Expected)
}

// foreign returns the share of the machine that programs used which are neither the
// load generator nor a server; known is false where servers cannot be told from others.
func (c ClientUse) foreign() (share float64, known bool) {
	if !c.ServerLocal {
		return c.ForeignCPU, true
	}
	return max(c.ForeignCPU-c.ServerCPU, 0), c.ServerCPU > 0
}

// brief reports whether a closed loop was too short to have a rate.
func brief(r *Run, o Observed) bool {
	return o.Spec.Load.Mode == scenario.Max && !r.Partial && r.Seconds < leastSeconds
}

func lateSends(r *Run, _ Observed) string {
	l := r.Latency
	if l.SendLag == nil || l.Response == nil {
		return ""
	}
	return when(l.SendLag.P99 > max(lagFloorUS, lagShare*l.Response.P99),
		"the generator itself sent 1%% of the messages more than %s late: the service time says more about the server", lateness(l.SendLag.P99))
}

// lateness formats microseconds in a suitable unit.
func lateness(us float64) string {
	if us < 10_000 {
		return fmt.Sprintf("%.0f us", us)
	}
	return fmt.Sprintf("%.0f ms", us/1e3)
}

// Judge returns every reason to doubt a run. One fatal reason makes it invalid.
func (r *Run) Judge(o Observed) Validity {
	v := Validity{Valid: true, Reasons: []Reason{}}
	for _, d := range doubts {
		if text := d.text(r, o); text != "" {
			v.Reasons = append(v.Reasons, Reason{Code: d.code, Text: text, Fatal: d.fatal})
		}
	}
	v.Reasons = append(v.Reasons, o.Reasons...)
	for _, reason := range v.Reasons {
		v.Valid = v.Valid && !reason.Fatal
	}
	return v
}
