package servicecmd

import (
	"context"
	"fmt"
	"slices"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/service"
	"github.com/natsctl/natsctl/internal/view"
)

// checkCommand judges services.
type checkCommand struct {
	seatFlags
	cli.ShapeFlags
	errorPercent float64
}

func (c *checkCommand) Setup(cmd *kingpin.CmdClause) {
	c.seatFlags.Setup(cmd)
	c.ShapeFlags.Setup(cmd, "")
	cmd.Flag("error-percent", "Share of failed requests that is a finding.").Default("5").Float64Var(&c.errorPercent)
}

// minAsked is how many requests make a share of errors a finding.
const minAsked = 10

func (c *checkCommand) Run(ctx context.Context, e *cli.Env) error {
	if !(c.errorPercent > 0 && c.errorPercent <= 100) {
		return cli.Usagef("--error-percent %v must be above 0 and at most 100", c.errorPercent)
	}
	finder, err := c.open(ctx, e)
	if err != nil {
		return err
	}
	l, err := rateFlags{}.look(ctx, finder, service.Stats)
	if err != nil {
		return err
	}
	services := service.Group(l.last.instances)
	findings := service.Judge(services, service.Limits{ErrorShare: c.errorPercent / 100, MinAsked: minAsked})
	grid, err := c.Shape.Apply(view.NewGrid(findingColumns, slices.Values(findings)))
	if err != nil {
		return err
	}
	format, err := e.Format()
	if err != nil {
		return err
	}
	if len(findings) > 0 || format != "table" {
		if err := e.PrintTable(format, cli.Table{Schema: "natsctl.service.check/v1", Snap: l.last.fleet, Grid: grid}); err != nil {
			return err
		}
	}
	switch incomplete := l.last.complete(e); {
	case len(findings) > 0:
		return cli.AllOf([]error{fmt.Errorf("%w: %d in %s", errFound, len(findings), cli.Plural(len(services), "service")), incomplete})
	case incomplete != nil:
		return incomplete
	case len(services) == 0:
		return errEmpty
	}
	e.Note("", fmt.Sprintf("%s with %s: no findings", cli.Plural(len(services), "service"), cli.Plural(len(l.last.instances), "instance")))
	return nil
}

// findingColumns are the columns of findings.
var findingColumns = []view.Column[service.Finding]{
	{Name: "level", Title: "Level", Help: "How bad it is.", Value: func(f service.Finding) any { return string(f.Level) }, Level: func(f service.Finding) view.Level {
		if f.Level == service.Critical {
			return fleet.Crit
		}
		return fleet.Warn
	}},
	{Name: "service", Title: "Service", Help: "Name of the service.", Value: func(f service.Finding) any { return f.Service }},
	{Name: "account", Title: "Account", Help: "Account in which it answers.", Wide: true, Value: func(f service.Finding) any { return f.Account }},
	{Name: "instance", Title: "Instance", Help: "Id of the instance, if it is about one.", Value: func(f service.Finding) any {
		if f.Instance == "" {
			return nil
		}
		return f.Instance
	}},
	{Name: "what", Title: "What", Help: "What is wrong.", Value: func(f service.Finding) any { return f.What }},
	{Name: "impact", Title: "Impact", Help: "Why it matters.", Wide: true, Value: func(f service.Finding) any { return f.Impact }},
	{Name: "next", Title: "Next", Help: "What to do.", Value: func(f service.Finding) any { return f.Next }},
}
