package simfleet

import (
	"fmt"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// poolSize is how many routes a pair of servers has besides the one of the system account, as is the server's default.
const poolSize = 3

// link is a connection from one server to another.
type link struct {
	peer    *node  // of a route or leaf
	to      *node  // of a gateway
	account string // that a route is pinned to
	in, out server.MsgBytes
}

// routes are the connections to the other servers of the cluster: a pool and one for the system account.
func (n *node) routes() []link {
	var out []link
	for _, p := range n.peers() {
		for k := range poolSize + 1 {
			l := link{peer: p, in: p.data(shareRoute / (poolSize + 1)), out: n.data(shareRoute / (poolSize + 1))}
			if k == poolSize {
				l.account = systemAccount
			}
			out = append(out, l)
		}
	}
	return out
}

// gateways are the outbound connections, one to each other hub cluster: to its first server that is not gone.
func (n *node) gateways() []link {
	var out []link
	if !n.cluster.hub {
		return nil
	}
	for _, c := range n.fleet.clusters {
		if c == n.cluster || !c.hub {
			continue
		}
		for _, p := range c.nodes {
			if !p.hasFault(func(f Fault) bool { return f.Gone }) {
				out = append(out, link{to: p, in: p.data(shareGateway), out: n.data(shareGateway)})
				break
			}
		}
	}
	return out
}

// leafs are the leafnode connections, from either end.
func (n *node) leafs() []link {
	var out []link
	ends := n.down
	if n.up != nil {
		ends = append([]*node{n.up}, ends...)
	}
	for _, p := range ends {
		if !p.hasFault(func(f Fault) bool { return f.Gone }) {
			out = append(out, link{peer: p, in: p.data(shareLeaf), out: n.data(shareLeaf)})
		}
	}
	return out
}

// rtt is a round trip time between two servers, as servers print it.
func (n *node) rtt(p *node) string {
	near := n.cluster == p.cluster
	us := between(n.fleet.dice(4, uint64(min(n.index, p.index)), uint64(max(n.index, p.index))), 80, 400) //nolint:gosec // indexes
	if !near {
		us *= 100
	}
	return (time.Duration(us) * time.Microsecond).String()
}

func (n *node) routez() *server.Routez {
	now := n.fleet.now()
	z := &server.Routez{ID: n.info.ID, Name: n.info.Name, Now: now, Routes: []*server.RouteInfo{}}
	for i, r := range n.routes() {
		z.Routes = append(z.Routes, &server.RouteInfo{
			Rid: uint64(10 + i), RemoteID: r.peer.info.ID, RemoteName: r.peer.info.Name, //nolint:gosec // an index
			DidSolicit: n.index > r.peer.index, IsConfigured: n.index > r.peer.index, IP: r.peer.ip, Port: 6222,
			Start: n.start(), LastActivity: now, RTT: n.rtt(r.peer), Uptime: uptime(n.uptime()), Idle: "0s",
			InMsgs: r.in.Msgs, InBytes: r.in.Bytes, OutMsgs: r.out.Msgs, OutBytes: r.out.Bytes, NumSubs: r.peer.subs() / 4,
			Account: r.account, Compression: "off",
		})
	}
	z.NumRoutes = len(z.Routes)
	return z
}

func (n *node) gatewayz() *server.Gatewayz {
	z := &server.Gatewayz{
		ID: n.info.ID, Now: n.fleet.now(),
		OutboundGateways: map[string]*server.RemoteGatewayz{}, InboundGateways: map[string][]*server.RemoteGatewayz{},
	}
	gws := n.gateways()
	if len(gws) == 0 {
		return z
	}
	z.Name, z.Host, z.Port = n.cluster.name, n.ip, 7222
	for i, g := range gws {
		z.OutboundGateways[g.to.cluster.name] = n.remoteGateway(500+i, g.to, g)
		z.InboundGateways[g.to.cluster.name] = n.inbound(700+100*i, g)
	}
	return z
}

// inbound are the gateway connections that servers of another cluster have opened to this one.
func (n *node) inbound(cid int, g link) []*server.RemoteGatewayz {
	var out []*server.RemoteGatewayz
	for k, p := range g.to.cluster.nodes {
		for _, back := range p.gateways() {
			if back.to == n && !p.hasFault(func(f Fault) bool { return f.Gone }) {
				out = append(out, n.remoteGateway(cid+k, p, link{to: p, in: p.data(shareGateway), out: n.data(shareGateway)}))
			}
		}
	}
	return out
}

// remoteGateway describes one gateway connection; its name is the id of the server at the other end, as with real ones.
func (n *node) remoteGateway(cid int, p *node, l link) *server.RemoteGatewayz {
	now := n.fleet.now()
	return &server.RemoteGatewayz{IsConfigured: true, Connection: &server.ConnInfo{
		Cid: uint64(cid), Kind: "Gateway", IP: p.ip, Port: 7222, Start: n.start(), LastActivity: now, //nolint:gosec // small
		RTT: n.rtt(p), Uptime: uptime(n.uptime()), Idle: "0s", Name: p.info.ID,
		InMsgs: l.in.Msgs, InBytes: l.in.Bytes, OutMsgs: l.out.Msgs, OutBytes: l.out.Bytes,
	}}
}

func (n *node) leafz(o server.LeafzOptions) *server.Leafz {
	z := &server.Leafz{ID: n.info.ID, Now: n.fleet.now(), Leafs: []*server.LeafInfo{}}
	for i, l := range n.leafs() {
		if o.Account != "" && o.Account != systemAccount {
			continue
		}
		z.Leafs = append(z.Leafs, &server.LeafInfo{
			ID: uint64(40 + i), Name: l.peer.info.Name, IsSpoke: l.peer == n.up, Account: systemAccount, //nolint:gosec // an index
			IP: l.peer.ip, Port: 7422, RTT: n.rtt(l.peer), NumSubs: l.peer.subs() / 4, Compression: "s2_fast",
			InMsgs: l.in.Msgs, InBytes: l.in.Bytes, OutMsgs: l.out.Msgs, OutBytes: l.out.Bytes,
		})
	}
	z.NumLeafs = len(z.Leafs)
	return z
}

// uptime formats a duration as servers do.
func uptime(d time.Duration) string {
	s := int64(d / time.Second)
	days, hours, minutes := s/86400, s/3600%24, s/60%60
	switch {
	case days > 0:
		return fmt.Sprintf("%dd%dh%dm%ds", days, hours, minutes, s%60)
	case hours > 0:
		return fmt.Sprintf("%dh%dm%ds", hours, minutes, s%60)
	case minutes > 0:
		return fmt.Sprintf("%dm%ds", minutes, s%60)
	}
	return fmt.Sprintf("%ds", s)
}
