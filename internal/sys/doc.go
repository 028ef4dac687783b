// Package sys asks a fleet of NATS servers over the system account and turns
// what they answer into a [fleet.Snapshot] that is complete or names who is
// missing.
//
// It owns the table of requests that a system user can make ([Endpoints]), the
// fan-out that ends with the last expected answer and not after a fixed wait,
// the naming of servers that stay silent, the table of events, and the actions
// (reload, kick, lame duck notice, profile). It must not know how a snapshot
// is shown, nor where the connection came from.
//
// Protocol facts are those of nats-server's events.go and monitor.go, versions
// 2.9 to 2.15.
package sys
