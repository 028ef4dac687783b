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

// TestGoodbyes has a server announce its end or lame duck mode, and go. An
// announcement counts for the life of the server that made it, and for a while.
func TestGoodbyes(t *testing.T) {
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
			name: "said goodbye, came back, and died without notice",
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
			name:    "one of its name in another cluster said goodbye",
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

// TestHowLongARoundTakes measures on a clock that only moves when all wait: who
// is abandoned, and when.
func TestHowLongARoundTakes(t *testing.T) {
	const ms = time.Millisecond
	for _, tc := range []struct {
		name   string
		opts   []sys.Option
		breaks func(*world)
		limit  time.Duration // of the caller's own; 0: none
		took   time.Duration
		want   []string // missing
		faults []string
	}{
		{name: "all are fast", breaks: func(*world) {}},
		{name: "the slowest answer is waited for", breaks: func(w *world) { w.nodes["e/n3"].Delay = 200 * ms }, took: 200 * ms},
		{name: "one hangs", breaks: func(w *world) { w.mute("e/n3") }, took: 50*ms + 250*ms, want: []string{"e/n3 silent"}},
		{name: "one is proven gone", breaks: func(w *world) { w.nodes["e/n3"].Gone = true }, took: 50 * ms, want: []string{"e/n3 gone"}},
		{
			name: "one hangs, and the others are slow", breaks: func(w *world) {
				w.nodes["e/n2"].Delay = 290 * ms
				w.mute("e/n3")
			}, took: 340*ms + 3*290*ms, want: []string{"e/n3 silent"},
		},
		{
			name: "one does not answer a second question", breaks: func(w *world) { w.nodes["e/n3"].Data["VARZ"] = stub.Answer(func(stub.Message) any { return nil }) },
			took: 50*ms + time.Second, faults: []string{"n3 VARZ late"},
		},
		{
			name: "an answer is lost", breaks: func(w *world) { w.nodes["e/n3"].Data["VARZ"] = onSecond(w.nodes["e/n3"].Data["VARZ"]) }, took: 50*ms + 250*ms,
		},
		{
			name: "nobody answers", opts: []sys.Option{sys.WithTimeout(7 * time.Second)}, breaks: func(w *world) { w.mute("e/n1", "e/n2", "e/n3") }, took: -1,
		},
		{
			name: "the caller has less time", limit: 40 * ms, breaks: func(w *world) { w.mute("e/n3") }, took: 40 * ms, want: []string{"?/? late"},
		},
		{
			name: "the timeout is shorter than the usual gap", opts: []sys.Option{sys.WithTimeout(100 * ms)}, breaks: func(w *world) { w.mute("e/n3") },
			took: 100 * ms, want: []string{"e/n3 late"},
		},
		{
			name: "a patient client waits longer", opts: []sys.Option{sys.WithPatience(2 * time.Second)}, breaks: func(w *world) { w.mute("e/n3") },
			took: 50*ms + 2*time.Second, want: []string{"e/n3 silent"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "e/n1", "e/n2", "e/n3")
				c := w.client(tc.opts...)
				tc.breaks(w)
				ctx, cancel := t.Context(), context.CancelFunc(func() {})
				if tc.limit > 0 {
					ctx, cancel = context.WithTimeout(ctx, tc.limit)
				}
				defer cancel()
				began := time.Now()
				s, err := c.Snapshot(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Varz}})
				if tc.took < 0 {
					var silent *sys.SilentError
					if !errors.As(err, &silent) || silent.After != 7*time.Second || time.Since(began) != 7*time.Second {
						t.Errorf("after %v: %v", time.Since(began), err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if got := seconds(s).Round(ms); got != tc.took || !slices.Equal(absent(s), tc.want) || !slices.Equal(faults(s), tc.faults) {
					t.Errorf("took %v, want %v; missing %v, problems %v", got, tc.took, absent(s), faults(s))
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

// TestSlowLinks has servers whose links tell how far they are: they are waited for,
// along the whole way, and one that hangs there is named nevertheless.
func TestSlowLinks(t *testing.T) {
	const ms = time.Millisecond
	slow := func(d time.Duration) string { return d.String() }
	for _, tc := range []struct {
		name    string
		fleet   []string
		opts    []sys.Option
		links   func(*world)
		missing []string
		atMost  time.Duration
	}{
		{
			name: "a leaf", fleet: []string{"e/n1", "leaf/l1"}, atMost: 650 * ms,
			links: func(w *world) { w.far("leaf/l1", 600*ms); w.nodes["e/n1"].leafz.Leafs[0].RTT = slow(602 * ms) },
		},
		{
			name: "a leaf that hangs", fleet: []string{"e/n1", "leaf/l1"}, atMost: 2 * time.Second, missing: []string{"?/l1 silent"},
			links: func(w *world) { w.mute("leaf/l1"); w.nodes["e/n1"].leafz.Leafs[0].RTT = slow(602 * ms) },
		},
		{
			name: "a route", fleet: []string{"e/n1", "e/n2", "e/n3"}, atMost: 550 * ms,
			links: func(w *world) {
				w.far("e/n3", 500*ms)
				w.nodes["e/n1"].routez.Routes[1].RTT = slow(500 * ms)
				w.nodes["e/n2"].routez.Routes[1].RTT = slow(505 * ms)
			},
		},
		{
			name: "a route and one beside it that hangs", fleet: []string{"e/n1", "e/n2", "e/n3"}, atMost: 2200 * ms, missing: []string{"e/n2 silent"},
			links: func(w *world) {
				w.far("e/n3", 500*ms)
				w.mute("e/n2")
				w.nodes["e/n1"].routez.Routes[1].RTT = slow(500 * ms)
			},
		},
		{
			name: "a gateway, and a route behind it", fleet: []string{"e/n1", "w/w1", "w/w2"}, atMost: 1000 * ms,
			links: func(w *world) {
				w.far("w/w1", 400*ms)
				w.far("w/w2", 900*ms)
				w.nodes["e/n1"].gatewayz.OutboundGateways["w"].Connection.RTT = slow(400 * ms)
				w.nodes["w/w1"].routez.Routes[0].RTT = slow(500 * ms)
			},
		},
		{
			name: "farther than the caller has time for", fleet: []string{"e/n1", "leaf/l1"}, opts: []sys.Option{sys.WithTimeout(time.Second)}, atMost: time.Second,
			missing: []string{"?/l1 late"},
			links: func(w *world) {
				w.far("leaf/l1", 3*time.Second)
				w.nodes["e/n1"].leafz.Leafs[0].RTT = slow(3 * time.Second)
			},
		},
		{
			name: "a round trip that cannot be", fleet: []string{"e/n1", "leaf/l1"}, atMost: 301 * ms, missing: []string{"?/l1 silent"},
			links: func(w *world) { w.mute("leaf/l1"); w.nodes["e/n1"].leafz.Leafs[0].RTT = "-9999h" },
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, tc.fleet...)
				tc.links(w)
				s := snapshot(t, w.client(tc.opts...), fleet.Want{Kinds: []fleet.Kind{fleet.Varz}})
				if got := absent(s); !slices.Equal(got, tc.missing) || len(s.Problems) > 0 || seconds(s) > tc.atMost {
					t.Errorf("missing %v, want %v; problems %v; took %v", got, tc.missing, faults(s), seconds(s))
				}
			})
		})
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

// far puts a server far away.
func (w *world) far(label string, rtt time.Duration) { w.nodes[label].Delay = rtt }

// TestExpect waits until as many servers as the caller expects have answered, one
// that is just starting too; those that do not come are missing.
func TestExpect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "e/n1", "e/n2")
		w.kill("e/n2")
		w.count(1)
		time.AfterFunc(3200*time.Millisecond, func() { w.Change(func() { w.nodes["e/n2"].Gone = false }) })
		s := snapshot(t, w.client(sys.WithExpect(2)), fleet.Want{Kinds: []fleet.Kind{fleet.Varz}})
		if got := labels(s); !slices.Equal(got, []string{"e/n1", "e/n2"}) || !s.Complete() || s.Expected != 2 || seconds(s) != 4050*time.Millisecond {
			t.Errorf("%v, missing %v, problems %v after %v", got, absent(s), faults(s), seconds(s))
		}
		if v := s.Server("n2").Varz; v == nil || v.Port != 4001 {
			t.Errorf("VARZ of n2: %+v", v)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "e/n1", "e/n2", "w/w1")
		s := snapshot(t, w.client(sys.WithExpect(5), sys.WithTimeout(7*time.Second)), fleet.Want{})
		if got := absent(s); !slices.Equal(got, []string{"?/? late"}) || s.Expected != 5 || s.Absent() != 2 || seconds(s) != 7*time.Second {
			t.Errorf("missing %v, expected %d after %v", got, s.Expected, seconds(s))
		}
		for name, d := range s.Tallies[0].Duplicates {
			t.Errorf("%s answered twice: %d", name, d)
		}
	})
	synctest.Test(t, func(t *testing.T) { // fewer than there are changes nothing
		w := newWorld(t, "e/n1", "e/n2", "e/n3")
		if s := snapshot(t, w.client(sys.WithExpect(1)), fleet.Want{}); len(s.Servers) != 3 || !s.Complete() {
			t.Errorf("%v", labels(s))
		}
	})
}

