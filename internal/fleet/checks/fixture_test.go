package checks

import (
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// healthy is two servers without any fault, seen twice.
func healthy() Input {
	at := func(sec float64) *fleet.Snapshot {
		a, b := fleettest.Member("a", "b"), fleettest.Member("b", "a")
		for _, sv := range []*fleet.Server{a, b} {
			sv.Info.Time = fleettest.Epoch.Add(time.Duration(sec) * time.Second)
			sv.Info.SetJetStreamEnabled()
			sv.Statsz.Cores = 2
			sv.Varz = &server.Varz{
				ConfigDigest: "d", MaxPending: 64 << 20, MaxConn: 1000, Host: "127.0.0.1", Port: 4222, AuthRequired: true,
				TLSCertNotAfter: fleettest.Epoch.AddDate(1, 0, 0),
			}
			sv.Connz, sv.Leafz, sv.Gatewayz = &server.Connz{}, &server.Leafz{}, &server.Gatewayz{}
			sv.Healthz = &server.HealthStatus{Status: "ok", StatusCode: 200}
			sv.Ipqueuesz = &server.IpqueueszStatus{}
			sv.Jsz = &server.JSInfo{Config: server.JetStreamConfig{MaxStore: 1000}}
			sv.Jsz.Meta = &server.MetaClusterInfo{Name: "C", Leader: "a", Size: 2}
			sv.Raftz = &server.RaftzStatus{"SYS": {"_meta_": {State: "LEADER", Leader: "x"}}}
		}
		a.Varz.ConfigDigest, b.Varz.ConfigDigest = "d", "d"
		a.Jsz.Meta.Replicas = []*server.PeerInfo{{Name: "b", Current: true}}
		a.Jsz.AccountDetails = []*server.AccountDetail{{Name: "APP", Streams: []server.StreamDetail{{
			Name: "S", RaftGroup: "G", Cluster: &server.ClusterInfo{Leader: "a", Replicas: []*server.PeerInfo{{Name: "b", Current: true}}},
		}}}}
		c := fleettest.Member("c", "a", "b")
		c.Varz, c.Info.Time = &server.Varz{ConfigDigest: "d", MaxPending: 64 << 20, MaxConn: 1000, AuthRequired: true, Host: "127.0.0.1"}, a.Info.Time
		for _, sv := range []*fleet.Server{a, b} {
			sv.Routez.Routes = append(sv.Routez.Routes, fleettest.Member(sv.Info.Name, "c").Routez.Routes...)
		}
		return fleettest.Snapshot(sec, a, b, c)
	}
	return Input{Before: at(1000), Snapshot: at(1002)}
}

// pending gives the first server a connection with this much waiting before and
// now.
func (in *Input) pending(before, now int) {
	for s, n := range map[*fleet.Snapshot]int{in.Before: before, in.Snapshot: now} {
		s.Servers[0].Connz = &server.Connz{Now: s.Time, Conns: []*server.ConnInfo{{Cid: 1, Start: fleettest.Epoch, Pending: n}}}
	}
}

// backlog gives the first server's stream a consumer with so many messages
// pending before and now, which nobody reads.
func (in *Input) backlog(before, now uint64) *server.ConsumerInfo {
	var last *server.ConsumerInfo
	for i, s := range []*fleet.Snapshot{in.Before, in.Snapshot} {
		last = &server.ConsumerInfo{
			Name: "w", Created: fleettest.Epoch, NumPending: []uint64{before, now}[i], Config: &server.ConsumerConfig{Durable: "w"},
			Cluster: &server.ClusterInfo{Leader: "a", Replicas: []*server.PeerInfo{{Name: "b", Current: true}}},
		}
		s.Servers[0].Jsz.AccountDetails[0].Streams[0].Consumer = []*server.ConsumerInfo{last}
	}
	return last
}

func setMeta(in *Input, change func(*server.MetaClusterInfo)) {
	for _, sv := range in.Snapshot.Servers {
		if sv.Jsz != nil {
			if sv.Jsz.Meta.Replicas == nil {
				sv.Jsz.Meta.Replicas = []*server.PeerInfo{{Name: "b"}}
			}
			change(sv.Jsz.Meta)
		}
	}
}

func stream(in *Input) *server.StreamDetail {
	return &in.Snapshot.Servers[0].Jsz.AccountDetails[0].Streams[0]
}

func setRaft(in *Input, name string, g server.RaftzGroup) {
	in.Snapshot.Servers[0].Raftz = &server.RaftzStatus{"APP": {name: g}}
}
