package clustercmd

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/cli"
)

// clusterNodeAdd adds a node to a running cluster.
type clusterNodeAdd struct {
	group string
	in    inFlag
}

func (c *clusterNodeAdd) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("cluster", "The cluster or leaf group, for example east.").Required().StringVar(&c.group)
	c.in.Setup(cmd)
}

func (c *clusterNodeAdd) Run(ctx context.Context, e *cli.Env) error {
	l, err := c.in.find(e)
	if err != nil {
		return err
	}
	node, err := l.home.AddNode(ctx, l.Name, c.group)
	if err != nil {
		return err
	}
	if err := l.renew(e); err != nil {
		return err
	}
	e.Note("", fmt.Sprintf("%s has joined: all %d servers see it", node, len(l.Nodes)))
	return nil
}

// clusterNodeRm removes a node from a running cluster.
type clusterNodeRm struct {
	node string
	in   inFlag
	act  cli.ActFlags
}

func (c *clusterNodeRm) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("node", "The last node of a cluster or leaf group.").Required().StringVar(&c.node)
	c.in.Setup(cmd)
	c.act.Setup(cmd)
}

func (c *clusterNodeRm) Run(ctx context.Context, e *cli.Env) error {
	l, err := c.in.find(e)
	if err != nil {
		return err
	}
	plan := fmt.Sprintf("node %s of cluster %s will be stopped for good, and its data removed", c.node, l.Name)
	if err := c.act.Confirm(e, plan, c.node, false); err != nil {
		return err
	}
	if err := l.home.RemoveNode(ctx, l.Name, c.node); err != nil {
		return err
	}
	if err := l.renew(e); err != nil {
		return err
	}
	e.Note("", fmt.Sprintf("%s is gone; JetStream does not count it any more", c.node))
	return nil
}

// clusterRoll restarts all nodes, a few at a time.
type clusterRoll struct {
	which    clusterArg
	program  string
	embedded bool
	roll     broker.RollingRestart
	stop     stopFlags
	publish  publishFlag
}

func (c *clusterRoll) Setup(cmd *kingpin.CmdClause) {
	c.which.Setup(cmd)
	cmd.Flag("server-bin", "Run this nats-server from now on.").PlaceHolder("PATH").StringVar(&c.program)
	cmd.Flag("embedded", "Run the embedded nats-server again.").BoolVar(&c.embedded)
	cmd.Flag("max-unavailable", "Maximum number of nodes of one cluster that may be down at a time.").Default("1").IntVar(&c.roll.MaxUnavailable)
	cmd.Flag("drain", "Time over which the clients of a node are disconnected.").Default("2s").DurationVar(&c.roll.Drain)
	cmd.Flag("force", "Proceed even if a node is unhealthy, or the nats-server is older and may be unable to read the JetStream data.").BoolVar(&c.roll.Force)
	c.stop.Setup(cmd)
	c.publish.Setup(cmd)
}

func (c *clusterRoll) Run(ctx context.Context, e *cli.Env) error {
	if err := c.check(); err != nil {
		return err
	}
	l, err := c.which.find(e)
	if err != nil {
		return err
	}
	if err := c.stop.confirm(ctx, e, l, c.roll.Batches(l.Nodes)...); err != nil {
		return err
	}
	begun := e.Now()
	c.roll.Report = func(s broker.Step) { e.Note("", fmt.Sprintf("%6.2fs  %s", s.Took.Seconds(), s.Text)) }
	return c.publish.during(ctx, e, l, func() error {
		if err := l.home.RollingRestart(ctx, l.Name, c.roll); err != nil {
			return err
		}
		e.Note("", fmt.Sprintf("all %d nodes are restarted and healthy after %s", len(l.Nodes), e.Now().Sub(begun).Round(time.Millisecond)))
		return nil
	})
}

// check validates and completes the request of the flags.
func (c *clusterRoll) check() (err error) {
	switch {
	case c.roll.MaxUnavailable < 1:
		return cli.Usagef("--max-unavailable %d: at least 1", c.roll.MaxUnavailable)
	case c.program != "" && c.embedded:
		return cli.Usagef("--server-bin and --embedded exclude each other")
	case c.embedded:
		c.roll.Program = new(string)
	case c.program != "":
		c.program, err = serverBin(c.program)
		c.roll.Program = &c.program
	}
	return err
}

// serverBin returns the absolute path of a nats-server, given as a path or a name in PATH.
func serverBin(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return "", cli.Usagef("--server-bin: %w", err)
	}
	return path, nil
}

// clusterChaos injects faults.
type clusterChaos struct {
	which   clusterArg
	plan    broker.ChaosPlan
	kinds   string
	dryRun  bool
	publish publishFlag
}

func (c *clusterChaos) Setup(cmd *kingpin.CmdClause) {
	c.which.Setup(cmd)
	cmd.Flag("seed", "Seed of the schedule; the same seed gives the same faults.").Default("1").Uint64Var(&c.plan.Seed)
	cmd.Flag("for", "How long.").Default("1m").DurationVar(&c.plan.For)
	cmd.Flag("every", "Time between two faults; each is healed before the next.").Default("10s").DurationVar(&c.plan.Every)
	cmd.Flag("kinds", "Which: "+strings.Join(broker.ChaosKinds(), ",")+" (default all).").PlaceHolder("KINDS").StringVar(&c.kinds)
	cmd.Flag("dry-run", "Show the schedule and exit.").BoolVar(&c.dryRun)
	c.publish.Setup(cmd)
}

func (c *clusterChaos) Run(ctx context.Context, e *cli.Env) error {
	l, err := c.which.find(e)
	if err != nil {
		return err
	}
	c.plan.Kinds = split(c.kinds)
	troubles, err := broker.NewChaos(c.plan, l.Nodes)
	if err != nil {
		return cli.Misuse(err)
	}
	if c.dryRun {
		for _, t := range troubles {
			if _, err := fmt.Fprintf(e.Out, "%s\t%s\n", t.At, t); err != nil {
				return err
			}
		}
		return nil
	}
	return c.publish.during(ctx, e, l, func() error { return c.inject(ctx, e, l, troubles) })
}

func (c *clusterChaos) inject(ctx context.Context, e *cli.Env, l local, troubles []broker.Trouble) error {
	begun := e.Now()
	err := l.home.Chaos(ctx, l.Name, troubles, func(t broker.Trouble) {
		e.Note("", fmt.Sprintf("%6.1fs  %s", e.Now().Sub(begun).Seconds(), t))
	})
	if err != nil {
		return err
	}
	e.Note("", fmt.Sprintf("cluster %s is healed: all nodes run and see each other", l.Name))
	return nil
}
