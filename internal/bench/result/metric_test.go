package result

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// figures is a run whose figures are all different.
func figures() *Run {
	return &Run{
		Lost: 11, Dup: 12, Errors: 13, Gap: Gap{US: 14}, Rate: Rate{Received: 15, Sent: 16}, Client: ClientUse{CPUNSPerMsg: 17},
		Latency: Latency{
			Response: &Distribution{P50: 21, P90: 22, P99: 23, P999: 24, P9999: 25, Max: 26, Mean: 27},
			Service:  &Distribution{P50: 31, P90: 32, P99: 33, P999: 34, P9999: 35, Max: 36, Mean: 37},
			SendLag:  &Distribution{P50: 41},
		},
	}
}

// TestMetrics takes every figure from its place. A closed loop has no response
// time, a saturated run no latency.
func TestMetrics(t *testing.T) {
	closed, saturated := figures(), figures()
	closed.Latency.Response = nil
	saturated.Saturated = &Saturation{At: 1}
	all := map[string]struct {
		open, closed float64
		higher       bool
		unit         string
	}{
		"rate": {15, 15, true, "msgs/s"}, "sent": {16, 16, true, "msgs/s"}, "cpu": {17, 17, false, "ns/msg"},
		"p50": {21, 31, false, "us"}, "p90": {22, 32, false, "us"}, "p99": {23, 33, false, "us"}, "p99.9": {24, 34, false, "us"},
		"p99.99": {25, 35, false, "us"}, "max": {26, 36, false, "us"}, "mean": {27, 37, false, "us"},
		"lost": {11, 11, false, "msgs"}, "dup": {12, 12, false, "msgs"}, "errors": {13, 13, false, "msgs"}, "gap": {14, 14, false, "us"},
	}
	names := MetricNames()
	if len(names) != len(all) {
		t.Errorf("%d metrics, want %d", len(names), len(all))
	}
	for name, want := range all {
		m, ok := MetricByName(name)
		if !ok || m.Name != name || m.Higher != want.higher || m.Unit != want.unit || !slices.Contains(names, name) {
			t.Errorf("%s: %+v, %v", name, m, ok)
			continue
		}
		if v, ok := m.Value(figures()); v != want.open || !ok {
			t.Errorf("%s: %v, %v, want %v", name, v, ok, want.open)
		}
		if v, ok := m.Value(closed); v != want.closed || !ok {
			t.Errorf("%s of a closed loop: %v, %v, want %v", name, v, ok, want.closed)
		}
		latency := want.open != want.closed
		if v, ok := m.Value(saturated); ok == latency || latency && v != 0 {
			t.Errorf("%s of a saturated run: %v, %v", name, v, ok)
		}
		unknown := latency || name == "rate" || name == "sent" || name == "cpu"
		if _, ok := m.Value(&Run{}); ok == unknown {
			t.Errorf("%s of a run without figures: %v", name, ok)
		}
	}
	lost, _ := MetricByName("lost")
	if v, ok := lost.Value(&Run{Unknown: 1}); ok { // "lost=0" must not hold where it is not known
		t.Errorf("lost %v although one message is unknown", v)
	}
	if _, ok := MetricByName("p98"); ok {
		t.Error("there is a metric p98")
	}
}

func TestSample(t *testing.T) {
	runs := []Run{*figures(), {}, *figures()}
	runs[2].Rate.Received = 99
	if got := sample(runs, "rate"); !slices.Equal(got, []float64{15, 99}) {
		t.Errorf("%v", got)
	}
}

