package bench

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// names lists the streams of a server, to see that nothing is left behind.
func names(t *testing.T, url string) []string {
	t.Helper()
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for n := range js.StreamNames(t.Context()).Name() {
		out = append(out, n)
	}
	return out
}

func TestJSPub(t *testing.T) {
	t.Parallel()
	for name, spec := range map[string]scenario.Spec{
		"sync":       {JS: &scenario.Stream{Ack: "sync"}, Msgs: 500},
		"window":     {Load: scenario.Load{Window: 200}, Msgs: 2000, Pubs: 2, Subjects: 5, Driver: scenario.DriverNatsGo},
		"raw":        {Load: scenario.Load{Window: 200}, Msgs: 2000, Pubs: 2, Subjects: 5, Driver: scenario.DriverRaw},
		"batch":      {JS: &scenario.Stream{Ack: "batch", Batch: 50}, Msgs: 777, Pubs: 2},
		"none":       {JS: &scenario.Stream{Ack: "none"}, Load: scenario.Load{Rate: 2000}, Msgs: 1000},
		"memory":     {JS: &scenario.Stream{Storage: "memory"}, Load: scenario.Load{Rate: 2000}, Msgs: 1000},
		"open batch": {JS: &scenario.Stream{Ack: "batch", Batch: 64}, Load: scenario.Load{Rate: 2000}, Msgs: 1000},
	} {
		t.Run(name, func(t *testing.T) {
			s := startServer(t)
			spec.Workload, spec.Warmup, spec.Timeout = scenario.JSPub, 50*ms, 10_000*ms
			r := mustExecute(t, spec, to(s.ClientURL()))
			if r.Sent != spec.Msgs || r.Received != spec.Msgs || r.Lost|r.Dup|r.Reordered|r.Errors != 0 {
				t.Errorf("sent %d, received %d, lost %d, dup %d, reordered %d, errors %d (%s)", r.Sent, r.Received, r.Lost, r.Dup, r.Reordered, r.Errors, r.FirstError)
			}
			if name != "none" && (r.JS.Acked < spec.Msgs || r.JS.Stored != r.JS.Acked) {
				t.Errorf("%+v", r.JS)
			}
			if left := names(t, s.ClientURL()); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// TestJSElsewhere finds JetStream by its domain and by the prefix of its API,
// and nothing in a domain that is not there.
func TestJSElsewhere(t *testing.T) {
	t.Parallel()
	s := startServerIn(t, "HUB")
	for _, w := range []scenario.Spec{
		{Workload: scenario.JSPub, Load: scenario.Load{Window: 10}, Msgs: 100},
		{Workload: scenario.JSConsume, JS: &scenario.Stream{Backlog: 100}},
		{Workload: scenario.KV, KV: &scenario.Bucket{Keys: 10, Get: 50, Put: 30, CAS: 20}, Msgs: 100},
	} {
		w.Warmup, w.Timeout = -1, 10_000*ms
		for _, api := range []JSAPI{{Domain: "HUB"}, {Prefix: "$JS.HUB.API"}, {Prefix: "$JS.HUB.API."}} {
			r := mustExecute(t, w, to(s.ClientURL()), WithJSAPI(api))
			if r.Received != 100 || r.Errors != 0 {
				t.Errorf("%s in %+v: received %d, errors %d (%s)", w.Workload, api, r.Received, r.Errors, r.FirstError)
			}
		}
		if _, err := Execute(t.Context(), w, to(s.ClientURL()), WithJSAPI(JSAPI{Domain: "OTHER"})); err == nil {
			t.Errorf("%s in a domain that is not there", w.Workload)
		}
	}
	if left := names(t, s.ClientURL()); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestAwaitConsumer waits for the interest in a consumer's requests, and not for ever.
func TestAwaitConsumer(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	nc, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	short := &run{spec: scenario.Spec{Timeout: 50 * ms}}
	if err := awaitConsumer(t.Context(), short, nc, "S", "C"); !errors.Is(err, nats.ErrNoResponders) || !errors.Is(err, errTimeout) {
		t.Errorf("nobody there: %v", err)
	}
	found := make(chan error, 1)
	go func() {
		found <- awaitConsumer(t.Context(), &run{spec: scenario.Spec{Timeout: 30_000 * ms}}, nc, "S", "C")
	}()
	if _, err := nc.Subscribe("$JS.API.CONSUMER.MSG.NEXT.S.C", func(m *nats.Msg) { _ = m.Respond(nil) }); err != nil {
		t.Fatal(err)
	}
	if err := <-found; err != nil {
		t.Error(err)
	}
}

func TestJSPubRefused(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	nc, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	small, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "SMALL", Subjects: []string{"small.>"}, MaxMsgs: 100, Discard: jetstream.DiscardNew})
	if err != nil {
		t.Fatal(err)
	}
	for _, driver := range []string{scenario.DriverNatsGo, scenario.DriverRaw} {
		r := mustExecute(t, scenario.Spec{Workload: scenario.JSPub, JS: &scenario.Stream{Name: "SMALL"}, Driver: driver, Load: scenario.Load{Window: 10}, Msgs: 150, Warmup: -1}, to(s.ClientURL()), AllowDestroy())
		if r.Received != 100 || r.Errors != 50 || r.Lost != 50 || r.FirstError == "" {
			t.Errorf("%s: received %d, errors %d, lost %d, first %q", driver, r.Received, r.Errors, r.Lost, r.FirstError)
		}
		if err := small.Purge(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if left := names(t, s.ClientURL()); len(left) != 1 {
		t.Errorf("the user's stream is gone: %v", left)
	}
}

func TestJSConsume(t *testing.T) {
	long(t)
	t.Parallel()
	for name, c := range map[string]struct {
		js   scenario.Stream
		subs int
		want int64
	}{
		"consume":     {scenario.Stream{}, 2, 3000},
		"fetch":       {scenario.Stream{Mode: "fetch", Batch: 100}, 2, 3000},
		"ordered":     {scenario.Stream{Mode: "ordered"}, 2, 6000},
		"ack all":     {scenario.Stream{ConsAck: "all", Batch: 100}, 1, 3000},
		"ack none":    {scenario.Stream{ConsAck: "none"}, 1, 3000},
		"ack double":  {scenario.Stream{ConsAck: "double", Backlog: 300}, 1, 300},
		"fetch, none": {scenario.Stream{Mode: "fetch", ConsAck: "none"}, 1, 3000},
	} {
		t.Run(name, func(t *testing.T) {
			s := startServer(t)
			orInt64(&c.js.Backlog, 3000)
			r := mustExecute(t, scenario.Spec{Workload: scenario.JSConsume, JS: &c.js, Subs: c.subs, Timeout: 10_000 * ms}, to(s.ClientURL()))
			if r.Received != c.want || r.Lost|r.Dup|r.Corrupt != 0 || r.Rate.Received == 0 {
				t.Errorf("received %d, lost %d, dup %d, corrupt %d, %.0f/s (%s)", r.Received, r.Lost, r.Dup, r.Corrupt, r.Rate.Received, r.FirstError)
			}
			if left := names(t, s.ClientURL()); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func orInt64(p *int64, d int64) {
	if *p == 0 {
		*p = d
	}
}

func TestJSE2E(t *testing.T) {
	long(t)
	t.Parallel()
	for name, c := range map[string]struct {
		js   scenario.Stream
		want int64
	}{
		"consume": {scenario.Stream{}, 1000},
		"fetch":   {scenario.Stream{Mode: "fetch", Batch: 10}, 1000},
		"ordered": {scenario.Stream{Mode: "ordered"}, 2000},
		"none":    {scenario.Stream{Ack: "none"}, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			s := startServer(t)
			r := mustExecute(t, scenario.Spec{Workload: scenario.JSE2E, JS: &c.js, Pubs: 2, Subs: 2, Load: scenario.Load{Rate: 2000}, Msgs: 1000, Warmup: 100 * ms, Timeout: 10_000 * ms}, to(s.ClientURL()))
			if r.Sent != 1000 || r.Received != c.want || r.Lost|r.Dup|r.Corrupt|r.Errors != 0 || r.Latency.Response == nil {
				t.Errorf("sent %d, received %d, lost %d, dup %d, corrupt %d, errors %d", r.Sent, r.Received, r.Lost, r.Dup, r.Corrupt, r.Errors)
			}
			if left := names(t, s.ClientURL()); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestKV(t *testing.T) {
	long(t)
	t.Parallel()
	for name, load := range map[string]scenario.Load{"open": {Rate: 2000}, "window": {Window: 50}, "one by one": {}} {
		t.Run(name, func(t *testing.T) {
			s := startServer(t)
			r := mustExecute(t, scenario.Spec{
				Workload: scenario.KV, KV: &scenario.Bucket{Keys: 50, Get: 50, Put: 30, CAS: 20}, Dist: "zipf", Pubs: 2, Load: load, Msgs: 1000, Warmup: 50 * ms, Timeout: 10_000 * ms,
			}, to(s.ClientURL()))
			if r.Sent != 1000 || r.Received != 1000 || r.Errors != 0 || r.Corrupt != 0 {
				t.Errorf("sent %d, received %d, errors %d (%s), corrupt %d", r.Sent, r.Received, r.Errors, r.FirstError, r.Corrupt)
			}
			if k := r.KV; k.Gets != 500 || k.Puts != 300 || k.CAS != 200 || k.Stale != 0 {
				t.Errorf("%+v", k)
			}
			if name == "one by one" && r.KV.Conflicts != 0 {
				t.Errorf("%d conflicts although nothing is concurrent", r.KV.Conflicts)
			}
			if left := names(t, s.ClientURL()); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestKVLeavesTheUsersBucketAlone(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	nc, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	kv, err := js.CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: "mine"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kv.PutString(t.Context(), "key", "value"); err != nil {
		t.Fatal(err)
	}
	mustExecute(t, scenario.Spec{Workload: scenario.KV, KV: &scenario.Bucket{Name: "mine", Keys: 10}, Msgs: 100, Warmup: -1}, to(s.ClientURL()))
	keys, err := kv.Keys(t.Context())
	if err != nil || len(keys) != 1 || keys[0] != "key" {
		t.Errorf("keys %v, %v", keys, err)
	}
}

func TestInterruptedJetStreamCleansUp(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	watch := WithProgress(func(p Progress) {
		if p.Phase == "measure" {
			cancel()
		}
	})
	_, err := Execute(ctx, scenario.Spec{Workload: scenario.JSE2E, Load: scenario.Load{Rate: 100}, Duration: scenario.Duration(time.Hour)}, to(s.ClientURL()), watch)
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if left := names(t, s.ClientURL()); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestAcknowledgedButNotStored has a stream that lost what it acknowledged.
func TestAcknowledgedButNotStored(t *testing.T) {
	t.Parallel()
	stream := usersStream(t, startServer(t), jetstream.StreamConfig{Name: "S", Subjects: []string{"s"}}, 7)
	for name, c := range map[string]struct {
		acked, dups int64
		doubts      int
	}{"all there": {4, 0, 0}, "less": {5, 0, 1}, "duplicates": {5, 1, 0}} {
		info, err := stream.Info(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		before := info.State
		before.LastSeq = 3
		j := &jsPubRun{run: newRun(scenario.Spec{Sizes: []int{64}, Load: scenario.Load{Mode: scenario.Max}}, nil, JSAPI{}), store: &store{stream: stream, before: before}}
		j.clients = clientGroup{{act: &storeAction{acked: c.acked, dups: c.dups}, sub: &subscription{tap: newTapForTest()}, timeline: j.line.NewWriter()}}
		rep := &report{Run: &result.Run{}, of: j.run}
		j.addCounts(t.Context(), rep)
		if rep.JS.Stored != 4 || rep.JS.Acked != c.acked || rep.JS.AckDup != c.dups || rep.JS.Stream != "S" || len(rep.reasons) != c.doubts {
			t.Errorf("%s: %+v, %+v", name, rep.JS, rep.reasons)
		}
		if c.doubts == 1 && (rep.reasons[0].Code != result.ReasonNotStored || !rep.reasons[0].Fatal || !strings.HasPrefix(rep.reasons[0].Text, "1 messages")) {
			t.Errorf("%s: %+v", name, rep.reasons)
		}
	}
}
