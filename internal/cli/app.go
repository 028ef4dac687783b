// Package cli is the console: arguments, the environment, the terminal, signals,
// output formats, confirmation, exit codes and advice, completion, and the
// connection that the flags describe. kingpin lives here and below.
//
// It must not know any command: a program hands in its commands with what they
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
	// Run does the work; everything it may touch is in e.
	Run(ctx context.Context, e *Env) error
}

// Entry is one row of the command table: a command, or a group of them.
type Entry struct {
	Name, Help string
	Examples   []string // lines to call it with, without the name of the program
	Aliases    []string
	Cmd        Command
	Sub        []Entry
	Hidden     bool // not for people: how the program runs itself
	Standard   bool // what its group does when none of its commands is named
	Endless    bool // a service: a signal is how it ends, and no failure
	// Finishes tells that an interrupt does not end the command, or those of the
	// group, before it has finished, undone or put away what it began. Every other command is ended
	// a second after the first interrupt, whatever it waits for.
	Finishes bool
}

// App is what a program is made of: its commands, and what they add to the
// tables of the console.
type App struct {
	Help     string // what the program is, in one sentence
	Examples []string
	Entries  []Entry
	Advices  []Advice // what to do about the errors of the commands
	Values   []Value  // what completes their flags and arguments
	// Rewrite may say more about the error of a command that was given
	// arguments; path is the command. It is asked before advice is looked up.
	Rewrite func(e *Env, err error, path string, args []string) error
	// NatsCommands and NatsFlags are words of the nats CLI that are none here,
	// with what does the same; an empty command is left to the nats CLI.
	NatsCommands, NatsFlags map[string]string
}

// terminated is what kingpin's request to exit becomes.
type terminated int

// chosen is the command that a command line names.
type chosen struct {
	Command
	path     string // its words: "server ls"
	endless  bool
	finishes bool
}

// parse turns arguments into the command to run, without running it. Its
// error is one of usage, or help that cannot be written. A request for help
// has been answered when it returns a terminated status.
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
	if len(args) > 0 && args[0] == "help" { // as a flag, mistakes in it are those of any command line
		args = append(slices.Clone(args[1:]), "--help")
	}
	args = joinDashes(args)
	if _, err = kp.Parse(args); err != nil {
		return cmd, nil, explainParse(natsWords{a.NatsCommands, a.NatsFlags}, kp.Model(), args, err)
	}
	return cmd, nil, refuseValues(kp, args, cmd.path)
}

// Model is what a program can be called with: its commands with their
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

// Parses tells what is wrong with a command line, and runs nothing.
func Parses(a App, args []string, e *Env) error {
	_, status, err := parse(a, args, e)
	if status != nil {
		return nil
	}
	return err
}

// declarer is what a command can hang on: the application or a group.
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
// interrupt cancels the command, which drains and prints what there is, and ends
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
	err = cmd.obey(ctx, e)
	if err == nil && ctx.Err() != nil && !cmd.endless {
		err = context.Canceled
	}
	if errors.Is(err, errDryRun) {
		e.Say("", errDryRun.Error())
		return ExitOK
	}
	if err != nil {
		return e.Fail(a.reworded(e, InCommand{err, cmd.path}, args))
	}
	return ExitOK
}

// obey runs the command until it ends, or until it is late after an interrupt.
func (c chosen) obey(ctx context.Context, e *Env) error {
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
	late := time.NewTimer(lastWords + 100*time.Millisecond) // for the output itself
	defer late.Stop()
	select {
	case err := <-done:
		return err
	case <-late.C:
	}
	if !c.finishes {
		return context.Canceled // what it waits for does not hear of the interrupt; the process ends now
	}
	e.Say("", "finishing what is under way; press Ctrl-C again to stop at once")
	return <-done
}

// reworded lets the program say more about an error.
func (a App) reworded(e *Env, err error, args []string) error {
	var in InCommand
	if a.Rewrite == nil || !errors.As(err, &in) {
		return err
	}
	return a.Rewrite(e, err, in.Path, args)
}
