package main

import (
	"context"
	"fmt"

	"github.com/alecthomas/kingpin/v2"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/tui"
)

// demoCommand runs a super-cluster with traffic in this process and shows it.
type demoCommand struct {
	watchFlags
	shapeFlags
}

func (c *demoCommand) setup(cmd *kingpin.CmdClause) {
	cmd.HelpLong(`Starts two clusters of three servers and a leaf node in this process, on free ports of
127.0.0.1, with clients and traffic. On a terminal it opens the dashboard on them (the keys
are those of natsctl top; q ends it). Without one it prints the table of servers once; with
another -o or with --watch it prints that. Nothing is left behind.
`)
	c.watchFlags.setup(cmd)
	c.shapeFlags.setup(cmd, "")
}

func (c *demoCommand) run(ctx context.Context, e *env) error {
	if e.errTTY {
		e.say("", "starting two clusters of three servers and a leaf node ...")
	}
	cluster, err := broker.Start(ctx, demoSpec())
	if err != nil {
		return err
	}
	defer cluster.Close() //nolint:errcheck // a temporary directory that cannot be removed is left to the system
	leave, err := startTraffic(ctx, cluster)
	if err != nil {
		return err
	}
	defer leave()
	w := newLinkWatch()
	nc, err := cluster.ConnectSys(nats.Name("natsctl demo"), w.option())
	if err != nil {
		return err
	}
	defer nc.Close()
	client := sys.New(nc, sys.WithContextName("demo"))
	if e.inTTY && e.outTTY && e.flags.output == "table" && c.every == 0 && e.getenv("TERM") != "dumb" {
		return c.watch(ctx, e, newFeed("demo", client, w))
	}
	return c.show(ctx, e, client)
}

// demoSpec is the super-cluster of the demo.
func demoSpec() broker.Spec {
	spec := broker.Super(3, "east", "west").WithLeaf("edge", 1, "east")
	spec.Name = "demo"
	return spec
}

// watch opens the dashboard on the terminal.
func (c *demoCommand) watch(ctx context.Context, e *env, feed *tui.Feed) error {
	opt, err := (&topCommand{color: "auto", filter: c.shape.Filter, sort: c.shape.Sort}).options(e)
	if err != nil {
		return err
	}
	opt.Feed = feed
	return e.dashboard(ctx, opt)
}

// show prints the table of servers, again and again with --watch.
func (c *demoCommand) show(ctx context.Context, e *env, source fleet.Source) error {
	return c.loop(ctx, e, func(ctx context.Context) error {
		snap, err := source.Snapshot(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Varz}})
		if err != nil {
			return fmt.Errorf("look at the demo's servers: %w", err)
		}
		t, err := serverTable("natsctl.server.ls/v1", snap, c.shape)
		if err != nil {
			return err
		}
		return e.print(t)
	})
}
