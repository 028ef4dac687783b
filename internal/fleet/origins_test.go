package fleet_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// holding is a server that leads a stream of two replicas, an hour old.
func holding(change func(st *server.StreamDetail)) *fleet.Snapshot {
	sv := fleettest.Answer("A", "a", 3600, 1)
	sv.Info.Domain = "hub"
	st := server.StreamDetail{
		Name: "S", Created: fleettest.Epoch, Config: &server.StreamConfig{Replicas: 2},
		Cluster: &server.ClusterInfo{Leader: "a", Replicas: []*server.PeerInfo{{Name: "b", Current: true}}},
	}
	change(&st)
	sv.Jsz = &server.JSInfo{AccountDetails: []*server.AccountDetail{{Name: "APP", Streams: []server.StreamDetail{st}}}}
	return fleettest.Snapshot(3600, sv)
}

func TestOriginRows(t *testing.T) {
	s := holding(func(st *server.StreamDetail) {
		st.Sources = []*server.StreamSourceInfo{
			{Name: "FINE", Active: 2 * time.Second, Lag: 3, FilterSubject: "f.>", External: &server.ExternalStream{ApiPrefix: "$JS.hub.API"}},
			nil,
			{Name: "AGAIN", Active: -1, SubjectTransforms: []server.SubjectTransformConfig{{Source: "t.>"}}},
			{Name: "ERR", Active: 90 * time.Second, Error: &server.ApiError{Description: "no such stream"}},
		}
	})
	sv := s.Servers[0]
	want := []*fleet.OriginRow{
		{Domain: "hub", Account: "APP", AccountID: "APP", Stream: "S", Server: sv, Role: "source", Name: "AGAIN", Filter: "t.>", Level: fleet.Warn, State: "never reached"},
		{Domain: "hub", Account: "APP", AccountID: "APP", Stream: "S", Server: sv, Role: "source", Name: "ERR", Heard: true, IdleSeconds: 90, Error: "no such stream", Level: fleet.Warn, State: "no such stream"},
		{Domain: "hub", Account: "APP", AccountID: "APP", Stream: "S", Server: sv, Role: "source", Name: "FINE", Heard: true, IdleSeconds: 2, Lag: 3, Filter: "f.>", External: "$JS.hub.API", State: "ok"},
	}
	if diff := cmp.Diff(want, fleet.OriginRows(s), cmp.Comparer(func(a, b *fleet.Server) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	row := fleet.StreamRows(s, nil)[0]
	if row.Level != fleet.Warn || row.State != "source AGAIN: never reached" || row.Raft != (fleet.Verdict{State: "ok"}) || len(row.Origins) != 3 {
		t.Errorf("%s %s, its group %+v", row.Level, row.State, row.Raft)
	}
}

// TestStateOfAStream is the worst of its group, its replicas and its origins, in
// this order.
func TestStateOfAStream(t *testing.T) {
	gone := &server.StreamSourceInfo{Name: "O", Active: -1}
	for _, c := range []struct {
		name   string
		change func(st *server.StreamDetail)
		level  fleet.Level
		state  string
		short  int
	}{
		{"well", func(*server.StreamDetail) {}, fleet.OK, "ok", 0},
		{"more than it should have", func(st *server.StreamDetail) { st.Config.Replicas = 1 }, fleet.OK, "ok", 0},
		{"one is gone", func(st *server.StreamDetail) { st.Config.Replicas = 3 }, fleet.Warn, "2 of 3 replicas", 1},
		{"one is gone and the mirror too", func(st *server.StreamDetail) { st.Config.Replicas, st.Mirror = 3, gone }, fleet.Warn, "2 of 3 replicas", 1},
		{"the mirror is gone", func(st *server.StreamDetail) { st.Mirror = gone }, fleet.Warn, "mirror O: never reached", 0},
		{"one lags and one is gone", func(st *server.StreamDetail) { st.Config.Replicas, st.Cluster.Replicas[0].Current = 5, false }, fleet.Crit, "quorum at risk: b not current", 3},
		{"lost", func(st *server.StreamDetail) {
			st.State.Lost, st.Mirror = &server.LostStreamData{Msgs: []uint64{1}}, gone
		}, fleet.Crit, "1 messages lost", 0},
		{"young", func(st *server.StreamDetail) {
			st.Created, st.Config.Replicas, st.Mirror = fleettest.Epoch.Add(3541*time.Second), 3, gone
		}, fleet.OK, "ok", 0},
		{"a minute old", func(st *server.StreamDetail) {
			st.Created, st.Config.Replicas = fleettest.Epoch.Add(3540*time.Second), 3
		}, fleet.Warn, "2 of 3 replicas", 1},
		{"without a date", func(st *server.StreamDetail) { st.Created, st.Config.Replicas = time.Time{}, 3 }, fleet.Warn, "2 of 3 replicas", 1},
		{"without a configuration", func(st *server.StreamDetail) { st.Config = nil }, fleet.OK, "ok", 0},
		{"told by a follower", func(st *server.StreamDetail) { st.Cluster.Leader, st.Config.Replicas, st.Mirror = "z", 3, gone }, fleet.OK, "ok, as far as followers know", 0},
	} {
		s := holding(c.change)
		r := fleet.StreamRows(s, nil)[0]
		if r.Level != c.level || r.State != c.state || r.Missing != c.short {
			t.Errorf("%s: %s %q, %d short; want %s %q, %d", c.name, r.Level, r.State, r.Missing, c.level, c.state, c.short)
		}
	}
}

// TestStateOfAConsumer tells a consumer that nobody reads apart from one that is
// read now and then.
func TestStateOfAConsumer(t *testing.T) {
	at := func(sec float64, pending, delivered uint64, change func(*server.ConsumerInfo)) *fleet.Snapshot {
		con := &server.ConsumerInfo{Name: "w", Created: fleettest.Epoch, NumPending: pending, Config: &server.ConsumerConfig{Durable: "w"}}
		con.Delivered.Consumer = delivered
		con.Cluster = &server.ClusterInfo{Leader: "a", Replicas: []*server.PeerInfo{{Name: "b", Current: true}}}
		change(con)
		s := holding(func(st *server.StreamDetail) { st.Consumer = []*server.ConsumerInfo{con} })
		s.Time = fleettest.Epoch.Add(time.Duration(sec * float64(time.Second)))
		s.Servers[0].Info.Time, s.Servers[0].Jsz.Now = s.Time, s.Time
		return s
	}
	recent := func(ago time.Duration) func(*server.ConsumerInfo) {
		last := fleettest.Epoch.Add(102*time.Second - ago)
		return func(c *server.ConsumerInfo) { c.Delivered.Last = &last }
	}
	for _, c := range []struct {
		name         string
		before, now  uint64
		change       func(*server.ConsumerInfo)
		level        fleet.Level
		state, alone string // with rates, and of one snapshot
	}{
		{"nobody reads", 10, 20, func(*server.ConsumerInfo) {}, fleet.Warn, "nobody reads it", "nobody reads it now"},
		{"nothing to read", 0, 0, func(*server.ConsumerInfo) {}, fleet.OK, "ok", "ok"},
		{"a backlog that shrinks", 20, 10, func(*server.ConsumerInfo) {}, fleet.Info, "nobody reads it now", "nobody reads it now"},
		{"read a moment ago", 10, 20, recent(59 * time.Second), fleet.OK, "ok", "ok"},
		{"read a minute ago", 10, 20, recent(time.Minute), fleet.Warn, "nobody reads it", "nobody reads it now"},
		{"a pull request waits", 10, 20, func(c *server.ConsumerInfo) { c.NumWaiting = 1 }, fleet.OK, "ok", "ok"},
		{"paused", 10, 20, func(c *server.ConsumerInfo) { c.Paused = true }, fleet.Info, "paused", "paused"},
		{"bound", 10, 20, func(c *server.ConsumerInfo) { c.Config.DeliverSubject, c.PushBound = "d", true }, fleet.OK, "ok", "ok"},
		{"unbound", 10, 20, func(c *server.ConsumerInfo) { c.Config.DeliverSubject = "d" }, fleet.Warn, "nobody reads it", "nobody reads it now"},
		{"a pull consumer that says bound", 10, 20, func(c *server.ConsumerInfo) { c.PushBound = true }, fleet.Warn, "nobody reads it", "nobody reads it now"},
		{"one replica, nobody reads", 10, 20, func(c *server.ConsumerInfo) { c.Cluster.Replicas = nil }, fleet.Warn, "1 of 2 replicas", "1 of 2 replicas"},
		{"no leader", 10, 20, func(c *server.ConsumerInfo) { c.Cluster.Leader = "" }, fleet.Crit, "no leader", "no leader"},
		{"held back", 10, 20, func(c *server.ConsumerInfo) { c.Config.MaxAckPending, c.NumAckPending = 3, 3 }, fleet.Warn, "held back: as many messages wait for an acknowledgement as it allows", "held back: as many messages wait for an acknowledgement as it allows"},
	} {
		before, now := at(100, c.before, 5, c.change), at(102, c.now, 5, c.change)
		if r := fleet.ConsumerRows(now, fleet.NewDelta(before, now))[0]; r.Level != c.level || r.State != c.state {
			t.Errorf("%s: %s %q, want %s %q", c.name, r.Level, r.State, c.level, c.state)
		}
		if r := fleet.ConsumerRows(now, nil)[0]; r.State != c.alone {
			t.Errorf("%s, of one snapshot: %q, want %q", c.name, r.State, c.alone)
		}
	}
	young := func(c *server.ConsumerInfo) { c.Created = fleettest.Epoch.Add(43 * time.Second) }
	if r := fleet.ConsumerRows(at(102, 20, 0, young), nil)[0]; r.State != "ok" || r.Level != fleet.OK {
		t.Errorf("in its first minute: %q", r.State)
	}
	if r := fleet.ConsumerRows(at(102, 20, 7, func(*server.ConsumerInfo) {}), fleet.NewDelta(at(100, 10, 5, func(*server.ConsumerInfo) {}), at(102, 20, 7, func(*server.ConsumerInfo) {})))[0]; r.Level != fleet.Info {
		t.Errorf("two were delivered, and no time of it: %s", r.State)
	}
}
