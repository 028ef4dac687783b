package sys_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/link"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster"
	"github.com/natsctl/natsctl/internal/testcluster/real"
)

// TestLameDuckIsDraining keeps a client on a server in lame duck mode, so that
// it goes on serving and says nothing.
func TestLameDuckIsDraining(t *testing.T) {
	slow(t)
	t.Parallel()
	c := real.Start(t, spec.Nodes(3))
	client := connect(t, c.Node("dev-1"))
	eventually(t, client, fleet.Want{}, func(s *fleet.Snapshot) bool {
		return len(s.Servers) == 3 && s.Complete() && s.Counted == 3
	})
	stay, err := c.Node("dev-3").Connect("app", nats.NoReconnect())
	if err != nil {
		t.Fatal(err)
	}
	defer stay.Close()
	done := make(chan error, 1)
	go func() { done <- c.Node("dev-3").LameDuck(2*time.Second, 1500*time.Millisecond) }()
	s := eventually(t, client, fleet.Want{}, func(s *fleet.Snapshot) bool { return len(s.Missing) == 1 && s.Counted == 2 })
	if m := s.Missing[0]; m.Name != "dev-3" || m.Reason != fleet.Draining {
		t.Errorf("missing %+v, counted %d", m, s.Counted)
	}
	<-done
}

func TestPartition(t *testing.T) {
	slow(t)
	t.Parallel()
	spec := spec.Super(2, "east", "west")
	spec.Faults = true
	c := real.Start(t, spec)
	client := connect(t, c.Node("east-1"))
	eventually(t, client, fleet.Want{}, func(s *fleet.Snapshot) bool { return len(s.Servers) == 4 && s.Complete() && s.Counted == 4 })
	if err := c.Partition("east", "west"); err != nil {
		t.Fatal(err)
	}
	s := eventually(t, client, fleet.Want{}, func(s *fleet.Snapshot) bool { return len(s.Servers) == 2 })
	if len(s.Missing) != 2 {
		t.Fatalf("missing %+v", s.Missing)
	}
	for _, m := range s.Missing {
		if m.Cluster != "west" || m.Name == "" {
			t.Errorf("missing %+v", m)
		}
	}
	if err := c.Heal(); err != nil {
		t.Fatal(err)
	}
	eventually(t, client, fleet.Want{}, func(s *fleet.Snapshot) bool { return len(s.Servers) == 4 && s.Complete() })
}

