package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/broker"
)

// nodeEntries are the actions on nodes, one command each.
func nodeEntries() []entry {
	out := []entry{
		{name: "add", help: "Add a node to a cluster that runs.", cmd: &clusterNodeAdd{}},
		{name: "rm", aliases: []string{"remove"}, help: "Remove the last node of a cluster that runs.", cmd: &clusterNodeRm{}},
	}
	for _, a := range broker.NodeActions() {
		if a.Name != "lame-duck" { // stands beside node
			out = append(out, entry{name: a.Name, help: a.Help, cmd: &clusterNode{action: a}})
		}
	}
	return out
}

// clusterNode does one action to nodes, one after the other.
type clusterNode struct {
	action   broker.NodeAction
	nodes    []string
	in       inFlag
	duration time.Duration
	grace    time.Duration
	measure  measureFlags
}

func (c *clusterNode) setup(cmd *kingpin.CmdClause) {
	cmd.Arg("node", "The nodes, for example east-2.").Required().StringsVar(&c.nodes)
	c.in.setup(cmd)
	if c.action.Name == "lame-duck" {
		cmd.Flag("duration", "Time in which the clients are moved.").Default("10s").PlaceHolder("DURATION").DurationVar(&c.duration)
		cmd.Flag("grace", "Time before the first client is closed.").Default("1s").PlaceHolder("DURATION").DurationVar(&c.grace)
	}
	if c.action.Away {
		c.measure.setup(cmd)
	}
}

func (c *clusterNode) run(ctx context.Context, e *env) error {
	l, err := c.in.find(e)
	if err != nil {
		return err
	}
	if !c.action.Away {
		return c.act(ctx, e, l)
	}
	return c.measure.around(ctx, e, l, c.nodes, func() error { return c.act(ctx, e, l) })
}

func (c *clusterNode) act(ctx context.Context, e *env, l local) error {
	for _, node := range c.nodes {
		begun := e.now()
		if err := l.home.Node(ctx, l.Name, node, c.action.Name, c.duration, c.grace); err != nil {
			return err
		}
		e.say("", fmt.Sprintf("%s %s: done in %s", c.action.Name, node, e.now().Sub(begun).Round(time.Millisecond)))
	}
	return nil
}

// lameDuckEntry is the action on nodes that stands beside the others.
func lameDuckEntry() entry {
	i := slices.IndexFunc(broker.NodeActions(), func(a broker.NodeAction) bool { return a.Name == "lame-duck" })
	a := broker.NodeActions()[i]
	return entry{name: a.Name, aliases: []string{"drain"}, help: a.Help, cmd: &clusterNode{action: a}}
}

// faultEntries are the faults, one command each, and what undoes them.
func faultEntries() []entry {
	return []entry{
		{name: "partition", help: "Cut all links between two nodes, clusters or leaf groups.", cmd: &clusterFault{kind: broker.Partition}},
		{name: "latency", help: "Let everything between them arrive later.", cmd: &clusterFault{kind: broker.Latency}},
		{name: "bandwidth", help: "Let only so many bytes a second through.", cmd: &clusterFault{kind: broker.Bandwidth}},
		{name: "blackhole", help: "Leave connections open and let nothing through.", cmd: &clusterFault{kind: broker.Blackhole}},
		{name: "drop", help: "Close the connections once; they may come back.", cmd: &clusterFault{kind: broker.Drop}},
		{name: "ls", aliases: []string{"list"}, help: "List the faults of now.", cmd: &clusterFaultLs{}},
		{name: "heal", help: "End faults, all when no number is given.", cmd: &clusterHeal{}},
	}
}
