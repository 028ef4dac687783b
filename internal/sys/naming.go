package sys

import (
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// naming finds out who is missing from a round. It is idle while the servers'
// counts and links agree with who has answered. Otherwise it asks those who
// did for their links, and then each linked server that did not, by its id:
// 503 proves it gone, silence that it is connected and mute.
type naming struct {
	r        *round
	stage    namingStage
	pending  int                      // link answers due
	links    map[string]*fleet.Server // link answers by server id
	suspects []*suspect
	openAt   int // the round's number of members and answers when open was computed
	isOpen   bool
}

type namingStage int

const (
	namingIdle   namingStage = iota // nothing asked yet
	namingLinks                     // links asked
	namingProbed                    // suspects known and probed
)

// linkKinds are the answers that list a server's links.
var linkKinds = []fleet.Kind{fleet.Routez, fleet.Gatewayz, fleet.Leafz}

func newNaming(r *round) *naming {
	return &naming{r: r, links: map[string]*fleet.Server{}, openAt: -1}
}

// open tells whether somebody is missing: fewer have answered than the servers
// count, or one that they list as their peer has not answered.
func (n *naming) open() bool {
	expected := n.r.count.expected()
	if expected == 0 || len(n.r.members) < expected {
		return true
	}
	if now := len(n.r.count.claims); now != n.openAt {
		n.openAt, n.isOpen = now, len(n.unheardPeers()) > 0
	}
	return n.isOpen
}

// unfinished tells whether there is still a step to take.
func (n *naming) unfinished() bool { return n.stage < namingProbed }

// settled tells whether nobody is missing, or nothing is left to find out about
// those who are.
func (n *naming) settled() bool {
	if !n.open() {
		return true
	}
	return n.stage == namingProbed && n.explained()
}

// advance takes the next step.
func (n *naming) advance() error {
	switch n.stage {
	case namingIdle:
		return n.askLinks()
	case namingLinks:
		return n.probe()
	case namingProbed:
	}
	return nil
}

// askLinks asks all servers for their links.
func (n *naming) askLinks() error {
	n.stage = namingLinks
	n.r.news = time.Now()
	for _, kind := range linkKinds {
		if err := n.r.send(&question{ep: Lookup(string(kind)), naming: true}); err != nil {
			return err
		}
		n.pending += len(n.r.members)
	}
	return nil
}

// take accounts for one answer about links. It may come from a server that had
// not answered before.
func (n *naming) take(a answer) {
	if n.r.members[a.sender.ID] == nil {
		n.r.admit(*a.sender)
		n.r.nudged = false
	}
	sv := n.links[a.sender.ID]
	if sv == nil {
		sv = &fleet.Server{Info: *a.sender}
		n.links[a.sender.ID] = sv
	}
	if a.decoded.apply != nil {
		a.decoded.apply(sv)
	}
	n.r.progress(a)
	n.pending--
	n.slowLinks(sv)
}

// nobody accounts for a link request that no server answers.
func (n *naming) nobody(*question) { n.pending -= len(n.r.members) }

// ready tells whether all links are in.
func (n *naming) ready() bool { return n.stage == namingLinks && n.pending <= 0 }

// slowLinks makes the round as patient as the slowest gateway needs: a server
// behind it may be farther away than all that have answered.
func (n *naming) slowLinks(sv *fleet.Server) {
	if sv.Gatewayz == nil {
		return
	}
	for _, g := range sv.Gatewayz.OutboundGateways {
		if g == nil || g.Connection == nil {
			continue
		}
		if rtt, err := time.ParseDuration(g.Connection.RTT); err == nil {
			n.r.slowest = max(n.r.slowest, min(2*rtt, n.r.c.timeout/3))
		}
	}
}

// admitted notes that a suspect has answered after all.
func (n *naming) admitted(m *member) {
	for _, s := range n.suspects {
		if s.is(m.sv.Info) {
			s.state = suspectHeard
		}
	}
}

// gone notes that nobody listens on a suspect's id.
func (n *naming) gone(id string) {
	for _, s := range n.suspects {
		if s.id == id {
			s.state = suspectGone
		}
	}
	n.r.news = time.Now()
}

// probe asks each suspect by its id.
func (n *naming) probe() error {
	n.stage = namingProbed
	n.suspects = n.findSuspects()
	for _, s := range n.suspects {
		if s.id == "" {
			continue
		}
		n.r.news = time.Now()
		q := &question{ep: n.r.first[0].ep, server: s.id, probe: true}
		if err := n.r.send(q); err != nil {
			return err
		}
	}
	return nil
}

// explained tells whether waiting longer cannot change the verdict: every
// suspect is proven gone, or is none of the scope's business, and servers that
// have just been restarted account for the rest.
func (n *naming) explained() bool {
	for _, s := range n.suspects {
		if s.state == suspectProbed && !n.outside(s) {
			return false
		}
	}
	rest := n.r.count.expected() - len(n.r.members) - n.unheard()
	return n.r.count.expected() > 0 && rest <= n.replaced()
}

// unheard counts the suspects that have not answered.
func (n *naming) unheard() int {
	k := 0
	for _, s := range n.suspects {
		if s.state != suspectHeard {
			k++
		}
	}
	return k
}

// outside tells whether a suspect is known not to be in the round's scope.
func (n *naming) outside(s *suspect) bool {
	sc := n.r.want.Scope
	switch {
	case sc.Cluster != "" && s.cluster != "" && s.cluster != sc.Cluster:
		return true
	case sc.Name == "":
		return false
	case isServerID(sc.Name):
		return s.id != "" && s.id != sc.Name
	}
	return s.name != "" && s.name != sc.Name
}

// startedLately is how long servers go on counting one that died without a
// word: 150 s of silence, looked at every 90 s (nats-server, events.go).
const startedLately = 4 * time.Minute

// replaced tells how many of the servers that are still counted can be earlier
// lives of servers that answered: each server that has started lately stands
// for one, provided that such a server, which never met the dead, counts none
// that is missing.
func (n *naming) replaced() int {
	young, least := 0, 0
	for _, m := range n.r.members {
		st := m.sv.Statsz
		if st == nil || m.sv.Info.Time.Sub(st.Start) > startedLately {
			continue
		}
		young++
		if least == 0 || st.ActiveServers < least {
			least = st.ActiveServers
		}
	}
	if least > len(n.r.members) {
		return 0
	}
	return young
}

// peerName is a server by name, as links give it.
type peerName struct{ cluster, name string }

// unheardPeers returns the names in the routes of STATSZ, and the clusters in
// its gateways, of which nobody has answered.
func (n *naming) unheardPeers() map[peerName][]string {
	heard := map[peerName]bool{}
	for _, m := range n.r.members {
		heard[peerName{m.sv.Info.Cluster, m.sv.Info.Name}] = true
		heard[peerName{m.sv.Info.Cluster, ""}] = true
	}
	out := map[peerName][]string{}
	for _, m := range n.r.members {
		for p := range peersOf(m.sv.Info, m.sv.Statsz) {
			if !heard[p] {
				out[p] = append(out[p], m.sv.Info.Name)
			}
		}
	}
	return out
}

// peersOf yields the servers and clusters that a server is linked to.
func peersOf(info server.ServerInfo, st *server.ServerStats) func(func(peerName) bool) {
	return func(yield func(peerName) bool) {
		if st == nil {
			return
		}
		last := ""
		for _, rt := range st.Routes {
			if rt == nil || rt.Name == "" || rt.Name == last {
				continue
			}
			if last = rt.Name; !yield(peerName{info.Cluster, rt.Name}) {
				return
			}
		}
		for _, g := range st.Gateways {
			if g != nil && g.Name != "" && !yield(peerName{g.Name, ""}) {
				return
			}
		}
	}
}
