package view

import (
	"fmt"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// MetaPeers returns the columns of a table of JetStream servers: their role in
// the meta group, and their usage.
func MetaPeers(d *fleet.Delta) []Column[*fleet.MetaPeer] {
	return []Column[*fleet.MetaPeer]{
		{Name: "domain", Title: "Domain", Help: "JetStream domain.", Value: func(p *fleet.MetaPeer) any { return p.Domain }},
		{Name: "cluster", Title: "Cluster", Help: "Cluster of the server.", Value: func(p *fleet.MetaPeer) any { return p.Cluster }},
		{Name: "server", Title: "Server", Short: "Peer", Help: "Server name.", Value: func(p *fleet.MetaPeer) any { return p.Name }},
		{Name: "role", Title: "Role", Help: "leader or follower in the meta group.", Value: func(p *fleet.MetaPeer) any {
			if p.Leader {
				return "leader"
			}
			return "follower"
		}},
		{Name: "current", Title: "Current", Help: "Whether the leader calls it up to date.", Value: known(func(p *fleet.MetaPeer) any { return p.Current }), Level: peerLevel},
		{Name: "online", Title: "Online", Help: "Whether the leader is in contact with it.", Value: known(func(p *fleet.MetaPeer) any { return !p.Offline }), Level: peerLevel},
		{Name: "last_seen_seconds", Title: "Seen", Help: "Time since the leader's last contact with it.", Unit: Seconds, Value: known(func(p *fleet.MetaPeer) any { return p.ActiveSeconds })},
		{Name: "lag", Title: "Lag", Help: "Operations that it is behind.", Unit: Count, Value: known(func(p *fleet.MetaPeer) any { return p.Lag }), Level: func(p *fleet.MetaPeer) Level { return byLimit("meta_lag", lag(p.Lag, p.Known)) }},
		{Name: "ha_assets", Title: "HA", Help: "Replicated streams and consumers.", Unit: Count, Value: jsz(func(p *fleet.MetaPeer) any { return p.JS.HAAssets }), Level: func(p *fleet.MetaPeer) Level {
			if p.JS == nil {
				return fleet.OK
			}
			return byLimit("ha_assets", p.JS.HAAssets)
		}},
		{Name: "streams", Title: "Streams", Help: "Streams and replicas of streams on it.", Unit: Count, Sum: true, Value: jsz(func(p *fleet.MetaPeer) any { return p.JS.Streams })},
		{Name: "streams_leader", Title: "Leads", Help: "Streams that it leads (2.11.11, 2.12.1).", Unit: Count, Sum: true, Value: jsz(func(p *fleet.MetaPeer) any { return reported(p.Server, fleet.FieldStreamsLeader, p.JS.StreamsLeader) })},
		{Name: "consumers", Title: "Consumers", Short: "Cons", Help: "Consumers and replicas of consumers on it.", Unit: Count, Sum: true, Value: jsz(func(p *fleet.MetaPeer) any { return p.JS.Consumers })},
		{Name: "messages", Title: "Messages", Short: "Msgs", Help: "Messages stored on it.", Unit: Count, Wide: true, Sum: true, Value: jsz(func(p *fleet.MetaPeer) any { return p.JS.Messages })},
		{Name: "store_bytes", Title: "File", Help: "Bytes in its file store.", Unit: Bytes, Sum: true, Value: jsz(func(p *fleet.MetaPeer) any { return p.JS.Store })},
		{Name: "store_percent", Title: "File%", Help: "Of its max_file_store.", Unit: Percent, Value: jsz(func(p *fleet.MetaPeer) any { return share(p.JS.Store, p.JS.Config.MaxStore) }), Level: func(p *fleet.MetaPeer) Level {
			if p.JS == nil {
				return fleet.OK
			}
			return byLimit("storage_percent", share(p.JS.Store, p.JS.Config.MaxStore))
		}},
		{Name: "memory_bytes", Title: "Memory", Short: "Mem", Help: "Bytes in its memory store.", Unit: Bytes, Sum: true, Value: jsz(func(p *fleet.MetaPeer) any { return p.JS.Memory })},
		{Name: "memory_percent", Title: "Mem%", Help: "Of its max_memory_store.", Unit: Percent, Wide: true, Value: jsz(func(p *fleet.MetaPeer) any { return share(p.JS.Memory, p.JS.Config.MaxMemory) })},
		{Name: "api_requests", Title: "API", Help: "JetStream API requests since the start.", Unit: Count, Sum: true, Value: jsz(func(p *fleet.MetaPeer) any { return p.JS.API.Total })},
		{Name: "api_errors", Title: "API err", Short: "APIerr", Help: "JetStream API requests that failed.", Unit: Count, Sum: true, Value: jsz(func(p *fleet.MetaPeer) any { return p.JS.API.Errors })},
		{Name: "api_requests_per_second", Title: "API/s", Help: "JetStream API requests a second; needs two snapshots.", Unit: PerSec, Wide: d == nil, Sum: true, Value: jsz(func(p *fleet.MetaPeer) any { return d.Server(p.Server.Info.ID).APIRequests.Value() })},
	}
}

func known(value func(*fleet.MetaPeer) any) func(*fleet.MetaPeer) any {
	return func(p *fleet.MetaPeer) any {
		if !p.Known {
			return nil
		}
		return value(p)
	}
}

func jsz(value func(*fleet.MetaPeer) any) func(*fleet.MetaPeer) any {
	return func(p *fleet.MetaPeer) any {
		if p.JS == nil {
			return nil
		}
		return value(p)
	}
}

func peerLevel(p *fleet.MetaPeer) Level {
	if p.Known && (!p.Current || p.Offline) {
		return fleet.Warn
	}
	return fleet.OK
}

// share returns the used part of a limit in percent, or nil without a limit.
func share(used uint64, limit int64) any {
	if limit <= 0 {
		return nil
	}
	return float64(used) / float64(limit) * 100
}

// Streams returns the columns of a table of streams.
func Streams(rates bool) []Column[*fleet.StreamRow] {
	return []Column[*fleet.StreamRow]{
		{Name: "account", Title: "Account", Help: "Account that it is in.", Value: func(r *fleet.StreamRow) any { return r.AccountID }, Label: func(r *fleet.StreamRow) string { return r.Account }},
		{Name: "account_name", Title: "Name tag", Help: "Name that its JWT gives the account.", Wide: true, Value: func(r *fleet.StreamRow) any { return r.Account }},
		{Name: "stream", Title: "Stream", Help: "Stream name.", Value: func(r *fleet.StreamRow) any { return r.Name }},
		{Name: "domain", Title: "Domain", Help: "JetStream domain.", Wide: true, Value: func(r *fleet.StreamRow) any { return r.Domain }},
		{Name: "state", Title: "State", Help: "ok, or what is wrong.", Value: func(r *fleet.StreamRow) any { return r.State }, Level: func(r *fleet.StreamRow) Level { return r.Level }},
		{Name: "copies", Title: "R", Help: "Replicas, the leader's among them; 2/3 where it has less than it is configured to have.", Value: func(r *fleet.StreamRow) any { return copies(r.Replicas, r.Wanted) }, Level: func(r *fleet.StreamRow) Level { return byLimit("replicas_missing", r.Missing) }},
		{Name: "replicas", Title: "Has", Help: "Replicas that it has, the leader's among them.", Unit: Count, Wide: true, Value: func(r *fleet.StreamRow) any { return r.Replicas }},
		{Name: "replicas_wanted", Title: "Wanted", Help: "Replicas that it is configured to have.", Unit: Count, Wide: true, Value: func(r *fleet.StreamRow) any { return positive(r.Wanted) }},
		{Name: "leader", Title: "Leader", Help: "Server that leads it.", Value: func(r *fleet.StreamRow) any { return r.Leader }},
		{Name: "peers", Title: "Replicas", Help: "The other copies; -N is operations behind.", Value: func(r *fleet.StreamRow) any { return replicas(r.Peers, r.Known) }},
		{Name: "lag", Title: "Lag", Help: "Operations that the last replica is behind.", Unit: Count, Value: func(r *fleet.StreamRow) any { return lag(r.MaxLag, r.Known) }, Level: func(r *fleet.StreamRow) Level { return byLimit("stream_lag", lag(r.MaxLag, r.Known)) }},
		{Name: "messages", Title: "Messages", Short: "Msgs", Help: "Messages in it.", Unit: Count, Sum: true, Value: func(r *fleet.StreamRow) any { return r.Detail.State.Msgs }},
		{Name: "store_bytes", Title: "Bytes", Help: "Bytes in it, once.", Unit: Bytes, Sum: true, Value: func(r *fleet.StreamRow) any { return r.Detail.State.Bytes }},
		{Name: "full_percent", Title: "Full%", Help: "Of its max_bytes.", Unit: Percent, Wide: true, Value: func(r *fleet.StreamRow) any {
			if used, ok := r.Size(); ok {
				return used
			}
			return nil
		}, Level: fullLevel},
		{Name: "messages_per_second", Title: "In/s", Help: "Messages stored a second; needs two snapshots.", Unit: PerSec, Wide: !rates, Sum: true, Value: func(r *fleet.StreamRow) any { return r.Rates.Msgs.Value() }},
		{Name: "growth_bytes_per_second", Title: "Growth/s", Help: "Growth of the store; negative when it shrinks; needs two snapshots.", Unit: BytesSec, Wide: !rates, Sum: true, Value: func(r *fleet.StreamRow) any { return r.Rates.Bytes.Value() }},
		{Name: "consumers", Title: "Consumers", Short: "Cons", Help: "Consumers of it.", Unit: Count, Sum: true, Value: streamConsumers},
		{Name: "subjects", Title: "Subjects", Help: "Different subjects in it.", Unit: Count, Wide: true, Value: func(r *fleet.StreamRow) any { return r.Detail.State.NumSubjects }},
		{Name: "deleted", Title: "Deleted", Help: "Gaps in its sequence.", Unit: Count, Wide: true, Value: func(r *fleet.StreamRow) any { return r.Detail.State.NumDeleted }},
		{Name: "first_sequence", Title: "First", Help: "Sequence of its first message.", Unit: Count, Wide: true, Value: func(r *fleet.StreamRow) any { return r.Detail.State.FirstSeq }},
		{Name: "last_sequence", Title: "Last", Help: "Sequence of its last message.", Unit: Count, Wide: true, Value: func(r *fleet.StreamRow) any { return r.Detail.State.LastSeq }},
		{Name: "last_message", Title: "Last message", Short: "Last", Help: "When the last message came.", Unit: Instant, Wide: true, Value: func(r *fleet.StreamRow) any { return instant(r.Detail.State.LastTime) }},
		{Name: "storage", Title: "Storage", Help: "file or memory.", Wide: true, Value: func(r *fleet.StreamRow) any {
			if r.Detail.Config == nil {
				return nil
			}
			return storageWord(r.Detail.Config.Storage.String())
		}},
		{Name: "origins", Title: "Origins", Help: "Streams that it mirrors or sources.", Wide: true, Value: originNames, Level: originsLevel},
		{Name: "raft_group", Title: "Raft group", Short: "Group", Help: "Name of its raft group.", Wide: true, Value: func(r *fleet.StreamRow) any { return unlessEmpty(r.Detail.RaftGroup) }},
	}
}

// copies formats the existing and wanted replicas of a stream or consumer, as
// two numbers if they differ.
func copies(have, wanted int) string {
	if wanted == 0 || have == wanted {
		return fmt.Sprint(have)
	}
	return fmt.Sprintf("%d/%d", have, wanted)
}

func originNames(r *fleet.StreamRow) any {
	names := []string{}
	for _, o := range r.Origins {
		names = append(names, o.Role+" "+o.Name)
	}
	return names
}

func originsLevel(r *fleet.StreamRow) (level Level) {
	for _, o := range r.Origins {
		level = level.Worse(o.Level)
	}
	return level
}

// Origins returns the columns of a table of mirrors and sources.
func Origins() []Column[*fleet.OriginRow] {
	return []Column[*fleet.OriginRow]{
		{Name: "account", Title: "Account", Help: "Account of the stream that copies.", Value: func(r *fleet.OriginRow) any { return r.AccountID }, Label: func(r *fleet.OriginRow) string { return r.Account }},
		{Name: "account_name", Title: "Name tag", Help: "Name that its JWT gives the account.", Wide: true, Value: func(r *fleet.OriginRow) any { return r.Account }},
		{Name: "stream", Title: "Stream", Help: "Stream that copies.", Value: func(r *fleet.OriginRow) any { return r.Stream }},
		{Name: "domain", Title: "Domain", Help: "JetStream domain of the stream that copies.", Wide: true, Value: func(r *fleet.OriginRow) any { return r.Domain }},
		{Name: "role", Title: "Role", Help: "mirror or source.", Value: func(r *fleet.OriginRow) any { return r.Role }},
		{Name: "origin", Title: "Origin", Help: "Stream that is copied.", Value: func(r *fleet.OriginRow) any { return r.Name }},
		{Name: "external", Title: "External", Help: "API prefix of another account or domain that it is in.", Value: func(r *fleet.OriginRow) any { return unlessEmpty(r.External) }},
		{Name: "filter", Title: "Filter", Help: "Subjects that are copied.", Value: func(r *fleet.OriginRow) any { return unlessEmpty(r.Filter) }},
		{Name: "state", Title: "State", Help: "ok, or what is wrong.", Value: func(r *fleet.OriginRow) any { return r.State }, Level: func(r *fleet.OriginRow) Level { return r.Level }},
		{Name: "lag", Title: "Lag", Help: "Messages of the origin that are not copied yet.", Unit: Count, Sum: true, Value: func(r *fleet.OriginRow) any { return lag(r.Lag, r.Heard) }},
		{Name: "idle_seconds", Title: "Heard", Help: "Since something last came from the origin, a heartbeat each second at least.", Unit: Seconds, Value: func(r *fleet.OriginRow) any {
			if !r.Heard {
				return nil // never
			}
			return r.IdleSeconds
		}},
		{Name: "error", Title: "Error", Help: "The server's own words.", Wide: true, Value: func(r *fleet.OriginRow) any { return unlessEmpty(r.Error) }},
		{Name: "server", Title: "Server", Help: "Server that copies, the leader of the stream.", Wide: true, Value: func(r *fleet.OriginRow) any { return r.Server.Info.Name }},
	}
}

// streamConsumers returns nil if only the leader was asked, which does not know
// the consumers of other servers.
func streamConsumers(r *fleet.StreamRow) any {
	if n, known := r.Consumers(); known {
		return n
	}
	return nil
}

// fullLevel judges how full a stream is, as the check of stream limits does, if
// it refuses new messages when full; others discard old messages.
func fullLevel(r *fleet.StreamRow) Level {
	if c := r.Detail.Config; c != nil && c.Discard == server.DiscardNew {
		used, _ := r.Size()
		return byLimit("stream_percent", used)
	}
	return fleet.OK
}

func storageWord(s string) string {
	switch s {
	case "File":
		return "file"
	case "Memory":
		return "memory"
	}
	return s
}

// replicas lists replicas; with their state only if the leader reported it.
func replicas(peers []fleet.Replica, known bool) []string {
	out := make([]string, len(peers))
	for i, p := range peers {
		if out[i] = p.Name; known {
			out[i] = p.String()
		}
	}
	return out
}

// lag returns nil if no leader reported it.
func lag(n uint64, known bool) any {
	if !known {
		return nil
	}
	return n
}

// Consumers returns the columns of a table of consumers.
func Consumers(rates bool) []Column[*fleet.ConsumerRow] {
	return []Column[*fleet.ConsumerRow]{
		{Name: "account", Title: "Account", Help: "Account that it is in.", Value: func(r *fleet.ConsumerRow) any { return r.AccountID }, Label: func(r *fleet.ConsumerRow) string { return r.Account }},
		{Name: "account_name", Title: "Name tag", Help: "Name that its JWT gives the account.", Wide: true, Value: func(r *fleet.ConsumerRow) any { return r.Account }},
		{Name: "stream", Title: "Stream", Help: "Stream that it reads.", Value: func(r *fleet.ConsumerRow) any { return r.Stream }},
		{Name: "consumer", Title: "Consumer", Help: "Consumer name.", Value: func(r *fleet.ConsumerRow) any { return r.Name }},
		{Name: "domain", Title: "Domain", Help: "JetStream domain.", Wide: true, Value: func(r *fleet.ConsumerRow) any { return r.Domain }},
		{Name: "state", Title: "State", Help: "ok, or what is wrong.", Value: func(r *fleet.ConsumerRow) any { return r.State }, Level: func(r *fleet.ConsumerRow) Level { return r.Level }},
		{Name: "type", Title: "Type", Help: "push or pull.", Value: func(r *fleet.ConsumerRow) any {
			switch {
			case r.Info.Config == nil:
				return nil
			case r.Info.Config.DeliverSubject != "":
				return "push"
			}
			return "pull"
		}},
		{Name: "leader", Title: "Leader", Help: "Server that leads it.", Value: func(r *fleet.ConsumerRow) any { return r.Leader }},
		{Name: "copies", Title: "R", Help: "Replicas, the leader's among them; 2/3 where it has less than it should have.", Wide: true, Value: func(r *fleet.ConsumerRow) any { return copies(r.Replicas(), r.Wanted) }, Level: func(r *fleet.ConsumerRow) Level { return byLimit("replicas_missing", r.Missing) }},
		{Name: "peers", Title: "Replicas", Help: "The other copies; -N is operations behind.", Wide: true, Value: func(r *fleet.ConsumerRow) any { return replicas(r.Peers, r.Known) }},
		{Name: "lag", Title: "Lag", Help: "Operations that the last replica is behind.", Unit: Count, Value: func(r *fleet.ConsumerRow) any { return lag(r.MaxLag, r.Known) }},
		{Name: "pending", Title: "Pending", Help: "Messages still to be delivered.", Unit: Count, Sum: true, Value: func(r *fleet.ConsumerRow) any { return r.Info.NumPending }},
		{Name: "pending_per_second", Title: "Pending/s", Short: "Pend/s", Help: "Growth of what is still to be delivered; negative when it catches up; needs two snapshots.", Unit: PerSec, Wide: !rates, Sum: true, Value: func(r *fleet.ConsumerRow) any { return r.Rates.Pending.Value() }},
		{Name: "delivered_per_second", Title: "Out/s", Help: "Messages delivered a second, repeated ones too; needs two snapshots.", Unit: PerSec, Wide: !rates, Sum: true, Value: func(r *fleet.ConsumerRow) any { return r.Rates.Delivered.Value() }},
		{Name: "acked_per_second", Title: "Acked/s", Help: "Messages acknowledged a second, in order; needs two snapshots.", Unit: PerSec, Wide: !rates, Sum: true, Value: func(r *fleet.ConsumerRow) any { return r.Rates.Acked.Value() }},
		{Name: "ack_pending", Title: "Ack pending", Short: "AckP", Help: "Messages delivered and not acknowledged.", Unit: Count, Sum: true, Value: func(r *fleet.ConsumerRow) any { return r.Info.NumAckPending }},
		{Name: "redelivered", Title: "Redelivered", Short: "Redel", Help: "Messages that were delivered more than once.", Unit: Count, Sum: true, Value: func(r *fleet.ConsumerRow) any { return r.Info.NumRedelivered }},
		{Name: "waiting", Title: "Waiting", Short: "Wait", Help: "Pull requests that wait for messages.", Unit: Count, Value: func(r *fleet.ConsumerRow) any { return r.Info.NumWaiting }},
		{Name: "delivered_sequence", Title: "Delivered", Help: "Stream sequence delivered last.", Unit: Count, Wide: true, Value: func(r *fleet.ConsumerRow) any { return r.Info.Delivered.Stream }},
		{Name: "ack_floor_sequence", Title: "Ack floor", Help: "Stream sequence below which all is acknowledged.", Unit: Count, Wide: true, Value: func(r *fleet.ConsumerRow) any { return r.Info.AckFloor.Stream }},
		{Name: "filter", Title: "Filter", Help: "Subjects that it is limited to, as configured.", Wide: true, Value: configuredAs(func(c *server.ConsumerConfig) any {
			if c.FilterSubject != "" {
				return []string{c.FilterSubject}
			}
			return append([]string{}, c.FilterSubjects...)
		})},
		{Name: "queue_group", Title: "Queue group", Help: "Queue group that shares the messages of a push consumer.", Wide: true, Value: configuredAs(func(c *server.ConsumerConfig) any { return c.DeliverGroup })},
		{Name: "ack_wait_seconds", Title: "Ack wait", Help: "How long it waits for an acknowledgement, as configured.", Unit: Seconds, Wide: true, Value: configuredAs(func(c *server.ConsumerConfig) any { return c.AckWait.Seconds() })},
		{Name: "max_ack_pending", Title: "Max ack pending", Help: "How many messages may wait for an acknowledgement; nothing for no limit.", Unit: Count, Wide: true, Value: configuredAs(func(c *server.ConsumerConfig) any { return limitOf(c.MaxAckPending) })},
		{Name: "max_deliver", Title: "Max deliver", Help: "How often a message is delivered at most; nothing for no limit.", Unit: Count, Wide: true, Value: configuredAs(func(c *server.ConsumerConfig) any { return limitOf(c.MaxDeliver) })},
		{Name: "max_waiting", Title: "Max waiting", Help: "How many pull requests may wait.", Unit: Count, Wide: true, Value: configuredAs(func(c *server.ConsumerConfig) any { return limitOf(c.MaxWaiting) })},
		{Name: "last_ack", Title: "Last ack", Help: "When a message was last acknowledged.", Unit: Instant, Wide: true, Value: func(r *fleet.ConsumerRow) any {
			if r.Info.AckFloor.Last == nil {
				return nil
			}
			return *r.Info.AckFloor.Last
		}},
	}
}

// configuredAs is a column of the configuration of a consumer: not reported where
// that was not requested.
func configuredAs(value func(*server.ConsumerConfig) any) func(*fleet.ConsumerRow) any {
	return func(r *fleet.ConsumerRow) any {
		if r.Info.Config == nil {
			return nil
		}
		return value(r.Info.Config)
	}
}

// limitOf is a limit, or nothing: a negative one is none.
func limitOf(n int) any {
	if n < 0 {
		return nil
	}
	return n
}
