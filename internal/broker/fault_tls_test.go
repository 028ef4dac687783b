package broker

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/broker/link"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// healTime is within what a partition is to be gone after it was healed. A leaf node waits a second before it tries again, and a
// second for a hub that is still cut off.
const healTime, leafHealTime = 2 * time.Second, 4 * time.Second

// heals makes a partition and measures how long requests need to cross again once it is healed. The best of some rounds
// counts: what else the machine does can only make one longer.
func heals(t *testing.T, c *Cluster, a, b string, within time.Duration, pairs ...func() error) {
	t.Helper()
	best := time.Hour
	for range 10 {
		if err := c.Partition(a, b); err != nil {
			t.Fatal(err)
		}
		for i, ask := range pairs {
			if ask() == nil {
				t.Errorf("request %d crossed the partition %s | %s", i, a, b)
			}
		}
		begun := time.Now()
		if err := c.Heal(); err != nil {
			t.Fatal(err)
		}
		for _, ask := range pairs {
			testcluster.Retry(t, "answer", ask)
		}
		best = min(best, time.Since(begun))
		if err := c.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		if best < within {
			t.Logf("%s | %s healed after %v, whole after %v", a, b, best, time.Since(begun))
			return
		}
	}
	t.Errorf("%s | %s: requests crossed %v after it was healed", a, b, best)
}

// TestFaultsUnderTLS disturbs routes, gateways and leaf connections, that are encrypted.
func TestFaultsUnderTLS(t *testing.T) {
	costly(t)
	t.Parallel()
	for _, mode := range []spec.TLSMode{spec.TLSServer, spec.TLSMutual} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			sp := spec.Super(2, "east", "west").WithLeaf("edge", 1, "east")
			sp.Faults, sp.TLS.Mode = true, mode
			c := begin(t, sp)
			for _, ln := range []struct {
				what, from, to string // nodes
				a, b           string // sides
				within         time.Duration
			}{
				{"gateway", "east-1", "west-2", "east", "west", healTime},
				{"route", "west-1", "west-2", "west-1", "west-2", healTime},
				{"leaf", "edge", "east-2", "edge", "east", leafHealTime},
			} {
				p := newPair(t, c, ln.from, ln.to, ln.what)
				ask := func() error { return p.ask(ln.what) }
				heals(t, c, ln.a, ln.b, ln.within, ask)
				slow(t, c, ln.a, ln.b, ask)
				mute(t, c, ln.a, ln.b, ask)
				if _, err := c.Inject(link.Fault{Kind: link.Drop, A: ln.a, B: ln.b}); err != nil {
					t.Fatal(err)
				}
				testcluster.Retry(t, "answer", ask)
			}
		})
	}
}

// slow lets everything arrive later, in both directions.
func slow(t *testing.T, c *Cluster, a, b string, ask func() error) {
	t.Helper()
	if _, err := c.Inject(link.Fault{Kind: link.Latency, A: a, B: b, Delay: 35 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	best := time.Hour
	for range 10 {
		begun := time.Now()
		if ask() == nil {
			best = min(best, time.Since(begun))
		}
	}
	if best < 70*time.Millisecond || best == time.Hour {
		t.Errorf("%s | %s: the best round trip over 35 ms each way took %v", a, b, best)
	}
	if err := c.Heal(); err != nil {
		t.Fatal(err)
	}
}

// mute keeps connections open and lets nothing through.
func mute(t *testing.T, c *Cluster, a, b string, ask func() error) {
	t.Helper()
	if _, err := c.Inject(link.Fault{Kind: link.Blackhole, A: a, B: b}); err != nil {
		t.Fatal(err)
	}
	if ask() == nil {
		t.Errorf("a request came through the black hole %s | %s", a, b)
	}
	if err := c.Heal(); err != nil {
		t.Fatal(err)
	}
	testcluster.Retry(t, "answer", func() error {
		if err := ask(); err != nil {
			return errors.Join(fmt.Errorf("behind the black hole %s | %s", a, b), err)
		}
		return nil
	})
}
