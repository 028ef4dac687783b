package tui

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// Limits of JetStream beyond which a value is marked.
const (
	lagWarn     = 100     // operations that a replica is behind
	backlogWarn = 100_000 // messages that a consumer has not delivered
	fullWarn    = 0.90    // of a stream's limit
)

// jetStream is what the JetStream page shows.
type jetStream struct {
	asked     bool // JSZ was answered at least once
	groups    []*fleet.MetaGroup
	peers     []*peerRow
	streams   []*streamRow
	consumers []*consumerRow
	raft      []*raftRow
}

// streamRow is one stream as its leader reports it, with its consumers added
// up.
type streamRow struct {
	*fleet.StreamRow
	consumers  int
	pending    uint64
	ackPending int
	state      string
	level      fleet.Level
}

type stm = *streamRow

// streamColumns is the table of the streams.
var streamColumns = []view.Column[stm]{
	{Name: "stream", Title: "STREAM", Help: "name", Value: func(r stm) any { return r.Name }},
	{Name: "account", Title: "ACCOUNT", Help: "account", Value: func(r stm) any { return r.Account }},
	{Name: "replicas", Title: "R", Help: "copies", Unit: view.Count, Value: func(r stm) any { return r.Replicas }},
	{Name: "leader", Title: "LEADER", Help: "server that leads it", Value: func(r stm) any { return cmp.Or(r.Leader, "none") }, Level: judged(fleet.Crit, func(r stm) bool { return r.Leader == "" })},
	{Name: "followers", Title: "REPLICAS (lag)", Help: "its followers; what they are behind, or ✓", Value: func(r stm) any { return r.followers() }, Level: func(r stm) view.Level { return r.replicaLevel() }},
	{Name: "lag", Title: "LAG", Help: "operations that the slowest replica is behind", Unit: view.Count, Wide: true, Value: func(r stm) any { return r.lag() }, Level: func(r stm) view.Level { return r.replicaLevel() }},
	{Name: "messages", Title: "MSGS", Help: "messages in it", Unit: view.PerSec, Sum: true, Value: func(r stm) any { return r.Detail.State.Msgs }},
	{Name: "bytes", Title: "BYTES", Help: "bytes in it", Unit: view.Bytes, Sum: true, Value: func(r stm) any { return r.Detail.State.Bytes }, Level: judged(fleet.Warn, func(r stm) bool { return r.full() > fullWarn })},
	{Name: "msgs_per_second", Title: "IN/s", Help: "messages stored a second", Unit: view.PerSec, Sum: true, Value: func(r stm) any { return r.Rates.Msgs.Value() }},
	{Name: "consumers", Title: "CONS", Help: "consumers", Unit: view.Count, Sum: true, Value: func(r stm) any { return r.consumers }},
	{Name: "pending", Title: "PENDING", Help: "messages its consumers have not delivered", Unit: view.Count, Sum: true, Value: func(r stm) any { return r.pending }, Level: judged(fleet.Warn, func(r stm) bool { return r.pending > backlogWarn })},
	{Name: "ack_pending", Title: "ACKP", Help: "messages delivered and not acknowledged", Unit: view.Count, Sum: true, Value: func(r stm) any { return r.ackPending }},
	{Name: "state", Title: "STATE", Help: "ok, or what is wrong", Value: func(r stm) any { return r.state }, Level: func(r stm) view.Level { return r.level }},
	{Name: "storage", Title: "STORAGE", Help: "file or memory", Wide: true, Value: func(r stm) any { return r.storage() }},
	{Name: "subjects", Title: "SUBJECTS", Help: "subjects that it listens to", Wide: true, Value: func(r stm) any { return r.subjects() }},
	{Name: "first_seq", Title: "FIRST", Help: "first sequence", Unit: view.Count, Wide: true, Value: func(r stm) any { return r.Detail.State.FirstSeq }},
	{Name: "last_seq", Title: "LAST", Help: "last sequence", Unit: view.Count, Wide: true, Value: func(r stm) any { return r.Detail.State.LastSeq }},
	{Name: "domain", Title: "DOMAIN", Help: "JetStream domain", Wide: true, Value: func(r stm) any { return blank(r.Domain) }},
}

func (r *streamRow) key() string { return r.Domain + "/" + r.Account + "/" + r.Name }

// followers is "n1 ✓  n3 ✗1,204": each follower with what it is behind.
func (r *streamRow) followers() any {
	if len(r.Peers) == 0 {
		return nil
	}
	return peerMarks(r.Peers, r.Known)
}

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

