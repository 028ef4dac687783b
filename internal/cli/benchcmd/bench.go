package benchcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/atomicfile"
	"github.com/natsctl/natsctl/internal/bench"
	benchreport "github.com/natsctl/natsctl/internal/bench/report"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/view"
)

// Entries is the rows of natsctl bench.
func Entries() []cli.Entry { return []cli.Entry{benchEntry()} }

func benchEntry() cli.Entry {
	return cli.Entry{Name: "bench", Help: "Measure what a system can do, and compare measurements.", Sub: []cli.Entry{
		workload("pub", "Publish without subscribers; the server confirms.", &benchPubFlags{}),
		workload("pubsub", "Publish and subscribe in one run.", &benchPubSubFlags{}),
		workload("request", "Send requests to a service and wait for the replies.", &benchRequestFlags{}),
		{Name: "serve", Help: "Answer the requests of a benchmark in another process.", Cmd: &benchServe{}},
		{Name: "js", Help: "JetStream.", Sub: []cli.Entry{
			workload("pub", "Publish into a stream.", &benchJSPubFlags{}),
			workload("consume", "Consume what a stream holds.", &benchJSConsumeFlags{}),
			workload("e2e", "Publish into a stream and consume it at the same time.", &benchJSE2EFlags{}),
		}},
		workload("kv", "Get, put and compare-and-set the keys of a bucket.", &benchKVFlags{}),
		benchSearchEntry(),
		{Name: "run", Help: "Run a scenario file.", Cmd: &benchRun{}},
		{Name: "ab", Help: "Run two scenarios interleaved and compare them.", Cmd: &benchAB{}},
		{Name: "compare", Help: "Compare two saved results.", Cmd: &benchCompare{}},
		{Name: "calibrate", Help: "Measure the limits of this machine and its load generator.", Cmd: &benchCalibrate{}},
		{Name: "report", Help: "Show a saved result.", Cmd: &benchReport{}},
	}}
}

// benchFormats are the output formats of a result.
var benchFormats = []string{"table", "wide", "text", "json", "ndjson", "yaml", "csv", "hgrm", "html"}

// benchConnect gives what opens the connections of a benchmark: as many as it
// asks for, each as the user of the context.
func benchConnect(ctx context.Context, e *cli.Env, force bool) (bench.Connect, error) {
	target, err := e.Target()
	if err != nil {
		return nil, err
	}
	if target.Protected && !force {
		return nil, cli.ErrProtected
	}
	e.Warn(target)
	return connector(ctx, target)
}

// benchAPI is the JetStream that the context names.
func benchAPI(e *cli.Env) (bench.JSAPI, error) {
	target, err := e.Target()
	if err != nil {
		return bench.JSAPI{}, err
	}
	return bench.JSAPI{Domain: target.JSDomain, Prefix: target.JSAPIPrefix}, nil
}

// connector opens connections to a target.
func connector(ctx context.Context, target *natsctx.Target) (bench.Connect, error) {
	dial, err := target.Dial(ctx)
	if err != nil {
		return nil, err
	}
	return func(extra ...nats.Option) (*nats.Conn, error) {
		opts := nats.GetDefaultOptions()
		opts.Servers = dial.URLs
		for _, set := range append(append([]nats.Option{}, dial.Options...), extra...) {
			if err := set(&opts); err != nil {
				return nil, fmt.Errorf("connection options: %w", err)
			}
		}
		nc, err := opts.Connect()
		if err != nil {
			return nil, fmt.Errorf("connect to %s: %w", natsctx.RedactURL(dial.URL()), err)
		}
		return nc, nil
	}, nil
}

// perform runs a scenario and shows what came out.
func (f *benchRunFlags) perform(ctx context.Context, e *cli.Env, spec scenario.Spec) error {
	format, err := e.Format(benchFormats...)
	if err != nil {
		return err
	}
	if _, err := spec.Normalize(); err != nil {
		return err
	}
	if err := canSave(f.save); err != nil {
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
	return f.deliver(e, format, res)
}

// deliver saves and prints a result, and says if it is not to be trusted.
// What cannot be saved is printed all the same.
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

// canSave complains before the load about a file that could not be written
// after it.
func canSave(name string) error {
	if name == "" {
		return nil
	}
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return fmt.Errorf("save the result: %s: %w", name, syscall.EISDIR)
	}
	if _, err := os.Stat(filepath.Dir(name)); err != nil {
		return fmt.Errorf("save the result: %w", err)
	}
	return nil
}

