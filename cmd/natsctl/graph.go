package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// graphCommand draws the topology.
type graphCommand struct {
	scopeFlags
	watchFlags
	samplerFlags
}

func graphEntry() entry {
	return entry{name: "graph", help: "Draw clusters, servers, gateways and leafnodes, with what is wrong: -o tree, dot, mermaid, svg or json.", cmd: &graphCommand{}}
}

// graphFormats are the formats of a topology; without one it is a tree.
var graphFormats = []string{"table", "tree", "wide", "dot", "mermaid", "svg", "json", "ndjson", "yaml"}

// graphWant is what a topology is made from.
var graphWant = fleet.Want{Kinds: []fleet.Kind{fleet.Varz, fleet.Routez, fleet.Gatewayz, fleet.Leafz}}

func (c *graphCommand) setup(cmd *kingpin.CmdClause) {
	c.scopeFlags.setup(cmd)
	c.watchFlags.setup(cmd)
	c.samplerFlags.setup(cmd)
}

func (c *graphCommand) run(ctx context.Context, e *env) error {
	format, err := e.format(graphFormats...)
	if err != nil {
		return err
	}
	sampler, err := c.sampler(ctx, e, c.every > 0)
	if err != nil {
		return err
	}
	want := graphWant
	want.Scope = c.scope
	err = c.loop(ctx, e, func(ctx context.Context) error {
		tick, err := sampler.take(ctx, want, c.rate > 0 || c.every > 0)
		if err != nil {
			return err
		}
		top := fleet.NewTopology(tick.Snapshot, fleet.TopologyOptions{Delta: tick.Delta})
		if err := c.draw(e, format, top); err != nil {
			return err
		}
		return e.completeness(tick.Snapshot)
	})
	if c.every > 0 && errors.Is(err, io.EOF) {
		return nil // the recording has been played
	}
	return err
}

func (c *graphCommand) draw(e *env, format string, t *fleet.Topology) error {
	doc := struct {
		Schema string `json:"schema"`
		*fleet.Topology
	}{"natsctl.topology/v1", t}
	style := view.Style{Color: e.outColor}
	switch format {
	case "json", "ndjson":
		return e.printJSON(doc, format == "ndjson")
	case "yaml":
		return view.YAML(e.out, doc)
	case "wide":
		return style.GraphTree(e.out, t, e.flags.ascii)
	}
	small := view.FoldTopology(t)
	e.sayFolded(small)
	switch format {
	case "dot":
		return view.GraphDOT(e.out, small.Topology)
	case "mermaid":
		return view.GraphMermaid(e.out, small.Topology)
	case "svg":
		return view.GraphSVG(e.out, small.Topology)
	}
	return style.GraphTree(e.out, small.Topology, e.flags.ascii)
}

// sayFolded says what a drawing of a large fleet leaves out, and where it is.
func (e *env) sayFolded(f view.Folded) {
	if f.Faults > 0 {
		e.say("warning", fmt.Sprintf("%d more links at fault are not drawn; -o wide has them all", f.Faults))
	}
	if f.Servers > 0 {
		text := fmt.Sprintf("%d servers without a fault of their own are folded", f.Servers)
		if f.Gateways > 0 {
			text += fmt.Sprintf(", and %d gateways between clusters that are well", f.Gateways)
		}
		e.say("", text+"; -o wide has all of them, --cluster NAME draws one cluster")
	}
}
