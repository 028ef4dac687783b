package cause

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// findConnectedServer names the connected server when nobody but it, and the leaf nodes on
// it, answers: then it is more likely that it is cut off than that all others
// ended at once.
func findConnectedServer(s *study) []candidate {
	name, alone := ConnectedServer(s.in.Snapshot, s.top)
	if !alone {
		return nil
	}
	n := s.in.Snapshot.Absent()
	c := candidate{Cause: Cause{
		Object: name,
		Brief:  fmt.Sprintf("only %s answers: is it cut off?", name),
		What:   fmt.Sprintf("only %s answers, the server that natsctl is connected to: it may be the one that is cut off, not the %s", name, count(n, "other server", "other servers")),
		Why:    "What is seen from a server that is cut off says nothing about the others.",
		Next:   "Look from another server: connect to another URL of the context (--server URL). Then check the network of the host of " + name + ".",
	}}
	if sv := s.in.Snapshot.Server(name); sv != nil {
		c.Where = sv.Info.Cluster
		c.About = checks.Subject{Servers: []checks.ServerRef{checks.RefOf(sv)}}
	}
	c.shows = func(f checks.Finding) bool { return f.Check == "servers" }
	c.follows = func(f checks.Finding) bool {
		return f.About.Edge != nil || f.About.Meta || f.Check == "gateways" || f.Check == "health" || isAsset(f) && f.Level == fleet.Crit
	}
	return []candidate{c}
}

// ConnectedServer returns the server that the requests were sent through, and whether it
// is the only one that answered, besides leaf nodes on it, although at least two
// others should have.
func ConnectedServer(s *fleet.Snapshot, top *fleet.Topology) (name string, alone bool) {
	if s.AskedBy == "" || s.Own != nil || s.Absent() < 2 || !s.Want.Scope.IsZero() {
		return s.AskedBy, false
	}
	answered := false
	for _, n := range top.Nodes {
		switch {
		case n.Server == nil:
		case n.Name == s.AskedBy:
			answered = true
		case len(n.LeafOf) != 1 || n.LeafOf[0] != s.AskedBy:
			return s.AskedBy, false
		}
	}
	return s.AskedBy, answered
}

// absent are the servers of a cause that do not answer.
type absent struct {
	refs     []checks.ServerRef
	clusters []string // of them that have no server that answers
}

// involved reports whether one of them takes part in what the finding is about.
func (a absent) involved(f checks.Finding) bool {
	return slices.ContainsFunc(a.refs, f.About.Involves)
}

// follows reports whether a finding follows from their absence: their links,
// what they led or had a replica of, and the meta group that lost its quorum.
func (a absent) follows(f checks.Finding) bool {
	switch {
	case f.Check == "unread" || f.Check == "stream-limits":
		return false // the application is what is missing
	case a.involved(f), f.About.Edge != nil && slices.Contains(a.clusters, f.About.Edge.ToCluster):
		return true
	case f.About.Meta && f.Level == fleet.Crit && f.Check != "servers":
		return true
	case f.Check == "gateways" && slices.Contains(a.clusters, f.Object):
		return true
	}
	return f.Level == fleet.Crit && (isAsset(f) || f.Check == "health" && f.About.Stream != "") && a.near(f)
}

// near reports whether one of them belongs to the cluster that a stream or
// consumer without a leader is placed in.
func (a absent) near(f checks.Finding) bool {
	cluster := f.About.Cluster
	if cluster == "" && len(f.About.Servers) == 1 {
		cluster = f.About.Servers[0].Cluster
	}
	return slices.ContainsFunc(a.refs, func(r checks.ServerRef) bool { return cluster != "" && r.Cluster == cluster })
}

// isAsset reports whether a finding is about the state of a stream, a consumer
// or a raft group.
func isAsset(f checks.Finding) bool {
	switch f.Check {
	case "streams", "consumers", "replicas", "raft", "writes", "copies":
		return true
	}
	return false
}

// findClusters names each cluster of which at least two servers are missing and
// none answers, unless one that hangs merely hides the others.
func findClusters(s *study) []candidate {
	var out []candidate
	for _, cl := range s.top.Clusters {
		missing := slices.DeleteFunc(slices.Clone(s.in.Snapshot.Missing), func(m fleet.Missing) bool { return m.Cluster != cl.Name })
		hidden := slices.ContainsFunc(missing, func(m fleet.Missing) bool { return m.Reason == fleet.Behind })
		if cl.Name == "" || cl.Have > 0 || hidden || len(missing) < 2 && !cl.Ghost {
			continue
		}
		a := absent{clusters: []string{cl.Name}}
		n := 0
		for _, m := range missing {
			a.refs, n = append(a.refs, checks.RefOfMissing(m)), n+m.Servers()
		}
		c := candidate{Cause: Cause{Object: cl.Name, Brief: "cluster " + cl.Name + " does not answer", What: clusterWords(cl.Name, n, missing), About: checks.Subject{Servers: a.refs}}}
		c.Why = "Its clients and streams are out of reach, and what is published for them elsewhere goes nowhere."
		c.Next = fmt.Sprintf("Look from a server of %s (--server URL): if it answers there, the network between the clusters is cut; if not, check its hosts.", cl.Name)
		c.shows = func(f checks.Finding) bool {
			return f.Check == "servers" && a.involved(f) || f.Check == "gateways" && f.About.Edge == nil && f.Object == cl.Name
		}
		c.follows = a.follows
		out = append(out, c)
	}
	return out
}

