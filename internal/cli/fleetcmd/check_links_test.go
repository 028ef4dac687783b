package fleetcmd

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// looks is a fleet whose route between a and b has these round trip times, look
// by look, and the times at which it was asked.
type looks struct {
	rtts   []string
	others string // the round trip time of the routes to a third server, c; empty: there is none
	asked  []time.Time
	wants  []fleet.Want
}

func (l *looks) Snapshot(_ context.Context, want fleet.Want) (*fleet.Snapshot, error) {
	servers := []*fleet.Server{fleettest.Member("a", "b"), fleettest.Member("b", "a")}
	rtt := l.rtts[min(len(l.asked), len(l.rtts)-1)]
	servers[0].Routez.Routes[0].RTT, servers[1].Routez.Routes[0].RTT = rtt, rtt
	if l.others != "" {
		servers = []*fleet.Server{fleettest.Member("a", "b", "c"), fleettest.Member("b", "a", "c"), fleettest.Member("c", "a", "b")}
		for _, sv := range servers {
			for _, r := range sv.Routez.Routes {
				if r.RTT = l.others; sv.Info.Name != "c" && r.RemoteName != "c" {
					r.RTT = rtt
				}
			}
		}
	}
	l.asked, l.wants = append(l.asked, time.Now()), append(l.wants, want)
	return fleettest.Snapshot(float64(len(l.asked)), servers...), nil
}

// TestCheckLooksThreeTimes asks again, within the interval, as often as it takes
// to call a link slow, and not when no link is over the floor.
func TestCheckLooksThreeTimes(t *testing.T) {
	for _, c := range []struct {
		name   string
		rtts   []string
		rates  bool
		asked  int
		strain int // looks beside the one that is judged
		within time.Duration
	}{
		{"healthy", []string{"7ms"}, false, 1, 0, 0},
		{"healthy, with rates", []string{"7ms"}, true, 2, 0, time.Second},
		{"slow", []string{"80ms"}, false, 3, 2, time.Second},
		{"slow, with rates", []string{"80ms"}, true, 3, 2, 1500 * time.Millisecond},
		{"the judged look alone", []string{"80ms", "7ms"}, false, 2, 0, time.Second / 2},
		{"the look before was quick", []string{"7ms", "80ms"}, true, 2, 0, time.Second},
		{"the last look was quick", []string{"80ms", "80ms", "7ms"}, false, 3, 0, time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source := &looks{rtts: c.rtts}
				s := &sampler{source: source, rate: time.Second}
				want := fleet.Want{Kinds: []fleet.Kind{fleet.Routez, fleet.Jsz}, Scope: fleet.Scope{Cluster: "C"}}
				begin := time.Now()
				tick, err := s.nextTick(t.Context(), want, c.rates)
				if err != nil {
					t.Fatal(err)
				}
				tick.Snapshot.Want = want
				counts, err := s.strained(t.Context(), tick)
				if err != nil || len(source.asked) != c.asked || counts["route|C/a|C/b"] != c.strain {
					t.Errorf("asked %d times, %v, %v", len(source.asked), counts, err)
				}
				if took := time.Since(begin); took != c.within {
					t.Errorf("took %s", took)
				}
				if last := source.wants[len(source.wants)-1]; c.asked == 3 && (last.Has(fleet.Jsz) || !last.Has(fleet.Routez) || last.Scope.Cluster != "C") {
					t.Errorf("the last look asked for %+v", last)
				}
			})
		})
	}
}

// TestCheckEndsBetweenLooks ends with its context, without a verdict.
func TestCheckEndsBetweenLooks(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &sampler{source: &looks{rtts: []string{"80ms"}}, rate: time.Hour}
	tick, err := s.nextTick(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Routez}}, false)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := s.strained(ctx, tick); err == nil {
		t.Error("no error")
	}
}

// TestLinksAreJudgedAsByCheck checks that graphs and reports of links call a link
// slow when `check` does, and that they ask again only where one may be slow.
func TestLinksAreJudgedAsByCheck(t *testing.T) {
	for _, c := range []struct {
		name  string
		rtts  []string
		asked int
		state fleet.State
	}{
		{"healthy", []string{"7ms"}, 1, fleet.StateOK},
		{"far, as its peers", []string{"80ms"}, 1, fleet.StateOK},
		{"slow", []string{"800ms"}, 3, fleet.StateSlow},
		{"slow in one look", []string{"800ms", "7ms"}, 3, fleet.StateOK},
		{"slow in two", []string{"800ms", "800ms", "7ms"}, 3, fleet.StateOK},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source := &looks{rtts: c.rtts, others: "40ms"}
				s := &sampler{source: source}
				want := fleet.Want{Kinds: []fleet.Kind{fleet.Routez}}
				tick, err := s.nextTick(t.Context(), want, false)
				if err != nil {
					t.Fatal(err)
				}
				tick.Snapshot.Want = want
				top, err := s.topology(t.Context(), tick)
				if err != nil {
					t.Fatal(err)
				}
				e := top.EdgesByKey()["route|C/a|C/b"]
				if e.State != c.state || len(source.asked) != c.asked {
					t.Errorf("%s (%s) after %d looks, want %s after %d", e.State, e.Why, len(source.asked), c.state, c.asked)
				}
				source.asked = source.asked[:1] // check sees the looks that the topology saw
				in := checks.Input{Snapshot: tick.Snapshot}
				if in.Strained, err = s.strained(t.Context(), tick); err != nil {
					t.Fatal(err)
				}
				chosen, _ := checks.Select("routes")
				if got := checks.Run(in, chosen)[0].Level; got != e.Level {
					t.Errorf("check says %s, the topology %s", got, e.Level)
				}
			})
		})
	}
}
