package fleet

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"
)

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// answer is a server that answered at sec seconds after epoch with so many
// messages received.
func answer(id, name string, sec float64, msgs int64) *Server {
	at := epoch.Add(time.Duration(sec * float64(time.Second)))
	stats := &server.ServerStats{Start: epoch, Connections: 3}
	stats.Received.Msgs, stats.Sent.Msgs = msgs, 2*msgs
	stats.Received.Bytes, stats.Sent.Bytes = 10*msgs, 20*msgs
	return &Server{
		Info:   server.ServerInfo{ID: id, Name: name, Cluster: "C", Version: "2.15.2", Time: at},
		Statsz: stats,
	}
}

func snap(sec float64, servers ...*Server) *Snapshot {
	s := &Snapshot{Schema: Schema, Time: epoch.Add(time.Duration(sec * float64(time.Second))), Servers: servers}
	s.Expected = len(servers)
	s.Sort()
	return s
}

// A round that was held up for six seconds by another server does not stretch
// the interval of those that answered at once.
func TestDeltaUsesTheServersOwnClock(t *testing.T) {
	late := snap(10, answer("A", "a", 4, 500))
	late.TookSeconds = 6
	d := NewDelta(snap(0, answer("A", "a", 0, 100)), late)
	got := d.Server("A")
	if got.ElapsedSeconds != 4 || got.Traffic.InMsgs.PerSecond != 100 || got.Traffic.OutBytes.PerSecond != 2000 {
		t.Fatalf("got %+v", got.Traffic)
	}
	if got.Traffic.InMsgs.Increase != 400 || got.Change != Same {
		t.Fatalf("got %+v, change %s", got.Traffic.InMsgs, got.Change)
	}
}

func TestDeltaNeverGuesses(t *testing.T) {
	restarted := answer("A", "a", 10, 500)
	restarted.Statsz.Start = epoch.Add(5 * time.Second)
	clockless, before := answer("A", "a", 0, 500), answer("A", "a", 0, 100)
	clockless.Info.Time, before.Info.Time = time.Time{}, time.Time{}
	absent := snap(0)
	absent.Missing = []Missing{{Name: "a", Reason: Silent}}
	for _, c := range []struct {
		name          string
		before, after *Snapshot
		known         bool
		change        Change
	}{
		{"no earlier snapshot", nil, snap(0, answer("A", "a", 0, 1)), false, Appeared},
		{"new server", snap(0), snap(1, answer("A", "a", 1, 1)), false, Appeared},
		{"was missing", absent, snap(1, answer("A", "a", 1, 1)), false, Back},
		{"new id", snap(0, answer("A", "a", 0, 1)), snap(1, answer("B", "a", 1, 5)), false, Restarted},
		{"new start", snap(0, answer("A", "a", 0, 1)), snap(10, restarted), false, Restarted},
		{"counter reset", snap(0, answer("A", "a", 0, 9)), snap(1, answer("A", "a", 1, 5)), false, Same},
		{"the same answer twice", snap(0, answer("A", "a", 0, 9)), snap(1, answer("A", "a", 0, 9)), false, Same},
		{"clock set back", snap(0, answer("A", "a", 9, 9)), snap(1, answer("A", "a", 5, 10)), false, Same},
		{"clock set back by less than the interval", snap(0, answer("A", "a", 0, 9)), snap(2, answer("A", "a", 1, 10)), false, Same},
		{"clock set forward", snap(0, answer("A", "a", 0, 9)), snap(2, answer("A", "a", 3602, 10)), false, Same},
		{"clock that drifts", snap(0, answer("A", "a", 0, 9)), snap(2, answer("A", "a", 2.01, 10)), true, Same},
		{"clock of another zone", snap(0, answer("A", "a", 7200, 9)), snap(2, answer("A", "a", 7202, 10)), true, Same},
		{"an older answer after a newer one", snap(4, answer("A", "a", 4, 9)), snap(2, answer("A", "a", 2, 10)), false, Same},
		{"no clock reported", snap(0, before), snap(2, clockless), true, Same},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := NewDelta(c.before, c.after)
			sd := d.Server(c.after.Servers[0].Info.ID)
			if sd.Traffic.Known() != c.known || sd.Change != c.change {
				t.Fatalf("known %v change %s, want %v %s", sd.Traffic.Known(), sd.Change, c.known, c.change)
			}
			if !c.known && sd.Traffic != (Traffic{}) {
				t.Fatalf("a number stands where nothing is known: %+v", sd.Traffic)
			}
			_, servers := d.Total()
			if want := map[bool]int{true: 1}[c.known]; servers != want {
				t.Fatalf("total over %d servers, want %d", servers, want)
			}
		})
	}
}

func TestDeltaNilKnowsNothing(t *testing.T) {
	var d *Delta
	if d.Server("x").Conn(1).Known() || d.Account("a").Known() || d.Stream("", "a", "s").Msgs.Known {
		t.Fatal("nil knows something")
	}
	if _, n := d.Total(); n != 0 {
		t.Fatal(n)
	}
}

func TestDeltaSaysWhoVanished(t *testing.T) {
	d := NewDelta(snap(0, answer("A", "a", 0, 1), answer("B", "b", 0, 1)), snap(1, answer("A", "a", 1, 1)))
	if got := d.Server("B").Change; got != Vanished {
		t.Fatalf("got %q", got)
	}
}

