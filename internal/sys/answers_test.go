package sys_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// TestOddAnswers has one server answer VARZ oddly: what is wrong is a problem of
// that server, and only that.
func TestOddAnswers(t *testing.T) {
	info := func(w *world) string { return string(mustJSON(w.nodes["e/n2"].Info)) }
	for _, tc := range []struct {
		name   string
		odd    func(*world, *member)
		faults []string
		detail string
		twice  int
		kept   bool // the answer is shown
	}{
		{name: "well", odd: func(*world, *member) {}, kept: true},
		{name: "an error", odd: func(_ *world, m *member) { m.Data["VARZ"] = errors.New("not today") }, faults: []string{"n2 VARZ refused"}, detail: "not today"},
		{name: "no JSON", odd: func(w *world, m *member) { m.Data["VARZ"] = []byte(`{"server":` + info(w) + `,"data":{`) }, faults: []string{"n2 VARZ malformed"}, detail: "unexpected end of JSON input"},
		{name: "another type", odd: func(w *world, m *member) { m.Data["VARZ"] = []byte(`{"server":` + info(w) + `,"data":{"port":"x"}}`) }, faults: []string{"n2 VARZ malformed"}, detail: "cannot unmarshal"},
		{name: "no sender", odd: func(_ *world, m *member) { m.Data["VARZ"] = []byte(`{"data":{"port":1}}`) }, faults: []string{"? VARZ malformed", "n2 VARZ malformed"}, detail: "does not say which server"},
		{name: "an invalid sender", odd: func(_ *world, m *member) { m.Data["VARZ"] = []byte(`{"server":{"id":"a b"},"data":{"port":1}}`) }, faults: []string{"? VARZ malformed", "n2 VARZ malformed"}, detail: "invalid server id"},
		{name: "twice", odd: func(w *world, m *member) { m.Twice, w.nodes["e/n1"].Delay = true, 20*time.Millisecond }, twice: 1, kept: true},
		{name: "packed as nobody asked", odd: func(_ *world, m *member) {
			m.Data["VARZ"] = stub.Message{Header: map[string]string{"Content-Encoding": "zip"}, Data: []byte("x")}
		}, faults: []string{"? VARZ malformed", "n2 VARZ malformed"}, detail: `packed as "zip"`},
		{name: "wrong at first", odd: func(w *world, m *member) {
			good := m.Data["VARZ"]
			m.Data["VARZ"] = stub.Answer(func(msg stub.Message) any {
				time.AfterFunc(10*time.Millisecond, func() {
					w.Send(stub.Message{Subject: msg.Reply, Data: mustJSON(map[string]any{"server": m.Info, "data": good})})
				})
				return []byte(`{"server":` + info(w) + `,"data":[]}`)
			})
			w.nodes["e/n1"].Delay = 20 * time.Millisecond
		}, kept: true},
		{name: "lost at first", odd: func(_ *world, m *member) { m.Lose = 1 }, kept: true},
		{name: "too late, and twice", odd: func(_ *world, m *member) { m.Data["VARZ"] = onSecond(m.Data["VARZ"]) }, kept: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "e/n1", "e/n2")
				m := w.nodes["e/n2"]
				tc.odd(w, m)
				s := snapshot(t, w.client(), fleet.Want{Kinds: []fleet.Kind{fleet.Varz}})
				if got := faults(s); !slices.Equal(got, tc.faults) || len(s.Servers) != 2 || len(s.Missing) > 0 {
					t.Fatalf("problems %v, want %v; servers %v", got, tc.faults, labels(s))
				}
				if !slices.ContainsFunc(s.Problems, func(p fleet.Problem) bool { return strings.Contains(p.Detail, tc.detail) }) && tc.detail != "" {
					t.Errorf("problems %+v", s.Problems)
				}
				if kept := s.Server("n2").Varz != nil; kept != tc.kept || s.Server("n1").Varz == nil {
					t.Errorf("VARZ of n2 is shown: %v", kept)
				}
				for _, one := range s.Tallies {
					if n := one.Duplicates[m.Info.ID]; n != tc.twice {
						t.Errorf("%s: %d duplicates, want %d", one.Kind, n, tc.twice)
					}
					if want := 2 - len(tc.faults); one.Kind == fleet.Varz && one.Answered != max(want, 1) || one.Kind == fleet.Statsz && one.Answered != 2 {
						t.Errorf("%s: %d answered", one.Kind, one.Answered)
					}
				}
			})
		})
	}
}

