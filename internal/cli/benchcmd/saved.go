package benchcmd

import (
	"context"
	"fmt"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/cli"
)

// benchRun runs a scenario file.
type benchRun struct {
	file string
	set  []string
	benchRunFlags
}

func (c *benchRun) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("file", "Scenario in YAML or JSON, or a saved result to run again; - is standard input.").Required().StringVar(&c.file)
	cmd.Flag("set", "Change one field, such as load.rate=20000; may be repeated.").PlaceHolder("FIELD=VALUE").StringsVar(&c.set)
	c.benchRunFlags.Setup(cmd)
}

func (c *benchRun) Run(ctx context.Context, e *cli.Env) error {
	spec, err := readScenario(e, c.file, c.set)
	if err != nil {
		return err
	}
	return c.perform(ctx, e, spec)
}

// readScenario reads a scenario file and applies changes.
func readScenario(e *cli.Env, file string, set []string) (scenario.Spec, error) {
	body, err := readFile(e, file)
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

func (c *benchReport) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("file", "Result that --save or -o json wrote; - is standard input.").Required().StringVar(&c.file)
}

func (c *benchReport) Run(_ context.Context, e *cli.Env) error {
	format, err := e.Format(benchFormats...)
	if err != nil {
		return err
	}
	res, err := readResult(e, c.file)
	if err != nil {
		return err
	}
	return printResult(e, format, res)
}
