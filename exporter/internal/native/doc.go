// Package native has the nats_* metrics: base units, counters that end with
// _total, no series for what a server does not report.
package native
