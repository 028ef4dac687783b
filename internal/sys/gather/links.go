package gather

import (
	"cmp"
	"iter"
	"slices"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// linkKinds are the answers that list a server's links.
var linkKinds = []fleet.Kind{fleet.Routez, fleet.Gatewayz, fleet.Leafz}

// links holds the answers about links, by server id.
type links map[string]*fleet.Server

// reporters returns the ids of the servers that reported their links, in order of
// cluster and name, so that equal rounds give equal verdicts.
func (l links) reporters() []string {
	ids := make([]string, 0, len(l))
	for id := range l {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int {
		x, y := l[a].Info, l[b].Info
		return cmp.Or(cmp.Compare(x.Cluster, y.Cluster), cmp.Compare(x.Name, y.Name), cmp.Compare(a, b))
	})
	return ids
}

// gateTo returns the id of the server that receives the requests of a client of
// self to a cluster, or "".
func (l links) gateTo(self, cluster string) string {
	own := l[self]
	if own != nil && own.Info.Cluster == cluster {
		return ""
	}
	if id := outboundTo(own, cluster); id != "" {
		return id
	}
	for _, id := range l.reporters() {
		if l[id].Info.Cluster == cluster {
			continue
		}
		if gate := outboundTo(l[id], cluster); gate != "" {
			return gate
		}
	}
	return ""
}

// outboundTo returns the id of the server that the gateway of sv to a cluster ends
// at, or "".
func outboundTo(sv *fleet.Server, cluster string) string {
	if sv == nil || sv.Gatewayz == nil {
		return ""
	}
	g := sv.Gatewayz.OutboundGateways[cluster]
	if g == nil || g.Connection == nil {
		return ""
	}
	return g.Connection.Name
}

// inboundFrom reports whether a gateway of a server leads to sv.
func inboundFrom(sv *fleet.Server, cluster, id string) bool {
	for _, g := range sv.Gatewayz.InboundGateways[cluster] {
		if g != nil && g.Connection != nil && g.Connection.Name == id {
			return true
		}
	}
	return false
}

// farEnd is the other end of a link, as reported in the answer.
type farEnd struct {
	kind     fleet.Kind // of the answer
	id, name string
	cluster  string
	account  string // with LEAFZ: what the link carries
	rtt      string
}

// farEnds yields the other ends of a server's links. Gateways are identified by id;
// leafnode links by the server's name, which is its id unless one is configured.
func farEnds(sv *fleet.Server) iter.Seq[farEnd] {
	return func(yield func(farEnd) bool) {
		if sv.Routez != nil {
			for _, r := range sv.Routez.Routes {
				if r != nil && !yield(farEnd{kind: fleet.Routez, id: r.RemoteID, name: r.RemoteName, cluster: sv.Info.Cluster, rtt: r.RTT}) {
					return
				}
			}
		}
		for end := range gatewayEnds(sv) {
			if !yield(end) {
				return
			}
		}
		if sv.Leafz == nil {
			return
		}
		for _, lf := range sv.Leafz.Leafs {
			if lf != nil && !yield(farEnd{kind: fleet.Leafz, name: lf.Name, account: lf.Account, rtt: lf.RTT}) {
				return
			}
		}
	}
}

// gatewayEnds yields the other ends of a server's gateways, in both directions.
func gatewayEnds(sv *fleet.Server) iter.Seq[farEnd] {
	return func(yield func(farEnd) bool) {
		if sv.Gatewayz == nil {
			return
		}
		each := func(cluster string, g *server.RemoteGatewayz) bool {
			return g == nil || g.Connection == nil ||
				yield(farEnd{kind: fleet.Gatewayz, id: g.Connection.Name, cluster: cluster, rtt: g.Connection.RTT})
		}
		for cluster, g := range sv.Gatewayz.OutboundGateways {
			if !each(cluster, g) {
				return
			}
		}
		for cluster, list := range sv.Gatewayz.InboundGateways {
			for _, g := range list {
				if !each(cluster, g) {
					return
				}
			}
		}
	}
}
