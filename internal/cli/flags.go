package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// ShapeFlags are the flags of every command that prints a table.
type ShapeFlags struct{ Shape view.Shape }

func (f *ShapeFlags) Setup(cmd *kingpin.CmdClause, sort string) {
	cmd.Flag("sort", "Column to sort by; numbers sort largest first.").Default(sort).PlaceHolder("COLUMN").StringVar(&f.Shape.Sort)
	cmd.Flag("reverse", "Reverse the order.").Short('R').BoolVar(&f.Shape.Reverse)
	cmd.Flag("limit", "Maximum number of rows (default: no limit).").PlaceHolder("N").IntVar(&f.Shape.Limit)
	cmd.Flag("filter", "Show only rows that match this expression (docs/filter.md).").PlaceHolder("EXPR").StringVar(&f.Shape.Filter)
}

// ScopeFlags limit a request to some servers.
type ScopeFlags struct {
	Scope  fleet.Scope
	Expect int // servers to wait for; 0: the expected servers are discovered
}

func (f *ScopeFlags) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("cluster", "Ask only servers of this cluster.").PlaceHolder("NAME").StringVar(&f.Scope.Cluster)
	cmd.Flag("name", "Show only the server with this name or id.").PlaceHolder("NAME").StringVar(&f.Scope.Name)
	cmd.Flag("host", "Ask only servers on this host.").PlaceHolder("HOST").StringVar(&f.Scope.Host)
	cmd.Flag("tag", "Ask only servers with this tag; repeat to require several.").PlaceHolder("TAG").StringsVar(&f.Scope.Tags)
	cmd.Flag("expect", "Wait until this many servers have answered, or the timeout ends (default: as many as the servers count).").PlaceHolder("N").IntVar(&f.Expect)
}

// WatchFlags are the flags that repeat a command until it is interrupted.
type WatchFlags struct{ Every time.Duration }

func (f *WatchFlags) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("watch", "Repeat at this interval until interrupted, for example --watch 2s.").PlaceHolder("INTERVAL").DurationVar(&f.Every)
}

const (
	cursorHome  = "\x1b[H"
	eraseBelow  = "\x1b[J"
	clearScreen = "\x1b[2J"
)

// Loop runs once, or again at every interval when --watch is given. On a
// terminal each round is drawn over the one before; otherwise the rounds
// follow each other, one document each. A round that fails with a partial
// answer is shown and does not end the watch; the end of a recording (io.EOF)
// does.
func (f *WatchFlags) Loop(ctx context.Context, e *Env, once func(context.Context) error) error {
	if f.Every == 0 {
		return once(ctx)
	}
	if f.Every < 100*time.Millisecond {
		return Usagef("--watch %s is too short; use 100ms or more", f.Every)
	}
	ticker := time.NewTicker(f.Every)
	defer ticker.Stop()
	for first := true; ; first = false {
		err := repaint(e, first, func() error { return once(ctx) })
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
func repaint(e *Env, first bool, round func() error) error {
	paint := e.OutTTY && e.Flags.Output != "json" && e.Flags.Output != "ndjson"
	if !paint {
		return tolerate(e, round())
	}
	screen := &repainter{}
	out := e.Out
	e.Out = screen
	err := round()
	e.Out = out
	start := cursorHome
	if first {
		start = clearScreen + cursorHome
	}
	if _, writeErr := fmt.Fprint(out, start, screen.String(), eraseBelow); writeErr != nil {
		return writeErr
	}
	return tolerate(e, err)
}

// tolerate reports a partial answer and continues; any other error ends the watch.
func tolerate(e *Env, err error) error {
	if code, _ := e.Explain(err); err != nil && code == ExitPartial {
		e.Fail(err)
		return nil
	}
	return err
}

// repainter buffers one round of a watch so that it is written at once; each
// line erases the rest of an earlier, longer one.
type repainter struct{ b strings.Builder }

// Write implements [io.Writer].
func (r *repainter) Write(p []byte) (int, error) {
	r.b.WriteString(strings.ReplaceAll(string(p), "\n", eraseLine+"\n"))
	return len(p), nil
}

// String returns the buffered round.
func (r *repainter) String() string { return r.b.String() }
