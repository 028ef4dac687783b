package result

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// ErrSLO is returned when a service level objective was missed.
var ErrSLO = errors.New("objective missed")

// Objective is a service level objective: a run must meet all its conditions.
type Objective []Condition

// Condition is a limit for a metric.
type Condition struct {
	Metric Metric
	Op     string // < <= > >= =
	Limit  float64
	text   string
}

// operators are tried in this order: the longer ones first.
var operators = []string{"<=", ">=", "<", ">", "="}

// ParseSLO reads conditions such as "p99<10ms,lost=0,rate>50k".
func ParseSLO(s string) (Objective, error) {
	var o Objective
	for part := range strings.SplitSeq(s, ",") {
		c, err := parseCondition(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		o = append(o, c)
	}
	return o, nil
}

func parseCondition(s string) (Condition, error) {
	for _, op := range operators {
		name, value, ok := strings.Cut(s, op)
		if !ok {
			continue
		}
		m, known := MetricByName(strings.TrimSpace(name))
		if !known {
			return Condition{}, fmt.Errorf("%w objective %q: unknown metric %q (one of: %s)", scenario.ErrUnit, s, name, strings.Join(MetricNames(), ", "))
		}
		limit, err := m.parse(strings.TrimSpace(value))
		return Condition{Metric: m, Op: op, Limit: limit, text: s}, err
	}
	return Condition{}, fmt.Errorf("%w objective %q (examples: p99<10ms, lost=0)", scenario.ErrUnit, s)
}

// parse reads a value of the metric: times as durations, others as numbers.
func (m Metric) parse(s string) (float64, error) {
	if m.Unit != "us" {
		return scenario.ParseRate(s)
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%w duration %q (examples: 500us, 10ms, 2s)", scenario.ErrUnit, s)
	}
	return float64(d) / 1e3, nil
}

// Format writes a value of the metric with its unit.
func (m Metric) Format(v float64) string {
	switch m.Unit {
	case "us":
		return time.Duration(v * 1e3).Round(100 * time.Nanosecond).String()
	case "msgs/s":
		return scenario.FormatRate(v) + "/s"
	}
	return scenario.FormatRate(v) + " " + m.Unit
}

// String is the condition as it was written.
func (c Condition) String() string { return c.text }

// Missed lists the conditions that a run does not meet, with its values. A metric
// that the run does not have, such as a percentile of a saturated run, is missed.
func (o Objective) Missed(r *Run) []string {
	var out []string
	for _, c := range o {
		v, ok := c.Metric.Value(r)
		switch {
		case !ok:
			out = append(out, c.text+": no figure")
		case !c.holds(v):
			out = append(out, c.text+": "+c.Metric.Format(v))
		}
	}
	return out
}

func (c Condition) holds(v float64) bool {
	switch c.Op {
	case "<":
		return v < c.Limit
	case "<=":
		return v <= c.Limit
	case ">":
		return v > c.Limit
	case ">=":
		return v >= c.Limit
	}
	return v == c.Limit
}

// names reports whether the objective has a condition on a metric.
func (o Objective) names(metric string) bool {
	for _, c := range o {
		if c.Metric.Name == metric {
			return true
		}
	}
	return false
}

// failures lists why a run fails the objective: its conditions, loss unless the
// objective itself says how much is allowed, and whatever makes it invalid.
func (o Objective) failures(r *Run) []string {
	out := o.Missed(r)
	if r.Lost > 0 && !o.names("lost") {
		out = append(out, fmt.Sprintf("lost %d", r.Lost))
	}
	for _, reason := range r.Validity.Reasons {
		if reason.Fatal {
			out = append(out, reason.Code)
		}
	}
	return out
}

// Judge sets the verdict of a result: every run must meet the objective.
func (r *Result) Judge(o Objective) {
	var texts []string
	for _, c := range o {
		texts = append(texts, c.text)
	}
	v := &Verdict{SLO: strings.Join(texts, ","), Pass: len(r.Runs) > 0}
	for i := range r.Runs {
		if missed := o.Missed(&r.Runs[i]); len(missed) > 0 {
			v.Pass = false
			v.Missed = append(v.Missed, missed...)
		}
	}
	r.Verdict = v
}

// Step judges a run at a rate.
func (o Objective) Step(rate float64, r *Run) Step {
	s := Step{Rate: rate, Lost: r.Lost, Received: r.Rate.Received, Missed: o.failures(r)}
	s.Pass = len(s.Missed) == 0
	if d := r.Latency.Response; d != nil {
		s.P50US, s.P99US = d.P50, d.P99
	}
	return s
}
