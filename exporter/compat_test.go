package exporter

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/exporter/metric"
)

// inventory reads what another exporter was seen to expose: name, type, and
// label sets separated by "|".
func inventory(t *testing.T, name string) [][]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(data)) {
		rows = append(rows, strings.Split(strings.TrimRight(line, "\n"), "\t"))
	}
	return rows
}

// left out on purpose; docs/metrics.md says why.
var leftOut = []string{
	"gnatsd_connz_idle", "gnatsd_connz_last_activity", "gnatsd_connz_rtt", "gnatsd_connz_start", "gnatsd_connz_uptime", "gnatsd_connz_limit", "gnatsd_connz_offset", // a series for each connection; the pages of one answer
	"gnatsd_healthz_js_enabled_only_status", "gnatsd_healthz_js_enabled_only_status_value", "gnatsd_healthz_js_server_only_status", "gnatsd_healthz_js_server_only_status_value", // three verdicts on one server
	"gnatsd_routez_server_id", "gnatsd_routez_server_name", "gnatsd_subsz_server_id", // of VARZ
	"nats_jetstream_advisory_count", "nats_latency_observations_count", // listeners that are not there
}

// typed differently on purpose: numbers that only grow in name.
var retyped = []string{
	"gnatsd_connz_in_bytes", "gnatsd_connz_in_msgs", "gnatsd_connz_out_bytes", "gnatsd_connz_out_msgs",
}

// Every metric that was seen from the other exporters is there, with its type
// and at least its labels.
func TestInventory(t *testing.T) {
	table := map[string]metric.Metric{}
	for _, m := range Metrics() {
		if _, twice := table[m.Name]; twice {
			t.Errorf("%s stands in the table twice", m.Name)
		}
		table[m.Name] = m
	}
	for _, file := range []string{"surveyor.tsv", "exporter.tsv"} {
		for _, row := range inventory(t, file) {
			checkInventory(t, table, row[0], row[1], row[2])
		}
	}
}

func checkInventory(t *testing.T, table map[string]metric.Metric, name, typ, labels string) {
	t.Helper()
	m, ok := table[name]
	switch {
	case slices.Contains(leftOut, name):
		if ok {
			t.Errorf("%s is said to be left out", name)
		}
		return
	case typ == "summary": // nats_survey_duration_seconds, kept by client_golang
		return
	case !ok:
		t.Errorf("%s is missing", name)
		return
	case m.Type.String() != typ && !slices.Contains(retyped, name):
		t.Errorf("%s is a %s, want %s", name, m.Type, typ)
	}
	sets := strings.Split(labels, "|")
	for _, label := range strings.Split(sets[len(sets)-1], ",") {
		if label != "" && !slices.Contains(m.Labels, label) {
			t.Errorf("%s has no label %s: %v", name, label, m.Labels)
		}
	}
}

// With the prefix that the Helm chart sets, the names of both exporters meet:
// one family then serves the labels of both.
func TestPrefixMeetsSurveyor(t *testing.T) {
	series := seriesOf(t, textOf(t, sampleFleet(), false, WithExporterNames("nats")))
	for _, labels := range [][]string{
		{"stream=ORDERS", "stream_name=ORDERS", "server_id=NEAST-1", "raft_group=S-R3-ORDERSeast-1", "stream_raft_group=S-R3-ORDERSeast-1", "account=APP", "account_id=AAPP"},
	} {
		if got := pick(series, "nats_stream_total_messages", labels...); len(got) != 1 || got[0] != 500 {
			t.Errorf("%v: %v", labels, got)
		}
	}
	if got := pick(series, "nats_varz_connections", "server_id=NEAST-1"); len(got) != 1 || got[0] != 10 {
		t.Errorf("nats_varz_connections: %v", got)
	}
	if _, err := New(nil, WithExporterNames("1bad")); err == nil {
		t.Error("a prefix that is no name is taken")
	}
}

// dashboardNames are the metrics that the fourteen published dashboards of both
// exporters draw, and those in testdata/dashboards.txt with their labels.
func TestDashboardsFindTheirMetrics(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "dashboards.txt"))
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, cfg := range []*config{mustConfig(t, WithExporterNames("")), mustConfig(t, WithExporterNames("nats"))} {
		for _, f := range cfg.families {
			have[f.Name] = true
		}
	}
	for _, name := range ownNames() {
		have[name] = true
	}
	for name := range strings.FieldsSeq(string(data)) {
		base := name
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			if cut, ok := strings.CutSuffix(name, suffix); ok && !have[name] {
				base = cut
			}
		}
		if !have[base] {
			t.Errorf("no metric %s", name)
		}
	}
}
