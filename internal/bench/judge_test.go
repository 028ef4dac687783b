package bench

import (
	"strings"
	"testing"
)

// sound is a run that nothing can be said against: every figure is of its own,
// and just within its limit where it has one.
func sound(open bool) (*run, *Run, options) {
	r := &run{spec: Spec{Load: Load{Mode: Max}, Duration: 20_000 * ms}, journal: newJournal(func() int64 { return 3e9 })}
	rep := &Run{
		Seconds: leastSeconds, Sent: 1000, Expected: 2000, Received: 1999,
		Rate:   Rate{Sent: 700, Received: 1400, Target: 710},
		Client: ClientUse{ForeignCPU: foreignShare, Reconnects: 7},
	}
	if open {
		r.spec.Load.Mode = Open
		rep.Planned, r.onTime = 1000, 990
		rep.Latency = Latency{Response: &Distribution{P99: 2100}, SendLag: &Distribution{P99: 210}, Service: &Distribution{P99: 1}}
	}
	return r, rep, options{ceiling: 1000}
}

// TestJudge makes one thing doubtful at a time: each has its reason, and no
// other, and the fatal ones make the run invalid.
func TestJudge(t *testing.T) {
	type change func(r *run, rep *Run, o *options)
	for name, c := range map[string]struct {
		open  bool
		spoil change
		code  string // "": nothing to say
		fatal bool
		text  string // a part of what is said
	}{
		"closed loop":             {false, func(*run, *Run, *options) {}, "", false, ""},
		"open loop":               {true, func(*run, *Run, *options) {}, "", false, ""},
		"interrupted":             {true, func(_ *run, rep *Run, _ *options) { rep.Partial, rep.Seconds = true, 4.5 }, ReasonPartial, false, "4.5 s of 20.0 s"},
		"interrupted, not sent":   {true, func(r *run, rep *Run, _ *options) { rep.Partial, r.onTime = true, 1 }, ReasonPartial, false, ""},
		"interrupted, brief":      {false, func(_ *run, rep *Run, _ *options) { rep.Partial, rep.Seconds = true, 0.01 }, ReasonPartial, false, ""},
		"saturated":               {true, func(_ *run, rep *Run, _ *options) { rep.Saturated = &Saturation{At: 330} }, ReasonSaturated, true, "330/s of 710/s"},
		"saturated, not sent":     {true, func(r *run, rep *Run, _ *options) { rep.Saturated, r.onTime = &Saturation{At: 330}, 1 }, ReasonSaturated, true, ""},
		"not sent in time":        {true, func(r *run, _ *Run, _ *options) { r.onTime = 989 }, ReasonRate, true, "989 of 1000"},
		"not sent, closed":        {false, func(r *run, rep *Run, _ *options) { rep.Planned, r.onTime = 1000, 1 }, "", false, ""},
		"brief":                   {false, func(_ *run, rep *Run, _ *options) { rep.Seconds = 0.099 }, ReasonShort, false, "99 ms"},
		"brief, open":             {true, func(_ *run, rep *Run, _ *options) { rep.Seconds = 0.099 }, "", false, ""},
		"generator":               {false, func(_ *run, rep *Run, _ *options) { rep.Rate.Sent = 701 }, ReasonGenerator, true, "701/s is above 70 %"},
		"generator, open":         {true, func(_ *run, rep *Run, _ *options) { rep.Rate.Sent = 701 }, ReasonGenerator, true, "(1k/s)"},
		"generator not known":     {false, func(_ *run, rep *Run, o *options) { rep.Rate.Sent, o.ceiling = 1e9, 0 }, "", false, ""},
		"generator, brief":        {false, func(_ *run, rep *Run, _ *options) { rep.Rate.Sent, rep.Seconds = 701, 0.05 }, ReasonShort, false, ""},
		"others on the machine":   {false, func(_ *run, rep *Run, _ *options) { rep.Client.ForeignCPU = 0.11 }, ReasonForeign, true, "11 %"},
		"the server is the other": {false, func(_ *run, rep *Run, _ *options) { rep.Client.ForeignCPU, rep.Client.ServerLocal = 0.11, true }, "", false, ""},
		"connection lost":         {false, func(r *run, _ *Run, _ *options) { r.journal.note(EventDisconnected, "pub-1", "EOF") }, ReasonReconnect, true, "lost 1 times and made again 7 times"},
		"slow":                    {false, func(_ *run, rep *Run, _ *options) { rep.Client.SlowEvents = 1 }, ReasonSlow, true, "1 times, 0 messages"},
		"dropped":                 {false, func(_ *run, rep *Run, _ *options) { rep.Client.Dropped = 1 }, ReasonSlow, true, "0 times, 1 messages"},
		"denied":                  {false, func(r *run, _ *Run, _ *options) { r.journal.note(EventDenied, "pub-1", "no!") }, ReasonDenied, true, "1 times what this user may not do: no!"},
		"late":                    {true, func(_ *run, rep *Run, _ *options) { rep.Latency.SendLag.P99 = 211 }, ReasonSendLag, false, "211 us"},
		"late, but little":        {true, func(_ *run, rep *Run, _ *options) { rep.Latency.Response.P99, rep.Latency.SendLag.P99 = 10, 200 }, "", false, ""},
		"late, and more":          {true, func(_ *run, rep *Run, _ *options) { rep.Latency.Response.P99, rep.Latency.SendLag.P99 = 10, 201 }, ReasonSendLag, false, "201 us"},
		"very late":               {true, func(_ *run, rep *Run, _ *options) { rep.Latency.SendLag.P99 = 10_000 }, ReasonSendLag, false, "10 ms"},
		"late, no answers":        {true, func(_ *run, rep *Run, _ *options) { rep.Latency.Response, rep.Latency.SendLag.P99 = nil, 1e9 }, "", false, ""},
		"no send lag":             {true, func(_ *run, rep *Run, _ *options) { rep.Latency.SendLag = nil }, "", false, ""},
		"worker ended":            {false, func(_ *run, rep *Run, _ *options) { rep.FirstError = "it broke" }, ReasonError, true, "it broke"},
		"answers say no":          {false, func(_ *run, rep *Run, _ *options) { rep.FirstError, rep.Errors = "no", 1 }, ReasonError, false, "no"},
		"nothing received":        {false, func(_ *run, rep *Run, _ *options) { rep.Received = 0 }, ReasonNothing, true, "nothing"},
		"counted":                 {false, func(r *run, _ *Run, _ *options) { r.countOnly = true }, ReasonCounted, false, "16 bytes"},
		"doubted by the workload": {false, func(r *run, _ *Run, _ *options) { r.doubts = []Reason{{ReasonNotStored, "gone", true}} }, ReasonNotStored, true, "gone"},
		"remark of the workload":  {false, func(r *run, _ *Run, _ *options) { r.doubts = []Reason{{"remark", "odd", false}} }, "remark", false, "odd"},
	} {
		r, rep, o := sound(c.open)
		c.spoil(r, rep, &o)
		v := r.judge(rep, o)
		if v.Valid == c.fatal {
			t.Errorf("%s: valid %v", name, v.Valid)
		}
		if c.code == "" {
			if len(v.Reasons) != 0 {
				t.Errorf("%s: %+v", name, v.Reasons)
			}
			continue
		}
		if len(v.Reasons) != 1 || v.Reasons[0].Code != c.code || v.Reasons[0].Fatal != c.fatal || !strings.Contains(v.Reasons[0].Text, c.text) {
			t.Errorf("%s: %+v, want %s, fatal %v, with %q", name, v.Reasons, c.code, c.fatal, c.text)
		}
	}
}

