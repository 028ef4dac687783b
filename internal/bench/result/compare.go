package result

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/natsctl/natsctl/internal/bench/stats"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// CompareSchema is the name of the form in which comparisons are written.
const CompareSchema = "natsctl.bench.compare/v1"

// ErrInconclusive is returned when a comparison can neither confirm nor refute a limit.
var ErrInconclusive = errors.New("inconclusive")

// ErrDifferent is returned by [Compare] for results of different scenarios.
var ErrDifferent = errors.New("results of different scenarios")

// Comparison is what changed from one result to another.
type Comparison struct {
	Schema   string   `json:"schema"`
	Base     Side     `json:"base"`
	New      Side     `json:"new"`
	Changes  []Change `json:"changes"`
	Warnings []string `json:"warnings,omitempty"`
	FailOn   string   `json:"fail_on,omitempty"`
	Failed   []string `json:"failed,omitempty"`
	// Inconclusive lists the limits of FailOn that the runs can neither confirm nor refute.
	Inconclusive []string `json:"inconclusive,omitempty"`
}

// Side names one of the results.
type Side struct {
	ID       string `json:"id"`
	SpecHash string `json:"spec_hash"`
	Scenario string `json:"scenario"`
	Runs     int    `json:"runs"`
}

// The verdicts of a [Change].
const (
	Better  = "better"
	Worse   = "worse"
	Same    = "no change found"
	Unclear = "inconclusive" // the interval excludes 1, but not beyond chance with so many metrics
	TooFew  = "too few runs"
	Missing = "no figure"
)

// Change is the change of a metric. The test is the exact permutation test of
// Mann and Whitney over the runs, corrected by Holm for the number of metrics;
// the ratio new/base is the estimate of Hodges and Lehmann.
type Change struct {
	Metric  string      `json:"metric"`
	Unit    string      `json:"unit"`
	Base    float64     `json:"base"` // median of the runs
	New     float64     `json:"new"`
	Ratio   float64     `json:"ratio"`
	CI95    *[2]float64 `json:"ci95,omitempty"` // of the ratio
	P       float64     `json:"p"`
	Holm    float64     `json:"holm"`
	MDE     float64     `json:"mde,omitempty"` // smallest relative change that could have been seen
	Verdict string      `json:"verdict"`

	noise float64 // standard deviation of the runs, relative
	runs  int     // on the side that has fewer
}

// headline returns the metrics that every comparison tests. A given rate cannot
// change, and a closed loop has no response time.
func headline(s scenario.Spec) []string {
	if s.Load.Mode == scenario.Open {
		return []string{"p50", metricP99, metricCPU}
	}
	return []string{metricRate, "p50", metricCPU}
}

// Compare tests what changed. Results of different scenarios are rejected with
// [ErrDifferent] unless force is set; different environments give warnings.
func Compare(base, next *Result, fail FailOn, force bool) (*Comparison, error) {
	if base.SpecHash != next.SpecHash && !force {
		return nil, fmt.Errorf("%w: %s; %s", ErrDifferent, base.Spec, next.Spec)
	}
	c := &Comparison{Schema: CompareSchema, Base: side(base), New: side(next), Warnings: surroundings(base, next), FailOn: fail.String()}
	names := headline(base.Spec)
	for _, f := range fail {
		if !slices.Contains(names, f.Metric.Name) {
			names = append(names, f.Metric.Name)
		}
	}
	var ps []float64
	for _, name := range names {
		m, _ := MetricByName(name)
		ch := change(m, sample(base.Runs, name), sample(next.Runs, name), len(names))
		c.Changes = append(c.Changes, ch)
		ps = append(ps, ch.P)
	}
	for i, p := range stats.Holm(ps) {
		c.Changes[i].Holm = p
		c.Changes[i].judge()
	}
	c.Failed, c.Inconclusive = fail.judge(c.Changes)
	return c, nil
}

func side(r *Result) Side {
	return Side{ID: r.ID, SpecHash: r.SpecHash, Scenario: r.Spec.String(), Runs: len(r.Runs)}
}

// change tests one of several metrics.
func change(m Metric, base, next []float64, tests int) Change {
	c := Change{Metric: m.Name, Unit: m.Unit, P: 1}
	switch {
	case len(base) == 0 || len(next) == 0:
		c.Verdict = Missing
		return c
	case !stats.Enough(len(base), len(next), tests, alpha):
		c.Verdict = TooFew
	}
	c.Base, c.New = stats.Median(base), stats.Median(next)
	if ratio := stats.HodgesLehmann(base, next); !math.IsNaN(ratio) {
		c.Ratio = ratio
		if lo, hi, ok := stats.RatioInterval(base, next, 0.95); ok {
			c.CI95 = &[2]float64{lo, hi}
		}
	}
	c.P = stats.MannWhitney(base, next)
	c.MDE = stats.MDE(base, min(len(base), len(next)), tests, alpha)
	c.noise, c.runs = max(stats.LogSD(base), stats.LogSD(next)), min(len(base), len(next))
	return c
}

// judge returns the direction of a significant change.
func (c *Change) judge() {
	if c.Verdict != "" {
		return
	}
	m, _ := MetricByName(c.Metric)
	switch {
	case c.Holm >= alpha && c.CI95 != nil && (c.CI95[0] > 1 || c.CI95[1] < 1):
		c.Verdict = Unclear
	case c.Holm >= alpha:
		c.Verdict = Same
	case (c.New > c.Base) == m.Higher:
		c.Verdict = Better
	default:
		c.Verdict = Worse
	}
}
