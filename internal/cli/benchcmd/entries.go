// Package benchcmd holds the commands that run, search, compare and show
// benchmarks. It must not know how messages are measured.
package benchcmd

import (
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/bench"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/cli"
)

// Entries are the rows of natsctl bench.
func Entries() []cli.Entry { return []cli.Entry{benchEntry()} }

func benchEntry() cli.Entry {
	return cli.Entry{Name: "bench", Finishes: true, Help: "Measure what a system can do, and compare measurements.", Sub: []cli.Entry{
		workload("pub", "Publish without subscribers; the server confirms.", &benchPubFlags{}, "bench pub", "bench pub orders --rate 10k --duration 30s --size 1KiB"),
		workload("pubsub", "Publish and subscribe in one run.", &benchPubSubFlags{}, "bench pubsub --subs 4", "bench pubsub orders --rate 50k --save result.json"),
		workload("request", "Send requests to a service and wait for the replies.", &benchRequestFlags{}, "bench request", "bench request orders --clients 16 --rate 2k"),
		{Name: "serve", Help: "Answer the requests of a benchmark in another process.", Cmd: &benchServe{}, Examples: []string{
			"bench serve orders",
			"bench serve orders --responders 4 --think 2ms --reply-size 1KiB",
		}},
		{Name: "js", Help: "JetStream.", Sub: []cli.Entry{
			workload("pub", "Publish into a stream.", &benchJSPubFlags{}, "bench js pub", "bench js pub --replicas 3 --rate 5k --duration 1m"),
			workload("consume", "Consume what a stream holds.", &benchJSConsumeFlags{}, "bench js consume", "bench js consume --stream ORDERS"),
			workload("e2e", "Publish into a stream and consume it at the same time.", &benchJSE2EFlags{}, "bench js e2e", "bench js e2e --replicas 3 --rate 1k"),
		}},
		workload("kv", "Get, put and compare-and-set the keys of a bucket.", &benchKVFlags{}, "bench kv", "bench kv --keys 10k --rate 2k"),
		benchSearchEntry(),
		{Name: "run", Help: "Run a scenario file.", Cmd: &benchRun{}, Examples: []string{
			"bench run scenario.yaml --save result.json",
			"bench run scenario.yaml --set load.rate=10000",
		}},
		{Name: "ab", Help: "Run two scenarios interleaved and compare them.", Cmd: &benchAB{}, Examples: []string{
			"bench ab a.yaml b.yaml",
			"bench ab a.yaml b.yaml --runs 8 --context dev --context-b staging",
		}},
		{Name: "compare", Help: "Compare two saved results.", Cmd: &benchCompare{}, Examples: []string{
			"bench compare before.json after.json",
			"bench compare before.json after.json --fail-on 'p99>+10%'",
		}},
		{Name: "clean", Help: "Remove what killed benchmarks left behind.", Cmd: &benchClean{}, Examples: []string{
			"bench clean",
			"bench clean --older 24h --dry-run",
		}},
		{Name: "calibrate", Help: "Measure the limits of this machine and its load generator.", Cmd: &benchCalibrate{}, Examples: []string{
			"bench calibrate",
			"bench calibrate --offline",
		}},
		{Name: "report", Help: "Show a saved result.", Cmd: &benchReport{}, Examples: []string{
			"bench report result.json",
			"bench report result.json -o html",
		}},
	}}
}

// Advices are the rows of the error table for benchmarks.
func Advices() []cli.Advice {
	return []cli.Advice{
		cli.On(cli.Is(result.ErrSLO), cli.ExitCheck, nil),
		cli.On(cli.Is(result.ErrInconclusive), cli.ExitPartial, cli.Hint("measure again with more runs: --runs N")),
		cli.On(cli.As[doubtfulError](), cli.ExitPartial, cli.Hint("every reason is listed above; a longer run, a lower rate or a quieter machine may help")),
		cli.On(cli.Is(scenario.ErrSpec), cli.ExitUsage, cli.Hint("nothing was sent; see natsctl bench COMMAND --help")),
		cli.On(cli.Is(scenario.ErrUnit), cli.ExitUsage, nil),
		cli.On(cli.Is(result.ErrFormat), cli.ExitUsage, cli.Hint("use a file that a benchmark wrote with --save FILE or -o json")),
		cli.On(cli.Is(bench.ErrNoInterest), cli.ExitUnreachable, cli.Hint("check that the user may publish and subscribe to this subject: natsctl account info")),
		cli.On(cli.Is(bench.ErrNoResponders), cli.ExitUnreachable, cli.Hint("start the service, or use built-in responders: natsctl bench serve SUBJECT, or --serve 1")),
		cli.On(cli.Is(bench.ErrHarm), cli.ExitUsage, cli.Hint("nothing was changed; leave the name out to use a temporary one, or use --destroy-messages if its messages may be lost")),
		cli.On(cli.Is(errDestroyProtected), cli.ExitUsage, cli.Hint("use a temporary stream or bucket, or another context")),
		cli.On(cli.Is(result.ErrDifferent), cli.ExitUsage, cli.Hint("compare results of the same scenario, or use --force")),
		cli.On(cli.Is(bench.ErrUnsupported), cli.ExitFailed, nil),
		cli.On(cli.As[jetstream.JetStreamError](), cli.ExitFailed, hintAPI),
		cli.On(cli.Is(bench.ErrReplaced), cli.ExitFailed, cli.Hint("nothing else was touched; run natsctl bench clean again")),
	}
}

// workload returns the row of a workload.
func workload(name, help string, s workloadFlags, examples ...string) cli.Entry {
	return cli.Entry{Name: name, Help: help, Cmd: &benchWorkload{workloadFlags: s}, Examples: examples}
}

// hintAPI names the command that explains an error of the JetStream API.
func hintAPI(err error) string {
	var api jetstream.JetStreamError
	if !errors.As(err, &api) || api.APIError() == nil {
		return ""
	}
	return fmt.Sprintf("what it means: natsctl explain %d", api.APIError().ErrorCode)
}
