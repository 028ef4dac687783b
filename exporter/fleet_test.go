package exporter_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/testcluster"
	"github.com/natsctl/natsctl/internal/testcluster/simfleet"
)

// simulate starts an exporter of a simulated fleet.
func simulate(t testing.TB, spec simfleet.Spec, opts ...exporter.Option) (*simfleet.Fleet, string) {
	t.Helper()
	f, err := simfleet.Start(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	nc, err := f.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return f, serve(t, nc, opts...)
}

// No server's misbehaviour costs another one its series, whatever it is, and
// each is named for what it does.
func TestFaultsCostNobodyElse(t *testing.T) {
	testcluster.Slow(t)
	t.Parallel()
	f, url := simulate(t, simfleet.Spec{Servers: 20, Streams: 20, Consumers: 20})
	healthy := scrape(t, url)
	name := f.Names()[7]
	for _, tt := range []struct {
		what  string
		fault simfleet.Fault
		shows func(map[string]string) bool
	}{
		{"late", simfleet.Fault{Slow: 700 * time.Millisecond}, func(s map[string]string) bool { return is(s, "nats_server_up", "1", name) }},
		{"late on one kind", simfleet.Fault{Slow: 700 * time.Millisecond, Kinds: []string{"JSZ"}}, func(s map[string]string) bool { return is(s, "nats_jetstream_enabled", "1", name) }},
		{"twice", simfleet.Fault{Duplicate: true}, func(s map[string]string) bool { return is(s, "nats_server_up", "1", name) }},
		{"mute", simfleet.Fault{Mute: true}, func(s map[string]string) bool { return is(s, "nats_server_missing", "1", name, `reason="silent"`) }},
		{"mute on one kind", simfleet.Fault{Mute: true, Kinds: []string{"JSZ"}}, func(s map[string]string) bool {
			return is(s, "nats_server_answer_missing", "1", name, `kind="JSZ"`, `reason="late"`) && is(s, "nats_server_up", "1", name)
		}},
		{"gone", simfleet.Fault{Gone: true}, func(s map[string]string) bool { return is(s, "nats_server_missing", "1", name, `reason="gone"`) }},
		{"garbage on one kind", simfleet.Fault{Garbage: true, Kinds: []string{"VARZ"}}, func(s map[string]string) bool {
			return is(s, "nats_server_answer_missing", "1", name, `kind="VARZ"`, `reason="malformed"`)
		}},
	} {
		t.Run(tt.what, func(t *testing.T) {
			if err := f.SetFault(name, tt.fault); err != nil {
				t.Fatal(err)
			}
			// Patience, since on a busy machine the healthy ones can be late too.
			eventually(t, url, func(got map[string]string) bool {
				for key := range healthy {
					if _, ok := got[key]; !ok && strings.HasPrefix(key, "nats_server_") && !strings.Contains(key, `"`+name+`"`) {
						return false
					}
				}
				return tt.shows(got)
			})
		})
	}
}

func is(series map[string]string, metric, value, name string, labels ...string) bool {
	got := find(series, metric, append(labels, fmt.Sprintf("server_name=%q", name))...)
	return len(got) == 1 && got[0] == value
}

func about(series map[string]string, name string) (lines []string) {
	for key, value := range series {
		if strings.HasPrefix(key, "nats_server_up{") || strings.HasPrefix(key, "nats_server_missing{") || strings.HasPrefix(key, "nats_server_answer") {
			if strings.Contains(key, name) {
				lines = append(lines, key+" "+value)
			}
		}
	}
	return lines
}

// One server hangs: the scrape ends within its own deadline, all others are
// complete, and the silent one is named.
func TestFrozenServerWithinTheDeadline(t *testing.T) {
	testcluster.Slow(t)
	t.Parallel()
	f, url := simulate(t, simfleet.Spec{Servers: 10, Streams: 10})
	frozen := f.Names()[4]
	scrape(t, url)
	if err := f.SetFault(frozen, simfleet.Fault{Mute: true}); err != nil {
		t.Fatal(err)
	}
	const timeout = 10 * time.Second
	begin := time.Now()
	series := scrape(t, url, "X-Prometheus-Scrape-Timeout-Seconds", fmt.Sprint(timeout.Seconds()))
	if took := time.Since(begin); took > timeout {
		t.Errorf("took %v", took)
	}
	if up := find(series, "nats_server_up"); len(up) != 10 {
		t.Errorf("%d servers", len(up))
	}
	if !is(series, "nats_server_up", "0", frozen) || len(find(series, "nats_server_missing", `reason="silent"`)) != 1 {
		t.Errorf("%v", about(series, frozen))
	}
	if got := find(series, "nats_exporter_collector_success"); len(got) == 0 {
		t.Error("no collector success")
	}
}

// An answer that needs longer than the scrape may take is missing; all else is
// there in time.
func TestScrapeTimeoutHeader(t *testing.T) {
	t.Parallel()
	f, url := simulate(t, simfleet.Spec{Servers: 5})
	scrape(t, url)
	if err := f.SetFault(f.Names()[1], simfleet.Fault{Slow: 10 * time.Second}); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	series := scrape(t, url, "X-Prometheus-Scrape-Timeout-Seconds", "2")
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("took %v, the answer came after 10 s", took)
	}
	if len(find(series, "nats_server_memory_bytes")) != 4 {
		t.Errorf("%d of 4 servers", len(find(series, "nats_server_memory_bytes")))
	}
}

