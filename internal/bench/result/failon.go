package result

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/natsctl/natsctl/internal/bench/scenario"
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
			out = append(out, fmt.Sprintf("%s: %+.1f%%", t.text, rel*100))
		}
	}
	return out
}
