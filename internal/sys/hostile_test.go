package sys_test

import (
	"errors"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/hostile"
)

// TestHostileAnswers puts each attack on one of two servers: the round ends within
// its timeout and a second, takes less than 150 MB, and shows the honest server
// as it is.
func TestHostileAnswers(t *testing.T) {
	slow(t)
	const timeout, most = time.Second, 150.0
	defer debug.SetGCPercent(debug.SetGCPercent(40)) // what is held counts, not what waits to be collected
	for _, a := range hostile.Attacks() {
		t.Run(a.Name, func(t *testing.T) {
			w := newWorld(t, "e/n1", "e/n2")
			for _, m := range w.nodes {
				m.Data["CONNZ"] = &server.Connz{Conns: []*server.ConnInfo{{Cid: 5, Name: "on " + m.Info.Name}}}
			}
			a.Start(t, w.Fleet, w.nodes["e/n2"].Node)
			runtime.GC()
			debug.FreeOSMemory()
			before := heapNow()
			c := sys.New(w.Connect(t, nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {})), sys.WithTimeout(timeout))
			peak, began := heapPeak(), time.Now()
			s, err := c.Snapshot(t.Context(), fleet.Want{Kinds: []fleet.Kind{fleet.Varz, fleet.Connz}})
			took, used := time.Since(began), (peak()-before)/1e6
			if err != nil {
				t.Fatalf("%v after %v", err, took)
			}
			if took > timeout+time.Second || used > most {
				t.Errorf("it took %v and %.0f MB", took, used)
			}
			checkHonest(t, s, a.Blamed)
			t.Logf("%v, %.0f MB, %d servers, %d missing, problems %v", took.Round(time.Millisecond), used, len(s.Servers), s.Absent(), faults(s)[:min(4, len(s.Problems))])
		})
	}
}

// checkHonest looks at what the honest server told, and whether the other one is
// blamed.
func checkHonest(t *testing.T, s *fleet.Snapshot, blamed bool) {
	t.Helper()
	sv := s.Server("n1")
	if sv == nil || sv.Varz == nil || sv.Varz.Port != 4000 || sv.Connz == nil || len(sv.Connz.Conns) != 1 || sv.Connz.Conns[0].Name != "on n1" {
		t.Errorf("the honest server is shown as %+v; %d problems", sv, len(s.Problems))
	}
	for _, p := range s.Problems {
		if p.Server == "n1" {
			t.Errorf("the honest server is blamed: %+v", p)
		}
	}
	if blamed && !slices.ContainsFunc(s.Problems, func(p fleet.Problem) bool { return p.Server == "n2" }) {
		t.Errorf("the evil server is not named: %v", faults(s))
	}
	if len(s.Missing) > 5000 || len(s.Servers) > 1100 {
		t.Errorf("%d rows, %d of them missing", len(s.Servers), len(s.Missing))
	}
}

func heapNow() float64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// TestHostileRequests asks by hand what a snapshot asks.
func TestHostileRequests(t *testing.T) {
	slow(t)
	const timeout, most = time.Second, 200.0         // joined pages are held twice: as they came, and as one document
	defer debug.SetGCPercent(debug.SetGCPercent(40)) // what is held counts, not what waits to be collected
	for _, a := range hostile.Attacks() {
		t.Run(a.Name, func(t *testing.T) {
			w := newWorld(t, "e/n1", "e/n2")
			for _, m := range w.nodes {
				m.Data["CONNZ"] = &server.Connz{Conns: []*server.ConnInfo{{Cid: 5, Name: "on " + m.Info.Name}}}
			}
			a.Start(t, w.Fleet, w.nodes["e/n2"].Node)
			runtime.GC()
			debug.FreeOSMemory()
			before := heapNow()
			c := sys.New(w.Connect(t, nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {})), sys.WithTimeout(timeout))
			for _, kind := range []fleet.Kind{fleet.Connz, fleet.Varz} {
				peak, began := heapPeak(), time.Now()
				got, err := c.Request(t.Context(), sys.Request{Kind: kind})
				took, used := time.Since(began), (peak()-before)/1e6
				if err != nil && !errors.Is(err, sys.ErrTooOld) || took > timeout+time.Second || used > most {
					t.Errorf("%s: %v after %v and %.0f MB", kind, err, took, used)
				}
				if got == nil || len(got.List) == 0 {
					t.Errorf("%s: nobody answered", kind)
				}
			}
		})
	}
}
