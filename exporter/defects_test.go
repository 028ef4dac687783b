package exporter

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/internal/fleet"
)

// Each test here is a defect that was measured in nats-surveyor or
// prometheus-nats-exporter.

func sum(values []float64) (total float64) {
	for _, v := range values {
		total += v
	}
	return total
}

// A stream of one replica on a cluster of three was exported for all three,
// and its messages counted three times.
func TestOneReplicaIsOneSeries(t *testing.T) {
	series := seriesOf(t, textOf(t, sampleFleet(), false))
	for _, name := range []string{"nats_jetstream_stream_messages", "nats_stream_total_messages"} {
		if got := pick(series, name, "stream=COPY"); len(got) != 1 || got[0] != 10 {
			t.Errorf("%s of COPY: %v", name, got)
		}
		if got := pick(series, name, "stream=ORDERS", "server_id=NEAST-1"); len(got) != 1 || got[0] != 500 {
			t.Errorf("%s of ORDERS: %v", name, got)
		}
	}
	all := seriesOf(t, textOf(t, sampleFleet(), false, WithReplicas(true)))
	if got := pick(all, "nats_stream_total_messages", "stream=ORDERS", "account=AAPP"); len(got) != 4 {
		t.Errorf("with replicas ORDERS has %d series, want three and that of the other domain", len(got))
	}
}

// Two JetStream domains with the same account and a stream of the same name
// were merged into whichever answered last.
func TestDomainsAreNotMerged(t *testing.T) {
	series := seriesOf(t, textOf(t, sampleFleet(), false))
	if got := pick(series, "nats_jetstream_stream_messages", "stream=ORDERS", "domain=hub"); len(got) != 1 || got[0] != 500 {
		t.Errorf("hub: %v", got)
	}
	if got := pick(series, "nats_jetstream_stream_messages", "stream=ORDERS", "domain=edge"); len(got) != 1 || got[0] != 7 {
		t.Errorf("edge: %v", got)
	}
	if got := pick(series, "nats_core_account_jetstream_storage_used", "account=AAPP"); len(got) != 1 || got[0] != 114<<10+4548 {
		t.Errorf("storage used: %v", got)
	}
	if got := pick(series, "nats_core_account_jetstream_stream_count", "account=AAPP"); len(got) != 1 || got[0] != 3 {
		t.Errorf("streams: %v, want ORDERS twice and COPY", got)
	}
}

// The labels of the meta group's log had each other's values.
func TestRaftLabels(t *testing.T) {
	series := seriesOf(t, textOf(t, sampleFleet(), false))
	if got := pick(series, "nats_core_raftz_meta_applied", "server_id=NEAST-2", "server_name=east-2", "cluster_name=east"); len(got) != 1 || got[0] != 89 {
		t.Errorf("applied: %v", got)
	}
}

// Uptimes of a day and more ("3d1h0m0s") were exported as 0.
func TestLongUptime(t *testing.T) {
	series := seriesOf(t, textOf(t, sampleFleet(), false, WithExporterNames("")))
	const want = 73 * 3600
	for _, name := range []string{
		"nats_gateway_uptime_seconds", "nats_core_gatewayz_outbound_gateway_conn_uptime_seconds", "gnatsd_gatewayz_inbound_gateway_conn_uptime_seconds",
		"nats_server_uptime_seconds", "nats_core_uptime", "nats_route_uptime_seconds",
	} {
		got := pick(series, name)
		if len(got) == 0 || got[0] != want {
			t.Errorf("%s: %v, want %d", name, got, want)
		}
	}
}

// The consumers of a stream were always 0.
func TestStreamConsumerCount(t *testing.T) {
	series := seriesOf(t, textOf(t, sampleFleet(), false))
	if got := pick(series, "nats_stream_consumer_count", "stream=ORDERS", "server_id=NEAST-1"); len(got) != 1 || got[0] != 3 {
		t.Errorf("%v", got)
	}
}

