package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/view"
)

var (
	errDeclined  = errors.New("not confirmed, nothing was done")
	errNoAnswer  = errors.New("this needs a confirmation, and there is no terminal to ask on")
	errProtected = errors.New("the context is protected")
	errDryRun    = errors.New("--dry-run: nothing was done")
)

// actFlags are the flags of every command that changes something.
type actFlags struct{ yes, force, dryRun bool }

func (f *actFlags) setup(cmd *kingpin.CmdClause) {
	cmd.Flag("yes", "Do it without asking.").Short('y').BoolVar(&f.yes)
	cmd.Flag("force", "Do it although the context is protected.").BoolVar(&f.force)
	cmd.Flag("dry-run", "Show what would be done, and do nothing.").BoolVar(&f.dryRun)
}

// confirm shows the plan and asks for the word that names what will be
// touched, unless --yes is given. A protected context needs --force besides.
// With --dry-run the plan is all there is: the error then is no failure.
func (f *actFlags) confirm(e *env, plan, word string, protected bool) error {
	return f.confirmLines(e, []string{plan}, word, protected)
}

// confirmLines is confirm for a plan of several lines.
func (f *actFlags) confirmLines(e *env, plan []string, word string, protected bool) error {
	if protected && !f.force && !f.dryRun {
		return errProtected
	}
	for _, line := range plan {
		e.say("", line)
	}
	if f.dryRun {
		return errDryRun
	}
	if f.yes {
		return nil
	}
	if !e.inTTY {
		return errNoAnswer
	}
	if _, err := fmt.Fprintf(e.err, "natsctl: type %s to go on: ", view.Text(word)); err != nil {
		return err
	}
	answer, err := bufio.NewReader(e.in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the confirmation: %w", err)
	}
	if strings.TrimSpace(answer) != word {
		return errDeclined
	}
	return nil
}
