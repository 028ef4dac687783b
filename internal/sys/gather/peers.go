package gather

import (
	"slices"

	"github.com/nats-io/nats-server/v2/server"
)

// peerName is the name of a server, as reported for links.
type peerName struct{ cluster, name string }

// peers are the servers and clusters that servers list as linked to them, and
// which of them have answered.
type peers struct {
	answered map[peerName]bool
	listed   map[peerName][]string // names of the servers that list it
	open     int                   // how many are listed and have not answered
}

// maxPeers limits how many names are listed.
const maxPeers = 16_384

func newPeers() peers {
	return peers{answered: map[peerName]bool{}, listed: map[peerName][]string{}}
}

// addAnswered records that a server has answered, and its cluster with it.
func (p *peers) addAnswered(info server.ServerInfo) {
	for _, name := range []peerName{{info.Cluster, info.Name}, {info.Cluster, ""}} {
		if p.answered[name] {
			continue
		}
		p.answered[name] = true
		if len(p.listed[name]) > 0 {
			p.open--
		}
	}
}

// addListed records the peers that a server lists.
func (p *peers) addListed(info server.ServerInfo, st *server.ServerStats) {
	for name := range peersOf(info, st) {
		by := p.listed[name]
		switch {
		case len(by) == 0 && len(p.listed) >= maxPeers:
			return
		case len(by) == 0 && !p.answered[name]:
			p.open++
		}
		if !slices.Contains(by, info.Name) {
			p.listed[name] = append(by, info.Name)
		}
	}
}

// unanswered returns the names in the routes of STATSZ, and the clusters in its
// gateways, that have not answered, with the names of the servers that list them.
func (p *peers) unanswered() map[peerName][]string {
	out := make(map[peerName][]string, p.open)
	for name, by := range p.listed {
		if !p.answered[name] {
			out[name] = by
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

// replaced returns how many of the servers that are still counted can be earlier
// processes of servers that answered: one for each recently started server,
// provided that such a server, which never knew the old processes, counts none
// that is missing.
func (ms *members) replaced() int {
	young, least := 0, 0
	for _, m := range ms.byID {
		st := m.sv.Statsz
		if st == nil || m.sv.Info.Time.Sub(st.Start) > startedLately {
			continue
		}
		young++
		if least == 0 || st.ActiveServers < least {
			least = st.ActiveServers
		}
	}
	if least > len(ms.byID) {
		return 0
	}
	return young
}
