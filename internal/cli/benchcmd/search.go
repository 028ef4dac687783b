package benchcmd

import (
	"context"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/bench"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/cli"
)

// benchSearchEntry is the rows of natsctl bench search: one for each workload
// that takes a rate.
func benchSearchEntry() cli.Entry {
	row := func(name, help string, s workloadFlags) cli.Entry {
		return cli.Entry{Name: name, Help: help, Cmd: &benchSearch{workloadFlags: s}, Examples: []string{
			"bench search " + name + " --slo 'p99<10ms'",
			"bench search " + name + " --slo 'p99.9<20ms,lost=0' --start 5k --save curve.json",
		}}
	}
	return cli.Entry{Name: "search", Help: "Find the highest rate that meets an objective.", Sub: []cli.Entry{
		row("pub", "Search with bench pub.", &benchPubFlags{}),
		row("pubsub", "Search with bench pubsub.", &benchPubSubFlags{}),
		row("request", "Search with bench request.", &benchRequestFlags{}),
		row("js-pub", "Search with bench js pub.", &benchJSPubFlags{}),
		row("js-e2e", "Search with bench js e2e.", &benchJSE2EFlags{}),
		row("kv", "Search with bench kv.", &benchKVFlags{}),
	}}
}

// benchSearch finds the highest rate of a scenario.
type benchSearch struct {
	workloadFlags
	start string
	benchRunFlags
}

func (c *benchSearch) Setup(cmd *kingpin.CmdClause) {
	c.declare(cmd)
	cmd.Flag("slo", "Objective, such as 'p99<10ms,lost=0'.").Required().PlaceHolder("CONDITIONS").StringVar(&c.slo)
	cmd.Flag("start", "Rate of the first step.").Default("1k").PlaceHolder("RATE").StringVar(&c.start)
	c.setupResult(cmd)
}

func (c *benchSearch) Run(ctx context.Context, e *cli.Env) error {
	format, err := e.Format(benchFormats...)
	if err != nil {
		return err
	}
	spec, err := c.spec(e)
	if err != nil {
		return err
	}
	slo, err := c.objective()
	if err != nil {
		return err
	}
	start, err := scenario.ParseRate(c.start)
	if err != nil || start <= 0 {
		return cli.Usagef("invalid --start %q (examples: 500, 20k)", c.start)
	}
	if err := canSave(c.save); err != nil {
		return err
	}
	if err := c.confirmDestroy(e, spec); err != nil {
		return err
	}
	connect, err := benchConnect(ctx, e, c.force)
	if err != nil {
		return err
	}
	defer bench.Tune()()
	c.runs = 1
	opts, err := c.options(ctx, e)
	if err != nil {
		return err
	}
	live := newBenchLive(e, c.quiet)
	res, err := bench.Search(ctx, spec, connect, slo, start, append(opts, bench.WithProgress(live.show))...)
	if err := live.ended(ctx, err, "nothing was measured yet"); err != nil {
		return err
	}
	return c.deliver(e, format, res)
}
