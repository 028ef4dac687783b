package page

import (
	"maps"
	"slices"
	"strings"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// treeRow is one line of the topology tree: a cluster, a server in it, or a leaf
// node below its hub.
type treeRow struct {
	cluster *fleet.Cluster
	node    *fleet.Node
	srv     *live.ServerRow                // of the node; nil outside the system account
	cols    []view.Column[*live.ServerRow] // of srv
	link    *live.LinkRow                  // of a leaf node: the link to its hub
	depth   int
	slowest float64 // round-trip time of its slowest link; 0: unknown
	total   clusterTotal
	level   fleet.Level
}

// clusterTotal holds the totals of a cluster.
type clusterTotal struct {
	conns   int
	msgs    float64
	known   bool
	gwHave  int
	gwNeed  int
	answers int
}

// NewTree lists clusters with their servers, then servers without a cluster, then
// leaf nodes.
func NewTree(st *live.State, hidden *live.Marks) []*treeRow {
	byKey := map[string]*live.ServerRow{}
	for _, r := range st.Servers {
		if r.Node != nil {
			byKey[r.Node.Key] = r
		}
	}
	links := map[string]*live.LinkRow{}
	for _, l := range st.Links {
		if l.Edge.Kind == fleet.Leaf {
			links[l.Edge.To] = l
		}
	}
	rtts := slowestLinks(st.Top)
	var rows, loose, leafs []*treeRow
	cols := live.ServerColumns(st.Snapshot(), false)
	gone := departedRows(st, hidden, cols)
	for _, c := range st.Top.Clusters {
		if headed(c) != "" {
			rows = append(rows, newClusterRow(c, byKey, rtts))
		}
		for _, n := range c.Nodes {
			if n.Ghost && hidden.Hides(n.Cluster+"/"+n.Name) {
				continue
			}
			r := &treeRow{cluster: c, node: n, srv: byKey[n.Key], cols: cols, link: links[n.Key], depth: 1, slowest: rtts[n.Key], level: n.Level}
			if r.srv != nil {
				r.level = r.srv.Level
			}
			if r.link != nil && (c.Leafs || c.Name == "" || n.Outside) {
				r.level = r.level.Worse(r.link.Edge.Level)
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

// headed returns the name of a cluster that has its own line, or "".
func headed(c *fleet.Cluster) string {
	if c.Leafs {
		return ""
	}
	return c.Name
}

// departedRows returns the servers that left recently, by cluster.
func departedRows(st *live.State, hidden *live.Marks, cols []view.Column[*live.ServerRow]) map[string][]*treeRow {
	rows := map[string][]*treeRow{}
	for _, r := range st.Servers {
		if r.Departed() && !hidden.Hides(r.Key()) {
			row := &treeRow{cluster: &fleet.Cluster{Name: r.Cluster}, node: r.Node, srv: r, cols: cols, depth: 1, level: r.Level}
			rows[r.Cluster] = append(rows[r.Cluster], row)
		}
	}
	return rows
}

// sign returns the mark of a server that left.
func (r *treeRow) sign() string {
	if r.srv == nil {
		return ""
	}
	return r.srv.Sign()
}

// slowestLinks returns the longest round-trip time of each node's links, as
// measured by their ends. The time that a server took to reply to natsctl is on
// the Servers page.
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

func newClusterRow(c *fleet.Cluster, byKey map[string]*live.ServerRow, rtts map[string]float64) *treeRow {
	r := &treeRow{cluster: c, level: c.Level}
	for _, n := range c.Nodes {
		r.total.gwHave += n.GatewaysHave
		r.total.gwNeed += n.GatewaysNeed
		s := byKey[n.Key]
		if s == nil || s.Answer == nil || s.Answer.Statsz == nil {
			continue
		}
		r.total.answers++
		r.total.conns += s.Answer.Statsz.Connections
		r.slowest = max(r.slowest, rtts[n.Key])
		t := s.Traffic()
		r.total.known = t.Known() && (r.total.answers == 1 || r.total.known) // a partial sum is not a total
		r.total.msgs += t.InMsgs.PerSecond + t.OutMsgs.PerSecond
	}
	return r
}

// IsGroup reports whether this is the heading of the leaf nodes.
func (r *treeRow) IsGroup() bool { return r.cluster == nil }

func (r *treeRow) key() string {
	switch {
	case r.IsGroup():
		return "leafs"
	case r.node == nil:
		return "cluster " + r.cluster.Name
	}
	return r.node.Key
}

// name returns the plain name of the cluster or server.
func (r *treeRow) name() string {
	switch {
	case r.IsGroup():
		return "leafnodes"
	case r.node == nil:
		return r.cluster.Name
	}
	return r.node.Name
}

// Label returns the name of the line, indented below its cluster.
func (r *treeRow) Label() string {
	switch {
	case r.IsGroup():
		return "leafnodes"
	case r.node == nil:
		return r.cluster.Name + "  " + live.Ratio(r.cluster.Have, r.cluster.Need)
	}
	name := "  " + r.node.Name + live.LeaderMark(r.node)
	if r.link != nil {
		name += " → " + r.link.Edge.FromName
	}
	return name
}

func (r *treeRow) ref() widget.Ref {
	switch {
	case r.IsGroup():
		return widget.Ref{Title: "leafnodes"}
	case r.node == nil:
		return widget.Ref{Cluster: r.cluster.Name}
	}
	return widget.Ref{Server: r.node.Name, ServerID: r.node.ID, Cluster: r.node.Cluster}
}

func (r *treeRow) json() any {
	switch {
	case r.IsGroup():
		return nil
	case r.node == nil:
		return r.cluster
	case r.srv != nil:
		return r.srv.JSON()
	}
	return r.node
}

// server returns the value of a Servers page column.
func (r *treeRow) server(name string) any {
	if r.IsGroup() {
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
	case r.IsGroup():
		return ""
	case r.node != nil:
		return live.NotEmpty(r.node.Version)
	case len(r.cluster.Versions) > 1:
		return "mixed"
	}
	return live.NotEmpty(r.cluster.Version)
}

// digest returns the first characters of the server's configuration digest.
func (r *treeRow) digest() any {
	if r.IsGroup() || r.node == nil {
		return ""
	}
	if r.srv == nil {
		return nil
	}
	return r.srv.Varz(func(v *server.Varz) any {
		text := strings.TrimPrefix(v.ConfigDigest, "sha256:")
		return live.NotEmpty(text[:min(len(text), 8)])
	})
}

func (r *treeRow) skew() bool {
	if r.IsGroup() {
		return false
	}
	return r.node != nil && r.node.VersionSkew || r.node == nil && len(r.cluster.Versions) > 1
}

func (r *treeRow) conns() any {
	switch {
	case r.IsGroup():
		return ""
	case r.node == nil:
		return r.total.conns
	}
	return r.server("conns")
}

// Msgs returns messages per second, in and out; nil if not all are known.
func (r *treeRow) Msgs() any {
	switch {
	case r.IsGroup():
		return ""
	case r.node == nil && r.total.known:
		return r.total.msgs
	case r.srv != nil && r.srv.Traffic().Known():
		t := r.srv.Traffic()
		return t.InMsgs.PerSecond + t.OutMsgs.PerSecond
	case r.link != nil && r.link.Traffic().Known():
		t := r.link.Traffic()
		return t.InMsgs.PerSecond + t.OutMsgs.PerSecond
	}
	return nil
}

func (r *treeRow) routes() any {
	switch {
	case r.IsGroup():
		return ""
	case r.node == nil && r.cluster.RoutesNeed > 0:
		return live.Ratio(r.cluster.RoutesHave, r.cluster.RoutesNeed)
	}
	return live.LinksHave(r.node, false)
}

func (r *treeRow) routesLevel() fleet.Level {
	if !r.IsGroup() && r.node == nil && r.cluster.RoutesHave < r.cluster.RoutesNeed {
		return fleet.Crit
	}
	return live.LinksLevel(r.node, false)
}

func (r *treeRow) gateways() any {
	switch {
	case r.IsGroup():
		return ""
	case r.node == nil && r.total.gwNeed > 0:
		return live.Ratio(r.total.gwHave, r.total.gwNeed)
	}
	return live.LinksHave(r.node, true)
}

func (r *treeRow) gatewaysLevel() fleet.Level {
	if r.node == nil && r.total.gwHave < r.total.gwNeed {
		return fleet.Crit
	}
	return live.LinksLevel(r.node, true)
}

// RTT returns the longest round-trip time of its links in seconds; nil if unknown.
func (r *treeRow) RTT() any {
	switch {
	case r.IsGroup():
		return ""
	case r.link != nil:
		return live.LinkRTT(r.link)
	case r.slowest > 0 && (r.node == nil || !r.node.Ghost): // what others last reported about a silent server is stale
		return r.slowest
	}
	return nil
}

func (r *treeRow) notes() any {
	switch {
	case r.IsGroup() || r.node == nil:
		return ""
	case r.link != nil && r.link.Edge.Level != fleet.OK && r.link.Edge.Why != "":
		return r.link.Edge.Why
	case len(r.node.Notes) > 0:
		return r.node.Notes[0]
	}
	return ""
}
