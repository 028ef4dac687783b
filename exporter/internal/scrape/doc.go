// Package scrape sees a snapshot of a fleet as a scrape shows it: which
// accounts, streams and consumers have series of their own, and which are
// summed.
//
// It must not know metrics or formats. A [View] is immutable once built.
package scrape
