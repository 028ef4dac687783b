package result

// Metric is a figure of a run that can be compared and judged. Its name is the
// one that objectives and comparisons use.
type Metric struct {
	Name   string
	Unit   string
	Higher bool // whether more is better
	// Value gives the figure; ok is false if the run has none.
	Value func(r *Run) (v float64, ok bool)
}

// The metrics that this package names itself.
const (
	metricRate = "rate"
	metricSent = "sent"
	metricP99  = "p99"
	metricCPU  = "cpu"
)

// metrics is the table of all metrics.
var metrics = []Metric{
	{metricRate, "msgs/s", true, func(r *Run) (float64, bool) { return r.Rate.Received, r.Rate.Received > 0 }},
	{metricSent, "msgs/s", true, func(r *Run) (float64, bool) { return r.Rate.Sent, r.Rate.Sent > 0 }},
	{"p50", "us", false, latencyMetric(func(d *Distribution) float64 { return d.P50 })},
	{"p90", "us", false, latencyMetric(func(d *Distribution) float64 { return d.P90 })},
	{metricP99, "us", false, latencyMetric(func(d *Distribution) float64 { return d.P99 })},
	{"p99.9", "us", false, latencyMetric(func(d *Distribution) float64 { return d.P999 })},
	{"p99.99", "us", false, latencyMetric(func(d *Distribution) float64 { return d.P9999 })},
	{"max", "us", false, latencyMetric(func(d *Distribution) float64 { return d.Max })},
	{"mean", "us", false, latencyMetric(func(d *Distribution) float64 { return d.Mean })},
	{metricCPU, "ns/msg", false, func(r *Run) (float64, bool) { return r.Client.CPUNSPerMsg, r.Client.CPUNSPerMsg > 0 }},
	{"lost", "msgs", false, func(r *Run) (float64, bool) { return float64(r.Lost), r.Unknown == 0 }},
	{"dup", "msgs", false, func(r *Run) (float64, bool) { return float64(r.Dup), true }},
	{"errors", "msgs", false, func(r *Run) (float64, bool) { return float64(r.Errors), true }},
	{"gap", "us", false, func(r *Run) (float64, bool) { return r.Gap.US, true }},
}

// latencyMetric takes the response time, or in a closed loop the service time.
// A saturated run has none.
func latencyMetric(of func(*Distribution) float64) func(*Run) (float64, bool) {
	return func(r *Run) (float64, bool) {
		d := r.Latency.Response
		if d == nil {
			d = r.Latency.Service
		}
		if d == nil || r.Saturated != nil {
			return 0, false
		}
		return of(d), true
	}
}

// MetricByName finds a metric of the table.
func MetricByName(name string) (Metric, bool) {
	for _, m := range metrics {
		if m.Name == name {
			return m, true
		}
	}
	return Metric{}, false
}

// MetricNames lists the metrics for messages and completion.
func MetricNames() []string {
	var out []string
	for _, m := range metrics {
		out = append(out, m.Name)
	}
	return out
}

// sample is a metric of every run that has it.
func sample(runs []Run, name string) []float64 {
	m, _ := MetricByName(name)
	var out []float64
	for i := range runs {
		if v, ok := m.Value(&runs[i]); ok {
			out = append(out, v)
		}
	}
	return out
}

// alpha is the significance level of a comparison.
const alpha = 0.01

// headlines is how many metrics a comparison tests at least.
const headlines = 3
