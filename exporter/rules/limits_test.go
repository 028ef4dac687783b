package rules

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// gauges are the alerts that compare a value with a threshold of their check:
// the series that have a value, and what one unit of the threshold is in them.
var gauges = map[string]struct {
	series func(v float64) []string
	unit   float64
}{
	"NatsClockSkew":             {one("nats_server_clock_skew_seconds"), 1},
	"NatsMetaPeerLag":           {one("nats_jetstream_meta_peer_lag"), 1},
	"NatsMetaPending":           {one("nats_jetstream_meta_pending"), 1},
	"NatsStreamReplicaLag":      {one("nats_jetstream_stream_replica_lag"), 1},
	"NatsStreamReplicasMissing": {one("nats_jetstream_stream_replicas_missing"), 1},
	"NatsStorageFull":           {share("nats_jetstream_storage_used_bytes", "nats_jetstream_storage_max_bytes"), 1},
	"NatsMemoryStoreFull":       {share("nats_jetstream_memory_used_bytes", "nats_jetstream_memory_max_bytes"), 1},
	"NatsStreamFull": {func(v float64) []string {
		return append(share("nats_jetstream_stream_bytes", "nats_jetstream_stream_limit_bytes")(v), "nats_jetstream_stream_refuses_new 1x300")
	}, 1},
	"NatsTooManyAssets": {one("nats_jetstream_ha_assets"), 1},
	"NatsRaftBehind": {func(v float64) []string {
		return []string{fmt.Sprintf("nats_raft_committed_index %vx300", 7+v), "nats_raft_applied_index 7x300"}
	}, 1},
	"NatsCPU": {func(v float64) []string {
		return []string{fmt.Sprintf("nats_server_cpu_usage_ratio %vx300", v), "nats_server_gomaxprocs 4x300", "nats_server_cores 99x300"}
	}, .04},
	"NatsMemory":          {share("nats_server_memory_bytes", "nats_server_memory_limit_bytes"), 1},
	"NatsConnectionsFull": {share("nats_server_connections", "nats_server_max_connections"), 1},
	"NatsQueueLong":       {one("nats_server_queue_pending"), 1},
	"NatsCertificateExpires": {func(v float64) []string {
		return []string{fmt.Sprintf("nats_server_certificate_expiry_timestamp_seconds %vx300", 60*lookAt.Minutes()+v)}
	}, 1},
	"NatsOperatorExpires": {func(v float64) []string {
		return []string{fmt.Sprintf(`nats_server_operator_expiry_timestamp_seconds %vx300`, 60*lookAt.Minutes()+v)}
	}, 1},
	"NatsAccountExpires": {func(v float64) []string {
		return []string{fmt.Sprintf(`nats_account_expiry_timestamp_seconds %vx300`, 60*lookAt.Minutes()+v)}
	}, 1},
}

// lookAt is when the alerts are looked at: longer than they hold.
const lookAt = 30 * time.Minute

func one(name string) func(float64) []string {
	return func(v float64) []string { return []string{fmt.Sprintf("%s %vx300", name, v)} }
}

// share is a value of a maximum of 100.
func share(value, limit string) func(float64) []string {
	return func(v float64) []string {
		return []string{fmt.Sprintf("%s %vx300", value, v), limit + " 100x300"}
	}
}

// rates are the alerts that compare an increase, which Prometheus extrapolates:
// the text of their conditions is compared.
var rates = []string{"NatsSlowConsumers", "NatsPublishersStalled", "NatsStaleConnections", "NatsConnectionsUneven"}

// limitOf is the threshold that an alert names.
func limitOf(t *testing.T, r rule) checks.Limit {
	t.Helper()
	rows, err := checks.Select(r.check)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(rows[0].Limits, func(l checks.Limit) bool { return l.Name == r.limit })
	return rows[0].Limits[i]
}

