package exporter

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	dto "github.com/prometheus/client_model/go"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// Each of the times that servers measure of a service goes to its own
// histogram; an answer without a responder counts by its status alone.
func TestLatencyObservations(t *testing.T) {
	const whole = `{"type":"` + server.ServiceLatencyType + `","status":200,"service":2000000,"system":3000000,"total":11000000,` +
		`"requestor":{"rtt":5000000},"responder":{"name":"till","rtt":7000000}}`
	sums := map[string]float64{
		"nats_latency_service_duration": .002, "nats_latency_system_rtt": .003, "nats_latency_total_duration": .011,
		"nats_latency_requestor_rtt": .005, "nats_latency_responder_rtt": .007,
	}
	for _, tt := range []struct {
		what, data string
		counts     map[string]float64 // of the counters
		without    []string           // of the histograms
	}{
		{"whole", whole, map[string]float64{"observations_received_count{account=APP,app=till,service=orders}": 1, "observation_status_count{account=APP,service=orders,status=200}": 1}, nil},
		{
			"without a requestor", strings.Replace(whole, `"requestor":{"rtt":5000000},`, "", 1),
			map[string]float64{"observations_received_count{account=APP,app=till,service=orders}": 1, "observation_status_count{account=APP,service=orders,status=200}": 1},
			[]string{"nats_latency_requestor_rtt"},
		},
		{"nobody answered", `{"type":"` + server.ServiceLatencyType + `","status":503}`, map[string]float64{"observation_status_count{account=APP,service=orders,status=503}": 1}, []string{"all"}},
		{"other type", `{"type":"other","status":200}`, map[string]float64{"observation_error_count{account=APP,service=orders}": 1}, []string{"all"}},
		{"garbage", `{`, map[string]float64{"observation_error_count{account=APP,service=orders}": 1}, []string{"all"}},
	} {
		t.Run(tt.what, func(t *testing.T) {
			m := newLatencyMetrics()
			m.observe("orders", "APP", newLabelLimit(10), []byte(tt.data))
			families := gatherAll(t, m)
			counts := flatten(t, families)
			for key, want := range tt.counts {
				if got := counts["nats_latency_"+key]; got != want {
					t.Errorf("%s: %v, want %v", key, got, want)
				}
			}
			for name, want := range sums {
				if strings.Contains(strings.Join(tt.without, " "), "all") || strings.Contains(strings.Join(tt.without, " "), name) {
					want = -1
				}
				if got := histogramSum(families, name); got < want-1e-9 || got > want+1e-9 {
					t.Errorf("%s: %v, want %v", name, got, want)
				}
			}
		})
	}
}

// Responders name themselves: beyond the limit they are one.
func TestLatencyAppsAreBounded(t *testing.T) {
	m, apps := newLatencyMetrics(), newLabelLimit(2)
	for _, app := range []string{"a", "b", "c", "d", "a"} {
		m.observe("orders", "APP", apps, []byte(`{"type":"`+server.ServiceLatencyType+`","status":200,"responder":{"name":"`+app+`"}}`))
	}
	counts := flatten(t, gatherAll(t, m))
	for app, want := range map[string]float64{"a": 2, "b": 1, scrape.NameOther: 2, "c": 0} {
		if got := counts["nats_latency_observations_received_count{account=APP,app="+app+",service=orders}"]; got != want {
			t.Errorf("%s: %v, want %v", app, got, want)
		}
	}
}

// So they are when an account is watched.
func TestWatchedAppsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stub.New(t, "n1", "N1")
		e := exporterOf(t, sampleFleet())
		defer e.Close()
		if err := e.WatchAccount("APP", s.Connect(t), "orders=latency.orders"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		for i := range maxEventNames {
			s.Send(stub.Message{Subject: "latency.orders", Data: fmt.Appendf(nil, `{"type":%q,"status":200,"responder":{"name":"app-%d"}}`, server.ServiceLatencyType, i)})
		}
		synctest.Wait()
		got := pick(flatten(t, gatherAll(t, e.own.latency)), "nats_latency_observations_received_count")
		if len(got) != maxEventNames/10+1 || sum(got) != maxEventNames {
			t.Errorf("%d series, in all %v", len(got), sum(got))
		}
	})
}

// What is not SERVICE=SUBJECT is refused before anything is subscribed.
func TestLatencyOptions(t *testing.T) {
	for _, bad := range []string{"orders", "=latency.orders", "orders=", "="} {
		e := exporterOf(t, sampleFleet())
		if err := e.WatchAccount("APP", nil, "fine=latency.fine", bad); !errors.Is(err, ErrOption) {
			t.Errorf("%q: %v", bad, err)
		}
		if len(e.watched) != 0 {
			t.Errorf("%q: the account is watched all the same", bad)
		}
	}
}

// histogramSum is the sum of a histogram of one series, or -1.
func histogramSum(families []*dto.MetricFamily, name string) float64 {
	for _, f := range families {
		if f.GetName() == name && len(f.GetMetric()) == 1 {
			return f.GetMetric()[0].GetHistogram().GetSampleSum()
		}
	}
	return -1
}

// The buckets tell services of 50 microseconds from those of 100.
func TestLatencyBuckets(t *testing.T) {
	m := newLatencyMetrics()
	for _, d := range []time.Duration{40 * time.Microsecond, 90 * time.Microsecond, 9 * time.Second} {
		m.service.WithLabelValues("orders", "till", "APP").Observe(d.Seconds())
	}
	for _, f := range gatherAll(t, m) {
		if f.GetName() != "nats_latency_service_duration" {
			continue
		}
		for _, b := range f.GetMetric()[0].GetHistogram().GetBucket() {
			want := map[float64]uint64{.00005: 1, .0001: 2, 5: 2, 10: 3}
			if n, ok := want[b.GetUpperBound()]; ok && n != b.GetCumulativeCount() {
				t.Errorf("up to %v: %d, want %d", b.GetUpperBound(), b.GetCumulativeCount(), n)
			}
		}
	}
}