// TestSlowLink makes answers of one cluster come much later than those of the
// other, but evenly: all of them count.
func TestSlowLink(t *testing.T) {
	slow(t)
	t.Parallel()
	spec := spec.Super(1, "near", "far")
	spec.Faults, spec.NoJetStream = true, true
	c := real.Start(t, spec)
	client := connect(t, c.Node("near-1"))
	eventually(t, client, fleet.Want{}, func(s *fleet.Snapshot) bool { return len(s.Servers) == 2 && s.Complete() && s.Counted == 2 })
	if _, err := c.Inject(link.Fault{Kind: link.Latency, A: "near", B: "far", Delay: 150 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Inject(link.Fault{Kind: link.Drop, A: "near", B: "far"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, client, fleet.Want{Kinds: []fleet.Kind{fleet.Gatewayz}}, func(s *fleet.Snapshot) bool {
		g := s.Server("near-1").Gatewayz
		if g == nil || g.OutboundGateways["far"] == nil {
			return false
		}
		rtt, err := time.ParseDuration(g.OutboundGateways["far"].Connection.RTT)
		return err == nil && rtt > 250*time.Millisecond
	})
	for range 3 {
		if s := snapshot(t, client, fleet.Want{Kinds: []fleet.Kind{fleet.Varz}}); len(s.Servers) != 2 || !s.Complete() {
			t.Errorf("servers %v, missing %+v, problems %+v in %.3fs", names(s), s.Missing, s.Problems, s.TookSeconds)
		}
	}
}

// TestEveryConnectionOnce asks for more connections than fit a page, while
// others come and go.
func TestEveryConnectionOnce(t *testing.T) {
	slow(t)
	t.Parallel()
	const many = 2502
	c := real.Start(t, spec.Nodes(1))
	n := c.Nodes()[0]
	held := make([]*nats.Conn, 0, many)
	defer func() {
		for _, nc := range held {
			nc.Close()
		}
	}()
	for i := range many {
		nc, err := n.Connect("app", nats.Name(fmt.Sprint("client ", i)), nats.NoReconnect(), nats.NoCallbacksAfterClientClose())
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, nc)
	}
	client := connect(t, n)
	check := func(t *testing.T, want fleet.Want, n int) {
		t.Helper()
		// A busy machine makes a page late, which the round reports; what a complete one shows is exact.
		s := eventually(t, client, want, func(s *fleet.Snapshot) bool { return s.Complete() && s.Servers[0].Connz != nil })
		seen := map[string]int{}
		for _, ci := range s.Servers[0].Connz.Conns {
			if ci.Account == "APP" {
				seen[ci.Name]++
			}
		}
		for name, times := range seen {
			if times != 1 {
				t.Errorf("%s was reported %d times", name, times)
			}
		}
		if len(seen) != n {
			t.Errorf("%d of %d connections were reported", len(seen), n)
		}
	}
	kinds := []fleet.Kind{fleet.Connz}
	t.Run("all", func(t *testing.T) { check(t, fleet.Want{Kinds: kinds}, many) })
	t.Run("of an account", func(t *testing.T) { check(t, fleet.Want{Kinds: kinds, Conns: fleet.ConnWant{Account: "APP"}}, many) })
	t.Run("with subscriptions", func(t *testing.T) {
		check(t, fleet.Want{Kinds: kinds, Conns: fleet.ConnWant{Subscriptions: true}}, many)
	})
	t.Run("limited", func(t *testing.T) {
		check(t, fleet.Want{Kinds: kinds, Conns: fleet.ConnWant{Account: "APP", Limit: 1500}}, 1500)
	})
	t.Run("top", func(t *testing.T) {
		check(t, fleet.Want{Kinds: kinds, Conns: fleet.ConnWant{Account: "APP", Limit: 10, Sort: "bytes_to"}}, 10)
	})
	t.Run("as an ordinary user", func(t *testing.T) {
		nc, err := n.Connect("app", nats.Name("who asks"))
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		for limit, want := range map[int]int{0: many + 1, 5: 5, 700: 700} {
			own := wholeAccount(t, sys.New(nc), fleet.ConnWant{Limit: limit})
			seen := map[uint64]bool{}
			for _, ci := range own.Snapshot.Servers[0].Connz.Conns {
				seen[ci.Cid] = true
			}
			if z := own.Snapshot.Servers[0].Connz; len(seen) != want || len(z.Conns) != want {
				t.Errorf("limit %d: %d connections, %d different ones", limit, len(z.Conns), len(seen))
			}
		}
	})
	t.Run("while others close", func(t *testing.T) {
		const leave = 200
		closing := make(chan struct{})
		go func() {
			defer close(closing)
			for _, nc := range held[:leave] {
				nc.Close()
			}
		}()
		s := eventually(t, client, fleet.Want{Kinds: kinds, Conns: fleet.ConnWant{Account: "APP"}}, (*fleet.Snapshot).Complete)
		<-closing
		seen := map[string]int{}
		for _, ci := range s.Servers[0].Connz.Conns {
			seen[ci.Name]++
		}
		for i := leave; i < many; i++ {
			if name := fmt.Sprint("client ", i); seen[name] != 1 {
				t.Errorf("%s, which stayed, was reported %d times", name, seen[name])
			}
		}
	})
}

// wholeAccount asks for an account until no answer is late.
func wholeAccount(t *testing.T, c *sys.Client, want fleet.ConnWant) *sys.Own {
	t.Helper()
	var own *sys.Own
	testcluster.Await(t, "an account without problems", func() bool {
		var err error
		if own, err = c.OwnAccount(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		return len(own.Snapshot.Problems) == 0
	})
	return own
}
