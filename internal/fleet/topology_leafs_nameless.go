package fleet

import (
	"net"

	"github.com/nats-io/nats-server/v2/server"
)

// namelessLeaf is a leaf connection as servers before 2.9.15 list it: without
// the name of the other end and without the hub's side.
type namelessLeaf struct {
	n *Node
	l *server.LeafInfo
}

// addNamelessLeafs pairs such connections: those to an address that a server
// listens on lead to that hub; the others are matched with links that the other
// end lists more often than the server itself, the same account first. The rest
// leads to an address.
func (b *builder) addNamelessLeafs(pairs leafPairs, rest []namelessLeaf) {
	var answers []namelessLeaf
	for _, x := range rest {
		if hub := b.leafListener(x.l); hub != nil && hub != x.n {
			b.addLeaf(pairs.between(x.n, hub, true), x.n, x.l)
		} else {
			answers = append(answers, x)
		}
	}
	links := pairs.sorted()
	for _, sameAccount := range []bool{true, false} {
		rest, answers = answers, nil
		for _, x := range rest {
			if !b.answersLeaf(links, x, sameAccount) {
				answers = append(answers, x)
			}
		}
	}
	for _, x := range answers {
		v := x.n.Server.Varz
		link := pairs.between(x.n, b.leafPeer(x.n, x.l), v != nil && v.LeafNode.Port == 0)
		link.nameless = true
		b.addLeaf(link, x.n, x.l)
	}
}

// answersLeaf finds a link of the server with more connections at the other
// end, and adds this one to it.
func (b *builder) answersLeaf(links []*leafLink, x namelessLeaf, sameAccount bool) bool {
	for _, link := range links {
		missing := link.b.Pool - link.a.Pool
		if x.n == link.spoke {
			missing = -missing
		}
		if x.n != link.hub && x.n != link.spoke || missing <= 0 || sameAccount && link.open[x.l.Account] <= 0 {
			continue
		}
		b.addLeaf(link, x.n, x.l)
		link.open[x.l.Account] -= 2
		return true
	}
	return false
}

// leafListener returns the server that listens for leaf nodes at the address of
// a connection; nil if there is none, or several candidates.
func (b *builder) leafListener(l *server.LeafInfo) (hub *Node) {
	for _, n := range b.top.Nodes {
		if n.Server == nil || n.Server.Varz == nil || l.Port == 0 || n.Server.Varz.LeafNode.Port != l.Port {
			continue
		}
		host := n.Server.Varz.LeafNode.Host
		if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
			host = n.Server.Info.Host
		}
		if host != l.IP {
			continue
		}
		if hub != nil {
			return nil
		}
		hub = n
	}
	return hub
}
