package native

import (
	"strconv"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
)

var streamLabels = With(jsLabels, "account", "account_name", "stream")

func identStream(s *scrape.Stream, v []string) {
	identJSAccount(&s.JSAccount, v)
	v[6] = s.Detail.Name
}

// EachStream iterates over the streams that have series.
func EachStream(v *scrape.View, yield func(*scrape.Stream)) {
	for _, s := range v.Streams {
		yield(s)
	}
}

// Single skips the sum of several streams: the value cannot be added.
func Single(value func(*server.StreamDetail) float64) func(*scrape.Stream) float64 {
	return func(s *scrape.Stream) float64 {
		if s.Folded > 0 {
			return number.None
		}
		return value(s.Detail)
	}
}

// Configured skips streams whose configuration is unknown.
func Configured(value func(*server.StreamConfig) float64) func(*scrape.Stream) float64 {
	return func(s *scrape.Stream) float64 {
		if s.Detail.Config == nil {
			return number.None
		}
		return value(s.Detail.Config)
	}
}

// replicasMissing is known for a leader that reports its configuration.
func replicasMissing(s *scrape.Stream) float64 {
	if s.Folded > 0 || s.Detail.Config == nil || !s.Leads() {
		return number.None
	}
	have := 1
	switch {
	case s.Detail.Cluster != nil:
		have += len(s.Detail.Cluster.Replicas)
	case s.Detail.Config.Replicas > 1: // its replicas are not reported
		return number.None
	}
	return float64(max(s.Detail.Config.Replicas-have, 0))
}

// Streams has the streams.
var Streams = &table.Group[*scrape.Stream]{
	Set: metric.Native, Collector: "streams", Labels: streamLabels, Each: EachStream, Ident: identStream,
	Rows: []table.Row[*scrape.Stream]{
		{Name: "nats_jetstream_stream_messages", Help: "Messages in the stream.", Value: func(s *scrape.Stream) float64 { return float64(s.Detail.State.Msgs) }},
		{Name: "nats_jetstream_stream_bytes", Help: "Bytes in the stream.", Value: func(s *scrape.Stream) float64 { return float64(s.Detail.State.Bytes) }},
		{Name: "nats_jetstream_stream_consumers", Help: "Consumers of the stream, on all of its servers; absent without the collector consumers where a replica does not know.", Value: (*scrape.Stream).Consumers},
		{Name: "nats_jetstream_stream_subjects", Help: "Subjects with messages in the stream.", Value: func(s *scrape.Stream) float64 { return float64(s.Detail.State.NumSubjects) }},
		{Name: "nats_jetstream_stream_deleted_messages", Help: "Gaps in the stream: messages deleted between the first and the last.", Value: func(s *scrape.Stream) float64 { return float64(s.Detail.State.NumDeleted) }},
		{Name: "nats_jetstream_stream_first_sequence", Help: "Sequence number of the first message.", Value: Single(func(d *server.StreamDetail) float64 { return float64(d.State.FirstSeq) })},
		{Name: "nats_jetstream_stream_last_sequence", Help: "Sequence number of the last message. Its rate is the rate of messages stored.", Value: Single(func(d *server.StreamDetail) float64 { return float64(d.State.LastSeq) })},
		{Name: "nats_jetstream_stream_first_timestamp_seconds", Help: "When the first message was stored.", Value: Single(func(d *server.StreamDetail) float64 { return number.Unix(d.State.FirstTime) })},
		{Name: "nats_jetstream_stream_last_timestamp_seconds", Help: "When the last message was stored.", Value: Single(func(d *server.StreamDetail) float64 { return number.Unix(d.State.LastTime) })},
		{Name: "nats_jetstream_stream_created_timestamp_seconds", Help: "When the stream was created.", Value: Single(func(d *server.StreamDetail) float64 { return number.Unix(d.Created) })},
		{Name: "nats_jetstream_stream_leader", Help: "1 on the server that leads the stream.", Value: func(s *scrape.Stream) float64 {
			if s.Folded > 0 {
				return number.None
			}
			return number.Flag(s.Leads())
		}},
		{Name: "nats_jetstream_stream_replicas", Help: "Replicas that the stream is configured to have.", Value: Configured(func(c *server.StreamConfig) float64 { return float64(c.Replicas) })},
		{Name: "nats_jetstream_stream_replicas_missing", Help: "Replicas that the stream lacks of those that it is configured to have, as its leader sees it.", Value: replicasMissing},
		{Name: "nats_jetstream_stream_limit_messages", Help: "Maximum messages of the stream; absent if not limited, as all limits.", Value: Configured(func(c *server.StreamConfig) float64 { return number.Positive(c.MaxMsgs) })},
		{Name: "nats_jetstream_stream_limit_bytes", Help: "Maximum bytes of the stream.", Value: Configured(func(c *server.StreamConfig) float64 { return number.Positive(c.MaxBytes) })},
		{Name: "nats_jetstream_stream_limit_age_seconds", Help: "Maximum age of a message in the stream.", Value: Configured(func(c *server.StreamConfig) float64 { return number.Positive(int64(c.MaxAge)) / 1e9 })},
		{Name: "nats_jetstream_stream_limit_consumers", Help: "Maximum consumers of the stream.", Value: Configured(func(c *server.StreamConfig) float64 { return number.Positive(int64(c.MaxConsumers)) })},
		{Name: "nats_jetstream_stream_refuses_new", Help: "1 if the stream refuses new messages at its limits, 0 if it drops old ones.", Value: Configured(func(c *server.StreamConfig) float64 { return number.Flag(c.Discard == server.DiscardNew) })},
		{Name: "nats_jetstream_stream_folded", Help: "Streams summed under this name, beyond the limit of streams with their own series.", Value: func(s *scrape.Stream) float64 { return number.Positive(int64(s.Folded)) }},
	},
}