// A replica knows only the consumers that it holds: those with fewer replicas
// than their stream are counted from all servers, or not at all.
func TestConsumersOfAllServers(t *testing.T) {
	snap := sampleFleet()
	snap.Want = wantOf([]string{"streams", "consumers"}, false)
	there := &snap.Servers[1].Jsz.AccountDetails[0].Streams[0]
	there.Consumer = append(there.Consumer, sampleConsumer("single", "east-2", true))
	names := []string{"nats_jetstream_stream_consumers", "nats_stream_consumer_count", "nats_core_account_jetstream_consumer_count"}
	series := seriesOf(t, textOf(t, snap, false))
	for _, name := range names {
		if got := pick(series, name, "stream=ORDERS"); !slices.Contains(got, 4) {
			t.Errorf("%s: %v, want 4", name, got)
		}
	}
	snap.Want = wantOf([]string{"streams"}, false)
	series = seriesOf(t, textOf(t, snap, false))
	if got := pick(series, names[0], "stream=ORDERS", "domain=hub"); len(got) != 0 {
		t.Errorf("the leader alone cannot know: %v", got)
	}
	if got := pick(series, names[0], "stream=COPY"); len(got) != 1 {
		t.Errorf("a stream of one replica: %v", got)
	}
}

// No limit in two domains is still no limit, not twice as much.
func TestUnlimitedStaysUnlimited(t *testing.T) {
	series := seriesOf(t, textOf(t, sampleFleet(), false))
	if got := pick(series, "nats_core_account_jetstream_storage_reserved", "account=AAPP"); len(got) != 1 || got[0] != float64(^uint64(0)) {
		t.Errorf("%v", got)
	}
}

// Four metrics were described and never sent; two of them by a name that stands
// on a dashboard.
func TestDescribedIsSent(t *testing.T) {
	series := seriesOf(t, textOf(t, sampleFleet(), false))
	for _, name := range []string{
		"nats_core_jetstream_filestore_reserved_used_bytes", "nats_core_jetstream_memstore_reserved_used_bytes",
		"nats_core_gatewayz_outbound_gateway_conn_start_time_seconds", "nats_core_gatewayz_inbound_gateway_conn_start_time_seconds",
	} {
		if len(pick(series, name)) == 0 {
			t.Errorf("no %s", name)
		}
	}
}

// One server without JetStream took JetStream away from all.
func TestOneServerWithoutJetStream(t *testing.T) {
	snap := sampleFleet()
	snap.Servers[1].Jsz = &server.JSInfo{Disabled: true}
	snap.Servers[2].Jsz = nil
	snap.Problems = append(snap.Problems, fleet.Problem{ServerID: "NEAST-3", Server: "east-3", Kind: fleet.Jsz, Reason: fleet.Refused})
	series := seriesOf(t, textOf(t, snap, false))
	if got := pick(series, "nats_jetstream_enabled", "server_name=east-2"); len(got) != 1 || got[0] != 0 {
		t.Errorf("enabled on east-2: %v", got)
	}
	if got := pick(series, "nats_jetstream_stream_messages", "server_name=east-1"); len(got) != 1 {
		t.Errorf("streams of east-1: %v", got)
	}
	if got := pick(series, "nats_server_answer_missing", "server_name=east-3", "kind=JSZ", "reason=refused"); len(got) != 1 {
		t.Errorf("the refusal is not shown: %v", got)
	}
	if got := pick(series, "nats_exporter_collector_success", "collector=streams"); len(got) != 1 || got[0] != 0 {
		t.Errorf("success of streams: %v", got)
	}
}

// A server that answers twice made the whole page an error.
func TestDuplicateServer(t *testing.T) {
	snap := sampleFleet()
	snap.Servers = append(snap.Servers, snap.Servers[0])
	text := textOf(t, snap, false, everything(), WithExporterNames(""))
	series := seriesOf(t, text) // fails on a series that is there twice
	if got := pick(series, "nats_exporter_series_duplicate"); len(got) != 1 || got[0] == 0 {
		t.Errorf("what was left out is not counted: %v", got)
	}
	if got := pick(series, "nats_server_answer_duplicates", "server_id=NEAST-1", "kind=STATSZ"); len(got) != 1 || got[0] != 1 {
		t.Errorf("duplicate answers: %v", got)
	}
}

