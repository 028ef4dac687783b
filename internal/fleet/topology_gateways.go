package fleet

import (
	"slices"

	"github.com/nats-io/nats-server/v2/server"
)

// addGateways adds, for every server that has gateways, one edge to each remote
// cluster that any server reports: each server keeps exactly one outbound
// connection to it. Having no inbound connection is normal.
func (b *builder) addGateways() {
	known, members := b.gatewayClusters()
	for _, name := range known {
		if len(b.cluster(name).Nodes) == 0 && b.snap.Want.Scope.IsZero() {
			b.cluster(name).Ghost = true
		}
	}
	for _, n := range slices.Clone(b.top.Nodes) {
		if n.Server == nil || !members[n.Cluster] || n.Server.Gatewayz != nil && n.Server.Gatewayz.Name == "" {
			continue
		}
		for _, remote := range known {
			if remote != n.Cluster {
				b.addGateway(n, remote)
			}
		}
	}
}

// gatewayClusters returns the names of all clusters that take part in gateways,
// sorted, and those of them that have servers here.
func (b *builder) gatewayClusters() (names []string, members map[string]bool) {
	members = map[string]bool{}
	seen := map[string]bool{}
	for _, n := range b.top.Nodes {
		if n.Server == nil {
			continue
		}
		if gz := n.Server.Gatewayz; gz != nil && gz.Name != "" {
			members[n.Cluster], seen[n.Cluster] = true, true
			for name := range gz.OutboundGateways {
				seen[name] = true
			}
			for name := range gz.InboundGateways {
				seen[name] = true
			}
		}
		if vz := n.Server.Varz; vz != nil && vz.Gateway.Name != "" && n.Server.Gatewayz != nil {
			for _, g := range vz.Gateway.Gateways {
				seen[g.Name] = true
			}
		}
	}
	for name := range seen {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, members
}

func (b *builder) addGateway(n *Node, remote string) {
	e := &Edge{Kind: Gateway, From: n.Key, FromName: n.Name, ToName: remote, ToCluster: remote}
	n.GatewaysNeed++
	gz := n.Server.Gatewayz
	if gz == nil {
		e.State, e.Why = StateUnknown, n.Name+" did not say"
		b.addEdge(e)
		return
	}
	e.A.Heard = true
	out := gz.OutboundGateways[remote]
	if out == nil || out.Connection == nil {
		e.State, e.Why = StateMissing, n.Name+" has no outbound connection to "+remote
		if b.clusters[remote].Ghost {
			e.Why += ", where no server answers"
		}
		b.addEdge(e)
		return
	}
	e.A = b.gatewayEnd(n, out)
	peer := b.ghost(out.Connection.Name, "", remote)
	e.To, e.ToName = peer.Key, peer.Name
	e.B = b.inboundEnd(peer, n)
	e.State, e.Why = gatewayState(n, peer, e.B)
	if e.State == StateOK || e.State == StateOutside {
		n.GatewaysHave++
	}
	b.addEdge(e)
}

func (b *builder) gatewayEnd(n *Node, g *server.RemoteGatewayz) End {
	c := g.Connection
	return End{
		Heard: true, Listed: true, Pool: 1, RTTSeconds: seconds(c.RTT), Pending: c.Pending, Subs: int(c.NumSubs),
		Counters: connCounters(c), Traffic: b.opt.Delta.Server(n.ID).Gateway(c.Cid), Since: c.Start, Configured: g.IsConfigured,
	}
}

// inboundEnd returns the peer's view of an outbound connection.
func (b *builder) inboundEnd(peer, from *Node) End {
	if peer.Server == nil || peer.Server.Gatewayz == nil {
		return End{}
	}
	for _, g := range peer.Server.Gatewayz.InboundGateways[from.Cluster] {
		if g != nil && g.Connection != nil && (g.Connection.Name == from.ID || g.Connection.Name == from.Name) {
			return b.gatewayEnd(peer, g)
		}
	}
	return End{Heard: true}
}

func gatewayState(n, peer *Node, inbound End) (State, string) {
	switch {
	case peer.Outside:
		return StateOutside, "leads out of the scope that was asked"
	case peer.Ghost:
		why := "leads to " + peer.Name + ", which does not answer"
		if peer.Reason == Silent {
			why += ": what lies behind it cannot be reached from " + n.Name
		}
		return StateGhost, why
	case !inbound.Heard:
		return StateUnknown, peer.Name + " did not say"
	case !inbound.Listed:
		return StateOneWay, n.Name + " lists it, " + peer.Name + " does not"
	}
	return StateOK, ""
}

// addSpans sums the gateway edges by pair of clusters.
func (b *builder) addSpans() {
	spans := map[[2]string]*Span{}
	for _, e := range b.top.Edges {
		if e.Kind != Gateway {
			continue
		}
		from := b.top.Node(e.From).Cluster
		s := spans[[2]string{from, e.ToCluster}]
		if s == nil {
			s = &Span{From: from, To: e.ToCluster, State: e.State, Traffic: e.A.Traffic}
			spans[[2]string{from, e.ToCluster}] = s
			b.top.Spans = append(b.top.Spans, s)
		} else {
			s.Traffic = s.Traffic.Plus(e.A.Traffic)
		}
		s.Need++
		if e.State == StateOK || e.State == StateSlow || e.State == StateOutside {
			s.Have++
		}
		if rtt, ok := e.RTTSeconds(); ok {
			s.RTTSeconds = max(s.RTTSeconds, rtt)
		}
		s.State = s.State.worse(e.State)
		s.Level = s.State.Level()
		s.Edges = append(s.Edges, e)
	}
}
