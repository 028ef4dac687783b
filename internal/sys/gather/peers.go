package gather

import "github.com/nats-io/nats-server/v2/server"

// peerName is a server by name, as links give it.
type peerName struct{ cluster, name string }

// unheardPeers returns the names in the routes of STATSZ, and the clusters in
// its gateways, of which nobody has answered, with the names of those that list
// them.
func (r *roll) unheardPeers() map[peerName][]string {
	heard := map[peerName]bool{}
	for _, m := range r.members {
		heard[peerName{m.sv.Info.Cluster, m.sv.Info.Name}] = true
		heard[peerName{m.sv.Info.Cluster, ""}] = true
	}
	out := map[peerName][]string{}
	for _, m := range r.members {
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

// replaced tells how many of the servers that are still counted can be earlier
// lives of servers that answered: each server that has started lately stands
// for one, provided that such a server, which never met the dead, counts none
// that is missing.
func (r *roll) replaced() int {
	young, least := 0, 0
	for _, m := range r.members {
		st := m.sv.Statsz
		if st == nil || m.sv.Info.Time.Sub(st.Start) > startedLately {
			continue
		}
		young++
		if least == 0 || st.ActiveServers < least {
			least = st.ActiveServers
		}
	}
	if least > len(r.members) {
		return 0
	}
	return young
}
