// Package compat has the rows of the metrics of nats-surveyor and of
// prometheus-nats-exporter, for dashboards that already exist: their names,
// labels, types and units.
package compat
