package main

import (
	"context"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/fleet"
)

// serverEntry holds the commands about servers, asked over the system
// account.
func serverEntry() entry {
	return entry{name: "server", help: "See the servers of a fleet, over the system account.", sub: []entry{
		{name: "ls", help: "List the servers: complete, or saying who is missing and why.", cmd: &serverLsCommand{}},
		{name: "ping", help: "Ask every server to answer once, and time it.", cmd: &serverPingCommand{}},
		{name: "info", help: "Show one server.", cmd: &serverInfoCommand{}},
		reportEntry(),
		graphEntry(),
		{name: "reload", help: "Let servers read their configuration again, one after the other; stop at the first error.", cmd: &serverReloadCommand{}},
		{name: "kick", help: "Close client connections of one server, paced.", cmd: &serverKickCommand{}},
		{name: "lame-duck", help: "Take a server out of service and see where its clients go.", cmd: &serverLameDuckCommand{}},
		{name: "profile", help: "Fetch a profile of a server's process for go tool pprof.", cmd: &serverProfileCommand{}},
		requestEntry(),
	}}
}

type serverLsCommand struct {
	scopeFlags
	shapeFlags
	watchFlags
	replayFlags
}

func (c *serverLsCommand) setup(cmd *kingpin.CmdClause) {
	c.scopeFlags.setup(cmd)
	c.shapeFlags.setup(cmd, "")
	c.watchFlags.setup(cmd)
	c.replayFlags.setup(cmd)
}

func (c *serverLsCommand) run(ctx context.Context, e *env) error {
	flags := samplerFlags{replayFlags: c.replayFlags}
	sampler, err := flags.sampler(ctx, e, c.every > 0)
	if err != nil {
		return err
	}
	want := fleet.Want{Kinds: []fleet.Kind{fleet.Varz}, Scope: c.scope}
	return c.loop(ctx, e, func(ctx context.Context) error {
		tick, err := sampler.take(ctx, want, false)
		if err != nil {
			return err
		}
		t, err := serverTable("natsctl.server.ls/v1", tick.Snapshot, c.shape)
		if err != nil {
			return err
		}
		return e.print(t)
	})
}
