package fleetcmd

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/view"
)

type serverPingCommand struct {
	cli.ScopeFlags
	cli.ShapeFlags
	cli.WatchFlags
}

func (c *serverPingCommand) Setup(cmd *kingpin.CmdClause) {
	c.ScopeFlags.Setup(cmd)
	c.ShapeFlags.Setup(cmd, "")
	c.WatchFlags.Setup(cmd)
}

// pingColumns are the columns of server ping.
func pingColumns() []view.Column[*fleet.Server] {
	return []view.Column[*fleet.Server]{
		{Name: "name", Title: "Name", Value: func(sv *fleet.Server) any { return sv.Info.Name }},
		{Name: "cluster", Title: "Cluster", Value: func(sv *fleet.Server) any { return sv.Info.Cluster }},
		{Name: "host", Title: "Host", Value: func(sv *fleet.Server) any { return sv.Info.Host }},
		{Name: "version", Title: "Version", Wide: true, Value: func(sv *fleet.Server) any { return sv.Info.Version }},
		{Name: "id", Title: "ID", Wide: true, Value: func(sv *fleet.Server) any { return sv.Info.ID }},
		{Name: "rtt_seconds", Title: "RTT", Unit: view.Seconds, Value: func(sv *fleet.Server) any { return sv.RTTSeconds }},
	}
}

func (c *serverPingCommand) Run(ctx context.Context, e *cli.Env) error {
	client, err := e.System(ctx, sys.WithExpect(c.Expect))
	if err != nil {
		return err
	}
	return c.Loop(ctx, e, func(ctx context.Context) error {
		round := ping{e: e, stream: c.streams(e)}
		err := round.run(ctx, client, c.Scope)
		if failed := round.end(c.Shape); failed != nil {
			return failed
		}
		return err
	})
}

// streams reports whether each row can be written as it arrives: not when rows
// must be sorted first or are parts of one document.
func (c *serverPingCommand) streams(e *cli.Env) bool {
	lines := e.Flags.Output == "table" || e.Flags.Output == "wide" || e.Flags.Output == "ndjson"
	return lines && c.Shape == (view.Shape{}) && c.Every == 0
}

// ping is one round of requests with its answers.
type ping struct {
	e        *cli.Env
	stream   bool
	answered []*fleet.Server
}

// run sends the request and writes each answer as it arrives.
func (p *ping) run(ctx context.Context, client *sys.Client, scope fleet.Scope) error {
	for sv, err := range client.Ping(ctx, scope) {
		var short *sys.IncompleteError
		if errors.As(err, &short) {
			return cli.Partial(short.Snapshot)
		}
		if err != nil {
			return err
		}
		p.answered = append(p.answered, sv)
		if err := p.row(sv); err != nil {
			return err
		}
	}
	return nil
}

// row writes one answer, if rows are streamed.
func (p *ping) row(sv *fleet.Server) error {
	if !p.stream {
		return nil
	}
	grid := pingGrid([]*fleet.Server{sv})
	if p.e.Flags.Output == "ndjson" || p.e.Flags.Pipe {
		return p.e.PrintTable(p.e.Flags.Output, cli.Table{Grid: grid})
	}
	i := grid.Rows[0]
	_, err := fmt.Fprintf(p.e.Out, "%-9s %s\n", i[len(i)-1].Text(), pingWho(i))
	return err
}

// pingWho names the server of a row for people.
func pingWho(row []view.Cell) string {
	who := row[0].Text()
	if cluster := row[1].Text(); cluster != "" {
		who += " (" + cluster + ")"
	}
	return who + " at " + row[2].Text()
}

func pingGrid(servers []*fleet.Server) view.Grid {
	return view.NewGrid(pingColumns(), slices.Values(servers))
}

// end writes the rest: the whole table when it was not streamed, and for people
// the statistics of the round.
func (p *ping) end(shape view.Shape) error {
	if len(p.answered) == 0 {
		return nil
	}
	if !p.stream {
		grid, err := shape.Apply(pingGrid(p.answered))
		if err != nil {
			return err
		}
		if err := p.e.PrintTable(p.e.Flags.Output, cli.Table{Schema: "natsctl.server.ping/v1", Grid: grid}); err != nil {
			return err
		}
	}
	if p.e.OutTTY || p.e.ErrTTY {
		p.e.Note("", pingSummary(p.answered))
	}
	return nil
}

// pingSummary returns the statistics of a round.
func pingSummary(heard []*fleet.Server) string {
	rtt := make([]float64, len(heard))
	sum := 0.0
	for i, sv := range heard {
		rtt[i] = sv.RTTSeconds
		sum += sv.RTTSeconds
	}
	slices.Sort(rtt)
	last := len(rtt) - 1
	return fmt.Sprintf("%d answers: min %s, avg %s, p99 %s, max %s", len(rtt), view.Duration(rtt[0]),
		view.Duration(sum/float64(len(rtt))), view.Duration(rtt[(99*len(rtt)+99)/100-1]), view.Duration(rtt[last]))
}
