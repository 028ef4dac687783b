package bench

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// TestLameDuckDuringTheRun drains the server of all clients in the middle of a
// run: they move to the other one, and the report says so.
func TestLameDuckDuringTheRun(t *testing.T) {
	long(t)
	t.Parallel()
	for name, spec := range map[string]scenario.Spec{
		"pubsub":  {Workload: scenario.PubSub},
		"request": {Workload: scenario.Request, Request: &scenario.Service{Serve: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkFailover(t, lameDuckRun(t, spec))
		})
	}
}

// lameDuckRun ends when the clients have been at work on the other server for
// a while, however long the machine takes to get there.
func lameDuckRun(t *testing.T, work scenario.Spec) *result.Run {
	t.Helper()
	c, err := broker.Start(t.Context(), spec.Nodes(2))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	app, _ := c.Identity("app")
	home := c.Nodes()[0]
	connect := func(opts ...nats.Option) (*nats.Conn, error) {
		return nats.Connect(home.ClientURL(), append(opts, nats.UserInfo(app.User, app.Password))...)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	drained := make(chan struct{})
	drain := sync.OnceFunc(func() {
		go func() {
			defer close(drained)
			if err := home.LameDuck(time.Second, 100*time.Millisecond); err != nil {
				t.Error(err)
			}
		}()
	})
	seconds := 0
	watch := WithProgress(func(p Progress) {
		if p.Phase != "measure" || p.Second <= 0 {
			return
		}
		drain()
		select {
		case <-drained:
			if p.Received > 0 {
				seconds++
			}
		default:
		}
		if seconds == 3 {
			cancel()
		}
	})
	work.Load, work.Warmup, work.Duration, work.Timeout = scenario.Load{Rate: 1000}, -1, scenario.Duration(time.Hour), 2000*ms
	res, err := Execute(ctx, work, connect, watch)
	if err != nil {
		t.Fatal(err)
	}
	<-drained
	return &res.Runs[0]
}

// checkFailover checks that a report reports a server that its clients left.
func checkFailover(t *testing.T, r *result.Run) {
	t.Helper()
	for _, kind := range []string{evLameDuck, EventDisconnected, EventReconnected} {
		if !slices.ContainsFunc(r.Events, func(e result.Event) bool { return e.Kind == kind }) {
			t.Errorf("no event %q: %+v", kind, r.Events)
		}
	}
	if r.Client.Reconnects < 2 || r.Validity.Valid {
		t.Errorf("%d reconnects, valid %v", r.Client.Reconnects, r.Validity.Valid)
	}
	if r.Received+r.Lost != r.Expected || r.Received == 0 || r.Gap.US <= 0 {
		t.Errorf("received %d, lost %d of %d, longest gap %v us", r.Received, r.Lost, r.Expected, r.Gap.US)
	}
	if whole := r.Whole(); whole[len(whole)-1].Received == 0 {
		t.Errorf("nothing was received in the last second: %+v", r.Intervals)
	}
}
