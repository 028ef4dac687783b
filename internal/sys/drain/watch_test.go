package drain_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/drain"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// scene is a server under drain, n2, and one beside it, on a clock that moves only
// when all wait.
type scene struct {
	*stub.Fleet
	t            *testing.T
	near, target *stub.Node
	record       drain.Record
	client       *sys.Client
}

func newScene(t *testing.T, kick bool, clients ...string) *scene {
	t.Helper()
	node := func(name string) *stub.Node {
		id := "N" + strings.Repeat("A", 54) + strings.ToUpper(name[1:])
		return &stub.Node{
			Info: server.ServerInfo{Name: name, ID: strings.Map(func(r rune) rune {
				if r >= '0' && r <= '9' {
					return r - '0' + 'A'
				}
				return r
			}, id), Cluster: "e", Version: "2.12.0"},
			Data: map[string]any{"STATSZ": &server.ServerStats{ActiveServers: 2}, "HEALTHZ": &server.HealthStatus{Status: "ok"}, "CONNZ": &server.Connz{}},
		}
	}
	s := &scene{t: t, near: node("n1"), target: node("n2")}
	s.Fleet = stub.Start(t, s.near, s.target)
	s.record = drain.Record{Schema: drain.Schema, Server: "n2", ID: s.target.Info.ID, Kick: kick, Begun: time.Now()}
	for i, name := range clients {
		s.record.Clients = append(s.record.Clients, drain.Client{CID: uint64(i + 1), Name: name, Account: "APP"})
	}
	s.client = sys.New(s.Connect(t))
	return s
}

// event is what a server publishes about a client.
func (s *scene) event(verb string, on *stub.Node, cid uint64, name string) {
	body, err := json.Marshal(server.ConnectEventMsg{Server: on.Info, Client: server.ClientInfo{ID: cid, Name: name, Account: "APP"}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.Send(stub.Message{Subject: "$SYS.ACCOUNT.APP." + verb, Data: body})
}

func (s *scene) announce() {
	s.Send(stub.Message{Subject: "$SYS.SERVER." + s.target.Info.ID + ".LAMEDUCK", Data: []byte("{}")})
}

// watch follows the drain while something happens, and returns the last progress
// and how long it took. It gives up after five minutes.
func (s *scene) watch(happens func(*drain.Watch)) (last drain.Progress, took time.Duration) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 5*time.Minute)
	defer cancel()
	w, err := drain.Follow(ctx, s.client, s.record, false)
	if err != nil {
		s.t.Fatal(err)
	}
	defer w.Close()
	began := time.Now()
	go happens(w)
	for p := range w.Progress(ctx) {
		last = p
	}
	return last, time.Since(began)
}

// TestWatchLameDuck ends when every client has moved and the server is gone, which
// two refusals in a row prove.
func TestWatchLameDuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, false, "a", "b")
		last, took := s.watch(func(w *drain.Watch) {
			s.announce()
			w.Triggered()
			stub.Elapse(2 * time.Second)
			for cid, name := range map[uint64]string{1: "a", 2: "b"} {
				s.event("DISCONNECT", s.target, cid, name)
				s.event("CONNECT", s.near, 100+cid, name)
			}
			stub.Elapse(900 * time.Millisecond)
			s.Change(func() { s.target.Gone = true })
		})
		if !last.Last || !last.Gone || !last.Announced || last.Ignored || last.Moved != 2 || last.Away != 0 || took != 4*time.Second {
			t.Errorf("%+v after %v", last, took)
		}
	})
}

// TestWatchOneRefusal: links that are being made refuse too, so that one refusal
// proves nothing.
func TestWatchOneRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, false, "a")
		last, took := s.watch(func(w *drain.Watch) {
			s.announce()
			w.Triggered()
			stub.Elapse(900 * time.Millisecond)
			s.Change(func() { s.target.Gone = true })
			stub.Elapse(500 * time.Millisecond) // one look
			s.Change(func() { s.target.Gone = false })
		})
		if last.Gone || last.Last || took != 5*time.Minute {
			t.Errorf("%+v after %v", last, took)
		}
	})
}

// TestWatchIgnored tells after a while that a server goes on as before.
func TestWatchIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, false, "a")
		last, took := s.watch(func(w *drain.Watch) { w.Triggered() })
		if !last.Last || !last.Ignored || last.Gone || took != 15500*time.Millisecond {
			t.Errorf("%+v after %v", last, took)
		}
	})
	synctest.Test(t, func(t *testing.T) { // one that answers no more has understood
		s := newScene(t, false, "a")
		last, _ := s.watch(func(w *drain.Watch) {
			w.Triggered()
			stub.Elapse(time.Second)
			s.Change(func() { s.target.Mute = true })
		})
		if last.Last || last.Ignored {
			t.Errorf("%+v", last)
		}
	})
	synctest.Test(t, func(t *testing.T) { // nothing was triggered yet
		s := newScene(t, false, "a")
		if last, _ := s.watch(func(*drain.Watch) {}); last.Last || last.Ignored {
			t.Errorf("%+v", last)
		}
	})
}

