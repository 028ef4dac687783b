// Package endpoint is the table of requests that a system user can make, how each is written, and how its answers are
// read: envelopes, pages, compression, and what is masked in them.
//
// A new request is one row of the table. The package has no connection; it must not know which servers are asked, or when.
//
// Protocol facts are those of nats-server's events.go and monitor.go, versions 2.9 to 2.15.
package endpoint
