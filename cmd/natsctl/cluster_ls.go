package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/view"
)

// clusterLs lists the local clusters.
type clusterLs struct{ shape shapeFlags }

func (c *clusterLs) setup(cmd *kingpin.CmdClause) { c.shape.setup(cmd, "name") }

func (c *clusterLs) run(ctx context.Context, e *env) error {
	home, err := e.clusters()
	if err != nil {
		return err
	}
	all, err := home.Records()
	if err != nil {
		return err
	}
	grid, err := c.shape.shape.Apply(view.NewGrid(clusterColumns, slices.Values(all)))
	if err != nil {
		return err
	}
	if len(all) == 0 {
		e.say("", "there is no local cluster; start one with: natsctl cluster up")
	}
	if err := e.print(table{schema: "natsctl.cluster.ls/v1", grid: grid}); err != nil {
		return err
	}
	for _, r := range all {
		if r.Life != broker.Up {
			continue
		}
		if what := trouble(ctx, local{r, home}); what != "" {
			e.say("", what)
		}
	}
	return nil
}

// clusterStatus shows the nodes of a cluster.
type clusterStatus struct {
	which clusterArg
	shape shapeFlags
	watch watchFlags
}

func (c *clusterStatus) setup(cmd *kingpin.CmdClause) {
	c.which.setup(cmd)
	c.shape.setup(cmd, "")
	c.watch.setup(cmd)
}

func (c *clusterStatus) run(ctx context.Context, e *env) error {
	l, err := c.which.find(e)
	if err != nil {
		return err
	}
	return c.watch.loop(ctx, e, func(ctx context.Context) error { return c.once(ctx, e, l) })
}

func (c *clusterStatus) once(ctx context.Context, e *env, l local) error {
	s, err := l.home.Status(ctx, l.Name)
	if err != nil {
		return err
	}
	grid, err := c.shape.shape.Apply(view.NewGrid(nodeColumns, slices.Values(s.Nodes)))
	if err != nil {
		return err
	}
	if err := e.print(table{schema: "natsctl.cluster.status/v1", grid: grid, totals: grid.Totals("total")}); err != nil {
		return err
	}
	for _, f := range s.Faults {
		e.say("", fmt.Sprintf("fault %d: %s, since %s%s; end it with: natsctl cluster fault heal --in %s %d", f.ID, f, f.Since.UTC().Format("15:04:05"), heals(f), shellQuote(s.Name), f.ID))
	}
	switch {
	case s.Full:
		return fmt.Errorf("%w: nothing is left for %s", broker.ErrNoSpace, l.Dir)
	case s.Expired:
		return fmt.Errorf("%w: %s", broker.ErrExpired, unwell(s))
	case !s.Complete:
		return unwellError{s}
	}
	return nil
}

// errUnwell is a cluster of which not all nodes are as they should be.
var errUnwell = errors.New("not every node is well")

// unwell names the nodes that are not as they should be.
func unwell(s broker.Status) string {
	var out string
	up := 0
	for _, n := range s.Nodes {
		if n.Phase == broker.Running && n.Hears > 0 {
			up++
		}
	}
	for _, n := range s.Nodes {
		what := ""
		switch {
		case n.Phase != broker.Running:
			what = string(n.Phase) + left(n)
		case n.Hears == 0:
			what = "does not answer"
		case n.Hears != n.Expect && n.Hears == up && n.Health == "ok":
			continue // it hears all that are up, and those that are not are named
		case n.Hears != n.Expect:
			what = fmt.Sprintf("hears %d of %d", n.Hears, n.Expect)
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

func (c *clusterDown) setup(cmd *kingpin.CmdClause) { c.which.setup(cmd) }

func (c *clusterDown) run(ctx context.Context, e *env) error {
	l, err := c.which.find(e)
	if err != nil {
		return err
	}
	if l.Life == broker.Down {
		e.say("", fmt.Sprintf("cluster %s is down already", l.Name))
		return nil
	}
	if err := l.home.Down(ctx, l.Name); err != nil {
		return err
	}
	e.say("", fmt.Sprintf("cluster %s is down; natsctl cluster up %s starts it again with its data", l.Name, l.Name))
	return nil
}

// clusterDelete removes a cluster.
type clusterDelete struct {
	which clusterArg
	yes   bool
}

func (c *clusterDelete) setup(cmd *kingpin.CmdClause) {
	c.which.setup(cmd)
	cmd.Flag("yes", "Do it without asking.").Short('y').BoolVar(&c.yes)
}

func (c *clusterDelete) run(ctx context.Context, e *env) error {
	l, err := c.which.find(e)
	if err != nil {
		return err
	}
	act := actFlags{yes: c.yes}
	plan := fmt.Sprintf("cluster %s will be stopped; its data in %s and its contexts will be removed", l.Name, l.Dir)
	if err := act.confirm(e, plan, l.Name, false); err != nil {
		return err
	}
	if err := l.home.Delete(ctx, l.Name); err != nil {
		return err
	}
	e.say("", fmt.Sprintf("nothing is left of cluster %s", l.Name))
	return nil
}
