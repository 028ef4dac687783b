package exporter

import "github.com/natsctl/natsctl/exporter/metric"

// Metric describes one family of the exposition; see [metric.Metric].
type Metric = metric.Metric

// Set is the origin of a metric's name; see [metric.Set].
type Set = metric.Set

// Type is how a metric's value behaves; see [metric.Type].
type Type = metric.Type

// The sets and types of metrics.
const (
	Native       = metric.Native
	Surveyor     = metric.Surveyor
	NatsExporter = metric.NatsExporter

	Gauge   = metric.Gauge
	Counter = metric.Counter
)

// Metrics returns a copy of the whole table in the order of the exposition. It
// does not include the exporter's metrics about itself.
func Metrics() []metric.Metric {
	var out []metric.Metric
	for _, f := range append(families(nil), selfCounts.Families()...) {
		out = append(out, f.Metric)
	}
	return out
}
