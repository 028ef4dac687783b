package fleetcmd

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/cli/act"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/view"
)

// paceFlags set how fast clients are moved.
type paceFlags struct{ pace sys.Pace }

func (f *paceFlags) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("rate", "Maximum connections per second; 0 for no limit.").Default("50").PlaceHolder("N").Float64Var(&f.pace.PerSecond)
	cmd.Flag("notice", "How long before the kick to notify each client that its server goes away.").Default("0s").PlaceHolder("DURATION").DurationVar(&f.pace.Notice)
}

// check rejects an invalid pace.
func (f *paceFlags) check() error {
	if f.pace.PerSecond < 0 || f.pace.Notice < 0 {
		return cli.Usagef("--rate and --notice cannot be negative")
	}
	return nil
}

// estimate estimates the time for n connections.
func (f *paceFlags) estimate(n int) time.Duration {
	d := f.pace.Notice
	if f.pace.PerSecond > 0 {
		d += time.Duration(float64(n) / f.pace.PerSecond * float64(time.Second))
	}
	return d
}

// kick is the common part of conn kick and server kick.
type kick struct {
	connSelection
	paceFlags
	cli.ActFlags
}

func (c *kick) Setup(cmd *kingpin.CmdClause) {
	c.connSelection.Setup(cmd)
	c.paceFlags.Setup(cmd)
	c.ActFlags.Setup(cmd)
}

type connKickCommand struct{ kick }

func (c *connKickCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("name", "Only connections of the server of this name or id.").PlaceHolder("NAME").StringVar(&c.scope.Name)
	cmd.Flag("cluster", "Only connections of the servers of this cluster.").PlaceHolder("NAME").StringVar(&c.scope.Cluster)
	c.kick.Setup(cmd)
}

func (c *kick) Run(ctx context.Context, e *cli.Env) error {
	if err := c.connSelection.check(); err != nil {
		return err
	}
	if err := c.paceFlags.check(); err != nil {
		return err
	}
	client, err := e.System(ctx)
	if err != nil {
		return err
	}
	if c.sel.Account, err = accountKey(ctx, e, c.sel.Account); err != nil {
		return err
	}
	if c.sel.User, err = userKey(ctx, e, c.sel.User, fleet.ConnWant{Account: c.sel.Account}); err != nil {
		return err
	}
	conns, snap, err := c.find(ctx, client)
	if err != nil {
		return err
	}
	if len(conns) == 0 {
		if !snap.Complete() {
			return cli.Partial(snap)
		}
		return errNoConnections
	}
	plan := append([]string{fmt.Sprintf("this closes %s, in about %s:", cli.Plural(len(conns), kindOf(conns)),
		view.Duration(c.estimate(len(conns)).Seconds()))}, describe(conns)...)
	word := strconv.Itoa(len(conns))
	if c.scope.Name != "" {
		word = conns[0].Server.Name
	}
	if err := c.ConfirmLines(e, plan, word, e.Session.Target.Protected); err != nil {
		return c.Planned(e, err, snap)
	}
	return c.report(ctx, e, client, conns, snap)
}

// label is the label of a column of connections, for the result of a kick.
func label(of func(sys.Conn) string) func(sys.KickResult) string {
	if of == nil {
		return nil
	}
	return func(r sys.KickResult) string { return of(r.Conn) }
}

// kickColumns are the columns of the result.
func kickColumns() []view.Column[sys.KickResult] {
	cols := make([]view.Column[sys.KickResult], 0, 8)
	for _, c := range connColumns() {
		if c.Name == "subscriptions" || c.Name == "pending_bytes" || c.Unit == view.Count {
			continue
		}
		value := c.Value
		cols = append(cols, view.Column[sys.KickResult]{
			Name: c.Name, Title: c.Title, Unit: c.Unit, Wide: c.Wide,
			Value: func(r sys.KickResult) any { return value(r.Conn) }, Label: label(c.Label),
		})
	}
	return append(cols,
		view.Column[sys.KickResult]{Name: "outcome", Title: "Outcome", Value: func(r sys.KickResult) any { return string(r.Outcome) }, Level: kickLevel},
		view.Column[sys.KickResult]{Name: "error", Title: "Error", Value: func(r sys.KickResult) any {
			if r.Err == nil {
				return nil
			}
			return r.Err.Error()
		}},
	)
}

func kickLevel(r sys.KickResult) view.Level {
	switch r.Outcome {
	case sys.KickError:
		return fleet.Crit
	case sys.Left, sys.Another, sys.Untried:
		return fleet.Warn
	}
	return fleet.OK
}

// report kicks the connections, shows the progress and prints the result of each.
func (c *kick) report(ctx context.Context, e *cli.Env, client *sys.Client, conns []sys.Conn, snap *fleet.Snapshot) error {
	counts := map[sys.KickOutcome]int{}
	var results []sys.KickResult
	var failed error
	for r := range client.KickAll(ctx, conns, c.pace) {
		results = append(results, r)
		counts[r.Outcome]++
		if r.Err != nil && failed == nil {
			failed = r.Err
		}
		e.Progress(fmt.Sprintf("%d of %d connections done", len(results), len(conns)))
	}
	e.Progress("")
	grid := view.NewGrid(kickColumns(), func(yield func(sys.KickResult) bool) {
		for _, r := range results {
			if !yield(r) {
				return
			}
		}
	})
	if err := e.PrintTable(e.Flags.Output, cli.Table{Schema: "natsctl.kick/v1", Snap: snap, Grid: grid}); err != nil {
		return err
	}
	e.Note("", act.KickSummary(counts, len(conns)))
	if ctx.Err() != nil && counts[sys.Untried] > 0 {
		e.Note("", "interrupted; run the command again to close the rest")
	}
	if failed != nil {
		return fmt.Errorf("%s not kicked: %w", cli.Plural(counts[sys.KickError], "connection"), failed)
	}
	return e.Completeness(snap)
}
