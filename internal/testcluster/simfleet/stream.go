package simfleet

import (
	"fmt"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// stream is an invented stream with its consumers.
type stream struct {
	name      string
	account   string
	peers     []*node // the first is the leader
	rate      float64 // messages a second
	size      int64   // bytes of a message
	consumers []consumer
}

// consumer is an invented consumer of a stream.
type consumer struct {
	name string
	lag  uint64 // messages that it has not delivered yet
}

// inventStreams spreads the streams over accounts and clusters, and the consumers over the streams.
func (f *Fleet) inventStreams() {
	for i := range f.spec.Streams {
		r := f.dice(2, uint64(i)) //nolint:gosec // an index
		c := f.clusters[i%len(f.clusters)]
		s := &stream{
			name: fmt.Sprintf("STREAM%03d", i+1), account: account(i % f.spec.Accounts),
			rate: float64(between(r, 1, 200)), size: int64(between(r, 100, 2000)),
		}
		first := r.IntN(len(c.nodes))
		for k := range min(3, len(c.nodes)) {
			p := c.nodes[(first+k)%len(c.nodes)]
			s.peers = append(s.peers, p)
			p.streams = append(p.streams, s)
		}
		f.streams = append(f.streams, s)
	}
	if len(f.streams) == 0 {
		return
	}
	for i := range f.spec.Consumers {
		s := f.streams[i%len(f.streams)]
		lag := f.dice(3, uint64(i)).IntN(50) //nolint:gosec // an index
		s.consumers = append(s.consumers, consumer{name: fmt.Sprintf("reader-%d", len(s.consumers)+1), lag: uint64(lag)})
	}
}

func (s *stream) msgs() int64   { return s.peers[0].total(s.rate) }
func (s *stream) group() string { return "S-R3F-" + s.name }

// clusterInfo is the raft group of the stream as the server n reports it.
func (s *stream) clusterInfo(n *node, group string) *server.ClusterInfo {
	since := s.peers[0].start()
	ci := &server.ClusterInfo{
		Name: n.cluster.name, RaftGroup: group, Leader: s.peers[0].info.Name, LeaderSince: &since,
		SystemAcc: true, TrafficAcc: systemAccount,
	}
	for _, p := range s.peers {
		if p != n {
			ci.Replicas = append(ci.Replicas, p.peerInfo())
		}
	}
	return ci
}

func (n *node) peerInfo() *server.PeerInfo {
	lost := n.hasFault(func(f Fault) bool { return f.Gone || f.Mute })
	return &server.PeerInfo{
		Name: n.info.Name, Current: !lost, Offline: lost, Active: 300 * time.Millisecond, Peer: peerID(n.info.Name),
	}
}

func (s *stream) detail(n *node, o server.JSzOptions) server.StreamDetail {
	msgs := s.msgs()
	d := server.StreamDetail{
		Name: s.name, Created: s.peers[0].start(), Cluster: s.clusterInfo(n, s.group()),
		State: server.StreamState{
			Msgs: uint64(msgs), Bytes: uint64(msgs * s.size), FirstSeq: 1, LastSeq: uint64(msgs), //nolint:gosec // never negative
			FirstTime: s.peers[0].start(), LastTime: n.fleet.now(), Consumers: len(s.consumers),
			NumSubjects: 3,
		},
	}
	if o.Config {
		d.Config = &server.StreamConfig{
			Name: s.name, Subjects: []string{s.name + ".>"}, Replicas: len(s.peers), MaxBytes: 1 << 30, MaxMsgs: -1,
			MaxConsumers: -1, MaxMsgsPer: -1, MaxMsgSize: -1, Duplicates: 2 * time.Minute, Storage: server.FileStorage,
		}
	}
	if o.RaftGroups {
		d.RaftGroup = s.group()
		d.ConsumerRaftGroups = []*server.RaftGroupDetail{}
	}
	if o.Consumer {
		for _, c := range s.consumers {
			d.Consumer = append(d.Consumer, s.consumerInfo(n, c, o))
			if o.RaftGroups {
				d.ConsumerRaftGroups = append(d.ConsumerRaftGroups, &server.RaftGroupDetail{Name: c.name, RaftGroup: c.group(s)})
			}
		}
	}
	return d
}

func (c consumer) group(s *stream) string { return "C-R3F-" + s.name + "-" + c.name }

func (s *stream) consumerInfo(n *node, c consumer, o server.JSzOptions) *server.ConsumerInfo {
	last := uint64(s.msgs()) //nolint:gosec // never negative
	done := last - min(c.lag, last)
	now := n.fleet.now()
	ci := &server.ConsumerInfo{
		Stream: s.name, Name: c.name, Created: s.peers[0].start(),
		Delivered:  server.SequenceInfo{Consumer: done, Stream: done, Last: &now},
		AckFloor:   server.SequenceInfo{Consumer: done, Stream: done, Last: &now},
		NumPending: last - done, NumWaiting: 1, Cluster: s.clusterInfo(n, c.group(s)), TimeStamp: now,
	}
	if o.Config {
		ci.Config = &server.ConsumerConfig{
			Durable: c.name, Name: c.name, AckPolicy: server.AckExplicit, AckWait: 30 * time.Second, MaxDeliver: -1,
			MaxAckPending: 1000, MaxWaiting: 512, FilterSubject: s.name + ".>",
		}
	}
	return ci
}
