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

// Env is everything of the outside world that a command may touch, and what a
// test replaces: the streams, the terminal, the environment, the clock, and
// the connection, which is made on first use.
type Env struct {
	In       io.Reader
	Out, Err io.Writer
	InTTY    bool
	OutTTY   bool
	ErrTTY   bool
	OutColor bool // colours are wanted on standard output
	errColor bool
	Width    func() int // columns of the terminal on standard output; 0 when it is none
	Getenv   func(string) string
	Now      func() time.Time
	Flags    Globals
	advices  []Advice // what the commands know to do about their errors

	interrupted <-chan struct{} // closed by the first interrupt

	Session *session        // the connection, once made
	dialled *natsctx.Target // where it went, also when it is closed again
	roster  *roster         // whom the fleet is remembered to have, once asked
	closers []func()
}

// ProcessEnv is the env of this process.
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

// lastWords is how long the work behind an interrupt may take: what a command
// has got so far is still printed, and what never ends, ends.
const lastWords = 700 * time.Millisecond

// untilInterrupted is a context for work between the command and its output,
// which an interrupt ends too, a little later. The caller cancels it.
func (e *Env) untilInterrupted() (context.Context, context.CancelFunc) {
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

// OnClose registers what must be undone when the command ends.
func (e *Env) OnClose(f func()) { e.closers = append(e.closers, f) }

// Close undoes in reverse order what the command opened.
func (e *Env) Close() {
	for i := len(e.closers) - 1; i >= 0; i-- {
		e.closers[i]()
	}
	e.closers = nil
}

// Beside is the same surroundings for another connection, with other flags.
// The caller closes it.
func (e *Env) Beside(flags Globals) *Env {
	other := *e
	other.Session, other.dialled, other.roster, other.closers, other.Flags = nil, nil, nil, nil, flags
	return &other
}

// Say writes a line for the operator to standard error: "natsctl: hint: ...".
func (e *Env) Say(kind, line string) {
	prefix := "natsctl: "
	if kind != "" {
		prefix += kind + ": "
	}
	_, _ = fmt.Fprintln(e.Err, prefix+view.Text(line))
}

// eraseLine erases what is right of the cursor.
const eraseLine = "\x1b[K"

// Progress shows a line that the next one replaces, when standard error is a
// terminal; an empty one takes the last away.
func (e *Env) Progress(line string) {
	if !e.ErrTTY {
		return
	}
	if line != "" {
		line = "natsctl: " + view.Text(line)
	}
	_, _ = fmt.Fprint(e.Err, "\r", line, eraseLine) // a terminal that is gone shows no progress
}

// session is where a command is connected, and as whom.
type session struct {
	Target *natsctx.Target
	Conn   *nats.Conn
}

// UTF8 tells whether the locale writes UTF-8. One that says nothing does.
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
// whose locale has no other characters. A program's data stay as they are unless
// it asked; YAML has its own escapes, which are not these.
func (e *Env) useASCII() {
	people := e.OutTTY || slices.Contains([]string{"table", "wide", "text"}, e.Flags.Output)
	e.Flags.ASCII = e.Flags.ASCII || people && !e.UTF8()
	if e.Flags.ASCII && e.Flags.Output != "yaml" {
		e.Out = &view.ASCIIWriter{W: e.Out}
	}
}

// Screen is standard output itself, for what draws on a terminal.
func (e *Env) Screen() io.Writer {
	if w, ok := e.Out.(*view.ASCIIWriter); ok {
		return w.W
	}
	return e.Out
}
