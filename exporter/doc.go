// Package exporter serves the metrics of a whole NATS fleet to Prometheus,
// from one connection to the system account.
//
// It owns the table of metrics ([Metrics]): the native set nats_*, and the
// names of nats-surveyor and of prometheus-nats-exporter for dashboards that
// already exist. Around the table it owns the scrape (how fresh, how long, how
// much), the HTTP handler, the alert rules and the dashboards.
//
// It must not know the command line, saved contexts or terminals. It does not
// keep a value from one scrape to the next: what did not answer is absent and
// named, never repeated.
//
// Use it in a program of your own with [New]:
//
//	exp, err := exporter.New(nc)
//	http.Handle("/metrics", exp.Handler())
package exporter
