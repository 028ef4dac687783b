// Package cli is the console: arguments, the environment, the terminal, signals,
// output formats, confirmation, exit codes and advice, completion, and the
// connection that the flags describe. kingpin lives here and below.
//
// It must not know any command: a program passes its commands, and the rows they
// add to the tables of advice and completion, as an [App].
package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/alecthomas/kingpin/v2"
)

// Command is one leaf of the command line: a struct of flags.
type Command interface {
	// Setup declares the flags and arguments.
	Setup(cmd *kingpin.CmdClause)
	// Run does the work; it reaches the outside world only through e.
	Run(ctx context.Context, e *Env) error
}

// Entry is one row of the command table: a command, or a group of them.
type Entry struct {
	Name, Help string
	Examples   []string // example command lines, without the name of the program
	Aliases    []string
	Cmd        Command
	Sub        []Entry
	Hidden     bool // for internal use: how the program runs itself
	Standard   bool // the default command of its group
	Endless    bool // a service: ending by a signal is not a failure
	// Finishes means that an interrupt does not end the command, or those of the
	// group, before it has finished, undone or saved what it began. Every other
	// command is ended one second after the first interrupt.
	Finishes bool
}

// App describes a program: its commands, and the rows they add to the tables
// of the console.
type App struct {
	Help     string // what the program is, in one sentence
	Examples []string
	Entries  []Entry
	Advices  []Advice // what to do about the errors of the commands
	Values   []Value  // what completes their flags and arguments
	// Rewrite may add detail to the error of a command that was given
	// arguments; path is the command. It is called before advice is looked up.
	Rewrite func(e *Env, err error, path string, args []string) error
	// NatsCommands and NatsFlags map words of the nats CLI that do not exist here
	// to their equivalent; an empty one means that only the nats CLI has it.
	NatsCommands, NatsFlags map[string]string
}

// terminated is the exit status that kingpin asked for.
type terminated int

// chosen is the command that a command line names.
type chosen struct {
	Command
	path     string // its words: "server ls"
	endless  bool
	finishes bool
}

// parse turns arguments into the command to run, without running it. Its
// error is a usage error, or a failure to write help. If help was requested, it
// has been printed and parse returns a terminated status.
func parse(a App, args []string, e *Env) (cmd chosen, status *terminated, err error) {
	kp := kingpin.New("natsctl", a.Help)
	kp.UsageWriter(e.Out).ErrorWriter(e.Err).Terminate(func(code int) { panic(terminated(code)) })
	kp.HelpFlag.Short('h').Help("Show help for a command; so does natsctl help COMMAND.")
	kp.UsageTemplate(usageTemplate).UsageFuncs(usageFuncs(a))
	defer func() {
		switch x := recover().(type) {
		case nil:
		case terminated:
			status = &x
		case *fs.PathError: // kingpin's help could not be written
			err = x
		default:
			panic(x)
		}
	}()
	e.Flags.setup(kp)
	for _, c := range a.Entries {
		c.declare(kp, &cmd)
	}
	if c, asked := completing(kp, a.Values, args); asked {
		return chosen{Command: c}, nil, nil
	}
	if len(args) > 0 && args[0] == "help" { // as a flag, so that mistakes are reported as on any command line
		args = append(slices.Clone(args[1:]), "--help")
	}
	args = joinDashes(args)
	if _, err = kp.Parse(args); err != nil {
		return cmd, nil, explainParse(natsWords{a.NatsCommands, a.NatsFlags}, kp.Model(), args, err)
	}
	return cmd, nil, refuseValues(kp, args, cmd.path)
}

// Model returns the command-line model of a program: its commands with their
// flags and arguments.
func Model(a App) *kingpin.ApplicationModel {
	kp := kingpin.New("natsctl", a.Help)
	(&Globals{}).setup(kp)
	var ignored chosen
	for _, c := range a.Entries {
		c.declare(kp, &ignored)
	}
	return kp.Model()
}

// Parses returns the error in a command line, and runs nothing.
func Parses(a App, args []string, e *Env) error {
	_, status, err := parse(a, args, e)
	if status != nil {
		return nil
	}
	return err
}

// declarer is the parent of a command: the application or a group.
type declarer interface {
	Command(name, help string) *kingpin.CmdClause
}

// declare adds the entry below parent; choosing the command sets selected.
func (c Entry) declare(parent declarer, selected *chosen) {
	clause := parent.Command(c.Name, c.Help)
	if c.Hidden {
		clause.Hidden()
	}
	if c.Standard {
		clause.Default()
	}
	for _, alias := range c.Aliases {
		clause.Alias(alias)
	}
	for _, sub := range c.Sub {
		sub.Finishes = sub.Finishes || c.Finishes
		sub.declare(clause, selected)
	}
	if c.Cmd == nil {
		return
	}
	c.Cmd.Setup(clause)
	clause.Action(func(*kingpin.ParseContext) error {
		*selected = chosen{c.Cmd, clause.FullCommand(), c.Endless, c.Finishes}
		return nil
	})
}

// Run parses and runs one command line and returns the exit code. The first
// interrupt cancels the command, which drains, prints what it has and ends
// within a second unless it has something to finish; a second one ends the
// process.
func Run(a App, args []string, e *Env) int {
	e.advices = a.Advices
	cmd, status, err := parse(a, args, e)
	switch {
	case status != nil:
		return int(*status)
	case err != nil:
		return e.Fail(a.reworded(e, err, args))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	e.interrupted = ctx.Done()
	if err := e.Flags.resolve(e); err != nil {
		return e.Fail(InCommand{err, cmd.path})
	}
	e.useASCII()
	err = cmd.run(ctx, e)
	if err == nil && ctx.Err() != nil && !cmd.endless {
		err = context.Canceled
	}
	if errors.Is(err, errDryRun) {
		e.Note("", errDryRun.Error())
		return ExitOK
	}
	if err != nil {
		return e.Fail(a.reworded(e, InCommand{err, cmd.path}, args))
	}
	return ExitOK
}

// run runs the command until it ends, or until it exceeds the time allowed after an interrupt.
func (c chosen) run(ctx context.Context, e *Env) error {
	done := make(chan error, 1)
	go func() {
		err := c.Run(ctx, e)
		e.Close()
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	late := time.NewTimer(cleanupTime + 100*time.Millisecond) // for the output itself
	defer late.Stop()
	select {
	case err := <-done:
		return err
	case <-late.C:
	}
	if !c.finishes {
		return context.Canceled // it is blocked in a call that ignores the interrupt; the process ends now
	}
	e.Note("", "finishing what is under way; press Ctrl-C again to stop at once")
	return <-done
}

// reworded lets the program add detail to an error.
func (a App) reworded(e *Env, err error, args []string) error {
	var in InCommand
	if a.Rewrite == nil || !errors.As(err, &in) {
		return err
	}
	return a.Rewrite(e, err, in.Path, args)
}
