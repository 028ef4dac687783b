package fleet

import (
	"cmp"
	"fmt"
	"slices"
)

// addRoutes joins the routes of every cluster: one edge for each pair of its
// servers.
func (b *builder) addRoutes() {
	ends := map[string]map[string]End{} // node key -> peer's node key -> view
	for _, n := range slices.Clone(b.top.Nodes) {
		if n.Server != nil {
			ends[n.Key] = b.routeEnds(n)
		}
	}
	for _, c := range slices.Clone(b.top.Clusters) {
		if c.Name == "" {
			continue // servers outside a cluster have no routes
		}
		nodes := slices.Clone(c.Nodes)
		slices.SortFunc(nodes, func(x, y *Node) int { return cmp.Compare(x.Key, y.Key) })
		usual := usualPool(nodes, ends)
		answered := slices.DeleteFunc(slices.Clone(nodes), func(n *Node) bool { return n.Server == nil })
		for i, x := range nodes {
			for _, y := range routePeers(nodes, i, answered) {
				if x.Outside && y.Outside {
					continue
				}
				b.addRoute(x, y, ends, usual)
			}
		}
	}
}

// maxSilentPeers is the largest number of servers of a cluster that did not
// answer whose routes among each other are in the graph: a server may list any
// number of peers, and nothing is known about those routes.
const maxSilentPeers = 200

// routePeers returns the servers after the i-th one of a cluster, to which its
// routes are looked at. Both lists are sorted by key.
func routePeers(nodes []*Node, i int, answered []*Node) []*Node {
	x := nodes[i]
	if x.Server != nil || len(nodes)-len(answered) <= maxSilentPeers {
		return nodes[i+1:]
	}
	after, _ := slices.BinarySearchFunc(answered, x.Key, func(n *Node, key string) int { return cmp.Compare(n.Key, key) })
	return answered[after:]
}

// routeEnds returns a server's view of each of its peers, by node key. It falls
// back to STATSZ, which names the peers, but has no RTT.
func (b *builder) routeEnds(n *Node) map[string]End {
	out := map[string]End{}
	if n.Server.Routez == nil {
		return b.statszRouteEnds(n)
	}
	rates := b.opt.Delta.Server(n.ID)
	for id, pool := range routePools(n.Server.Routez) {
		end := End{Heard: true, Listed: true, Counters: sum(pool.counters), Traffic: rates.Route(id)}
		for _, r := range pool.conns {
			if r.Account != "" {
				end.Dedicated++
			} else {
				end.Pool++
			}
			end.RTTSeconds = max(end.RTTSeconds, seconds(r.RTT))
			end.Pending += r.Pending
			end.Subs += int(r.NumSubs)
			end.Since = earliest(end.Since, r.Start)
			end.Compression = oneCompression(end.Compression, r.Compression)
			end.Configured = end.Configured || r.IsConfigured
		}
		out[b.ghost(id, pool.name, n.Cluster).Key] = end
	}
	return out
}

// oneCompression returns the compression to show for a link whose connections
// may differ, independent of their order.
func oneCompression(x, y string) string {
	if x == "" || y == "" {
		return x + y
	}
	return min(x, y)
}

func (b *builder) statszRouteEnds(n *Node) map[string]End {
	out := map[string]End{}
	if n.Server.Statsz == nil {
		return out
	}
	for _, r := range n.Server.Statsz.Routes {
		if r.Name == "" {
			continue
		}
		key := b.ghost("", r.Name, n.Cluster).Key
		end := out[key]
		end.Heard, end.Listed = true, true
		end.Pool++
		end.Pending += r.Pending
		end.Counters = end.Counters.Plus(statszCounters(r.Received, r.Sent))
		out[key] = end
	}
	return out
}

// usualPool returns the pool size of most route ends of a cluster.
func usualPool(nodes []*Node, ends map[string]map[string]End) int {
	votes := map[int]int{}
	for _, n := range nodes {
		for _, e := range ends[n.Key] {
			votes[e.Pool]++
		}
	}
	best := 0
	for size, n := range votes {
		if n > votes[best] || n == votes[best] && size > best {
			best = size
		}
	}
	return best
}

func (b *builder) addRoute(x, y *Node, ends map[string]map[string]End, usual int) {
	e := &Edge{
		Kind: Route, From: x.Key, To: y.Key, FromName: x.Name, ToName: y.Name,
		A: end(x, y, ends), B: end(y, x, ends),
	}
	e.State, e.Why = routeState(x, y, e.A, e.B)
	if e.State == StateOK {
		if pool := min(e.A.Pool, e.B.Pool); pool < usual {
			e.State = StateShort
			e.Why = fmt.Sprintf("pool of %d connections, the others of the cluster have %d", pool, usual)
		}
	}
	b.addEdge(e)
	countRoute(x, y, e)
}

func end(x, y *Node, ends map[string]map[string]End) End {
	e := ends[x.Key][y.Key]
	e.Heard = x.Server != nil && (x.Server.Routez != nil || x.Server.Statsz != nil)
	return e
}

// routeState judges a route by what its ends report about each other.
func routeState(x, y *Node, a, z End) (State, string) {
	switch {
	case a.Listed && z.Listed:
		return StateOK, ""
	case x.Outside, y.Outside:
		return StateOutside, "one end is outside the scope that was asked"
	case x.Ghost && y.Ghost:
		return StateUnknown, "neither end answers"
	case a.Listed && y.Ghost:
		return StateGhost, x.Name + " lists it, " + y.Name + " does not answer"
	case z.Listed && x.Ghost:
		return StateGhost, y.Name + " lists it, " + x.Name + " does not answer"
	case x.Ghost, y.Ghost:
		gone, left := x, y
		if y.Ghost {
			gone, left = y, x
		}
		if left.Server != nil && (a.Heard || z.Heard) {
			return StateMissing, left.Name + " has no route to it, and " + gone.Name + " does not answer"
		}
		return StateUnknown, gone.Name + " does not answer"
	case a.Listed && z.Heard:
		return StateOneWay, x.Name + " lists it, " + y.Name + " does not"
	case z.Listed && a.Heard:
		return StateOneWay, y.Name + " lists it, " + x.Name + " does not"
	case a.Heard && z.Heard:
		return StateMissing, "neither end lists it"
	}
	return StateUnknown, "an end did not say"
}

// countRoute updates the existing and required peers of both servers.
func countRoute(x, y *Node, e *Edge) {
	x.RoutesNeed++
	y.RoutesNeed++
	if e.A.Listed && !y.Ghost { // a peer outside the scope is assumed to exist
		x.RoutesHave++
	}
	if e.B.Listed && !x.Ghost {
		y.RoutesHave++
	}
}