// clusterWords says how the servers of a cluster are away.
func clusterWords(name string, n int, missing []fleet.Missing) string {
	if len(missing) > 0 && !slices.ContainsFunc(missing, func(m fleet.Missing) bool { return m.Reason != fleet.Silent }) {
		return fmt.Sprintf("cluster %s hangs: none of its %d servers answers, though they are connected", name, n)
	}
	if n == 0 {
		return fmt.Sprintf("cluster %s is cut off from here, or dead: no server of it answers", name)
	}
	return fmt.Sprintf("cluster %s is cut off from here, or dead: none of its %d servers answers", name, n)
}

// findServers names each server that does not answer, with those that cannot be
// asked because the way to them leads through it. Servers of which nothing is
// known come last.
func findServers(s *study) []candidate {
	var out []candidate
	missing := slices.Clone(s.in.Snapshot.Missing)
	hides := map[string][]fleet.Missing{}
	for _, m := range missing {
		if m.Reason == fleet.Behind && m.Via != "" && m.Via != m.Name {
			hides[m.Via] = append(hides[m.Via], m)
		}
	}
	slices.SortStableFunc(missing, func(a, b fleet.Missing) int { return cmp.Compare(weight(a, hides), weight(b, hides)) })
	for _, m := range missing {
		out = append(out, absentServer(m, hides[m.Name]))
	}
	return append(out, forgotten(s)...)
}

// forgotten names the servers that only earlier answers know of.
func forgotten(s *study) []candidate {
	var out []candidate
	for _, f := range s.left {
		expected := func(m fleet.Missing) bool {
			return slices.ContainsFunc(f.About.Servers, checks.RefOfMissing(m).Same) || m.Name == "" && f.Object == m.Label()
		}
		if f.Check != "servers" || slices.ContainsFunc(s.in.Snapshot.Missing, expected) {
			continue
		}
		a := absent{refs: f.About.Servers}
		c := candidate{Cause: Cause{Object: f.Object, Where: f.Where, Brief: f.Object + " is gone", What: f.What, About: f.About}}
		c.shows = func(o checks.Finding) bool { return o.Check == "servers" && o.Object == f.Object && o.Where == f.Where }
		c.follows = a.follows
		out = append(out, c)
	}
	return out
}

// absentServer is the candidate of one server that does not answer.
func absentServer(m fleet.Missing, hidden []fleet.Missing) candidate {
	self := absent{refs: []checks.ServerRef{checks.RefOfMissing(m)}}
	all := absent{refs: slices.Clone(self.refs)}
	for _, o := range hidden {
		all.refs = append(all.refs, checks.RefOfMissing(o))
	}
	nameless := m.Name == "" && m.ID == ""
	brief := m.Label() + " " + cmp.Or(briefWords[m.Reason], "does not answer")
	c := candidate{Cause: Cause{Object: m.Label(), Where: m.Cluster, Brief: brief, What: serverWords(m, hidden), About: checks.Subject{Servers: self.refs}, vague: nameless}}
	c.shows = func(f checks.Finding) bool {
		return f.Check == "servers" && (self.involved(f) || nameless && f.Object == m.Label() && f.Where == m.Cluster)
	}
	if nameless {
		return c
	}
	behind := slices.ContainsFunc(hidden, func(o fleet.Missing) bool { return o.Name == "" && o.ID == "" })
	c.follows = func(f checks.Finding) bool {
		return all.follows(f) || behind && f.Check == "servers" && len(f.About.Servers) == 1 && f.About.Servers[0].Name == "" && f.Where == m.Cluster
	}
	return c
}

// weight sorts missing servers: those that others are hidden behind, those that
// have a name, draining ones, those behind another, and those of which nothing
// is known.
func weight(m fleet.Missing, hides map[string][]fleet.Missing) int {
	switch {
	case m.Name == "" && m.ID == "":
		return 4
	case m.Reason == fleet.Behind:
		return 3
	case len(hides[m.Name]) > 0:
		return 0
	case m.Reason == fleet.Draining:
		return 2
	}
	return 1
}

// reasonWords say how a server is away, after its name.
var reasonWords = map[fleet.Reason]string{
	fleet.Silent:   "hangs, or was just cut off: it is connected and does not answer",
	fleet.Gone:     "is dead or cut off",
	fleet.Draining: "drains: it is in lame duck mode and takes no new clients",
}

// briefWords are the same in a few words.
var briefWords = map[fleet.Reason]string{fleet.Silent: "hangs", fleet.Gone: "is dead or cut off", fleet.Draining: "drains", fleet.Behind: "cannot be asked"}

// serverWords says in a sentence how a server is away.
func serverWords(m fleet.Missing, hidden []fleet.Missing) string {
	text := m.Label() + " " + cmp.Or(reasonWords[m.Reason], m.Note())
	var names []string
	more := 0
	for _, o := range hidden {
		if o.Name == "" || len(names) == 3 {
			more += o.Servers()
			continue
		}
		names = append(names, o.Name)
	}
	if more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	if len(names) > 0 {
		text += "; " + strings.Join(names, ", ") + " cannot be asked, because the way leads through it"
	}
	return text
}
