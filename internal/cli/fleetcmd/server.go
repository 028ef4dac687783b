package fleetcmd

import (
	"context"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
)

// serverEntry holds the commands about servers, which use the system
// account.
func serverEntry() cli.Entry {
	return cli.Entry{Name: "server", Help: "Show and manage the servers of a fleet, over the system account.", Sub: []cli.Entry{
		{Name: "ls", Help: "List the servers, and which are missing and why.", Cmd: &serverLsCommand{}, Examples: []string{
			"server ls",
			"server ls --cluster east --sort conns",
			"server ls --filter 'cpu_percent > 80' --watch 2s",
			"server ls -o json --jq '.rows[].name'",
		}},
		{Name: "ping", Help: "Ping every server and measure the round trip time.", Cmd: &serverPingCommand{}, Examples: []string{
			"server ping",
			"server ping --watch 1s",
			"server ping --tag az:1 -o json",
		}},
		{Name: "info", Help: "Show one server.", Cmd: &serverInfoCommand{}, Examples: []string{
			"server info",
			"server info east-1",
			"server info east-1 -o yaml",
		}},
		reportEntry(),
		graphEntry(),
		{Name: "reload", Help: "Reload the configuration of servers, one after the other; stop at the first error.", Cmd: &serverReloadCommand{}, Finishes: true, Examples: []string{
			"server reload east-1",
			"server reload --cluster east --dry-run",
			"server reload --all --yes",
		}},
		{Name: "kick", Help: "Close client connections of one server at a limited rate.", Cmd: &serverKickCommand{}, Finishes: true, Examples: []string{
			"server kick east-1 --client billing",
			"server kick east-1 --account APP --rate 10",
			"server kick east-1 --all --notice 5s --dry-run",
		}},
		{Name: "lame-duck", Help: "Drain a server and show where its clients go.", Cmd: &serverLameDuckCommand{}, Finishes: true, Examples: []string{
			"server lame-duck east-1 --via 'ssh {host} nats-server --signal ldm'",
			"server lame-duck east-1 --kick --rate 20",
			"server lame-duck east-1 --resume",
		}},
		{Name: "profile", Help: "Fetch a pprof profile of a server.", Cmd: &serverProfileCommand{}, Examples: []string{
			"server profile heap east-1",
			"server profile cpu east-1 --duration 10s --file cpu.pprof",
		}},
		requestEntry(),
	}}
}

type serverLsCommand struct {
	cli.ScopeFlags
	cli.ShapeFlags
	cli.WatchFlags
	replayFlags
}

func (c *serverLsCommand) Setup(cmd *kingpin.CmdClause) {
	c.ScopeFlags.Setup(cmd)
	c.ShapeFlags.Setup(cmd, "")
	c.WatchFlags.Setup(cmd)
	c.replayFlags.Setup(cmd)
}

func (c *serverLsCommand) Run(ctx context.Context, e *cli.Env) error {
	flags := samplerFlags{replayFlags: c.replayFlags, expect: c.Expect}
	sampler, err := flags.sampler(ctx, e, c.Every > 0)
	if err != nil {
		return err
	}
	want := fleet.Want{Kinds: []fleet.Kind{fleet.Varz}, Scope: c.Scope}
	return c.Loop(ctx, e, func(ctx context.Context) error {
		tick, err := sampler.nextTick(ctx, want, false)
		if err != nil {
			return err
		}
		t, err := cli.ServerTable("natsctl.server.ls/v1", tick.Snapshot, c.Shape)
		if err != nil {
			return err
		}
		if err := e.Print(t); err != nil {
			return err
		}
		return offlinePeers(tick.Snapshot, c.Scope)
	})
}
