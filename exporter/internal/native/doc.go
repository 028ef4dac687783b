// Package native has the rows of the metrics nats_*: base units, counters that
// end with _total, nothing for what a server does not report.
package native
