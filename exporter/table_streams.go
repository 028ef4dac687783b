package exporter

import (
	"strconv"

	"github.com/nats-io/nats-server/v2/server"
)

var streamLabels = with(jsLabels, "account", "account_name", "stream")

func identStream(s *stream, v []string) {
	identJSAccount(&s.jsAccount, v)
	v[6] = s.st.Name
}

func eachStream(v *view, yield func(*stream)) {
	for _, s := range v.streams {
		yield(s)
	}
}

// single skips the sum of several streams: the figure cannot be added up.
func single(value func(*server.StreamDetail) float64) func(*stream) float64 {
	return func(s *stream) float64 {
		if s.folded > 0 {
			return none
		}
		return value(s.st)
	}
}

// configured skips streams whose configuration is not known.
func configured(value func(*server.StreamConfig) float64) func(*stream) float64 {
	return func(s *stream) float64 {
		if s.st.Config == nil {
			return none
		}
		return value(s.st.Config)
	}
}

var streams = &group[*stream]{
	set: Native, collector: "streams", labels: streamLabels, each: eachStream, ident: identStream,
	rows: []row[*stream]{
		{name: "nats_jetstream_stream_messages", help: "Messages in the stream.", value: func(s *stream) float64 { return float64(s.st.State.Msgs) }},
		{name: "nats_jetstream_stream_bytes", help: "Bytes in the stream.", value: func(s *stream) float64 { return float64(s.st.State.Bytes) }},
		{name: "nats_jetstream_stream_consumers", help: "Consumers of the stream, on all of its servers; absent without the collector consumers where its replicas cannot know.", value: (*stream).consumers},
		{name: "nats_jetstream_stream_subjects", help: "Subjects with messages in the stream.", value: func(s *stream) float64 { return float64(s.st.State.NumSubjects) }},
		{name: "nats_jetstream_stream_deleted_messages", help: "Gaps in the stream: messages deleted between the first and the last.", value: func(s *stream) float64 { return float64(s.st.State.NumDeleted) }},
		{name: "nats_jetstream_stream_first_sequence", help: "Sequence number of the first message.", value: single(func(d *server.StreamDetail) float64 { return float64(d.State.FirstSeq) })},
		{name: "nats_jetstream_stream_last_sequence", help: "Sequence number of the last message. Its rate is the rate of messages stored.", value: single(func(d *server.StreamDetail) float64 { return float64(d.State.LastSeq) })},
		{name: "nats_jetstream_stream_first_timestamp_seconds", help: "When the first message was stored.", value: single(func(d *server.StreamDetail) float64 { return unix(d.State.FirstTime) })},
		{name: "nats_jetstream_stream_last_timestamp_seconds", help: "When the last message was stored.", value: single(func(d *server.StreamDetail) float64 { return unix(d.State.LastTime) })},
		{name: "nats_jetstream_stream_created_timestamp_seconds", help: "When the stream was created.", value: single(func(d *server.StreamDetail) float64 { return unix(d.Created) })},
		{name: "nats_jetstream_stream_leader", help: "1 on the server that leads the stream.", value: func(s *stream) float64 {
			if s.folded > 0 {
				return none
			}
			return flag(s.leads())
		}},
		{name: "nats_jetstream_stream_replicas", help: "Replicas that the stream is configured to have.", value: configured(func(c *server.StreamConfig) float64 { return float64(c.Replicas) })},
		{name: "nats_jetstream_stream_limit_messages", help: "The most messages of the stream; absent if not limited, as all limits.", value: configured(func(c *server.StreamConfig) float64 { return positive(c.MaxMsgs) })},
		{name: "nats_jetstream_stream_limit_bytes", help: "The most bytes of the stream.", value: configured(func(c *server.StreamConfig) float64 { return positive(c.MaxBytes) })},
		{name: "nats_jetstream_stream_limit_age_seconds", help: "The longest that a message stays in the stream.", value: configured(func(c *server.StreamConfig) float64 { return positive(int64(c.MaxAge)) / 1e9 })},
		{name: "nats_jetstream_stream_limit_consumers", help: "The most consumers of the stream.", value: configured(func(c *server.StreamConfig) float64 { return positive(int64(c.MaxConsumers)) })},
		{name: "nats_jetstream_stream_refuses_new", help: "1 if the stream refuses new messages at its limits, 0 if it drops old ones.", value: configured(func(c *server.StreamConfig) float64 { return flag(c.Discard == server.DiscardNew) })},
		{name: "nats_jetstream_stream_folded", help: "Streams that are summed under this name because of the limit of streams with series of their own.", value: func(s *stream) float64 { return positive(int64(s.folded)) }},
	},
}

