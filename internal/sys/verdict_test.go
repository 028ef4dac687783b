package sys_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// seconds is a duration as snapshots tell it.
func seconds(s *fleet.Snapshot) time.Duration { return time.Duration(s.TookSeconds * 1e9) }

// TestWhoIsMissing has one thing go wrong in a fleet, and asks from a client that
// has seen it whole and from one that has not.
func TestWhoIsMissing(t *testing.T) {
	gone := func(w *world, label string) { w.nodes[label].Gone = true }
	for _, tc := range []struct {
		name     string
		fleet    []string
		breaks   func(*world)
		scope    fleet.Scope
		missing  []string // of the client that has seen the fleet whole
		stranger []string // of the client that has not; nil: the same
		answered int
		forgot   int
	}{
		{name: "nothing", fleet: []string{"e/n1", "e/n2", "w/w1", "leaf/l1"}, breaks: func(*world) {}, answered: 4},
		{name: "one hangs", fleet: []string{"e/n1", "e/n2", "e/n3"}, breaks: func(w *world) { w.mute("e/n3") }, missing: []string{"e/n3 silent"}, answered: 2},
		{
			name: "one hangs, asked for another", fleet: []string{"e/n1", "e/n2", "e/n3"}, breaks: func(w *world) { w.mute("e/n3") },
			scope: fleet.Scope{Name: "n2"}, answered: 1,
		},
		{
			name: "one hangs, asked for another by id", fleet: []string{"e/n1", "e/n2", "e/n3"}, breaks: func(w *world) { w.mute("e/n3") },
			scope: fleet.Scope{Name: idOf("e/n2")}, answered: 1,
		},
		{
			name: "one hangs, asked for it", fleet: []string{"e/n1", "e/n2", "e/n3"}, breaks: func(w *world) { w.mute("e/n3") },
			scope: fleet.Scope{Name: "n3"}, missing: []string{"e/n3 silent"},
		},
		{
			name: "one hangs, asked for another cluster", fleet: []string{"e/n1", "w/w1", "w/w2"}, breaks: func(w *world) { w.mute("w/w1") },
			scope: fleet.Scope{Cluster: "e"}, answered: 1,
		},
		{
			name: "killed and still linked", fleet: []string{"e/n1", "e/n2", "e/n3"}, breaks: func(w *world) { gone(w, "e/n2") },
			missing: []string{"e/n2 gone"}, answered: 2,
		},
		{
			name: "killed and still counted", fleet: []string{"e/n1", "e/n2", "e/n3"}, breaks: func(w *world) { w.kill("e/n2") },
			missing: []string{"e/n2 gone"}, stranger: []string{"?/? gone"}, answered: 2,
		},
		{
			name: "ended and no longer counted", fleet: []string{"e/n1", "e/n2", "e/n3"}, breaks: func(w *world) { w.kill("e/n2"); w.count(2) }, answered: 2,
		},
		{
			name: "lame duck", fleet: []string{"e/n1", "e/n2", "e/n3"}, breaks: func(w *world) { w.mute("e/n2"); w.count(2) },
			missing: []string{"e/n2 draining"}, answered: 2,
		},
		{
			name: "a lame duck and one that hangs", fleet: []string{"e/n1", "e/n2", "e/n3"}, breaks: func(w *world) { w.mute("e/n2", "e/n3"); w.count(2) },
			missing: []string{"e/n2 silent", "e/n3 silent"}, answered: 1,
		},
		{
			name: "the gate of a cluster hangs", fleet: []string{"e/e1", "w/w1", "w/w2", "w/w3"}, breaks: func(w *world) { w.mute("w/w1", "w/w2", "w/w3") },
			missing: []string{"w/w1 silent", "w/w2 behind via w1", "w/w3 behind via w1"}, answered: 1,
			stranger: []string{"w/? behind via " + idOf("w/w1"), "w/? behind via " + idOf("w/w1"), "w/? silent"},
		},
		{
			name: "a leaf hangs", fleet: []string{"e/n1", "e/n2", "leaf/l1"}, breaks: func(w *world) { w.mute("leaf/l1") },
			missing: []string{"?/l1 silent"}, answered: 2,
		},
		{
			name: "a leaf hangs, and one is behind it", fleet: []string{"e/n1", "leaf/l1", "leaf/l2"},
			breaks: func(w *world) {
				w.nodes["e/n1"].leafz.Leafs = w.nodes["e/n1"].leafz.Leafs[:1]
				w.mute("leaf/l1", "leaf/l2")
			},
			missing: []string{"leaf/l1 silent", "leaf/l2 behind via l1"}, stranger: []string{"?/? behind via l1", "?/l1 silent"}, answered: 1,
		},
		{
			name: "a leaf of another account", fleet: []string{"e/n1"},
			breaks: func(w *world) {
				w.nodes["e/n1"].leafz.Leafs = []*server.LeafInfo{{Name: "stranger", Account: "APP"}}
				w.count(1)
			}, answered: 1,
		},
		{
			name: "killed, of two with one name", fleet: []string{"e/n1", "w/n1", "w/n2"}, breaks: func(w *world) { w.kill("w/n1") },
			missing: []string{"w/n1 gone"}, stranger: []string{"?/? gone"}, answered: 2,
		},
		{
			name: "one hangs, of two with one name", fleet: []string{"e/n1", "e/n2", "w/n2"}, breaks: func(w *world) { w.mute("e/n2") },
			missing: []string{"e/n2 silent"}, answered: 2,
		},
		{
			name: "killed and started again", fleet: []string{"e/n1", "e/n2", "e/n3"}, breaks: func(w *world) { w.restart("e/n3") },
			answered: 3, forgot: 1,
		},
		{
			name: "one that has started counts too few", fleet: []string{"e/n1", "e/n2", "e/n3"},
			breaks: func(w *world) { w.nodes["e/n1"].stats.ActiveServers = 1; w.mute("e/n3") }, missing: []string{"e/n3 silent"}, answered: 2,
		},
		{
			name: "one counts far too many", fleet: []string{"e/n1", "e/n2", "e/n3"},
			breaks: func(w *world) { w.nodes["e/n1"].stats.ActiveServers = 999 }, answered: 3,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, tc.fleet...)
				seen, stranger := w.client(), w.client()
				if s := snapshot(t, seen, fleet.Want{}); !s.Complete() {
					t.Fatalf("before: missing %v, problems %v", absent(s), faults(s))
				}
				stub.Elapse(time.Minute)
				w.Change(func() { tc.breaks(w) })
				for who, c := range map[string]*sys.Client{"seen": seen, "stranger": stranger} {
					want := tc.missing
					if who == "stranger" && tc.stranger != nil {
						want = tc.stranger
					}
					s := snapshot(t, c, fleet.Want{Scope: tc.scope})
					if got := absent(s); !slices.Equal(got, want) || len(s.Servers) != tc.answered || s.Forgotten != tc.forgot {
						t.Errorf("%s: missing %v, want %v; answered %v, forgotten %d", who, got, want, labels(s), s.Forgotten)
					}
					if s.Expected != len(s.Servers)+len(s.Missing) {
						t.Errorf("%s: expected %d of %d and %d missing", who, s.Expected, len(s.Servers), len(s.Missing))
					}
				}
			})
		})
	}
}

