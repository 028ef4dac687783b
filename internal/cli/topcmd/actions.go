package topcmd

import (
	"context"
	"fmt"
	"time"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/cli/act"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/drain"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/view"
)

// fleetActions are the actions of the dashboard on a fleet.
type fleetActions struct {
	client    *sys.Client
	protected bool // the context refuses actions
	// local finds how to put a server of a local cluster into lame duck mode;
	// nil for any other server.
	local func(*drain.Plan) (func(context.Context) error, error)
}

// The timing of lame duck mode started from the dashboard: short, since an
// operator is watching.
const (
	topDrain = 15 * time.Second
	topGrace = 2 * time.Second
)

// topPace is the pace of kicks from the dashboard: that of the command without
// flags.
var topPace = sys.Pace{PerSecond: 50, Notice: time.Second}

// localDrain returns how to put a server of a local cluster into lame duck
// mode.
func localDrain(e *cli.Env, plan *drain.Plan) (func(context.Context) error, error) {
	home, cluster, err := act.LocalNode(e.Getenv, plan)
	if err != nil || home == nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		return home.Node(ctx, cluster, plan.Target.Name, "lame-duck", topDrain, topGrace)
	}, nil
}

var _ live.Actions = fleetActions{}

// Plan implements [live.Actions].
func (fleetActions) Plan(a live.Action) (scope, command string) {
	switch a.Verb {
	case "lame-duck":
		return a.Server + " moves its clients to other servers and ends; possible here for a server of a local cluster", "natsctl server lame-duck " + a.Server
	case "kick-clients":
		return fmt.Sprintf("notifies the clients of %s and closes their connections, %s as shown, %.0f a second, in about %s; it keeps running, so they may come back",
			a.Server, cli.Plural(a.Clients, "connection"), topPace.PerSecond, view.Duration(topPace.Notice.Seconds()+float64(a.Clients)/topPace.PerSecond)), "natsctl server lame-duck " + a.Server + " --kick"
	case "kick":
		return fmt.Sprintf("closes connection %d (%s) on %s; the client may connect again", a.Conn, a.Who, a.Server),
			fmt.Sprintf("natsctl conn kick --name %s --cid %d", a.Server, a.Conn)
	}
	return fmt.Sprintf("%s reloads its configuration file; its clients stay connected", a.Server), "natsctl server reload " + a.Server
}

// Do implements [live.Actions].
func (f fleetActions) Do(ctx context.Context, a live.Action) (string, error) {
	if f.protected {
		return "", cli.ErrProtected
	}
	to := sys.Conn{}.Server
	to.ID, to.Name = a.ServerID, a.Server
	switch a.Verb {
	case "reload":
		r, err := f.client.Reload(ctx, to)
		if err != nil {
			return "", err
		}
		switch {
		case r.Before.Digest == "":
			return a.Server + " reloaded its configuration; a server this old does not report whether it changed", nil
		case r.Changed():
			return a.Server + " now runs a different configuration", nil
		}
		return a.Server + " reloaded its configuration; it did not change", nil
	case "kick":
		return f.kick(ctx, a)
	case "kick-clients":
		return f.kickClients(ctx, a)
	case "lame-duck":
		return f.lameDuck(ctx, a)
	}
	return "", fmt.Errorf("no action %q", a.Verb)
}

// lameDuck drains a server and returns when it has exited. It does nothing if
// something would stop working.
func (f fleetActions) lameDuck(ctx context.Context, a live.Action) (string, error) {
	plan, err := drain.MakePlan(ctx, f.client, a.ServerID)
	if err != nil {
		return "", err
	}
	if len(plan.Blocks) > 0 {
		return "", fmt.Errorf("%w without %s: %s", act.ErrBlocked, a.Server, plan.Blocks[0])
	}
	start, err := f.local(plan)
	if err != nil {
		return "", err
	}
	if start == nil {
		return "", fmt.Errorf("%w, and %s is in no local cluster; natsctl server lame-duck %s --via COMMAND signals it another way, --kick only moves its clients",
			act.ErrNoTrigger, a.Server, a.Server)
	}
	if _, err := drain.MoveAway(ctx, f.client.Conn(), plan.Target.ID); err != nil {
		return "", err
	}
	if err := start(ctx); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s has moved %s and ended", a.Server, cli.Plural(len(plan.Clients), "client")), nil
}

// kickClients moves the clients of a server without stopping it, and reports how
// many are on it afterwards.
func (f fleetActions) kickClients(ctx context.Context, a live.Action) (string, error) {
	plan, err := drain.MakePlan(ctx, f.client, a.ServerID)
	if err != nil {
		return "", err
	}
	if len(plan.Clients) == 0 {
		return "no client is connected to " + a.Server + "; nothing was done", nil
	}
	if _, err := drain.MoveAway(ctx, f.client.Conn(), plan.Target.ID); err != nil {
		return "", err
	}
	counts := map[sys.KickOutcome]int{}
	var first error
	for r := range f.client.KickAll(ctx, plan.Clients, topPace) {
		counts[r.Outcome]++
		if r.Err != nil && first == nil {
			first = r.Err
		}
	}
	told := a.Server + ": " + act.KickSummary(counts, len(plan.Clients))
	if first != nil {
		return "", fmt.Errorf("%s: %w", told, first)
	}
	if now, err := drain.MakePlan(ctx, f.client, a.ServerID); err == nil {
		told += fmt.Sprintf("; %s on it now", cli.Plural(len(now.Clients), "client"))
	}
	return told, ctx.Err()
}

// kickWords describes the result of a kick.
var kickWords = map[sys.KickOutcome]string{
	sys.Kicked:  "connection %d of %s is closed",
	sys.Left:    "connection %d of %s already disconnected; nothing was done",
	sys.Another: "connection %d of %s now belongs to another client; nothing was done",
	sys.Untried: "connection %d of %s was not tried; nothing was done",
}

// kick closes one connection: only the one that was on the screen.
func (f fleetActions) kick(ctx context.Context, a live.Action) (string, error) {
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
		return fmt.Sprintf(kickWords[r.Outcome], a.Conn, a.Server), nil
	}
	return "", ctx.Err()
}
