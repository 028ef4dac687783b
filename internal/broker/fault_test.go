package broker

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/link"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// pair is a requester at one node and a responder at another.
type pair struct{ nc *nats.Conn }

func newPair(t *testing.T, c *Cluster, from, to, subject string) pair {
	t.Helper()
	there, err := c.Node(to).Connect("app")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(there.Close)
	if _, err := there.Subscribe(subject, func(m *nats.Msg) { m.Respond(m.Data) }); err != nil {
		t.Fatal(err)
	}
	here, err := c.Node(from).Connect("app")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(here.Close)
	if err := there.Flush(); err != nil {
		t.Fatal(err)
	}
	p := pair{here}
	testcluster.Retry(t, "answer", func() error { return p.ask(subject) })
	return p
}

func (p pair) ask(subject string) error {
	_, err := p.nc.Request(subject, []byte("x"), 500*time.Millisecond)
	return err
}

func TestPartitionAndHeal(t *testing.T) {
	costly(t)
	t.Parallel()
	sp := spec.Super(2, "east", "west").WithLeaf("edge", 1, "east")
	sp.Faults = true
	c := begin(t, sp)
	across := newPair(t, c, "east-1", "west-2", "across")
	inside := newPair(t, c, "east-1", "east-2", "inside")
	leaf := newPair(t, c, "edge", "west-1", "leaf")
	if err := c.Partition("east", "west"); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		if err := across.ask("across"); err == nil {
			t.Errorf("request %d crossed the partition", i)
		}
	}
	if err := inside.ask("inside"); err != nil {
		t.Errorf("inside a side: %v", err)
	}
	begun := time.Now()
	if err := c.Heal(); err != nil {
		t.Fatal(err)
	}
	testcluster.Retry(t, "answer", func() error { return across.ask("across") })
	t.Logf("healed after %v", time.Since(begun))
	testcluster.Retry(t, "answer", func() error { return leaf.ask("leaf") })
	if err := c.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestIsolatedNode(t *testing.T) {
	t.Parallel()
	sp := spec.Nodes(3)
	sp.Faults = true
	c := begin(t, sp)
	p := newPair(t, c, "dev-1", "dev-2", "x")
	if err := c.Partition("dev-2", ""); err != nil {
		t.Fatal(err)
	}
	testcluster.Retry(t, "answer", func() error {
		if p.ask("x") == nil {
			return errors.New("still reachable")
		}
		return nil
	})
	if err := c.Heal(); err != nil {
		t.Fatal(err)
	}
	testcluster.Retry(t, "answer", func() error { return p.ask("x") })
}

