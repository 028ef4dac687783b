// Package fleet is the model of everything known about a NATS fleet: which
// servers answered, which are missing and why, and what each server reported.
//
// It owns [Snapshot] and what is derived from snapshots alone: rates ([Delta]),
// topology, rows, events. It is pure: it holds no connection, reads no clock,
// and must not depend on how a fleet is queried (internal/sys) or how it is
// shown (internal/view). Package fleet/checks finds problems, and
// fleet/recording stores snapshots in files.
//
// The data inside a snapshot are nats-server's own wire types, unchanged, so
// that the JSON of a snapshot contains the servers' documented JSON.
package fleet
