package benchcmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/bench"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/view"
)

// benchClean removes the streams, buckets and consumers of runs that were
// killed.
type benchClean struct {
	older time.Duration
	act   cli.ActFlags
}

func (c *benchClean) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("older", "Remove only what has not been used for this long.").Default("1h").DurationVar(&c.older)
	c.act.Setup(cmd)
}

// cleaned is a row of the result.
type cleaned struct {
	bench.Leftover
	err error
}

// cleanColumns is the table of what was removed.
var cleanColumns = []view.Column[cleaned]{
	{Name: "kind", Title: "KIND", Help: "stream, bucket or consumer.", Value: func(c cleaned) any { return c.Kind }},
	{Name: "name", Title: "NAME", Help: "Its name.", Value: func(c cleaned) any { return c.Name }},
	{Name: "stream", Title: "STREAM", Help: "The stream of a consumer.", Value: func(c cleaned) any { return c.Stream }},
	{Name: "run", Title: "RUN", Help: "The id of the run that created it.", Wide: true, Value: func(c cleaned) any { return c.Run }},
	{Name: "messages", Title: "MESSAGES", Help: "Messages it held.", Value: func(c cleaned) any { return c.Messages }},
	{Name: "idle_seconds", Title: "IDLE", Help: "Time since it was created or used.", Unit: view.Seconds, Value: func(c cleaned) any { return c.Idle.Seconds() }},
	{Name: "removed", Title: "REMOVED", Help: "Whether it was removed.", Value: func(c cleaned) any { return c.err == nil }},
}

func (c *benchClean) Run(ctx context.Context, e *cli.Env) error {
	target, err := e.Target()
	if err != nil {
		return err
	}
	api, err := benchAPI(e)
	if err != nil {
		return err
	}
	connect, err := connector(ctx, target)
	if err != nil {
		return err
	}
	timeout := e.Flags.Timeout
	if timeout == 0 {
		timeout = time.Duration(scenario.DefaultTimeout)
	}
	cleaner, err := bench.NewCleaner(connect, api, timeout)
	if err != nil {
		return err
	}
	defer func() { _ = cleaner.Close(context.WithoutCancel(ctx)) }() // nothing was created
	found, err := cleaner.Find(ctx, c.older)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		e.Note("", "no benchmark has left anything behind")
	} else if err := c.act.ConfirmLines(e, plan(found), "clean", target.Protected); err != nil {
		return err
	}
	return removeAll(ctx, e, cleaner.Remove, found)
}

// plan lists what will be removed.
func plan(found []bench.Leftover) []string {
	lines := []string{"these will be removed:"}
	for _, l := range found {
		line := fmt.Sprintf("  %s %s, idle for %s", l.Kind, view.Text(l.Name), l.Idle.Round(time.Second))
		if l.Stream != "" {
			line += ", of stream " + view.Text(l.Stream)
		} else {
			line += ", " + cli.Plural(int(l.Messages), "message")
		}
		lines = append(lines, line)
	}
	return lines
}

// removeAll removes each in turn, continues after errors, and prints the result.
func removeAll(ctx context.Context, e *cli.Env, remove func(context.Context, bench.Leftover) error, found []bench.Leftover) error {
	var rows []cleaned
	var errs []error
	for _, l := range found {
		err := remove(ctx, l)
		rows = append(rows, cleaned{l, err})
		errs = append(errs, err)
	}
	grid, err := view.Shape{}.Apply(view.NewGrid(cleanColumns, slices.Values(rows)))
	if err != nil {
		return err
	}
	if err := e.Print(cli.Table{Schema: "natsctl.bench.clean/v1", Grid: grid}); err != nil {
		return err
	}
	return errors.Join(errs...)
}
