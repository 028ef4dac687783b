// Package metric describes the metrics of the exporter.
package metric

import "strings"

// Type says how a metric's value behaves.
type Type uint8

// The types. Histograms are not in the table: they are kept by client_golang.
const (
	Gauge   Type = iota // goes up and down
	Counter             // only grows, and starts again at 0 with its server
)

// String returns the word that stands in the exposition's TYPE line.
func (t Type) String() string {
	if t == Counter {
		return "counter"
	}
	return "gauge"
}

// Set says whose names a metric has.
type Set string

// The sets.
const (
	Native       Set = "nats"     // ours: base units, stable, checked by promlint
	Surveyor     Set = "surveyor" // nats-surveyor's names and labels
	NatsExporter Set = "exporter" // prometheus-nats-exporter's names and labels
)

// Metric describes one family of the exposition. It is the row of docs/metrics.md.
type Metric struct {
	Name      string   // as exposed, with the default prefix
	Help      string   // one sentence
	Type      Type     // how the value behaves
	Labels    []string // every series of the family has exactly these
	Set       Set      // whose name it is
	Collector string   // which entry of collect[] it belongs to
}

// Unit returns the base unit that the name ends with, or "" for a plain number.
func (m Metric) Unit() string {
	name := strings.TrimSuffix(m.Name, "_total")
	for _, unit := range [...]string{"seconds", "bytes", "ratio"} {
		if strings.HasSuffix(name, "_"+unit) {
			return unit
		}
	}
	return ""
}
