// Package broker runs local NATS clusters: real nats-servers on the loopback interface, from one server up to a super-cluster with
// leaf nodes, each with its own store, a system account and random passwords.
//
// It runs the servers of a plan, inside this process ([Start]) or as processes under a supervisor ([Home]), and undoes everything
// when a step fails. Pure code and separate tools are in its subpackages: spec, plan, link, export, client, host.
// It must not know the command line, saved contexts, the terminal, or how a fleet is shown.
package broker
