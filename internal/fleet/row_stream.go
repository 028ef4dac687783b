package fleet

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats-server/v2/server"
)

// StreamRow is one stream of the fleet, as its leader reports it.
type StreamRow struct {
	Domain   string
	Account  string
	Name     string
	Server   *Server // whose word it is: the leader's, if that answered
	Detail   *server.StreamDetail
	Leader   string // "" when the stream has none
	Replicas int    // copies that it has, the leader's among them
	Peers    []Replica
	MaxLag   uint64 // of the replica that is furthest behind
	Known    bool   // the leader itself answered; followers cannot tell how the others fare
	Level    Level
	State    string // "ok", or what is wrong, in words
	Rates    StreamDelta

	consumers int // noConsumers where the answers do not tell
}

// Consumers is how many consumers the stream has, on whichever servers; false
// when only some of its servers were asked, so that nobody can tell.
func (r *StreamRow) Consumers() (n int, known bool) { return r.consumers, r.consumers != noConsumers }

// Replica is a copy of a stream or consumer that is not the leader's.
type Replica struct {
	Name          string
	Current       bool
	Offline       bool
	Lag           uint64 // operations behind the leader
	ActiveSeconds float64
}

// String is the replica in a few words: name, mark and lag.
func (r Replica) String() string {
	switch {
	case r.Offline:
		return r.Name + " offline"
	case !r.Current:
		return fmt.Sprintf("%s -%d", r.Name, r.Lag)
	}
	return r.Name
}

// StreamRows returns every stream once, worst first, then by account and name.
// Delta may be nil.
func StreamRows(s *Snapshot, d *Delta) []*StreamRow {
	var rows []*StreamRow
	consumers := countConsumers(s)
	for key, a := range streamAnswers(s) {
		r := &StreamRow{
			Domain: key.domain, Account: key.account, Name: key.stream, Server: a.from, Detail: a.detail,
			Rates: d.Stream(key.domain, key.account, key.stream), Replicas: 1, consumers: consumers[key],
		}
		r.Leader, r.Peers = group(a.detail.Cluster, r.Server)
		r.Replicas += len(r.Peers)
		r.Known = leads(a.detail.Cluster, r.Server)
		r.judge(s)
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b *StreamRow) int {
		return cmp.Or(b.Level.Compare(a.Level), cmp.Compare(a.Domain, b.Domain),
			cmp.Compare(a.Account, b.Account), cmp.Compare(a.Name, b.Name))
	})
	return rows
}

// group returns the leader and the other replicas of a stream or consumer.
// Without a cluster it lives on its server alone.
func group(c *server.ClusterInfo, sv *Server) (leader string, peers []Replica) {
	if c == nil {
		return sv.Info.Name, nil
	}
	for _, p := range c.Replicas {
		if p != nil && p.Name != c.Leader {
			peers = append(peers, Replica{p.Name, p.Current, p.Offline, p.Lag, p.Active.Seconds()})
		}
	}
	slices.SortFunc(peers, func(a, b Replica) int { return cmp.Compare(a.Name, b.Name) })
	return c.Leader, peers
}

func (r *StreamRow) judge(s *Snapshot) {
	r.Level, r.State, r.MaxLag = judgeGroup(s, r.Detail.Cluster, r.Leader, r.Peers, r.Known)
	if lost := r.Detail.State.Lost; lost != nil && len(lost.Msgs) > 0 {
		r.Level = Crit
		r.State = fmt.Sprintf("%d messages lost", len(lost.Msgs))
	}
}

// judgeGroup says in words how a raft group fares, and how far its last replica
// is behind. Only the leader knows how the others are: what a follower says of
// them is nothing but a list of names.
func judgeGroup(s *Snapshot, in *server.ClusterInfo, leader string, peers []Replica, known bool) (Level, string, uint64) {
	switch {
	case leader == "":
		return Crit, "no leader", 0
	case !known && s.lists("", leader, in.Name):
		return Crit, "its leader " + leader + " does not answer", 0
	case !known:
		return OK, "ok, as far as followers know", 0
	}
	var bad []string
	lag := uint64(0)
	for _, p := range peers {
		lag = max(lag, p.Lag)
		if p.Offline || !p.Current {
			bad = append(bad, p.Name)
		}
	}
	switch {
	case len(bad) == 0:
		return OK, "ok", lag
	case len(bad) > len(peers)/2: // with the leader alone there is no majority
		return Crit, "quorum at risk: " + strings.Join(bad, ", ") + " not current", lag
	}
	return Warn, strings.Join(bad, ", ") + " not current", lag
}

// Size is a limit of a stream's configuration and how much of it is used, in
// percent; false when there is no limit or the configuration was not asked.
func (r *StreamRow) Size() (percentUsed float64, limited bool) {
	if r.Detail.Config == nil || r.Detail.Config.MaxBytes <= 0 {
		return 0, false
	}
	return float64(r.Detail.State.Bytes) / float64(r.Detail.Config.MaxBytes) * 100, true
}

// ConsumerRow is one consumer of the fleet, as its leader reports it.
type ConsumerRow struct {
	Domain  string
	Account string
	Stream  string
	Name    string
	Server  *Server
	Info    *server.ConsumerInfo
	Leader  string
	Peers   []Replica
	MaxLag  uint64
	Known   bool // the leader itself answered
	Level   Level
	State   string
	Rates   ConsumerDelta
}

// ConsumerRows returns the consumers of every stream, worst first, then by
// account, stream and name. Delta may be nil.
func ConsumerRows(s *Snapshot, d *Delta) []*ConsumerRow {
	var rows []*ConsumerRow
	for k, a := range consumerAnswers(s) {
		r := &ConsumerRow{
			Domain: k.domain, Account: k.account, Stream: k.stream, Name: k.name, Server: a.sv, Info: a.info, Rates: d.Consumer(k.domain, k.account, k.stream, k.name),
		}
		r.judge(s)
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b *ConsumerRow) int {
		return cmp.Or(b.Level.Compare(a.Level), cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.Account, b.Account),
			cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Name, b.Name))
	})
	return rows
}

func (r *ConsumerRow) judge(s *Snapshot) {
	r.Leader, r.Peers = group(r.Info.Cluster, r.Server)
	r.Known = leads(r.Info.Cluster, r.Server)
	r.Level, r.State, r.MaxLag = judgeGroup(s, r.Info.Cluster, r.Leader, r.Peers, r.Known)
	c := r.Info.Config
	switch {
	case r.Level != OK:
	case r.Info.Paused:
		r.Level, r.State = Info, "paused"
	case c != nil && c.MaxAckPending > 0 && r.Info.NumAckPending >= c.MaxAckPending:
		r.Level, r.State = Warn, "held back: as many messages wait for an acknowledgement as it allows"
	}
}
