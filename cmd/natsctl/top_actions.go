package main

import (
	"context"
	"fmt"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/tui"
)

// fleetActions are what the dashboard may do to a fleet.
type fleetActions struct {
	client    *sys.Client
	protected bool // the context refuses actions
}

var _ tui.Actions = fleetActions{}

// Plan implements [tui.Actions].
func (fleetActions) Plan(a tui.Action) (scope, command string) {
	if a.Verb == "kick" {
		return fmt.Sprintf("closes connection %d (%s) on %s; the client may connect again", a.Conn, a.Who, a.Server),
			fmt.Sprintf("natsctl conn kick --on %s --cid %d", a.Server, a.Conn)
	}
	return fmt.Sprintf("%s reads its configuration file again; its clients stay", a.Server), "natsctl server reload " + a.Server
}

// Do implements [tui.Actions].
func (f fleetActions) Do(ctx context.Context, a tui.Action) (string, error) {
	if f.protected {
		return "", errProtected
	}
	to := sys.Conn{}.Server
	to.ID, to.Name = a.ServerID, a.Server
	switch a.Verb {
	case "reload":
		r, err := f.client.Reload(ctx, to)
		if err != nil {
			return "", err
		}
		if r.Changed() {
			return a.Server + " runs another configuration now", nil
		}
		return a.Server + " read its configuration again; it is the same as before", nil
	case "kick":
		return f.kick(ctx, a)
	}
	return "", fmt.Errorf("no action %q", a.Verb)
}

// kick closes one connection: the one that was on the screen, or none.
func (f fleetActions) kick(ctx context.Context, a tui.Action) (string, error) {
	conns, _, err := f.client.Conns(ctx, fleet.Scope{Name: a.ServerID}, sys.ConnSelection{CIDs: []uint64{a.Conn}})
	if err != nil {
		return "", err
	}
	if len(conns) != 1 || a.Who != "" && conns[0].Info.Name != a.Who {
		return fmt.Sprintf("connection %d of %s is no longer there; nothing was done", a.Conn, a.Server), nil
	}
	for r := range f.client.KickAll(ctx, conns, sys.Pace{}) {
		if r.Err != nil {
			return "", r.Err
		}
		return fmt.Sprintf("connection %d of %s: %s", a.Conn, a.Server, r.Outcome), nil
	}
	return "", ctx.Err()
}
