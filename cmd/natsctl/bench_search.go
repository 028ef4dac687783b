package main

import (
	"context"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/bench"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// benchSearchEntry is the rows of natsctl bench search: one for each workload
// that takes a rate.
func benchSearchEntry() entry {
	row := func(name, help string, s workloadFlags) entry {
		return entry{name: name, help: help, cmd: &benchSearch{workloadFlags: s}}
	}
	return entry{name: "search", help: "Find the highest rate that meets an objective.", sub: []entry{
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
	slo, start string
	benchRunFlags
}

func (c *benchSearch) setup(cmd *kingpin.CmdClause) {
	c.declare(cmd)
	cmd.Flag("slo", "Objective, such as 'p99<10ms,lost=0'.").Required().PlaceHolder("CONDITIONS").StringVar(&c.slo)
	cmd.Flag("start", "Rate to begin with.").Default("1k").PlaceHolder("RATE").StringVar(&c.start)
	c.setupResult(cmd)
}

func (c *benchSearch) run(ctx context.Context, e *env) error {
	format, err := e.format(benchFormats...)
	if err != nil {
		return err
	}
	spec, err := c.spec(e)
	if err != nil {
		return err
	}
	slo, err := result.ParseSLO(c.slo)
	if err != nil {
		return usageError{err}
	}
	start, err := scenario.ParseRate(c.start)
	if err != nil || start <= 0 {
		return usagef("bad --start %q: want a rate such as 500 or 20k", c.start)
	}
	if err := canSave(c.save); err != nil {
		return err
	}
	connect, err := e.benchConnect(ctx, c.force)
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
