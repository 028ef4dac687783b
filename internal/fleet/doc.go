// Package fleet is the model of everything known about a NATS fleet: who
// answered, who should have, why not, and what each server said.
//
// It owns [Snapshot] and what is derived from snapshots alone: rates
// ([Delta]), topology, rows, events. It is pure: it holds no connection, reads
// no clock, and must not know how a fleet is asked (that is internal/sys) nor
// how it is shown (that is internal/view). What is wrong with a fleet is found
// by fleet/checks, and fleet/recording keeps snapshots in files.
//
// The data inside a snapshot are nats-server's own wire types, unchanged, so
// that the JSON of a snapshot is the servers' documented JSON plus ours
// around it.
package fleet
