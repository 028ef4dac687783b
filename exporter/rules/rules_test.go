package rules

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// example is a story in which an alert fires: series with their values minute
// by minute, the labels of the alert, and when to look.
type example struct {
	alert, severity string
	series          []string // promtool's notation, "NAME{LABELS} VALUES"
	labels          string   // of the alert, beside severity and check: a=b,c=d
	at              string
}

const fine = `nats_exporter_up 1x120`

var examples = []example{
	{"NatsExporterDown", "critical", []string{`up{job="nats",instance="x"} 1 1 0x30`, `nats_exporter_up{job="nats",instance="x"} 1 1 _x30`}, "job=nats,instance=x", "10m"},
	{"NatsExporterBlind", "critical", []string{`nats_exporter_failed{reason="disconnected"} 1x10`}, "reason=disconnected", "5m"},
	{"NatsExporterSeriesDropped", "warning", []string{`nats_exporter_series_dropped 5x20`}, "", "10m"},
	{"NatsServerDown", "critical", []string{fine, `nats_server_up{server_id="A",server_name="a"} 1x20`, `nats_server_up{server_id="B",server_name="b"} 1 1 0x20`, `nats_server_missing{server_id="B",server_name="b",reason="gone"} _ _ 1x20`}, "server_name=b", "10m"},
	{"NatsServerDown", "critical", []string{fine, `nats_server_up{server_id="B",server_name="forgotten"} 1 1 _x50`}, "server_name=forgotten", "30m"},
	{"NatsServerDraining", "warning", []string{fine, `nats_server_up{server_id="B",server_name="b"} 1 1 0x20`, `nats_server_missing{server_id="B",server_name="b",reason="draining"} _ _ 1x20`}, "server_name=b", "10m"},
	{"NatsServerDown", "critical", []string{
		fine, // it drained, came back, and died
		`nats_server_start_time_seconds{server_id="B",server_name="b"} 100 _ _ _x50`, `nats_server_departed_timestamp_seconds{server_id="B",server_name="b",how="lame_duck"} _ 150 _ _x50`,
		`nats_server_up{server_id="B2",server_name="b"} _ _ 1 1 0x50`, `nats_server_start_time_seconds{server_id="B2",server_name="b"} _ _ 160 160 _x50`, `nats_server_missing{server_id="B2",server_name="b",reason="gone"} _ _ _ _ 1x50`,
	}, "server_name=b", "10m"},
	{"NatsServerShutDown", "warning", []string{fine, `nats_server_start_time_seconds{server_id="B",server_name="b"} 100 100 _x50`, `nats_server_up{server_id="B",server_name="b"} 1 1 _x50`, `nats_server_departed_timestamp_seconds{server_id="B",server_name="b",how="shutdown"} _ _ 150x50`}, "server_name=b", "20m"},
	{"NatsAnswersMissing", "warning", []string{`nats_server_answer_missing{server_name="a",kind="JSZ",reason="late"} 1x20`}, "server_name=a,kind=JSZ,reason=late", "10m"},
	{"NatsAnswersTwice", "warning", []string{`nats_exporter_collector_duplicates{collector="servers",kind=""} 1x20`}, "", "10m"},
	{"NatsServerNamesNotUnique", "warning", []string{`nats_server_up{server_id="A",server_name="a"} 1x40`, `nats_server_up{server_id="B",server_name="a"} 1x40`}, "server_name=a", "20m"},
	{"NatsVersionsDiffer", "warning", []string{`nats_server_info{cluster="c",server_id="A",version="2.10"} 1x200`, `nats_server_info{cluster="c",server_id="B",version="2.11"} 1x200`}, "cluster=c", "150m"},
	{"NatsConfigDiffers", "warning", []string{`nats_server_config_info{cluster="c",server_id="A",digest="x"} 1x60`, `nats_server_config_info{cluster="c",server_id="B",digest="x"} 1x60`, `nats_server_config_info{cluster="c",server_id="C",digest="y"} 1x60`}, "cluster=c", "50m"},
	{"NatsServerRestarting", "warning", []string{`nats_server_start_time_seconds{server_name="a",server_id="1"} 1 _x60`, `nats_server_start_time_seconds{server_name="a",server_id="2"} _ 2 _x60`, `nats_server_start_time_seconds{server_name="a",server_id="3"} _ _ 3x60`}, "server_name=a", "5m"},
	{"NatsClockSkew", "warning", []string{`nats_server_clock_skew_seconds{server_name="a"} 2x30`}, "server_name=a", "20m"},
	{"NatsClockSkew", "critical", []string{`nats_server_clock_skew_seconds{server_name="a"} 20x30`}, "server_name=a", "20m"},
	{"NatsServerUnhealthy", "critical", []string{`nats_server_healthy{server_name="a"} 0x30`}, "server_name=a", "5m"},
	{"NatsMetaLeaderLost", "critical", []string{`nats_jetstream_meta_leader_known{domain="hub"} 0x10`}, "domain=hub", "5m"},
	{"NatsMetaRescue", "warning", []string{`nats_jetstream_meta_rescue{domain="hub"} 1x10`}, "domain=hub", "5m"},
	{"NatsMetaPeerOffline", "warning", []string{`nats_jetstream_meta_peer_offline{server_name="a",peer="b"} 1x20`}, "peer=b", "10m"},
	{"NatsServerOutsideMetaGroup", "warning", []string{`nats_jetstream_meta_member{domain="hub",server_name="b"} 0x20`, `nats_jetstream_meta_member{domain="hub",server_name="a"} 1x20`}, "server_name=b,domain=hub", "10m"},
	{"NatsMetaPeerLag", "warning", []string{`nats_jetstream_meta_peer_lag{peer="b"} 200x20`}, "peer=b", "10m"},
	{"NatsMetaPending", "critical", []string{`nats_jetstream_meta_pending{domain="d"} 20000x20`}, "domain=d", "10m"},
	{"NatsStreamLeaderless", "critical", []string{`nats_jetstream_stream_leaderless{stream="S"} 1x20`}, "stream=S", "5m"},
	{"NatsStreamReplicaNotCurrent", "warning", []string{`nats_jetstream_stream_replica_current{stream="S",peer="b"} 0x30`}, "stream=S,peer=b", "20m"},
	{"NatsStreamReplicaLag", "warning", []string{`nats_jetstream_stream_replica_lag{stream="S",peer="b"} 5000x30`}, "stream=S,peer=b", "20m"},
	{"NatsStreamReplicasMissing", "warning", []string{`nats_jetstream_stream_replicas_missing{stream="S"} 1x30`}, "stream=S", "20m"},
	{"NatsConsumerUnread", "warning", []string{`nats_jetstream_consumer_pending_messages{consumer="C"} 10+5x60`, `nats_jetstream_consumer_delivered_consumer_sequence{consumer="C"} 7x60`, `nats_jetstream_consumer_waiting_requests{consumer="C"} 0x60`}, "consumer=C", "30m"},
	{"NatsStreamOriginFailed", "warning", []string{`nats_jetstream_stream_origin_failed{stream="S",origin="O"} 1x30`}, "stream=S,origin=O", "20m"},
	{"NatsConsumerLeaderless", "critical", []string{`nats_jetstream_consumer_leaderless{stream="S",consumer="C"} 1x20`}, "stream=S,consumer=C", "5m"},
	{"NatsConsumerHeldBack", "warning", []string{`nats_jetstream_consumer_ack_pending_messages{consumer="C"} 1000x20`, `nats_jetstream_consumer_limit_ack_pending_messages{consumer="C"} 1000x20`}, "consumer=C", "10m"},
	{"NatsStorageFull", "warning", []string{`nats_jetstream_storage_used_bytes{server_name="a"} 85x20`, `nats_jetstream_storage_max_bytes{server_name="a"} 100x20`}, "server_name=a", "10m"},
	{"NatsMemoryStoreFull", "critical", []string{`nats_jetstream_memory_used_bytes{server_name="a"} 96x20`, `nats_jetstream_memory_max_bytes{server_name="a"} 100x20`}, "server_name=a", "10m"},
	{"NatsStreamFull", "warning", []string{`nats_jetstream_stream_bytes{stream="S"} 90x20`, `nats_jetstream_stream_limit_bytes{stream="S"} 100x20`, `nats_jetstream_stream_refuses_new{stream="S"} 1x20`}, "stream=S", "10m"},
	{"NatsTooManyAssets", "warning", []string{`nats_jetstream_ha_assets{server_name="a"} 1500x30`}, "server_name=a", "20m"},
	{"NatsRaftBehind", "warning", []string{`nats_raft_committed_index{group="_meta_"} 30000x20`, `nats_raft_applied_index{group="_meta_"} 10000x20`}, "group=_meta_", "10m"},
	{"NatsGatewayDown", "critical", []string{`nats_gateway_connected{server_name="a",remote_cluster="west"} 0x20`}, "server_name=a,remote_cluster=west", "5m"},
	{"NatsGatewaySlow", "warning", gatewaysOf("0.08x20", "0.001x20", "0.002x20"), "server_name=a,cluster=c,remote_cluster=west", "10m"},
	{"NatsRouteSlow", "warning", routesOf("0.08x20", "0.001x20", "0.002x20"), "server_name=a,remote_name=b,cluster=c", "10m"},
	{"NatsRouteMissing", "warning", []string{`nats_server_up{server_id="a",server_name="a",cluster="c"} 1x20`, `nats_server_up{server_id="b",server_name="b",cluster="c"} 1x20`, `nats_server_up{server_id="d",server_name="d",cluster="c"} 1x20`, `nats_server_route_peers{server_name="a",cluster="c"} 1x20`}, "server_name=a,cluster=c", "5m"},
	{"NatsCPU", "warning", []string{`nats_server_cpu_usage_ratio{server_name="a"} 3.4x20`, `nats_server_gomaxprocs{server_name="a"} 4x20`}, "server_name=a", "15m"},
	{"NatsMemory", "warning", []string{`nats_server_memory_bytes{server_name="a"} 90x20`, `nats_server_memory_limit_bytes{server_name="a"} 100x20`}, "server_name=a", "15m"},
	{"NatsConnectionsFull", "critical", []string{`nats_server_connections{server_name="a"} 99x20`, `nats_server_max_connections{server_name="a"} 100x20`}, "server_name=a", "10m"},
	{"NatsConnectionsUneven", "warning", []string{`nats_server_connections{server_name="a",cluster="c"} 400x60`, `nats_server_connections{server_name="b",cluster="c"} 10x60`, `nats_server_connections{server_name="d",cluster="c"} 10x60`, `nats_server_connections{server_name="e",cluster="c"} 10x60`}, "server_name=a,cluster=c", "50m"},
	{"NatsSlowConsumers", "warning", []string{`nats_server_slow_consumers_total{server_name="a",kind="client"} 0 0 5x20`}, "server_name=a,kind=client", "4m"},
	{"NatsPublishersStalled", "warning", []string{`nats_server_stalled_clients_total{server_name="a"} 0 0 50x20`}, "server_name=a", "4m"},
	{"NatsStaleConnections", "warning", []string{`nats_server_stale_connections_total{server_name="a",kind="leaf"} 0 0 5x20`}, "server_name=a,kind=leaf", "4m"},
	{"NatsQueueLong", "warning", []string{`nats_server_queue_pending{server_name="a",queue="q"} 20000x20`}, "server_name=a,queue=q", "5m"},
	{"NatsCertificateExpires", "critical", []string{`nats_server_certificate_expiry_timestamp_seconds{server_name="a",listener="client"} 86400x20`}, "server_name=a,listener=client", "5m"},
	{"NatsOperatorExpires", "warning", []string{`nats_server_operator_expiry_timestamp_seconds{operator="OP"} 172800x20`}, "operator=OP", "5m"},
	{"NatsAccountExpires", "warning", []string{`nats_account_expiry_timestamp_seconds{account="A",account_name="APP"} 172800x20`}, "account=A,account_name=APP", "5m"},
	{"NatsAccountConnectionsFull", "warning", []string{`nats_account_connections{account="A",server_id="a",server_name="a"} 50x20`, `nats_account_connections{account="A",server_id="b",server_name="b"} 45x20`, `nats_account_limit_connections{account="A"} 100x20`}, "account=A", "10m"},
	{"NatsAuthErrors", "warning", []string{`nats_events_auth_errors_total{server_name="a",reason="Authentication Failure"} 0 0 100x20`}, "server_name=a,reason=Authentication Failure", "4m"},
	{"NatsAccountLeafsFull", "warning", []string{`nats_account_leafnodes{account="A",server_id="a"} 5x20`, `nats_account_leafnodes{account="A",server_id="b"} 5x20`, `nats_account_limit_leafnodes{account="A"} 10x20`}, "account=A", "10m"},
	{"NatsAccountStorageFull", "warning", []string{`nats_jetstream_account_storage_used_bytes{account="A",server_id="a"} 95x20`, `nats_account_limit_jetstream_storage_bytes{account="A",tier=""} 100x20`}, "account=A", "10m"},
	{"NatsAccountMemoryFull", "warning", []string{`nats_jetstream_account_memory_used_bytes{account="A",server_id="a"} 95x20`, `nats_account_limit_jetstream_memory_bytes{account="A",tier=""} 100x20`}, "account=A", "10m"},
	{"NatsLeafDown", "warning", []string{fine, `nats_leaf_spoke{account="A",remote_name="edge",server_id="a"} 0 0 0 stale _x30`}, "account=A,remote_name=edge", "20m"},
	{"NatsBacklogGrows", "warning", []string{`nats_jetstream_consumer_pending_messages{consumer="C"} 2000+1x90`, `nats_jetstream_consumer_delivered_consumer_sequence{consumer="C"} 1+1x90`}, "consumer=C", "60m"},
	{"NatsQuorumLost", "critical", []string{`nats_events_quorum_lost_total{account="A",asset="stream"} 0 0 1x20`}, "account=A,asset=stream", "5m"},
	{"NatsStorageFillsUp", "warning", []string{`nats_jetstream_storage_used_bytes{server_name="a"} 55+0.1x300`, `nats_jetstream_storage_max_bytes{server_name="a"} 100x300`}, "server_name=a", "120m"},
	{"NatsStreamFillsUp", "warning", []string{`nats_jetstream_stream_bytes{stream="S"} 55+0.1x300`, `nats_jetstream_stream_limit_bytes{stream="S"} 100x300`, `nats_jetstream_stream_refuses_new{stream="S"} 1x300`}, "stream=S", "120m"},
	{"NatsAccountStorageFillsUp", "warning", []string{`nats_jetstream_account_storage_used_bytes{account="A",server_id="a"} 55+0.1x300`, `nats_account_limit_jetstream_storage_bytes{account="A",tier=""} 100x300`}, "account=A", "120m"},
	{"NatsElections", "warning", []string{`nats_events_elections_total{account="A",asset="stream"} 0+10x20`}, "account=A,asset=stream", "10m"},
}

