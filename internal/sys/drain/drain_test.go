package drain_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/drain"
	"github.com/natsctl/natsctl/internal/testcluster"
	"github.com/natsctl/natsctl/internal/testcluster/real"
)

// traffic is what the clients of a drain do, and what came of it.
type traffic struct {
	answered, lost, stored atomic.Int64
	wg                     sync.WaitGroup
}

// client connects one client that reconnects.
func client(t *testing.T, c *broker.Cluster, node, name string) *nats.Conn {
	t.Helper()
	var urls []string
	for _, n := range c.Nodes() {
		if n.Name() != node {
			urls = append(urls, n.ClientURL())
		}
	}
	nc, err := c.Node(node).Connect("app", nats.Name(name), nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond),
		nats.ReconnectJitter(50*time.Millisecond, 0), func(o *nats.Options) error {
			o.Servers, o.NoRandomize = append([]string{c.Node(node).ClientURL()}, urls...), true
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// ask makes a request until it is answered. One that is not answered in a time
// far longer than a reconnect counts as lost.
func (tr *traffic) ask(ctx context.Context, nc *nats.Conn) {
	deadline := time.Now().Add(20 * time.Second)
	for ctx.Err() == nil {
		if _, err := nc.Request("service", []byte("x"), 500*time.Millisecond); err == nil {
			tr.answered.Add(1)
			return
		}
		if time.Now().After(deadline) {
			tr.lost.Add(1)
			return
		}
	}
}

// store puts a message into the stream until it is there, once.
func (tr *traffic) store(ctx context.Context, js jetstream.JetStream, id string) {
	for ctx.Err() == nil {
		pub, cancel := context.WithTimeout(ctx, time.Second)
		_, err := js.Publish(pub, "orders.new", []byte(id), jetstream.WithMsgID(id))
		cancel()
		if err == nil {
			tr.stored.Add(1)
			return
		}
	}
}

// every does something at an interval until ctx ends.
func (tr *traffic) every(ctx context.Context, d time.Duration, do func(i int)) {
	tr.wg.Go(func() {
		tick := time.NewTicker(d)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				do(i)
			}
		}
	})
}