// TestOneFatalReasonIsEnough has remarks before and after it.
func TestOneFatalReasonIsEnough(t *testing.T) {
	r, rep, o := sound(true)
	rep.Partial, rep.Client.Dropped, r.countOnly = true, 1, true
	v := r.judge(rep, o)
	if v.Valid || len(v.Reasons) != 3 || v.Reasons[0].Fatal || !v.Reasons[1].Fatal || v.Reasons[2].Fatal {
		t.Errorf("%+v", v)
	}
}

// TestResultIsValidIfAllRunsAre looks at results of no, one and several runs.
func TestResultIsValidIfAllRunsAre(t *testing.T) {
	good, bad := Run{Validity: Validity{Valid: true}}, Run{Partial: true}
	for name, c := range map[string]struct {
		runs           []Run
		valid, partial bool
	}{
		"none":  {nil, false, false},
		"good":  {[]Run{good, good}, true, false},
		"last":  {[]Run{good, bad}, false, true},
		"first": {[]Run{bad, good}, false, true},
	} {
		r := &Result{Runs: c.runs}
		if r.Valid() != c.valid || r.Partial() != c.partial {
			t.Errorf("%s: valid %v, partial %v", name, r.Valid(), r.Partial())
		}
	}
}

// TestWhole leaves out what came after the measurement.
func TestWhole(t *testing.T) {
	for seconds, want := range map[float64]int{0.5: 0, 0.995: 1, 2: 2, 2.98: 2, 2.995: 3, 9: 4} {
		r := &Run{Seconds: seconds, Intervals: make([]Interval, 4)}
		if got := len(r.Whole()); got != want {
			t.Errorf("%v s: %d whole seconds, want %d", seconds, got, want)
		}
	}
}
