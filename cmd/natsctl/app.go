package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/alecthomas/kingpin/v2"
)

// command is one leaf of the command line: a struct of flags.
type command interface {
	// setup declares the flags and arguments.
	setup(cmd *kingpin.CmdClause)
	// run does the work; everything it may touch is in e.
	run(ctx context.Context, e *env) error
}

// entry is one row of the command table: a command, or a group of them.
type entry struct {
	name, help string
	aliases    []string
	cmd        command
	sub        []entry
	hidden     bool // not for people: how the program runs itself
	standard   bool // what its group does when none of its commands is named
}

// app is what a program is made of: its commands, and what they add to the
// tables of the console.
type app struct {
	help    string // what the program is, in one sentence
	entries []entry
	advices []advice   // what to do about the errors of the commands
	values  []valueRow // what completes their flags and arguments
	// rewrite may say more about the error of a command that was given
	// arguments; path is the command. It is asked before advice is looked up.
	rewrite func(e *env, err error, path string, args []string) error
	// natsCommands and natsFlags are words of the nats CLI that are none here,
	// with what does the same; an empty command is left to the nats CLI.
	natsCommands, natsFlags map[string]string
}

// terminated is what kingpin's request to exit becomes.
type terminated int

// chosen is the command that a command line names.
type chosen struct {
	command
	path string // its words: "server ls"
}

// parse turns arguments into the command to run, without running it. Its
// error is one of usage, or help that cannot be written. A request for help
// has been answered when it returns a terminated status.
func parse(a app, args []string, e *env) (cmd chosen, status *terminated, err error) {
	kp := kingpin.New("natsctl", a.help)
	kp.UsageWriter(e.out).ErrorWriter(e.err).Terminate(func(code int) { panic(terminated(code)) })
	kp.HelpFlag.Short('h').Help("Show help for the command before it; natsctl help COMMAND does the same.")
	kp.UsageTemplate(usageTemplate).UsageFuncs(usageFuncs())
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
	e.flags.setup(kp)
	for _, c := range a.entries {
		c.declare(kp, &cmd)
	}
	if c, asked := completing(kp, args); asked {
		return chosen{command: c}, nil, nil
	}
	if len(args) > 0 && args[0] == "help" { // as a flag, mistakes in it are those of any command line
		args = append(slices.Clone(args[1:]), "--help")
	}
	if _, err = kp.Parse(args); err != nil {
		return cmd, nil, explainParse(a, kp.Model(), args, err)
	}
	return cmd, nil, refuseValues(kp, args, cmd.path)
}

// commandModel is what a program can be called with: its commands with their
// flags and arguments.
func commandModel(a app) *kingpin.ApplicationModel {
	kp := kingpin.New("natsctl", a.help)
	(&globals{}).setup(kp)
	var ignored chosen
	for _, c := range a.entries {
		c.declare(kp, &ignored)
	}
	return kp.Model()
}

// parses tells what is wrong with a command line, and runs nothing.
func parses(a app, args []string, e *env) error {
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
func (c entry) declare(parent declarer, selected *chosen) {
	clause := parent.Command(c.name, c.help)
	if c.hidden {
		clause.Hidden()
	}
	if c.standard {
		clause.Default()
	}
	for _, alias := range c.aliases {
		clause.Alias(alias)
	}
	for _, sub := range c.sub {
		sub.declare(clause, selected)
	}
	if c.cmd == nil {
		return
	}
	c.cmd.setup(clause)
	clause.Action(func(*kingpin.ParseContext) error {
		*selected = chosen{c.cmd, clause.FullCommand()}
		return nil
	})
}

// runApp parses and runs one command line and returns the exit code. The first
// interrupt cancels the command, which drains and prints what there is; a
// second one ends the process.
func runApp(a app, args []string, e *env) int {
	e.app = a
	cmd, status, err := parse(a, args, e)
	switch {
	case status != nil:
		return int(*status)
	case err != nil:
		return e.fail(e.reworded(err, args))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	e.interrupted = ctx.Done()
	if err := e.flags.resolve(e); err != nil {
		return e.fail(inCommand{err, cmd.path})
	}
	err = cmd.run(ctx, e)
	e.close()
	if err == nil && ctx.Err() != nil {
		err = context.Canceled
	}
	if errors.Is(err, errDryRun) {
		e.say("", errDryRun.Error())
		return exitOK
	}
	if err != nil {
		return e.fail(e.reworded(inCommand{err, cmd.path}, args))
	}
	return exitOK
}

// reworded lets the program say more about an error.
func (e *env) reworded(err error, args []string) error {
	var in inCommand
	if e.app.rewrite == nil || !errors.As(err, &in) {
		return err
	}
	return e.app.rewrite(e, err, in.path, args)
}
