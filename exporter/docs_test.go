package exporter

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
)

// docsPage is generated from the table by make docs.
const docsPage = "../docs/metrics.md"

func TestDocsMetrics(t *testing.T) {
	want := metricsPage()
	if os.Getenv("UPDATE_DOCS") != "" {
		if err := os.WriteFile(docsPage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(docsPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is stale: run make docs", docsPage)
	}
}

func metricsPage() string {
	var b strings.Builder
	b.WriteString(`# Metrics

Generated from the tables in exporter/internal. [exporter.md](exporter.md) describes the exporter itself.

Each section is a collector (collect[], --collect). Times are in seconds, sizes in bytes, ratios from 0 to 1. A value that a
server does not report is absent, never 0. Counters restart at 0 with their server.

## Native metrics

`)
	writeSection(&b, metric.Native)
	b.WriteString("\n### Kept by the exporter itself\n\n| Metric | Labels | Meaning |\n|---|---|---|\n")
	for _, d := range ownDescriptions() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", d[0], strings.ReplaceAll(d[2], ",", ", "), d[1])
	}
	b.WriteString(surveyorNotes)
	writeSection(&b, metric.Surveyor)
	b.WriteString(exporterNotes)
	writeSection(&b, metric.NatsExporter)
	return b.String()
}

func writeSection(b *strings.Builder, set metric.Set) {
	for _, c := range append([]collector{{name: table.SelfCollector, help: "The exporter and its scrape. Always on."}}, collectors...) {
		var rows []metric.Metric
		for _, m := range Metrics() {
			if m.Set == set && m.Collector == c.name {
				rows = append(rows, m)
			}
		}
		if len(rows) == 0 {
			continue
		}
		off := ""
		if c.name != table.SelfCollector && !c.byDef {
			off = " Off by default."
		}
		fmt.Fprintf(b, "\n### %s\n\n%s%s\n\n| Metric | Type | Labels | Meaning |\n|---|---|---|---|\n", c.name, c.help, off)
		for _, m := range rows {
			fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", m.Name, m.Type, strings.Join(m.Labels, ", "), m.Help)
		}
	}
}

const surveyorNotes = `
## nats-surveyor's names

Served by default (--compat surveyor). In OpenMetrics the counters have the type unknown, because that format requires names with
_total. Values that are wrong in nats-surveyor differ:

* A stream or consumer with one replica has one series, from the server that stores it. nats-surveyor exports it for
  other servers too. Followers have series with --replicas; by default only leaders do.
* The values of an account are summed over JetStream domains; nats-surveyor shows those of the last reply.
* In nats_core_raftz_meta_*, nats-surveyor swaps the values of server_id and cluster_name.
* cluster_name of nats_core_jetstream_cluster_raft_group_info is the cluster on every server, not "_meta_" on followers.
* Uptimes and idle times of a day or more are exported; nats-surveyor exports 0.
* nats_stream_consumer_count is the number of consumers; in nats-surveyor it is always 0.
* The reserved_used_bytes and start_time metrics are exported; nats-surveyor describes them but never exports them.
* The label subject of nats_jetstream_api_audit never contains the name of a stream or consumer.
* An account with no connection on a server keeps its series.
* Ephemeral consumers are summed as "(ephemeral)" unless --ephemeral is given.
* nats_core_account_jetstream_{consumer,replica}_count have the label jetstream_domain as well.
`

const exporterNotes = `
## prometheus-nats-exporter's names

Served with --compat exporter; --compat-prefix PREFIX puts PREFIX in the place of gnatsd and jetstream, as its -prefix
does (the Helm chart sets nats). Where both exporters then use the same name, one series has the labels of both.
Differences:

* server_id is the server's id, and server_name is added; prometheus-nats-exporter uses the monitoring URL by default.
* A server that does not answer has no series; prometheus-nats-exporter keeps its last values.
* gnatsd_connz_* count all connections, not the first page, and are gauges, since they fall when clients leave. There are
  no series for each connection (-connz_detailed): their number is unlimited.
* The metrics of -healthz_js_enabled_only and -healthz_js_server_only, the strings in ROUTEZ and SUBSZ, and labels from
  the metadata of streams and consumers are left out.
* The set of metrics is fixed in each release of natsctl, whatever a server sends.
`
