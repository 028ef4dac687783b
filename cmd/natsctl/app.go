package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/view"
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

// terminated is what kingpin's request to exit becomes.
type terminated int

// parse turns arguments into the command to run, without running it. Any
// error is one of usage. A request for help has been answered when it returns
// a terminated status.
func parse(args []string, e *env) (cmd command, status *terminated, err error) {
	kp := kingpin.New("natsctl", tagline)
	kp.UsageWriter(e.out).ErrorWriter(e.err).Terminate(func(code int) { panic(terminated(code)) })
	kp.HelpFlag.Short('h')
	kp.UsageTemplate(usageTemplate)
	defer func() {
		switch x := recover().(type) {
		case nil:
		case terminated:
			status = &x
		default:
			panic(x)
		}
	}()
	e.flags.setup(kp)
	for _, c := range slices.Concat(commands(), keeperEntries()) {
		c.declare(kp, &cmd)
	}
	if c, asked := completing(kp, args); asked {
		return c, nil, nil
	}
	_, err = kp.Parse(args)
	return cmd, nil, err
}

// declarer is what a command can hang on: the application or a group.
type declarer interface {
	Command(name, help string) *kingpin.CmdClause
}

// declare adds the entry below parent; choosing the command sets selected.
func (c entry) declare(parent declarer, selected *command) {
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
		*selected = c.cmd
		return nil
	})
}

// run parses and runs one command line and returns the exit code. The first
// interrupt cancels the command, which drains and prints what there is; a
// second one ends the process.
func run(args []string, e *env) int {
	cmd, status, err := parse(args, e)
	switch {
	case status != nil:
		return int(*status)
	case err != nil:
		return e.fail(usageError{explainParse(args, err)})
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	if err := e.flags.resolve(e); err != nil {
		return e.fail(err)
	}
	err = cmd.run(ctx, e)
	e.close()
	if err == nil && ctx.Err() != nil {
		err = context.Canceled
	}
	if err != nil {
		return e.fail(err)
	}
	return exitOK
}

// explainParse adds to kingpin's words what may have been meant.
func explainParse(args []string, err error) error {
	names, list := "", commands()
	for _, arg := range args {
		if i := slices.IndexFunc(list, func(c entry) bool { return c.name == arg }); i >= 0 {
			names, list = names+" "+arg, list[i].sub
		}
	}
	if word, ok := strings.CutPrefix(err.Error(), "expected command but got "); ok {
		word = strings.Trim(word, `"`)
		return fmt.Errorf("natsctl%s has no command %q%s", names, word, view.Suggest(word, entryNames(list)))
	}
	if strings.HasPrefix(err.Error(), "must select a subcommand") {
		return fmt.Errorf("natsctl%s needs one of its commands: %s", names, strings.Join(entryNames(list), ", "))
	}
	return err
}

func entryNames(list []entry) []string {
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = c.name
	}
	return names
}

// usageError is a command line that cannot be understood.
type usageError struct{ error }

// Unwrap returns the parser's own error.
func (u usageError) Unwrap() error { return u.error }

// usagef makes a usage error.
func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }
