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

// hostileTimeout is the timeout of a request that is attacked. A request has to end within
// a second after it.
const hostileTimeout = 500 * time.Millisecond

// rounds is how often a request that exceeded a limit is tried: other programs on the
// machine can only add to what it takes, so the best of them counts.
const rounds = 4

// TestHostileAnswers puts each attack on one of two servers: the round ends within
// its timeout and a second, takes less than 150 MB, and shows the honest server
// as it is.
func TestHostileAnswers(t *testing.T) {
	slow(t)
	defer debug.SetGCPercent(debug.SetGCPercent(40)) // what is held counts, not what waits to be collected
	for _, a := range hostile.Attacks() {
		t.Run(a.Name, func(t *testing.T) {
			c := attacked(t, a)
			withinLimits(t, 150, func() bool {
				s, err := c.Snapshot(t.Context(), fleet.Want{Kinds: []fleet.Kind{fleet.Varz, fleet.Connz}})
				if err != nil {
					t.Fatal(err)
				}
				if late := func(p fleet.Problem) bool { return p.Server == "n1" && p.Reason == fleet.Late }; slices.ContainsFunc(s.Problems, late) || s.Server("n1") == nil {
					return false
				}
				checkHonest(t, s, a.Blamed)
				return true
			})
		})
	}
}

// attacked returns a client of a fleet of two servers, of which the second attacks.
func attacked(t *testing.T, a hostile.Attack) *sys.Client {
	t.Helper()
	w := newWorld(t, "e/n1", "e/n2")
	for _, m := range w.nodes {
		m.Data["CONNZ"] = &server.Connz{Conns: []*server.ConnInfo{{Cid: 5, Name: "on " + m.Info.Name}}}
	}
	a.Start(t, w.Fleet, w.nodes["e/n2"].Node)
	return sys.New(w.Connect(t, nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {})), sys.WithTimeout(hostileTimeout))
}

// withinLimits runs a request until it is answered within its timeout and a second and
// takes less than so many MB, at most a few times.
func withinLimits(t *testing.T, most float64, request func() (answered bool)) {
	t.Helper()
	for range rounds {
		runtime.GC()
		debug.FreeOSMemory()
		before, peak, began := heapNow(), heapPeak(), time.Now()
		answered := request()
		took, used := time.Since(began), (peak()-before)/1e6
		t.Logf("%v, %.0f MB, answered: %v", took.Round(time.Millisecond), used, answered)
		if answered && took <= hostileTimeout+time.Second && used <= most {
			return
		}
	}
	t.Errorf("no request was answered within %v and %.0f MB", hostileTimeout+time.Second, most)
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
	const most = 150.0
	defer debug.SetGCPercent(debug.SetGCPercent(40)) // what is held counts, not what waits to be collected
	for _, a := range hostile.Attacks() {
		t.Run(a.Name, func(t *testing.T) {
			c := attacked(t, a)
			for _, kind := range []fleet.Kind{fleet.Connz, fleet.Varz} {
				withinLimits(t, most, func() bool {
					got, err := c.Request(t.Context(), sys.Request{Kind: kind})
					if err != nil && !errors.Is(err, sys.ErrTooOld) {
						t.Errorf("%s: %v", kind, err)
					}
					return got != nil && len(got.List) > 0
				})
			}
		})
	}
}