// replica is a follower of a stream, as the stream's leader sees it.
type replica struct {
	*stream
	p *server.PeerInfo
}

var streamReplicas = &group[*replica]{
	set: Native, collector: "streams", labels: with(streamLabels, "peer"),
	each: func(v *view, yield func(*replica)) {
		for _, s := range v.streams {
			if s.st.Cluster == nil || !s.leads() {
				continue
			}
			for _, p := range s.st.Cluster.Replicas {
				if p != nil {
					yield(&replica{s, p})
				}
			}
		}
	},
	ident: func(r *replica, v []string) {
		identStream(r.stream, v)
		v[7] = r.p.Name
	},
	rows: []row[*replica]{
		{name: "nats_jetstream_stream_replica_current", help: "1 if the follower has all of the stream, as its leader sees it.", value: func(r *replica) float64 { return flag(r.p.Current) }},
		{name: "nats_jetstream_stream_replica_offline", help: "1 if the stream's leader has lost sight of the follower.", value: func(r *replica) float64 { return flag(r.p.Offline) }},
		{name: "nats_jetstream_stream_replica_lag", help: "Operations that the follower lacks.", value: func(r *replica) float64 { return float64(r.p.Lag) }},
		{name: "nats_jetstream_stream_replica_seen_seconds", help: "How long since the stream's leader heard of the follower.", value: func(r *replica) float64 { return r.p.Active.Seconds() }},
	},
}

// origin is a stream that another one copies from.
type origin struct {
	*stream
	role string
	at   int
	o    *server.StreamSourceInfo
}

var streamSources = &group[*origin]{
	set: Native, collector: "streams", labels: with(streamLabels, "role", "origin", "origin_api", "n"),
	each: func(v *view, yield func(*origin)) {
		for _, s := range v.streams {
			if s.st.Mirror != nil {
				yield(&origin{s, "mirror", 0, s.st.Mirror})
			}
			for i, o := range s.st.Sources {
				if o != nil {
					yield(&origin{s, "source", i, o})
				}
			}
		}
	},
	ident: func(o *origin, v []string) {
		identStream(o.stream, v)
		v[7], v[8] = o.role, o.o.Name
		if o.o.External != nil {
			v[9] = o.o.External.ApiPrefix
		}
		v[10] = strconv.Itoa(o.at) // one stream may be a source twice, with other filters
	},
	rows: []row[*origin]{
		{name: "nats_jetstream_stream_origin_lag", help: "Messages of the origin that the mirror or sourcing stream still lacks.", value: func(o *origin) float64 { return float64(o.o.Lag) }},
		{name: "nats_jetstream_stream_origin_idle_seconds", help: "How long since anything came from the origin; absent if nothing ever came.", value: func(o *origin) float64 {
			if o.o.Active < 0 {
				return none
			}
			return o.o.Active.Seconds()
		}},
		{name: "nats_jetstream_stream_origin_failed", help: "1 if the copy from the origin ended with an error or never began.", value: func(o *origin) float64 { return flag(o.o.Error != nil || o.o.Active < 0) }},
	},
}

func eachHeadless(consumers bool) func(*view, func(*headless)) {
	return func(v *view, yield func(*headless)) {
		for _, h := range v.headless {
			if (h.consumer != "") == consumers {
				yield(h)
			}
		}
	}
}

// The headless have no server: no server is responsible.
var headlessStreams = &group[*headless]{
	set: Native, collector: "streams", labels: []string{"domain", "account", "account_name", "stream"}, each: eachHeadless(false),
	ident: func(h *headless, v []string) {
		v[0], v[1], v[2], v[3] = h.sv.Info.Domain, h.d.Id, h.d.Name, h.stream
	},
	rows: []row[*headless]{
		{name: "nats_jetstream_stream_leaderless", help: "1 for each stream of which some replica answered and none knows a leader: it takes no messages.", value: func(*headless) float64 { return 1 }},
	},
}

var headlessConsumers = &group[*headless]{
	set: Native, collector: "consumers", labels: []string{"domain", "account", "account_name", "stream", "consumer"}, each: eachHeadless(true),
	ident: func(h *headless, v []string) {
		v[0], v[1], v[2], v[3], v[4] = h.sv.Info.Domain, h.d.Id, h.d.Name, h.stream, h.consumer
	},
	rows: []row[*headless]{
		{name: "nats_jetstream_consumer_leaderless", help: "1 for each consumer of which some replica answered and none knows a leader: it delivers nothing.", value: func(*headless) float64 { return 1 }},
	},
}
