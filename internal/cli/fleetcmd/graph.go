package fleetcmd

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// graphCommand draws the topology.
type graphCommand struct {
	cli.ScopeFlags
	cli.WatchFlags
	samplerFlags
}

func graphEntry() cli.Entry {
	return cli.Entry{Name: "graph", Help: "Draw clusters, servers, gateways and leafnodes with their problems: -o tree, dot, mermaid, svg or json.", Cmd: &graphCommand{}, Examples: []string{
		"server graph",
		"server graph -o svg --cluster east",
		"server graph --replay fleet.rec -o mermaid",
	}}
}

// graphFormats are the formats of a topology; the default is a tree.
var graphFormats = []string{"table", "tree", "wide", "dot", "mermaid", "svg", "json", "ndjson", "yaml"}

// graphWant is the data that a topology needs.
var graphWant = fleet.Want{Kinds: []fleet.Kind{fleet.Varz, fleet.Routez, fleet.Gatewayz, fleet.Leafz}}

func (c *graphCommand) Setup(cmd *kingpin.CmdClause) {
	c.ScopeFlags.Setup(cmd)
	c.WatchFlags.Setup(cmd)
	c.samplerFlags.Setup(cmd)
}

func (c *graphCommand) Run(ctx context.Context, e *cli.Env) error {
	format, err := e.Format(graphFormats...)
	if err != nil {
		return err
	}
	c.expect = c.Expect
	sampler, err := c.sampler(ctx, e, c.Every > 0)
	if err != nil {
		return err
	}
	want := graphWant
	want.Scope = c.Scope
	err = c.Loop(ctx, e, func(ctx context.Context) error {
		tick, err := sampler.nextTick(ctx, want, c.rate > 0 || c.Every > 0)
		if err != nil {
			return err
		}
		top, err := sampler.topology(ctx, tick)
		if err != nil {
			return err
		}
		if err := c.draw(e, format, top); err != nil {
			return err
		}
		if err := e.Completeness(tick.Snapshot); err != nil {
			return err
		}
		return offlinePeers(tick.Snapshot, c.Scope)
	})
	if c.Every > 0 && errors.Is(err, io.EOF) {
		return nil // the recording has been played
	}
	return err
}

func (c *graphCommand) draw(e *cli.Env, format string, t *fleet.Topology) error {
	doc := struct {
		Schema string `json:"schema"`
		*fleet.Topology
	}{"natsctl.topology/v1", t}
	style := view.Style{Color: e.OutColor}
	switch format {
	case "json", "ndjson":
		return e.PrintJSON(doc, format == "ndjson")
	case "yaml":
		return view.YAML(e.Out, doc)
	case "wide":
		return style.GraphTree(e.Out, t, e.Flags.ASCII)
	}
	small := view.FoldTopology(t)
	printFolded(e, small)
	switch format {
	case "dot":
		return view.GraphDOT(e.Out, small.Topology)
	case "mermaid":
		return view.GraphMermaid(e.Out, small.Topology)
	case "svg":
		return view.GraphSVG(e.Out, small.Topology)
	}
	return style.GraphTree(e.Out, small.Topology, e.Flags.ASCII)
}

// printFolded prints what a drawing of a large fleet omits, and where to find it.
func printFolded(e *cli.Env, f view.Folded) {
	if f.Faults > 0 {
		e.Note("warning", fmt.Sprintf("%d more links at fault are not drawn; -o wide has them all", f.Faults))
	}
	if f.Servers > 0 {
		text := fmt.Sprintf("%d servers without a fault of their own are folded", f.Servers)
		if f.Gateways > 0 {
			text += fmt.Sprintf(", and %d gateways between clusters that are well", f.Gateways)
		}
		e.Note("", text+"; -o wide has all of them, --cluster NAME draws one cluster")
	}
}
