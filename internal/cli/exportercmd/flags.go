package exportercmd

import (
	"cmp"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/cli"
)

// exporterFlags set what the exporter collects and the names of the metrics.
type exporterFlags struct {
	fleet, state, expect       string
	compat                     []string
	prefix                     string
	collect, without           []string
	minInterval, scrapeTimeout time.Duration
	replicas, ephemeral        bool
	top, rows, maxSeries       int
	accounts, notAccounts      string
	streams, notStreams        string
	consumers, notConsumers    string
}

func (f *exporterFlags) Setup(cmd *kingpin.CmdClause) {
	names := make([]string, 0, 20)
	for _, c := range exporter.Collectors() {
		names = append(names, c.Name)
	}
	list := strings.Join(names, ", ")
	cmd.Flag("fleet", "Value of the label fleet of every series; exporters of one fleet must give the same. Default: the name of the context.").PlaceHolder("NAME").StringVar(&f.fleet)
	cmd.Flag("expect", "Servers that the fleet has; those that do not answer are reported as missing. A number, names separated by commas, or @FILE with one name on each line.").PlaceHolder("N|NAMES|@FILE").StringVar(&f.expect)
	cmd.Flag("state", "File that remembers the servers, so that one that died is reported as missing even after the exporter restarts; natsctl exporter forget removes a server.").PlaceHolder("FILE").StringVar(&f.state)
	cmd.Flag("compat", "Names of another exporter to serve as well: surveyor, exporter or none; repeat.").Default("none").EnumsVar(&f.compat, "surveyor", "exporter", "none")
	cmd.Flag("compat-prefix", "With --compat exporter: prefix instead of gnatsd_ and jetstream_, as the Helm chart's nats.").PlaceHolder("PREFIX").StringVar(&f.prefix)
	cmd.Flag("collect", "Collect only this; repeat. There are "+list+".").PlaceHolder("NAME").StringsVar(&f.collect)
	cmd.Flag("no-collect", "Do not collect this; repeat.").PlaceHolder("NAME").StringsVar(&f.without)
	cmd.Flag("min-interval", "Scrapes this close together share one snapshot.").Default("1s").DurationVar(&f.minInterval)
	cmd.Flag("scrape-timeout", "Longest time for a scrape that has no timeout of its own.").Default("8s").DurationVar(&f.scrapeTimeout)
	cmd.Flag("replicas", "Export every replica of a stream and consumer, not the leader's alone.").BoolVar(&f.replicas)
	cmd.Flag("ephemeral", "Export every ephemeral consumer; by default they are summed for each stream.").BoolVar(&f.ephemeral)
	cmd.Flag("top", "Streams of an account on a server, and consumers of a stream, with series of their own; the rest is summed. 0: all.").Default("1000").IntVar(&f.top)
	cmd.Flag("rows", "Routes, gateways, and accounts on servers, with series of their own in the fleet: with more, each server has its slowest link and the others summed, and each account is summed over all servers. 0: all.").Default("2000").IntVar(&f.rows)
	cmd.Flag("max-series", "Maximum number of series per scrape; the rest is omitted and counted. 0: no limit.").Default("1000000").IntVar(&f.maxSeries)
	cmd.Flag("accounts", "Only accounts whose id or name matches this expression.").PlaceHolder("REGEX").StringVar(&f.accounts)
	cmd.Flag("no-accounts", "No accounts whose id or name matches this expression.").PlaceHolder("REGEX").StringVar(&f.notAccounts)
	cmd.Flag("streams", "Only streams whose name matches this expression.").PlaceHolder("REGEX").StringVar(&f.streams)
	cmd.Flag("no-streams", "No streams whose name matches this expression.").PlaceHolder("REGEX").StringVar(&f.notStreams)
	cmd.Flag("consumers", "Only consumers whose name matches this expression.").PlaceHolder("REGEX").StringVar(&f.consumers)
	cmd.Flag("no-consumers", "No consumers whose name matches this expression.").PlaceHolder("REGEX").StringVar(&f.notConsumers)
}

// options returns the flags as options of the exporter.
func (f *exporterFlags) options(context string) ([]exporter.Option, error) {
	opts := []exporter.Option{
		exporter.WithFleet(cmp.Or(f.fleet, context)), exporter.WithVersion(cli.BuildVersion()), exporter.WithMinInterval(f.minInterval), exporter.WithTimeout(f.scrapeTimeout),
		exporter.WithReplicas(f.replicas), exporter.WithEphemeral(f.ephemeral), exporter.WithTop(f.top), exporter.WithRows(f.rows), exporter.WithMaxSeries(f.maxSeries),
		exporter.WithAccounts(f.accounts, f.notAccounts), exporter.WithStreams(f.streams, f.notStreams), exporter.WithConsumers(f.consumers, f.notConsumers),
	}
	count, names, err := expected(f.expect)
	if err != nil {
		return nil, err
	}
	opts = append(opts, exporter.WithExpected(count, names...), exporter.WithState(f.state))
	own := false
	for _, name := range f.compat {
		switch name {
		case "surveyor":
			opts = append(opts, exporter.WithSurveyorNames(true))
		case "exporter":
			own = true
			opts = append(opts, exporter.WithExporterNames(f.prefix))
		}
	}
	if f.prefix != "" && !own {
		return nil, cli.Usagef("--compat-prefix goes with --compat exporter")
	}
	if chosen := f.chosen(own); chosen != nil {
		opts = append(opts, exporter.WithCollectors(chosen...))
	}
	return opts, exporter.Validate(opts...)
}

// chosen returns the list of collectors, or nil for the default.
func (f *exporterFlags) chosen(perServer bool) []string {
	if len(f.collect) == 0 && len(f.without) == 0 {
		return nil
	}
	chosen := f.collect
	if len(chosen) == 0 {
		chosen = exporter.DefaultCollectors(perServer)
	}
	without := map[string]bool{}
	for _, name := range f.without {
		without[name] = true
	}
	out := []string{}
	for _, name := range chosen {
		if !without[name] {
			out = append(out, name)
		}
	}
	return out
}
