package benchcmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/bench"
	benchreport "github.com/natsctl/natsctl/internal/bench/report"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/view"
)

// benchCompareFlags are the flags for comparing two results.
type benchCompareFlags struct {
	failOn string
	force  bool
}

func (f *benchCompareFlags) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("fail-on", "Exit with 6 if a metric changed by more than this, with 3 if the runs cannot tell: 'p99>+10%,rate<-5%'.").PlaceHolder("LIMITS").StringVar(&f.failOn)
}

// compare compares two results and prints the comparison.
func (f *benchCompareFlags) compare(e *cli.Env, base, next *result.Result, force bool) error {
	fail, err := result.ParseFailOn(f.failOn)
	if err != nil {
		return cli.Misuse(err)
	}
	c, err := result.Compare(base, next, fail, force)
	if err != nil {
		return err
	}
	if err := printComparison(e, c); err != nil {
		return err
	}
	if len(c.Failed) > 0 {
		return fmt.Errorf("%w: %s", result.ErrSLO, strings.Join(c.Failed, ", "))
	}
	if len(c.Inconclusive) > 0 {
		return fmt.Errorf("%w: %s", result.ErrInconclusive, strings.Join(c.Inconclusive, ", "))
	}
	return nil
}

func printComparison(e *cli.Env, c *result.Comparison) error {
	format, err := e.Format("table", "wide", "text", "json", "ndjson", "yaml")
	if err != nil {
		return err
	}
	switch format {
	case "json", "ndjson":
		return e.PrintJSON(c, format == "ndjson")
	case "yaml":
		return view.YAML(e.Out, c)
	}
	return benchreport.Comparison(e.Out, c, benchreport.Options{Width: e.Width(), ASCII: e.Flags.ASCII, Safe: view.Text})
}

// benchCompare compares two saved results.
type benchCompare struct {
	base, next string
	benchCompareFlags
}

func (c *benchCompare) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("base", "Result to compare with.").Required().StringVar(&c.base)
	cmd.Arg("new", "Result to compare.").Required().StringVar(&c.next)
	c.benchCompareFlags.Setup(cmd)
	cmd.Flag("force", "Compare results of different scenarios.").BoolVar(&c.force)
}

func (c *benchCompare) Run(_ context.Context, e *cli.Env) error {
	base, err := readResult(e, c.base)
	if err != nil {
		return err
	}
	next, err := readResult(e, c.next)
	if err != nil {
		return err
	}
	return c.compare(e, base, next, c.force)
}

// benchAB runs two scenarios interleaved and compares them.
type benchAB struct {
	a, b     string
	set      []string
	contextB string
	sys      string
	sysB     string
	runs     int
	seed     uint64
	save     string
	quiet    bool
	benchCompareFlags
}

func (c *benchAB) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("a", "Scenario file.").Required().StringVar(&c.a)
	cmd.Arg("b", "Second scenario file (default: the first, changed with --set or --context-b).").StringVar(&c.b)
	cmd.Flag("set", "Change one field of b, such as js.replicas=3; may be repeated.").PlaceHolder("FIELD=VALUE").StringsVar(&c.set)
	cmd.Flag("context-b", "Run b in this context.").PlaceHolder("NAME").StringVar(&c.contextB)
	cmd.Flag("sys-context", "Saved context of the system account, to include figures of the servers.").PlaceHolder("NAME").StringVar(&c.sys)
	cmd.Flag("sys-context-b", "The same for b, if --context-b leads to other servers.").PlaceHolder("NAME").StringVar(&c.sysB)
	cmd.Flag("runs", "Runs per variant; 8 runs detect a change of about 15%.").Default("8").IntVar(&c.runs)
	cmd.Flag("seed", "Seed of the random order.").PlaceHolder("N").Uint64Var(&c.seed)
	cmd.Flag("save", "Save the results as PREFIX-a.json and PREFIX-b.json.").PlaceHolder("PREFIX").StringVar(&c.save)
	cmd.Flag("quiet", "Do not show progress.").Short('q').BoolVar(&c.quiet)
	c.benchCompareFlags.Setup(cmd)
	cmd.Flag("force", "Run the benchmark even if the context is protected.").BoolVar(&c.force)
}

func (c *benchAB) Run(ctx context.Context, e *cli.Env) error {
	if err := canSave(c.save); err != nil {
		return err
	}
	a, b, err := c.cases(ctx, e)
	if err != nil {
		return err
	}
	defer bench.Tune()()
	live := newBenchLive(e, c.quiet)
	ra, rb, err := bench.AB(ctx, a, b, max(c.runs, 1), c.seed, bench.WithProgress(live.show), bench.WithVersion(cli.BuildVersion()))
	if err := live.ended(ctx, err, "nothing was compared yet: both scenarios must be measured once"); err != nil {
		return err
	}
	if c.save != "" {
		for suffix, res := range map[string]*result.Result{"-a.json": ra, "-b.json": rb} {
			if err := saveResult(c.save+suffix, res); err != nil {
				return err
			}
		}
	}
	return c.compare(e, ra, rb, true)
}

// cases reads both scenarios and determines where they run.
func (c *benchAB) cases(ctx context.Context, e *cli.Env) (a, b bench.Case, err error) {
	if a.Spec, err = readScenario(e, c.a, nil); err != nil {
		return a, b, err
	}
	file := c.b
	if file == "" {
		file = c.a
	}
	if b.Spec, err = readScenario(e, file, c.set); err != nil {
		return a, b, err
	}
	if err := c.place(ctx, e, &a); err != nil {
		return a, b, err
	}
	b.Connect, b.API = a.Connect, a.API
	if c.contextB != "" {
		if err := c.place(ctx, inContext(e, c.contextB), &b); err != nil {
			return a, b, err
		}
	}
	return a, b, c.views(ctx, e, &a, &b)
}

// place determines where a side runs.
func (c *benchAB) place(ctx context.Context, e *cli.Env, side *bench.Case) (err error) {
	if side.Connect, err = benchConnect(ctx, e, c.force); err != nil {
		return err
	}
	side.API, err = benchAPI(e)
	return err
}

// views connects to the system accounts of both sides.
func (c *benchAB) views(ctx context.Context, e *cli.Env, a, b *bench.Case) (err error) {
	if c.sys != "" {
		if a.View, err = benchServerView(ctx, e, c.sys); err != nil {
			return err
		}
	}
	if c.sysB != "" {
		b.View, err = benchServerView(ctx, e, c.sysB)
	} else if c.contextB == "" {
		b.View = a.View
	}
	return err
}
