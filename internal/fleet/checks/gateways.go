package checks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
)

func findGateways(c *checkup) {
	findEdges(c, fleet.Gateway)
	for _, cl := range c.Topology.Clusters {
		if cl.Ghost {
			c.add(Finding{
				Level: fleet.Crit, Object: cl.Name, What: "no server of cluster " + cl.Name + " answers, though gateways to it are known",
				Next: "Check that cluster; remove it from gateway { gateways } everywhere if it is gone for good.",
			})
		}
	}
}

// fewGateways is the largest number of gateways of one server in one bad state
// that are findings of their own; more become one finding for the server.
const fewGateways = 3

// serverState is a server's gateways in one state.
type serverState struct {
	from  string // its key
	state fleet.State
}

// gatewayGroups are the gateways of servers that have many bad ones: a server
// that lost them all in a super-cluster of hundreds is one finding.
type gatewayGroups map[serverState][]*fleet.Edge

// manyGateways finds the servers with more bad gateways in one state than
// [fewGateways]; empty for other kinds of links.
func manyGateways(t *fleet.Topology, kind fleet.EdgeKind) gatewayGroups {
	if kind != fleet.Gateway {
		return nil
	}
	count := map[serverState]int{}
	for _, e := range t.Edges {
		if e.Kind == fleet.Gateway && e.Level != fleet.OK {
			count[serverState{e.From, e.State}]++
		}
	}
	maps.DeleteFunc(count, func(_ serverState, n int) bool { return n <= fewGateways })
	groups := gatewayGroups{}
	for key := range count {
		groups[key] = nil
	}
	return groups
}

// add adds a gateway to its group; false if it has none.
func (g gatewayGroups) add(e *fleet.Edge) bool {
	key := serverState{e.From, e.State}
	list, grouped := g[key]
	if grouped {
		g[key] = append(list, e)
	}
	return grouped
}

// report reports one finding for each group.
func (g gatewayGroups) report(c *checkup) {
	keys := slices.SortedFunc(maps.Keys(g), func(a, b serverState) int { return strings.Compare(a.from+string(a.state), b.from+string(b.state)) })
	for _, key := range keys {
		list := g[key]
		if len(list) == 0 {
			continue
		}
		e := list[0]
		var names []string
		for _, o := range list[:min(len(list), 3)] {
			names = append(names, o.ToCluster)
		}
		f := Finding{
			Level: e.Level, Object: e.FromName + " - other clusters", Where: where(c.Topology, e), Count: len(list),
			What:  fmt.Sprintf("%d gateways of %s %s: to %s and %d more", len(list), e.FromName, manyWord[e.State], strings.Join(names, ", "), len(list)-len(names)),
			About: onEdge(c.Topology, e),
		}
		f.About.Edge, f.About.Servers = nil, f.About.Servers[:1]
		f.Why, f.Next = linkWords[e.State].why, linkWords[e.State].next
		if e.Level == fleet.Crit {
			c.lookTwice(e, &f)
		}
		c.add(f)
	}
}

// manyWord describes the states, for several links.
var manyWord = map[fleet.State]string{
	fleet.StateSlow: "are slow", fleet.StateShort: "have too few connections", fleet.StateUnknown: "are not known", fleet.StateOneWay: "work one way only",
	fleet.StateGhost: "lead nowhere", fleet.StateMissing: "are missing",
}
