package main

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"golang.org/x/term"

	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/tui/hush"
)

// env is everything of the outside world that a command may touch, and what a
// test replaces: the streams, the terminal, the environment, the clock, and
// the connection, which is made on first use.
type env struct {
	in       io.Reader
	out, err io.Writer
	inTTY    bool
	outTTY   bool
	errTTY   bool
	outColor bool // colours are wanted on standard output
	errColor bool
	width    func() int // columns of the terminal on standard output; 0 when it is none
	getenv   func(string) string
	now      func() time.Time
	flags    globals
	app      app // the program that runs

	interrupted <-chan struct{} // closed by the first interrupt

	session *session        // the connection, once made
	dialled *natsctx.Target // where it went, also when it is closed again
	roster  *roster         // whom the fleet is remembered to have, once asked
	closers []func()
}

// processEnv is the env of this process.
func processEnv() *env {
	hush.Lift()
	kingpin.EnableFileExpansion = false // "@name" is a name, not a file of arguments to read and print
	isTTY := func(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
	e := &env{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		inTTY: isTTY(os.Stdin), outTTY: isTTY(os.Stdout), errTTY: isTTY(os.Stderr),
		getenv: os.Getenv, now: time.Now,
		width: func() int {
			w, _, err := term.GetSize(int(os.Stdout.Fd()))
			if err != nil {
				return 0
			}
			return w
		},
	}
	e.outColor, e.errColor = e.outTTY, e.errTTY
	return e
}

// lastWords is how long the work behind an interrupt may take: what a command
// has got so far is still printed, and what never ends, ends.
const lastWords = time.Second

// untilInterrupted is a context for work between the command and its output,
// which an interrupt ends too, a little later. The caller cancels it.
func (e *env) untilInterrupted() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		select {
		case <-e.interrupted:
			timer := time.NewTimer(lastWords)
			defer timer.Stop()
			select {
			case <-timer.C:
				cancel()
			case <-ctx.Done():
			}
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// onClose registers what must be undone when the command ends.
func (e *env) onClose(f func()) { e.closers = append(e.closers, f) }

// close undoes in reverse order what the command opened.
func (e *env) close() {
	for i := len(e.closers) - 1; i >= 0; i-- {
		e.closers[i]()
	}
	e.closers = nil
}

// beside is the same surroundings for another connection, with other flags.
// The caller closes it.
func (e *env) beside(flags globals) *env {
	other := *e
	other.session, other.dialled, other.roster, other.closers, other.flags = nil, nil, nil, nil, flags
	return &other
}