// TestRoundTrips times the answer to STATSZ of each server, and the slowest of each
// kind.
func TestRoundTrips(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "e/n1", "e/n2", "w/w1")
		w.nodes["e/n2"].Delay, w.nodes["w/w1"].Delay = 30*time.Millisecond, 70*time.Millisecond
		s := snapshot(t, w.client(sys.WithContextName("lab")), fleet.Want{Kinds: []fleet.Kind{fleet.Varz}, Scope: fleet.Scope{Cluster: "e"}})
		for name, want := range map[string]float64{"n1": 0, "n2": 0.03} {
			if got := s.Server(name).RTTSeconds; got != want {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
		}
		for _, one := range s.Tallies {
			if one.SlowestSeconds != 0.03 {
				t.Errorf("%s: the slowest in scope took %v", one.Kind, one.SlowestSeconds)
			}
		}
		if len(s.Tallies) != 2 || s.Tallies[0].Kind != fleet.Statsz || s.Tallies[1].Kind != fleet.Varz || s.Context != "lab" || s.AskedBy != "n1" || s.Schema != fleet.Schema {
			t.Errorf("%+v", s)
		}
	})
}

// TestFiltersAreAppliedAgain: servers that ignore a filter are not shown.
func TestFiltersAreAppliedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "e/n1", "e/n10", "w/n1")
		for _, m := range w.nodes {
			m.Deaf = true
		}
		for _, tc := range []struct {
			scope fleet.Scope
			want  []string
		}{
			{fleet.Scope{Name: "n1"}, []string{"e/n1", "w/n1"}},
			{fleet.Scope{Name: "n1", Cluster: "w"}, []string{"w/n1"}},
			{fleet.Scope{Host: "10.0.0.2"}, []string{"e/n10"}},
			{fleet.Scope{Tags: []string{"az:e"}}, []string{"e/n1", "e/n10"}},
			{fleet.Scope{Name: idOf("w/n1")}, []string{"w/n1"}},
		} {
			s := snapshot(t, w.client(), fleet.Want{Kinds: []fleet.Kind{fleet.Varz}, Scope: tc.scope})
			if got := labels(s); !slices.Equal(got, tc.want) || !s.Complete() || s.Counted != 3 {
				t.Errorf("%+v: %v, want %v; problems %v", tc.scope, got, tc.want, faults(s))
			}
			for _, sv := range s.Servers {
				if sv.Varz == nil {
					t.Errorf("%+v: no VARZ of %s", tc.scope, sv.Info.Name)
				}
			}
		}
	})
}

// TestRetriesByName: an endpoint that is not asked by a server's id is retried with
// a filter for its name.
func TestRetriesByName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "e/n1", "e/n2")
		var asked []string
		for label, m := range w.nodes {
			first := onSecond(&server.AccountStatz{ID: m.Info.ID})
			m.Data["ACCOUNT.STATZ"] = stub.Answer(func(msg stub.Message) any {
				var f server.EventFilterOptions
				if err := json.Unmarshal(msg.Data, &f); err != nil {
					t.Error(err)
				}
				asked = append(asked, label+" "+f.Name)
				return first(msg)
			})
		}
		s := snapshot(t, w.client(), fleet.Want{Kinds: []fleet.Kind{fleet.AccountStatz}})
		synctest.Wait() // the servers have noted who was asked
		slices.Sort(asked)
		if want := []string{"e/n1 ", "e/n1 n1", "e/n2 ", "e/n2 n2"}; !slices.Equal(asked, want) || !s.Complete() {
			t.Errorf("asked %v, want %v; problems %v", asked, want, faults(s))
		}
	})
}

// TestGoneBetweenPages: a server that ends between two pages of its answer is gone,
// not slow.
func TestGoneBetweenPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "e/n1", "e/n2")
		m := w.nodes["e/n2"]
		w.nodes["e/n1"].Data["CONNZ"] = &server.Connz{}
		m.Data["CONNZ"] = stub.Answer(func(stub.Message) any {
			m.Gone = true
			z := &server.Connz{}
			for i := range 512 {
				z.Conns = append(z.Conns, &server.ConnInfo{Cid: uint64(i + 1)}) //nolint:gosec // small
			}
			return z
		})
		s := snapshot(t, w.client(), fleet.Want{Kinds: []fleet.Kind{fleet.Connz}})
		if got := faults(s); !slices.Equal(got, []string{"n2 CONNZ gone"}) || len(s.Server("n2").Connz.Conns) != 512 {
			t.Errorf("problems %v", got)
		}
	})
}

