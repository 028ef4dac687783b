package fleetcmd

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/view"
)

// serverReloadCommand reloads the configuration of servers, one after the
// other.
type serverReloadCommand struct {
	cli.ActFlags
	name, cluster string
	all           bool
}

func (c *serverReloadCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("server", "Server name or id.").StringVar(&c.name)
	cmd.Flag("cluster", "All servers of this cluster.").PlaceHolder("NAME").StringVar(&c.cluster)
	cmd.Flag("all", "All servers.").BoolVar(&c.all)
	c.ActFlags.Setup(cmd)
}

// check requires exactly one of name, cluster and all.
func (c *serverReloadCommand) check() error {
	given := 0
	for _, is := range []bool{c.name != "", c.cluster != "", c.all} {
		if is {
			given++
		}
	}
	if given != 1 {
		return cli.Usagef("specify the servers: a NAME, --cluster NAME or --all")
	}
	return nil
}

func (c *serverReloadCommand) Run(ctx context.Context, e *cli.Env) error {
	if err := c.check(); err != nil {
		return err
	}
	client, err := e.System(ctx)
	if err != nil {
		return err
	}
	snap, err := client.Snapshot(ctx, fleet.Want{Scope: fleet.Scope{Name: c.name, Cluster: c.cluster}})
	if err != nil {
		return err
	}
	if len(snap.Servers) == 0 {
		return cli.Partial(snap)
	}
	names := make([]string, len(snap.Servers))
	for i, sv := range snap.Servers {
		names[i] = sv.Info.Name
	}
	plan := []string{
		fmt.Sprintf("this reloads the configuration of %s, one after the other until one fails:", cli.Plural(len(names), "server")),
		"  " + strings.Join(names, ", "),
	}
	if len(snap.Missing) > 0 {
		plan = append(plan, "not reached and not reloaded: "+missingLabels(snap))
	}
	word := names[0]
	switch {
	case c.cluster != "":
		word = c.cluster
	case c.all:
		word = "all"
	}
	if err := c.ConfirmLines(e, plan, word, e.Session.Target.Protected); err != nil {
		return c.Planned(e, err, snap)
	}
	return c.reload(ctx, e, client, snap)
}

func missingLabels(snap *fleet.Snapshot) string {
	labels := make([]string, len(snap.Missing))
	for i, m := range snap.Missing {
		labels[i] = m.Label()
	}
	return strings.Join(labels, ", ")
}

// reloadColumns are the columns of the result.
func reloadColumns() []view.Column[sys.Reloaded] {
	return []view.Column[sys.Reloaded]{
		{Name: "server", Title: "Server", Value: func(r sys.Reloaded) any { return r.Server }},
		{Name: "cluster", Title: "Cluster", Value: func(r sys.Reloaded) any { return r.Cluster }},
		{Name: "changed", Title: "Changed", Value: func(r sys.Reloaded) any {
			if r.Before.Digest == "" {
				return nil
			}
			return r.Changed()
		}},
		{Name: "digest_before", Title: "Digest before", Value: func(r sys.Reloaded) any { return notReported(r.Before.Digest) }},
		{Name: "digest_after", Title: "Digest after", Value: func(r sys.Reloaded) any { return notReported(r.After.Digest) }},
		{Name: "loaded", Title: "Loaded", Unit: view.Instant, Value: func(r sys.Reloaded) any { return r.After.Loaded }},
		{Name: "id", Title: "ID", Wide: true, Value: func(r sys.Reloaded) any { return r.ID }},
	}
}

// notReported returns nil for a text that a server did not send.
func notReported(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// reload reloads the servers until one fails, or until an interrupt, which lets the
// one under way finish; completed reloads are always shown.
func (*serverReloadCommand) reload(ctx context.Context, e *cli.Env, client *sys.Client, snap *fleet.Snapshot) error {
	var done []sys.Reloaded
	var failed error
	for i, sv := range snap.Servers {
		if ctx.Err() != nil && i > 0 {
			e.Note("", fmt.Sprintf("interrupted: %d reloaded, %d not tried", i, len(snap.Servers)-i))
			break
		}
		e.Progress(fmt.Sprintf("reload %s, %d of %d", sv.Info.Name, i+1, len(snap.Servers)))
		r, err := client.Reload(ctx, sv.Info)
		if err != nil {
			rest := ""
			if left := len(snap.Servers) - i - 1; left > 0 {
				rest = fmt.Sprintf("; %d reloaded before it, %d not tried", i, left)
			}
			failed = fmt.Errorf("reload %s: %w%s", sv.Info.Name, err, rest)
			break
		}
		done = append(done, r)
	}
	e.Progress("")
	grid := view.NewGrid(reloadColumns(), slices.Values(done))
	if err := e.PrintTable(e.Flags.Output, cli.Table{Schema: "natsctl.server.reload/v1", Snap: snap, Grid: grid}); err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	return e.Completeness(snap)
}
