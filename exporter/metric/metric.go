// Package metric describes the metrics of the exporter.
package metric

import "strings"

// Type is how a metric's value behaves.
type Type uint8

// The types. Histograms are not in the table: client_golang keeps them.
const (
	Gauge   Type = iota // goes up and down
	Counter             // only increases, and restarts at 0 with its server
)

// String returns the word used in the TYPE line of the exposition.
func (t Type) String() string {
	if t == Counter {
		return "counter"
	}
	return "gauge"
}

// Set is the origin of a metric's name.
type Set string

// The sets.
const (
	Native       Set = "nats"     // natsctl's: base units, stable, checked by promlint
	Surveyor     Set = "surveyor" // nats-surveyor's names and labels
	NatsExporter Set = "exporter" // prometheus-nats-exporter's names and labels
)

// Metric describes one metric family. It is one row of docs/metrics.md.
type Metric struct {
	Name      string   // as exposed, with the default prefix
	Help      string   // one sentence
	Type      Type     // how the value behaves
	Labels    []string // the labels of every series of the family
	Set       Set      // the origin of the name
	Collector string   // the entry of collect[] that enables it
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
