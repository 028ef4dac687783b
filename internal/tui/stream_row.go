package tui

import (
	"cmp"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// Limits of JetStream beyond which a value is marked.
const (
	lagWarn     = 100     // operations that a replica is behind
	backlogWarn = 100_000 // messages that a consumer has not delivered
)

// jetStream is what the JetStream page shows.
type jetStream struct {
	asked     bool // JSZ was answered at least once
	groups    []*fleet.MetaGroup
	peers     []per
	streams   []stm
	consumers []csm
	raft      []*raftRow
}

// streamRow is one stream as its leader reports it, with what its consumers
// have yet to do.
type streamRow struct {
	*fleet.StreamRow
	pending    uint64
	ackPending int
}

type stm = *streamRow

// streamColumns is the table of the streams.
func streamColumns(totals bool) []view.Column[stm] {
	return append(view.Lift(view.Streams(!totals), func(r stm) *fleet.StreamRow { return r.StreamRow }), []view.Column[stm]{
		{Name: "pending", Title: "Pending", Help: "Messages that its consumers have not delivered.", Unit: view.Count, Sum: true, Value: func(r stm) any { return r.pending }, Level: judged(fleet.Warn, func(r stm) bool { return r.pending > backlogWarn })},
		{Name: "ack_pending", Title: "AckP", Help: "Messages that were delivered and not acknowledged.", Unit: view.Count, Sum: true, Value: func(r stm) any { return r.ackPending }},
		{Name: "listens_to", Title: "Listens to", Help: "Subjects whose messages it takes.", Wide: true, Value: func(r stm) any { return r.subjects() }},
	}...)
}

// streamDress is what the page adds to the columns of the streams.
var streamDress = map[string]dress[stm]{
	"leader": {text: func(r stm) string { return cmp.Or(r.Leader, "none") }, level: judged(fleet.Crit, func(r stm) bool { return r.Leader == "" })},
	"peers":  {text: func(r stm) string { return peerMarks(r.Peers, r.Known) }, level: stm.replicaLevel},
}

func (r *streamRow) key() string { return r.Domain + "/" + r.Account + "/" + r.Name }

// peerMarks is "n1 ✓  n3 ✗1,204": each follower with what it is behind.
func peerMarks(peers []fleet.Replica, known bool) string {
	var parts []string
	for _, p := range peers {
		parts = append(parts, p.Name+" "+peerMark(p, known))
	}
	return strings.Join(parts, "  ")
}

// peerMark says how a replica fares; only the leader knows.
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

func (r *streamRow) replicaLevel() fleet.Level {
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

func (r *streamRow) subjects() any {
	if r.Detail.Config == nil {
		return nil
	}
	return r.Detail.Config.Subjects
}

// csm is one consumer as its leader reports it.
type csm = *fleet.ConsumerRow

// consumerDress is what the page adds to the columns of the consumers.
var consumerDress = map[string]dress[csm]{
	"peers":       {text: func(r csm) string { return peerMarks(r.Peers, r.Known) }},
	"pending":     {level: judged(fleet.Warn, func(r csm) bool { return r.Info.NumPending > backlogWarn })},
	"ack_pending": {level: judged(fleet.Warn, heldBack)},
}

func consumerKey(r csm) string {
	return r.Domain + "/" + r.Account + "/" + r.Stream + "/" + r.Name
}

// heldBack tells whether the consumer may deliver nothing more until something
// is acknowledged.
func heldBack(r csm) bool {
	return r.Info.Config != nil && r.Info.Config.MaxAckPending > 0 && r.Info.NumAckPending >= r.Info.Config.MaxAckPending
}
