package result

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/bench/stats"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// spaced returns n figures around a value, a little apart, all different.
func spaced(n int, value float64) (out []float64) {
	for i := range n {
		out = append(out, value*(1+float64(i)/1000))
	}
	return out
}

// open makes a result of an open loop whose runs have these figures.
func open(p50, p99, cpu []float64) *Result {
	r := &Result{Spec: scenario.Spec{Workload: scenario.PubSub, Load: scenario.Load{Mode: scenario.Open}}}
	for i := range p50 {
		r.Runs = append(r.Runs, Run{
			Rate: Rate{Received: 500, Sent: 250}, Latency: Latency{Response: &Distribution{P50: p50[i], P99: p99[i]}},
			Client: ClientUse{CPUNSPerMsg: cpu[i]}, Validity: Validity{Valid: true},
		})
	}
	return r
}

// TestCompareCorrectsForSeveralMetrics has a difference that one test alone
// would call a change, and three tests together do not: of six runs against
// six all but one pair in order.
func TestCompareCorrectsForSeveralMetrics(t *testing.T) {
	base, next := []float64{1, 2, 3, 4, 5, 7}, []float64{6, 8, 9, 10, 11, 12}
	alone := stats.MannWhitney(base, next)
	if alone >= alpha || 3*alone < alpha {
		t.Fatalf("p %v is no example", alone)
	}
	c, err := Compare(open(base, base, base), open(next, base, base), nil, false)
	if err != nil {
		t.Fatal(err)
	}
	ch := c.Changes[0]
	if ch.Metric != "p50" || ch.Verdict != Unclear || math.Abs(ch.P-alone) > 1e-12 || math.Abs(ch.Holm-3*alone) > 1e-12 {
		t.Errorf("%+v, want p %v, corrected %v", ch, alone, 3*alone)
	}
	// A fourth metric makes four of them.
	fail, err := ParseFailOn("p90>+1000%")
	if err != nil {
		t.Fatal(err)
	}
	if c, _ = Compare(open(base, base, base), open(next, base, base), fail, false); math.Abs(c.Changes[0].Holm-4*alone) > 1e-12 {
		t.Errorf("four metrics: %+v", c.Changes[0])
	}
}

