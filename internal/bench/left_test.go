package bench

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// usersStream makes a stream of the user's that holds n messages.
func usersStream(t *testing.T, s *server.Server, cfg jetstream.StreamConfig, n int) jetstream.Stream {
	t.Helper()
	js := jetStreamOf(t, s)
	stream, err := js.CreateStream(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		if _, err := js.Publish(t.Context(), strings.TrimSuffix(cfg.Subjects[0], ">")+strings.Repeat("bench", strings.Count(cfg.Subjects[0], ">")), []byte("the user's own message")); err != nil {
			t.Fatal(err)
		}
	}
	return stream
}

// TestConsumeLeavesTheUsersStreamAlone reads every message of a stream that is
// not the benchmark's, and leaves neither a consumer nor a gap.
func TestConsumeLeavesTheUsersStreamAlone(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	stream := usersStream(t, s, jetstream.StreamConfig{Name: "MINE", Subjects: []string{"mine.>"}}, 50)
	for _, mode := range []string{"consume", "fetch", "ordered"} {
		r := mustExecute(t, scenario.Spec{Workload: scenario.JSConsume, JS: &scenario.Stream{Name: "MINE", Mode: mode}, Timeout: 10_000 * ms}, to(s.ClientURL()))
		if r.Received != 50 || r.Lost != 0 || r.JS.Stream != "MINE" {
			t.Errorf("%s: received %d, lost %d of %s", mode, r.Received, r.Lost, r.JS.Stream)
		}
	}
	info, err := stream.Info(t.Context())
	if err != nil || info.State.Msgs != 50 || info.State.Consumers != 0 {
		t.Errorf("%+v, %v", info.State, err)
	}
}

// TestLeftBehindIsReported takes the right away to remove what the run has made.
func TestLeftBehindIsReported(t *testing.T) {
	t.Parallel()
	s := startServerWith(t, server.Options{JetStream: true, StoreDir: t.TempDir(), Users: []*server.User{{
		Username: "u", Password: "p",
		Permissions: &server.Permissions{Publish: &server.SubjectPermission{Deny: []string{"$JS.API.STREAM.DELETE.>"}}},
	}}})
	_, err := Execute(t.Context(), scenario.Spec{Workload: scenario.JSPub, Msgs: 5, Warmup: -1, Timeout: 500 * ms}, as("u", s))
	var left *LeftError
	if !errors.As(err, &left) || !strings.Contains(left.Error(), "left behind: remove stream natsctl_bench_") {
		t.Errorf("got %v", err)
	}
}

// TestCleanupGoesBackwards removes everything, the last made first, whatever
// fails.
func TestCleanupGoesBackwards(t *testing.T) {
	var order []string
	undo := func(what string, err error) cleanup {
		return cleanup{what, func(context.Context) error { order = append(order, what); return err }}
	}
	boom, bang := errors.New("boom"), errors.New("bang")
	r := &run{cleanups: []cleanup{undo("stream", boom), undo("consumer", nil), undo("keys", bang)}}
	err := r.close(t.Context())
	if !slices.Equal(order, []string{"keys", "consumer", "stream"}) || !errors.Is(err, boom) || !errors.Is(err, bang) || !strings.Contains(err.Error(), "remove keys: bang") {
		t.Errorf("%q, %v", order, err)
	}
	if err := r.close(t.Context()); err != nil || len(order) != 3 {
		t.Errorf("a second time: %v", err)
	}
}

// TestInterruptedRunsStand keeps the runs before the one that was interrupted.
func TestInterruptedRunsStand(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	watch := WithProgress(func(p Progress) {
		if p.Run == 2 {
			cancel()
		}
	})
	res, err := Execute(ctx, scenario.Spec{Workload: scenario.PubSub, Load: scenario.Load{Rate: 1000}, Warmup: 500 * ms, Duration: 200 * ms}, to(s.ClientURL()), watch, Runs(3), WithVersion("v9"))
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Runs) != 1 || !res.Runs[0].Partial || res.Runs[0].N != 1 || res.Runs[0].Received != 200 || res.Summary.Runs != 1 {
		t.Errorf("%d runs: %+v", len(res.Runs), res.Runs[0])
	}
	if res.Env.Client.Natsctl != "v9" || res.Env.Client.Driver != scenario.DriverNatsGo || res.ID == "" || len(res.Env.Servers) != 1 || res.Env.Servers[0].Name != "n1" || res.Env.Servers[0].RTTMinUS <= 0 || res.Env.Servers[0].TLS {
		t.Errorf("%q %+v", res.ID, res.Env)
	}
}

// TestAB measures both sides equally often, in an order that changes, and
// keeps whole blocks when it is interrupted.
func TestAB(t *testing.T) {
	long(t)
	t.Parallel()
	s := startServer(t)
	spec := scenario.Spec{Workload: scenario.Pub, Msgs: 50, Warmup: -1}
	other := spec
	other.Sizes = []int{64}
	var begun []int
	watch := WithProgress(func(p Progress) {
		if p.Phase == "connect" && !slices.Contains(begun, p.Run) {
			begun = append(begun, p.Run)
		}
		if p.Runs != 8 {
			t.Errorf("run %d of %d, want 8", p.Run, p.Runs)
		}
	})
	a, b, err := AB(t.Context(), Case{Spec: spec, Connect: to(s.ClientURL())}, Case{Spec: other, Connect: to(s.ClientURL())}, 4, 1, watch)
	if err != nil || len(a.Runs) != 4 || len(b.Runs) != 4 || a.Spec.Sizes[0] != 128 || b.Spec.Sizes[0] != 64 || a.Summary.Runs != 4 {
		t.Fatalf("%v: %d and %d runs", err, len(a.Runs), len(b.Runs))
	}
	first := 0
	for i := range a.Runs {
		if a.Runs[i].Start < b.Runs[i].Start {
			first++
		}
		if i > 0 && (a.Runs[i].Start < b.Runs[i-1].Start || b.Runs[i].Start < a.Runs[i-1].Start) {
			t.Errorf("block %d begins before the one before has ended", i)
		}
	}
	if first == 0 || first == 4 {
		t.Errorf("a was first %d of 4 times", first)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stop := WithProgress(func(p Progress) {
		if p.Run == 4 && p.Phase == "measure" {
			cancel()
		}
	})
	long := scenario.Spec{Workload: scenario.Pub, Load: scenario.Load{Rate: 100}, Warmup: -1, Duration: scenario.Duration(300 * time.Millisecond)}
	a, b, err = AB(ctx, Case{Spec: long, Connect: to(s.ClientURL())}, Case{Spec: long, Connect: to(s.ClientURL())}, 4, 7, stop)
	if err != nil || len(a.Runs) != 1 || len(b.Runs) != 1 || a.Partial() || b.Partial() {
		t.Errorf("interrupted in the second block: %v", err)
	}
}

// TestIsLocal knows which servers share the machine.
func TestIsLocal(t *testing.T) {
	for addr, want := range map[string]bool{"127.0.0.1:4222": true, "[::1]:4222": true, "": true, "10.0.0.1:4222": false, "example.com:4222": false, "nonsense": false} {
		if got := isLocal(addr); got != want {
			t.Errorf("%q: %v", addr, got)
		}
	}
}

// TestTune changes two settings of the process and undoes both.
func TestTune(t *testing.T) {
	before := gcPercent()
	undo := Tune()
	if got := gcPercent(); got != loadGCPercent {
		t.Errorf("GOGC %d", got)
	}
	if undo(); gcPercent() != before {
		t.Errorf("GOGC %d, was %d", gcPercent(), before)
	}
}