// A fleet without trouble raises no alert: its story is told for two hours.
var peace = []string{
	fine, `up{job="nats",instance="x"} 1x120`,
	`nats_server_up{server_id="A",server_name="a",cluster="c"} 1x120`, `nats_server_up{server_id="B",server_name="b",cluster="c"} 1x120`,
	`nats_server_info{server_id="A",server_name="a",cluster="c",version="2"} 1x120`, `nats_server_healthy{server_name="a"} 1x120`,
	`nats_server_route_peers{server_name="a",cluster="c"} 1x120`, `nats_server_route_peers{server_name="b",cluster="c"} 1x120`,
	`nats_jetstream_meta_leader_known{domain=""} 1x120`, `nats_jetstream_meta_member{server_name="a"} 1x120`, `nats_jetstream_stream_replica_current{peer="b"} 1x120`,
	`nats_jetstream_storage_used_bytes{server_name="a"} 1x120`, `nats_jetstream_storage_max_bytes{server_name="a"} 100x120`,
	`nats_server_config_info{cluster="c",server_id="A",digest="x"} 1x120`, `nats_server_config_info{cluster="c",server_id="B",digest="y"} 1x120`,
	`nats_server_slow_consumers_total{kind="client"} 7x120`, `nats_server_connections{server_name="a",cluster="c"} 60x120`, `nats_server_connections{server_name="b",cluster="c"} 50x120`,
}

