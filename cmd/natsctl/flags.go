package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// shapeFlags are the flags of every command that prints a table.
type shapeFlags struct{ shape view.Shape }

func (f *shapeFlags) setup(cmd *kingpin.CmdClause, sort string) {
	cmd.Flag("sort", "Column to sort by; numbers go largest first.").Default(sort).PlaceHolder("COLUMN").StringVar(&f.shape.Sort)
	cmd.Flag("reverse", "Sort the other way round.").Short('R').BoolVar(&f.shape.Reverse)
	cmd.Flag("limit", "Show at most this many rows.").PlaceHolder("N").IntVar(&f.shape.Limit)
	cmd.Flag("filter", "Show the rows for which this expression holds (docs/filter.md).").PlaceHolder("EXPR").StringVar(&f.shape.Filter)
}

// scopeFlags narrow a question to some servers.
type scopeFlags struct{ scope fleet.Scope }

func (f *scopeFlags) setup(cmd *kingpin.CmdClause) {
	cmd.Flag("cluster", "Only the servers of this cluster.").PlaceHolder("NAME").StringVar(&f.scope.Cluster)
	cmd.Flag("name", "Only the server of this name or id.").PlaceHolder("NAME").StringVar(&f.scope.Name)
	cmd.Flag("host", "Only the servers on this host.").PlaceHolder("HOST").StringVar(&f.scope.Host)
	cmd.Flag("tag", "Only the servers with this tag; repeat to ask for several.").PlaceHolder("TAG").StringsVar(&f.scope.Tags)
}

// watchFlags repeat a command until it is interrupted.
type watchFlags struct{ every time.Duration }

func (f *watchFlags) setup(cmd *kingpin.CmdClause) {
	cmd.Flag("watch", "Repeat at this interval until interrupted, for example --watch 2s.").PlaceHolder("INTERVAL").DurationVar(&f.every)
}

const (
	cursorHome  = "\x1b[H"
	eraseLine   = "\x1b[K"
	eraseBelow  = "\x1b[J"
	clearScreen = "\x1b[2J"
)

// loop runs once, or again at every interval when --watch is given. On a
// terminal each round is painted over the one before; elsewhere the rounds
// follow each other, one document each. A round that fails with a partial
// answer is shown and does not end the watch; the end of a recording (io.EOF)
// does.
func (f *watchFlags) loop(ctx context.Context, e *env, once func(context.Context) error) error {
	if f.every == 0 {
		return once(ctx)
	}
	if f.every < 100*time.Millisecond {
		return usagef("--watch %s is too short; use 100ms or more", f.every)
	}
	ticker := time.NewTicker(f.every)
	defer ticker.Stop()
	for first := true; ; first = false {
		err := e.repaint(first, func() error { return once(ctx) })
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// repaint runs one round of a watch.
func (e *env) repaint(first bool, round func() error) error {
	paint := e.outTTY && e.flags.output != "json" && e.flags.output != "ndjson"
	if !paint {
		return e.tolerate(round())
	}
	screen := &repainter{}
	out := e.out
	e.out = screen
	err := round()
	e.out = out
	start := cursorHome
	if first {
		start = clearScreen + cursorHome
	}
	if _, writeErr := fmt.Fprint(out, start, screen.String(), eraseBelow); writeErr != nil {
		return writeErr
	}
	return e.tolerate(err)
}

// tolerate reports a partial answer and goes on; anything else ends the watch.
func (e *env) tolerate(err error) error {
	if code, _ := e.explain(err); err != nil && code == exitPartial {
		e.fail(err)
		return nil
	}
	return err
}
