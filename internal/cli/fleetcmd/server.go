package fleetcmd

import (
	"context"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
)

// serverEntry holds the commands about servers, asked over the system
// account.
func serverEntry() cli.Entry {
	return cli.Entry{Name: "server", Help: "See the servers of a fleet, over the system account.", Sub: []cli.Entry{
		{Name: "ls", Help: "List the servers: complete, or saying who is missing and why.", Cmd: &serverLsCommand{}},
		{Name: "ping", Help: "Ask every server to answer once, and time it.", Cmd: &serverPingCommand{}},
		{Name: "info", Help: "Show one server.", Cmd: &serverInfoCommand{}},
		reportEntry(),
		graphEntry(),
		{Name: "reload", Help: "Let servers read their configuration again, one after the other; stop at the first error.", Cmd: &serverReloadCommand{}},
		{Name: "kick", Help: "Close client connections of one server, paced.", Cmd: &serverKickCommand{}},
		{Name: "lame-duck", Help: "Take a server out of service and see where its clients go.", Cmd: &serverLameDuckCommand{}},
		{Name: "profile", Help: "Fetch a profile of a server's process for go tool pprof.", Cmd: &serverProfileCommand{}},
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
	flags := samplerFlags{replayFlags: c.replayFlags}
	sampler, err := flags.sampler(ctx, e, c.Every > 0)
	if err != nil {
		return err
	}
	want := fleet.Want{Kinds: []fleet.Kind{fleet.Varz}, Scope: c.Scope}
	return c.Loop(ctx, e, func(ctx context.Context) error {
		tick, err := sampler.take(ctx, want, false)
		if err != nil {
			return err
		}
		t, err := cli.ServerTable("natsctl.server.ls/v1", tick.Snapshot, c.Shape)
		if err != nil {
			return err
		}
		return e.Print(t)
	})
}