// A killed server is one alert: that its peers miss it is no news.
var expected = []string{
	fine, `nats_server_up{server_id="A",server_name="a"} 1x120`, `nats_server_up{server_id="B",server_name="b"} 1 1 0x120`,
	`nats_server_missing{server_id="B",server_name="b",reason="gone"} _ _ 1x120`,
	`nats_jetstream_meta_peer_offline{server_name="a",peer="b"} 0 0 1x120`, `nats_jetstream_meta_peer_lag{server_name="a",peer="b"} 0 0 500x120`,
	`nats_server_up{server_id="C",server_name="c"} 1 1 _x120`, `nats_jetstream_meta_peer_offline{server_name="a",peer="c"} 0 0 1x120`, // it announced its end, so it is not expected
	`nats_jetstream_stream_replica_current{server_name="a",stream="S",peer="b"} 1 1 0x120`, `nats_jetstream_stream_replica_lag{server_name="a",stream="S",peer="b"} 0 0 5000x120`,
}

// A server that drained and then ended is no news any more, not even when the
// exporter forgets its announcement by being started again.
var retired = []string{
	fine, `nats_server_up{server_id="A",server_name="a"} 1x120`, `nats_server_up{server_id="B",server_name="b"} 1 1 0 0 _x120`, `nats_server_start_time_seconds{server_id="B",server_name="b"} 100 100 _x120`,
	`nats_server_missing{server_id="B",server_name="b",reason="draining"} _ _ 1 1 _x120`,
	`nats_server_departed_timestamp_seconds{server_id="B",server_name="b",how="lame_duck"} _ _ 150 150 160 160 160 160 _x120`,
}

