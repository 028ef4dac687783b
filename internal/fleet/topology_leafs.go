package fleet

import (
	"cmp"
	"maps"
	"slices"

	"github.com/nats-io/nats-server/v2/server"
)

// leafLink is all leafnode connections between one hub and one spoke.
type leafLink struct {
	hub, spoke *Node
	a, b       End // hub's view, spoke's view
	accounts   map[string]bool
}

// addLeafs pairs what hubs and spokes report: one edge for each pair of
// servers, whatever the number of accounts that they share. A spoke that does
// not share the system account is known from its hub alone.
func (b *builder) addLeafs() {
	links := map[[2]string]*leafLink{}
	for _, n := range slices.Clone(b.top.Nodes) {
		if n.Server == nil || n.Server.Leafz == nil {
			continue
		}
		for _, l := range n.Server.Leafz.Leafs {
			b.addLeaf(links, n, l)
		}
	}
	keys := slices.SortedFunc(maps.Keys(links), func(x, y [2]string) int {
		return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1]))
	})
	for _, key := range keys {
		b.addLeafEdge(links[key])
	}
}

func (b *builder) addLeaf(links map[[2]string]*leafLink, n *Node, l *server.LeafInfo) {
	peer := b.leafPeer(l)
	hub, spoke := n, peer
	if l.IsSpoke {
		hub, spoke = peer, n
	}
	link := links[[2]string{hub.Key, spoke.Key}]
	if link == nil {
		link = &leafLink{hub: hub, spoke: spoke, accounts: map[string]bool{}}
		links[[2]string{hub.Key, spoke.Key}] = link
	}
	side := &link.a
	if l.IsSpoke {
		side = &link.b
	} else {
		link.accounts[l.Account] = true // the hub's name of it, for the spoke may call it otherwise
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
	side.Compression = cmp.Or(side.Compression, l.Compression)
}

// leafPeer returns the node at the other end. One that neither answered nor is
// missing does not share the system account.
func (b *builder) leafPeer(l *server.LeafInfo) *Node {
	name := cmp.Or(l.Name, l.IP)
	if n := b.byName[name]; n != nil {
		return n
	}
	if n := b.byID[name]; n != nil {
		return n
	}
	return b.add(&Node{Name: name, Outside: true})
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
	b.slow(e)
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
	case l.hub.Outside, l.spoke.Outside:
		return StateOutside, "the other end does not share the system account, so only one end can be asked"
	case !l.a.Heard, !l.b.Heard:
		return StateUnknown, "one end did not say"
	case l.a.Listed:
		return StateOneWay, "hub " + l.hub.Name + " lists it, spoke " + l.spoke.Name + " does not"
	}
	return StateOneWay, "spoke " + l.spoke.Name + " lists it, hub " + l.hub.Name + " does not"
}