func TestMetricFormat(t *testing.T) {
	for name, want := range map[string]string{"p50": "12.3ms", "rate": "12.3k/s", "cpu": "12.3k ns/msg", "lost": "12.3k msgs"} {
		m, _ := MetricByName(name)
		if got := m.Format(12_300); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestConditions meets and misses each operator below, at and above its limit.
func TestConditions(t *testing.T) {
	for op, want := range map[string][3]bool{
		"<": {true, false, false}, "<=": {true, true, false}, ">": {false, false, true}, ">=": {false, true, true}, "=": {false, true, false},
	} {
		o, err := ParseSLO("lost " + op + " 5")
		if err != nil || len(o) != 1 || o[0].Op != op || o[0].Limit != 5 || o[0].String() != "lost "+op+" 5" {
			t.Errorf("%s: %+v, %v", op, o, err)
			continue
		}
		for i, lost := range []int64{4, 5, 6} {
			if met := len(o.Missed(&Run{Lost: lost})) == 0; met != want[i] {
				t.Errorf("%d %s 5: %v", lost, op, met)
			}
		}
	}
}

// TestLimits are in the unit of the metric: times in microseconds.
func TestLimits(t *testing.T) {
	for text, want := range map[string]float64{"p99<10ms": 10_000, "gap<1s": 1e6, "p50<1us": 1, "max<=500ns": 0.5, "rate>50k": 50_000, "cpu<900": 900, "lost=0": 0} {
		o, err := ParseSLO(text)
		if err != nil || o[0].Limit != want {
			t.Errorf("%s: %+v, %v, want %v", text, o, err, want)
		}
	}
	for _, bad := range []string{"p99<-1ms", "p99<10", "lost<-1", "=5", "lost!5", "lost=0,"} {
		if _, err := ParseSLO(bad); !errors.Is(err, scenario.ErrUnit) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestMissedSaysWhatTheRunHad(t *testing.T) {
	o, err := ParseSLO("lost<5, p99<1us ,rate>20,p50<1s")
	if err != nil {
		t.Fatal(err)
	}
	if got := o.Missed(figures()); !slices.Equal(got, []string{"lost<5: 11 msgs", "p99<1us: 23µs", "rate>20: 15/s"}) {
		t.Errorf("%q", got)
	}
	if got := o.Missed(&Run{Saturated: &Saturation{}}); !slices.Equal(got, []string{"p99<1us: no figure", "rate>20: no figure", "p50<1s: no figure"}) {
		t.Errorf("%q", got)
	}
}

// TestObjectiveFailures is what a search goes by: loss that the objective does
// not allow and what makes a run invalid count too.
func TestObjectiveFailures(t *testing.T) {
	doubts := Validity{Reasons: []Reason{{Code: "late"}, {Code: "cut", Fatal: true}, {Code: "slow", Fatal: true}}}
	for name, c := range map[string]struct {
		slo  string
		run  Run
		want []string
	}{
		"good":       {"dup=0", Run{}, nil},
		"lost":       {"dup=0", Run{Lost: 3}, []string{"lost 3"}},
		"may lose":   {"lost<5", Run{Lost: 3}, nil},
		"lost more":  {"lost<2", Run{Lost: 3}, []string{"lost<2: 3 msgs"}},
		"not valid":  {"dup=0", Run{Validity: doubts}, []string{"cut", "slow"}},
		"everything": {"dup=0", Run{Lost: 1, Dup: 2, Validity: doubts}, []string{"dup=0: 2 msgs", "lost 1", "cut", "slow"}},
	} {
		o, err := ParseSLO(c.slo)
		if err != nil {
			t.Fatal(err)
		}
		if got := o.failures(&c.run); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestVerdict needs every run to meet the objective.
func TestVerdict(t *testing.T) {
	o, err := ParseSLO("dup=0,lost<5")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		runs   []Run
		missed []string
	}{
		"one":   {[]Run{{}}, nil},
		"met":   {[]Run{{}, {Lost: 4}}, nil},
		"first": {[]Run{{Dup: 1}, {}}, []string{"dup=0: 1 msgs"}},
		"both":  {[]Run{{Dup: 1}, {Lost: 5}}, []string{"dup=0: 1 msgs", "lost<5: 5 msgs"}},
	} {
		r := &Result{Runs: c.runs}
		r.Judge(o)
		if v := r.Verdict; v.Pass != (c.missed == nil) || !slices.Equal(v.Missed, c.missed) || v.SLO != "dup=0,lost<5" {
			t.Errorf("%s: %+v", name, v)
		}
	}
	r := &Result{}
	if r.Judge(o); r.Verdict.Pass {
		t.Error("no run meets an objective")
	}
}

func TestObjectiveStep(t *testing.T) {
	o, _ := ParseSLO("lost<5")
	run := figures()
	s := o.Step(700, run)
	if s.Rate != 700 || s.Pass || s.Lost != 11 || s.Received != 15 || s.P50US != 21 || s.P99US != 23 || len(s.Missed) != 1 {
		t.Errorf("%+v", s)
	}
	run.Lost, run.Latency.Response = 4, nil
	if s = o.Step(700, run); !s.Pass || s.P50US != 0 || s.P99US != 0 {
		t.Errorf("%+v", s)
	}
}

func TestSummarize(t *testing.T) {
	var runs []Run
	for i := range 6 {
		r := figures()
		r.Rate.Received, r.Rate.Sent, r.Client.CPUNSPerMsg, r.Latency.Response.P99 = float64(100+i), float64(200+i), float64(300+i), float64(400+i)
		runs = append(runs, *r)
	}
	s := Summarize(runs, 405)
	if s.Runs != 6 || s.Rate.Median != 102.5 || s.ResponseP99.Median != 402.5 || s.CPUPerMsg.Median != 302.5 || s.GeneratorCeiling != 405 || s.CeilingUsed != 0.5 {
		t.Errorf("%+v", s)
	}
	if c := s.Rate; c.CI95 == nil || c.CI95[0] < 100 || c.CI95[1] > 105 || c.CI95[0] >= c.CI95[1] || c.CV < 0.018 || c.CV > 0.019 || c.MDE <= 0 {
		t.Errorf("%+v", c)
	}
	if s = Summarize(runs[:1], 0); s.Rate.CI95 != nil || s.CeilingUsed != 0 || s.Rate.MDE != 0 || s.Rate.Median != 100 {
		t.Errorf("one run: %+v", s)
	}
	if s = Summarize(runs[:2], 0); s.Rate.CI95 == nil || s.Rate.MDE != 0 {
		t.Errorf("two runs: %+v", s)
	}
	if s = Summarize([]Run{{}}, 7); s.Rate.Median != 0 || s.CeilingUsed != 0 {
		t.Errorf("a run without figures: %+v", s)
	}
}

// TestSLOText gives back what was written, whatever the blanks.
func TestSLOText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(MetricNames()).Draw(t, "metric")
		op := rapid.SampledFrom(operators).Draw(t, "operator")
		m, _ := MetricByName(name)
		value := rapid.SampledFrom([]string{"0", "17", "2k"}).Draw(t, "value")
		if m.Unit == "us" {
			value = rapid.SampledFrom([]string{"0s", "17ms", "2us"}).Draw(t, "time")
		}
		o, err := ParseSLO(name + op + value)
		if err != nil || o[0].String() != name+op+value || o[0].Metric.Name != name || o[0].Op != op {
			t.Fatalf("%s%s%s: %+v, %v", name, op, value, o, err)
		}
		blank, err := ParseSLO(strings.Join([]string{"", name, op, value, ""}, " "))
		if err != nil || blank[0].Limit != o[0].Limit || blank[0].Op != op {
			t.Fatalf("with blanks: %+v, %v", blank, err)
		}
	})
}