// The series of a server that died stayed for ever.
func TestNoStaleValue(t *testing.T) {
	e := exporterOf(t, nil, WithMinInterval(0))
	snap := sampleFleet()
	e.src = sourceFunc(func(_ ctxType, _ fleet.Want) (*fleet.Snapshot, error) { return snap, nil })
	if !strings.Contains(scrapeText(t, e), `server_name="east-3"`) {
		t.Fatal("east-3 is not there to begin with")
	}
	after := sampleFleet()
	after.Servers = after.Servers[:2]
	after.Missing = append(after.Missing, fleet.Missing{ID: "NEAST-3", Name: "east-3", Cluster: "east", Reason: fleet.Gone})
	snap = after
	for line := range strings.Lines(scrapeText(t, e)) {
		if strings.Contains(line, `server_name="east-3"`) && !strings.HasPrefix(line, "nats_server_up{") && !strings.HasPrefix(line, "nats_server_missing") && !strings.HasPrefix(line, "nats_events_") {
			t.Errorf("stale: %s", line)
		}
	}
	series := seriesOf(t, scrapeText(t, e))
	if got := pick(series, "nats_server_up", "server_name=east-3"); len(got) != 1 || got[0] != 0 {
		t.Errorf("up: %v", got)
	}
	if got := pick(series, "nats_server_missing", "server_name=east-3", "reason=gone"); len(got) != 1 {
		t.Errorf("reason: %v", got)
	}
}

// Sources and labels from metadata together ended the process.
func TestSourcesHaveAllLabels(t *testing.T) {
	series := seriesOf(t, textOf(t, sampleFleet(), false, WithExporterNames("")))
	if got := pick(series, "jetstream_stream_source_lag", "stream_name=COPY", "source_name=A"); len(got) != 1 {
		t.Errorf("%v", got)
	}
	if got := pick(series, "jetstream_stream_mirror_lag", "mirror_name=ORDERS", "mirror_api=$JS.hub.API"); len(got) != 1 || got[0] != 490 {
		t.Errorf("%v", got)
	}
	if got := pick(series, "nats_jetstream_stream_origin_lag", "stream=COPY", "role=source"); len(got) != 2 {
		t.Errorf("one stream as two sources: %v", got)
	}
}

// Values in labels were there for one server only.
func TestValuesOfEveryServer(t *testing.T) {
	series := seriesOf(t, textOf(t, sampleFleet(), false, WithExporterNames("")))
	if got := pick(series, "gnatsd_varz_version", "value=2.15.2"); len(got) != 4 {
		t.Errorf("%v", got)
	}
}

// A server with more connections than one page was counted by its first page;
// nothing may be both a total and a part under one name.
func TestConnectionsAreTotals(t *testing.T) {
	snap := sampleFleet()
	for i := range 3000 {
		snap.Servers[0].Connz.Conns = append(snap.Servers[0].Connz.Conns, &server.ConnInfo{Cid: uint64(i + 10), Kind: "Client", Type: "nats", Account: "APP", Lang: fmt.Sprintf("made-up-%d", i), Pending: 1})
	}
	series := seriesOf(t, textOf(t, snap, false, everything(), WithExporterNames("")))
	if got := pick(series, "gnatsd_connz_num_connections", "server_name=east-1"); len(got) != 1 || got[0] != 3002 {
		t.Errorf("%v", got)
	}
	got := pick(series, "nats_connections", "server_name=east-1")
	if sum(got) != 3002 || len(got) > scrape.MaxLanguages+2 {
		t.Errorf("%d series with %v connections", len(got), sum(got))
	}
}

// The leader of a stream without one was that of the stream before it.
func TestNoLeaderIsNoLeader(t *testing.T) {
	series := seriesOf(t, textOf(t, sampleFleet(), false))
	if got := pick(series, "nats_jetstream_stream_leaderless", "stream=LOST"); len(got) != 1 || got[0] != 1 {
		t.Errorf("%v", got)
	}
	if got := pick(series, "nats_jetstream_stream_messages", "stream=LOST"); len(got) != 0 {
		t.Errorf("a stream without a leader has a series: %v", got)
	}
}

