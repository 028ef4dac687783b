package topcmd

import (
	"context"
	"fmt"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// demoCommand runs a super-cluster with traffic in this process and shows it.
type demoCommand struct {
	cli.WatchFlags
	cli.ShapeFlags
	act    cli.ActFlags
	life   time.Duration
	faults bool
}

func (c *demoCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.HelpLong(`Starts two clusters of three servers and a leaf node in this process, on free ports of
127.0.0.1, with clients and traffic. On a terminal it opens the dashboard on them (the keys
are those of natsctl top; q ends it). Without one it prints the table of servers once; with
another -o or with --watch it prints that. Nothing is left behind.

With --context NAME it starts no servers: its clients talk as the user of that context, on
subjects and in streams of their own, and the dashboard shows what that user may see.
`)
	cmd.Flag("for", "Exit after this time; without a terminal, print the servers at the end.").PlaceHolder("DURATION").DurationVar(&c.life)
	cmd.Flag("faults", "Inject link faults repeatedly, in a fixed sequence.").BoolVar(&c.faults)
	c.WatchFlags.Setup(cmd)
	c.ShapeFlags.Setup(cmd, "")
	c.act.Setup(cmd)
}

func (c *demoCommand) Run(ctx context.Context, e *cli.Env) error {
	if e.Flags.Context != "" {
		return c.guest(ctx, e)
	}
	if e.ErrTTY {
		e.Note("", "starting two clusters of three servers and a leaf node ...")
	}
	spec := demoSpec()
	spec.Faults = c.faults
	cluster, err := broker.Start(ctx, spec)
	if err != nil {
		return err
	}
	defer cluster.Close() //nolint:errcheck // a temporary directory that cannot be removed is left to the system
	leave, err := startTraffic(ctx, append(ownTraffic.clients(), ownTraffic.jetStreamClients()...), at(cluster))
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
	live, cancel := c.lifetime(ctx)
	healed, err := c.disturb(live, e, cluster)
	defer func() { cancel(); healed() }()
	if err != nil {
		return err
	}
	if c.onScreen(e) {
		err := c.watch(live, e, newFeed(e, "demo", client, w))
		if live.Err() != nil && ctx.Err() == nil {
			return nil // its lifetime has ended
		}
		return err
	}
	if c.life > 0 && c.Every == 0 {
		<-live.Done()
		healed()
		if err := cluster.Ready(ctx); err != nil {
			return err
		}
		return c.show(ctx, e, client)
	}
	return c.show(live, e, client)
}

// onScreen reports whether there is a terminal for the dashboard, and no other
// output was requested.
func (c *demoCommand) onScreen(e *cli.Env) bool {
	return e.InTTY && e.OutTTY && e.Flags.Output == "table" && c.Every == 0 && e.Getenv("TERM") != "dumb"
}

// lifetime returns the context of the demo.
func (c *demoCommand) lifetime(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.life > 0 {
		return context.WithTimeout(ctx, c.life)
	}
	return context.WithCancel(ctx)
}

// demoTroubles sets how often faults are injected, and the maximum length of the schedule.
const demoTroubles, demoDay = 5 * time.Second, 24 * time.Hour

// disturb injects small faults until ctx is done; healed waits until all of them are undone.
func (c *demoCommand) disturb(ctx context.Context, e *cli.Env, cluster *broker.Cluster) (healed func(), err error) {
	if !c.faults {
		return func() {}, nil
	}
	plan := broker.ChaosPlan{Seed: 1, For: demoDay, Every: demoTroubles, Kinds: []string{"latency", "partition", "drop", "blackhole"}}
	troubles, err := broker.NewChaos(plan, cluster.Places())
	if err != nil {
		return func() {}, err
	}
	begun, tell := e.Now(), !e.OutTTY // the dashboard has the terminal
	done := make(chan struct{})
	go func() {
		defer close(done)
		//nolint:errcheck // links are all that the schedule is about
		cluster.RunTroubles(ctx, troubles, func(t broker.Trouble) {
			if tell {
				e.Note("", fmt.Sprintf("%6.1fs  %s", e.Now().Sub(begun).Seconds(), t))
			}
		})
	}()
	return func() { <-done }, nil
}

// demoSpec is the super-cluster of the demo.
func demoSpec() spec.Spec {
	spec := spec.Super(3, "east", "west").WithLeaf("edge", 1, "east")
	spec.Name = "demo"
	return spec
}

// watch opens the dashboard on the terminal.
func (c *demoCommand) watch(ctx context.Context, e *cli.Env, feed *live.Feed) error {
	opt, err := (&topCommand{color: "auto", filter: c.Shape.Filter, sort: c.Shape.Sort}).options(e)
	if err != nil {
		return err
	}
	opt.Feed = feed
	return dashboard(ctx, e, opt, false)
}

// show prints the table of servers, again and again with --watch.
func (c *demoCommand) show(ctx context.Context, e *cli.Env, source fleet.Source) error {
	return c.Loop(ctx, e, func(ctx context.Context) error {
		snap, err := source.Snapshot(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Varz}})
		if err != nil {
			return fmt.Errorf("look at the demo's servers: %w", err)
		}
		t, err := cli.ServerTable("natsctl.server.ls/v1", snap, c.Shape)
		if err != nil {
			return err
		}
		return e.Print(t)
	})
}