// play connects 200 clients to a node and lets them work: 170 that ask, 10 that
// answer, 10 that store, 10 that are idle. One client on each other server
// answers too.
func (tr *traffic) play(ctx context.Context, t *testing.T, c *broker.Cluster, node string) {
	t.Helper()
	answer := func(nc *nats.Conn) {
		if _, err := nc.QueueSubscribe("service", "q", func(m *nats.Msg) { _ = m.Respond([]byte("y")) }); err != nil {
			t.Fatal(err)
		}
		if err := nc.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range c.Nodes() {
		if n.Name() != node {
			answer(client(t, c, n.Name(), "backend"))
		}
	}
	for i := range 200 {
		nc := client(t, c, node, fmt.Sprintf("client-%d", i%50))
		switch {
		case i < 170:
			tr.every(ctx, 250*time.Millisecond, func(int) { tr.ask(ctx, nc) })
		case i < 180:
			answer(nc)
		case i < 190:
			js, err := jetstream.New(nc)
			if err != nil {
				t.Fatal(err)
			}
			tr.every(ctx, 100*time.Millisecond, func(k int) { tr.store(ctx, js, fmt.Sprintf("%d-%d", i, k)) })
		}
	}
}

// stream makes a replicated stream whose leader is on the given node, if the
// cluster can be brought to it.
func stream(t *testing.T, c *broker.Cluster) jetstream.Stream {
	t.Helper()
	nc, err := c.Node("dev-1").Connect("app", nats.MaxReconnects(-1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	s, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.>"}, Replicas: 3, Duplicates: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLameDuckOfOneOfThree(t *testing.T) {
	testcluster.Slow(t)
	c := real.Start(t, spec.Nodes(3))
	const node = "dev-2"
	orders := stream(t, c)
	traffic, ctx := &traffic{}, t.Context()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	traffic.play(ctx, t, c, node)
	operator := sys.New(real.System(t, c.Node(node))) // connected to the very server
	if moved, err := drain.MoveAway(ctx, operator.Conn(), c.Node(node).ID()); err != nil || !moved {
		t.Fatalf("move away: %v %v", moved, err)
	}
	plan, err := drain.MakePlan(ctx, operator, node)
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Clients) != 200 || len(plan.Blocks) != 0 || !slices.Equal(plan.Others, []string{"dev-1", "dev-3"}) {
		t.Fatalf("%d clients, blocks %q, others %q", len(plan.Clients), plan.Blocks, plan.Others)
	}
	watch, err := drain.Follow(ctx, operator, plan.Begin(false), false)
	if err != nil {
		t.Fatal(err)
	}
	defer watch.Close()
	var duck sync.WaitGroup
	duck.Go(func() {
		if err := c.Node(node).LameDuck(4*time.Second, time.Second); err != nil {
			t.Error(err)
		}
		watch.Triggered()
	})
	last := followDrain(ctx, t, watch)
	duck.Wait()
	if !last.Last || !last.Gone || !last.Announced || last.Moved != 200 || last.Where["dev-1"]+last.Where["dev-3"] != 200 {
		t.Errorf("at the end: %+v, lost %+v", last, watch.Lost())
	}
	for range 3 { // everybody goes on working
		before := traffic.answered.Load()
		testcluster.Await(t, "hundred more answers", func() bool { return traffic.answered.Load() > before+100 })
	}
	stop()
	traffic.wg.Wait()
	if n := traffic.lost.Load(); n != 0 || traffic.answered.Load() == 0 {
		t.Errorf("%d requests lost, %d answered", n, traffic.answered.Load())
	}
	if bad, err := drain.Leaderless(t.Context(), operator, ""); err != nil || len(bad) != 0 {
		t.Errorf("without a leader: %q, %v", bad, err)
	}
	info, err := orders.Info(t.Context())
	if err != nil || info.Cluster.Leader == node || int64(info.State.Msgs) < traffic.stored.Load() {
		t.Errorf("stream %+v: %v; %d stored", info, err, traffic.stored.Load())
	}
	t.Logf("%d requests answered, %d messages stored, %+v", traffic.answered.Load(), traffic.stored.Load(), last)
}

// followDrain checks the progress at every step.
func followDrain(ctx context.Context, t *testing.T, w *drain.Watch) (last drain.Progress) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	connected, asked := 1<<30, 0
	for p := range w.Progress(ctx) {
		where := 0
		for _, n := range p.Where {
			where += n
		}
		if p.Total != 200 || p.Moved+p.Back+p.Away+p.Unknown != 200 || where != p.Moved || p.Moved < last.Moved || p.Back != 0 {
			t.Errorf("progress %+v after %+v", p, last)
		}
		if p.Connected != nil {
			asked++
			if *p.Connected > connected {
				t.Errorf("%d connected after %d", *p.Connected, connected)
			}
			connected = *p.Connected
			if p.Moved > 200-connected {
				t.Errorf("%d moved and %d still connected", p.Moved, connected)
			}
		}
		last = p
	}
	if asked < 2 {
		t.Errorf("the monitoring port was heard %d times", asked)
	}
	return last
}

func TestKickDrainAndWatchAgain(t *testing.T) {
	c := real.Start(t, spec.Nodes(2))
	operator := sys.New(real.System(t, c.Node("dev-1")))
	for i := range 30 {
		client(t, c, "dev-2", fmt.Sprintf("worker-%d", i%3))
	}
	testcluster.Await(t, "thirty connections", func() bool {
		conns, _, err := operator.Conns(t.Context(), fleet.Scope{Name: "dev-2"}, sys.ConnSelection{Account: "APP"})
		return err == nil && len(conns) >= 30
	})
	plan, err := drain.MakePlan(t.Context(), operator, "dev-2")
	if err != nil {
		t.Fatal(err)
	}
	record := plan.Begin(true)
	watch, err := drain.Follow(t.Context(), operator, record, false)
	if err != nil {
		t.Fatal(err)
	}
	var kicks sync.WaitGroup
	kicks.Go(func() {
		for r := range operator.KickAll(t.Context(), plan.Clients, sys.Pace{PerSecond: 100, Notice: 10 * time.Millisecond}) {
			if r.Err != nil {
				t.Error(r.Err)
			}
		}
		watch.Triggered()
	})
	var last drain.Progress
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for p := range watch.Progress(ctx) {
		last = p
	}
	kicks.Wait()
	watch.Close()
	if !last.Last || last.Gone || last.Moved+last.Back != 30 || last.Away != 0 {
		t.Errorf("at the end %+v", last)
	}
	// Somebody who was interrupted finds those who have moved without having heard of it.
	again, err := drain.Follow(t.Context(), operator, record, true)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	for p := range again.Progress(ctx) {
		if p.Moved != last.Moved {
			t.Errorf("watched again: %+v, before %+v", p, last)
		}
	}
}

func TestDrainIsRefused(t *testing.T) {
	testcluster.Slow(t)
	c := real.Start(t, spec.Super(2, "east", "west"))
	operator := sys.New(real.System(t, c.Node("east-1")))
	c.Node("west-2").Stop()
	testcluster.Await(t, "leader that has noticed", func() bool {
		s, err := operator.Snapshot(t.Context(), fleet.Want{Kinds: []fleet.Kind{fleet.Jsz}})
		if err != nil || len(s.Servers) != 3 || len(s.Missing) > 0 {
			return false
		}
		for _, sv := range s.Servers { // the leader has noticed
			if sv.Jsz == nil || sv.Jsz.Meta == nil {
				return false
			}
			if m := sv.Jsz.Meta; m.Leader == sv.Info.Name && slices.ContainsFunc(m.Replicas, func(r *server.PeerInfo) bool { return r.Offline }) {
				return true
			}
		}
		return false
	})
	plan, err := drain.MakePlan(t.Context(), operator, "west-1")
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(plan.Blocks, "\n")
	if !strings.Contains(all, "last server of cluster west") || !strings.Contains(all, "meta group needs 3 of its 4 servers and would have 2") {
		t.Errorf("blocks %q", plan.Blocks)
	}
}

func TestDrainKnowsTheOnlyReplica(t *testing.T) {
	c := real.Start(t, spec.Nodes(3))
	nc := real.Connect(t, c, "app")
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	s, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "ONE", Subjects: []string{"one"}, Replicas: 1})
	if err != nil {
		t.Fatal(err)
	}
	holder := s.CachedInfo().Cluster.Leader
	operator := sys.New(real.System(t, c.Nodes()[0]))
	for _, n := range c.Nodes() {
		var plan *drain.Plan
		testcluster.Await(t, "plan", func() bool {
			plan, err = drain.MakePlan(t.Context(), operator, n.Name())
			return err == nil && (n.Name() != holder || len(plan.Blocks) > 0)
		})
		want := 0
		if n.Name() == holder {
			want = 1
		}
		if len(plan.Blocks) != want {
			t.Errorf("%s, where %s holds the stream: %q", n.Name(), holder, plan.Blocks)
		}
	}
}
