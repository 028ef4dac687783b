package contextcmd

import (
	"context"
	"slices"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// contextLs lists the contexts.
type contextLs struct{ shape cli.ShapeFlags }

func (c *contextLs) Setup(cmd *kingpin.CmdClause) { c.shape.Setup(cmd, "name") }

// listedContext is one row of the list.
type listedContext struct {
	name     string
	selected bool
	ctx      *natsctx.Context // nil when it cannot be loaded
	mark     natsctx.Mark
	err      error
}

// of returns a value of the context, or nil if it cannot be loaded.
func of(value func(*natsctx.Context) string) func(listedContext) any {
	return func(l listedContext) any {
		if l.ctx == nil {
			return nil
		}
		return value(l.ctx)
	}
}

// contextColumns is the table of contexts.
var contextColumns = []view.Column[listedContext]{
	{Name: "name", Title: "NAME", Help: "The context's name.", Value: func(l listedContext) any { return l.name }},
	{Name: "selected", Title: "SELECTED", Help: "It is used when none is named.", Value: func(l listedContext) any { return l.selected }},
	{Name: "description", Title: "DESCRIPTION", Help: "Its description.", Value: of(func(c *natsctx.Context) string { return c.Description })},
	{Name: "url", Title: "URL", Help: "Its servers, without userinfo.", Value: of(func(c *natsctx.Context) string { return natsctx.RedactURL(c.URLOrDefault()) })},
	{Name: "auth", Title: "AUTH", Help: "The kind of its credentials.", Value: of(func(c *natsctx.Context) string { return c.Auth() })},
	{Name: "protected", Title: "PROTECTED", Help: "Actions need --force.", Value: func(l listedContext) any { return l.mark.Protected }},
	{Name: "color", Title: "COLOR", Help: "Its mark.", Wide: true, Value: func(l listedContext) any { return l.mark.Color }},
	{
		Name: "problem", Title: "PROBLEM", Help: "Why it does not load.",
		Value: func(l listedContext) any {
			if l.err != nil {
				return l.err.Error()
			}
			return ""
		},
		Level: func(l listedContext) fleet.Level {
			if l.err != nil {
				return fleet.Crit
			}
			return fleet.OK
		},
	},
}

func (c *contextLs) Run(_ context.Context, e *cli.Env) error {
	store, err := e.Store()
	if err != nil {
		return err
	}
	rows, err := listContexts(store)
	if err != nil {
		return err
	}
	grid, err := c.shape.Shape.Apply(view.NewGrid(contextColumns, slices.Values(rows)))
	if err != nil {
		return err
	}
	if err := e.Print(cli.Table{Schema: "natsctl.context.ls/v1", Grid: grid}); err != nil {
		return err
	}
	if len(rows) == 0 && e.OutTTY {
		e.Note("", "no contexts yet; create one with: natsctl context add NAME -s URL")
	}
	var errs []error
	for _, row := range rows {
		errs = append(errs, row.err)
	}
	return cli.AllOf(errs)
}

// listContexts loads every context; one that cannot be loaded keeps its error.
func listContexts(store *natsctx.Store) ([]listedContext, error) {
	names, err := store.Names()
	if err != nil {
		return nil, err
	}
	selected, err := store.Selected()
	if err != nil {
		return nil, err
	}
	marks, err := store.Marks()
	if err != nil {
		return nil, err
	}
	rows := make([]listedContext, 0, len(names))
	for _, name := range names {
		row := listedContext{name: name, selected: name == selected, mark: marks[name]}
		row.ctx, row.err = store.Load(name)
		rows = append(rows, row)
	}
	return rows, nil
}
