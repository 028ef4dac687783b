package drain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// raftGroup is a stream or consumer with the servers that hold it.
type raftGroup struct {
	what     string          // "stream ORDERS of account APP"
	online   map[string]bool // by server name
	answered map[string]bool // servers that answered, so they are online whatever others report
	leader   string          // "" when there is no leader
}

// without describes what would be wrong if one server were gone, or returns "".
func (g *raftGroup) without(name string) string {
	if _, holds := g.online[name]; !holds {
		return ""
	}
	left := 0
	for server, online := range g.online {
		if online && server != name {
			left++
		}
	}
	switch need := len(g.online)/2 + 1; {
	case len(g.online) == 1:
		return g.what + " has its only replica here"
	case left < need:
		return fmt.Sprintf("%s needs %d of its %d replicas and would have %d", g.what, need, len(g.online), left)
	}
	return ""
}

// raftGroups are the streams and consumers of a domain, by name.
func raftGroups(all *fleet.Snapshot, domain string) []*raftGroup {
	groups := map[string]*raftGroup{}
	for _, sv := range all.Servers {
		if sv.Jsz == nil || sv.Info.Domain != domain {
			continue
		}
		for _, a := range sv.Jsz.AccountDetails {
			for _, s := range a.Streams {
				stream := "stream " + s.Name + " of account " + a.Name
				addGroup(groups, stream, sv.Info.Name, s.Cluster)
				for _, con := range s.Consumer {
					addGroup(groups, "consumer "+con.Name+" of "+stream, sv.Info.Name, con.Cluster)
				}
			}
		}
	}
	out := make([]*raftGroup, 0, len(groups))
	for _, g := range groups {
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b *raftGroup) int { return strings.Compare(a.what, b.what) })
	return out
}

// addGroup adds what one server reports about a group. Whether a server that did
// not answer is online, the leader knows best.
func addGroup(groups map[string]*raftGroup, what, reporter string, ci *server.ClusterInfo) {
	g := groups[what]
	if g == nil {
		g = &raftGroup{what: what, online: map[string]bool{}, answered: map[string]bool{}}
		groups[what] = g
	}
	g.online[reporter], g.answered[reporter] = true, true
	if ci == nil {
		g.leader = reporter
		return
	}
	if ci.Leader != "" {
		g.leader = ci.Leader
	}
	for _, r := range ci.Replicas {
		if r == nil || g.answered[r.Name] {
			continue
		}
		if _, known := g.online[r.Name]; !known || reporter == ci.Leader {
			g.online[r.Name] = !r.Offline
		}
	}
}
