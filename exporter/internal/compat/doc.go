// Package compat has the metrics of nats-surveyor and prometheus-nats-exporter,
// for existing dashboards: their names, labels, types and units.
package compat
