package cause

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// findCuts names what is cut between servers that answer: all gateways from one
// cluster to another, all routes of a server, or single links.
func findCuts(s *study) []candidate {
	var out []candidate
	broken := s.edges(func(f checks.Finding) bool { return f.About.Edge.State.Level() == fleet.Crit })
	for _, group := range groupBy(broken, func(f checks.Finding) string { return span(s.top, f.About.Edge) }) {
		e := group[0].About.Edge
		from := clusterOf(s.top, e)
		c := candidate{Cause: Cause{Where: from, About: checks.Subject{Servers: ends(group)}}}
		switch {
		case e.Kind == fleet.Gateway && len(group) > 1:
			c.Object = from + " - " + e.ToCluster
			c.Brief = fmt.Sprintf("clusters %s and %s are cut apart", from, e.ToCluster)
			c.What = fmt.Sprintf("clusters %s and %s are cut apart: %s", from, e.ToCluster, count(checks.Count(group), "gateway is broken", "gateways are broken"))
		case e.Kind == fleet.Route && len(group) > 1:
			name := common(group)
			if name == "" {
				out = append(out, singleCuts(group)...)
				continue
			}
			c.Object = name
			c.Brief = fmt.Sprintf("%s is cut off from %s", name, from)
			c.What = fmt.Sprintf("%s is cut off from %s: %s", name, from, count(checks.Count(group), "route is broken", "routes are broken"))
		default:
			out = append(out, singleCuts(group)...)
			continue
		}
		out = append(out, cutOf(c, group))
	}
	return out
}

// singleCuts names each broken link by itself.
func singleCuts(group []checks.Finding) []candidate {
	var out []candidate
	for i, f := range group {
		out = append(out, cutOf(candidate{Cause: Cause{Object: f.Object, Where: f.Where, What: f.What, About: f.About}}, group[i:i+1]))
	}
	return out
}

// cutOf completes a candidate: its findings are the broken links, and what lags
// behind one end of them follows.
func cutOf(c candidate, group []checks.Finding) candidate {
	keys := map[string]bool{}
	for _, f := range group {
		keys[f.About.Edge.Key()] = true
	}
	servers := ends(group)
	c.shows = func(f checks.Finding) bool { return f.About.Edge != nil && keys[f.About.Edge.Key()] }
	c.follows = func(f checks.Finding) bool {
		if f.About.Edge != nil || !isAsset(f) && !f.About.Meta {
			return false
		}
		blamed := slices.ContainsFunc(servers, f.About.Blames)
		both := 0
		for _, r := range servers {
			if f.About.Involves(r) {
				both++
			}
		}
		return blamed && both > 1 || f.About.Meta && f.Level == fleet.Crit
	}
	return c
}

// findSlowLinks names slow or weak links: by server where one has most of them,
// else by pair.
func findSlowLinks(s *study) []candidate {
	var out []candidate
	slow := s.edges(func(f checks.Finding) bool { return true })
	for _, group := range groupBy(slow, func(f checks.Finding) string { return span(s.top, f.About.Edge) + string(f.About.Edge.State) }) {
		e := group[0].About.Edge
		c := candidate{Cause: Cause{Object: group[0].Object, Where: group[0].Where, What: group[0].What, About: group[0].About}}
		if len(group) > 1 {
			name := common(group)
			c.About = checks.Subject{Servers: ends(group)}
			switch {
			case name != "":
				c.Object, c.What = name, fmt.Sprintf("the links of %s are %s: %s", name, linkWord(e.State), count(checks.Count(group), "link", "links"))
			case e.Kind == fleet.Gateway:
				c.Object = c.Where + " - " + e.ToCluster
				c.What = fmt.Sprintf("the links from cluster %s to %s are %s: %s", c.Where, e.ToCluster, linkWord(e.State), count(checks.Count(group), "link", "links"))
			default:
				c.Object, c.What = c.Where, fmt.Sprintf("the links within %s are %s: %s", c.Where, linkWord(e.State), count(checks.Count(group), "link", "links"))
			}
		}
		c = cutOf(c, group)
		servers := ends(group)
		c.follows = func(f checks.Finding) bool {
			return isAsset(f) && f.Level != fleet.Crit && slices.ContainsFunc(servers, f.About.Blames)
		}
		out = append(out, c)
	}
	return out
}

func linkWord(state fleet.State) string {
	return cmp.Or(map[fleet.State]string{fleet.StateSlow: "slow", fleet.StateShort: "weak", fleet.StateUnknown: "not known"}[state], string(state))
}

// edges are the findings about single links that pass.
func (s *study) edges(pass func(checks.Finding) bool) []checks.Finding {
	var out []checks.Finding
	for _, f := range s.left {
		if f.About.Edge != nil && pass(f) {
			out = append(out, f)
		}
	}
	return out
}

// span names what a link joins: two clusters, or the servers of one.
func span(t *fleet.Topology, e *fleet.Edge) string {
	a, b := clusterOf(t, e), e.ToCluster
	if b == "" {
		if n := t.Node(e.To); n != nil {
			b = n.Cluster
		}
	}
	if a > b {
		a, b = b, a
	}
	return strings.Join([]string{string(e.Kind), a, b}, "|")
}

func clusterOf(t *fleet.Topology, e *fleet.Edge) string {
	if n := t.Node(e.From); n != nil {
		return n.Cluster
	}
	return ""
}

// groupBy groups findings, in the order of their first.
func groupBy(list []checks.Finding, key func(checks.Finding) string) [][]checks.Finding {
	var out [][]checks.Finding
	at := map[string]int{}
	for _, f := range list {
		k := key(f)
		i, known := at[k]
		if !known {
			i = len(out)
			at[k], out = i, append(out, nil)
		}
		out[i] = append(out[i], f)
	}
	return out
}

// common returns the name of the only server that all these links end at.
func common(group []checks.Finding) string {
	hits := map[string]int{}
	for _, f := range group {
		hits[f.About.Edge.FromName]++
		hits[f.About.Edge.ToName]++
	}
	var names []string
	for name, n := range hits {
		if n == len(group) && name != "" {
			names = append(names, name)
		}
	}
	if len(names) == 1 {
		return names[0]
	}
	return ""
}

// ends are the servers at both ends of the links.
func ends(group []checks.Finding) []checks.ServerRef {
	var out []checks.ServerRef
	for _, f := range group {
		for _, r := range f.About.Servers {
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}
