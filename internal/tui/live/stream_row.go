package live

import (
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// JetStream limits beyond which a value is marked.
const (
	lagWarn     = 100     // operations that a replica lags behind
	BacklogWarn = 100_000 // undelivered messages of a consumer
)

// JetStream is what the JetStream page shows.
type JetStream struct {
	asked     bool // JSZ was answered at least once
	Groups    []*fleet.MetaGroup
	Peers     []*fleet.MetaPeer
	Streams   []*StreamRow
	Consumers []*fleet.ConsumerRow
	Raft      []*RaftRow
	Origins   []*fleet.OriginRow // mirrors and sources
}

// StreamRow is one stream as its leader reports it, with the pending messages
// of its consumers.
type StreamRow struct {
	*fleet.StreamRow
	pending    uint64
	ackPending int
}

// StreamColumns is the table of the streams.
func StreamColumns(totals bool) []view.Column[*StreamRow] {
	return append(view.Lift(view.Streams(!totals), func(r *StreamRow) *fleet.StreamRow { return r.StreamRow }), []view.Column[*StreamRow]{
		{Name: "pending", Title: "Pending", Help: "Messages that its consumers have not delivered.", Unit: view.Count, Sum: true, Value: func(r *StreamRow) any { return r.pending }, Level: LevelIf(fleet.Warn, func(r *StreamRow) bool { return r.pending > BacklogWarn })},
		{Name: "ack_pending", Title: "AckP", Help: "Messages that were delivered and not acknowledged.", Unit: view.Count, Sum: true, Value: func(r *StreamRow) any { return r.ackPending }},
		{Name: "listens_to", Title: "Listens to", Help: "Subjects that it stores.", Wide: true, Value: func(r *StreamRow) any { return r.subjects() }},
	}...)
}

// Key identifies the stream from answer to answer.
func (r *StreamRow) Key() string { return r.Domain + "/" + r.AccountID + "/" + r.Name }

// PeerMarks is "n1 ✓  n3 ✗1,204": each follower with its lag.
func PeerMarks(peers []fleet.Replica, known bool) string {
	var parts []string
	for _, p := range peers {
		parts = append(parts, p.Name+" "+peerMark(p, known))
	}
	return strings.Join(parts, "  ")
}

// peerMark shows the state of a replica; only the leader knows it.
func peerMark(p fleet.Replica, known bool) string {
	switch {
	case !known:
		return "◌"
	case p.Offline:
		return "✗off"
	case !p.Current && p.Lag > 0:
		return "✗" + view.Count.Format(p.Lag)
	case !p.Current:
		return "✗"
	case p.Lag > 0:
		return "✓" + view.Count.Format(p.Lag)
	}
	return "✓"
}

// ReplicaLevel is the worst level of the stream's replicas; OK if they are
// unknown.
func (r *StreamRow) ReplicaLevel() fleet.Level {
	level := fleet.OK
	for _, p := range r.Peers {
		switch {
		case !r.Known:
		case p.Offline:
			level = level.Worse(fleet.Crit)
		case !p.Current || p.Lag > lagWarn:
			level = level.Worse(fleet.Warn)
		}
	}
	return level
}

func (r *StreamRow) subjects() any {
	if r.Detail.Config == nil {
		return nil
	}
	return r.Detail.Config.Subjects
}

// ConsumerKey identifies a consumer from answer to answer.
func ConsumerKey(r *fleet.ConsumerRow) string {
	return r.Domain + "/" + r.AccountID + "/" + r.Stream + "/" + r.Name
}

// HeldBack reports whether the consumer cannot deliver more until messages are
// acknowledged.
func HeldBack(r *fleet.ConsumerRow) bool {
	return r.Info.Config != nil && r.Info.Config.MaxAckPending > 0 && r.Info.NumAckPending >= r.Info.Config.MaxAckPending
}