// TestForgottenServer asks by name for a server that died and that no other counts any
// more: who has seen it says that it is gone, and not that it never was; who has not
// finds no such server, and one that announced its end is none either.
func TestForgottenServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "e/n1", "e/n2", "e/n3")
		seen, left, stranger := w.client(), w.client(), w.client()
		snapshot(t, seen, fleet.Want{})
		w.Change(func() { w.kill("e/n3"); w.count(2) })
		for _, name := range []string{"n3", idOf("e/n3")} {
			if s := snapshot(t, seen, fleet.Want{Scope: fleet.Scope{Name: name}}); !slices.Equal(absent(s), []string{"e/n3 gone"}) || s.Expected != 1 {
				t.Errorf("%s: missing %v of %d", name, absent(s), s.Expected)
			}
		}
		known := seen.Roster()
		for i := range known {
			known[i].Left = time.Now()
		}
		left = sys.New(left.Conn(), sys.WithRoster(known))
		for name, c := range map[string]*sys.Client{"of another name": seen, "announced": left, "stranger": stranger} {
			scope := fleet.Scope{Name: "n3"}
			if name == "of another name" {
				scope.Name = "n4"
			}
			if _, err := c.Snapshot(t.Context(), fleet.Want{Scope: scope}); !errors.Is(err, sys.ErrNoServer) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := seen.Snapshot(t.Context(), fleet.Want{Scope: fleet.Scope{Name: "n3", Cluster: "w"}}); !errors.Is(err, sys.ErrNoServer) {
			t.Errorf("in another cluster: %v", err)
		}
	})
}

// restart ends a server without notice and starts it again: the others still
// count its earlier life.
func (w *world) restart(label string) {
	m := w.nodes[label]
	before := m.Info.ID
	m.Info.ID = idOf(label + "again")
	m.stats.Start = time.Now().Add(-time.Second)
	for _, o := range w.nodes {
		for _, r := range o.routez.Routes {
			if r.RemoteID == before {
				r.RemoteID = m.Info.ID
			}
		}
		for _, g := range o.gates() {
			if g.Connection.Name == before {
				g.Connection.Name = m.Info.ID
			}
		}
		if o != m {
			o.stats.ActiveServers++
		}
		o.Info.Time = time.Now()
	}
}

