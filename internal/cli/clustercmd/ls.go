package clustercmd

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/view"
)

// clusterLs lists the local clusters.
type clusterLs struct{ shape cli.ShapeFlags }

func (c *clusterLs) Setup(cmd *kingpin.CmdClause) { c.shape.Setup(cmd, "name") }

func (c *clusterLs) Run(ctx context.Context, e *cli.Env) error {
	home, err := clusters(e)
	if err != nil {
		return err
	}
	all, err := home.Records()
	if err != nil {
		return err
	}
	grid, err := c.shape.Shape.Apply(view.NewGrid(clusterColumns, slices.Values(all)))
	if err != nil {
		return err
	}
	if len(all) == 0 {
		e.Note("", "there is no local cluster; start one with: natsctl cluster up")
	}
	if err := e.Print(cli.Table{Schema: "natsctl.cluster.ls/v1", Grid: grid}); err != nil {
		return err
	}
	for _, r := range all {
		if r.Life != broker.Up {
			continue
		}
		if what := trouble(ctx, local{r, home}); what != "" {
			e.Note("", what)
		}
	}
	return nil
}

// clusterStatus shows the nodes of a cluster.
type clusterStatus struct {
	which clusterArg
	shape cli.ShapeFlags
	watch cli.WatchFlags
}

func (c *clusterStatus) Setup(cmd *kingpin.CmdClause) {
	c.which.Setup(cmd)
	c.shape.Setup(cmd, "")
	c.watch.Setup(cmd)
}

func (c *clusterStatus) Run(ctx context.Context, e *cli.Env) error {
	l, err := c.which.find(e)
	if err != nil {
		return err
	}
	return c.watch.Loop(ctx, e, func(ctx context.Context) error { return c.printOnce(ctx, e, l) })
}

func (c *clusterStatus) printOnce(ctx context.Context, e *cli.Env, l local) error {
	s, err := l.home.Status(ctx, l.Name)
	if err != nil {
		return err
	}
	grid, err := c.shape.Shape.Apply(view.NewGrid(nodeColumns, slices.Values(s.Nodes)))
	if err != nil {
		return err
	}
	if err := e.Print(cli.Table{Schema: "natsctl.cluster.status/v1", Grid: grid, Totals: grid.Totals("total")}); err != nil {
		return err
	}
	for _, f := range s.Faults {
		e.Note("", fmt.Sprintf("fault %d: %s, since %s%s; end it with: %s", f.ID, f, f.Since.UTC().Format("15:04:05"), heals(f), healCommand(s.Name, f)))
	}
	switch {
	case s.Full:
		return fmt.Errorf("%w: nothing is left for %s", host.ErrNoSpace, l.Dir)
	case s.Expired:
		return fmt.Errorf("%w: %s", client.ErrExpired, unwell(s))
	case !s.Complete:
		return unwellError{s}
	}
	return nil
}

// errUnhealthy is returned for a cluster whose nodes are not all healthy.
var errUnhealthy = errors.New("some nodes are unhealthy")

// unwell names the nodes that are not healthy.
func unwell(s broker.Status) string {
	var out string
	up := 0
	for _, n := range s.Nodes {
		if n.Phase == broker.Running && n.Sees > 0 {
			up++
		}
	}
	for _, n := range s.Nodes {
		what := ""
		switch {
		case n.Phase != broker.Running:
			what = string(n.Phase) + left(n)
		case n.Sees == 0:
			what = "does not answer"
		case n.Sees != n.Expect && n.Sees == up && n.Health == "ok":
			continue // it reaches all nodes that are up, and the others are named
		case n.Sees != n.Expect:
			what = fmt.Sprintf("sees %d of %d", n.Sees, n.Expect)
		case n.Health != "ok":
			what = n.Health
		default:
			continue
		}
		if out != "" {
			out += ", "
		}
		out += n.Name + " " + what
	}
	return out
}

// clusterDown stops clusters.
type clusterDown struct{ which clusterArg }

func (c *clusterDown) Setup(cmd *kingpin.CmdClause) { c.which.Setup(cmd) }

func (c *clusterDown) Run(ctx context.Context, e *cli.Env) error {
	l, err := c.which.find(e)
	if err != nil {
		return err
	}
	if l.Life == broker.Down {
		e.Note("", fmt.Sprintf("cluster %s is already down", l.Name))
		return nil
	}
	if err := l.home.Down(ctx, l.Name); err != nil {
		return err
	}
	e.Note("", fmt.Sprintf("cluster %s is down; natsctl cluster up %s starts it again with its data", l.Name, l.Name))
	return nil
}

// clusterDelete removes a cluster.
type clusterDelete struct {
	which clusterArg
	yes   bool
}

func (c *clusterDelete) Setup(cmd *kingpin.CmdClause) {
	c.which.Setup(cmd)
	cmd.Flag("yes", "Skip the confirmation.").Short('y').BoolVar(&c.yes)
}

func (c *clusterDelete) Run(ctx context.Context, e *cli.Env) error {
	l, err := c.which.find(e)
	if err != nil {
		return err
	}
	act := cli.ActFlags{Yes: c.yes}
	plan := fmt.Sprintf("cluster %s will be stopped; its data in %s and its contexts will be removed", l.Name, l.Dir)
	if err := act.Confirm(e, plan, l.Name, false); err != nil {
		return err
	}
	if err := l.home.Delete(ctx, l.Name); err != nil {
		return err
	}
	e.Note("", fmt.Sprintf("cluster %s is removed", l.Name))
	return nil
}