// routes of one pool; the counters of each connection are given.
func withRoutes(sv *Server, at float64, rids map[uint64]int64) *Server {
	sv.Routez = &server.Routez{Now: epoch.Add(time.Duration(at * float64(time.Second)))}
	for rid, n := range rids {
		sv.Routez.Routes = append(sv.Routez.Routes, &server.RouteInfo{Rid: rid, RemoteID: "B", RemoteName: "b", InMsgs: n})
	}
	return sv
}

func TestDeltaGroupsARoutePool(t *testing.T) {
	a := snap(0, withRoutes(answer("A", "a", 0, 1), 0, map[uint64]int64{1: 10, 2: 10, 3: 0}))
	b := snap(2, withRoutes(answer("A", "a", 2, 1), 2, map[uint64]int64{1: 20, 2: 30, 3: 0}))
	if got := NewDelta(a, b).Server("A").Route("B").InMsgs.PerSecond; got != 15 {
		t.Fatalf("got %v", got)
	}
	c := snap(4, withRoutes(answer("A", "a", 4, 1), 4, map[uint64]int64{1: 20, 2: 30, 9: 1000}))
	if got := NewDelta(b, c).Server("A").Route("B"); got.Known() {
		t.Fatalf("a pool that changed has known rates: %+v", got)
	}
}

func TestDeltaAccountNeedsEveryServer(t *testing.T) {
	with := func(sv *Server, n int64) *Server {
		st := &server.AccountStat{Account: "APP"}
		st.Received.Msgs, st.Sent.Msgs = n, n
		sv.AccountStatz = &server.AccountStatz{Accounts: []*server.AccountStat{st}}
		return sv
	}
	a := snap(0, with(answer("A", "a", 0, 1), 10), with(answer("B", "b", 0, 1), 10))
	b := snap(1, with(answer("A", "a", 1, 1), 30), with(answer("B", "b", 1, 1), 40))
	if got := NewDelta(a, b).Account("APP").InMsgs.PerSecond; got != 50 {
		t.Fatalf("got %v", got)
	}
	c := snap(2, with(answer("A", "a", 2, 1), 30), with(answer("B2", "b", 2, 1), 5))
	if got := NewDelta(b, c).Account("APP"); got.Known() {
		t.Fatalf("a sum with a restarted server is known: %+v", got)
	}
}

func TestRateInJSON(t *testing.T) {
	for want, r := range map[string]Rate{"null": {}, "0": {Known: true}, "1.5": {PerSecond: 1.5, Known: true}} {
		got, err := r.MarshalJSON()
		if err != nil || string(got) != want {
			t.Errorf("%+v: %s %v", r, got, err)
		}
		var back Rate
		if err := back.UnmarshalJSON(got); err != nil || cmp.Diff(r, back) != "" {
			t.Errorf("%s: %+v %v", got, back, err)
		}
	}
}

func TestReports(t *testing.T) {
	for _, c := range []struct {
		version string
		field   Field
		want    bool
	}{
		{"2.9.25", FieldConfigDigest, false},
		{"2.11.0", FieldConfigDigest, true},
		{"2.15.2", FieldClientTraffic, true},
		{"2.12.8", FieldClientTraffic, false},
		{"2.11.11", FieldStreamsLeader, true},
		{"2.11.10", FieldStreamsLeader, false},
		{"2.12.0", FieldStreamsLeader, false},
		{"v2.16.0-RC.1", FieldMetaQuorum, true},
		{"", FieldMetaQuorum, true},
		{"2.x", FieldMetaQuorum, true},
	} {
		if got := Reports(c.version, c.field); got != c.want {
			t.Errorf("%s field %d: %v", c.version, c.field, got)
		}
	}
}

// The rates of a consumer come from its leader's figures; a follower's say
// nothing, and neither do those of a consumer that was made anew.
func TestDeltaOfConsumers(t *testing.T) {
	at := func(sec float64, delivered, acked, pending uint64, leader string, created time.Time) *Snapshot {
		sv := answer("A", "a", sec, 1)
		info := &server.ConsumerInfo{Name: "w", Created: created, NumPending: pending, Cluster: &server.ClusterInfo{Leader: leader}}
		info.Delivered.Consumer, info.AckFloor.Consumer = delivered, acked
		sv.Jsz = &server.JSInfo{Now: sv.Info.Time, AccountDetails: []*server.AccountDetail{{
			Name: "APP", Streams: []server.StreamDetail{{Name: "S", Consumer: []*server.ConsumerInfo{info}}},
		}}}
		return snap(sec, sv)
	}
	before := at(0, 10, 5, 100, "a", epoch)
	got := NewDelta(before, at(2, 30, 15, 60, "a", epoch)).Consumer("", "APP", "S", "w")
	want := ConsumerDelta{Delivered: perSecond(20, 2), Acked: perSecond(10, 2), Pending: perSecond(-40, 2)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for name, after := range map[string]*Snapshot{"a follower": at(2, 30, 15, 60, "b", epoch), "made anew": at(2, 1, 1, 1, "a", epoch.Add(time.Second))} {
		if got := NewDelta(before, after).Consumer("", "APP", "S", "w"); got.Delivered.Known {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestDeltaOfSubscriptions(t *testing.T) {
	at := func(sec float64, inserts, matches uint64) *Snapshot {
		sv := answer("A", "a", sec, 1)
		sv.Subsz = &server.Subsz{Now: sv.Info.Time, SublistStats: &server.SublistStats{NumInserts: inserts, NumMatches: matches}}
		return snap(sec, sv)
	}
	got := NewDelta(at(0, 1, 100), at(2, 21, 300)).Server("A")
	if got.Inserts.PerSecond != 10 || got.Matches.PerSecond != 100 || !got.Removes.Known {
		t.Errorf("%+v", got)
	}
}
