// Package sys queries a fleet of NATS servers over the system account and turns
// the answers into a [fleet.Snapshot] that is complete or names the missing
// servers.
//
// It owns the client, raw requests, the table of events, and the actions (reload,
// kick, lame duck notice, profile); the packages below it own the table of
// requests, the fan-out, a user's own account, and drains. It must not know how a
// snapshot is shown, or where the connection came from.
//
// Protocol facts are those of nats-server's events.go and monitor.go, versions
// 2.9 to 2.15.
package sys