// TestWatchKicks: the server stays, and only the clients count; those that are not
// seen again are waited for until nothing new is heard for a while.
func TestWatchKicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, true, "a", "b")
		last, took := s.watch(func(w *drain.Watch) {
			stub.Elapse(1100 * time.Millisecond)
			s.event("DISCONNECT", s.target, 1, "a")
			s.event("CONNECT", s.near, 9, "a")
			s.event("DISCONNECT", s.target, 2, "b")
			w.Triggered()
		})
		if !last.Last || last.Gone || last.Moved != 1 || last.Away != 1 || took != 11500*time.Millisecond {
			t.Errorf("%+v after %v", last, took)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, true, "a")
		last, took := s.watch(func(w *drain.Watch) {
			s.event("DISCONNECT", s.target, 1, "a")
			s.event("CONNECT", s.near, 9, "a")
			stub.Elapse(40100 * time.Millisecond)
			w.Triggered()
		})
		if !last.Last || last.Moved != 1 || took != 40500*time.Millisecond {
			t.Errorf("it ends before the last kick: %+v after %v", last, took)
		}
	})
}

// TestWatchResumed finds those that moved before it began, by the connections of
// the other servers that are younger than the drain.
func TestWatchResumed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, true, "a", "b")
		s.near.Data["CONNZ"] = &server.Connz{Conns: []*server.ConnInfo{
			{Cid: 7, Name: "a", Account: "APP", Start: s.record.Begun.Add(time.Second)},
			{Cid: 8, Name: "b", Account: "APP", Start: s.record.Begun}, // was there before
		}}
		stub.Elapse(2 * time.Second)
		w, err := drain.Follow(t.Context(), s.client, s.record, true)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		for p := range w.Progress(t.Context()) {
			if p.Moved != 1 || p.Where["n1"] != 1 || p.Unknown != 1 {
				t.Errorf("%+v", p)
			}
		}
		if lost := w.Lost(); len(lost) != 1 || lost[0].Name != "b" {
			t.Errorf("lost %+v", lost)
		}
	})
}

// TestPlanIsWithoutTheAsker lists the open connections of the server, and never the one
// that asks, which would close its own.
func TestPlanIsWithoutTheAsker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, true)
		self, err := s.client.Conn().GetClientID()
		if err != nil {
			t.Fatal(err)
		}
		closed := time.Now()
		conns := &server.Connz{Conns: []*server.ConnInfo{{Cid: 3, Name: "a"}, {Cid: 4, Name: "closed", Stop: &closed}, {Cid: self, Name: "who has the number of the asker"}}}
		for _, n := range []*stub.Node{s.near, s.target} {
			n.Data["CONNZ"], n.Data["VARZ"], n.Data["LEAFZ"] = conns, &server.Varz{ID: n.Info.ID}, &server.Leafz{}
		}
		for name, want := range map[string]string{"n1": "a", "n2": "a, who has the number of the asker"} {
			p, err := drain.MakePlan(t.Context(), s.client, name)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range p.Clients {
				got = append(got, c.Info.Name)
			}
			if strings.Join(got, ", ") != want {
				t.Errorf("%s: %q, want %s", name, got, want)
			}
		}
	})
}

// TestMoveAway stays where it is if that is not the server to leave.
func TestMoveAway(t *testing.T) {
	s := newScene(t, false)
	if moved, err := drain.MoveAway(t.Context(), s.client.Conn(), s.target.Info.ID); err != nil || !moved {
		t.Errorf("%v, %v", moved, err)
	}
	if moved, err := drain.MoveAway(t.Context(), s.client.Conn(), s.near.Info.ID); err != nil || moved {
		t.Errorf("there is no other server: %v, %v", moved, err)
	}
}

// TestLeaderless names what has no leader after a drain.
func TestLeaderless(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, false)
		jsz := &server.JSInfo{Meta: &server.MetaClusterInfo{}, AccountDetails: []*server.AccountDetail{{Id: "APP", Name: "APP", Streams: []server.StreamDetail{
			{Name: "LED", Cluster: &server.ClusterInfo{Leader: "n1"}},
			{Name: "LOST", Cluster: &server.ClusterInfo{}},
		}}}}
		s.near.Data["JSZ"] = jsz
		got, err := drain.Leaderless(t.Context(), s.client, "")
		if err != nil || strings.Join(got, "; ") != "the meta group; stream LOST of account APP" {
			t.Errorf("%q, %v", got, err)
		}
		jsz.Meta.Leader = "n1"
		if got, err = drain.Leaderless(t.Context(), s.client, ""); err != nil || strings.Join(got, "; ") != "stream LOST of account APP" {
			t.Errorf("%q, %v", got, err)
		}
	})
}
