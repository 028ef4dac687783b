package main

import (
	"context"
	"fmt"
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
			out = append(out, entry{name: a.Name, help: a.Help, cmd: &clusterNode{action: a.Name}})
		}
	}
	return out
}

// clusterNode does one action to nodes, one after the other.
type clusterNode struct {
	action   string
	nodes    []string
	in       string
	duration time.Duration
	grace    time.Duration
}

func (c *clusterNode) setup(cmd *kingpin.CmdClause) {
	cmd.Arg("node", "The nodes, for example east-2.").Required().StringsVar(&c.nodes)
	cmd.Flag("in", "The cluster; may be left out when only one is up.").PlaceHolder("CLUSTER").StringVar(&c.in)
	if c.action == "lame-duck" {
		cmd.Flag("duration", "Time in which the clients are moved.").Default("10s").PlaceHolder("DURATION").DurationVar(&c.duration)
		cmd.Flag("grace", "Time before the first client is closed.").Default("1s").PlaceHolder("DURATION").DurationVar(&c.grace)
	}
}

func (c *clusterNode) run(ctx context.Context, e *env) error {
	home, err := e.clusters()
	if err != nil {
		return err
	}
	r, err := running(home, c.in)
	if err != nil {
		return err
	}
	for _, node := range c.nodes {
		begun := e.now()
		if err := home.Node(ctx, r.Name, node, c.action, c.duration, c.grace); err != nil {
			return err
		}
		e.say("", fmt.Sprintf("%s %s: done in %s", c.action, node, e.now().Sub(begun).Round(time.Millisecond)))
	}
	return nil
}

// running is the cluster of the name, or the only one that is up.
func running(home *broker.Home, name string) (broker.Record, error) {
	if name != "" {
		return home.Record(name)
	}
	all, err := home.Records()
	if err != nil {
		return broker.Record{}, err
	}
	var up []broker.Record
	for _, r := range all {
		if r.Life == broker.Up {
			up = append(up, r)
		}
	}
	switch len(up) {
	case 0:
		return broker.Record{}, fmt.Errorf("%w: none is up", broker.ErrDown)
	case 1:
		return up[0], nil
	}
	return broker.Record{}, fmt.Errorf("%w: %d are up; name one with --in", errWhich, len(up))
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
