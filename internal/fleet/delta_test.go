package fleet_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// A round that was held up for six seconds by another server does not stretch
// the interval of those that answered at once.
func TestDeltaUsesTheServersOwnClock(t *testing.T) {
	late := fleettest.Snapshot(10, fleettest.Answer("A", "a", 4, 500))
	late.TookSeconds = 6
	d := fleet.NewDelta(fleettest.Snapshot(0, fleettest.Answer("A", "a", 0, 100)), late)
	got := d.Server("A")
	if got.ElapsedSeconds != 4 || got.Traffic.InMsgs.PerSecond != 100 || got.Traffic.OutBytes.PerSecond != 2000 {
		t.Fatalf("got %+v", got.Traffic)
	}
	if got.Traffic.InMsgs.Increase != 400 || got.Change != fleet.Same {
		t.Fatalf("got %+v, change %s", got.Traffic.InMsgs, got.Change)
	}
}

func TestDeltaNeverGuesses(t *testing.T) {
	restarted := fleettest.Answer("A", "a", 10, 500)
	restarted.Statsz.Start = fleettest.Epoch.Add(5 * time.Second)
	clockless, before := fleettest.Answer("A", "a", 0, 500), fleettest.Answer("A", "a", 0, 100)
	clockless.Info.Time, before.Info.Time = time.Time{}, time.Time{}
	absent := fleettest.Snapshot(0)
	absent.Missing = []fleet.Missing{{Name: "a", Reason: fleet.Silent}}
	for _, c := range []struct {
		name          string
		before, after *fleet.Snapshot
		known         bool
		change        fleet.Change
	}{
		{"no earlier snapshot", nil, fleettest.Snapshot(0, fleettest.Answer("A", "a", 0, 1)), false, fleet.Appeared},
		{"new server", fleettest.Snapshot(0), fleettest.Snapshot(1, fleettest.Answer("A", "a", 1, 1)), false, fleet.Appeared},
		{"was missing", absent, fleettest.Snapshot(1, fleettest.Answer("A", "a", 1, 1)), false, fleet.Back},
		{"new id", fleettest.Snapshot(0, fleettest.Answer("A", "a", 0, 1)), fleettest.Snapshot(1, fleettest.Answer("B", "a", 1, 5)), false, fleet.Restarted},
		{"new start", fleettest.Snapshot(0, fleettest.Answer("A", "a", 0, 1)), fleettest.Snapshot(10, restarted), false, fleet.Restarted},
		{"counter reset", fleettest.Snapshot(0, fleettest.Answer("A", "a", 0, 9)), fleettest.Snapshot(1, fleettest.Answer("A", "a", 1, 5)), false, fleet.Same},
		{"the same answer twice", fleettest.Snapshot(0, fleettest.Answer("A", "a", 0, 9)), fleettest.Snapshot(1, fleettest.Answer("A", "a", 0, 9)), false, fleet.Same},
		{"clock set back", fleettest.Snapshot(0, fleettest.Answer("A", "a", 9, 9)), fleettest.Snapshot(1, fleettest.Answer("A", "a", 5, 10)), false, fleet.Same},
		{"clock set back by less than the interval", fleettest.Snapshot(0, fleettest.Answer("A", "a", 0, 9)), fleettest.Snapshot(2, fleettest.Answer("A", "a", 1, 10)), false, fleet.Same},
		{"clock set forward", fleettest.Snapshot(0, fleettest.Answer("A", "a", 0, 9)), fleettest.Snapshot(2, fleettest.Answer("A", "a", 3602, 10)), false, fleet.Same},
		{"clock that drifts", fleettest.Snapshot(0, fleettest.Answer("A", "a", 0, 9)), fleettest.Snapshot(2, fleettest.Answer("A", "a", 2.01, 10)), true, fleet.Same},
		{"clock of another zone", fleettest.Snapshot(0, fleettest.Answer("A", "a", 7200, 9)), fleettest.Snapshot(2, fleettest.Answer("A", "a", 7202, 10)), true, fleet.Same},
		{"an older answer after a newer one", fleettest.Snapshot(4, fleettest.Answer("A", "a", 4, 9)), fleettest.Snapshot(2, fleettest.Answer("A", "a", 2, 10)), false, fleet.Same},
		{"no clock reported", fleettest.Snapshot(0, before), fleettest.Snapshot(2, clockless), true, fleet.Same},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := fleet.NewDelta(c.before, c.after)
			sd := d.Server(c.after.Servers[0].Info.ID)
			if sd.Traffic.Known() != c.known || sd.Change != c.change {
				t.Fatalf("known %v change %s, want %v %s", sd.Traffic.Known(), sd.Change, c.known, c.change)
			}
			if !c.known && sd.Traffic != (fleet.Traffic{}) {
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
	var d *fleet.Delta
	if d.Server("x").Conn(1).Known() || d.Account("a").Known() || d.Stream("", "a", "s").Msgs.Known {
		t.Fatal("nil knows something")
	}
	if _, n := d.Total(); n != 0 {
		t.Fatal(n)
	}
}

func TestDeltaSaysWhoVanished(t *testing.T) {
	d := fleet.NewDelta(fleettest.Snapshot(0, fleettest.Answer("A", "a", 0, 1), fleettest.Answer("B", "b", 0, 1)), fleettest.Snapshot(1, fleettest.Answer("A", "a", 1, 1)))
	if got := d.Server("B").Change; got != fleet.Vanished {
		t.Fatalf("got %q", got)
	}
}

// routes of one pool; the counters of each connection are given.
func withRoutes(sv *fleet.Server, at float64, rids map[uint64]int64) *fleet.Server {
	sv.Routez = &server.Routez{Now: fleettest.Epoch.Add(time.Duration(at * float64(time.Second)))}
	for rid, n := range rids {
		sv.Routez.Routes = append(sv.Routez.Routes, &server.RouteInfo{Rid: rid, RemoteID: "B", RemoteName: "b", InMsgs: n})
	}
	return sv
}

func TestDeltaGroupsARoutePool(t *testing.T) {
	a := fleettest.Snapshot(0, withRoutes(fleettest.Answer("A", "a", 0, 1), 0, map[uint64]int64{1: 10, 2: 10, 3: 0}))
	b := fleettest.Snapshot(2, withRoutes(fleettest.Answer("A", "a", 2, 1), 2, map[uint64]int64{1: 20, 2: 30, 3: 0}))
	if got := fleet.NewDelta(a, b).Server("A").Route("B").InMsgs.PerSecond; got != 15 {
		t.Fatalf("got %v", got)
	}
	c := fleettest.Snapshot(4, withRoutes(fleettest.Answer("A", "a", 4, 1), 4, map[uint64]int64{1: 20, 2: 30, 9: 1000}))
	if got := fleet.NewDelta(b, c).Server("A").Route("B"); got.Known() {
		t.Fatalf("a pool that changed has known rates: %+v", got)
	}
}

func TestDeltaAccountNeedsEveryServer(t *testing.T) {
	with := func(sv *fleet.Server, n int64) *fleet.Server {
		st := &server.AccountStat{Account: "APP"}
		st.Received.Msgs, st.Sent.Msgs = n, n
		sv.AccountStatz = &server.AccountStatz{Accounts: []*server.AccountStat{st}}
		return sv
	}
	a := fleettest.Snapshot(0, with(fleettest.Answer("A", "a", 0, 1), 10), with(fleettest.Answer("B", "b", 0, 1), 10))
	b := fleettest.Snapshot(1, with(fleettest.Answer("A", "a", 1, 1), 30), with(fleettest.Answer("B", "b", 1, 1), 40))
	if got := fleet.NewDelta(a, b).Account("APP").InMsgs.PerSecond; got != 50 {
		t.Fatalf("got %v", got)
	}
	c := fleettest.Snapshot(2, with(fleettest.Answer("A", "a", 2, 1), 30), with(fleettest.Answer("B2", "b", 2, 1), 5))
	if got := fleet.NewDelta(b, c).Account("APP"); got.Known() {
		t.Fatalf("a sum with a restarted server is known: %+v", got)
	}
}

func TestRateInJSON(t *testing.T) {
	for want, r := range map[string]fleet.Rate{"null": {}, "0": {Known: true}, "1.5": {PerSecond: 1.5, Known: true}} {
		got, err := r.MarshalJSON()
		if err != nil || string(got) != want {
			t.Errorf("%+v: %s %v", r, got, err)
		}
		var back fleet.Rate
		if err := back.UnmarshalJSON(got); err != nil || cmp.Diff(r, back) != "" {
			t.Errorf("%s: %+v %v", got, back, err)
		}
	}
}

func TestReports(t *testing.T) {
	for _, c := range []struct {
		version string
		field   fleet.Field
		want    bool
	}{
		{"2.9.25", fleet.FieldConfigDigest, false},
		{"2.11.0", fleet.FieldConfigDigest, true},
		{"2.15.2", fleet.FieldClientTraffic, true},
		{"2.12.8", fleet.FieldClientTraffic, false},
		{"2.11.11", fleet.FieldStreamsLeader, true},
		{"2.11.10", fleet.FieldStreamsLeader, false},
		{"2.12.0", fleet.FieldStreamsLeader, false},
		{"v2.16.0-RC.1", fleet.FieldMetaQuorum, true},
		{"", fleet.FieldMetaQuorum, true},
		{"2.x", fleet.FieldMetaQuorum, true},
	} {
		if got := fleet.Reports(c.version, c.field); got != c.want {
			t.Errorf("%s field %d: %v", c.version, c.field, got)
		}
	}
}

// The rates of a consumer come from its leader's figures; a follower's say
// nothing, and neither do those of a consumer that was created again.
func TestDeltaOfConsumers(t *testing.T) {
	at := func(sec float64, delivered, acked, pending uint64, leader string, created time.Time) *fleet.Snapshot {
		sv := fleettest.Answer("A", "a", sec, 1)
		info := &server.ConsumerInfo{Name: "w", Created: created, NumPending: pending, Cluster: &server.ClusterInfo{Leader: leader}}
		info.Delivered.Consumer, info.AckFloor.Consumer = delivered, acked
		sv.Jsz = &server.JSInfo{Now: sv.Info.Time, AccountDetails: []*server.AccountDetail{{
			Name: "APP", Streams: []server.StreamDetail{{Name: "S", Consumer: []*server.ConsumerInfo{info}}},
		}}}
		return fleettest.Snapshot(sec, sv)
	}
	before := at(0, 10, 5, 100, "a", fleettest.Epoch)
	got := fleet.NewDelta(before, at(2, 30, 15, 60, "a", fleettest.Epoch)).Consumer("", "APP", "S", "w")
	want := fleet.ConsumerDelta{Delivered: rise(20, 2), Acked: rise(10, 2), Pending: rise(-40, 2)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for name, after := range map[string]*fleet.Snapshot{"a follower": at(2, 30, 15, 60, "b", fleettest.Epoch), "created again": at(2, 1, 1, 1, "a", fleettest.Epoch.Add(time.Second))} {
		if got := fleet.NewDelta(before, after).Consumer("", "APP", "S", "w"); got.Delivered.Known {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestDeltaOfSubscriptions(t *testing.T) {
	at := func(sec float64, inserts, matches uint64) *fleet.Snapshot {
		sv := fleettest.Answer("A", "a", sec, 1)
		sv.Subsz = &server.Subsz{Now: sv.Info.Time, SublistStats: &server.SublistStats{NumInserts: inserts, NumMatches: matches}}
		return fleettest.Snapshot(sec, sv)
	}
	got := fleet.NewDelta(at(0, 1, 100), at(2, 21, 300)).Server("A")
	if got.Inserts.PerSecond != 10 || got.Matches.PerSecond != 100 || !got.Removes.Known {
		t.Errorf("%+v", got)
	}
}

// A stream whose leader moved is told by two servers with clocks of their own,
// and what is asked seldom is older than the snapshot that it stands in: the
// interval is that between the answers all the same.
func TestDeltaOfAStreamThatMoved(t *testing.T) {
	with := func(sv *fleet.Server, answered float64, last uint64, leader string) *fleet.Server {
		st := server.StreamDetail{Name: "S", Created: fleettest.Epoch, Cluster: &server.ClusterInfo{Leader: leader, Replicas: []*server.PeerInfo{{Name: "other"}}}}
		st.State.LastSeq = last
		consumer := &server.ConsumerInfo{Name: "w", Created: fleettest.Epoch, Cluster: &server.ClusterInfo{Leader: leader}}
		consumer.Delivered.Consumer = last
		st.Consumer = []*server.ConsumerInfo{consumer}
		sv.Jsz = &server.JSInfo{Now: fleettest.Epoch.Add(time.Duration(answered * float64(time.Second))), AccountDetails: []*server.AccountDetail{{Name: "APP", Streams: []server.StreamDetail{st}}}}
		return sv
	}
	before := fleettest.Snapshot(2, with(fleettest.Answer("A", "a", 2, 1), 0, 1000, "a"), fleettest.Answer("B", "b", 3602, 1)) // the answer is two seconds old
	after := fleettest.Snapshot(4, fleettest.Answer("A", "a", 4, 1), with(fleettest.Answer("B", "b", 3604, 1), 3604, 1400, "b"))
	d := fleet.NewDelta(before, after)
	if got := d.Stream("", "APP", "S").Msgs; got != rise(400, 4) {
		t.Errorf("stored %+v, not 100 a second", got)
	}
	if got := d.Consumer("", "APP", "S", "w").Delivered; got != rise(400, 4) {
		t.Errorf("delivered %+v, not 100 a second", got)
	}
}

// rise is the rate of what rose by so much in so many seconds.
func rise(by, seconds float64) fleet.Rate {
	return fleet.Rate{PerSecond: by / seconds, Increase: by, Known: true}
}
