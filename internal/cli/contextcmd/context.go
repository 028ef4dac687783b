// Package contextcmd holds the commands natsctl context, about saved contexts.
// Package internal/context defines what a context is.
package contextcmd

import (
	"context"
	"fmt"
	"strconv"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
)

// Entries are the commands of the noun context.
func Entries() []cli.Entry { return []cli.Entry{contextEntry()} }

func contextEntry() cli.Entry {
	return cli.Entry{
		Name: "context", Aliases: []string{"ctx"},
		Help: "Saved contexts: where to connect, and as whom. The nats CLI uses the same ones.",
		Sub: []cli.Entry{
			{Name: "add", Aliases: []string{"create", "save"}, Help: "Save a new context made of the global flags.", Cmd: &contextAdd{}, Finishes: true, Examples: []string{
				"context add dev -s nats://127.0.0.1:4222",
				"context add prod -s tls://nats.example.net --creds prod.creds --select",
				"context add ops -s nats://10.0.0.1 --user ops --password-file ops.txt --protected",
			}},
			{Name: "edit", Aliases: []string{"vi"}, Help: "Change a context with flags, or in an editor.", Cmd: &contextEdit{}, Finishes: true, Examples: []string{
				"context edit dev",
				"context edit dev -s nats://127.0.0.1:4333",
				"context edit dev --clear creds",
			}},
			{Name: "copy", Aliases: []string{"cp"}, Help: "Copy a context, with changes from flags.", Cmd: &contextCopy{}, Finishes: true, Examples: []string{
				"context copy prod prod-sys --creds sys.creds",
				"context copy dev staging -s tls://staging.example.net",
			}},
			{Name: "ls", Aliases: []string{"list"}, Help: "List the contexts.", Cmd: &contextLs{}, Examples: []string{
				"context ls",
				"context ls -o json",
				"context ls --jq '.rows[].name'",
			}},
			{Name: "show", Aliases: []string{"info", "view"}, Help: "Show a context, and where each value that would be used comes from.", Cmd: &contextShow{}, Examples: []string{
				"context show",
				"context show prod",
				"context show prod -o json",
			}},
			{Name: "select", Aliases: []string{"switch", "set"}, Help: "Select the context to use by default.", Cmd: &contextSelect{}, Examples: []string{
				"context select prod",
				"context select",
			}},
			{Name: "previous", Help: "Select the context that was selected before.", Cmd: &contextPrevious{}, Examples: []string{
				"context previous",
				"context previous -o json",
			}},
			{Name: "unselect", Help: "Leave no context selected.", Cmd: &contextUnselect{}, Examples: []string{
				"context unselect",
				"ctx unselect",
			}},
			{Name: "rm", Aliases: []string{"remove"}, Help: "Remove a context.", Cmd: &contextRm{}, Finishes: true, Examples: []string{
				"context rm staging",
				"context rm old older --yes",
			}},
			{Name: "validate", Help: "Check contexts, and with --connect how far each of their URLs gets.", Cmd: &contextValidate{}, Examples: []string{
				"context validate",
				"context validate prod --connect",
				"context validate --connect -o json",
			}},
			{Name: "protect", Help: "Require --force for actions in this context.", Cmd: &contextProtect{on: true}, Examples: []string{
				"context protect prod",
				"context protect prod prod-sys",
			}},
			{Name: "unprotect", Help: "Remove the protection of a context.", Cmd: &contextProtect{}, Examples: []string{
				"context unprotect prod",
				"context unprotect prod prod-sys",
			}},
		},
	}
}

// contextSelect makes a context the default.
type contextSelect struct{ name string }

func (c *contextSelect) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("name", "The context (default: ask on a terminal).").StringVar(&c.name)
}

func (c *contextSelect) Run(_ context.Context, e *cli.Env) error {
	store, err := e.Store()
	if err != nil {
		return err
	}
	if c.name == "" {
		if c.name, err = chooseContext(e, store); err != nil {
			return err
		}
	}
	if err := store.Select(c.name); err != nil {
		return err
	}
	return printSelected(e, store, c.name)
}

