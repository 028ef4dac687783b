// Package simfleet answers system requests as a fleet of many servers that do not exist, for tests and benchmarks only.
//
// It owns the invention of a fleet from a seed (clusters, accounts, streams, connections), the answers of its servers in
// the wire types of nats-server, and the faults that tests give them. One embedded nats-server carries the messages and
// answers nothing itself. It must not know the code that asks; nothing but tests imports it.
package simfleet