// TestDepartures has a server announce its end or lame duck mode, and go. An
// announcement counts for the life of the server that made it, and for a while.
func TestDepartures(t *testing.T) {
	shutdown := func(w *world, label string) {
		w.Send(stub.Message{Subject: "$SYS.SERVER." + w.nodes[label].Info.ID + ".SHUTDOWN", Data: mustJSON(w.nodes[label].Info)})
	}
	lameDuck := func(w *world, label string) {
		w.Send(stub.Message{Subject: "$SYS.SERVER." + w.nodes[label].Info.ID + ".LAMEDUCK", Data: mustJSON(w.nodes[label].Info)})
	}
	for _, tc := range []struct {
		name    string
		happens func(*world)
		later   time.Duration
		missing []string
		forgot  int
	}{
		{name: "ended as it said, still counted", happens: func(w *world) { shutdown(w, "e/n3"); w.kill("e/n3") }, forgot: 1},
		{name: "ended as it said, counted for too long", happens: func(w *world) { shutdown(w, "e/n3"); w.kill("e/n3") }, later: 5 * time.Minute, missing: []string{"?/? gone"}},
		{name: "went without notice", happens: func(w *world) { w.kill("e/n3") }, missing: []string{"e/n3 gone"}},
		{name: "announced lame duck mode and serves on", happens: func(w *world) { lameDuck(w, "e/n3"); w.mute("e/n3"); w.count(3) }, missing: []string{"e/n3 draining"}},
		{name: "another announced it", happens: func(w *world) { lameDuck(w, "e/n2"); w.mute("e/n3") }, missing: []string{"e/n3 silent"}},
		{
			name: "announced its end, came back, and died without notice",
			happens: func(w *world) {
				shutdown(w, "e/n3")
				w.restart("e/n3")
				w.count(4)
				w.snapshot()
				w.kill("e/n3")
			}, missing: []string{"e/n3 gone"},
		},
		{
			name: "announced lame duck mode, answered again, and hung",
			happens: func(w *world) {
				lameDuck(w, "e/n3")
				stub.Elapse(time.Second)
				w.nodes["e/n3"].Info.Time = time.Now()
				w.snapshot()
				w.mute("e/n3")
			}, missing: []string{"e/n3 silent"},
		},
		{
			name:    "one of its name in another cluster announced its end",
			happens: func(w *world) { shutdown(w, "w/n3"); w.kill("e/n3") }, missing: []string{"e/n3 gone"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "e/n1", "e/n2", "e/n3", "w/n3")
				w.asker = w.client()
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				go func() {
					for range w.asker.Events(ctx) {
					}
				}()
				synctest.Wait()
				w.snapshot()
				stub.Elapse(time.Second)
				tc.happens(w)
				synctest.Wait()
				stub.Elapse(tc.later)
				s := w.snapshot()
				if got := absent(s); !slices.Equal(got, tc.missing) || s.Forgotten != tc.forgot {
					t.Errorf("missing %v, want %v; answered %v, forgotten %d", got, tc.missing, labels(s), s.Forgotten)
				}
			})
		})
	}
}

// onSecond answers with data from the second request on.
func onSecond(data any) stub.Answer {
	asked := 0
	return func(stub.Message) any {
		if asked++; asked == 1 {
			return nil
		}
		return data
	}
}

// TestSystemAccountOfLeafs has a leaf far away, whose link says so under a name of
// the system account that the client does not know when it begins: VARZ tells it,
// which is requested if need be, or the server a moment after it accepted the
// client. A link that was never measured is waited for, and one of another account
// is none.
func TestSystemAccountOfLeafs(t *testing.T) {
	const ms = time.Millisecond
	rename := func(w *world, account, rtt string) {
		w.far("leaf/l1", 600*ms)
		*w.nodes["e/n1"].leafz.Leafs[0] = server.LeafInfo{Name: "l1", Account: account, RTT: rtt}
		w.nodes["e/n1"].Data["VARZ"] = &server.Varz{Name: "n1", SystemAccount: "SYS"}
	}
	varz := fleet.Want{Kinds: []fleet.Kind{fleet.Varz}}
	for _, tc := range []struct {
		name    string
		change  func(*world)
		want    fleet.Want
		missing []string
	}{
		{name: "told by VARZ", want: varz, change: func(w *world) { rename(w, "SYS", "602ms") }},
		{name: "told by VARZ, which was not wanted", change: func(w *world) { rename(w, "SYS", "602ms") }},
		{name: "told by VARZ, of one cluster", want: fleet.Want{Kinds: varz.Kinds, Scope: fleet.Scope{Cluster: "leaf"}}, change: func(w *world) { rename(w, "SYS", "602ms") }},
		{name: "announced after the connection", change: func(w *world) {
			rename(w, "SYS", "602ms")
			delete(w.nodes["e/n1"].Data, "VARZ")
			time.AfterFunc(10*ms, func() { w.Announce("SYS") })
		}},
		{name: "not measured yet", want: varz, change: func(w *world) { rename(w, "SYS", "0s") }},
		{name: "of another account", want: varz, change: func(w *world) { rename(w, "APP", "602ms") }, missing: []string{"?/? gone"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "e/n1", "leaf/l1")
				c := w.client()
				tc.change(w)
				if s := snapshot(t, c, tc.want); !slices.Equal(absent(s), tc.missing) {
					t.Errorf("missing %v, want %v; problems %v; took %v", absent(s), tc.missing, faults(s), seconds(s))
				}
			})
		})
	}
}