// An alert fires at the threshold of its check and not short of it, as a
// warning up to the critical threshold, and as critical alone from there.
func TestAlertsFireAtTheirLimits(t *testing.T) {
	var stories []scenario
	at := minutes(lookAt)
	for _, r := range alerts {
		g, ok := gauges[r.alert]
		if r.limit == "" || slices.Contains(rates, r.alert) {
			continue
		}
		if !ok {
			t.Errorf("no story of the limit of %s", r.alert)
			continue
		}
		l := limitOf(t, r)
		step := map[bool]float64{false: 1, true: -1}[l.Below] * math.Abs(l.Warn) / 1000
		try := func(v float64, levels ...string) {
			stories = append(stories, scenario{r.alert, g.series(v * g.unit), []look{firing(at, r.alert, "", levels...)}})
		}
		try(l.Warn - step)
		if l.Below { // below 7 days is less than 7 days
			try(l.Warn)
			try(l.Warn+step, "warning")
			try(l.Crit, "warning")
			try(l.Crit+step, "critical")
			continue
		}
		try(l.Warn, "warning")
		try(l.Crit-step, "warning")
		try(l.Crit, "critical")
		try(l.Crit+step, "critical")
	}
	runScenario(t, stories)
}

// An alert fires when its condition has held for as long as it says, not a
// minute before.
func TestAlertsHold(t *testing.T) {
	var stories []scenario
	for _, e := range examples {
		if !steady(e) {
			continue
		}
		hold := named(e.alert)[0].hold
		looks := []look{firing(minutes(hold), e.alert, e.labels, e.severity)}
		if hold > 0 {
			looks = append(looks, firing(minutes(hold-time.Minute), e.alert, e.labels))
		}
		stories = append(stories, scenario{e.alert, e.series, looks})
	}
	if len(stories) < 30 {
		t.Errorf("only %d stories", len(stories))
	}
	runScenario(t, stories)
}

// steady tells whether the condition of an example holds from its start: its
// values do not change.
func steady(e example) bool {
	return !slices.ContainsFunc(e.series, func(s string) bool {
		values := strings.TrimSpace(s[strings.LastIndex(s, " ")+1:])
		return strings.Contains(strings.TrimSuffix(s, values), "} 1 ") || strings.ContainsAny(s[strings.LastIndex(s, "} ")+2:], " +_")
	})
}

func minutes(d time.Duration) string { return fmt.Sprint(int(d.Minutes()), "m") }

// The conditions of rates hold the thresholds of their checks, the right way
// round.
func TestRatesNameTheirLimits(t *testing.T) {
	for _, r := range alerts {
		if !slices.Contains(rates, r.alert) {
			continue
		}
		l, scale := limitOf(t, r), max(r.scale, 0)
		if scale == 0 {
			scale = 1
		}
		entries, err := r.entries(Options{})
		if err != nil {
			t.Fatal(err)
		}
		expr := r.condition(false)
		want := []string{fmt.Sprintf("(%s) >= %v", expr, l.Warn*scale)}
		if l.Crit == l.Crit { //nolint:staticcheck // not NaN: there is a critical threshold
			want = []string{fmt.Sprintf("((%s) >= %v) < %v", expr, l.Warn*scale, l.Crit*scale), fmt.Sprintf("(%s) >= %v", expr, l.Crit*scale)}
		}
		for i, e := range entries {
			if i >= len(want) || e.Expr != want[i] || e.Labels["severity"] != []string{"warning", "critical"}[i] {
				t.Errorf("%s: %s %s, want %q", r.alert, e.Labels["severity"], e.Expr, want)
			}
		}
	}
}

// No alert waits longer than it is told to at most, and none that waits less
// waits longer.
func TestHold(t *testing.T) {
	for _, tt := range []struct{ own, most, want time.Duration }{
		{5 * time.Minute, 0, 5 * time.Minute}, {5 * time.Minute, time.Minute, time.Minute}, {time.Minute, 5 * time.Minute, time.Minute}, {0, time.Minute, 0},
	} {
		if got := (rule{hold: tt.own}).holdFor(Options{Hold: tt.most}); got != tt.want {
			t.Errorf("%v of at most %v: %v", tt.own, tt.most, got)
		}
	}
	body, err := File(Options{Hold: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(body), "for: 1m") || !strings.Contains(string(body), "for: 1s") {
		t.Error("the file holds longer than it may")
	}
}

// A table that names a check or threshold that does not exist makes no file.
func TestTableNamesWhatExists(t *testing.T) {
	for _, r := range []rule{{alert: "X", check: "nonsense"}, {alert: "X", check: "storage", limit: "nonsense"}} {
		if body, err := file(Options{}, nil, []rule{r}); err == nil || body != nil {
			t.Errorf("%+v: %v", r, err)
		}
	}
}