// TestStartingServer has a server that misses the first request for STATSZ and
// answers the second: it is asked again, and then for all the rest.
func TestStartingServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "e/n1", "e/n2", "e/n3")
		m := w.nodes["e/n3"]
		m.Data["STATSZ"] = onSecond(m.stats)
		s := snapshot(t, w.client(), fleet.Want{Kinds: []fleet.Kind{fleet.Varz}})
		if got := labels(s); len(got) != 3 || !s.Complete() || s.Server("n3").Varz == nil || s.Server("n3").Statsz == nil {
			t.Errorf("%v, missing %v, problems %v", got, absent(s), faults(s))
		}
		if seconds(s) > 300*time.Millisecond {
			t.Errorf("it took %v", seconds(s))
		}
	})
}

// TestUnsupported: servers that are too old are not waited for, and the release
// that would answer is named.
func TestUnsupported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "e/n1", "e/n2")
		w.nodes["e/n2"].Info.Version = "2.9.25"
		w.nodes["e/n1"].Data["RAFTZ"] = &server.RaftzStatus{}
		s := snapshot(t, w.client(), fleet.Want{Kinds: []fleet.Kind{fleet.Raftz, fleet.Ipqueuesz}})
		want := []string{"n1 IPQUEUESZ unsupported", "n2 IPQUEUESZ unsupported", "n2 RAFTZ unsupported"}
		if got := faults(s); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		for _, p := range s.Problems {
			words := map[string]string{"n1IPQUEUESZ": "IPQUEUESZ is not known to any server", "n2IPQUEUESZ": "2.9.25 does not support IPQUEUESZ (since 2.10.26)", "n2RAFTZ": "2.9.25 does not support RAFTZ (since 2.10.26)"}
			if want := words[p.Server+string(p.Kind)]; p.Detail != want {
				t.Errorf("%+v, want %q", p, want)
			}
		}
		for version, want := range map[string]error{"2.9.25": sys.ErrTooOld, "2.12.0": sys.ErrRefused} {
			one := newWorld(t, "e/n1")
			one.nodes["e/n1"].Info.Version = version
			if _, err := one.client().Request(t.Context(), sys.Request{Kind: fleet.Ipqueuesz}); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", version, err, want)
			}
		}
	})
}

// TestSuggestions names what a scope without a server may have meant.
func TestSuggestions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "east/n1", "east/n2", "west/w1")
		for _, tc := range []struct {
			scope    fleet.Scope
			want     string
			known    []string
			clusters bool
		}{
			{fleet.Scope{Name: "n3"}, "n1", []string{"n1", "n2", "w1"}, false},
			{fleet.Scope{Cluster: "wset"}, "west", []string{"east", "west"}, true},
			{fleet.Scope{Cluster: "east", Name: "w"}, "w1", []string{"n1", "n2", "w1"}, false},
			{fleet.Scope{Name: "entirely-else"}, "", []string{"n1", "n2", "w1"}, false},
		} {
			_, err := w.client().Snapshot(t.Context(), fleet.Want{Scope: tc.scope})
			var no *sys.NoServerError
			if !errors.As(err, &no) || no.Suggestion != tc.want || !slices.Equal(no.Known, tc.known) || no.Clusters != tc.clusters {
				t.Errorf("%+v: %+v (%v)", tc.scope, no, err)
			}
		}
	})
}

// TestPingYields yields servers as they answer, and at the end who is missing.
func TestPingYields(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "e/n1", "e/n2", "e/n3", "w/w1")
		w.nodes["e/n1"].Delay = 40 * time.Millisecond
		w.nodes["e/n2"].Delay = 20 * time.Millisecond
		w.mute("e/n3")
		var got []string
		began := time.Now()
		for sv, err := range w.client().Ping(t.Context(), fleet.Scope{Cluster: "e"}) {
			var incomplete *sys.IncompleteError
			if errors.As(err, &incomplete) {
				got = append(got, fmt.Sprint(absent(incomplete.Snapshot)))
				continue
			}
			got = append(got, fmt.Sprint(sv.Info.Name, " ", time.Since(began)))
		}
		if want := []string{"n2 20ms", "n1 40ms", "[e/n3 silent]"}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		for range w.client().Ping(t.Context(), fleet.Scope{}) {
			break
		}
	})
}
