// Package exporter serves the metrics of a whole NATS fleet to Prometheus,
// from one connection to the system account.
//
// It owns the table of metrics ([Metrics]): the native set nats_*, and the
// names of nats-surveyor and prometheus-nats-exporter for existing dashboards.
// It also owns the scrape (age, timeout and size limits), the HTTP handler, the
// alert rules and the dashboards.
//
// It must not know the command line, saved contexts or terminals. It does not
// keep values between scrapes: servers that did not answer are listed, and
// their values are absent, never repeated.
//
// Use it in your own program with [New]:
//
//	exp, err := exporter.New(nc)
//	http.Handle("/metrics", exp.Handler())
package exporter