// saveResult writes a result to a file.
func saveResult(name string, res *result.Result) error {
	body, err := res.Encode()
	if err != nil {
		return fmt.Errorf("encode the result: %w", err)
	}
	if err := atomicfile.Write(name, body, 0o644); err != nil {
		return fmt.Errorf("save the result: %w", err)
	}
	return nil
}

// printResult writes a result in one of the formats.
func printResult(e *cli.Env, format string, res *result.Result) error {
	switch format {
	case "json", "ndjson":
		return e.PrintJSON(res, format == "ndjson")
	case "yaml":
		return view.YAML(e.Out, res)
	case "csv":
		return benchreport.CSV(e.Out, res)
	case "hgrm":
		return benchreport.Percentiles(e.Out, res)
	case "html":
		return benchreport.HTML(e.Out, res)
	}
	return benchreport.Text(e.Out, res, benchreport.Options{Width: e.Width(), ASCII: e.Flags.ASCII, Safe: view.Text})
}

// doubtfulError is a measurement that is not valid; it has been printed.
type doubtfulError struct{ res *result.Result }

// Error gives the reasons.
func (d doubtfulError) Error() string {
	var out []string
	for _, run := range d.res.Runs {
		for _, r := range run.Validity.Reasons {
			if r.Fatal {
				out = append(out, fmt.Sprintf("run %d: %s", run.N, r.Text))
			}
		}
	}
	return "the measurement is not valid: " + strings.Join(out, "; ")
}

// readResult reads a saved result; "-" is standard input.
func readResult(e *cli.Env, name string) (*result.Result, error) {
	body, err := readFile(e, name)
	if err != nil {
		return nil, err
	}
	res, err := result.Decode(body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return res, nil
}

// maxResult bounds what is read of a result or scenario.
const maxResult = 256 << 20

func readFile(e *cli.Env, name string) ([]byte, error) {
	var r io.Reader = e.In
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // only read
		r = f
	}
	body, err := io.ReadAll(io.LimitReader(r, maxResult+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(body) > maxResult {
		return nil, fmt.Errorf("read %s: %w", name, errTooLong)
	}
	return body, nil
}

var errTooLong = errors.New("longer than 256 MiB")

// Advices are what to do about errors of benchmarks.
func Advices() []cli.Advice {
	return []cli.Advice{
		cli.On(cli.Is(result.ErrSLO), cli.ExitCheck, nil),
		cli.On(cli.As[doubtfulError](), cli.ExitPartial, cli.Hint("every reason is listed above; a longer run, a lower rate or a quieter machine may help")),
		cli.On(cli.Is(scenario.ErrSpec), cli.ExitUsage, cli.Hint("nothing was sent; see natsctl bench COMMAND --help")),
		cli.On(cli.Is(scenario.ErrUnit), cli.ExitUsage, nil),
		cli.On(cli.Is(result.ErrFormat), cli.ExitUsage, cli.Hint("use a file written by natsctl bench with --save FILE or -o json")),
		cli.On(cli.Is(bench.ErrNoInterest), cli.ExitUnreachable, cli.Hint("check that the user may publish and subscribe to this subject: natsctl account info")),
		cli.On(cli.Is(bench.ErrNoResponders), cli.ExitUnreachable, cli.Hint("start the service, or use built-in responders: natsctl bench serve SUBJECT, or --serve 1")),
		cli.On(cli.Is(bench.ErrNotOurs), cli.ExitFailed, nil),
		cli.On(cli.Is(result.ErrDifferent), cli.ExitUsage, cli.Hint("compare results of the same scenario, or use --force")),
		cli.On(cli.Is(bench.ErrUnsupported), cli.ExitFailed, nil),
	}
}
