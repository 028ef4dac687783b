package fleetcmd

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/cli/act"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/drain"
	"github.com/natsctl/natsctl/internal/view"
)

var (
	errDrain      = errors.New("the server is not drained")
	errUnfinished = errors.New("the drain is not finished")
	errUnkicked   = errors.New("not all clients were moved, and no more are being kicked")
	errNoDrain    = errors.New("no drain to watch")
)

// serverLameDuckCommand takes one server out of service and shows where its
// clients go.
type serverLameDuckCommand struct {
	cli.ActFlags
	paceFlags
	name            string
	via             string
	kick            bool
	resume          bool
	anyway          bool
	wait            time.Duration
	duration, grace time.Duration
}

func (c *serverLameDuckCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("server", "Server name or id.").Required().StringVar(&c.name)
	cmd.Flag("via", "Command that signals the server; {name}, {id}, {host}, {ip}, {port} and {cluster} are replaced, for example 'ssh {host} nats-server --signal ldm'.").PlaceHolder("COMMAND").StringVar(&c.via)
	cmd.Flag("kick", "Move the clients without lame duck mode: notify, then kick at a limited rate. The server keeps running and clients may come back.").BoolVar(&c.kick)
	cmd.Flag("resume", "Continue watching a drain that was started before.").BoolVar(&c.resume)
	cmd.Flag("anyway", "Proceed even if something would stop working.").BoolVar(&c.anyway)
	cmd.Flag("wait", "Maximum time to watch.").Default("10m").PlaceHolder("DURATION").DurationVar(&c.wait)
	cmd.Flag("duration", "Time over which a server of a local cluster moves its clients.").Default("30s").PlaceHolder("DURATION").DurationVar(&c.duration)
	cmd.Flag("grace", "Time before a server of a local cluster closes the first client connection.").Default("5s").PlaceHolder("DURATION").DurationVar(&c.grace)
	c.paceFlags.Setup(cmd)
	c.ActFlags.Setup(cmd)
}

func (c *serverLameDuckCommand) Run(ctx context.Context, e *cli.Env) error {
	if c.kick && c.resume {
		return cli.Usagef("--resume cannot be combined with --kick, which does not continue by itself: leave --resume out to move the remaining clients")
	}
	if c.via != "" && c.kick {
		return cli.Usagef("--via cannot be combined with --kick: one stops the server, the other keeps it running")
	}
	if err := c.check(); err != nil {
		return err
	}
	if c.kick && c.pace.Notice == 0 {
		c.pace.Notice = time.Second
	}
	client, err := e.System(ctx)
	if err != nil {
		return err
	}
	if c.resume {
		return c.again(ctx, e, client)
	}
	plan, err := drain.MakePlan(ctx, client, c.name)
	if err != nil {
		return err
	}
	start, how, err := c.trigger(ctx, e, client, plan)
	if err != nil {
		return err
	}
	if err := c.confirm(e, plan, how, e.Session.Target.Protected); err != nil {
		return err
	}
	if moved, err := drain.MoveAway(ctx, client.Conn(), plan.Target.ID); err != nil {
		return err
	} else if !moved {
		e.Note("warning", "natsctl is connected to this server and found no other; some events may be missed while it reconnects")
	}
	return c.drain(ctx, e, client, plan.Begin(c.kick), start)
}

// confirm shows the plan and the reasons against it, and asks for confirmation.
func (c *serverLameDuckCommand) confirm(e *cli.Env, plan *drain.Plan, how string, protected bool) error {
	name := plan.Target.Name
	lines := []string{
		fmt.Sprintf("this takes server %s out of service with %s and %s:", name,
			cli.Plural(len(plan.Clients), "client connection"), cli.Plural(plan.Leafs, "leafnode connection")),
		"  " + how,
	}
	if len(plan.Others) > 0 {
		lines = append(lines, "  the other servers of its cluster are "+strings.Join(plan.Others, ", "))
	}
	blocks := plan.Blocks
	if c.kick {
		blocks = nil // the server runs on
	}
	for i, why := range blocks {
		if i == planRows {
			lines = append(lines, fmt.Sprintf("  ... and %d more", len(blocks)-planRows))
			break
		}
		lines = append(lines, "  stops: "+why)
	}
	if len(blocks) > 0 && !c.anyway {
		for _, line := range lines {
			e.Note("", line)
		}
		return fmt.Errorf("%w without %s: %s", act.ErrBlocked, name, blocks[0])
	}
	return c.ConfirmLines(e, lines, name, protected)
}

// drainResult is the result of a drain, for -o json.
type drainResult struct {
	Schema      string         `json:"schema"`
	Server      string         `json:"server"`
	ID          string         `json:"id"`
	Kick        bool           `json:"kick"`
	TookSeconds float64        `json:"took_seconds"`
	Progress    drain.Progress `json:"progress"`
	Lost        []drain.Client `json:"lost"`       // not seen on another server
	Leaderless  []string       `json:"leaderless"` // streams, consumers or the meta group without a leader
}

// drain starts the drain of the server and watches until it ends.
func (c *serverLameDuckCommand) drain(ctx context.Context, e *cli.Env, client *sys.Client, d drain.Record, start func(context.Context) error) error {
	watch, err := drain.Follow(ctx, client, d, false)
	if err != nil {
		return err
	}
	defer watch.Close()
	if err := saveDrain(e, d); err != nil {
		e.Note("warning", "an interrupted watch cannot be resumed: "+err.Error())
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := start(ctx); err != nil {
			cancel(err)
			return
		}
		watch.Triggered()
	}()
	err = c.follow(ctx, e, client, d, watch)
	cancel(nil)
	<-done
	return err
}

