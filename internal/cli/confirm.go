package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

var (
	// ErrDeclined is returned when the confirmation was not given.
	ErrDeclined = errors.New("not confirmed; nothing was changed")
	errNoAnswer = errors.New("confirmation required, but there is no terminal to ask on")
	// ErrProtected is returned for an action on a protected context.
	ErrProtected = errors.New("the context is protected")
	errDryRun    = errors.New("--dry-run: nothing was changed")
)

// ActFlags are the flags of every command that changes something.
type ActFlags struct{ Yes, Force, dryRun bool }

func (f *ActFlags) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("yes", "Skip the confirmation.").Short('y').BoolVar(&f.Yes)
	cmd.Flag("force", "Proceed even if the context is protected.").BoolVar(&f.Force)
	cmd.Flag("dry-run", "Show what would be done and exit.").BoolVar(&f.dryRun)
}

// Confirm shows the plan and asks for the word that names what will be
// affected, unless --yes is given; what has no name cannot be confirmed otherwise.
// A protected context also needs --force.
// With --dry-run only the plan is shown; the error is then not a failure.
func (f *ActFlags) Confirm(e *Env, plan, word string, protected bool) error {
	return f.ConfirmLines(e, []string{plan}, word, protected)
}

// ConfirmLines is [Env.Confirm] for a plan of several lines.
func (f *ActFlags) ConfirmLines(e *Env, plan []string, word string, protected bool) error {
	if protected && !f.Force && !f.dryRun {
		return ErrProtected
	}
	for _, line := range plan {
		e.Note("", line)
	}
	if f.dryRun {
		return errDryRun
	}
	if f.Yes {
		return nil
	}
	if !e.InTTY {
		return errNoAnswer
	}
	if _, err := fmt.Fprintf(e.Err, "natsctl: type %s to confirm: ", view.Text(word)); err != nil {
		return err
	}
	answer, err := bufio.NewReader(e.In).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the confirmation: %w", err)
	}
	if word == "" || strings.TrimSpace(answer) != word {
		return ErrDeclined
	}
	return nil
}

// Planned returns the error of an action that is not done, err, after its plan was
// shown: a plan of --dry-run that lacks servers is incomplete.
func (f *ActFlags) Planned(e *Env, err error, s *fleet.Snapshot) error {
	if errors.Is(err, errDryRun) && !s.Complete() {
		e.Note("", errDryRun.Error())
		return Partial(s)
	}
	return err
}
