package benchcmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/bench"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/cli"
)

// benchRunFlags set how a scenario is run, and how its result is saved and printed.
type benchRunFlags struct {
	runs  int
	save  string
	quiet bool
	force bool
	slo   string

	destroy, yes bool
	sysContext   string
}

func (f *benchRunFlags) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("runs", "Repeat the measurement; comparisons need at least 6 runs, better 8.").Default("1").IntVar(&f.runs)
	cmd.Flag("slo", "Objective of every run, such as 'p99<10ms,lost=0'; exit with 6 if it is missed.").PlaceHolder("CONDITIONS").StringVar(&f.slo)
	f.setupResult(cmd)
}

func (f *benchRunFlags) setupResult(cmd *kingpin.CmdClause) {
	cmd.Flag("save", "Save the result as JSON in this file, for report and compare.").PlaceHolder("FILE").StringVar(&f.save)
	cmd.Flag("sys-context", "Saved context of the system account, to include figures of the servers.").PlaceHolder("NAME").StringVar(&f.sysContext)
	cmd.Flag("quiet", "Do not show progress.").Short('q').BoolVar(&f.quiet)
	cmd.Flag("force", "Run the benchmark even if the context is protected.").BoolVar(&f.force)
	cmd.Flag("destroy-messages", "Use an existing stream or bucket even if that could lose its messages; asks first.").BoolVar(&f.destroy)
	cmd.Flag("yes", "Do not ask about --destroy-messages.").Short('y').BoolVar(&f.yes)
}

// options returns the run options of the flags; --sys-context opens a connection.
func (f *benchRunFlags) options(ctx context.Context, e *cli.Env) ([]bench.Option, error) {
	api, err := benchAPI(e)
	if err != nil {
		return nil, err
	}
	opts := []bench.Option{bench.Runs(f.runs), bench.WithVersion(cli.BuildVersion()), bench.WithJSAPI(api)}
	if f.destroy {
		opts = append(opts, bench.AllowDestroy())
	}
	if f.sysContext != "" {
		view, err := benchServerView(ctx, e, f.sysContext)
		if err != nil {
			return nil, err
		}
		opts = append(opts, bench.WithServerView(view))
	}
	return opts, nil
}

// ceiling measures the rate of the generator by itself, for runs that it could
// limit: publishing at full speed.
func (f *benchRunFlags) ceiling(ctx context.Context, s scenario.Spec, opts []bench.Option) ([]bench.Option, error) {
	s, err := s.Normalize()
	if err != nil || s.Load.Mode != scenario.Max || s.Workload != scenario.Pub && s.Workload != scenario.PubSub {
		return opts, err
	}
	perSec, err := bench.FindCeiling(ctx, s, ceilingTime)
	if err != nil {
		return nil, err
	}
	return append(opts, bench.WithCeiling(perSec)), nil
}

// perform runs a scenario and shows the result.
func (f *benchRunFlags) perform(ctx context.Context, e *cli.Env, spec scenario.Spec) error {
	format, err := e.Format(benchFormats...)
	if err != nil {
		return err
	}
	if _, err := spec.Normalize(); err != nil {
		return err
	}
	objective, err := f.objective()
	if err != nil {
		return err
	}
	if err := canSave(f.save); err != nil {
		return err
	}
	if err := f.confirmDestroy(e, spec); err != nil {
		return err
	}
	connect, err := benchConnect(ctx, e, f.force)
	if err != nil {
		return err
	}
	defer bench.Tune()()
	opts, err := f.options(ctx, e)
	if err != nil {
		return err
	}
	if opts, err = f.ceiling(ctx, spec, opts); err != nil {
		return err
	}
	live := newBenchLive(e, f.quiet)
	res, err := bench.Execute(ctx, spec, connect, append(opts, bench.WithProgress(live.show))...)
	if err := live.ended(ctx, err, "nothing was measured yet"); err != nil {
		return err
	}
	if objective != nil {
		res.Judge(objective)
	}
	return f.deliver(e, format, res)
}

// objective returns the objective of --slo, or nil.
func (f *benchRunFlags) objective() (result.Objective, error) {
	if f.slo == "" {
		return nil, nil
	}
	o, err := result.ParseSLO(f.slo)
	if err != nil {
		return nil, cli.Misuse(err)
	}
	return o, nil
}

// deliver saves and prints a result, and returns an error if it is not valid.
// A result that cannot be saved is still printed.
func (f *benchRunFlags) deliver(e *cli.Env, format string, res *result.Result) error {
	var failed error
	if f.save != "" {
		failed = saveResult(f.save, res)
	}
	if err := printResult(e, format, res); err != nil {
		return err
	}
	switch {
	case failed != nil:
		return failed
	case res.Verdict != nil && !res.Verdict.Pass:
		return fmt.Errorf("%w: %s", result.ErrSLO, strings.Join(res.Verdict.Missed, ", "))
	case !res.Valid() && !res.Partial():
		return doubtfulError{res}
	}
	return nil
}
