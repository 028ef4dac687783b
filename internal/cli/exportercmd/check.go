package exportercmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/view"
)

// errPartialScrape means that a scrape of the whole fleet has more series.
var errPartialScrape = errors.New("scrape incomplete: some servers did not respond")

// exporterCheckCommand shows what a scrape would contain.
type exporterCheckCommand struct {
	exporterFlags
	cli.ShapeFlags
}

func (c *exporterCheckCommand) Setup(cmd *kingpin.CmdClause) {
	c.exporterFlags.Setup(cmd)
	c.ShapeFlags.Setup(cmd, "series")
}

// familyColumns are the columns of exporter check.
var familyColumns = []view.Column[exporter.FamilyReport]{
	{Name: "series", Title: "Series", Help: "how many series the metric has now", Unit: view.Count, Sum: true, Value: func(f exporter.FamilyReport) any { return f.Series }},
	{Name: "bytes", Title: "Text", Help: "their size in the exposition, not compressed", Unit: view.Bytes, Sum: true, Value: func(f exporter.FamilyReport) any { return f.Bytes }},
	{Name: "metric", Title: "Metric", Help: "its name", Value: func(f exporter.FamilyReport) any { return f.Metric.Name }},
	{Name: "collector", Title: "Collector", Help: "the part of the exposition it belongs to, for --collect and --no-collect", Value: func(f exporter.FamilyReport) any { return f.Metric.Collector }},
	{Name: "names", Title: "Names", Help: "naming scheme: nats, surveyor or exporter", Value: func(f exporter.FamilyReport) any { return string(f.Metric.Set) }},
}

func (c *exporterCheckCommand) Run(ctx context.Context, e *cli.Env) error {
	target, err := e.Target()
	if err != nil {
		return err
	}
	opts, err := c.options(target.Name)
	if err != nil {
		return err
	}
	s, err := e.Connect(ctx)
	if err != nil {
		return err
	}
	exp, err := exporter.New(s.Conn, append(opts, exporter.WithMinInterval(0))...)
	if err != nil {
		return err
	}
	defer exp.Close()
	ctx, cancel := context.WithTimeout(ctx, c.scrapeTimeout)
	defer cancel()
	report, err := exp.Report(ctx)
	if err != nil {
		return err
	}
	t, err := c.table(report)
	if err != nil {
		return err
	}
	if err := e.Print(t); err != nil {
		return err
	}
	if err := summarize(e.Err, report); err != nil {
		return err
	}
	if report.Answered < report.Expected {
		return fmt.Errorf("%w: %d of %d servers answered", errPartialScrape, report.Answered, report.Expected)
	}
	return nil
}

func (c *exporterCheckCommand) table(report *exporter.Report) (cli.Table, error) {
	grid, err := c.Shape.Apply(view.NewGrid(familyColumns, slices.Values(report.Families)))
	if err != nil {
		return cli.Table{}, err
	}
	return cli.Table{Schema: "natsctl.exporter.check/v1", Grid: grid, Totals: grid.Totals("total")}, nil
}

// summarize prints the totals and the findings of the linter.
func summarize(w io.Writer, r *exporter.Report) error {
	words := fmt.Sprintf("%s series of %d servers, %s of text for each scrape", strconv.Itoa(r.Series), r.Answered, view.Bytes.Format(r.Bytes))
	if r.Dropped > 0 {
		words += fmt.Sprintf("; %d more are over the limit and left out", r.Dropped)
	}
	if _, err := fmt.Fprintln(w, words); err != nil {
		return err
	}
	for _, p := range r.Problems {
		if _, err := fmt.Fprintln(w, view.Text(p.Metric+": "+p.Text)); err != nil {
			return err
		}
	}
	return nil
}
