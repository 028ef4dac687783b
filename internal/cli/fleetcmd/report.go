package fleetcmd

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// report is one row of the table of reports: what to request, and the table to
// make from it.
type report struct {
	name, help string
	sort       string // the default sort column
	busiest    string // the default sort column with rates
	want       fleet.Want
	links      bool                                           // its rows are those of the topology
	flags      func(c *reportCommand, cmd *kingpin.CmdClause) // its flags in addition to the common ones
	refine     func(c *reportCommand, w *fleet.Want) error    // how these flags change the request
	grid       func(c *reportCommand, t fleet.Tick) (view.Grid, error)
}

// reportEntry is `server report`, with one command for each row.
func reportEntry() cli.Entry {
	group := cli.Entry{Name: "report", Help: "Report on connections, links, JetStream and more, for the whole fleet."}
	for _, r := range reports() {
		group.Sub = append(group.Sub, cli.Entry{Name: r.name, Help: r.help, Cmd: &reportCommand{report: r}, Examples: r.lines()})
	}
	return group
}

// lines are examples of a report.
func (r report) lines() []string {
	call := "server report " + r.name
	switch r.name {
	case "sharing":
		return []string{call + " APP", call + " APP -o json"}
	case "connections":
		return []string{call + " --rate 2s --limit 20", call + " --account APP --state all", call + " --by account"}
	case "gateways":
		return []string{call + " --matrix", call + " --watch 2s"}
	case "streams", "consumers":
		return []string{call + " --account APP", call + " --limit 20 -o wide", call + " --watch 2s"}
	}
	return []string{call, call + " --cluster east -o wide", call + " --limit 10 -o json"}
}

// reportCommand makes one report.
type reportCommand struct {
	report report
	cli.ScopeFlags
	cli.ShapeFlags
	cli.WatchFlags
	samplerFlags
	by string

	conns     fleet.ConnWant
	noOwn     bool
	account   string
	jetstream bool
	matrix    bool
	top       *fleet.Topology // of the snapshot, in a report of links
}

func (c *reportCommand) Setup(cmd *kingpin.CmdClause) {
	c.ScopeFlags.Setup(cmd)
	c.ShapeFlags.Setup(cmd, c.report.sort)
	c.WatchFlags.Setup(cmd)
	c.samplerFlags.Setup(cmd)
	cmd.Flag("by", "Group by this column, for example --by account.").PlaceHolder("COLUMN").StringVar(&c.by)
	if c.report.flags != nil {
		c.report.flags(c, cmd)
	}
}

func (c *reportCommand) Run(ctx context.Context, e *cli.Env) error {
	if err := c.findAccounts(ctx, e); err != nil {
		return err
	}
	want := c.report.want
	want.Scope = c.Scope
	if c.report.refine != nil {
		if err := c.report.refine(c, &want); err != nil {
			return err
		}
	}
	c.expect = c.Expect
	sampler, err := c.sampler(ctx, e, c.Every > 0)
	if err != nil {
		return err
	}
	return c.Loop(ctx, e, func(ctx context.Context) error {
		tick, err := sampler.nextTick(ctx, want, c.rates())
		if err != nil {
			return err
		}
		if err := c.findRecorded(tick.Snapshot); err != nil {
			return err
		}
		if c.report.links {
			if c.top, err = sampler.topology(ctx, tick); err != nil {
				return err
			}
		}
		return c.show(e, tick)
	})
}

// findAccounts replaces the names of accounts and users by those the servers use.
func (c *reportCommand) findAccounts(ctx context.Context, e *cli.Env) (err error) {
	if c.file != "" {
		return nil
	}
	if c.account, err = accountKey(ctx, e, c.account); err != nil {
		return err
	}
	if c.conns.Account, err = accountKey(ctx, e, c.conns.Account); err != nil {
		return err
	}
	c.conns.User, err = userKey(ctx, e, c.conns.User, c.conns)
	return err
}

// findRecorded is findAccounts in a recording.
func (c *reportCommand) findRecorded(s *fleet.Snapshot) (err error) {
	if c.file == "" {
		return nil
	}
	names := fleet.NewAccountNames(s)
	if c.account, err = names.Find(c.account); err != nil {
		return err
	}
	if c.conns.Account, err = names.Find(c.conns.Account); err != nil {
		return err
	}
	c.conns.User, err = fleet.FindUser(s, c.conns.User)
	return err
}

// rates reports whether rates were requested: by their interval, by a watch,
// which has two snapshots anyway, or by sorting or filtering by one.
func (c *reportCommand) rates() bool {
	if c.rate == 0 && strings.Contains(strings.ReplaceAll(c.Shape.Sort, "-", "_")+c.Shape.Filter+c.by, "_per_second") {
		c.rate = time.Second
	}
	return c.rate > 0 || c.Every > 0
}

// showsRates reports whether people see the rate columns: whenever rates were
// requested, so that every round of a watch has the same columns, and when a
// recording has them anyway.
func (c *reportCommand) showsRates(t fleet.Tick) bool { return t.Delta != nil || c.rates() }

// show builds the table and prints it.
func (c *reportCommand) show(e *cli.Env, tick fleet.Tick) error {
	if account := cmp.Or(c.account, c.conns.Account); account != "" && tick.Want.Account == "" {
		if err := knownAccount(tick.Snapshot, account); err != nil {
			return err
		}
	}
	grid, err := c.report.grid(c, tick)
	if err != nil {
		return err
	}
	if grid, err = c.arrange(grid); err != nil {
		return err
	}
	t := cli.Table{
		Schema: "natsctl.server.report." + c.report.name + "/v1", Snap: tick.WithoutRefusals(fleet.Accountz), Grid: grid, Totals: grid.Totals("total"),
	}
	return e.Print(t)
}

// arrange filters, then computes totals, then sorts and limits the rows.
func (c *reportCommand) arrange(grid view.Grid) (view.Grid, error) {
	if c.by == "" {
		order := c.Shape
		if order.Sort == "" && c.rates() {
			order.Sort = c.report.busiest
		}
		return order.Apply(grid)
	}
	grid, err := view.Shape{Filter: c.Shape.Filter}.Apply(grid)
	if err != nil {
		return grid, err
	}
	if grid, err = grid.GroupBy(c.by); err != nil {
		return grid, err
	}
	order := c.Shape
	order.Filter = ""
	if order.Sort == "" || order.Sort == c.report.sort {
		order.Sort = "rows"
	}
	return order.Apply(grid)
}
