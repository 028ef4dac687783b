package checks

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// reach puts a value to where a limit judges it, in a healthy fleet. A limit
// without a row here fails the test: each has one.
var reach = map[string]func(in *Input, v float64){
	"uptime_seconds": func(in *Input, v float64) {
		sv := in.Snapshot.Servers[0]
		sv.Statsz.Start = sv.Info.Time.Add(-seconds(v))
	},
	"clock_skew_seconds": func(in *Input, v float64) {
		in.Snapshot.TookSeconds = 0.5
		in.Snapshot.Servers[0].Info.Time = in.Snapshot.Time.Add(seconds(v))
	},
	"cpu_percent": func(in *Input, v float64) {
		st := in.Snapshot.Servers[0].Statsz
		st.MaxProcs, st.Cores, st.CPU = 4, 8, 4*v
	},
	"memory_percent": func(in *Input, v float64) {
		st := in.Snapshot.Servers[0].Statsz
		st.MemLimit, st.Mem = 1e9, int64(math.Round(v*1e7))
	},
	"connections_percent": func(in *Input, v float64) {
		in.Snapshot.Servers[0].Varz.MaxConn, in.Snapshot.Servers[0].Statsz.Connections = 1e6, int(math.Round(v*1e4))
	},
	"balance_percent": func(in *Input, v float64) { // a has v % over the average of a, b and c
		for _, sv := range in.Snapshot.Servers {
			sv.Statsz.Connections = int(10_000 - 50*v)
		}
		in.Snapshot.Servers[0].Statsz.Connections = int(10_000 + 100*v)
	},
	"slow_consumers":    func(in *Input, v float64) { in.Snapshot.Servers[0].Statsz.SlowConsumers = int64(v) },
	"stalled_clients":   func(in *Input, v float64) { in.Snapshot.Servers[0].Statsz.StalledClients = int64(v) },
	"stale_connections": func(in *Input, v float64) { in.Snapshot.Servers[0].Statsz.StaleConnections = int64(v) },
	"pending_percent": func(in *Input, v float64) {
		in.Snapshot.Servers[0].Varz.MaxPending = 1e9
		in.Snapshot.Servers[0].Connz.Conns = []*server.ConnInfo{{Cid: 1, Pending: int(math.Round(v * 1e7))}}
	},
	"pending_full_seconds": func(in *Input, v float64) { // 1 MB a second more, in two seconds, of at most 1 GB
		in.Snapshot.Servers[0].Varz.MaxPending = 1e9
		now := int(1e9 - v*1e6)
		in.pending(now-2e6, now)
	},
	"queue_items": func(in *Input, v float64) {
		in.Snapshot.Servers[0].Ipqueuesz = &server.IpqueueszStatus{"q": {Pending: int(v)}}
	},
	"meta_lag": func(in *Input, v float64) {
		setMeta(in, func(m *server.MetaClusterInfo) {
			m.Replicas[0].Current, m.Replicas[0].Lag, m.Size = false, uint64(v), 1
		})
	},
	"meta_pending": func(in *Input, v float64) { setMeta(in, func(m *server.MetaClusterInfo) { m.Pending = int(v) }) },
	"stream_lag": func(in *Input, v float64) {
		stream(in).Cluster.Replicas[0].Lag = uint64(v)
	},
	"consumer_lag": func(in *Input, v float64) {
		stream(in).Consumer = []*server.ConsumerInfo{{Name: "w", Cluster: &server.ClusterInfo{
			Leader: "a", Replicas: []*server.PeerInfo{{Name: "b", Current: true, Lag: uint64(v)}},
		}}}
	},
	"replicas_missing": func(in *Input, v float64) { // of five
		stream(in).Config = &server.StreamConfig{Replicas: 5}
		stream(in).Cluster.Replicas = nil
		for i := range 4 - int(v) {
			stream(in).Cluster.Replicas = append(stream(in).Cluster.Replicas, &server.PeerInfo{Name: string(rune('p' + i)), Current: true})
		}
	},
	"unread_messages": func(in *Input, v float64) { in.backlog(0, uint64(v)) },
	"storage_percent": func(in *Input, v float64) {
		js := in.Snapshot.Servers[0].Jsz
		js.Config.MaxStore, js.Store = 1e9, uint64(math.Round(v*1e7))
	},
	"stream_percent": func(in *Input, v float64) {
		stream(in).Config = &server.StreamConfig{MaxBytes: 1e9, Discard: server.DiscardNew}
		stream(in).State.Bytes = uint64(math.Round(v * 1e7))
	},
	"ha_assets": func(in *Input, v float64) { in.Snapshot.Servers[0].Jsz.HAAssets = int(v) },
	"raft_behind": func(in *Input, v float64) {
		setRaft(in, "G", server.RaftzGroup{State: "LEADER", Leader: "a", Committed: 1000 + uint64(v), Applied: 1000})
	},
	"unmatched_messages": func(in *Input, v float64) {
		in.durable(func(of *server.StreamDetail, con *server.ConsumerInfo) {
			of.State.Msgs, con.Delivered = uint64(v), server.SequenceInfo{}
		})
	},
	"discarded_messages": func(in *Input, v float64) {
		in.durable(func(of *server.StreamDetail, con *server.ConsumerInfo) {
			con.Config.FilterSubject, of.State.FirstSeq = "", con.Delivered.Stream+1+uint64(v)
		})
	},
	"redelivered_messages": func(in *Input, v float64) {
		in.durable(func(_ *server.StreamDetail, con *server.ConsumerInfo) { con.NumRedelivered = int(v) })
	},
	"unwritten_messages": func(in *Input, v float64) {
		in.copies([3]uint64{100, 100, 70}, [3]uint64{100 + uint64(v), 100 + uint64(v), 70})
	},
	"certificate_seconds": func(in *Input, v float64) {
		sv := in.Snapshot.Servers[0]
		sv.Varz.TLSCertNotAfter = sv.Info.Time.Add(seconds(v))
	},
	"jwt_seconds": func(in *Input, v float64) {
		sv := in.Snapshot.Servers[0]
		op := jwt.NewOperatorClaims("OX")
		op.Name, op.Expires = "acme", sv.Info.Time.Add(seconds(v)).Unix()
		sv.Varz.TrustedOperatorsClaim = []*jwt.OperatorClaims{op}
	},
}

