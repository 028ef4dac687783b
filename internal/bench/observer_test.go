package bench

import (
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/testcluster/proxy"
)

func pubSpec(load scenario.Load) scenario.Spec {
	return scenario.Spec{Workload: scenario.Pub, Load: load, Warmup: -1, Duration: 600 * ms, Timeout: 2000 * ms, Driver: "natsgo"}
}

func hasReason(r *result.Run, code string) bool {
	for _, reason := range r.Validity.Reasons {
		if reason.Code == code {
			return true
		}
	}
	return false
}

// TestVanishedMessagesAreLost swallows messages on their way: with a rate, a
// observer misses exactly those.
func TestVanishedMessagesAreLost(t *testing.T) {
	t.Parallel()
	p := newProxy(t, proxy.Swallow(between(100, 137)))
	r := mustExecute(t, pubSpec(scenario.Load{Rate: 1000}), to(p.URL()))
	if r.Sent != 600 || r.Lost != 37 || r.Unknown != 0 || r.Received != 563 || r.Validity.Valid || !hasReason(r, result.ReasonLost) || hasReason(r, result.ReasonUnverified) {
		t.Errorf("sent %d, received %d, lost %d, unknown %d, %+v", r.Sent, r.Received, r.Lost, r.Unknown, r.Validity)
	}
	if l := r.Latency.Response; l == nil || l.N < 600 {
		t.Errorf("response %+v", l)
	}
}

// TestFullSpeedIsNotVerified says so, and claims no loss.
func TestFullSpeedIsNotVerified(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	spec := pubSpec(scenario.Load{})
	spec.Msgs, spec.Duration = 5000, 0
	r := mustExecute(t, spec, to(s.ClientURL()))
	if r.Received != 5000 || r.Lost != 0 || r.Unknown != 0 || !hasReason(r, result.ReasonUnverified) {
		t.Errorf("received %d, lost %d, unknown %d, %+v", r.Received, r.Lost, r.Unknown, r.Validity)
	}
}

// TestObserverNotPermitted publishes where the user may not subscribe.
func TestObserverNotPermitted(t *testing.T) {
	t.Parallel()
	s := startServerWith(t, server.Options{Users: []*server.User{{Username: "u", Password: "p", Permissions: &server.Permissions{
		Subscribe: &server.SubjectPermission{Deny: []string{"closed.>"}},
	}}}})
	spec := pubSpec(scenario.Load{Rate: 500})
	spec.Subject = "closed.door"
	r := mustExecute(t, spec, as("u", s))
	if r.Received != 300 || r.Lost != 0 || !hasReason(r, result.ReasonUnverified) || hasReason(r, result.ReasonDenied) {
		t.Errorf("received %d, lost %d, %+v", r.Received, r.Lost, r.Validity)
	}
	spec.Subject = "open.door"
	if r = mustExecute(t, spec, as("u", s)); r.Received != 300 || hasReason(r, result.ReasonUnverified) {
		t.Errorf("received %d, %+v", r.Received, r.Validity)
	}
}

// TestCutConnectionLeavesUnknown cuts a connection whose last messages the
// server has not read: no PONG proves anything of them, and nothing says that they are lost.
func TestCutConnectionLeavesUnknown(t *testing.T) {
	t.Parallel()
	proxied := newProxy(t)
	spec := pubSpec(scenario.Load{})
	spec.Duration = 1500 * ms
	step := 0
	r := mustExecute(t, spec, to(proxied.URL()), WithProgress(func(p Progress) {
		if p.Phase == "measure" && p.Second > 0 && step == 0 {
			step++
			proxied.Cut()
		}
	}))
	if r.Client.Reconnects == 0 || r.Unknown == 0 || r.Validity.Valid || r.Received+r.Lost+r.Unknown != r.Expected {
		t.Errorf("%d reconnects, sent %d, received %d, lost %d, unknown %d", r.Client.Reconnects, r.Sent, r.Received, r.Lost, r.Unknown)
	}
	if r.Lost > r.Refused {
		t.Errorf("lost %d, of which %d were refused", r.Lost, r.Refused)
	}
	if v, ok := metric(t, "lost").Value(r); ok {
		t.Errorf("an objective takes %v for the loss", v)
	}
}

func metric(t *testing.T, name string) result.Metric {
	t.Helper()
	m, ok := result.MetricByName(name)
	if !ok {
		t.Fatal(name)
	}
	return m
}
