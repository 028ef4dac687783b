package benchcmd

import (
	"github.com/natsctl/natsctl/internal/bench"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/cli"
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

// workload is the row of a workload.
func workload(name, help string, s workloadFlags) cli.Entry {
	return cli.Entry{Name: name, Help: help, Cmd: &benchWorkload{workloadFlags: s}}
}
