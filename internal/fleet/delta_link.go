package fleet

import (
	"maps"

	"github.com/nats-io/nats-server/v2/server"
)

// routePool is all route connections of one server to one peer: the pool and
// the connections dedicated to an account.
type routePool struct {
	name     string
	conns    []*server.RouteInfo
	counters map[uint64]Counters
}

// routePools groups the route connections of a server by the peer's id.
func routePools(rz *server.Routez) map[string]*routePool {
	pools := map[string]*routePool{}
	if rz == nil {
		return pools
	}
	for _, r := range rz.Routes {
		p := pools[r.RemoteID]
		if p == nil {
			p = &routePool{name: r.RemoteName, counters: map[uint64]Counters{}}
			pools[r.RemoteID] = p
		}
		p.conns = append(p.conns, r)
		p.counters[r.Rid] = Counters{InMsgs: r.InMsgs, OutMsgs: r.OutMsgs, InBytes: r.InBytes, OutBytes: r.OutBytes}
	}
	return pools
}

func sum(counters map[uint64]Counters) Counters {
	var total Counters
	for _, c := range counters {
		total = total.Plus(c)
	}
	return total
}

// sameKeys reports whether two pools hold the same connections.
func sameKeys(a, b map[uint64]Counters) bool {
	return maps.EqualFunc(a, b, func(Counters, Counters) bool { return true })
}

func (sd *ServerDelta) compareRoutes(before, after *Server, wall float64) {
	if before.Routez == nil || after.Routez == nil {
		return
	}
	sec := elapsed(before.Routez.Now, after.Routez.Now, wall)
	past := routePools(before.Routez)
	sd.routes = map[string]Traffic{}
	for id, pool := range routePools(after.Routez) {
		if p := past[id]; p != nil && sameKeys(p.counters, pool.counters) {
			sd.routes[id] = sum(pool.counters).rates(sum(p.counters), sec)
		}
	}
}

// gatewayConns returns every gateway connection of a server by its id.
func gatewayConns(gz *server.Gatewayz) map[uint64]*server.ConnInfo {
	conns := map[uint64]*server.ConnInfo{}
	if gz == nil {
		return conns
	}
	for _, g := range gz.OutboundGateways {
		if g != nil && g.Connection != nil {
			conns[g.Connection.Cid] = g.Connection
		}
	}
	for _, list := range gz.InboundGateways {
		for _, g := range list {
			if g != nil && g.Connection != nil {
				conns[g.Connection.Cid] = g.Connection
			}
		}
	}
	return conns
}

func (sd *ServerDelta) compareGateways(before, after *Server, wall float64) {
	if before.Gatewayz == nil || after.Gatewayz == nil {
		return
	}
	sec := elapsed(before.Gatewayz.Now, after.Gatewayz.Now, wall)
	past := gatewayConns(before.Gatewayz)
	sd.gateways = map[uint64]Traffic{}
	for cid, c := range gatewayConns(after.Gatewayz) {
		if p := past[cid]; p != nil && p.Start.Equal(c.Start) {
			sd.gateways[cid] = connCounters(c).rates(connCounters(p), sec)
		}
	}
}

func (sd *ServerDelta) compareLeafs(before, after *Server, wall float64) {
	if before.Leafz == nil || after.Leafz == nil {
		return
	}
	sec := elapsed(before.Leafz.Now, after.Leafz.Now, wall)
	past := keyed(before.Leafz.Leafs, func(l *server.LeafInfo) uint64 { return l.ID })
	sd.leafs = map[uint64]Traffic{}
	for _, l := range after.Leafz.Leafs {
		// Older servers send no id: the rates stay unknown.
		if p := past[l.ID]; p != nil && l.ID != 0 && p.Name == l.Name {
			sd.leafs[l.ID] = leafCounters(l).rates(leafCounters(p), sec)
		}
	}
}

func leafCounters(l *server.LeafInfo) Counters {
	return Counters{InMsgs: l.InMsgs, OutMsgs: l.OutMsgs, InBytes: l.InBytes, OutBytes: l.OutBytes}
}