func TestLatency(t *testing.T) {
	costly(t)
	t.Parallel()
	sp := spec.Nodes(2)
	sp.Faults = true
	c := begin(t, sp)
	p := newPair(t, c, "dev-1", "dev-2", "x")
	f, err := c.Inject(link.Fault{Kind: link.Latency, A: "dev-1", B: "dev-2", Delay: 35 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	best := time.Hour
	for range 30 { // what else the machine does can only make one longer
		begun := time.Now()
		if err := p.ask("x"); err == nil {
			best = min(best, time.Since(begun))
		}
	}
	if best < 70*time.Millisecond || best > 140*time.Millisecond {
		t.Errorf("the best of 30 round trips over a link of 35 ms each way took %v", best)
	}
	t.Logf("best round trip %v", best)
	if got := c.Faults(); len(got) != 1 || got[0].ID != f.ID || got[0].String() != "latency dev-1 | dev-2 35ms" {
		t.Errorf("faults: %v", got)
	}
	if err := c.Heal(f.ID); err != nil {
		t.Fatal(err)
	}
	if err := c.Heal(f.ID); !errors.Is(err, link.ErrFault) {
		t.Errorf("healed twice: %v", err)
	}
}

func TestBandwidth(t *testing.T) {
	costly(t)
	t.Parallel()
	sp := spec.Nodes(2)
	sp.Faults = true
	c := begin(t, sp)
	p := newPair(t, c, "dev-1", "dev-2", "x")
	if _, err := c.Inject(link.Fault{Kind: link.Bandwidth, A: "dev-1", B: "dev-2", OneWay: true, Rate: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if _, err := p.nc.Request("x", make([]byte, 300<<10), 30*time.Second); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took < 200*time.Millisecond {
		t.Errorf("300 KiB at 1 MiB/s took %v", took)
	}
}

func TestBlackholeHoldsAndReleases(t *testing.T) {
	costly(t)
	t.Parallel()
	sp := spec.Nodes(2)
	sp.Faults = true
	c := begin(t, sp)
	p := newPair(t, c, "dev-1", "dev-2", "x")
	if _, err := c.Inject(link.Fault{Kind: link.Blackhole, A: "dev-1"}); err != nil {
		t.Fatal(err)
	}
	if err := p.ask("x"); !errors.Is(err, nats.ErrTimeout) {
		t.Fatalf("through a black hole: %v", err)
	}
	if err := c.Heal(); err != nil {
		t.Fatal(err)
	}
	testcluster.Retry(t, "answer", func() error { return p.ask("x") })
}

func TestOneWayPartition(t *testing.T) {
	costly(t)
	t.Parallel()
	sp := spec.Nodes(2)
	sp.Faults = true
	c := begin(t, sp)
	to, from := newPair(t, c, "dev-1", "dev-2", "to"), newPair(t, c, "dev-2", "dev-1", "from")
	got, err := from.nc.SubscribeSync("news")
	if err != nil {
		t.Fatal(err)
	}
	if err := from.nc.Flush(); err != nil {
		t.Fatal(err)
	}
	testcluster.Retry(t, "answer", func() error { return hears(to.nc, got) })
	if _, err := c.Inject(link.Fault{Kind: link.Partition, A: "dev-2", B: "dev-1", OneWay: true}); err != nil {
		t.Fatal(err)
	}
	if err := hears(to.nc, got); err != nil {
		t.Errorf("the open direction: %v", err)
	}
	if err := to.ask("to"); err == nil {
		t.Error("an answer came through the closed direction")
	}
	if err := c.Heal(); err != nil {
		t.Fatal(err)
	}
	testcluster.Retry(t, "answer", func() error { return to.ask("to") })
}

func hears(nc *nats.Conn, sub *nats.Subscription) error {
	if err := nc.Publish("news", nil); err != nil {
		return err
	}
	_, err := sub.NextMsg(time.Second)
	return err
}

func TestDropComesBack(t *testing.T) {
	t.Parallel()
	sp := spec.Nodes(2)
	sp.Faults = true
	c := begin(t, sp)
	p := newPair(t, c, "dev-1", "dev-2", "x")
	if _, err := c.Inject(link.Fault{Kind: link.Drop, A: "dev-1", B: "dev-2"}); err != nil {
		t.Fatal(err)
	}
	testcluster.Retry(t, "answer", func() error { return p.ask("x") })
	if got := c.Faults(); len(got) != 0 {
		t.Errorf("faults after a drop: %v", got)
	}
}

func TestFaultHealsByItself(t *testing.T) {
	costly(t)
	t.Parallel()
	sp := spec.Nodes(2)
	sp.Faults = true
	c := begin(t, sp)
	if _, err := c.Inject(link.Fault{Kind: link.Blackhole, A: "dev-1", B: "dev-2", For: 50 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	testcluster.Retry(t, "answer", func() error {
		if n := len(c.Faults()); n != 0 {
			return fmt.Errorf("%d faults", n)
		}
		return nil
	})
}

func TestFaultRefused(t *testing.T) {
	t.Parallel()
	sp := spec.Nodes(2)
	sp.Faults = true
	c := begin(t, sp)
	for name, f := range map[string]link.Fault{
		"kind":    {Kind: "gremlin", A: "dev-1"},
		"name":    {Kind: link.Partition, A: "dev-9"},
		"same":    {Kind: link.Partition, A: "dev-1", B: "dev-1"},
		"delay":   {Kind: link.Latency, A: "dev-1"},
		"rate":    {Kind: link.Bandwidth, A: "dev-1"},
		"nobody":  {Kind: link.Partition, A: ""},
		"unknown": {Kind: link.Partition, A: "dev-1", B: "mars"},
	} {
		if _, err := c.Inject(f); !errors.Is(err, link.ErrFault) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := begin(t, spec.Single()).Partition("dev", ""); !errors.Is(err, link.ErrFault) {
		t.Errorf("without doors: %v", err)
	}
}
