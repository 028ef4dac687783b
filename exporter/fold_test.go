package exporter

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/exporter/internal/native"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/internal/fleet"
)

// oneServer is a fleet of one server with these streams, which it leads.
func oneServer(streams ...server.StreamDetail) *fleet.Snapshot {
	snap := sampleFleet()
	snap.Servers = snap.Servers[:1]
	snap.Servers[0].Jsz.AccountDetails[0].Streams = streams
	snap.Missing, snap.Problems = nil, nil
	return snap
}

// Of the consumers of a stream those with the largest backlog, pending and
// unacknowledged together, keep their series; the rest is summed, nothing lost.
func TestTopConsumersByBacklog(t *testing.T) {
	orders := sampleStream("ORDERS", "east-1", 500, nil)
	for i, backlog := range []struct{ pending, unacked int }{{5, 0}, {0, 90}, {7, 1}, {60, 0}, {1, 3}} {
		c := sampleConsumer(fmt.Sprint("c", i), "east-1", true)
		c.NumPending, c.NumAckPending, c.NumRedelivered, c.NumWaiting = uint64(backlog.pending), backlog.unacked, i+1, 10*(i+1)
		orders.Consumer = append(orders.Consumer, c)
	}
	series := seriesOf(t, textOf(t, oneServer(orders), false, WithTop(2)))
	for name, want := range map[string]map[string]float64{
		"nats_jetstream_consumer_pending_messages":     {"c1": 0, "c3": 60, scrape.NameOther: 13},
		"nats_jetstream_consumer_ack_pending_messages": {"c1": 90, "c3": 0, scrape.NameOther: 4},
		"nats_jetstream_consumer_redelivered_messages": {"c1": 2, "c3": 4, scrape.NameOther: 1 + 3 + 5},
		"nats_jetstream_consumer_waiting_requests":     {"c1": 20, "c3": 40, scrape.NameOther: 10 + 30 + 50},
		"nats_jetstream_consumer_folded":               {scrape.NameOther: 3},
		"nats_jetstream_consumer_leader":               {"c1": 1, "c3": 1},
		"nats_jetstream_consumer_paused":               {"c1": 0, "c3": 0},
	} {
		if got := byLabel(series, name, "consumer"); !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// byLabel has the value of each series of a metric by one of its labels.
func byLabel(series map[string]float64, name, label string) map[string]float64 {
	out := map[string]float64{}
	for key, value := range series {
		family, rest, _ := strings.Cut(strings.TrimSuffix(key, "}"), "{")
		for pair := range strings.SplitSeq(rest, ",") {
			if v, ok := strings.CutPrefix(pair, label+"="); ok && family == name {
				out[v] += value
			}
		}
	}
	return out
}

// Of the streams of an account the largest keep their series; what can be added
// up of the others is, and what cannot is absent.
func TestTopStreamsBySize(t *testing.T) {
	var list []server.StreamDetail
	for i, size := range []uint64{50, 900, 10, 700, 30} {
		s := sampleStream(fmt.Sprint("S", i), "east-1", 1, nil)
		s.State = server.StreamState{Msgs: uint64(i + 1), Bytes: size, Consumers: 2 * (i + 1), NumSubjects: 3 * (i + 1), NumDeleted: 5 * (i + 1), LastSeq: 7, FirstSeq: 6}
		list = append(list, s)
	}
	snap := oneServer(list...)
	snap.Want = wantOf([]string{"streams"}, false)
	series := seriesOf(t, textOf(t, snap, false, WithTop(2)))
	for name, want := range map[string]map[string]float64{
		"nats_jetstream_stream_bytes":            {"S1": 900, "S3": 700, scrape.NameOther: 90},
		"nats_jetstream_stream_messages":         {"S1": 2, "S3": 4, scrape.NameOther: 9},
		"nats_jetstream_stream_subjects":         {"S1": 6, "S3": 12, scrape.NameOther: 27},
		"nats_jetstream_stream_deleted_messages": {"S1": 10, "S3": 20, scrape.NameOther: 45},
		"nats_jetstream_stream_consumers":        {"S1": 4, "S3": 8},
		"nats_jetstream_stream_last_sequence":    {"S1": 7, "S3": 7},
		"nats_jetstream_stream_leader":           {"S1": 1, "S3": 1},
		"nats_jetstream_stream_replicas":         {"S1": 1, "S3": 1},
		"nats_jetstream_stream_folded":           {scrape.NameOther: 3},
	} {
		if got := byLabel(series, name, "stream"); !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// Folding loses nothing and keeps as many series as were asked for, whatever
// streams there are.
func TestFoldingKeepsTheSum(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		sizes := rapid.SliceOfN(rapid.Uint64Range(0, 1000), 0, 12).Draw(r, "sizes")
		top := rapid.IntRange(0, 6).Draw(r, "top")
		var list []server.StreamDetail
		total := uint64(0)
		for i, size := range sizes {
			s := sampleStream(fmt.Sprint("S", i), "east-1", 1, nil)
			s.State.Bytes, s.State.Msgs = size, 1
			list, total = append(list, s), total+size
		}
		got := byLabel(seriesOf(t, textOf(t, oneServer(list...), false, WithTop(top))), "nats_jetstream_stream_bytes", "stream")
		sum := 0.0
		for _, v := range got {
			sum += v
		}
		want := len(sizes)
		if top > 0 && len(sizes) > top {
			want = top + 1
		}
		if sum != float64(total) || len(got) != want {
			r.Fatalf("%v of %v: %d series", sum, total, len(got))
		}
		rest, folded := got[scrape.NameOther]
		for name, v := range got {
			if folded && name != scrape.NameOther && v < slices.Max(restOf(sizes, got)) {
				r.Fatalf("%s of %v has a series, and a larger one is among the others (%v)", name, v, rest)
			}
		}
	})
}

// restOf are the sizes of the streams without a series of their own.
func restOf(sizes []uint64, got map[string]float64) []float64 {
	rest := []float64{0}
	for i, size := range sizes {
		if _, own := got[fmt.Sprint("S", i)]; !own {
			rest = append(rest, float64(size))
		}
	}
	return rest
}

// With --replicas and --ephemeral everything has its series.
func TestNothingIsFoldedOnRequest(t *testing.T) {
	series := seriesOf(t, textOf(t, sampleFleet(), false, WithReplicas(true), WithEphemeral(true)))
	if got := pick(series, "nats_jetstream_stream_messages", "stream=ORDERS", "domain=hub"); len(got) != 3 {
		t.Errorf("replicas of ORDERS: %v", got)
	}
	if got := pick(series, "nats_jetstream_stream_leader", "stream=ORDERS", "domain=hub"); !slices.Equal(got, []float64{1, 0, 0}) {
		t.Errorf("leaders of ORDERS: %v", got)
	}
	for _, name := range []string{"xK3a9", "pQ7b2", "worker"} {
		if got := pick(series, "nats_jetstream_consumer_leader", "consumer="+name); len(got) != 3 || sum(got) != 1 {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := pick(series, "nats_jetstream_consumer_folded"); len(got) != 0 {
		t.Errorf("folded: %v", got)
	}
}

// A consumer whose configuration is not known counts as durable.
func TestUnknownConfigurationIsDurable(t *testing.T) {
	orders := sampleStream("ORDERS", "east-1", 5, nil)
	c := sampleConsumer("nameless", "east-1", false)
	c.Config = nil
	orders.Consumer = []*server.ConsumerInfo{c, nil}
	series := seriesOf(t, textOf(t, oneServer(orders), false))
	if got := byLabel(series, "nats_jetstream_consumer_pending_messages", "consumer"); !maps.Equal(got, map[string]float64{"nameless": 390}) {
		t.Errorf("%v", got)
	}
}

// Of two servers that both believe to lead a stream the one elected last has
// its series, in whatever order they answer.
func TestNewestLeaderWins(t *testing.T) {
	for _, first := range []int{0, 1} {
		snap := sampleFleet()
		snap.Servers = snap.Servers[:2]
		for i, since := range []time.Time{noon.Add(-time.Minute), noon} {
			sv := snap.Servers[(i+first)%2]
			st := &sv.Jsz.AccountDetails[0].Streams[0]
			st.Cluster = &server.ClusterInfo{Leader: sv.Info.Name, LeaderSince: &since}
			st.RaftGroup, st.State.Msgs = "S-R3-one", uint64(10*i+1)
		}
		if got := pick(seriesOf(t, textOf(t, snap, false)), "nats_jetstream_stream_messages", "stream=ORDERS"); !slices.Equal(got, []float64{11}) {
			t.Errorf("%d: %v", first, got)
		}
	}
}

// Streams without a group of their own are not one stream.
func TestStreamsWithoutAGroup(t *testing.T) {
	a, b := sampleStream("A", "east-1", 3, nil), sampleStream("B", "east-1", 4, nil)
	a.RaftGroup, b.RaftGroup = "", ""
	if got := byLabel(seriesOf(t, textOf(t, oneServer(a, b), false)), "nats_jetstream_stream_messages", "stream"); !maps.Equal(got, map[string]float64{"A": 3, "B": 4}) {
		t.Errorf("%v", got)
	}
}

// A stream or consumer without a leader is told of, unless the options want no
// series of it, and one that any replica knows a leader of is not.
func TestLeaderless(t *testing.T) {
	lost := sampleStream("LOST", "", 1, nil)
	led := sampleStream("LED", "east-1", 1, nil)
	for name, leader := range map[string]string{"gone": "", "there": "east-1"} {
		led.Consumer = append(led.Consumer, sampleConsumer(name, leader, true))
	}
	for _, tt := range []struct {
		opt                Option
		streams, consumers []string
	}{
		{WithTop(0), []string{"LOST"}, []string{"gone"}},
		{WithStreams("", "LOST"), nil, []string{"gone"}},
		{WithConsumers("", "gone"), []string{"LOST"}, nil},
		{WithAccounts("", "APP"), nil, nil},
	} {
		series := seriesOf(t, textOf(t, oneServer(lost, led), false, tt.opt))
		if got := slices.Sorted(maps.Keys(byLabel(series, "nats_jetstream_stream_leaderless", "stream"))); !slices.Equal(got, tt.streams) {
			t.Errorf("streams %v, want %v", got, tt.streams)
		}
		if got := slices.Sorted(maps.Keys(byLabel(series, "nats_jetstream_consumer_leaderless", "consumer"))); !slices.Equal(got, tt.consumers) {
			t.Errorf("consumers %v, want %v", got, tt.consumers)
		}
	}
}

// Connections are summed by account, kind and language; the longest round trip
// is the longest, also when the first is not known.
func TestConnectionSums(t *testing.T) {
	snap := sampleFleet()
	snap.Servers = snap.Servers[:1]
	snap.Servers[0].Connz = &server.Connz{Conns: []*server.ConnInfo{
		{Account: "APP", Kind: "Client", Type: "nats", Lang: "go", Pending: 1, NumSubs: 10, RTT: ""},
		{Account: "APP", Kind: "Client", Type: "nats", Lang: "go", Pending: 2, NumSubs: 20, RTT: "3ms", TLSVersion: "1.3"},
		{Account: "APP", Kind: "Client", Type: "nats", Lang: "go", Pending: 4, NumSubs: 40, RTT: "2ms"},
		{Account: "APP", Kind: "Client", Type: "mqtt", Lang: "", Pending: 8},
		{Account: "APP", Kind: "Leafnode", Lang: "", Pending: 16},
		{Account: "SHOP", Pending: 32, Lang: "go"},
		nil,
	}}
	series := seriesOf(t, textOf(t, snap, false, everything(), WithAccounts("", "SHOP2")))
	const of = "nats_connections"
	for labels, want := range map[string][5]float64{
		"account=APP kind=Client lang=go":  {3, 7, 70, 1, .003},
		"account=APP kind=mqtt lang=":      {1, 8, 0, 0, -1},
		"account=APP kind=Leafnode lang=":  {1, 16, 0, 0, -1},
		"account=SHOP kind=Client lang=go": {1, 32, 0, 0, -1},
	} {
		for i, name := range []string{of, of + "_pending_bytes", of + "_subscriptions", of + "_tls", of + "_rtt_max_seconds"} {
			got := pick(series, name, strings.Fields(labels)...)
			if want[i] < 0 && len(got) > 0 || want[i] >= 0 && !slices.Equal(got, []float64{want[i]}) {
				t.Errorf("%s %s: %v, want %v", name, labels, got, want[i])
			}
		}
	}
	series = seriesOf(t, textOf(t, snap, false, everything(), WithAccounts("", "SHOP")))
	if got := pick(series, of, "account=SHOP"); len(got) > 0 {
		t.Errorf("of a denied account: %v", got)
	}
}

// The commonest languages keep their names, exactly as many as may.
func TestLanguagesAreBounded(t *testing.T) {
	snap := sampleFleet()
	snap.Servers = snap.Servers[:1]
	snap.Servers[0].Connz = &server.Connz{}
	for i := range scrape.MaxLanguages + 5 {
		for range i + 1 {
			snap.Servers[0].Connz.Conns = append(snap.Servers[0].Connz.Conns, &server.ConnInfo{Account: "APP", Kind: "Client", Lang: fmt.Sprintf("lang-%02d", i)})
		}
	}
	got := byLabel(seriesOf(t, textOf(t, snap, false, everything())), "nats_connections", "lang")
	if len(got) != scrape.MaxLanguages+1 || got[scrape.NameOther] != 1+2+3+4+5 || got["lang-05"] != 6 {
		t.Errorf("%v", got)
	}
}

// The longest queues keep their names, exactly as many as may; the rest is summed.
func TestLongestQueues(t *testing.T) {
	snap := sampleFleet()
	snap.Servers = snap.Servers[:1]
	all := server.IpqueueszStatus{}
	for i := range native.MaxQueues + 3 {
		all[fmt.Sprintf("q%02d", i)] = server.IpqueueszStatusIPQ{Pending: i + 1}
	}
	snap.Servers[0].Ipqueuesz = &all
	got := byLabel(seriesOf(t, textOf(t, snap, false, everything())), "nats_server_queue_pending", "queue")
	if len(got) != native.MaxQueues+1 || got[scrape.NameOther] != 1+2+3 || got["q03"] != 4 || got[fmt.Sprintf("q%02d", native.MaxQueues+2)] != float64(native.MaxQueues+3) {
		t.Errorf("%v", got)
	}
}

// A clock is off by what lies outside the time that the snapshot took.
func TestClockSkew(t *testing.T) {
	for _, tt := range []struct{ server, want time.Duration }{
		{0, 0}, {-10 * time.Second, 0}, {-5 * time.Second, 0}, {-13 * time.Second, 3 * time.Second}, {4 * time.Second, 4 * time.Second},
	} {
		snap := oneServer()
		snap.TookSeconds = 10
		snap.Servers[0].Info.Time = noon.Add(tt.server)
		if got := pick(seriesOf(t, textOf(t, snap, false)), "nats_server_clock_skew_seconds"); !slices.Equal(got, []float64{tt.want.Seconds()}) {
			t.Errorf("a clock at %v: %v, want %v", tt.server, got, tt.want)
		}
	}
	snap := oneServer()
	snap.Servers[0].Info.Time = time.Time{}
	if got := pick(seriesOf(t, textOf(t, snap, false)), "nats_server_clock_skew_seconds"); len(got) > 0 {
		t.Errorf("a clock that nobody told of: %v", got)
	}
}

// Healthy is what says ok, and nothing else; its complaints are counted by kind.
func TestHealth(t *testing.T) {
	for _, tt := range []struct {
		health  server.HealthStatus
		healthy float64
		errors  map[string]float64
	}{
		{server.HealthStatus{Status: "ok"}, 1, map[string]float64{}},
		{server.HealthStatus{Status: "unavailable"}, 0, map[string]float64{"other": 1}},
		{server.HealthStatus{Status: ""}, 0, map[string]float64{"other": 1}},
		{server.HealthStatus{Status: "error", Errors: []server.HealthzError{{Type: server.HealthzErrorStream}, {Type: server.HealthzErrorStream}, {Type: server.HealthzErrorConsumer}}}, 0, map[string]float64{server.HealthzErrorStream.String(): 2, server.HealthzErrorConsumer.String(): 1}},
	} {
		snap := oneServer()
		snap.Servers[0].Healthz = &tt.health
		series := seriesOf(t, textOf(t, snap, false, WithExporterNames("")))
		if got := pick(series, "nats_server_healthy"); !slices.Equal(got, []float64{tt.healthy}) {
			t.Errorf("%+v: healthy %v", tt.health, got)
		}
		if got := pick(series, "gnatsd_healthz_status"); !slices.Equal(got, []float64{1 - tt.healthy}) {
			t.Errorf("%+v: status %v", tt.health, got)
		}
		if got := byLabel(series, "nats_server_health_errors", "type"); !maps.Equal(got, tt.errors) {
			t.Errorf("%+v: %v", tt.health, got)
		}
	}
}

// A gateway of the configuration is connected or not; the server's own cluster
// in the list is none.
func TestGatewayConnected(t *testing.T) {
	got := byLabel(seriesOf(t, textOf(t, oneServer(), false)), "nats_gateway_connected", "remote_cluster")
	if !maps.Equal(got, map[string]float64{"west": 1, "north": 0}) {
		t.Errorf("%v", got)
	}
}
