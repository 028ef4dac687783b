// Package broker runs local NATS clusters: real nats-servers on the loopback interface, from one server up to a
// super-cluster with leaf nodes, each with its own store, a system account and random passwords.
//
// It owns the plan of a cluster (names, ports, configuration text, accounts, secrets), the servers that are made from the
// plan, the proof that they are ready, and the undoing of everything when a step fails. It must not know the command line,
// saved contexts, the terminal, or how a fleet is shown; it imports none of the other packages of this module.
package broker
