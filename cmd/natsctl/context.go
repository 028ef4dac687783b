package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/alecthomas/kingpin/v2"

	natsctx "github.com/natsctl/natsctl/internal/context"
)

// contextEntries is the noun context: saved places to connect to.
func contextEntries() []entry { return []entry{contextEntry()} }

func contextEntry() entry {
	return entry{
		name: "context", aliases: []string{"ctx"},
		help: "Saved contexts: where to connect, and as whom. The nats CLI uses the same ones.",
		sub: []entry{
			{name: "add", aliases: []string{"create", "save"}, help: "Save a new context made of the global flags.", cmd: &contextAdd{}},
			{name: "edit", aliases: []string{"vi"}, help: "Change a context: what flags say, or all of it in an editor.", cmd: &contextEdit{}},
			{name: "copy", aliases: []string{"cp"}, help: "Save a context under a second name, with what flags change.", cmd: &contextCopy{}},
			{name: "ls", aliases: []string{"list"}, help: "List the contexts.", cmd: &contextLs{}},
			{name: "show", aliases: []string{"info", "view"}, help: "Show a context, and where each value that would be used comes from.", cmd: &contextShow{}},
			{name: "select", aliases: []string{"switch", "set"}, help: "Use a context whenever none is named.", cmd: &contextSelect{}},
			{name: "previous", help: "Select the context that was selected before.", cmd: &contextPrevious{}},
			{name: "unselect", help: "Leave no context selected.", cmd: &contextUnselect{}},
			{name: "rm", aliases: []string{"remove"}, help: "Remove a context.", cmd: &contextRm{}},
			{name: "validate", help: "Check contexts, and with --connect how far each of their URLs gets.", cmd: &contextValidate{}},
			{name: "protect", help: "Let actions in this context ask for --force.", cmd: &contextProtect{on: true}},
			{name: "unprotect", help: "Lift the protection of a context.", cmd: &contextProtect{}},
		},
	}
}

// contextSelect makes a context the default one.
type contextSelect struct{ name string }

func (c *contextSelect) setup(cmd *kingpin.CmdClause) {
	cmd.Arg("name", "The context; asked for on a terminal when left out.").StringVar(&c.name)
}

func (c *contextSelect) run(_ context.Context, e *env) error {
	store, err := e.store()
	if err != nil {
		return err
	}
	if c.name == "" {
		if c.name, err = e.chooseContext(store); err != nil {
			return err
		}
	}
	if err := store.Select(c.name); err != nil {
		return err
	}
	return e.saySelected(store, c.name)
}

// chooseContext asks for one of the contexts by number or name.
func (e *env) chooseContext(store *natsctx.Store) (string, error) {
	names, err := store.Names()
	if err != nil {
		return "", err
	}
	if !e.inTTY || len(names) == 0 {
		return "", usagef("name the context to select")
	}
	for i, name := range names {
		e.say("", fmt.Sprintf("%3d  %s", i+1, name))
	}
	answer, err := e.ask("number or name: ")
	if err != nil {
		return "", err
	}
	if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(names) {
		return names[n-1], nil
	}
	if answer == "" {
		return "", errDeclined
	}
	return answer, nil
}

// saySelected tells a person what is selected now.
func (e *env) saySelected(store *natsctx.Store, name string) error {
	c, err := store.Load(name)
	if err != nil {
		return err
	}
	e.say("", fmt.Sprintf("context %q is selected: %s", name, natsctx.RedactURL(c.URLOrDefault())))
	return nil
}

// contextPrevious goes back to the context before.
type contextPrevious struct{}

func (c *contextPrevious) setup(*kingpin.CmdClause) {}

func (c *contextPrevious) run(_ context.Context, e *env) error {
	store, err := e.store()
	if err != nil {
		return err
	}
	name, err := store.SelectPrevious()
	if err != nil {
		return err
	}
	return e.saySelected(store, name)
}

// contextUnselect leaves none selected.
type contextUnselect struct{}

func (c *contextUnselect) setup(*kingpin.CmdClause) {}

func (c *contextUnselect) run(_ context.Context, e *env) error {
	store, err := e.store()
	if err != nil {
		return err
	}
	name, err := store.Unselect()
	if err != nil {
		return err
	}
	e.say("", fmt.Sprintf("context %q is no longer selected; natsctl context previous selects it again", name))
	return nil
}

// contextProtect sets or lifts the protection of contexts.
type contextProtect struct {
	on    bool
	names []string
}

func (c *contextProtect) setup(cmd *kingpin.CmdClause) {
	cmd.Arg("name", "The contexts.").Required().StringsVar(&c.names)
}

func (c *contextProtect) run(_ context.Context, e *env) error {
	store, err := e.store()
	if err != nil {
		return err
	}
	state := map[bool]string{true: "protected: actions in it need --force", false: "not protected"}[c.on]
	for _, name := range c.names {
		if err := store.SetMark(name, func(m *natsctx.Mark) { m.Protected = c.on }); err != nil {
			return err
		}
		e.say("", fmt.Sprintf("context %q is %s", name, state))
	}
	return nil
}

// contextRm removes contexts.
type contextRm struct {
	names []string
	act   actFlags
}

func (c *contextRm) setup(cmd *kingpin.CmdClause) {
	cmd.Arg("name", "The contexts.").Required().StringsVar(&c.names)
	c.act.setup(cmd)
}

func (c *contextRm) run(_ context.Context, e *env) error {
	store, err := e.store()
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

func (c *contextRm) remove(e *env, store *natsctx.Store, name string) error {
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
	if err := c.act.confirm(e, plan, name, mark.Protected); err != nil {
		return err
	}
	if err := store.Remove(name, c.act.force); err != nil {
		return err
	}
	e.say("", fmt.Sprintf("context %q is removed", name))
	return nil
}

// contextCommandAdvices are what to do about errors of these commands beside those of the store.
func contextCommandAdvices() []advice {
	return []advice{
		on(is(errEditor), exitFailed, say("VISUAL or EDITOR names another editor; flags change single keys without one")),
	}
}

// contextValues complete the arguments of these commands.
func contextValues() []valueRow {
	return []valueRow{
		value("context edit", "--clear", words(keys()...)),
		value("context copy", "source", savedContexts),
		value("context copy", "name", nothing),
		value("context add", "name", nothing),
		value("context", "name", savedContexts),
	}
}