// TestCompareDirections says better where more is better and less is worse.
func TestCompareDirections(t *testing.T) {
	low, high := spaced(8, 100), spaced(8, 200)
	closed := func(rate, cpu []float64) *Result {
		r := &Result{Spec: scenario.Spec{Load: scenario.Load{Mode: scenario.Max}}}
		for i := range rate {
			r.Runs = append(r.Runs, Run{Rate: Rate{Received: rate[i]}, Latency: Latency{Service: &Distribution{P50: 5}}, Client: ClientUse{CPUNSPerMsg: cpu[i]}})
		}
		return r
	}
	for name, c := range map[string]struct {
		base, next *Result
		want       []string
	}{
		"faster":  {closed(low, low), closed(high, low), []string{"rate better", "p50 " + Same, "cpu " + Same}},
		"slower":  {closed(high, low), closed(low, low), []string{"rate worse", "p50 " + Same, "cpu " + Same}},
		"dearer":  {closed(low, low), closed(low, high), []string{"rate " + Same, "p50 " + Same, "cpu worse"}},
		"late":    {open(low, low, low), open(high, high, low), []string{"p50 worse", "p99 worse", "cpu " + Same}},
		"quicker": {open(high, low, low), open(low, low, low), []string{"p50 better", "p99 " + Same, "cpu " + Same}},
		"few":     {open(low[:5], low[:5], low[:5]), open(high, high, high), []string{"p50 worse", "p99 worse", "cpu worse"}},
		"too few": {open(low[:4], low[:4], low[:4]), open(high[:5], high[:5], high[:5]), []string{"p50 " + TooFew, "p99 " + TooFew, "cpu " + TooFew}},
		"none":    {closed(low, low), &Result{Spec: scenario.Spec{Load: scenario.Load{Mode: scenario.Max}}}, []string{"rate " + Missing, "p50 " + Missing, "cpu " + Missing}},
	} {
		got, err := Compare(c.base, c.next, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		var verdicts []string
		for _, ch := range got.Changes {
			verdicts = append(verdicts, ch.Metric+" "+ch.Verdict)
		}
		if !slices.Equal(verdicts, c.want) {
			t.Errorf("%s: %q, want %q", name, verdicts, c.want)
		}
	}
}

// TestChangeFigures puts base and new where they belong.
func TestChangeFigures(t *testing.T) {
	base, next := open(spaced(8, 100), spaced(8, 50), spaced(8, 10)), open(spaced(8, 120), spaced(8, 50), spaced(8, 10))
	base.ID, base.SpecHash, next.ID, next.SpecHash = "b", "h", "n", "h"
	next.Runs = next.Runs[:7]
	c, err := Compare(base, next, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if c.Schema != CompareSchema || c.Base.ID != "b" || c.New.ID != "n" || c.Base.Runs != 8 || c.New.Runs != 7 || c.Base.SpecHash != "h" || !strings.Contains(c.Base.Scenario, "pubsub") {
		t.Errorf("%+v", c)
	}
	ch := c.Changes[0]
	if ch.Unit != "us" || math.Abs(ch.Base-100.35) > 1e-9 || math.Abs(ch.New-120.36) > 1e-9 || math.Abs(ch.Ratio-1.2) > 0.01 {
		t.Errorf("%+v", ch)
	}
	if ch.CI95 == nil || ch.CI95[0] > 1.2 || ch.CI95[1] < 1.2 || ch.CI95[0] < 1.18 || ch.CI95[1] > 1.22 || ch.MDE <= 0 || ch.MDE != stats.MDE(spaced(8, 100), 7, 3, alpha) {
		t.Errorf("interval %v, smallest change %v", ch.CI95, ch.MDE)
	}
	zero := open(make([]float64, 8), spaced(8, 50), spaced(8, 10))
	if c, _ = Compare(zero, next, nil, true); c.Changes[0].Ratio != 0 || c.Changes[0].CI95 != nil {
		t.Errorf("a ratio to nothing: %+v", c.Changes[0])
	}
}

// TestSurroundings names one difference at a time.
func TestSurroundings(t *testing.T) {
	for want, change := range map[string]func(r *Result){
		"host of the client: h, then x":              func(r *Result) { r.Env.Client.Host = "x" },
		"processor of the client: p, then x":         func(r *Result) { r.Env.Client.CPU = "x" },
		"cores of the client: 3, then 4":             func(r *Result) { r.Env.Client.Cores = 4 },
		"Go of the client: g, then x":                func(r *Result) { r.Env.Client.Go = "x" },
		"nats.go: n, then x":                         func(r *Result) { r.Env.Client.NatsGo = "x" },
		"GOGC: 100, then 200":                        func(r *Result) { r.Env.Client.GOGC = 200 },
		"driver: d, then x":                          func(r *Result) { r.Env.Client.Driver = "x" },
		"servers: 1 2, then 1 3":                     func(r *Result) { r.Env.Servers[0].Version = "3" },
		"server n1: has another configuration":       func(r *Result) { r.Env.Servers[1].ConfigDigest = "x" },
		"the new result has runs that are not valid": func(r *Result) { r.Runs[0].Validity.Valid = false },
		"":  func(r *Result) { r.Env.Servers[0], r.Env.Servers[1] = r.Env.Servers[1], r.Env.Servers[0] },
		" ": func(r *Result) { r.Env.Servers[1].ConfigDigest = "" },
	} {
		results := [2]*Result{}
		for i := range results {
			results[i] = open([]float64{1}, []float64{1}, []float64{1})
			results[i].Env = Env{
				Client:  ClientEnv{Host: "h", CPU: "p", Cores: 3, Go: "g", NatsGo: "n", GOGC: 100, Driver: "d"},
				Servers: []ServerEnv{{Name: "n2", Version: "2", ConfigDigest: "2"}, {Name: "n1", Version: "1", ConfigDigest: "1"}, {Name: "n3", Version: "1"}},
			}
		}
		change(results[1])
		var list []string
		if strings.TrimSpace(want) != "" {
			list = []string{want}
		}
		if got := surroundings(results[0], results[1]); !slices.Equal(got, list) {
			t.Errorf("%q, want %q", got, list)
		}
	}
	bad := open([]float64{1}, []float64{1}, []float64{1})
	bad.Runs[0].Validity.Valid = false
	good := open([]float64{1}, []float64{1}, []float64{1})
	if got := surroundings(bad, good); !slices.Equal(got, []string{"the base result has runs that are not valid"}) {
		t.Errorf("%q", got)
	}
}

func TestParseFailOn(t *testing.T) {
	f, err := ParseFailOn(" p99>+10%, rate<-5%,lost > 0")
	if err != nil || len(f) != 3 {
		t.Fatal(f, err)
	}
	for i, want := range []struct {
		name  string
		above bool
		limit float64
	}{{"p99", true, 0.1}, {"rate", false, -0.05}, {"lost", true, 0}} {
		if f[i].Metric.Name != want.name || f[i].Above != want.above || math.Abs(f[i].Limit-want.limit) > 1e-12 {
			t.Errorf("%+v, want %+v", f[i], want)
		}
	}
	if f.String() != "p99>+10%,rate<-5%,lost > 0" {
		t.Errorf("%q", f.String())
	}
	if f, err := ParseFailOn(""); f != nil || err != nil {
		t.Errorf("nothing: %v, %v", f, err)
	}
	for _, bad := range []string{"p99", "p99=5%", "p99>x%", "p99>NaN%", "speed>5%", "p99>5%,"} {
		if _, err := ParseFailOn(bad); !errors.Is(err, scenario.ErrUnit) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestFailOnJudge holds limits against changes: passed beyond chance, kept by the whole
// interval, or neither.
func TestFailOnJudge(t *testing.T) {
	between := func(lo, hi float64) *[2]float64 { return &[2]float64{lo, hi} }
	for _, c := range []struct {
		limit           string
		change          Change
		failed, unclear string
	}{
		{"p99>+10%", Change{Ratio: 1.11, CI95: between(1.05, 1.2), Verdict: Worse}, "p99>+10%: +11.0%", ""},
		{"p99>+50%", Change{Ratio: 1.5, CI95: between(1.4, 1.5), Verdict: Worse}, "", ""},
		{"p99>+50%", Change{Ratio: 1.5, CI95: between(1.4, 1.51), Verdict: Worse}, "", "p99>+50%: between +40.0% and +51.0%"},
		{"p99>+10%", Change{Ratio: 1.02, CI95: between(0.98, 1.1), Verdict: Same}, "", ""},
		{"p99>+10%", Change{Ratio: 1.2, CI95: between(0.9, 1.5), Verdict: Same}, "", "p99>+10%: between -10.0% and +50.0%"},
		{"p99>+10%", Change{Ratio: 1.2, CI95: between(1.01, 1.5), Verdict: Unclear, noise: 0.08, runs: 8}, "", "p99>+10%: between +1.0% and +50.0%, about 14 runs would do"},
		{"p99>+10%", Change{Ratio: 0.5, CI95: between(0.4, 0.6), Verdict: Better}, "", ""},
		{"p99<-50%", Change{Ratio: 0.5, CI95: between(0.5, 0.6), Verdict: Better}, "", ""},
		{"p99<-50%", Change{Ratio: 0.5, CI95: between(0.49, 0.6), Verdict: Better}, "", "p99<-50%: between -51.0% and -40.0%"},
		{"p99<-10%", Change{Ratio: 0.85, CI95: between(0.8, 0.88), Verdict: Better}, "p99<-10%: -15.0%", ""},
		{"p99<-10%", Change{Ratio: 1.5, CI95: between(1.4, 1.6), Verdict: Worse}, "", ""},
		{"p99>+10%", Change{Ratio: 9, CI95: between(8, 10), Verdict: TooFew, noise: 0.08, runs: 3}, "", "p99>+10%: too few runs, about 12 runs would do"},
		{"p99>+10%", Change{Ratio: 1, CI95: between(0.99, 1.01), Verdict: TooFew}, "", "p99>+10%: too few runs"},
		{"p99>+10%", Change{Base: 0, New: 0, Verdict: TooFew}, "", "p99>+10%: too few runs"},
		{"p99>+10%", Change{Verdict: Missing}, "p99>+10%: no figure", ""},
		{"p99>+10%", Change{Base: 0, New: 5, Verdict: Worse}, "p99>+10%: +Inf%", ""},
		{"p99>+10%", Change{Base: 0, New: 5, Verdict: Same}, "", "p99>+10%: no change found"},
		{"p99>+10%", Change{Base: 5, New: 0, Verdict: Better}, "", ""},
		{"p99<-10%", Change{Base: 5, New: 0, Verdict: Worse}, "p99<-10%: -Inf%", ""},
		{"p99>+0%", Change{Base: 0, New: 0, Verdict: Same}, "", ""},
		{"p99>+0%", Change{Ratio: 1, CI95: between(0.9, 1.1), Verdict: Same, noise: 0.1}, "", "p99>+0%: between -10.0% and +10.0%"},
	} {
		f, err := ParseFailOn(c.limit)
		if err != nil {
			t.Fatal(err)
		}
		c.change.Metric = "p99"
		failed, unclear := f.judge([]Change{{Metric: "p50", Ratio: 9, Verdict: Worse}, c.change})
		if strings.Join(failed, ";") != c.failed || strings.Join(unclear, ";") != c.unclear {
			t.Errorf("%s of %+v: failed %q, unclear %q, want %q, %q", c.limit, c.change, failed, unclear, c.failed, c.unclear)
		}
	}
}

// TestNoLimitPassesUnseen draws runs that have become 20% slower, at noises from 2 to 15%: a
// limit of 10% is never called kept more often than the interval may err, and no
// change found never stands beside an interval without 1.
func TestNoLimitPassesUnseen(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 5))
	fail, err := ParseFailOn("p50>+10%")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{5, 8, 12} {
		for _, noise := range []float64{0.02, 0.08, 0.15} {
			draw := func(value float64) (out []float64) {
				for range n {
					out = append(out, value*math.Exp(noise*rnd.NormFloat64()))
				}
				return out
			}
			kept, alarms := 0, 0
			const sets = 150
			for range sets {
				base := open(draw(100), draw(100), draw(100))
				c, err := Compare(base, open(draw(120), draw(100), draw(100)), fail, false)
				if err != nil {
					t.Fatal(err)
				}
				if len(c.Failed)+len(c.Inconclusive) == 0 {
					kept++
				}
				for _, ch := range c.Changes {
					if ch.Verdict == Same && ch.CI95 != nil && (ch.CI95[0] > 1 || ch.CI95[1] < 1) {
						t.Errorf("no change found beside %v", *ch.CI95)
					}
				}
				if c, _ = Compare(base, open(draw(100), draw(100), draw(100)), nil, false); slices.ContainsFunc(c.Changes, func(ch Change) bool { return ch.Verdict == Better || ch.Verdict == Worse }) {
					alarms++
				}
			}
			if kept > sets*5/100 || alarms > sets*3/100 {
				t.Errorf("%d runs, noise %v: %d of %d slower results keep the limit, %d false alarms", n, noise, kept, sets, alarms)
			}
		}
	}
}
