// Package scrape selects the part of a snapshot that a scrape shows: which
// accounts, streams and consumers have their own series, and which are summed.
//
// It must not know metrics or formats. A [View] is immutable once built.
package scrape
