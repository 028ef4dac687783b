package page

import (
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// topoNeeds is what the topology requests at every tick: a lost link must be
// detected within two ticks.
var topoNeeds = live.Demand{Needs: []live.Need{{Kind: fleet.Routez, Every: 0}, {Kind: fleet.Gatewayz, Every: 0}, {Kind: fleet.Leafz, Every: 0}, {Kind: fleet.Varz, Every: 15 * time.Second}}}

// topoSpec defines the Topology page.
func topoSpec() *Spec {
	return &Spec{
		Kind: Topology, Names: []string{"topo", "t"}, Help: "topology", Digit: "1", Title: "Topology", Short: "Topo", System: true, open: openTopo,
		Jumps: []Jump{{To: Events}, {Connections, "conns"}, {Topology, "links"}, {To: JetStream}}, Keys: modeKeys(), needs: topoNeeds,
		Modes: []Mode{
			{Name: "map", About: "topology as a map", title: "Topology", sheet: treeSheet, above: topoMap, below: topoPanel, panel: 7, fill: topoFill, first: treeFirst},
			{Name: "tree", About: "topology as a tree", title: "Topology", sheet: treeSheet, below: topoPanel, panel: 9, fill: topoFill, first: treeFirst},
			{Name: "matrix", About: "connections between servers as a matrix", title: "Topology", draw: drawMatrices},
			{
				Name: "links", Names: []string{"l"}, About: "every link", title: "Links", sort: "state", sheet: linkSheet, below: linkPanel, panel: 6, empty: noLinks,
				first: []string{"from", "to", "kind", "state", "rtt_seconds", "in_msgs_per_second", "out_msgs_per_second", "pending_bytes", "why", "uptime_seconds"},
			},
		},
	}
}

var treeFirst = []string{"name", "version", "conns", "cpu_percent", "msgs_per_second", "routes", "gateways", "rtt_seconds", "mem_bytes", "uptime_seconds"}

// treeColumns defines the columns of the topology tree.
var treeColumns = []view.Column[*treeRow]{
	{Name: "name", Title: "CLUSTER / SERVER", Help: "clusters with their servers; leafnodes under their hub", Value: func(r *treeRow) any { return r.name() }},
	{Name: "version", Title: "VER", Help: "of a cluster: the majority's; marked where it differs", Value: func(r *treeRow) any { return r.version() }, Level: live.LevelIf(fleet.Warn, func(r *treeRow) bool { return r.skew() })},
	{Name: "conns", Title: "CONN", Help: "client connections", Unit: view.Count, Value: func(r *treeRow) any { return r.conns() }},
	{Name: "cpu_percent", Title: "CPU%", Help: "of one core", Unit: view.Percent, Value: func(r *treeRow) any { return r.server("cpu_percent") }, Level: live.LevelIf(fleet.Warn, func(r *treeRow) bool { return r.srv != nil && r.srv.CPUShare() > live.CPUWarn })},
	{Name: "msgs_per_second", Title: "MSG/s", Help: "messages in and out a second", Unit: view.PerSec, Value: func(r *treeRow) any { return r.Msgs() }},
	{Name: "routes", Title: "ROUTES", Help: "route peers it has of those it needs", Value: func(r *treeRow) any { return r.routes() }, Level: func(r *treeRow) view.Level { return r.routesLevel() }},
	{Name: "gateways", Title: "GW", Help: "remote clusters it has of those it needs", Value: func(r *treeRow) any { return r.gateways() }, Level: func(r *treeRow) view.Level { return r.gatewaysLevel() }},
	{Name: "rtt_seconds", Title: "RTT", Help: "round trip of its slowest link, as the ends measured it; of a leafnode: of the link to its hub", Unit: view.Seconds, Value: func(r *treeRow) any { return r.RTT() }},
	{Name: "mem_bytes", Title: "MEM", Help: "resident memory", Unit: view.Bytes, Value: func(r *treeRow) any { return r.server("mem_bytes") }},
	{Name: "uptime_seconds", Title: "UP", Help: "since the process started", Unit: view.Seconds, Value: func(r *treeRow) any { return r.server("uptime_seconds") }},
	{Name: "notes", Title: "NOTES", Help: "what is wrong with it", Value: func(r *treeRow) any { return r.notes() }, Level: func(r *treeRow) view.Level { return r.level }},
	{Name: "slow_consumers", Title: "SLOW", Help: "slow consumers since the start", Unit: view.Count, Wide: true, Value: func(r *treeRow) any { return r.server("slow_consumers") }},
	{Name: "domain", Title: "DOMAIN", Help: "JetStream domain", Wide: true, Value: func(r *treeRow) any { return r.server("domain") }},
	{Name: "config_digest", Title: "CONFIG", Help: "the beginning of its configuration's digest; marked where it differs from most of its cluster", Wide: true, Value: func(r *treeRow) any { return r.digest() }, Level: live.LevelIf(fleet.Warn, func(r *treeRow) bool { return r.node != nil && r.node.ConfigSkew })},
	{Name: "tags", Title: "TAGS", Help: "server tags", Wide: true, Value: func(r *treeRow) any { return r.server("tags") }},
}

// treeSheet lists the topology as a tree, in the order of the topology.
func treeSheet(ctx *Context, _ *Page) widget.Sheet {
	return &widget.RowsOf[*treeRow]{
		Columns: treeColumns, Looks: treeStyles, Rows: NewTree(ctx.State, ctx.Marks),
		KeyOf:   func(r *treeRow) string { return r.key() },
		LevelOf: func(r *treeRow) view.Level { return r.level }, MarkOf: (*treeRow).sign,
		RefOf:    func(r *treeRow) widget.Ref { return r.ref() },
		ObjectOf: func(r *treeRow) any { return r.json() },
	}
}

// treeStyles indents servers below their cluster, and shows next to the name the
// state of a server that does not answer.
var treeStyles = map[string]widget.Look[*treeRow]{"name": {Text: func(r *treeRow) string {
	if r.srv == nil || r.srv.Missing == nil {
		return r.Label()
	}
	return r.Label() + "  " + r.srv.Status()
}}}

func openTopo(_ *Context, p *Page, r widget.Ref) Effect {
	switch {
	case p.Current().Name == "links":
		return Effect{Selected: true}
	case r.Server != "":
		return openServer(r)
	case r.Cluster != "":
		return openPage(Servers, widget.Ref{Cluster: r.Cluster})
	}
	return Effect{}
}
