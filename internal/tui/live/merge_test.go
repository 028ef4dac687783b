package live

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// clockFleet makes answers of one server whose clock may be off, with a
// connection and a route that send 100 messages a second; the route is asked
// every third time.
type clockFleet struct {
	begin time.Time
	off   time.Duration
}

func (f *clockFleet) at(sec int) *fleet.Snapshot {
	now := f.begin.Add(time.Duration(sec) * time.Second)
	own, msgs := now.Add(f.off), int64(100*sec)
	sv := &fleet.Server{Info: server.ServerInfo{ID: "NA", Name: "n1", Cluster: "c", Version: "2.15.2", Time: own}}
	sv.Statsz = &server.ServerStats{Start: f.begin, Received: server.DataStats{MsgBytes: server.MsgBytes{Msgs: msgs}}}
	sv.Connz = &server.Connz{Now: own, Conns: []*server.ConnInfo{{Cid: 1, Start: f.begin, OutMsgs: msgs}}}
	s := &fleet.Snapshot{Schema: fleet.Schema, Time: now, Want: fleet.Want{Kinds: []fleet.Kind{fleet.Connz}}, Expected: 1, Servers: []*fleet.Server{sv}}
	if sec%6 == 0 {
		s.Want.Kinds = append(s.Want.Kinds, fleet.Routez)
		sv.Routez = &server.Routez{Now: own, Routes: []*server.RouteInfo{{Rid: 1, RemoteID: "NB", RemoteName: "n2", OutMsgs: msgs}}}
	}
	return s
}

// TestClockSet sets the clock of a server between two answers, forward, back,
// and back by less than the interval: no rate is ever anything but what was
// sent, whichever kind of answer is asked how seldom.
func TestClockSet(t *testing.T) {
	for i, by := range []time.Duration{time.Hour, -time.Hour, -time.Second, 1500 * time.Millisecond, 2 * time.Hour} {
		t.Run(by.String(), func(t *testing.T) {
			set := 10 + i/4*2 // in one case just when the route is asked
			f := &clockFleet{begin: time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)}
			var a answers
			dashes := 0
			for sec := 0; sec <= 24; sec += 2 {
				if sec == set {
					f.off = by
				}
				a = a.merge(f.at(sec))
				if sec < 8 {
					continue // the route has been asked twice only now
				}
				sd := fleet.NewDelta(a.before, a.now).Server("NA")
				for what, r := range map[string]fleet.Rate{"server": sd.Traffic.InMsgs, "connection": sd.Conn(1).OutMsgs, "route": sd.Route("NB").OutMsgs} {
					if r.Known && (r.PerSecond < 99.9 || r.PerSecond > 100.1) {
						t.Errorf("at %d s, the clock set at %d s: %s %v a second, not 100", sec, set, what, r.PerSecond)
					}
					if !r.Known && what != "route" {
						dashes++
					}
				}
				if sec == 24 && !sd.Route("NB").Known() {
					t.Error("the route is not known again")
				}
			}
			if dashes != 2 {
				t.Errorf("%d readings of server and connection are not known, not one of each", dashes)
			}
		})
	}
}

// TestAskedAtOnce asks again a moment after an answer, with a message more in
// it: no rate is taken over that moment, neither at the start nor later.
func TestAskedAtOnce(t *testing.T) {
	f := &clockFleet{begin: time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)}
	atOnce := func(sec int) *fleet.Snapshot {
		s := f.at(sec)
		s.Time = s.Time.Add(5 * time.Millisecond)
		sv := s.Servers[0]
		sv.Info.Time, sv.Connz.Now = s.Time, s.Time
		sv.Statsz.Received.Msgs++
		sv.Connz.Conns[0].OutMsgs++
		return s
	}
	var a answers
	for _, tc := range []struct {
		snap  *fleet.Snapshot
		known bool
	}{
		{f.at(6), false}, {atOnce(6), false}, {f.at(8), true}, {f.at(10), true}, {atOnce(10), true}, {atOnce(10), true}, {f.at(12), true},
	} {
		a = a.merge(tc.snap)
		sd := fleet.NewDelta(a.before, a.now).Server("NA")
		for what, r := range map[string]fleet.Rate{"server": sd.Traffic.InMsgs, "connection": sd.Conn(1).OutMsgs} {
			if r.Known != tc.known || r.Known && (r.PerSecond < 99 || r.PerSecond > 101) {
				t.Errorf("at %s: %s %+v", tc.snap.Time.Format("05.000"), what, r)
			}
		}
	}
}
