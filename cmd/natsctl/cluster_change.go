package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/broker"
)

// clusterNodeAdd adds a node to a running cluster.
type clusterNodeAdd struct{ group, in string }

func (c *clusterNodeAdd) setup(cmd *kingpin.CmdClause) {
	cmd.Arg("cluster", "The cluster or leaf group, for example east.").Required().StringVar(&c.group)
	cmd.Flag("in", "The whole; may be left out when only one is up.").PlaceHolder("NAME").StringVar(&c.in)
}

func (c *clusterNodeAdd) run(ctx context.Context, e *env) error {
	home, err := e.clusters()
	if err != nil {
		return err
	}
	r, err := running(home, c.in)
	if err != nil {
		return err
	}
	node, err := home.AddNode(ctx, r.Name, c.group)
	if err != nil {
		return err
	}
	if r, err = home.Record(r.Name); err != nil {
		return err
	}
	if err := e.makeContexts(r); err != nil {
		return err
	}
	e.say("", fmt.Sprintf("%s is in: all %d servers hear it", node, len(r.Nodes)))
	return nil
}

// clusterNodeRm removes a node from a running cluster.
type clusterNodeRm struct {
	node, in string
	act      actFlags
}

func (c *clusterNodeRm) setup(cmd *kingpin.CmdClause) {
	cmd.Arg("node", "The last node of a cluster or leaf group.").Required().StringVar(&c.node)
	cmd.Flag("in", "The cluster; may be left out when only one is up.").PlaceHolder("CLUSTER").StringVar(&c.in)
	c.act.setup(cmd)
}

func (c *clusterNodeRm) run(ctx context.Context, e *env) error {
	home, err := e.clusters()
	if err != nil {
		return err
	}
	r, err := running(home, c.in)
	if err != nil {
		return err
	}
	plan := fmt.Sprintf("node %s of cluster %s will be stopped for good, and its data removed", c.node, r.Name)
	if err := c.act.confirm(e, plan, c.node, false); err != nil {
		return err
	}
	if err := home.RemoveNode(ctx, r.Name, c.node); err != nil {
		return err
	}
	if r, err = home.Record(r.Name); err != nil {
		return err
	}
	if err := e.makeContexts(r); err != nil {
		return err
	}
	e.say("", fmt.Sprintf("%s is gone; JetStream does not count it any more", c.node))
	return nil
}

// clusterRoll restarts all nodes, a few at a time.
type clusterRoll struct {
	which    clusterArg
	program  string
	embedded bool
	roll     broker.Roll
}

func (c *clusterRoll) setup(cmd *kingpin.CmdClause) {
	c.which.setup(cmd)
	cmd.Flag("server-bin", "Run this nats-server from now on.").PlaceHolder("PATH").StringVar(&c.program)
	cmd.Flag("embedded", "Run the nats-server inside natsctl again.").BoolVar(&c.embedded)
	cmd.Flag("max-unavailable", "How many of one cluster may be away at a time.").Default("1").IntVar(&c.roll.MaxUnavailable)
	cmd.Flag("drain", "Time in which the clients of a node are moved.").Default("2s").DurationVar(&c.roll.Drain)
}

func (c *clusterRoll) run(ctx context.Context, e *env) error {
	if c.roll.MaxUnavailable < 1 {
		return usagef("--max-unavailable %d: at least 1", c.roll.MaxUnavailable)
	}
	home, err := e.clusters()
	if err != nil {
		return err
	}
	r, err := c.which.pick(home)
	if err != nil {
		return err
	}
	switch {
	case c.program != "" && c.embedded:
		return usagef("--server-bin and --embedded exclude each other")
	case c.embedded:
		c.roll.Program = new(string)
	case c.program != "":
		path, err := filepath.Abs(c.program)
		if err != nil {
			return usageError{err}
		}
		c.roll.Program = &path
	}
	begun := e.now()
	c.roll.Report = func(s broker.Step) { e.say("", fmt.Sprintf("%6.2fs  %s", s.Took.Seconds(), s.Text)) }
	if err := home.Roll(ctx, r.Name, c.roll); err != nil {
		return err
	}
	e.say("", fmt.Sprintf("all %d nodes are restarted and well, after %s", len(r.Nodes), e.now().Sub(begun).Round(time.Millisecond)))
	return nil
}

// clusterChaos makes trouble.
type clusterChaos struct {
	which  clusterArg
	plan   broker.ChaosPlan
	kinds  string
	dryRun bool
}

func (c *clusterChaos) setup(cmd *kingpin.CmdClause) {
	c.which.setup(cmd)
	cmd.Flag("seed", "The same seed makes the same trouble.").Default("1").Uint64Var(&c.plan.Seed)
	cmd.Flag("for", "How long.").Default("1m").DurationVar(&c.plan.For)
	cmd.Flag("every", "Time between two troubles; each is mended before the next.").Default("10s").DurationVar(&c.plan.Every)
	cmd.Flag("kinds", "Which: "+strings.Join(broker.ChaosKinds(), ",")+" (default all).").PlaceHolder("KINDS").StringVar(&c.kinds)
	cmd.Flag("dry-run", "Show the schedule and do nothing.").BoolVar(&c.dryRun)
}

func (c *clusterChaos) run(ctx context.Context, e *env) error {
	home, err := e.clusters()
	if err != nil {
		return err
	}
	r, err := c.which.pick(home)
	if err != nil {
		return err
	}
	c.plan.Kinds = split(c.kinds)
	troubles, err := broker.NewChaos(c.plan, r.Nodes)
	if err != nil {
		return usageError{err}
	}
	if c.dryRun {
		for _, t := range troubles {
			if _, err := fmt.Fprintf(e.out, "%s\t%s\n", t.At, t); err != nil {
				return err
			}
		}
		return nil
	}
	begun := e.now()
	err = home.Chaos(ctx, r.Name, troubles, func(t broker.Trouble) {
		e.say("", fmt.Sprintf("%6.1fs  %s", e.now().Sub(begun).Seconds(), t))
	})
	if err != nil {
		return err
	}
	e.say("", fmt.Sprintf("cluster %s is mended: all nodes run and hear each other", r.Name))
	return nil
}
