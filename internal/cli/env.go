package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/nats-io/nats.go"
	"golang.org/x/term"

	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/view"
)

// Env is the outside world as a command may use it and a test replaces it:
// the streams, the terminal, the environment, the clock, and
// the connection, which is made on first use.
type Env struct {
	In       io.Reader
	Out, Err io.Writer
	InTTY    bool
	OutTTY   bool
	ErrTTY   bool
	OutColor bool // standard output uses color
	errColor bool
	Width    func() int // columns of the terminal on standard output; 0 when it is not a terminal
	Getenv   func(string) string
	Now      func() time.Time
	Flags    Globals
	advices  []Advice // the error tables of the commands

	interrupted <-chan struct{} // closed by the first interrupt

	Session *session        // the connection, once made
	dialled *natsctx.Target // its target, kept after it is closed
	roster  *roster         // the saved servers of the fleet, once loaded
	closers []func()
}

// ProcessEnv returns the Env of this process.
func ProcessEnv() *Env {
	kingpin.EnableFileExpansion = false // "@name" is a name, not a file of arguments to read and print
	isTTY := func(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
	e := &Env{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		InTTY: isTTY(os.Stdin), OutTTY: isTTY(os.Stdout), ErrTTY: isTTY(os.Stderr),
		Getenv: os.Getenv, Now: time.Now,
		Width: func() int {
			w, _, err := term.GetSize(int(os.Stdout.Fd()))
			if err != nil {
				return 0
			}
			return w
		},
	}
	e.OutColor, e.errColor = e.OutTTY, e.ErrTTY
	return e
}

// cleanupTime is how long a command may take after an interrupt to print what it
// has so far.
const cleanupTime = 700 * time.Millisecond

// untilInterrupted returns a context for work between the command and its
// output, canceled a little later than the interrupt. The caller cancels it.
func (e *Env) untilInterrupted() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		select {
		case <-e.interrupted:
			timer := time.NewTimer(cleanupTime)
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

// wasInterrupted tells whether there was an interrupt.
func (e *Env) wasInterrupted() bool {
	select {
	case <-e.interrupted:
		return true
	default: // also without a channel
		return false
	}
}

// OnClose registers a cleanup function for the end of the command.
func (e *Env) OnClose(f func()) { e.closers = append(e.closers, f) }

// Close runs the cleanup functions in reverse order.
func (e *Env) Close() {
	for i := len(e.closers) - 1; i >= 0; i-- {
		e.closers[i]()
	}
	e.closers = nil
}

// WithFlags returns a copy of the Env for another connection, with other flags.
// The caller closes it.
func (e *Env) WithFlags(flags Globals) *Env {
	other := *e
	other.Session, other.dialled, other.roster, other.closers, other.Flags = nil, nil, nil, nil, flags
	return &other
}

// Note writes a line for the operator to standard error: "natsctl: hint: ...".
func (e *Env) Note(kind, line string) {
	prefix := "natsctl: "
	if kind != "" {
		prefix += kind + ": "
	}
	_, _ = fmt.Fprintln(e.Err, prefix+view.Text(line))
}

// eraseLine erases from the cursor to the end of the line.
const eraseLine = "\x1b[K"

// Progress shows a line that the next one replaces, when standard error is a
// terminal; an empty one erases the last.
func (e *Env) Progress(line string) {
	if !e.ErrTTY {
		return
	}
	if line != "" {
		line = "natsctl: " + view.Text(line)
	}
	_, _ = fmt.Fprint(e.Err, "\r", line, eraseLine) // progress is not worth an error
}

// session is the connection of a command, with its target.
type session struct {
	Target *natsctx.Target
	Conn   *nats.Conn
}

// UTF8 reports whether the locale uses UTF-8, which is the default.
func (e *Env) UTF8() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := e.Getenv(name); v != "" {
			v = strings.ToLower(strings.ReplaceAll(v, "-", ""))
			return strings.Contains(v, "utf8")
		}
	}
	return true
}

// useASCII makes standard output ASCII where it was asked for, and for people
// whose locale has no other characters. Output for programs is left unchanged
// unless requested; YAML has its own escapes.
func (e *Env) useASCII() {
	people := e.OutTTY || slices.Contains([]string{"table", "wide", "text"}, e.Flags.Output)
	e.Flags.ASCII = e.Flags.ASCII || people && !e.UTF8()
	if e.Flags.ASCII && e.Flags.Output != "yaml" {
		e.Out = &view.ASCIIWriter{W: e.Out}
	}
}

// Screen returns standard output itself, for drawing on a terminal.
func (e *Env) Screen() io.Writer {
	if w, ok := e.Out.(*view.ASCIIWriter); ok {
		return w.W
	}
	return e.Out
}