// A leader change moves a stream's series and leaves none behind; an answer
// from before and one from after it make one series too.
func TestLeaderChange(t *testing.T) {
	snap := sampleFleet()
	moved := func(sv int, leader string, since time.Time) {
		c := *snap.Servers[sv].Jsz.AccountDetails[0].Streams[0].Cluster
		c.Leader, c.LeaderSince = leader, &since
		snap.Servers[sv].Jsz.AccountDetails[0].Streams[0].Cluster = &c
	}
	moved(1, "east-2", noon) // east-1 has not heard yet
	got := pick(seriesOf(t, textOf(t, snap, false)), "nats_jetstream_stream_messages", "stream=ORDERS", "domain=hub")
	if len(got) != 1 {
		t.Errorf("during the change: %v", got)
	}
	moved(0, "east-2", noon)
	moved(2, "east-2", noon)
	series := seriesOf(t, textOf(t, snap, false))
	if got := pick(series, "nats_jetstream_stream_messages", "stream=ORDERS", "server_name=east-2"); len(got) != 1 {
		t.Errorf("after the change: %v", got)
	}
	if got := pick(series, "nats_jetstream_stream_messages", "stream=ORDERS", "server_name=east-1"); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

// A consumer's figures are its own leader's, who is not always the stream's.
func TestConsumerFromItsLeader(t *testing.T) {
	series := seriesOf(t, textOf(t, sampleFleet(), false))
	if got := pick(series, "nats_jetstream_consumer_pending_messages", "consumer=worker"); len(got) != 1 || got[0] != 390 {
		t.Errorf("%v", got)
	}
	if got := pick(series, "nats_jetstream_consumer_pending_messages", "consumer=worker", "server_name=east-2"); len(got) != 1 {
		t.Errorf("%v", got)
	}
}

// Ten thousand ephemeral consumers in an hour are two series at a time.
func TestEphemeralConsumersAreFolded(t *testing.T) {
	most := 0
	for hour := range 10 {
		snap := sampleFleet()
		orders := &snap.Servers[0].Jsz.AccountDetails[0].Streams[0]
		orders.Consumer = orders.Consumer[:1]
		for i := range 1000 {
			orders.Consumer = append(orders.Consumer, sampleConsumer(fmt.Sprintf("e%d-%d", hour, i), "east-1", false))
		}
		series := seriesOf(t, textOf(t, snap, false, WithExporterNames("")))
		most = max(most, len(series))
		if got := pick(series, "nats_jetstream_consumer_folded", "consumer="+scrape.NameEphemeral); len(got) != 1 || got[0] != 1000 {
			t.Errorf("folded: %v", got)
		}
		if got := pick(series, "nats_jetstream_consumer_pending_messages", "consumer="+scrape.NameEphemeral); len(got) != 1 || got[0] != 390000 {
			t.Errorf("pending: %v", got)
		}
	}
	if one := len(seriesOf(t, textOf(t, sampleFleet(), false, WithExporterNames("")))); most != one {
		t.Errorf("%d series with 1000 ephemeral consumers, %d with two", most, one)
	}
}

// A day-long outage is no reason for endless names: events bring at most so
// many into labels.
func TestEventNamesAreBounded(t *testing.T) {
	e := exporterOf(t, sampleFleet())
	for i := range 3 * maxEventNames {
		e.own.events.count(fleet.Event{Kind: fleet.EventDisconnect, Server: "east-1", Account: fmt.Sprint("A", i), Why: "Client Closed"})
	}
	mfs, err := e.own.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for key := range flatten(t, mfs) {
		if strings.HasPrefix(key, "nats_events_disconnects_total") {
			n++
		}
	}
	if n > maxEventNames+1 {
		t.Errorf("%d series", n)
	}
	e.own.events.count(fleet.Event{Kind: fleet.EventAdvisory, Account: "APP", Subject: "$JS.EVENT.ADVISORY.STREAM.LEADER_ELECTED.ORDERS"})
	if got := pick(flatten(t, mustGather(t, e)), "nats_events_elections_total", "asset=stream"); len(got) != 1 || got[0] != 1 {
		t.Errorf("elections: %v", got)
	}
}

// The names of streams stood in the label of the API audit for requests newer
// than the exporter.
func TestAPIAuditHasNoNames(t *testing.T) {
	for subject, want := range map[string]string{
		"$JS.API.STREAM.LEADER.STEPDOWN.ORDERS":    "$JS.API.STREAM.LEADER.STEPDOWN",
		"$JS.API.STREAM.INFO.INFO":                 "$JS.API.STREAM.INFO",
		"$JS.hub.API.CONSUMER.MSG.NEXT.ORDERS.dur": "$JS.API.CONSUMER.MSG.NEXT",
		"$JS.API.INFO":                             "$JS.API.INFO",
		"$JS.API.FUTURE.THING.ORDERS":              scrape.NameOther,
		"nonsense":                                 scrape.NameOther,
	} {
		if got := apiKind(subject); got != want {
			t.Errorf("%s: %s, want %s", subject, got, want)
		}
	}
}
