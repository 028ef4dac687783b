package checks

import (
	"cmp"
	"fmt"

	"github.com/natsctl/natsctl/internal/fleet"
)

// linkChecks examine routes, gateways and leaf nodes.
var linkChecks = []*Check{
	{
		Name: "routes", About: "Every two servers of a cluster have a whole route.",
		Why:   "Clients on two servers without a route cannot reach each other, because messages take one hop in a cluster.",
		Next:  "See `natsctl server report routes`; check the network between the two and their cluster { routes }.",
		Needs: []fleet.Kind{fleet.Routez}, find: func(c *checkup) { findEdges(c, fleet.Route) },
	},
	{
		Name: "gateways", About: "Every server has an outbound gateway to every other cluster.",
		Why:   "Its clients cannot reach the other cluster: their messages are lost without an error.",
		Next:  "See `natsctl server report gateways`; check the network and gateway { gateways } of the server.",
		Needs: []fleet.Kind{fleet.Gatewayz}, find: findGateways,
	},
	{
		Name: "leafs", About: "Hub and spoke of every leafnode agree on their connections.",
		Why:   "A half-open leafnode loses messages until one end notices.",
		Next:  "See `natsctl server report leafnodes`; kick the connection on the hub and it comes back.",
		Needs: []fleet.Kind{fleet.Leafz, fleet.Varz}, find: func(c *checkup) { findEdges(c, fleet.Leaf) },
	},
}

func findEdges(c *checkup, kind fleet.EdgeKind) {
	many := manyGateways(c.Topology, kind)
	defer many.report(c)
	for _, e := range c.Topology.Edges {
		if e.Kind != kind {
			continue
		}
		c.countObject()
		if e.Level == fleet.OK || kind != fleet.Gateway && announced(c, e) || many.add(e) {
			continue
		}
		f := Finding{
			Level: e.Level, Object: e.FromName + " - " + e.ToName, Where: where(c.Topology, e),
			What:  fmt.Sprintf("the %s between %s and %s %s: %s", edgeWord[kind], e.FromName, e.ToName, stateWord[e.State], e.Why),
			About: onEdge(c.Topology, e),
		}
		w := linkWords[e.State]
		f.Why, f.Next = w.why, w.next
		if e.Level == fleet.Crit {
			c.lookTwice(e, &f)
		}
		c.add(f)
	}
}

// lookTwice compares a broken link with the previous snapshot. A link may just
// be reconnecting, or a server starting: if more snapshots follow, it is a
// warning until one of them finds it broken again. A single check reports what
// it found.
func (c *checkup) lookTwice(e *fleet.Edge, f *Finding) {
	if c.past == nil {
		f.What += "; seen in one look"
	} else {
		ago := fleet.Lasting(c.Snapshot.Time.Sub(c.Before.Time).Seconds())
		switch was := c.past()[e.Key()]; {
		case was == nil, was.State == fleet.StateUnknown:
			f.What += "; nobody could say " + ago + " before"
		case was.Connected():
			f.What += "; it was whole " + ago + " before"
		case c.Live:
			return
		default:
			f.What += "; it was no better " + ago + " before"
			return
		}
	}
	f.Next = "Look again in a few seconds, for it may be coming back. " + cmp.Or(f.Next, c.check.Next)
	if c.Live {
		f.Level = fleet.Warn
	}
}

// SlowLinkWhy and SlowLinkNext say why a slow link matters and what to do next.
const (
	SlowLinkWhy  = "What crosses it arrives late; nothing is lost as long as its buffers do not fill."
	SlowLinkNext = "Measure the network between the two hosts, and look at the CPU of both servers."
)

// words say why a finding matters and what to do next.
type words struct{ why, next string }

// linkWords are for a link that exists but has a problem. A missing link has
// the words of its check.
var linkWords = map[fleet.State]words{
	fleet.StateSlow: {
		SlowLinkWhy, SlowLinkNext,
	},
	fleet.StateShort: {
		"It works, with less throughput than the other routes of the cluster.",
		"Look again in a minute, because a lost connection is reopened; then read the logs of both servers.",
	},
	fleet.StateUnknown: {
		"A server did not report its links, so it is unknown whether it works.",
		"Ask again with a longer --timeout, then ask that server alone.",
	},
	fleet.StateOneWay: {
		"One end sends into a connection that the other end does not have: what it sends is lost until a ping times out.",
		"Wait for the ping timeout, two minutes unless configured otherwise; if it stays, reload or restart the end that still lists it.",
	},
	fleet.StateGhost: {
		"Clients on the two sides cannot reach each other as long as the other end does not answer.",
		"Fix the server that does not answer first: `natsctl check servers` says what is known of it.",
	},
}

var edgeWord = map[fleet.EdgeKind]string{fleet.Route: "route", fleet.Gateway: "gateway", fleet.Leaf: "leafnode connection"}

// stateWord describes the states.
var stateWord = map[fleet.State]string{
	fleet.StateSlow: "is slow", fleet.StateShort: "has too few connections", fleet.StateUnknown: "is not known", fleet.StateOneWay: "works one way only",
	fleet.StateGhost: "leads nowhere", fleet.StateMissing: "is missing",
}

// announced reports whether an end of the edge is a server that is known to be
// missing: that is one finding, not one for each of its links. A link that is
// gone while other servers still have theirs may be the cause, so it is
// reported, as is a gateway to such a server, which cuts off a cluster.
func announced(c *checkup, e *fleet.Edge) bool {
	for _, m := range c.Snapshot.Missing {
		for _, key := range []string{e.From, e.To} {
			n := c.Topology.Node(key)
			if n == nil || !n.Ghost || n.ID != m.ID || n.Name != m.Label() || n.Cluster != m.Cluster {
				continue
			}
			return e.State != fleet.StateMissing || len(m.SeenBy) == 0
		}
	}
	return false
}

func where(t *fleet.Topology, e *fleet.Edge) string {
	if n := t.Node(e.From); n != nil {
		return n.Cluster
	}
	return ""
}
