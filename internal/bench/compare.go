package bench

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/natsctl/natsctl/internal/bench/stats"
)

// CompareSchema is the name of the form in which comparisons are written.
const CompareSchema = "natsctl.bench.compare/v1"

// Comparison is what changed from one result to another.
type Comparison struct {
	Schema   string   `json:"schema"`
	Base     Side     `json:"base"`
	New      Side     `json:"new"`
	Changes  []Change `json:"changes"`
	Warnings []string `json:"warnings,omitempty"`
	FailOn   string   `json:"fail_on,omitempty"`
	Failed   []string `json:"failed,omitempty"`
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
	TooFew  = "too few runs"
	Missing = "no figure"
)

// Change is what became of a metric. The test is the exact permutation test of
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
}

// alpha is the chance of a false alarm that a comparison takes.
const alpha = 0.01

// headline are the metrics that every comparison tests. A rate that is given
// cannot change, and a closed loop claims no response time.
func headline(s Spec) []string {
	if s.Load.Mode == Open {
		return []string{"p50", metricP99, metricCPU}
	}
	return []string{metricRate, "p50", metricCPU}
}

// Compare tests what changed. Results of different scenarios are refused with
// [ErrDifferent] unless force is set; different surroundings give warnings.
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
	c.Failed = fail.failed(c.Changes)
	return c, nil
}

func side(r *Result) Side {
	return Side{ID: r.ID, SpecHash: r.SpecHash, Scenario: r.Spec.String(), Runs: len(r.Runs)}
}

// change tests one of so many metrics.
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
		lo, hi := stats.BootstrapRatio(base, next)
		c.CI95 = &[2]float64{lo, hi}
	}
	c.P = stats.MannWhitney(base, next)
	c.MDE = stats.MDE(base, min(len(base), len(next)))
	return c
}

// judge names the direction of a change that is beyond chance.
func (c *Change) judge() {
	if c.Verdict != "" {
		return
	}
	m, _ := MetricByName(c.Metric)
	switch {
	case c.Holm >= alpha:
		c.Verdict = Same
	case (c.New > c.Base) == m.Higher:
		c.Verdict = Better
	default:
		c.Verdict = Worse
	}
}

// surroundings lists what was different besides the program under test.
func surroundings(a, b *Result) []string {
	var out []string
	differ := func(what, x, y string) {
		if x != y {
			out = append(out, fmt.Sprintf("%s: %s, then %s", what, x, y))
		}
	}
	ca, cb := a.Env.Client, b.Env.Client
	differ("host of the client", ca.Host, cb.Host)
	differ("processor of the client", ca.CPU, cb.CPU)
	differ("cores of the client", strconv.Itoa(ca.Cores), strconv.Itoa(cb.Cores))
	differ("Go of the client", ca.Go, cb.Go)
	differ("nats.go", ca.NatsGo, cb.NatsGo)
	differ("GOGC", strconv.Itoa(ca.GOGC), strconv.Itoa(cb.GOGC))
	differ("driver", ca.Driver, cb.Driver)
	differ("servers", serverVersions(a), serverVersions(b))
	for _, name := range reconfigured(a, b) {
		out = append(out, fmt.Sprintf("server %s: has another configuration", name))
	}
	for i, r := range []*Result{a, b} {
		if !r.Valid() {
			out = append(out, fmt.Sprintf("the %s result has runs that are not valid", [2]string{"base", "new"}[i]))
		}
	}
	return out
}

func serverVersions(r *Result) string {
	var out []string
	for _, s := range r.Env.Servers {
		if v := s.Version; !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// reconfigured names the servers of both results whose configuration changed;
// the digests are only known with a system context.
func reconfigured(a, b *Result) (out []string) {
	for _, x := range a.Env.Servers {
		for _, y := range b.Env.Servers {
			if x.Name == y.Name && x.ConfigDigest != "" && y.ConfigDigest != "" && x.ConfigDigest != y.ConfigDigest {
				out = append(out, x.Name)
			}
		}
	}
	return out
}

// FailOn lists how much worse a metric may become.
type FailOn []Tolerance

// Tolerance is a limit for the relative change of a metric: for p99>+10% the
// limit is 0.1.
type Tolerance struct {
	Metric Metric
	Above  bool // fails above the limit, else below
	Limit  float64
	text   string
}

// ParseFailOn reads limits such as "p99>+10%,rate<-5%".
func ParseFailOn(s string) (FailOn, error) {
	var out FailOn
	if s == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(s, ",") {
		i := strings.IndexAny(part, "<>")
		if i < 0 {
			return nil, fmt.Errorf("%w limit %q: want METRIC>+PERCENT%% or METRIC<-PERCENT%%, such as p99>+10%%", ErrUnit, part)
		}
		m, ok := MetricByName(strings.TrimSpace(part[:i]))
		v, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(part[i+1:]), "%"), 64)
		if !ok || err != nil || math.IsNaN(v) {
			return nil, fmt.Errorf("%w limit %q: want METRIC>+PERCENT%% with one of %s", ErrUnit, part, strings.Join(MetricNames(), ", "))
		}
		out = append(out, Tolerance{Metric: m, Above: part[i] == '>', Limit: v / 100, text: strings.TrimSpace(part)})
	}
	return out, nil
}

// String is the limits as they were written.
func (f FailOn) String() string {
	var out []string
	for _, t := range f {
		out = append(out, t.text)
	}
	return strings.Join(out, ",")
}

// failed lists the limits that were passed by a change that is beyond chance.
// A limit for which there is no figure or too few runs is one that cannot be
// kept either.
func (f FailOn) failed(cs []Change) []string {
	var out []string
	for _, t := range f {
		i := slices.IndexFunc(cs, func(c Change) bool { return c.Metric == t.Metric.Name })
		c := cs[i]
		rel := c.Ratio - 1
		if c.Ratio == 0 && c.Base != c.New { // from or to nothing
			rel = math.Copysign(math.Inf(1), c.New-c.Base)
		}
		switch {
		case c.Verdict == TooFew || c.Verdict == Missing:
			out = append(out, t.text+": "+c.Verdict)
		case c.Verdict != Same && (t.Above && rel > t.Limit || !t.Above && rel < t.Limit):
			out = append(out, fmt.Sprintf("%s: %+.1f %%", t.text, rel*100))
		}
	}
	return out
}
