package roster

import (
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// confirmed returns the servers of a snapshot that may be remembered, and how many
// servers there are by the count of the one that was asked. Anybody who may answer
// for a server can invent others. So when more answered than are counted, only
// those count that links lead to from the server that was asked, up to the count.
func confirmed(snap *fleet.Snapshot) (servers []*fleet.Server, counted int) {
	counted = countOf(snap)
	if len(snap.Servers) <= counted {
		return snap.Servers, counted
	}
	servers = linked(snap)
	return servers[:min(counted, len(servers))], counted
}

// countOf is how many servers the one that was asked counts: the least if several
// answered in its name, none if it did not answer. A source that does not say who
// was asked is trusted.
func countOf(snap *fleet.Snapshot) int {
	if snap.AskedBy == "" {
		return maxServers
	}
	least := 0
	for _, sv := range snap.Servers {
		if sv.Info.Name == snap.AskedBy && sv.Statsz != nil && (least == 0 || sv.Statsz.ActiveServers < least) {
			least = sv.Statsz.ActiveServers
		}
	}
	if snap.Counted > 0 {
		least = min(least, snap.Counted)
	}
	return max(0, min(least, maxServers))
}

// linked returns the servers that are named by one that is linked itself, nearest
// first, beginning with the one that was asked.
func linked(snap *fleet.Snapshot) (out []*fleet.Server) {
	named, taken := map[string]bool{snap.AskedBy: true}, map[place]bool{}
	rest := snap.Servers
	for {
		var near, far []*fleet.Server
		for _, sv := range rest {
			at := place{sv.Info.Name, sv.Info.Cluster}
			switch {
			case !named[sv.Info.ID] && !named[sv.Info.Name]:
				far = append(far, sv)
			case !taken[at]: // whoever answers in the name of another takes no place
				taken[at] = true
				near = append(near, sv)
			}
		}
		if out = append(out, near...); len(near) == 0 || len(out) > maxServers {
			return out
		}
		for _, sv := range near {
			peersOf(sv, func(peer string) { named[peer] = true })
		}
		rest = far
	}
}

// peersOf yields the ids and names of servers that a server has links to.
func peersOf(sv *fleet.Server, yield func(string)) {
	if sv.Statsz != nil {
		for _, r := range sv.Statsz.Routes {
			if r != nil {
				yield(r.Name)
			}
		}
	}
	if sv.Routez != nil {
		for _, r := range sv.Routez.Routes {
			if r != nil {
				yield(r.RemoteID)
			}
		}
	}
	if sv.Leafz != nil {
		for _, l := range sv.Leafz.Leafs {
			if l != nil {
				yield(l.Name)
			}
		}
	}
	if sv.Gatewayz != nil {
		gateway := func(g *server.RemoteGatewayz) {
			if g != nil && g.Connection != nil {
				yield(g.Connection.Name) // the id of the server
			}
		}
		for _, g := range sv.Gatewayz.OutboundGateways {
			gateway(g)
		}
		for _, list := range sv.Gatewayz.InboundGateways {
			for _, g := range list {
				gateway(g)
			}
		}
	}
}