func TestRulesHavePromtoolTests(t *testing.T) {
	told := map[string]bool{}
	for _, e := range examples {
		told[e.alert] = true
	}
	for _, r := range alerts {
		if !told[r.alert] {
			t.Errorf("alert %s has no example", r.alert)
		}
		if r.check == "" && (r.why == "" || r.next == "") {
			t.Errorf("alert %s does not say why and what next", r.alert)
		}
	}
}

// An alert says why and what next in the words of its check, or in its own
// where it has some.
func TestWordsOfAlerts(t *testing.T) {
	for alert, want := range map[string][]string{
		"NatsGatewaySlow": {checks.SlowLinkWhy, checks.SlowLinkNext}, "NatsMemory": {checkRow(t, "memory").Why, checkRow(t, "memory").Next},
		"NatsServerDown": {checkRow(t, "servers").Why, checkRow(t, "servers").Next, "`natsctl exporter forget`"}, "NatsElections": {"slow disks", "Check the disks"},
	} {
		entries, err := named(alert)[0].entries(Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, words := range want {
			if got := entries[0].Annotations["description"]; !strings.Contains(got, words) {
				t.Errorf("%s: %q lacks %q", alert, got, words)
			}
		}
	}
	if got := named("NatsGatewaySlow")[0]; got.why == checkRow(t, "gateways").Why {
		t.Error("a slow gateway has no words of its own")
	}
}

func checkRow(t *testing.T, name string) *checks.Check {
	t.Helper()
	rows, err := checks.Select(name)
	if err != nil {
		t.Fatal(err)
	}
	return rows[0]
}

// Every check that metrics can answer has its alert.
func TestChecksHaveAlerts(t *testing.T) {
	has := map[string]bool{}
	for _, r := range alerts {
		has[r.check] = true
	}
	without := []string{
		"sharing",                   // needs the claims of every account
		"leafs",                     // needs both ends of each connection
		"pending", "pending-rising", // need each connection
		"filters", "placement", "max-waiting", // need the configuration of each stream and consumer
		"discarded", "redeliveries", // need the state of each consumer beside its stream's
		"writes", "copies", // need every replica of each stream, twice
		"gateway-names", "gateway-rejects", "route-urls", "leaf-remotes", "leaf-denies", "addresses", // need the configuration of the servers
		"monitoring", "plaintext", "anonymous", "settings", // settings, which do not change by themselves
	}
	for _, name := range without {
		has[name] = true
	}
	for _, c := range checks.All() {
		if !has[c.Name] {
			t.Errorf("check %s has no alert", c.Name)
		}
	}
}

// Each alert fires in the story that is its example, at its level and with its
// labels.
func TestAlertsFire(t *testing.T) {
	var stories []scenario
	for _, e := range examples {
		stories = append(stories, scenario{e.alert, e.series, []look{firing(e.at, e.alert, e.labels, e.severity)}})
	}
	runScenario(t, stories)
}

// Where there is no trouble, or one that another alert reports, no alert fires.
func TestAlertsThatKeepQuiet(t *testing.T) {
	old := []look{silent("10m", "")}
	for _, at := range []string{"6m", "8m", "20m", "55m", "90m"} {
		old = append(old, silent(at, "NatsServerDraining"))
	}
	runScenario(t, []scenario{
		{"", peace, []look{silent("110m", "")}}, {"", expected, []look{silent("30m", "NatsServerDown")}}, {"", retired, old},
	})
}

// The alert about a dead exporter holds until it is back, however long that
// takes, and is about exporters alone.
func TestExporterDownHolds(t *testing.T) {
	const labels = "job=nats,instance=x"
	dead := []string{`up{job="nats",instance="x"} 1 1 0x600`, `nats_exporter_up{job="nats",instance="x"} 1 1 _x600`, `up{job="nats",instance="other"} 0x600`}
	back := []string{`up{job="nats",instance="x"} 1 1 0x300 1x300`, `nats_exporter_up{job="nats",instance="x"} 1 1 _x300 1x300`}
	var looks []look
	for _, at := range []string{"10m", "59m", "65m", "3h", "9h"} {
		looks = append(looks, firing(at, "NatsExporterDown", labels, "critical"))
	}
	looks = append(looks, firing("9h", "NatsExporterDown", "instance=other"))
	runScenario(t, []scenario{
		{"NatsExporterDown", dead, looks},
		{"NatsExporterDown", back, []look{firing("4h", "NatsExporterDown", labels, "critical"), silent("6h", "")}},
	})
}

// Prometheus reads the whole file.
func TestPrometheusReadsTheRules(t *testing.T) {
	tool, path := testcluster.Tool(t, "promtool"), filepath.Join(t.TempDir(), "rules.yaml")
	body, err := File(Options{})
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, body)
	if out, err := exec.CommandContext(t.Context(), tool, "check", "rules", path).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestPromDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{time.Minute: "1m", 2 * time.Hour: "2h", 90 * time.Second: "1m30s", 5 * time.Second: "5s"} {
		if got := promDuration(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}
