package result

import (
	"github.com/natsctl/natsctl/internal/bench/stats"
)

// Summary is over all runs of a result; a run is the unit, not a message.
type Summary struct {
	Runs             int     `json:"runs"`
	Rate             Spread  `json:"rate"`
	ResponseP99      Spread  `json:"response_p99_us"`
	CPUPerMsg        Spread  `json:"cpu_ns_per_msg"`
	GeneratorCeiling float64 `json:"generator_ceiling,omitempty"`
	CeilingUsed      float64 `json:"ceiling_used,omitempty"`
}

// Spread is the median of a figure over the runs, a 95 % confidence interval of
// it (two runs or more), the coefficient of variation, and the smallest relative
// change that a comparison with as many runs could detect (six or more).
type Spread struct {
	Median float64     `json:"median"`
	CI95   *[2]float64 `json:"ci95,omitempty"`
	CV     float64     `json:"cv"`
	MDE    float64     `json:"mde,omitempty"`
}

// Summarize summarizes runs; ceiling is the maximum rate of the generator, 0 if it is
// not known.
func Summarize(runs []Run, ceiling float64) Summary {
	s := Summary{
		Runs:             len(runs),
		Rate:             spread(sample(runs, metricRate)),
		ResponseP99:      spread(sample(runs, metricP99)),
		CPUPerMsg:        spread(sample(runs, metricCPU)),
		GeneratorCeiling: ceiling,
	}
	if ceiling > 0 && len(sample(runs, metricSent)) > 0 {
		s.CeilingUsed = stats.Median(sample(runs, metricSent)) / ceiling
	}
	return s
}

func spread(xs []float64) Spread {
	if len(xs) == 0 {
		return Spread{}
	}
	s := Spread{Median: stats.Median(xs), CV: stats.CV(xs), MDE: stats.MDE(xs, len(xs), headlines, alpha)}
	if len(xs) > 1 {
		lo, hi := stats.BootstrapMedian(xs)
		s.CI95 = &[2]float64{lo, hi}
	}
	return s
}
