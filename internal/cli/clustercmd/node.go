package clustercmd

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/link"
	"github.com/natsctl/natsctl/internal/cli"
)

// nodeEntries are the actions on nodes, one command each.
func nodeEntries() []cli.Entry {
	out := []cli.Entry{
		{Name: "add", Help: "Add a node to a cluster that runs.", Cmd: &clusterNodeAdd{}, Examples: []string{
			"cluster node add east",
			"cluster node add east --in rehearsal",
		}},
		{Name: "rm", Aliases: []string{"remove"}, Help: "Remove the last node of a cluster that runs.", Cmd: &clusterNodeRm{}, Examples: []string{
			"cluster node rm east-4",
			"cluster node rm east-4 --in rehearsal --yes",
		}},
	}
	for _, a := range broker.NodeActions() {
		if a.Name != "lame-duck" { // is next to node, not below it
			out = append(out, cli.Entry{Name: a.Name, Help: a.Help, Cmd: &clusterNode{action: a}, Examples: []string{
				"cluster node " + a.Name + " east-1",
				"cluster node " + a.Name + " east-1 east-2 --in rehearsal",
			}})
		}
	}
	return out
}

// clusterNode applies one action to nodes, one after the other.
type clusterNode struct {
	action   broker.NodeAction
	nodes    []string
	in       inFlag
	duration time.Duration
	grace    time.Duration
	stop     stopFlags
	measure  measureFlags
}

// inOrder are the actions that end a server in an orderly way; kill and pause are faults, made on purpose.
var inOrder = []string{"stop", "restart", "lame-duck"}

func (c *clusterNode) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("node", "The nodes, for example east-2.").Required().StringsVar(&c.nodes)
	c.in.Setup(cmd)
	if c.action.Name == "lame-duck" {
		cmd.Flag("duration", "Time over which the clients are disconnected.").Default("10s").PlaceHolder("DURATION").DurationVar(&c.duration)
		cmd.Flag("grace", "Time before the first client is closed.").Default("1s").PlaceHolder("DURATION").DurationVar(&c.grace)
	}
	if slices.Contains(inOrder, c.action.Name) {
		c.stop.Setup(cmd)
	}
	if c.action.Away {
		c.measure.Setup(cmd)
	}
}

func (c *clusterNode) Run(ctx context.Context, e *cli.Env) error {
	l, err := c.in.find(e)
	if err != nil {
		return err
	}
	if slices.Contains(inOrder, c.action.Name) {
		if err := c.stop.confirm(ctx, e, l, c.nodes); err != nil {
			return err
		}
	}
	if !c.action.Away {
		return c.act(ctx, e, l)
	}
	return c.measure.around(ctx, e, l, c.nodes, func() error { return c.act(ctx, e, l) })
}

func (c *clusterNode) act(ctx context.Context, e *cli.Env, l local) error {
	for _, node := range c.nodes {
		begun := e.Now()
		if err := l.home.Node(ctx, l.Name, node, c.action.Name, c.duration, c.grace); err != nil {
			return err
		}
		e.Note("", fmt.Sprintf("%s %s: done in %s", c.action.Name, node, e.Now().Sub(begun).Round(time.Millisecond)))
	}
	return nil
}

// lameDuckEntry is the action on nodes that is not below node.
func lameDuckEntry() cli.Entry {
	i := slices.IndexFunc(broker.NodeActions(), func(a broker.NodeAction) bool { return a.Name == "lame-duck" })
	a := broker.NodeActions()[i]
	return cli.Entry{Name: a.Name, Aliases: []string{"drain"}, Help: a.Help, Cmd: &clusterNode{action: a}, Examples: []string{
		"cluster lame-duck east-1",
		"cluster lame-duck east-1 --duration 30s --grace 5s --in rehearsal",
	}}
}

// faultEntries are the commands for faults, one for each, and the one that undoes them.
func faultEntries() []cli.Entry {
	return []cli.Entry{
		{Name: "partition", Help: "Cut all links between two nodes, clusters or leaf groups.", Cmd: &clusterFault{kind: link.Partition}, Examples: []string{
			"cluster fault partition east west",
			"cluster fault partition east-1 east-2 --oneway --for 30s",
		}},
		{Name: "latency", Help: "Delay everything between two nodes, clusters or leaf groups.", Cmd: &clusterFault{kind: link.Latency}, Examples: []string{
			"cluster fault latency east west 80ms",
			"cluster fault latency east west 35ms --jitter 10ms --for 5m",
		}},
		{Name: "bandwidth", Help: "Limit the bytes per second between two nodes, clusters or leaf groups.", Cmd: &clusterFault{kind: link.Bandwidth}, Examples: []string{
			"cluster fault bandwidth east west 1MB",
			"cluster fault bandwidth edge '*' 256KB --for 1m",
		}},
		{Name: "blackhole", Help: "Drop all traffic but keep the connections open.", Cmd: &clusterFault{kind: link.Blackhole}, Examples: []string{
			"cluster fault blackhole east-1",
			"cluster fault blackhole east west --for 30s",
		}},
		{Name: "drop", Help: "Close the connections once; they may come back.", Cmd: &clusterFault{kind: link.Drop}, Examples: []string{
			"cluster fault drop east-1",
			"cluster fault drop east west",
		}},
		{Name: "ls", Aliases: []string{"list"}, Help: "List the current faults.", Cmd: &clusterFaultLs{}, Examples: []string{
			"cluster fault ls",
			"cluster fault ls rehearsal -o json",
		}},
		{Name: "heal", Help: "Heal faults (default: all).", Cmd: &clusterHeal{}, Examples: []string{
			"cluster fault heal",
			"cluster fault heal 1 3 --in rehearsal",
		}},
	}
}