// The exporter starts before NATS, says so, and needs no help when it is up.
func TestStartsBeforeNATS(t *testing.T) {
	c := start(t, spec.Single())
	node := c.Nodes()[0]
	node.Stop()
	nc := connect(t, c, "sys", nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond))
	url := serve(t, nc)
	base := strings.TrimSuffix(url, "/metrics")
	series := scrape(t, url)
	if got := find(series, "nats_exporter_up"); len(got) != 1 || got[0] != "0" {
		t.Errorf("up %v", got)
	}
	if got := find(series, "nats_up"); len(got) != 1 || got[0] != "0" {
		t.Errorf("surveyor's up %v", got)
	}
	if got := find(series, "nats_exporter_failed", `reason="unreachable"`); len(got) != 1 {
		t.Errorf("no reason: %v", series)
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 503, "/-/healthy": 200, "/-/ready": 503} {
		if got := status(t, base+path); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	if err := node.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, url, func(s map[string]string) bool { return len(find(s, "nats_server_up")) == 1 })
	if got := status(t, base+"/readyz"); got != 200 {
		t.Errorf("/readyz: %d", got)
	}
}

func status(t *testing.T, url string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

// A user of an ordinary account is told what is wrong, not shown an empty fleet.
func TestNotTheSystemAccount(t *testing.T) {
	c := start(t, spec.Single())
	series := scrape(t, serve(t, connect(t, c, "app")))
	if got := find(series, "nats_exporter_failed", `reason="not_system_account"`); len(got) != 1 {
		t.Errorf("%v", find(series, "nats_exporter_failed"))
	}
	if got := find(series, "nats_server_up"); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

// On a real cluster: one replica is one series; when the leader moves the
// series does; what events tell is counted.
func TestRealCluster(t *testing.T) {
	t.Parallel()
	c := start(t, spec.Nodes(3))
	nc := assets(t, c)
	url := serve(t, connect(t, c, "sys"))
	series := eventually(t, url, func(s map[string]string) bool {
		return len(find(s, "nats_jetstream_stream_messages", `stream="ORDERS"`)) == 1 && len(find(s, "nats_jetstream_stream_messages", `stream="COPY"`)) == 1
	})
	for stream, want := range map[string]string{"R1A": "500", "R1B": "50", "ORDERS": "200"} {
		if got := find(series, "nats_jetstream_stream_messages", fmt.Sprintf("stream=%q", stream)); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %v, want one of %s", stream, got, want)
		}
	}
	if got := find(series, "nats_jetstream_consumer_ack_pending_messages", `consumer="worker"`); len(got) != 1 || got[0] != "20" {
		t.Errorf("worker: %v", got)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	old := leaderName(t, js)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := nc.RequestWithContext(ctx, "$JS.API.STREAM.LEADER.STEPDOWN.ORDERS", nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, url, func(s map[string]string) bool {
		all := find(s, "nats_jetstream_stream_messages", `stream="ORDERS"`)
		behind := find(s, "nats_jetstream_stream_messages", `stream="ORDERS"`, fmt.Sprintf("server_name=%q", old))
		if len(all) > 1 {
			t.Errorf("%d series of ORDERS", len(all))
		}
		return len(all) == 1 && len(behind) == 0
	})
	eventually(t, url, func(s map[string]string) bool {
		return len(find(s, "nats_events_elections_total", `asset="stream"`)) > 0
	})
}

func leaderName(t *testing.T, js jetstream.JetStream) string {
	t.Helper()
	s, err := js.Stream(t.Context(), "ORDERS")
	if err != nil {
		t.Fatal(err)
	}
	return s.CachedInfo().Cluster.Leader
}

// Two scrapers of one fleet cost it one round of questions.
func TestScrapesShareASnapshot(t *testing.T) {
	c := start(t, spec.Single())
	nc := connect(t, c, "sys")
	url := serve(t, nc, exporter.WithMinInterval(time.Hour))
	first := scrape(t, url)
	asked := nc.Stats().OutMsgs
	second := scrape(t, url)
	if got := nc.Stats().OutMsgs; got != asked {
		t.Errorf("%d questions for the second scrape", got-asked)
	}
	if a, b := find(first, "nats_snapshot_timestamp_seconds"), find(second, "nats_snapshot_timestamp_seconds"); a[0] != b[0] {
		t.Errorf("snapshots of %v and %v", a, b)
	}
	if len(find(second, "nats_exporter_snapshot_age_seconds")) != 1 {
		t.Error("no age")
	}
}