// again resumes the watch of a drain that was started before.
func (c *serverLameDuckCommand) again(ctx context.Context, e *cli.Env, client *sys.Client) error {
	d, err := loadDrain(e, c.name)
	if err != nil {
		return err
	}
	watch, err := drain.Follow(ctx, client, d, true)
	if err != nil {
		return err
	}
	defer watch.Close()
	return c.follow(ctx, e, client, d, watch)
}

// follow shows the progress, and at the end the result.
func (c *serverLameDuckCommand) follow(ctx context.Context, e *cli.Env, client *sys.Client, d drain.Record, watch *drain.Watch) error {
	begun := e.Now()
	limited, cancel := context.WithTimeout(ctx, c.wait)
	defer cancel()
	var last drain.Progress
	for p := range watch.Progress(limited) {
		last = p
		e.Progress(drainLine(d, p))
		if e.Flags.Output == "ndjson" && !p.Last {
			if err := e.PrintJSON(p, true); err != nil {
				return err
			}
		}
	}
	e.Progress("")
	r := drainResult{
		Schema: "natsctl.server.lame_duck/v1", Server: d.Server, ID: d.ID, Kick: d.Kick,
		TookSeconds: e.Now().Sub(begun).Seconds(), Progress: last, Lost: watch.Lost(), Leaderless: []string{},
	}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		dropDrain(e, d)
		return cause // the trigger failed
	}
	if ctx.Err() != nil {
		printInterrupted(e, d, last)
		return ctx.Err()
	}
	if last.Last {
		leaderless, err := leaderless(ctx, client, d)
		if err != nil {
			return err
		}
		r.Leaderless = append(r.Leaderless, leaderless...)
		dropDrain(e, d)
	}
	if err := c.show(e, r); err != nil {
		return err
	}
	return drainVerdict(r, c.wait)
}

// printInterrupted prints what an interrupted watch leaves behind. A server in lame
// duck mode continues by itself; kicks stop with this command.
func printInterrupted(e *cli.Env, d drain.Record, last drain.Progress) {
	if !d.Kick {
		e.Note("", fmt.Sprintf("interrupted; the drain continues, watch it with: natsctl server lame-duck %s --resume", d.Server))
		return
	}
	dropDrain(e, d)
	e.Note("", fmt.Sprintf("interrupted: no more clients are kicked, and %s keeps serving the rest; of %s, %d had moved", d.Server, cli.Plural(last.Total, "client"), last.Moved))
	e.Note("", fmt.Sprintf("move the rest with: natsctl server lame-duck %s --kick", d.Server))
}

// electionTime is how long streams may take to elect another leader.
const electionTime = 15 * time.Second

// leaderless returns what has no leader after the time for an election.
func leaderless(ctx context.Context, client *sys.Client, d drain.Record) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, electionTime)
	defer cancel()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		names, err := drain.Leaderless(ctx, client, d.Domain)
		if err != nil || len(names) == 0 {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return names, nil
		case <-tick.C:
		}
	}
}

// drainLine is the progress in one line.
func drainLine(d drain.Record, p drain.Progress) string {
	s := fmt.Sprintf("%s: %d of %d clients moved", d.Server, p.Moved, p.Total)
	if p.PerSecond > 0 {
		s += fmt.Sprintf(" (%.1f/s)", p.PerSecond)
	}
	for _, more := range []struct {
		n     int
		words string
	}{{p.Away, "away"}, {p.Back, "came back"}} {
		if more.n > 0 {
			s += fmt.Sprintf(", %d %s", more.n, more.words)
		}
	}
	switch {
	case p.Gone:
		s += ", the server is gone"
	case p.Connected != nil:
		s += fmt.Sprintf(", %d still connected", *p.Connected)
	case !d.Kick && !p.Announced && p.Moved+p.Away == 0:
		s += ", waiting for the server to announce lame duck mode"
	}
	return s
}

// drainVerdict returns nil if the drain succeeded.
func drainVerdict(r drainResult, wait time.Duration) error {
	p := r.Progress
	switch {
	case p.Ignored:
		return fmt.Errorf("%w: %s was signalled but keeps running as before", errDrain, r.Server)
	case !p.Last && r.Kick:
		return fmt.Errorf("%w: after %s %d of %d clients have moved from %s", errUnkicked, view.Duration(wait.Seconds()), p.Moved, p.Total, r.Server)
	case !p.Last:
		return fmt.Errorf("%w: after %s %d of %d clients have moved from %s", errUnfinished, view.Duration(wait.Seconds()), p.Moved, p.Total, r.Server)
	case len(r.Leaderless) > 0:
		return fmt.Errorf("%w: without a leader now: %s", errDrain, strings.Join(r.Leaderless, ", "))
	case p.Back > 0:
		return fmt.Errorf("%w: %s came back to %s", errDrain, cli.Plural(p.Back, "client"), r.Server)
	case p.Moved < p.Total:
		return fmt.Errorf("%w: %s of %s not seen on another server", errDrain, cli.Plural(p.Total-p.Moved, "client"), r.Server)
	}
	return nil
}