// replica is a follower of a stream, as the stream's leader sees it.
type replica struct {
	*scrape.Stream
	p *server.PeerInfo
}

// StreamReplicas has the followers of each stream, as its leader sees them.
var StreamReplicas = &table.Group[*replica]{
	Set: metric.Native, Collector: "streams", Labels: With(streamLabels, "peer"),
	Each: func(v *scrape.View, yield func(*replica)) {
		for _, s := range v.Streams {
			if s.Detail.Cluster == nil || !s.Leads() {
				continue
			}
			for _, p := range s.Detail.Cluster.Replicas {
				if p != nil {
					yield(&replica{s, p})
				}
			}
		}
	},
	Ident: func(r *replica, v []string) {
		identStream(r.Stream, v)
		v[7] = r.p.Name
	},
	Rows: []table.Row[*replica]{
		{Name: "nats_jetstream_stream_replica_current", Help: "1 if the follower has all of the stream, as its leader sees it.", Value: func(r *replica) float64 { return number.Flag(r.p.Current) }},
		{Name: "nats_jetstream_stream_replica_offline", Help: "1 if the follower is offline, as the stream's leader sees it.", Value: func(r *replica) float64 { return number.Flag(r.p.Offline) }},
		{Name: "nats_jetstream_stream_replica_lag", Help: "Operations that the follower is behind.", Value: func(r *replica) float64 { return float64(r.p.Lag) }},
		{Name: "nats_jetstream_stream_replica_seen_seconds", Help: "Time since the stream's leader last heard from the follower.", Value: func(r *replica) float64 { return r.p.Active.Seconds() }},
	},
}

// Origin is a stream that another stream copies from.
type Origin struct {
	*scrape.Stream
	Role string
	at   int
	O    *server.StreamSourceInfo
}

// StreamSources has the mirrors and sources of each stream.
var StreamSources = &table.Group[*Origin]{
	Set: metric.Native, Collector: "streams", Labels: With(streamLabels, "role", "origin", "origin_api", "n"),
	Each: func(v *scrape.View, yield func(*Origin)) {
		for _, s := range v.Streams {
			if s.Detail.Mirror != nil {
				yield(&Origin{s, "mirror", 0, s.Detail.Mirror})
			}
			for i, o := range s.Detail.Sources {
				if o != nil {
					yield(&Origin{s, "source", i, o})
				}
			}
		}
	},
	Ident: func(o *Origin, v []string) {
		identStream(o.Stream, v)
		v[7], v[8] = o.Role, o.O.Name
		if o.O.External != nil {
			v[9] = o.O.External.ApiPrefix
		}
		v[10] = strconv.Itoa(o.at) // a stream may be a source twice, with different filters
	},
	Rows: []table.Row[*Origin]{
		{Name: "nats_jetstream_stream_origin_lag", Help: "Messages of the origin that are not copied yet.", Value: func(o *Origin) float64 { return float64(o.O.Lag) }},
		{Name: "nats_jetstream_stream_origin_idle_seconds", Help: "Time since the origin was last heard from; absent if never.", Value: func(o *Origin) float64 {
			if o.O.Active < 0 {
				return number.None
			}
			return o.O.Active.Seconds()
		}},
		{Name: "nats_jetstream_stream_origin_failed", Help: "1 if copying from the origin failed or never started.", Value: func(o *Origin) float64 { return number.Flag(o.O.Error != nil || o.O.Active < 0) }},
	},
}

func eachLeaderless(consumers bool) func(*scrape.View, func(*scrape.Leaderless)) {
	return func(v *scrape.View, yield func(*scrape.Leaderless)) {
		for _, h := range v.Leaderless {
			if (h.Consumer != "") == consumers {
				yield(h)
			}
		}
	}
}

// LeaderlessStreams has the streams without a leader. They have no server
// label: no server is responsible for them.
var LeaderlessStreams = &table.Group[*scrape.Leaderless]{
	Set: metric.Native, Collector: "streams", Labels: []string{"domain", "account", "account_name", "stream"}, Each: eachLeaderless(false),
	Ident: func(h *scrape.Leaderless, v []string) {
		v[0], v[1], v[2], v[3] = h.Server.Info.Domain, h.Account.Id, h.Account.Name, h.Stream
	},
	Rows: []table.Row[*scrape.Leaderless]{
		{Name: "nats_jetstream_stream_leaderless", Help: "1 for each stream without a leader, as far as its replicas know: it accepts no messages.", Value: func(*scrape.Leaderless) float64 { return 1 }},
	},
}

// LeaderlessConsumers has the consumers without a leader.
var LeaderlessConsumers = &table.Group[*scrape.Leaderless]{
	Set: metric.Native, Collector: "consumers", Labels: []string{"domain", "account", "account_name", "stream", "consumer"}, Each: eachLeaderless(true),
	Ident: func(h *scrape.Leaderless, v []string) {
		v[0], v[1], v[2], v[3], v[4] = h.Server.Info.Domain, h.Account.Id, h.Account.Name, h.Stream, h.Consumer
	},
	Rows: []table.Row[*scrape.Leaderless]{
		{Name: "nats_jetstream_consumer_leaderless", Help: "1 for each consumer without a leader, as far as its replicas know: it delivers nothing.", Value: func(*scrape.Leaderless) float64 { return 1 }},
	},
}
