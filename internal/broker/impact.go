package broker

import (
	"context"
	"fmt"
	"slices"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// Change is what an order changes in an existing cluster.
type Change struct {
	Name    string   // of the cluster
	Lines   []string // the differences, see [spec.Diff]
	Restart bool     // all servers of the running cluster stop and start
	Harm    []string // what stops, is removed, weakened or lost, one sentence each; a change without harm needs no confirmation
}

// impact returns the change from one plan to another. A running cluster is asked for its streams in memory; streams that cannot be
// listed may be lost.
func impact(ctx context.Context, old, next plan.Plan, lines []string, alive bool) Change {
	c := Change{Name: old.Spec.Name, Lines: lines, Restart: alive && old.RestartsAll(next)}
	if c.Restart {
		c.Harm = append(c.Harm, fmt.Sprintf("all %s will be restarted", count(len(old.Nodes), "server")))
	}
	for _, n := range old.Without(next).Nodes {
		c.Harm = append(c.Harm, fmt.Sprintf("node %s is removed with its data", n.Name))
	}
	c.Harm = append(c.Harm, weaker(old.Spec, next.Spec)...)
	if !alive || old.Spec.NoJetStream {
		return c
	}
	streams, err := client.Fleet{Plan: old}.Streams(ctx)
	if err != nil {
		if c.Restart || len(old.Without(next).Nodes) > 0 || len(restarting(old, next)) > 0 {
			c.Harm = append(c.Harm, fmt.Sprintf("streams in memory may be lost: they could not be listed (%v)", err))
		}
		return c
	}
	for _, s := range streams {
		if s.Memory && losesMemory(old, next, s, c.Restart) {
			c.Harm = append(c.Harm, lostStream(old, s))
		}
	}
	return c
}

// lostStream is the sentence about a stream in memory that is lost.
func lostStream(p plan.Plan, s client.Stream) string {
	return fmt.Sprintf("stream %s of account %s is lost: it is in memory only (%s)", s.Name, accountOf(p, s.Account), count(int(s.Messages), "message")) //nolint:gosec // cannot overflow: the messages are in memory
}

// within reports whether all names are in a set.
func within(names, set []string) bool {
	return !slices.ContainsFunc(names, func(n string) bool { return !slices.Contains(set, n) })
}

// weaker lists where another specification protects less: TLS, certificate authorities, and authentication, where any change of
// mode changes the credentials of all clients.
func weaker(a, b spec.Spec) []string {
	var out []string
	strength := []spec.TLSMode{"", spec.TLSNone, spec.TLSServer, spec.TLSMutual}
	if was, is := a.TLS.Mode, b.TLS.Mode; slices.Index(strength, is) < slices.Index(strength, was) && a.TLS.Enabled() {
		out = append(out, fmt.Sprintf("TLS becomes weaker: %s instead of %s", orNone(string(is)), was))
	}
	if a.TLS.CA == spec.CAPerCluster && b.TLS.Enabled() && b.TLS.CA != spec.CAPerCluster {
		out = append(out, "routes trust one certificate authority for all clusters, instead of their own")
	}
	if a.Auth != b.Auth {
		out = append(out, fmt.Sprintf("authentication changes from %s to %s: present credentials no longer work", a.Auth, b.Auth))
	}
	if !a.NoJetStream && b.NoJetStream {
		out = append(out, "JetStream will be disabled: streams stay on disk but cannot be used")
	}
	return out
}

func orNone(mode string) string {
	if mode == "" {
		return string(spec.TLSNone)
	}
	return mode
}

// losesMemory reports whether a change loses a stream in memory: all its servers stop, or the remaining ones restart one at a time and
// hold a single copy, or its account is removed.
func losesMemory(old, next plan.Plan, s client.Stream, restart bool) bool {
	if restart || !hasAccount(next, s.Account) {
		return true
	}
	stay := slices.DeleteFunc(slices.Clone(s.Nodes), func(n string) bool { return next.Node(n).Name == "" })
	return len(stay) == 0 || len(stay) == 1 && slices.Contains(restarting(old, next), stay[0])
}

// restarting returns the nodes that a change of a running cluster restarts one at a time, because no server can reload it.
func restarting(old, next plan.Plan) []string {
	var out []string
	for _, n := range old.Nodes {
		if next.Node(n.Name).Name != "" && plan.NeedsRestart(old, next, n.Name) {
			out = append(out, n.Name)
		}
	}
	return out
}
