package gather

import (
	"cmp"
	"slices"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// linkKinds are the answers that list a server's links.
var linkKinds = []fleet.Kind{fleet.Routez, fleet.Gatewayz, fleet.Leafz}

// links are what servers told of their links, by server id.
type links map[string]*fleet.Server

// reporters returns the ids of the servers that told their links, in order of
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

// inboundFrom tells whether a gateway of a server leads to sv.
func inboundFrom(sv *fleet.Server, cluster, id string) bool {
	for _, g := range sv.Gatewayz.InboundGateways[cluster] {
		if g != nil && g.Connection != nil && g.Connection.Name == id {
			return true
		}
	}
	return false
}

// slowestGateway is the longest round trip that a server measured on its
// gateways.
func slowestGateway(sv *fleet.Server) (longest time.Duration) {
	if sv.Gatewayz == nil {
		return 0
	}
	for _, g := range sv.Gatewayz.OutboundGateways {
		if g == nil || g.Connection == nil {
			continue
		}
		if rtt, err := time.ParseDuration(g.Connection.RTT); err == nil {
			longest = max(longest, rtt)
		}
	}
	return longest
}