// TestBehindASlowServer has a leaf whose only link leads to a server that is far away
// and answers after the search for missing servers has begun: what that server says
// of its own links counts too, even if it has just started.
func TestBehindASlowServer(t *testing.T) {
	const ms = time.Millisecond
	for _, tc := range []struct {
		name    string
		change  func(*world)
		missing []string
		atMost  time.Duration
	}{
		{name: "all answer", change: func(*world) {}, atMost: 1150 * ms},
		{name: "the leaf hangs", change: func(w *world) { w.mute("leaf/l1") }, missing: []string{"?/l1 silent"}, atMost: 4 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "e/n1", "e/n2", "leaf/l1")
				w.nodes["e/n1"].leafz.Leafs, w.nodes["e/n2"].leafz.Leafs = nil, w.nodes["e/n1"].leafz.Leafs
				w.nodes["e/n2"].leafz.Leafs[0].RTT = "602ms"
				w.nodes["e/n1"].routez.Routes[0].RTT = "500ms"
				w.nodes["e/n2"].stats.Start = time.Now()
				w.far("e/n2", 500*ms)
				w.far("leaf/l1", 1100*ms)
				tc.change(w)
				s := snapshot(t, w.client(), fleet.Want{})
				if !slices.Equal(absent(s), tc.missing) || seconds(s) > tc.atMost {
					t.Errorf("missing %v, want %v; problems %v; took %v", absent(s), tc.missing, faults(s), seconds(s))
				}
			})
		})
	}
}
