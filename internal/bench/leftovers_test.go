package bench

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// TestOurs goes by metadata, or by name and description together.
func TestOurs(t *testing.T) {
	mark := map[string]string{markKey: "x"}
	for name, c := range map[string]struct {
		metadata map[string]string
		name     string
		about    string
		want     bool
	}{
		"metadata":                 {mark, "ORDERS", "", true},
		"other metadata":           {map[string]string{"a": "b"}, "natsctl_bench_x", "", false},
		"name and description":     {nil, "natsctl_bench_x", description, true},
		"bucket":                   {nil, "KV_natsctl_bench_x", description, true},
		"only the name":            {nil, "natsctl_bench_x", "mine", false},
		"only the description":     {nil, "ORDERS", description, false},
		"the name within the name": {nil, "x_natsctl_bench_x", description, false},
	} {
		if got := ours(c.metadata, c.name, c.about); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestConsumerUsed takes the last use, and now while somebody waits.
func TestConsumerUsed(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	ptr := func(s int) *time.Time { u := at(s); return &u }
	for want, ci := range map[int]jetstream.ConsumerInfo{
		1: {Created: at(1)},
		5: {Created: at(1), Delivered: jetstream.SequenceInfo{Last: ptr(5)}, AckFloor: jetstream.SequenceInfo{Last: ptr(3)}},
		6: {Created: at(1), Delivered: jetstream.SequenceInfo{Last: ptr(5)}, AckFloor: jetstream.SequenceInfo{Last: ptr(6)}},
		7: {Created: at(7), Delivered: jetstream.SequenceInfo{Last: ptr(5)}},
		9: {Created: at(1), NumWaiting: 1},
		8: {Created: at(8), PushBound: false},
	} {
		if got := consumerUsed(&ci, at(9)); !got.Equal(at(want)) {
			t.Errorf("%v, want %v", got.Unix(), want)
		}
	}
	if got := consumerUsed(&jetstream.ConsumerInfo{Created: at(1), PushBound: true}, at(9)); !got.Equal(at(9)) {
		t.Errorf("bound: %v", got.Unix())
	}
}

// TestCleaner finds what killed runs left among what is the user's, keeps what
// is in use or young, and removes exactly what was found.
func TestCleaner(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	js := jetStreamOf(t, s)
	mine := usersStream(t, s, jetstream.StreamConfig{Name: "MINE", Subjects: []string{"mine.>"}, Description: description}, 3)
	ctx := t.Context()
	killed := newRun(scenario.Spec{Workload: scenario.JSE2E, Sizes: []int{64}, Subs: 1, Timeout: 5000 * ms, JS: &scenario.Stream{Storage: "memory", Replicas: 1, Batch: 10, Mode: "consume"}}, to(s.ClientURL()), JSAPI{})
	own, err := openStream(ctx, killed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateConsumer(ctx, "MINE", jetstream.ConsumerConfig{Durable: "users", Description: description}); err != nil {
		t.Fatal(err)
	}
	killed.spec.Workload = scenario.JSConsume
	if _, _, err := openReaders(ctx, killed, &store{js: js, stream: mine}, 1); err != nil {
		t.Fatal(err)
	}
	kv := &kvRun{run: killed}
	killed.spec.KV = &scenario.Bucket{Storage: "memory", Replicas: 1}
	if err := kv.openBucket(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish(ctx, killed.subject, []byte("x")); err != nil {
		t.Fatal(err)
	}
	killed.cleanups = nil // killed before it could clean up
	if err := killed.close(ctx); err != nil {
		t.Fatal(err)
	}
	c, err := NewCleaner(to(s.ClientURL()), JSAPI{}, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if young, err := c.Find(ctx, time.Hour); err != nil || len(young) != 0 {
		t.Errorf("younger than an hour: %+v, %v", young, err)
	}
	found, err := c.Find(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	name := "natsctl_bench_" + killed.id
	var got []string
	for _, l := range found {
		got = append(got, l.Kind+" "+l.Name+" "+l.Stream)
		if l.Run != killed.id || l.Idle < 0 || l.Idle > time.Minute || l.Kind == "stream" && l.Messages != 1 {
			t.Errorf("%+v", l)
		}
	}
	slices.Sort(got)
	if want := []string{"bucket " + name + " ", "consumer " + name + " MINE", "stream " + name + " "}; !slices.Equal(got, want) {
		t.Fatalf("%q, want %q", got, want)
	}
	for _, replaced := range found {
		replaced.created = replaced.created.Add(-time.Second)
		if err := c.Remove(ctx, replaced); !errors.Is(err, ErrReplaced) {
			t.Errorf("another %s of that name: %v", replaced.Kind, err)
		}
	}
	for range 2 { // the second time everything is gone already
		for _, l := range found {
			if err := c.Remove(ctx, l); err != nil {
				t.Error(err)
			}
		}
	}
	if left := names(t, s.ClientURL()); !slices.Equal(left, []string{"MINE"}) || own == nil {
		t.Errorf("streams %v", left)
	}
	if info, err := mine.Info(ctx); err != nil || info.State.Msgs != 3 || info.State.Consumers != 1 {
		t.Errorf("%+v, %v", info.State, err)
	}
}

// TestWaitingConsumerKeepsItsStream lists no stream of which a consumer is waited on, however long nothing was stored.
func TestWaitingConsumerKeepsItsStream(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	stream := usersStream(t, s, jetstream.StreamConfig{Name: "natsctl_bench_x", Subjects: []string{"x"}, Description: description}, 0)
	c, err := NewCleaner(to(s.ClientURL()), JSAPI{}, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	find := func() int {
		found, err := c.Find(t.Context(), time.Nanosecond)
		if err != nil {
			t.Error(err)
		}
		return len(found)
	}
	consumer, err := stream.CreateConsumer(t.Context(), jetstream.ConsumerConfig{Durable: "mine"})
	if err != nil || find() != 1 {
		t.Errorf("while nobody waits: %d, %v", find(), err)
	}
	waiting, cancel := context.WithCancel(t.Context())
	batch, err := consumer.Fetch(1, jetstream.FetchContext(waiting))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		cancel()
		for range batch.Messages() { // until it has ended
		}
	}()
	testcluster.Await(t, "waiting client", func() bool {
		info, err := consumer.Info(t.Context())
		return err == nil && info.NumWaiting > 0
	})
	if n := find(); n != 0 {
		t.Errorf("while a client waits: %d", n)
	}
}

// TestCleanerKeepsWhatIsInUse lists neither a stream nor a consumer on which
// somebody waits.
func TestCleanerKeepsWhatIsInUse(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	c, err := NewCleaner(to(s.ClientURL()), JSAPI{}, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	looks := 0
	watch := WithProgress(func(p Progress) {
		if p.Phase != "measure" || p.Second < 1.6 {
			return
		}
		found, err := c.Find(t.Context(), time.Second)
		if err != nil || len(found) != 0 {
			t.Errorf("a run under way is a leftover: %+v, %v", found, err)
		}
		looks++
	})
	mustExecute(t, scenario.Spec{Workload: scenario.JSE2E, Load: scenario.Load{Rate: 200}, Duration: 3500 * ms, Warmup: -1, Timeout: 5000 * ms}, to(s.ClientURL()), watch)
	if looks == 0 {
		t.Error("no look during the run")
	}
}
