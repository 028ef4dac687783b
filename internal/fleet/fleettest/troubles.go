package fleettest

import (
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Trouble is a cluster of three with one stream that has one fault, or none: what
// every way of looking at it must say.
type Trouble struct {
	Name  string
	Check string // the check that finds it; "" if the cluster is healthy
	Alert string // the alert of the exporter
	What  string // the finding an hour after the stream was made

	version, rtt string
	change       func(st *server.StreamDetail, age time.Duration)
}

// Troubles are the faults that every format has to agree on, and the oddities that
// are none.
func Troubles() []Trouble {
	calm := func(*server.StreamDetail, time.Duration) {}
	return []Trouble{
		{
			Name: "evacuated", Check: "replicas", Alert: "NatsStreamReplicasMissing", What: "stream S in account APP has 2 of its 3 replicas",
			version: "2.15.2", rtt: "1ms",
			change: func(st *server.StreamDetail, _ time.Duration) { st.Cluster.Replicas = st.Cluster.Replicas[:1] },
		},
		{
			Name: "mirror without origin", Check: "origins", Alert: "NatsStreamOriginFailed", What: "stream S in account APP gets nothing from GONE, its mirror: not heard from for 5m0s",
			version: "2.15.2", rtt: "1ms",
			change: func(st *server.StreamDetail, _ time.Duration) {
				st.Mirror = &server.StreamSourceInfo{Name: "GONE", Active: 5 * time.Minute}
			},
		},
		{
			Name: "unread consumer", Check: "unread", Alert: "NatsConsumerUnread", What: "nobody reads consumer w of stream S in account APP: 1625 messages are pending, 9.5 a second more",
			version: "2.15.2", rtt: "1ms",
			change: func(st *server.StreamDetail, age time.Duration) {
				pending := 1625 + (age-time.Hour).Milliseconds()*95/10_000
				st.Consumer = []*server.ConsumerInfo{{Stream: "S", Name: "w", Created: Epoch, NumPending: uint64(pending), Config: &server.ConsumerConfig{Durable: "w"}, Cluster: st.Cluster}} //nolint:gosec // positive
			},
		},
		{Name: "far away and healthy", version: "2.15.2", rtt: "310ms", change: calm},
		{Name: "old and healthy", version: "2.9.10", rtt: "1ms", change: calm},
	}
}

// At is the cluster at an age of its stream. Its snapshot says that all of want was
// asked.
func (tr Trouble) At(age time.Duration, want fleet.Want) *fleet.Snapshot {
	servers := []*fleet.Server{Member("a", "b", "c"), Member("b", "a", "c"), Member("c", "a", "b")}
	for _, sv := range servers {
		sv.Info.Version, sv.Info.Time, sv.Statsz.Cores = tr.version, Epoch.Add(age), 2
		for _, r := range sv.Routez.Routes {
			if sv.Info.Name == "c" || r.RemoteName == "c" {
				r.RTT = tr.rtt
			}
		}
	}
	st := server.StreamDetail{
		Name: "S", Created: Epoch, Config: &server.StreamConfig{Name: "S", Replicas: 3},
		Cluster: &server.ClusterInfo{Leader: "a", Replicas: []*server.PeerInfo{{Name: "b", Current: true}, {Name: "c", Current: true}}},
	}
	tr.change(&st, age)
	servers[0].Jsz = &server.JSInfo{Now: servers[0].Info.Time, AccountDetails: []*server.AccountDetail{{Name: "APP", Id: "APP", Streams: []server.StreamDetail{st}}}}
	s := Snapshot(age.Seconds(), servers...)
	s.Want = want
	if tr.version == "2.9.10" {
		for _, sv := range servers {
			s.Problems = append(s.Problems, fleet.Problem{Server: sv.Info.Name, ServerID: sv.Info.ID, Kind: fleet.Raftz, Reason: fleet.Unsupported})
		}
	}
	return s
}
