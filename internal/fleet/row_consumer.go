package fleet

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/nats-io/nats-server/v2/server"
)

// ConsumerRow is one consumer of the fleet, as its leader reports it.
type ConsumerRow struct {
	Domain  string
	Account string // display name; several accounts may have it
	// AccountID is what servers call the account: its public key in operator mode,
	// otherwise its name.
	AccountID string
	Stream    string
	Name      string
	Server    *Server
	Info      *server.ConsumerInfo
	Leader    string
	Peers     []Replica
	MaxLag    uint64
	Known     bool // the leader itself answered
	Wanted    int  // replicas that it should have; 0 if the configuration of its stream was not requested
	Missing   int  // of the wanted ones; 0 in its first minute, or without a known leader
	Level     Level
	State     string
	Rates     ConsumerDelta
	Raft      Verdict // state of its raft group, and whether it is stalled; excludes missing replicas and readers
}

// ConsumerRows returns the consumers of every stream, worst first, then by
// account, stream and name. Delta may be nil.
func ConsumerRows(s *Snapshot, d *Delta) []*ConsumerRow {
	var rows []*ConsumerRow
	for k, a := range consumerAnswers(s) {
		r := &ConsumerRow{
			Domain: k.domain, Account: a.name, AccountID: k.account, Stream: k.stream, Name: k.name, Server: a.sv, Info: a.info, Rates: d.Consumer(k.domain, k.account, k.stream, k.name),
		}
		r.Wanted = consumerReplicas(a.info.Config, a.of.Config)
		r.judge(s)
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b *ConsumerRow) int {
		return cmp.Or(b.Level.Compare(a.Level), cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.Account, b.Account),
			cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Name, b.Name))
	})
	return rows
}

// Replicas returns the number of replicas, including the leader.
func (r *ConsumerRow) Replicas() int { return 1 + len(r.Peers) }

// consumerReplicas returns the number of replicas that a consumer should have:
// its own setting, or its stream's, but one for an ephemeral consumer without
// the setting, unless the stream's retention needs every acknowledgement
// (nats-server, consumer.go).
func consumerReplicas(c *server.ConsumerConfig, of *server.StreamConfig) int {
	switch {
	case c == nil || of == nil:
		return 0
	case c.Replicas > 0:
		return min(c.Replicas, of.Replicas)
	case c.Durable == "" && of.Retention == server.LimitsPolicy:
		return 1
	}
	return of.Replicas
}

func (r *ConsumerRow) judge(s *Snapshot) {
	r.Leader, r.Peers = group(r.Info.Cluster, r.Server)
	r.Known = leads(r.Info.Cluster, r.Server)
	r.Raft.Level, r.Raft.State, r.MaxLag = judgeGroup(s, r.Info.Cluster, r.Leader, r.Peers, r.Known)
	c := r.Info.Config
	switch {
	case r.Raft.Level != OK:
	case r.Info.Paused:
		r.Raft = Verdict{Info, "paused"}
	case c != nil && c.MaxAckPending > 0 && r.Info.NumAckPending >= c.MaxAckPending:
		r.Raft = Verdict{Warn, "held back: as many messages wait for an acknowledgement as it allows"}
	}
	all := r.Raft
	if r.Missing = missingReplicas(r.Wanted, r.Replicas(), r.Known && !young(r.Info.Created, r.Server, s)); r.Missing > 0 {
		all = all.worst(Verdict{Warn, fmt.Sprintf("%d of %d replicas", r.Replicas(), r.Wanted)})
	}
	switch {
	case r.Raft.Level != OK:
	case r.Unread(s):
		all = all.worst(Verdict{Warn, "nobody reads it"})
	case r.idle(s):
		all = all.worst(Verdict{Info, "nobody reads it now"})
	}
	r.Level, r.State = all.Level, all.State
}

// Unread reports whether nobody reads the consumer: pending messages increase,
// no pull request waits, a push consumer has no subscriber, and nothing was
// delivered for a minute. False if no rates are known.
func (r *ConsumerRow) Unread(s *Snapshot) bool {
	return r.idle(s) && r.Rates.Pending.Known && r.Rates.Pending.Increase > 0 && r.Rates.Delivered.Known && r.Rates.Delivered.Increase == 0
}

// waits reports whether messages are pending and no client requests them now.
func (r *ConsumerRow) waits() bool {
	push := r.Info.Config != nil && r.Info.Config.DeliverSubject != ""
	return r.Known && !r.Info.Paused && r.Info.NumPending > 0 && r.Info.NumWaiting == 0 && !(push && r.Info.PushBound)
}

// idle reports whether nothing was delivered for a minute although messages are
// pending, judged from one snapshot.
func (r *ConsumerRow) idle(s *Snapshot) bool {
	last := r.Info.Created
	if d := r.Info.Delivered.Last; d != nil {
		last = *d
	}
	return r.waits() && !last.IsZero() && !young(last, r.Server, s)
}
