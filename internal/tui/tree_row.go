package tui

import (
	"maps"
	"slices"
	"strings"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// treeRow is one line of the topology tree: a cluster, a server in it, or a
// leafnode under its hub.
type treeRow struct {
	cluster *fleet.Cluster
	node    *fleet.Node
	srv     *serverRow         // of the node; nil for one outside the system account
	cols    []view.Column[srv] // of srv
	link    *linkRow           // of a leafnode: the link to its hub
	depth   int
	slowest float64 // round trip time of its slowest link; 0: none is known
	total   clusterTotal
	level   fleet.Level
}

// clusterTotal is a cluster in numbers.
type clusterTotal struct {
	conns   int
	msgs    float64
	known   bool
	gwHave  int
	gwNeed  int
	answers int
}

type tre = *treeRow

// newTree lists clusters with their servers, then servers of no cluster, then
// leafnodes.
func newTree(st *State, hidden map[string]bool) []*treeRow {
	byKey := map[string]*serverRow{}
	for _, r := range st.Servers {
		if r.node != nil {
			byKey[r.node.Key] = r
		}
	}
	links := map[string]*linkRow{}
	for _, l := range st.Links {
		if l.e.Kind == fleet.Leaf {
			links[l.e.To] = l
		}
	}
	rtts := slowestLinks(st.Top)
	var rows, loose, leafs []*treeRow
	cols := serverColumns(st.snapshot(), false)
	gone := departedRows(st, hidden, cols)
	for _, c := range st.Top.Clusters {
		if headed(c) != "" {
			rows = append(rows, newClusterRow(c, byKey, rtts))
		}
		for _, n := range c.Nodes {
			if n.Ghost && hidden[n.Cluster+"/"+n.Name] {
				continue
			}
			r := &treeRow{cluster: c, node: n, srv: byKey[n.Key], cols: cols, link: links[n.Key], depth: 1, slowest: rtts[n.Key], level: n.Level}
			if r.srv != nil {
				r.level = r.srv.level
			}
			if r.link != nil && (c.Leafs || c.Name == "" || n.Outside) {
				r.level = r.level.Worse(r.link.e.Level)
				leafs = append(leafs, r)
				continue
			}
			if c.Name == "" {
				loose = append(loose, r)
				continue
			}
			rows = append(rows, r)
		}
		if name := headed(c); name != "" {
			rows = append(rows, gone[name]...)
			delete(gone, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(gone)) {
		loose = append(loose, gone[name]...)
	}
	rows = append(rows, loose...)
	if len(leafs) > 0 {
		rows = append(rows, &treeRow{})
		rows = append(rows, leafs...)
	}
	return rows
}

// headed is the name of a cluster that has a line of its own; empty: it has none.
func headed(c *fleet.Cluster) string {
	if c.Leafs {
		return ""
	}
	return c.Name
}

// departedRows are the servers that went lately, by cluster.
func departedRows(st *State, hidden map[string]bool, cols []view.Column[srv]) map[string][]*treeRow {
	rows := map[string][]*treeRow{}
	for _, r := range st.Servers {
		if r.departed() && !hidden[r.key()] {
			row := &treeRow{cluster: &fleet.Cluster{Name: r.cluster}, node: r.node, srv: r, cols: cols, depth: 1, level: r.level}
			rows[r.cluster] = append(rows[r.cluster], row)
		}
	}
	return rows
}

// sign is the mark of a server that left.
func (r *treeRow) sign() string {
	if r.srv == nil {
		return ""
	}
	return r.srv.sign()
}

// slowestLinks is the longest round trip of each node's links, as their ends
// measured it. How long a server took to answer us is another thing: the
// Servers page has it.
func slowestLinks(t *fleet.Topology) map[string]float64 {
	rtts := map[string]float64{}
	for _, e := range t.Edges {
		if rtt, ok := e.RTTSeconds(); ok {
			rtts[e.From] = max(rtts[e.From], rtt)
			rtts[e.To] = max(rtts[e.To], rtt)
		}
	}
	return rtts
}

func newClusterRow(c *fleet.Cluster, byKey map[string]*serverRow, rtts map[string]float64) *treeRow {
	r := &treeRow{cluster: c, level: c.Level}
	for _, n := range c.Nodes {
		r.total.gwHave += n.GatewaysHave
		r.total.gwNeed += n.GatewaysNeed
		s := byKey[n.Key]
		if s == nil || s.sv == nil || s.sv.Statsz == nil {
			continue
		}
		r.total.answers++
		r.total.conns += s.sv.Statsz.Connections
		r.slowest = max(r.slowest, rtts[n.Key])
		t := s.traffic()
		r.total.known = t.Known() && (r.total.answers == 1 || r.total.known) // a part is no sum
		r.total.msgs += t.InMsgs.PerSecond + t.OutMsgs.PerSecond
	}
	return r
}

// isGroup tells the line over the leafnodes from those of clusters and nodes.
func (r *treeRow) isGroup() bool { return r.cluster == nil }

func (r *treeRow) key() string {
	switch {
	case r.isGroup():
		return "leafs"
	case r.node == nil:
		return "cluster " + r.cluster.Name
	}
	return r.node.Key
}

func (r *treeRow) label() string {
	switch {
	case r.isGroup():
		return "leafnodes"
	case r.node == nil:
		return r.cluster.Name + "  " + ratio(r.cluster.Have, r.cluster.Need)
	}
	name := "  " + r.node.Name + star(r.node)
	if r.link != nil {
		name += " → " + r.link.e.FromName
	}
	return name
}

func (r *treeRow) ref() ref {
	switch {
	case r.isGroup():
		return ref{title: "leafnodes"}
	case r.node == nil:
		return ref{cluster: r.cluster.Name}
	}
	return ref{server: r.node.Name, serverID: r.node.ID, cluster: r.node.Cluster}
}

func (r *treeRow) json() any {
	switch {
	case r.isGroup():
		return nil
	case r.node == nil:
		return r.cluster
	case r.srv != nil:
		return r.srv.json()
	}
	return r.node
}

// server reads a column of the Servers page.
func (r *treeRow) server(name string) any {
	if r.isGroup() {
		return ""
	}
	if r.srv == nil {
		return nil
	}
	for _, c := range r.cols {
		if c.Name == name {
			return c.Value(r.srv)
		}
	}
	return nil
}

func (r *treeRow) version() any {
	switch {
	case r.isGroup():
		return ""
	case r.node != nil:
		return blank(r.node.Version)
	case len(r.cluster.Versions) > 1:
		return "mixed"
	}
	return blank(r.cluster.Version)
}

// digest is the beginning of the digest of the server's configuration.
func (r *treeRow) digest() any {
	if r.isGroup() || r.node == nil {
		return ""
	}
	if r.srv == nil {
		return nil
	}
	return r.srv.varz(func(v *server.Varz) any {
		text := strings.TrimPrefix(v.ConfigDigest, "sha256:")
		return blank(text[:min(len(text), 8)])
	})
}

func (r *treeRow) skew() bool {
	if r.isGroup() {
		return false
	}
	return r.node != nil && r.node.VersionSkew || r.node == nil && len(r.cluster.Versions) > 1
}

func (r *treeRow) conns() any {
	switch {
	case r.isGroup():
		return ""
	case r.node == nil:
		return r.total.conns
	}
	return r.server("conns")
}

func (r *treeRow) msgs() any {
	switch {
	case r.isGroup():
		return ""
	case r.node == nil && r.total.known:
		return r.total.msgs
	case r.srv != nil && r.srv.traffic().Known():
		t := r.srv.traffic()
		return t.InMsgs.PerSecond + t.OutMsgs.PerSecond
	case r.link != nil && r.link.traffic().Known():
		t := r.link.traffic()
		return t.InMsgs.PerSecond + t.OutMsgs.PerSecond
	}
	return nil
}

func (r *treeRow) routes() any {
	switch {
	case r.isGroup():
		return ""
	case r.node == nil && r.cluster.RoutesNeed > 0:
		return ratio(r.cluster.RoutesHave, r.cluster.RoutesNeed)
	}
	return have(r.node, false)
}

func (r *treeRow) routesLevel() fleet.Level {
	if !r.isGroup() && r.node == nil && r.cluster.RoutesHave < r.cluster.RoutesNeed {
		return fleet.Crit
	}
	return lacking(r.node, false)
}

func (r *treeRow) gateways() any {
	switch {
	case r.isGroup():
		return ""
	case r.node == nil && r.total.gwNeed > 0:
		return ratio(r.total.gwHave, r.total.gwNeed)
	}
	return have(r.node, true)
}

func (r *treeRow) gatewaysLevel() fleet.Level {
	if r.node == nil && r.total.gwHave < r.total.gwNeed {
		return fleet.Crit
	}
	return lacking(r.node, true)
}

func (r *treeRow) rtt() any {
	switch {
	case r.isGroup():
		return ""
	case r.link != nil:
		return lnkRTT(r.link)
	case r.slowest > 0 && (r.node == nil || !r.node.Ghost): // the others' last word on one that is silent is old
		return r.slowest
	}
	return nil
}

func (r *treeRow) notes() any {
	switch {
	case r.isGroup() || r.node == nil:
		return ""
	case r.link != nil && r.link.e.Level != fleet.OK && r.link.e.Why != "":
		return r.link.e.Why
	case len(r.node.Notes) > 0:
		return r.node.Notes[0]
	}
	return ""
}