func seconds(v float64) time.Duration { return time.Duration(v * float64(time.Second)) }

// TestLimitsAreInclusive puts the value of every limit at it, and just short of
// it: a check fires at its limit and not before, and says what it measured.
func TestLimitsAreInclusive(t *testing.T) {
	for _, c := range All() {
		for _, l := range c.Limits {
			put := reach[l.Name]
			if put == nil {
				t.Errorf("limit %s has no row in reach", l.Name)
				continue
			}
			short := -1.0
			if l.Below {
				short = 1
			}
			level := fleet.OK
			if l.Name == "meta_lag" {
				level = fleet.Warn // a peer that is not current is a warning without any lag
			}
			for _, at := range []struct {
				value float64
				want  fleet.Level
				limit float64
			}{
				{l.Warn + short, level, 0},
				{l.Warn, fleet.Warn, l.Warn},
				{l.Warn - short, fleet.Warn, l.Warn},
				{l.Crit + short, fleet.Warn, l.Warn},
				{l.Crit, fleet.Crit, l.Crit},
			} {
				if passed, _ := DefaultRange(l.Name).Judge(at.value); math.IsNaN(at.value) || at.want == fleet.Warn && passed == fleet.Crit {
					continue // critical lies next to the warning
				}
				t.Run(fmt.Sprintf("%s=%v", l.Name, at.value), func(t *testing.T) {
					in := healthy()
					put(&in, at.value)
					got := examine(t, in, c.Name)
					if got.Level != at.want {
						t.Fatalf("%s, want %s: %+v", got.Level, at.want, got.Findings)
					}
					if at.limit == 0 {
						return
					}
					f := got.Findings[0]
					if math.Abs(f.Value-at.value) > 1e-6*math.Abs(at.value) || f.Limit != at.limit || f.Unit != unitOf(l.Name) {
						t.Errorf("value %v limit %v unit %q, want %v %v %q", f.Value, f.Limit, f.Unit, at.value, at.limit, unitOf(l.Name))
					}
				})
			}
		}
	}
}

// TestDefaultLimits keeps the thresholds that the documentation names.
func TestDefaultLimits(t *testing.T) {
	want := map[string][2]float64{
		"uptime_seconds": {60, never()}, "clock_skew_seconds": {1, 10}, "cpu_percent": {80, 95}, "memory_percent": {80, 95},
		"connections_percent": {80, 95}, "balance_percent": {100, never()}, "slow_consumers": {1, 100}, "stalled_clients": {10, 1000},
		"stale_connections": {1, 100}, "pending_percent": {25, 75}, "pending_full_seconds": {60, 15}, "queue_items": {1e4, 1e6},
		"meta_lag": {100, 1e4}, "meta_pending": {1000, 1e4}, "stream_lag": {1000, 1e5}, "consumer_lag": {1000, 1e5}, "replicas_missing": {1, 2}, "unread_messages": {1, never()},
		"storage_percent": {80, 95}, "stream_percent": {80, 95}, "ha_assets": {1000, 2000}, "raft_behind": {1e4, 1e6},
		"unmatched_messages": {100, never()}, "discarded_messages": {1, never()}, "redelivered_messages": {100, 1e4}, "unwritten_messages": {10, 1000},
		"certificate_seconds": {30 * 86400, 7 * 86400}, "jwt_seconds": {7 * 86400, 86400},
	}
	same := func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
	for _, l := range Limits() {
		w, ok := want[l.Name]
		if !ok || !same(l.Warn, w[0]) || !same(l.Crit, w[1]) || l.Below != (w[1] < w[0] || l.Name == "uptime_seconds") {
			t.Errorf("%+v, want %v", l, w)
		}
		if r := DefaultRange(l.Name); !same(r.Warn, l.Warn) || !same(r.Crit, l.Crit) || r.Below != l.Below {
			t.Errorf("default of %s: %+v", l.Name, r)
		}
	}
	if r := DefaultRange("nope"); !math.IsNaN(r.Warn) || !math.IsNaN(r.Crit) {
		t.Errorf("a limit that does not exist judges: %+v", r)
	}
}