// chooseContext prompts for one of the contexts by number or name.
func chooseContext(e *cli.Env, store *natsctx.Store) (string, error) {
	names, err := store.Names()
	if err != nil {
		return "", err
	}
	if !e.InTTY || len(names) == 0 {
		return "", cli.Usagef("name the context to select")
	}
	for i, name := range names {
		e.Note("", fmt.Sprintf("%3d  %s", i+1, name))
	}
	answer, err := e.Ask("number or name: ")
	if err != nil {
		return "", err
	}
	if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(names) {
		return names[n-1], nil
	}
	if answer == "" {
		return "", cli.ErrDeclined
	}
	return answer, nil
}

// printSelected prints the selected context for people.
func printSelected(e *cli.Env, store *natsctx.Store, name string) error {
	c, err := store.Load(name)
	if err != nil {
		return err
	}
	e.Note("", fmt.Sprintf("context %q is selected: %s", name, natsctx.RedactURL(c.URLOrDefault())))
	return nil
}

// contextPrevious selects the previous context.
type contextPrevious struct{}

func (c *contextPrevious) Setup(*kingpin.CmdClause) {}

func (c *contextPrevious) Run(_ context.Context, e *cli.Env) error {
	store, err := e.Store()
	if err != nil {
		return err
	}
	name, err := store.SelectPrevious()
	if err != nil {
		return err
	}
	return printSelected(e, store, name)
}

// contextUnselect clears the selection.
type contextUnselect struct{}

func (c *contextUnselect) Setup(*kingpin.CmdClause) {}

func (c *contextUnselect) Run(_ context.Context, e *cli.Env) error {
	store, err := e.Store()
	if err != nil {
		return err
	}
	name, err := store.Unselect()
	if err != nil {
		return err
	}
	e.Note("", fmt.Sprintf("context %q is no longer selected; natsctl context previous selects it again", name))
	return nil
}

// contextProtect sets or removes the protection of contexts.
type contextProtect struct {
	on    bool
	names []string
}

func (c *contextProtect) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("name", "The contexts.").Required().StringsVar(&c.names)
}

func (c *contextProtect) Run(_ context.Context, e *cli.Env) error {
	store, err := e.Store()
	if err != nil {
		return err
	}
	state := map[bool]string{true: "protected: actions in it need --force", false: "not protected"}[c.on]
	for _, name := range c.names {
		if err := store.SetMark(name, func(m *natsctx.Mark) { m.Protected = c.on }); err != nil {
			return err
		}
		e.Note("", fmt.Sprintf("context %q is %s", name, state))
	}
	return nil
}

// contextRm removes contexts.
type contextRm struct {
	names []string
	act   cli.ActFlags
}

func (c *contextRm) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("name", "The contexts.").Required().StringsVar(&c.names)
	c.act.Setup(cmd)
}

func (c *contextRm) Run(_ context.Context, e *cli.Env) error {
	store, err := e.Store()
	if err != nil {
		return err
	}
	for _, name := range c.names {
		if err := c.remove(e, store, name); err != nil {
			return err
		}
	}
	return nil
}

func (c *contextRm) remove(e *cli.Env, store *natsctx.Store, name string) error {
	if err := store.Known(name); err != nil {
		return err
	}
	mark, err := store.Mark(name)
	if err != nil {
		return err
	}
	selected, err := store.Selected()
	if err != nil {
		return err
	}
	plan := fmt.Sprintf("this removes the file %s", store.Path(name))
	if selected == name {
		plan += " and leaves no context selected"
	}
	if err := c.act.Confirm(e, plan, name, mark.Protected); err != nil {
		return err
	}
	if err := store.Remove(name, c.act.Force); err != nil {
		return err
	}
	e.Note("", fmt.Sprintf("context %q is removed", name))
	return nil
}

// Advices are the rows of the error table for these commands; the console has those of the store.
func Advices() []cli.Advice {
	return []cli.Advice{
		cli.On(cli.Is(errEditor), cli.ExitFailed, cli.Hint("VISUAL or EDITOR names another editor; flags change single keys without one")),
	}
}

// Values complete the arguments of these commands.
func Values() []cli.Value {
	return []cli.Value{
		cli.Complete("context edit", "--clear", cli.Words(keys()...)),
		cli.Complete("context copy", "source", cli.SavedContexts),
		cli.Complete("context copy", "name", cli.Nothing),
		cli.Complete("context add", "name", cli.Nothing),
		cli.Complete("context", "name", cli.SavedContexts),
	}
}