func (r *streamRow) lag() any {
	if len(r.Peers) == 0 || !r.Known {
		return nil
	}
	return r.MaxLag
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

// full is how much of its byte limit is used; 0 without a limit, and for a
// stream that makes room by itself.
func (r *streamRow) full() float64 {
	if c := r.Detail.Config; c != nil && c.Discard == server.DiscardOld {
		return 0
	}
	used, _ := r.Size()
	return used / 100
}

func (r *streamRow) storage() any {
	if r.Detail.Config == nil {
		return nil
	}
	return strings.ToLower(r.Detail.Config.Storage.String())
}

func (r *streamRow) subjects() any {
	if r.Detail.Config == nil {
		return nil
	}
	return r.Detail.Config.Subjects
}

// judge adds to what the model says of the stream what concerns its use.
func (r *streamRow) judge() {
	r.state, r.level = r.State, r.Level
	switch {
	case r.level != fleet.OK:
	case r.full() > fullWarn:
		r.state, r.level = fmt.Sprintf("%.0f%% full", r.full()*100), fleet.Warn
	case r.pending > backlogWarn:
		r.state, r.level = "backlog", fleet.Warn
	}
}

// consumerRow is one consumer as its leader reports it.
type consumerRow struct {
	*fleet.ConsumerRow
	now   time.Time
	state string
	level fleet.Level
}

type csm = *consumerRow

// consumerColumns is the table of the consumers.
var consumerColumns = []view.Column[csm]{
	{Name: "consumer", Title: "CONSUMER", Help: "name", Value: func(r csm) any { return r.Name }},
	{Name: "stream", Title: "STREAM", Help: "stream", Value: func(r csm) any { return r.Stream }},
	{Name: "account", Title: "ACCOUNT", Help: "account", Value: func(r csm) any { return r.Account }},
	{Name: "type", Title: "TYPE", Help: "pull or push", Value: func(r csm) any { return r.kind() }},
	{Name: "leader", Title: "LEADER", Help: "server that leads it", Value: func(r csm) any { return blank(r.Leader) }},
	{Name: "delivered", Title: "DELIVERED", Help: "last stream sequence delivered", Unit: view.Count, Value: func(r csm) any { return r.Info.Delivered.Stream }},
	{Name: "ack_floor", Title: "ACK FLOOR", Help: "all up to here are acknowledged", Unit: view.Count, Value: func(r csm) any { return r.Info.AckFloor.Stream }},
	{Name: "pending", Title: "PENDING", Help: "messages not delivered yet", Unit: view.Count, Sum: true, Value: func(r csm) any { return r.Info.NumPending }, Level: judged(fleet.Warn, func(r csm) bool { return r.Info.NumPending > backlogWarn })},
	{Name: "ack_pending", Title: "ACKP", Help: "delivered and not acknowledged", Unit: view.Count, Sum: true, Value: func(r csm) any { return r.Info.NumAckPending }, Level: judged(fleet.Warn, csm.stuck)},
	{Name: "redelivered", Title: "REDEL", Help: "messages delivered more than once", Unit: view.Count, Sum: true, Value: func(r csm) any { return r.Info.NumRedelivered }},
	{Name: "waiting", Title: "WAIT", Help: "pull requests that wait", Unit: view.Count, Value: func(r csm) any { return r.Info.NumWaiting }},
	{Name: "last_ack_seconds", Title: "LAST ACK", Help: "since the last acknowledgement", Unit: view.Seconds, Value: func(r csm) any { return r.lastAck() }},
	{Name: "state", Title: "STATE", Help: "ok, or what is wrong", Value: func(r csm) any { return r.state }, Level: func(r csm) view.Level { return r.level }},
}

func (r *consumerRow) key() string {
	return r.Domain + "/" + r.Account + "/" + r.Stream + "/" + r.Name
}

func (r *consumerRow) kind() any {
	switch {
	case r.Info.Config == nil:
		return nil
	case r.Info.Config.DeliverSubject != "":
		return "push"
	}
	return "pull"
}

func (r *consumerRow) lastAck() any {
	if r.Info.AckFloor.Last == nil {
		return nil
	}
	return age(r.now, *r.Info.AckFloor.Last).Truncate(time.Second).Seconds()
}

// stuck tells whether the consumer may deliver nothing more until something is
// acknowledged.
func (r *consumerRow) stuck() bool {
	return r.Info.Config != nil && r.Info.Config.MaxAckPending > 0 && r.Info.NumAckPending >= r.Info.Config.MaxAckPending
}

// judge adds to what the model says of the consumer what concerns its use.
func (r *consumerRow) judge() {
	r.state, r.level = r.State, r.Level
	if r.level == fleet.OK && r.Info.NumPending > backlogWarn {
		r.state, r.level = "backlog", fleet.Warn
	}
}
