package fleet

import (
	"cmp"
	"maps"
	"slices"

	"github.com/nats-io/nats-server/v2/server"
)

// leafLink is all leaf connections between one hub and one spoke.
type leafLink struct {
	hub, spoke *Node
	a, b       End // hub's view, spoke's view
	accounts   map[string]bool
	open       map[string]int // by account: connections that one end lists more often than the other
	nameless   bool           // the end that lists it does not name the other end
}

// leafPairs holds the links by hub and spoke during pairing.
type leafPairs map[[2]string]*leafLink

// addLeafs pairs what hubs and spokes report: one edge for each pair of
// servers, however many accounts they share. A spoke that does not share the
// system account is known only from its hub.
func (b *builder) addLeafs() {
	pairs := leafPairs{}
	var rest []namelessLeaf
	for _, n := range slices.Clone(b.top.Nodes) {
		if n.Server == nil || n.Server.Leafz == nil {
			continue
		}
		for _, l := range n.Server.Leafz.Leafs {
			if Reports(n.Version, FieldLeafName) {
				b.addLeaf(pairs.between(n, b.leafPeer(n, l), l.IsSpoke), n, l)
			} else {
				rest = append(rest, namelessLeaf{n, l})
			}
		}
	}
	b.addNamelessLeafs(pairs, rest)
	for _, link := range pairs.sorted() {
		b.addLeafEdge(link)
	}
}

// sorted returns the links by hub and spoke.
func (p leafPairs) sorted() []*leafLink {
	return slices.SortedFunc(maps.Values(p), func(x, y *leafLink) int {
		return cmp.Or(cmp.Compare(x.hub.Key, y.hub.Key), cmp.Compare(x.spoke.Key, y.spoke.Key))
	})
}

// between returns the link of a server and its peer, which is the hub if the
// server is the spoke.
func (p leafPairs) between(n, peer *Node, isSpoke bool) *leafLink {
	hub, spoke := n, peer
	if isSpoke {
		hub, spoke = peer, n
	}
	key := [2]string{hub.Key, spoke.Key}
	if p[key] == nil {
		p[key] = &leafLink{hub: hub, spoke: spoke, accounts: map[string]bool{}, open: map[string]int{}}
	}
	return p[key]
}

// addLeaf adds a connection that n lists to its side of the link.
func (b *builder) addLeaf(link *leafLink, n *Node, l *server.LeafInfo) {
	side := &link.b
	link.open[l.Account]++
	if n == link.hub {
		side = &link.a
		link.accounts[l.Account] = true // the hub's name for it; the spoke may use another account
	}
	b.extendLeaf(side, n, l)
}

func (b *builder) extendLeaf(side *End, n *Node, l *server.LeafInfo) {
	rates := b.opt.Delta.Server(n.ID).Leaf(l.ID)
	if side.Listed {
		rates = side.Traffic.Plus(rates)
	}
	side.Listed, side.Traffic = true, rates
	side.Pool++
	side.RTTSeconds = max(side.RTTSeconds, seconds(l.RTT))
	side.Subs += int(l.NumSubs)
	side.Counters = side.Counters.Plus(leafCounters(l))
	side.Compression = oneCompression(side.Compression, l.Compression)
}

// leafPeer returns the node at the other end of a connection that n lists. If
// several nodes have its name, it is the one that lists a connection to n, or
// else the one in another cluster, as usual for leaf nodes. A node that neither
// answered nor is missing does not share the system account.
func (b *builder) leafPeer(n *Node, l *server.LeafInfo) *Node {
	name := cmp.Or(l.Name, l.IP)
	peers := slices.DeleteFunc(slices.Clone(b.named[name]), func(peer *Node) bool { return peer == n })
	slices.SortStableFunc(peers, func(x, y *Node) int { return boolSign(x.ownCluster(n)) - boolSign(y.ownCluster(n)) })
	for _, peer := range peers {
		if peer.listsLeaf(n.Name, !l.IsSpoke) {
			return peer
		}
	}
	if len(peers) > 0 {
		return peers[0]
	}
	if peer := b.byID[name]; peer != nil {
		return peer
	}
	return b.add(&Node{Name: name, Outside: true})
}

// ownCluster reports whether two servers are in the same cluster.
func (n *Node) ownCluster(o *Node) bool { return n.Cluster != "" && n.Cluster == o.Cluster }

// listsLeaf reports whether the server lists a leaf connection to a server of
// this name, as the spoke or as the hub.
func (n *Node) listsLeaf(name string, spoke bool) bool {
	return n.Server != nil && n.Server.Leafz != nil && slices.ContainsFunc(n.Server.Leafz.Leafs, func(l *server.LeafInfo) bool {
		return l.Name == name && l.IsSpoke == spoke
	})
}

func (b *builder) addLeafEdge(l *leafLink) {
	l.a.Heard = l.hub.Server != nil && l.hub.Server.Leafz != nil
	l.b.Heard = l.spoke.Server != nil && l.spoke.Server.Leafz != nil
	e := &Edge{
		Kind: Leaf, From: l.hub.Key, To: l.spoke.Key, FromName: l.hub.Name, ToName: l.spoke.Name,
		A: l.a, B: l.b, Accounts: slices.Sorted(maps.Keys(l.accounts)),
	}
	e.State, e.Why = leafState(l)
	if !slices.Contains(l.spoke.LeafOf, l.hub.Name) {
		l.spoke.LeafOf = append(l.spoke.LeafOf, l.hub.Name)
	}
	b.addEdge(e)
}

func leafState(l *leafLink) (State, string) {
	switch {
	case l.a.Listed && l.b.Listed && l.a.Pool == l.b.Pool:
		return StateOK, ""
	case l.a.Listed && l.b.Listed:
		return StateShort, "hub and spoke do not list the same number of connections"
	case l.hub.Ghost:
		return StateGhost, "its hub " + l.hub.Name + " does not answer"
	case l.spoke.Ghost:
		return StateGhost, "its spoke " + l.spoke.Name + " does not answer"
	case l.nameless:
		return StateOutside, "servers before 2.9.15 do not say which server is at the other end"
	case l.hub.Outside, l.spoke.Outside:
		return StateOutside, "the other end does not share the system account, so only one end can be asked"
	case !l.a.Heard, !l.b.Heard:
		return StateUnknown, "one end did not say"
	case l.a.Listed:
		return StateOneWay, "hub " + l.hub.Name + " lists it, spoke " + l.spoke.Name + " does not"
	}
	return StateOneWay, "spoke " + l.spoke.Name + " lists it, hub " + l.hub.Name + " does not"
}
