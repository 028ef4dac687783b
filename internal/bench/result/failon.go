package result

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/bench/stats"
)

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
			return nil, fmt.Errorf("%w limit %q (examples: p99>+10%%, rate<-5%%)", scenario.ErrUnit, part)
		}
		m, ok := MetricByName(strings.TrimSpace(part[:i]))
		v, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(part[i+1:]), "%"), 64)
		if !ok || err != nil || math.IsNaN(v) {
			return nil, fmt.Errorf("%w limit %q (examples: p99>+10%%, rate<-5%%; metrics: %s)", scenario.ErrUnit, part, strings.Join(MetricNames(), ", "))
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

// judge divides the limits that do not hold into those that a significant change
// exceeds, and those that the runs can neither confirm nor refute. A limit holds if
// the whole interval of the change is within it.
func (f FailOn) judge(cs []Change) (failed, unclear []string) {
	for _, t := range f {
		c := cs[slices.IndexFunc(cs, func(c Change) bool { return c.Metric == t.Metric.Name })]
		rel := c.relative()
		changed := c.Verdict == Better || c.Verdict == Worse
		switch {
		case c.Verdict == Missing:
			failed = append(failed, t.text+": "+c.Verdict)
		case changed && t.passed(rel):
			failed = append(failed, fmt.Sprintf("%s: %+.1f%%", t.text, rel*100))
		case !t.holds(c):
			unclear = append(unclear, t.text+": "+t.unclear(c))
		}
	}
	return failed, unclear
}

// relative returns the relative change; infinite from or to zero.
func (c Change) relative() float64 {
	if c.Ratio == 0 && c.Base != c.New {
		return math.Copysign(math.Inf(1), c.New-c.Base)
	}
	if c.Ratio == 0 {
		return 0
	}
	return c.Ratio - 1
}

// passed reports whether a change is beyond the limit.
func (t Tolerance) passed(rel float64) bool {
	return t.Above && rel > t.Limit || !t.Above && rel < t.Limit
}

// holds reports whether the runs show that the limit is kept.
func (t Tolerance) holds(c Change) bool {
	switch {
	case c.Verdict == TooFew:
		return false
	case c.CI95 == nil: // no ratio to zero: only equal figures keep a limit
		return c.Base == c.New || (c.Verdict == Better || c.Verdict == Worse) && !t.passed(c.relative())
	case t.Above:
		return c.CI95[1] <= 1+t.Limit
	}
	return c.CI95[0] >= 1+t.Limit
}

// mostRuns is the largest number of runs to suggest.
const mostRuns = 1000

// unclear describes what is known, and how many runs would suffice.
func (t Tolerance) unclear(c Change) string {
	text := c.Verdict
	if c.CI95 != nil && c.Verdict != TooFew {
		text = fmt.Sprintf("between %+.1f%% and %+.1f%%", (c.CI95[0]-1)*100, (c.CI95[1]-1)*100)
	}
	away := 1 + t.Limit // how far the interval has to reach
	if c.Verdict != TooFew && c.Ratio > 0 {
		away /= c.Ratio
	}
	if n := stats.RunsFor(c.noise, away-1); c.noise > 0 && n > c.runs && n <= mostRuns {
		text += fmt.Sprintf(", about %d runs would do", n)
	}
	return text
}
