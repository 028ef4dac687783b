package benchcmd

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/natsctl/natsctl/internal/bench"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/view"
)

// benchLive shows the progress of a run on one line of the terminal.
type benchLive struct {
	e   *cli.Env
	on  bool
	mu  sync.Mutex
	len int
}

func newBenchLive(e *cli.Env, quiet bool) *benchLive { return &benchLive{e: e, on: e.ErrTTY && !quiet} }

func (l *benchLive) show(p bench.Progress) {
	if !l.on {
		return
	}
	text := p.Phase
	if p.Runs > 1 {
		text = fmt.Sprintf("run %d of %d: %s", p.Run, p.Runs, text)
	}
	switch {
	case p.Phase == "measure" && p.Second < 0:
		text += fmt.Sprintf(", warm-up ends in %.0f s", -p.Second)
	case p.Phase == "measure" || p.Phase == "drain":
		text += fmt.Sprintf(" %.0f s", max(p.Second, 0))
		if p.Duration > 0 {
			text += fmt.Sprintf(" of %.0f s", p.Duration)
		}
		text += fmt.Sprintf(", %s/s out, %s/s in", scenario.FormatRate(float64(p.Sent)), scenario.FormatRate(float64(p.Received)))
		if p.P99US > 0 {
			text += ", p99 " + view.Duration(p.P99US/1e6)
		}
		text += fmt.Sprintf(", %d in flight", p.Backlog)
	}
	l.write(text)
}

func (l *benchLive) write(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	pad := max(l.len-len(text), 0)
	l.len = len(text)
	_, _ = fmt.Fprint(l.e.Err, "\r"+text+strings.Repeat(" ", pad)) // a closed terminal does not stop the run
}

// clear erases the line for the output that follows.
func (l *benchLive) clear() {
	if l.on && l.len > 0 {
		l.write("")
		_, _ = fmt.Fprint(l.e.Err, "\r")
	}
}

// ended ends the progress. If the run was interrupted before its first progress
// line, it says so, and what the run left behind.
func (l *benchLive) ended(ctx context.Context, err error, nothing string) error {
	l.clear()
	if err == nil || ctx.Err() == nil || !errors.Is(err, context.Canceled) {
		return err
	}
	l.e.Note("", "interrupted: "+nothing)
	var left *bench.LeftError
	if errors.As(err, &left) {
		l.e.Note("warning", left.Error())
	}
	return err
}
