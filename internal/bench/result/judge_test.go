package result

import (
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// sound is a run that nothing can be said against: every figure is of its own,
// and just within its limit where it has one.
func sound(open bool) (*Run, Observed) {
	o := Observed{Spec: scenario.Spec{Load: scenario.Load{Mode: scenario.Max}, Duration: scenario.Duration(20 * time.Second)}, Ceiling: 1000}
	r := &Run{
		Seconds: foreignLeast, Sent: 1000, Expected: 2000, Received: 1999,
		Rate:   Rate{Sent: 700, Received: 1400, Target: 710},
		Client: ClientUse{ForeignCPU: foreignShare, Reconnects: 7},
	}
	if open {
		o.Spec.Load.Mode = scenario.Open
		r.Planned, o.OnTime = 1000, 990
		r.Latency = Latency{Response: &Distribution{P99: 2100}, SendLag: &Distribution{P99: 210}, Service: &Distribution{P99: 1}}
	}
	return r, o
}

// TestJudge makes one thing doubtful at a time: each has its reason, and no
// other, and the fatal ones make the run invalid.
func TestJudge(t *testing.T) {
	type change func(r *Run, o *Observed)
	for name, c := range map[string]struct {
		open  bool
		spoil change
		code  string // "": nothing to say
		fatal bool
		text  string // a part of what is said
	}{
		"closed loop":             {false, func(*Run, *Observed) {}, "", false, ""},
		"open loop":               {true, func(*Run, *Observed) {}, "", false, ""},
		"interrupted":             {true, func(r *Run, o *Observed) { r.Partial, r.Seconds = true, 4.5 }, ReasonPartial, false, "4.5 s of 20.0 s"},
		"interrupted, not sent":   {true, func(r *Run, o *Observed) { r.Partial, o.OnTime = true, 1 }, ReasonPartial, false, ""},
		"interrupted, brief":      {false, func(r *Run, o *Observed) { r.Partial, r.Seconds = true, 0.01 }, ReasonPartial, false, ""},
		"saturated":               {true, func(r *Run, o *Observed) { r.Saturated = &Saturation{At: 330} }, ReasonSaturated, true, "330/s of 710/s"},
		"saturated, not sent":     {true, func(r *Run, o *Observed) { r.Saturated, o.OnTime = &Saturation{At: 330}, 1 }, ReasonSaturated, true, ""},
		"not sent in time":        {true, func(r *Run, o *Observed) { o.OnTime = 989 }, ReasonRate, true, "989 of 1000"},
		"not sent, closed":        {false, func(r *Run, o *Observed) { r.Planned, o.OnTime = 1000, 1 }, "", false, ""},
		"brief":                   {false, func(r *Run, o *Observed) { r.Seconds = 0.099 }, ReasonShort, false, "99 ms"},
		"foreign, too short":      {false, func(r *Run, o *Observed) { r.Client.ForeignCPU, r.Seconds = 0.9, 0.49 }, "", false, ""},
		"just not brief":          {false, func(r *Run, o *Observed) { r.Seconds = leastSeconds }, "", false, ""},
		"brief, open":             {true, func(r *Run, o *Observed) { r.Seconds = 0.099 }, "", false, ""},
		"generator":               {false, func(r *Run, o *Observed) { r.Rate.Sent = 701 }, ReasonGenerator, true, "701/s is above 70%"},
		"generator, open":         {true, func(r *Run, o *Observed) { r.Rate.Sent = 701 }, ReasonGenerator, true, "(1k/s)"},
		"generator not known":     {false, func(r *Run, o *Observed) { r.Rate.Sent, o.Ceiling = 1e9, 0 }, "", false, ""},
		"generator, brief":        {false, func(r *Run, o *Observed) { r.Rate.Sent, r.Seconds = 701, 0.05 }, ReasonShort, false, ""},
		"others on the machine":   {false, func(r *Run, o *Observed) { r.Client.ForeignCPU = 0.11 }, ReasonForeign, true, "11%"},
		"the server is the other": {false, func(r *Run, o *Observed) { r.Client.ForeignCPU, r.Client.ServerLocal = 0.11, true }, "", false, ""},
		"others beside the server": {false, func(r *Run, o *Observed) {
			r.Client.ForeignCPU, r.Client.ServerCPU, r.Client.ServerLocal = 0.93, 0.4, true
		}, ReasonForeign, true, "53%"},
		"the server alone": {false, func(r *Run, o *Observed) {
			r.Client.ForeignCPU, r.Client.ServerCPU, r.Client.ServerLocal = 0.50, 0.4, true
		}, "", false, ""},
		"stood still":             {true, func(r *Run, o *Observed) { r.Client.StallMaxUS = 100_001 }, ReasonStalled, true, "100 ms"},
		"not for long":            {true, func(r *Run, o *Observed) { r.Client.StallMaxUS = 100_000 }, "", false, ""},
		"little of a long run":    {true, func(r *Run, o *Observed) { r.Client.StallMaxUS, r.Seconds = 300_000, 30 }, "", false, ""},
		"much of a long run":      {true, func(r *Run, o *Observed) { r.Client.StallMaxUS, r.Seconds = 300_001, 30 }, ReasonStalled, true, "300 ms"},
		"lost":                    {false, func(r *Run, o *Observed) { r.Lost = 3 }, ReasonLost, true, "3 of 2000"},
		"lost little":             {false, func(r *Run, o *Observed) { r.Lost = 2 }, ReasonLost, false, "2 of 2000"},
		"unknown":                 {false, func(r *Run, o *Observed) { r.Unknown = 3 }, ReasonUnknown, true, "3 of 2000"},
		"unknown, little":         {false, func(r *Run, o *Observed) { r.Unknown = 2 }, ReasonUnknown, false, "2 of 2000"},
		"lost when stopped":       {false, func(r *Run, o *Observed) { r.Lost, r.Partial = 900, true }, ReasonPartial, false, ""},
		"latency grows":           {true, func(r *Run, o *Observed) { grow(r) }, ReasonGrowing, true, "second to second"},
		"it grows with a ramp":    {true, func(r *Run, o *Observed) { grow(r); o.Spec.Load.Ramp = []float64{1, 2} }, "", false, ""},
		"it grows with steps":     {true, func(r *Run, o *Observed) { grow(r); o.Spec.Load.Steps = []float64{1, 2} }, "", false, ""},
		"it grows, closed":        {false, func(r *Run, o *Observed) { grow(r) }, "", false, ""},
		"connection lost":         {false, func(r *Run, o *Observed) { o.Disconnects = 1 }, ReasonReconnect, true, "lost 1 times and restored 7 times"},
		"slow":                    {false, func(r *Run, o *Observed) { r.Client.SlowEvents = 1 }, ReasonSlow, true, "1 times, 0 messages"},
		"dropped":                 {false, func(r *Run, o *Observed) { r.Client.Dropped = 1 }, ReasonSlow, true, "0 times, 1 messages"},
		"denied":                  {false, func(r *Run, o *Observed) { o.Denials, o.FirstDenial = 1, "no!" }, ReasonDenied, true, "1 operations for lack of permission, the first: no!"},
		"late":                    {true, func(r *Run, o *Observed) { r.Latency.SendLag.P99 = 211 }, ReasonSendLag, false, "211 us"},
		"late, but little":        {true, func(r *Run, o *Observed) { r.Latency.Response.P99, r.Latency.SendLag.P99 = 10, 200 }, "", false, ""},
		"late, and more":          {true, func(r *Run, o *Observed) { r.Latency.Response.P99, r.Latency.SendLag.P99 = 10, 201 }, ReasonSendLag, false, "201 us"},
		"very late":               {true, func(r *Run, o *Observed) { r.Latency.SendLag.P99 = 10_000 }, ReasonSendLag, false, "10 ms"},
		"late, no answers":        {true, func(r *Run, o *Observed) { r.Latency.Response, r.Latency.SendLag.P99 = nil, 1e9 }, "", false, ""},
		"no send lag":             {true, func(r *Run, o *Observed) { r.Latency.SendLag = nil }, "", false, ""},
		"worker ended":            {false, func(r *Run, o *Observed) { r.FirstError = "it broke" }, ReasonError, true, "it broke"},
		"answers say no":          {false, func(r *Run, o *Observed) { r.FirstError, r.Errors = "no", 1 }, ReasonError, false, "no"},
		"nothing received":        {false, func(r *Run, o *Observed) { r.Received = 0 }, ReasonNothing, true, "nothing"},
		"counted":                 {false, func(r *Run, o *Observed) { o.Unstamped = true }, ReasonCounted, false, "16 bytes"},
		"doubted by the workload": {false, func(r *Run, o *Observed) { o.Reasons = []Reason{{ReasonNotStored, "gone", true}} }, ReasonNotStored, true, "gone"},
		"remark of the workload":  {false, func(r *Run, o *Observed) { o.Reasons = []Reason{{"remark", "odd", false}} }, "remark", false, "odd"},
	} {
		r, o := sound(c.open)
		c.spoil(r, &o)
		v := r.Judge(o)
		if v.Valid == c.fatal {
			t.Errorf("%s: valid %v", name, v.Valid)
		}
		if c.code == "" {
			if len(v.Reasons) != 0 {
				t.Errorf("%s: %+v", name, v.Reasons)
			}
			continue
		}
		if name == "lost when stopped" {
			v.Reasons = v.Reasons[:1] // that it lost some is a remark
		}
		if len(v.Reasons) != 1 || v.Reasons[0].Code != c.code || v.Reasons[0].Fatal != c.fatal || !strings.Contains(v.Reasons[0].Text, c.text) {
			t.Errorf("%s: %+v, want %s, fatal %v, with %q", name, v.Reasons, c.code, c.fatal, c.text)
		}
	}
}

// grow makes the latency of a run rise by 5 ms a second, as at a rate half a
// percent above what the system takes.
func grow(r *Run) {
	r.Seconds, r.Intervals = 8, nil
	for i := range 8 {
		r.Intervals = append(r.Intervals, Interval{T: i, Sent: 1000, Received: 995, P50: 2500 + 5000*float64(i)})
	}
}

// TestClimbing wants a rise nearly every second, and to more than twice.
func TestClimbing(t *testing.T) {
	for name, c := range map[string]struct {
		p50  []float64
		want bool
	}{
		"rising":             {[]float64{1000, 2000, 3000, 4000, 5000}, true},
		"too short":          {[]float64{1000, 2000, 3000, 4000}, false},
		"one step back":      {[]float64{1000, 3000, 2000, 4000, 5000}, true},
		"two steps back":     {[]float64{1000, 3000, 2000, 5000, 4000}, false},
		"not twice":          {[]float64{1000, 1200, 1400, 1600, 2000}, false},
		"just more":          {[]float64{1000, 1200, 1400, 1600, 2001}, true},
		"small":              {[]float64{100, 200, 300, 400, 1000}, false},
		"not so small":       {[]float64{100, 200, 300, 400, 1001}, true},
		"level":              {[]float64{5000, 5000, 5000, 5000, 5000}, false},
		"falling":            {[]float64{5000, 4000, 3000, 2000, 1000}, false},
		"a stall at the end": {[]float64{1000, 900, 1000, 900, 1000, 900, 90_000}, false},
	} {
		if got := climbing(seconds(make([]int64, len(c.p50)), c.p50...)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestOneFatalReasonIsEnough has remarks before and after it.
func TestOneFatalReasonIsEnough(t *testing.T) {
	r, o := sound(true)
	r.Partial, r.Client.Dropped, o.Unstamped = true, 1, true
	v := r.Judge(o)
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

// TestBriefRunsAreNotBoundByTheGenerator has a closed loop that is over at once:
// it has no rate to compare with what the generator reaches.
func TestBriefRunsAreNotBoundByTheGenerator(t *testing.T) {
	for seconds, want := range map[float64]string{0.05: ReasonShort, 0.5: ReasonGenerator} {
		r, o := sound(false)
		r.Seconds, o.Ceiling = seconds, 1
		if v := r.Judge(o); len(v.Reasons) != 1 || v.Reasons[0].Code != want || v.Valid != (want == ReasonShort) {
			t.Errorf("%v s: %+v", seconds, v)
		}
	}
}
