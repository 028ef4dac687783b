package tui

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"time"

	"github.com/natsctl/natsctl/internal/tui/live"

	tea "github.com/charmbracelet/bubbletea"
)

// frameRate is the maximum number of screen updates per second: input is shown
// within 50 ms, and an idle screen costs almost nothing.
const frameRate = 20

// Run shows the dashboard on a terminal until the user quits or ctx is done, which
// the caller cancels on interrupt or termination. The terminal is always restored:
// after the user quits, a signal, a lost terminal, an error, or a panic in any of
// the dashboard's goroutines, which is returned as an error.
func Run(ctx context.Context, opt Options, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &runner{out: out, cancel: cancel, stops: make(chan os.Signal, 4)}
	c := live.NewCollector(opt.Feed, opt.every(), opt.clock(), r.fatal)
	m := NewModel(opt, c.Send)
	settings := []tea.ProgramOption{
		tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(out), tea.WithAltScreen(), tea.WithFPS(frameRate),
		// ctx ends at a signal: bubbletea's own handler can block for ever when both see one.
		tea.WithoutSignalHandler(),
	}
	if opt.Mouse {
		settings = append(settings, tea.WithMouseCellMotion())
	}
	r.program = tea.NewProgram(&shell{Model: m, run: r}, settings...)
	stop := r.hangup()
	defer stop()
	r.group.Add(2)
	go func() { defer r.group.Done(); c.Run(ctx) }()
	go func() { defer r.group.Done(); r.forward(ctx, c.Newest()) }()
	err := runUntil(ctx, r.program)
	cancel()
	r.group.Wait()
	return r.result(err)
}

// endWithin is the time that the screen has to end after ctx is done.
const endWithin = 700 * time.Millisecond

// terminalProgram is the part of a terminal program that [runUntil] needs.
type terminalProgram interface {
	Run() (tea.Model, error)
	ReleaseTerminal() error
}

// runUntil runs the program until it ends. If the screen does not end after ctx is
// done, the terminal is restored and the screen abandoned, so that a signal ends
// the dashboard within a second.
func runUntil(ctx context.Context, p terminalProgram) error {
	ended := make(chan error, 1)
	go func() {
		_, err := p.Run()
		ended <- err
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	patience := time.NewTimer(endWithin)
	defer patience.Stop()
	select {
	case err := <-ended:
		return err
	case <-patience.C:
		return errors.Join(tea.ErrProgramKilled, context.Cause(ctx), p.ReleaseTerminal())
	}
}

func (o Options) clock() func() time.Time {
	if o.Clock != nil {
		return o.Clock
	}
	return time.Now
}

// runner is one run of the dashboard.
type runner struct {
	program *tea.Program
	out     io.Writer
	cancel  context.CancelFunc
	stops   chan os.Signal // signals that stop or continue the process
	group   sync.WaitGroup

	mu    sync.Mutex
	cause error
}

// forward sends the latest state to the program, one at a time. Send waits for the
// program; the collector does not.
func (r *runner) forward(ctx context.Context, states <-chan *live.State) {
	for {
		select {
		case <-ctx.Done():
			return
		case st := <-states:
			r.program.Send(stateMsg{st})
		}
	}
}

// fatal ends the program with an error of another goroutine.
func (r *runner) fatal(err error) {
	r.mu.Lock()
	if r.cause == nil {
		r.cause = err
	}
	r.mu.Unlock()
	go r.program.Kill() // never from the program's own loop
}

// hangup ends the program when its terminal is closed, and reports stops to it.
func (r *runner) hangup() func() {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, hangups()...)
	if s := stopSignals(); len(s) > 0 { // none would mean all
		signal.Notify(r.stops, s...)
	}
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-ch:
				r.program.Quit()
				return
			case s := <-r.stops:
				r.program.Send(stopMessage(s))
			case <-done:
				return
			}
		}
	}()
	return func() { signal.Stop(ch); signal.Stop(r.stops); close(done) }
}

// result returns the error that ended the run, or nil if the user quit.
func (r *runner) result(err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.cause != nil:
		return r.cause
	case errors.Is(err, tea.ErrInterrupted), errors.Is(err, tea.ErrProgramKilled) && errors.Is(err, context.Canceled):
		return context.Canceled
	case err != nil:
		return fmt.Errorf("dashboard: %w", err)
	}
	return nil
}

// shell connects the pure model to the terminal.
type shell struct {
	*Model
	run *runner
}

// Update implements [tea.Model].
func (s *shell) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if text, ok := msg.(copyMsg); ok {
		return s, s.run.clipboard(string(text))
	}
	defer s.run.guard("updating")
	if cmd, ok := s.stopped(msg); ok {
		return s, cmd
	}
	if size, ok := msg.(tea.WindowSizeMsg); ok {
		msg = sized(size)
	}
	_, cmd := s.Model.Update(msg)
	return s, cmd
}

// View implements [tea.Model].
func (s *shell) View() string {
	defer s.run.guard("drawing")
	return s.Model.View()
}

// guard turns a panic of the screen into the error that ends the program, so that
// the terminal is restored before anything is printed.
func (r *runner) guard(doing string) {
	if x := recover(); x != nil {
		r.fatal(fmt.Errorf("%w while %s: %v\n%s", live.ErrPanic, doing, x, debug.Stack()))
	}
}

// clipboard asks the terminal to copy text to the clipboard (OSC 52). In tmux it
// sends two forms: tmux handles one if set-clipboard is on, and passes the other
// through if allow-passthrough is on.
func (r *runner) clipboard(text string) tea.Cmd {
	return func() tea.Msg {
		seq := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(text)) + "\a"
		if os.Getenv("TMUX") != "" {
			seq += "\x1bPtmux;\x1b" + seq + "\x1b\\"
		}
		io.WriteString(r.out, seq) //nolint:errcheck // a terminal that is gone is noticed elsewhere
		return nil
	}
}
