package main

import (
	"context"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// report is one row of the table of reports: what to ask, and which table to
// make of it.
type report struct {
	name, help string
	sort       string // the column to sort by unless told otherwise
	busiest    string // the column to sort by when rates are asked for and nothing else is said
	want       fleet.Want
	flags      func(c *reportCommand, cmd *kingpin.CmdClause) // what it takes beside the common flags
	refine     func(c *reportCommand, w *fleet.Want) error    // what these flags change in the question
	grid       func(c *reportCommand, t fleet.Tick) (view.Grid, error)
}

// reportEntry is `server report`, with one command for each row.
func reportEntry() entry {
	group := entry{name: "report", help: "Report on connections, links, JetStream and more, for the whole fleet."}
	for _, r := range reports() {
		group.sub = append(group.sub, entry{name: r.name, help: r.help, cmd: &reportCommand{report: r}})
	}
	return group
}

// reportCommand makes one report.
type reportCommand struct {
	report report
	scopeFlags
	shapeFlags
	watchFlags
	samplerFlags
	by string

	conns     fleet.ConnWant
	account   string
	jetstream bool
	matrix    bool
}

func (c *reportCommand) setup(cmd *kingpin.CmdClause) {
	c.scopeFlags.setup(cmd)
	c.shapeFlags.setup(cmd, c.report.sort)
	c.watchFlags.setup(cmd)
	c.samplerFlags.setup(cmd)
	cmd.Flag("by", "Sum up by this column, for example --by account.").PlaceHolder("COLUMN").StringVar(&c.by)
	if c.report.flags != nil {
		c.report.flags(c, cmd)
	}
}

func (c *reportCommand) run(ctx context.Context, e *env) error {
	want := c.report.want
	want.Scope = c.scope
	if c.report.refine != nil {
		if err := c.report.refine(c, &want); err != nil {
			return err
		}
	}
	sampler, err := c.sampler(ctx, e, c.every > 0)
	if err != nil {
		return err
	}
	return c.loop(ctx, e, func(ctx context.Context) error {
		tick, err := sampler.take(ctx, want, c.rates())
		if err != nil {
			return err
		}
		return c.show(e, tick)
	})
}

// rates tells whether rates were asked for: by their interval, by a watch,
// which has two snapshots anyway, or by sorting or filtering by one.
func (c *reportCommand) rates() bool {
	if c.rate == 0 && strings.Contains(strings.ReplaceAll(c.shape.Sort, "-", "_")+c.shape.Filter+c.by, "_per_second") {
		c.rate = time.Second
	}
	return c.rate > 0 || c.every > 0
}

// showsRates tells whether the columns of rates are for people: whenever they
// were asked for, so that every round of a watch has the same columns, and
// where a recording has them anyway.
func (c *reportCommand) showsRates(t fleet.Tick) bool { return t.Delta != nil || c.rates() }

// show makes the table and prints it.
func (c *reportCommand) show(e *env, tick fleet.Tick) error {
	grid, err := c.report.grid(c, tick)
	if err != nil {
		return err
	}
	if grid, err = c.arrange(grid); err != nil {
		return err
	}
	t := table{
		schema: "natsctl.server.report." + c.report.name + "/v1", snap: tick.Told(fleet.Accountz), grid: grid, totals: grid.Totals("total"),
	}
	return e.print(t)
}

// arrange filters, then sums up, then sorts and cuts.
func (c *reportCommand) arrange(grid view.Grid) (view.Grid, error) {
	if c.by == "" {
		order := c.shape
		if order.Sort == "" && c.rates() {
			order.Sort = c.report.busiest
		}
		return order.Apply(grid)
	}
	grid, err := view.Shape{Filter: c.shape.Filter}.Apply(grid)
	if err != nil {
		return grid, err
	}
	if grid, err = grid.GroupBy(c.by); err != nil {
		return grid, err
	}
	order := c.shape
	order.Filter = ""
	if order.Sort == "" || order.Sort == c.report.sort {
		order.Sort = "rows"
	}
	return order.Apply(grid)
}
