// Package exportercmd holds the commands natsctl exporter. The public package
// exporter defines the metrics.
package exportercmd

import (
	"context"
	"net/http"
	"os"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/exporter-toolkit/web"
	"github.com/prometheus/exporter-toolkit/web/kingpinflag"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/cli"
)

// Entries are the commands of the Prometheus exporter.
func Entries() []cli.Entry { return []cli.Entry{exporterEntry()} }

func exporterEntry() cli.Entry {
	return cli.Entry{Name: "exporter", Help: "Serve every server's metrics to Prometheus from one endpoint.", Sub: []cli.Entry{
		{Name: "serve", Help: "Serve the metrics until a signal ends it (exit code 0). Without a verb, `natsctl exporter` does this too. SIGHUP reads the context, the credentials and the web configuration again.", Cmd: &exporterServeCommand{}, Finishes: true, Examples: []string{
			"exporter --context sys",
			"exporter serve --context sys --web.listen-address :7777",
			"exporter serve --context sys --collect servers --collect streams --top 100",
		}, Standard: true, Endless: true},
		{Name: "check", Help: "Query the fleet once and show how many series each metric would have.", Cmd: &exporterCheckCommand{}, Examples: []string{
			"exporter check --context sys",
			"exporter check --context sys --sort series --limit 20",
		}},
		{Name: "forget", Help: "Say that a server is gone for good, so that the exporter that uses the state file no longer reports it as missing.", Cmd: &exporterForgetCommand{}, Examples: []string{
			"exporter forget east-2 --state /var/lib/natsctl-exporter/servers.json",
			"exporter forget east-2 west-3 --state servers.json",
		}},
		{Name: "rules", Help: "Write alert and recording rules for Prometheus.", Cmd: &exporterRulesCommand{}, Examples: []string{
			"exporter rules",
			"exporter rules --max-for 5m",
			"exporter rules --kubernetes nats",
		}},
		{Name: "dashboards", Help: "Write dashboards for Grafana.", Cmd: &exporterDashboardsCommand{}, Examples: []string{
			"exporter dashboards",
			"exporter dashboards --dir dashboards",
			"exporter dashboards --kubernetes nats",
		}},
	}}
}

// exporterServeCommand serves the metrics.
type exporterServeCommand struct {
	exporterFlags
	web      *web.FlagConfig
	probes   []string
	accounts []string
	latency  []string
}

func (c *exporterServeCommand) Setup(cmd *kingpin.CmdClause) {
	c.web = kingpinflag.AddFlags(cmd, "127.0.0.1:7777")
	c.exporterFlags.Setup(cmd)
	cmd.Flag("probe-context", "Saved context that /probe?context=NAME may ask; repeat, or give * for all.").PlaceHolder("NAME").StringsVar(&c.probes)
	cmd.Flag("account-context", "Saved context of a user of an account, for its micro services, service latency and advisories; repeat.").PlaceHolder("NAME").StringsVar(&c.accounts)
	cmd.Flag("latency", "Latency that servers measure of a service of the accounts, for example orders=latency.orders; repeat.").PlaceHolder("SERVICE=SUBJECT").StringsVar(&c.latency)
}

// exporterPages adds a page at / that links to the others.
func exporterPages(exp *exporter.Exporter) (http.Handler, error) {
	mux := http.NewServeMux()
	mux.Handle("/", exp.Routes())
	page, err := web.NewLandingPage(web.LandingConfig{
		Name: "natsctl exporter", Description: "Metrics of a whole NATS fleet", Version: cli.BuildVersion(), Profiling: "false",
		Links: []web.LandingLinks{
			{Address: "/metrics", Text: "Metrics"},
			{Address: "/healthz", Text: "Health", Description: "the process is running"},
			{Address: "/readyz", Text: "Readiness", Description: "the fleet can be queried"},
		},
	})
	if err != nil {
		return nil, err
	}
	mux.Handle("/{$}", page)
	return mux, nil
}

// exporterRulesCommand writes the rules.
type exporterRulesCommand struct {
	hold       time.Duration
	kubernetes string
}

func (c *exporterRulesCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("max-for", "Maximum time that an alert waits before it fires.").PlaceHolder("DURATION").DurationVar(&c.hold)
	cmd.Flag("kubernetes", "Write a PrometheusRule of this name for the Prometheus operator, instead of a rule file.").PlaceHolder("NAME").StringVar(&c.kubernetes)
}

func (c *exporterRulesCommand) Run(_ context.Context, e *cli.Env) error {
	body, err := exporter.Rules(exporter.RuleOptions{Hold: c.hold})
	if err != nil {
		return err
	}
	if c.kubernetes != "" {
		if body, err = prometheusRule(c.kubernetes, body); err != nil {
			return err
		}
	}
	_, err = e.Out.Write(body)
	return err
}

// exporterDashboardsCommand writes the dashboards.
type exporterDashboardsCommand struct {
	name       string
	dir        string
	kubernetes string
}

func (c *exporterDashboardsCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("name", "The dashboard to write to standard output; none lists them.").StringVar(&c.name)
	cmd.Flag("dir", "Write all of them as files into this directory.").PlaceHolder("DIR").StringVar(&c.dir)
	cmd.Flag("kubernetes", "Write them as ConfigMaps whose names begin so, labeled for Grafana's sidecar.").PlaceHolder("NAME").StringVar(&c.kubernetes)
}

func (c *exporterDashboardsCommand) Run(_ context.Context, e *cli.Env) error {
	boards, err := exporter.Dashboards()
	if err != nil {
		return err
	}
	if c.kubernetes != "" {
		return printConfigMaps(e, c.kubernetes, boards)
	}
	if c.dir != "" {
		return writeDashboards(e, c.dir, boards)
	}
	return printDashboard(e, c.name, boards)
}

// exporterDirMode is the mode of a directory of dashboards, which are not secret.
const exporterDirMode os.FileMode = 0o755

// Advices are the rows of the error table for the exporter.
func Advices() []cli.Advice {
	return []cli.Advice{
		cli.On(cli.Is(exporter.ErrOption), cli.ExitUsage, cli.Hint("see natsctl exporter serve --help and docs/exporter.md")),
		cli.On(cli.Is(errPartialScrape), cli.ExitPartial, cli.Hint("natsctl server ping shows who does not answer, and why")),
		cli.On(cli.Is(exporter.ErrUnknownServer), cli.ExitUsage, cli.Hint("the file has every server that the exporter has seen twice, by name")),
		cli.On(cli.Is(exporter.ErrNoContext), cli.ExitUsage, cli.Hint("allow it with --probe-context NAME")),
		cli.On(cli.Is(exporter.ErrNotConnected), cli.ExitUnreachable, cli.Hint("check that a server of the context is up: natsctl context validate")),
	}
}
