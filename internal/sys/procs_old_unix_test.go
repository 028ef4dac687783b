//go:build unix

package sys_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// TestTokensAreHidden has a client fail with a token, which old servers tell in
// the place of its user.
func TestTokensAreHidden(t *testing.T) {
	const token = "s3cr3t-of-somebody"
	for name, bin := range map[string]string{"old": testcluster.Program(t, "2.9"), "new": ""} {
		t.Run(name, func(t *testing.T) {
			all := processes(t, map[string]string{"n1": bin}, "east/n1")
			c := all["n1"].connect(t)
			heard := make(chan fleet.Event, 64)
			go func() {
				for ev, err := range c.Events(t.Context(), fleet.EventAuthError) {
					if err == nil {
						heard <- ev
					}
				}
			}()
			deadline := time.After(30 * time.Second)
			tick := time.NewTicker(200 * time.Millisecond)
			defer tick.Stop()
			var ev fleet.Event
			for ev.Kind == "" {
				if nc, err := nats.Connect(all["n1"].url(), nats.Token(token)); err == nil {
					nc.Close()
					t.Fatal("the token was taken")
				}
				select {
				case ev = <-heard:
				case <-tick.C:
				case <-deadline:
					t.Fatal("no event")
				}
			}
			s := snapshot(t, c, fleet.Want{Kinds: []fleet.Kind{fleet.Connz}, Conns: fleet.ConnWant{State: "closed"}})
			raw, err := c.Request(t.Context(), sys.Request{Kind: fleet.Connz, Options: map[string]any{"auth": true, "state": 1}})
			if err != nil {
				t.Fatal(err)
			}
			told, err := json.Marshal([]any{ev, s, raw})
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Servers[0].Connz.Conns) == 0 || !strings.Contains(ev.Who, "user [REDACTED]") {
				t.Errorf("closed connections: %+v; %s", s.Servers[0].Connz.Conns, ev.Who)
			}
			if strings.Contains(string(told), token) {
				t.Errorf("the token is told: %s", told)
			}
		})
	}
}

// TestAnswersLostBesideOldServers asks through an old server whose cluster gets
// the answers of the other one through a newer server, which drops those that
// come in before it knows of the inbox.
func TestAnswersLostBesideOldServers(t *testing.T) {
	slow(t)
	all := processes(t, map[string]string{"old": testcluster.Program(t, "2.9")}, "east/old-", "east/new", "west/far")
	whole(t, all["old"].connect(t), 3)
	want := fleet.Want{Kinds: []fleet.Kind{fleet.Varz, fleet.Routez, fleet.Gatewayz, fleet.AccountStatz}}
	again := 0
	for range 30 {
		s := snapshot(t, all["old"].connect(t), want) // each on an inbox that no server knows yet
		if len(s.Servers) != 3 || !s.Complete() {
			t.Errorf("servers %v, missing %+v, problems %+v", names(s), s.Missing, s.Problems)
		}
		if s.TookSeconds > 0.25 {
			again++
		}
	}
	t.Logf("%d of 30 rounds had to ask again", again)
}

// TestOldServer puts a server of another release, where one is installed, into
// a cluster with one of this release.
func TestOldServer(t *testing.T) {
	all := processes(t, map[string]string{"n2": testcluster.Program(t, "2.9")}, "east/n1", "east/n2")
	for _, via := range []string{"n1", "n2"} {
		c := all[via].connect(t)
		whole(t, c, 2)
		s := snapshot(t, c, everything())
		if len(s.Servers) != 2 || len(s.Missing) != 0 {
			t.Fatalf("via %s: servers %v, missing %+v", via, names(s), s.Missing)
		}
		for _, p := range s.Problems {
			if p.Server != "n2" || p.Reason != fleet.Unsupported || p.Kind != fleet.Raftz && p.Kind != fleet.Ipqueuesz {
				t.Errorf("via %s: problem %+v", via, p)
			}
		}
		if len(s.Problems) != 2 {
			t.Errorf("via %s: problems %+v", via, s.Problems)
		}
		if sv := s.Server("n2"); sv.Varz == nil || sv.Connz == nil || sv.Healthz == nil || sv.Jsz == nil || sv.AccountStatz == nil {
			t.Errorf("via %s: %+v", via, sv)
		}
		if s, err := c.Snapshot(t.Context(), fleet.Want{Scope: fleet.Scope{Name: "n"}}); !errors.Is(err, sys.ErrNoServer) {
			t.Errorf("a part of a name matched: %v, %v", s, err)
		}
	}
}
