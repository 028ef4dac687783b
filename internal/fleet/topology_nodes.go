package fleet

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/nats-io/nats-server/v2/server"
)

// meta returns what a server reports about the JetStream meta group, from VARZ
// or JSZ; STATSZ has it too.
func meta(sv *Server) *server.MetaClusterInfo {
	switch {
	case sv.Jsz != nil && sv.Jsz.Meta != nil:
		return sv.Jsz.Meta
	case sv.Statsz != nil && sv.Statsz.JetStream != nil && sv.Statsz.JetStream.Meta != nil:
		return sv.Statsz.JetStream.Meta
	case sv.Varz != nil:
		return sv.Varz.JetStream.Meta
	}
	return nil
}

// finishClusters sums the nodes of each cluster and finds version and
// configuration skew.
func (b *builder) finishClusters() {
	for _, c := range b.top.Clusters {
		leafs := 0
		for _, n := range c.Nodes {
			if n.Outside {
				continue
			}
			c.Need++
			if !n.Ghost {
				c.Have++
			}
			if len(n.LeafOf) > 0 {
				leafs++
			}
			c.Domain = cmp.Or(c.Domain, n.Domain)
			c.RoutesHave += n.RoutesHave
			c.RoutesNeed += n.RoutesNeed
		}
		c.Leafs = c.Need > 0 && leafs == c.Need
		c.findVersionSkew()
		c.findConfigSkew()
		if c.Ghost {
			c.Level = Crit
		}
	}
}

// findVersionSkew marks the servers whose version is not the majority's; with
// equal numbers the newer version counts.
func (c *Cluster) findVersionSkew() {
	votes := map[string]int{}
	for _, n := range c.Nodes {
		if n.Version != "" {
			votes[n.Version]++
		}
	}
	for v := range votes {
		c.Versions = append(c.Versions, v)
	}
	slices.SortFunc(c.Versions, compareVersions)
	for _, v := range c.Versions {
		if votes[v] >= votes[c.Version] {
			c.Version = v
		}
	}
	if c.Name == "" {
		return // not in a cluster: versions may differ
	}
	for _, n := range c.Nodes {
		if n.Version != "" && n.Version != c.Version {
			n.VersionSkew = true
			n.addNote(Warn, fmt.Sprintf("version %s, the majority of %s has %s", n.Version, c.Name, c.Version))
		}
	}
}

// findConfigSkew marks the servers whose configuration digest differs from that
// of most servers of the cluster. The digest covers the whole file, so it
// always differs if the files contain the server name: without a majority there
// is no comparison.
func (c *Cluster) findConfigSkew() {
	votes := map[string]int{}
	total := 0
	for _, n := range c.Nodes {
		if d := n.ConfigDigest(); d != "" {
			votes[d]++
			total++
		}
	}
	for digest, count := range votes {
		if c.Name == "" || count < 2 || count*2 <= total {
			continue
		}
		for _, n := range c.Nodes {
			if d := n.ConfigDigest(); d != "" && d != digest {
				n.ConfigSkew = true
				n.addNote(Warn, "configuration differs from the majority of "+c.Name)
			}
		}
	}
}

// ConfigDigest returns the digest of its configuration; empty if not reported.
func (n *Node) ConfigDigest() string {
	if n.Server == nil || n.Server.Varz == nil {
		return ""
	}
	return n.Server.Varz.ConfigDigest
}

func (n *Node) addNote(l Level, text string) {
	n.Level = n.Level.Worse(l)
	n.Notes = append(n.Notes, text)
}

// judgeNodes sets every node and cluster to the worst level of its edges and
// members. A fault of an edge counts for the end that does not list it, or for
// both.
func (b *builder) judgeNodes() {
	for _, e := range b.top.Edges {
		if e.Level == OK {
			continue
		}
		text := fmt.Sprintf("%s %s to %s %s: %s", e.Kind, e.FromName, cmp.Or(e.ToName, e.ToCluster), e.State, e.Why)
		for _, key := range []string{e.From, e.To} {
			if n := b.top.Node(key); n != nil && !n.Ghost {
				// A server with a faulty link still works: only a warning.
				n.addNote(min(e.Level, Warn), text)
			}
		}
	}
	b.judgeMeta()
	for _, c := range b.top.Clusters {
		for _, n := range c.Nodes {
			c.Level = c.Level.Worse(n.Level)
		}
	}
}

// judgeMeta notes what a meta group lacks at the server that it lacks, or at the
// leader when that server is not in the topology.
func (b *builder) judgeMeta() {
	for _, g := range MetaGroups(b.snap) {
		lacking := g.Lacking()
		for _, name := range slices.Sorted(maps.Keys(lacking)) {
			n := b.inDomain(name, g.Domain)
			if n == nil && b.snap.Want.Scope.IsZero() {
				n = b.inDomain(g.Leader, g.Domain)
			}
			if n != nil && !n.Ghost {
				n.addNote(Warn, lacking[name])
			}
		}
	}
}

// inDomain returns the server with this name in a domain, also one that does not
// answer, whose domain is not known.
func (b *builder) inDomain(name, domain string) *Node {
	for _, n := range b.named[name] {
		if n.Ghost || n.Domain == domain {
			return n
		}
	}
	return nil
}
