package main

import (
	"context"
	"fmt"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// benchRun runs a scenario file.
type benchRun struct {
	file string
	set  []string
	benchRunFlags
}

func (c *benchRun) setup(cmd *kingpin.CmdClause) {
	cmd.Arg("file", "Scenario in YAML or JSON, or a saved result to run again; - is standard input.").Required().StringVar(&c.file)
	cmd.Flag("set", "Change one field, such as load.rate=20000; may be repeated.").PlaceHolder("FIELD=VALUE").StringsVar(&c.set)
	c.benchRunFlags.setup(cmd)
}

func (c *benchRun) run(ctx context.Context, e *env) error {
	spec, err := e.readScenario(c.file, c.set)
	if err != nil {
		return err
	}
	return c.perform(ctx, e, spec)
}

// readScenario reads a scenario file and applies changes.
func (e *env) readScenario(file string, set []string) (scenario.Spec, error) {
	body, err := e.readFile(file)
	if err != nil {
		return scenario.Spec{}, err
	}
	spec, err := scenario.Parse(body, set...)
	if err != nil {
		return spec, fmt.Errorf("%s: %w", file, err)
	}
	return spec, nil
}

// benchReport shows a saved result.
type benchReport struct{ file string }

func (c *benchReport) setup(cmd *kingpin.CmdClause) {
	cmd.Arg("file", "Result that --save or -o json wrote; - is standard input.").Required().StringVar(&c.file)
}

func (c *benchReport) run(_ context.Context, e *env) error {
	format, err := e.format(benchFormats...)
	if err != nil {
		return err
	}
	res, err := e.readResult(c.file)
	if err != nil {
		return err
	}
	return e.printResult(format, res)
}
