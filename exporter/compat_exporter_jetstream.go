package exporter

import (
	"strconv"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

var jszLabels = []string{"server_id", "server_name", "cluster", "domain", "meta_leader", "is_meta_leader"}

func identJsz(sv *fleet.Server, v []string) {
	v[0], v[1], v[2], v[3] = sv.Info.ID, sv.Info.Name, sv.Info.Cluster, sv.Info.Domain
	if sv.Jsz.Meta != nil {
		v[4] = sv.Jsz.Meta.Leader
	}
	v[5] = strconv.FormatBool(sv.Jsz.Meta == nil || v[4] == sv.Info.Name)
}

var jszServer = &group[*jsServer]{
	set: NatsExporter, collector: "jetstream", labels: jszLabels, each: eachJS,
	ident: func(s *jsServer, v []string) { identJsz(s.sv, v) },
	rows: []row[*jsServer]{
		{name: "jetstream_server_jetstream_disabled", help: "1 if JetStream is off.", value: func(s *jsServer) float64 { return flag(s.Disabled) }},
		{name: "jetstream_server_total_streams", help: "Replicas of streams.", value: func(s *jsServer) float64 { return float64(s.Streams) }},
		{name: "jetstream_server_total_consumers", help: "Replicas of consumers.", value: func(s *jsServer) float64 { return float64(s.Consumers) }},
		{name: "jetstream_server_total_messages", help: "Messages stored.", value: func(s *jsServer) float64 { return float64(s.Messages) }},
		{name: "jetstream_server_total_message_bytes", help: "Bytes stored.", value: func(s *jsServer) float64 { return float64(s.Bytes) }},
		{name: "jetstream_server_max_memory", help: "The most memory for streams.", value: func(s *jsServer) float64 { return float64(s.Config.MaxMemory) }},
		{name: "jetstream_server_max_storage", help: "The most disk space for streams.", value: func(s *jsServer) float64 { return float64(s.Config.MaxStore) }},
	},
}

// jszAccounts: the two maxima are reservations, under the original's names.
var jszAccounts = &group[*jsAccount]{
	set: NatsExporter, collector: "streams", labels: with(jszLabels, "account", "account_name", "account_id"),
	each:  func(v *view, yield func(*jsAccount)) { jsAccounts.each(v, yield) },
	ident: identJszAccount,
	rows: []row[*jsAccount]{
		{name: "jetstream_account_max_memory", help: "Memory promised to the account.", value: func(a *jsAccount) float64 { return float64(a.d.ReservedMemory) }},
		{name: "jetstream_account_max_storage", help: "Disk space promised to the account.", value: func(a *jsAccount) float64 { return float64(a.d.ReservedStore) }},
		{name: "jetstream_account_memory_used", help: "Memory used by the account's streams.", value: func(a *jsAccount) float64 { return float64(a.d.Memory) }},
		{name: "jetstream_account_storage_used", help: "Disk space used by the account's streams.", value: func(a *jsAccount) float64 { return float64(a.d.Store) }},
	},
}

func identJszAccount(a *jsAccount, v []string) {
	identJsz(a.sv, v)
	v[6], v[7], v[8] = a.d.Name, a.d.Name, a.d.Id
}

// jszStreamLabels hold surveyor's labels of a stream too: with the prefix
// "nats" both exporters name their metrics alike and label them differently.
var jszStreamLabels = with(jszLabels, "account", "account_name", "account_id",
	"stream_name", "stream_leader", "is_stream_leader", "stream_raft_group",
	"stream", "cluster_name", "raft_group")

func identJszStream(s *stream, v []string) {
	identJszAccount(&s.jsAccount, v)
	v[9], v[10], v[11], v[12] = s.st.Name, s.leader(), strconv.FormatBool(s.leads()), s.group()
	v[13], v[14], v[15] = s.st.Name, s.sv.Info.Cluster, s.group()
}

// limit returns a configured limit as it stands, -1 for none.
func limit(value func(*server.StreamConfig) int64) func(*stream) float64 {
	return configured(func(c *server.StreamConfig) float64 { return float64(value(c)) })
}

var jszStreams = &group[*stream]{
	set: NatsExporter, collector: "streams", labels: jszStreamLabels, each: eachStream, ident: identJszStream,
	rows: []row[*stream]{
		{name: "jetstream_stream_total_messages", help: "Messages in the stream.", value: func(s *stream) float64 { return float64(s.st.State.Msgs) }},
		{name: "jetstream_stream_total_bytes", help: "Bytes in the stream.", value: func(s *stream) float64 { return float64(s.st.State.Bytes) }},
		{name: "jetstream_stream_first_seq", help: "First sequence number.", value: single(func(d *server.StreamDetail) float64 { return float64(d.State.FirstSeq) })},
		{name: "jetstream_stream_last_seq", help: "Last sequence number.", value: single(func(d *server.StreamDetail) float64 { return float64(d.State.LastSeq) })},
		{name: "jetstream_stream_consumer_count", help: "Consumers of the stream.", value: (*stream).consumers},
		{name: "jetstream_stream_subject_count", help: "Subjects with messages.", value: func(s *stream) float64 { return float64(s.st.State.NumSubjects) }},
		{name: "jetstream_stream_limit_bytes", help: "The most bytes, -1 for no limit.", value: limit(func(c *server.StreamConfig) int64 { return c.MaxBytes })},
		{name: "jetstream_stream_limit_messages", help: "The most messages, -1 for no limit.", value: limit(func(c *server.StreamConfig) int64 { return c.MaxMsgs })},
	},
}

var (
	jszSources = jszOrigins("source")
	jszMirrors = jszOrigins("mirror")
)

// jszOrigins is the group of what streams copy from, in one of the two roles.
func jszOrigins(role string) *group[*origin] {
	return &group[*origin]{
		set: NatsExporter, collector: "streams",
		labels: with(jszStreamLabels, role+"_name", role+"_api", role+"_deliver"),
		each: func(v *view, yield func(*origin)) {
			streamSources.each(v, func(o *origin) {
				if o.role == role {
					yield(o)
				}
			})
		},
		ident: func(o *origin, v []string) {
			identJszStream(o.stream, v)
			v[16] = o.o.Name
			if o.o.External != nil {
				v[17], v[18] = o.o.External.ApiPrefix, o.o.External.DeliverPrefix
			}
		},
		rows: []row[*origin]{
			{name: "jetstream_stream_" + role + "_lag", help: "Messages still to be copied.", value: func(o *origin) float64 { return float64(o.o.Lag) }},
			{name: "jetstream_stream_" + role + "_active_duration_ns", help: "Nanoseconds since anything was copied, -1 for never.", value: func(o *origin) float64 { return float64(o.o.Active) }},
		},
	}
}

var jszConsumers = &group[*consumer]{
	set: NatsExporter, collector: "consumers", labels: with(jszStreamLabels, "consumer_name", "consumer_leader", "is_consumer_leader", "consumer_desc"), each: eachConsumer,
	ident: func(c *consumer, v []string) {
		identJszStream(c.stream, v)
		v[15], v[16], v[17], v[18] = c.group(), c.c.Name, c.leader(), strconv.FormatBool(c.leads())
		if c.c.Config != nil {
			v[19] = c.c.Config.Description
		}
	},
	rows: []row[*consumer]{
		{name: "jetstream_consumer_delivered_consumer_seq", help: "Deliveries made.", value: one(func(c *server.ConsumerInfo) float64 { return float64(c.Delivered.Consumer) })},
		{name: "jetstream_consumer_delivered_stream_seq", help: "Stream sequence of the last delivery.", value: one(func(c *server.ConsumerInfo) float64 { return float64(c.Delivered.Stream) })},
		{name: "jetstream_consumer_last_delivery_seconds", help: "Seconds since the last delivery.", value: one(func(c *server.ConsumerInfo) float64 { return ago(c, c.Delivered) })},
		{name: "jetstream_consumer_last_ack_seconds", help: "Seconds since the last acknowledgement.", value: one(func(c *server.ConsumerInfo) float64 { return ago(c, c.AckFloor) })},
		{name: "jetstream_consumer_num_ack_pending", help: "Messages delivered and not acknowledged.", value: func(c *consumer) float64 { return float64(c.c.NumAckPending) }},
		{name: "jetstream_consumer_num_redelivered", help: "Messages delivered more than once and not acknowledged.", value: func(c *consumer) float64 { return float64(c.c.NumRedelivered) }},
		{name: "jetstream_consumer_num_waiting", help: "Pull requests that wait.", value: func(c *consumer) float64 { return float64(c.c.NumWaiting) }},
		{name: "jetstream_consumer_num_pending", help: "Messages yet to deliver.", value: func(c *consumer) float64 { return float64(c.c.NumPending) }},
		{name: "jetstream_consumer_ack_floor_stream_seq", help: "Stream sequence up to which all is acknowledged.", value: one(func(c *server.ConsumerInfo) float64 { return float64(c.AckFloor.Stream) })},
		{name: "jetstream_consumer_ack_floor_consumer_seq", help: "Delivery up to which all is acknowledged.", value: one(func(c *server.ConsumerInfo) float64 { return float64(c.AckFloor.Consumer) })},
	},
}

// ago returns the seconds from the last event of a sequence to the answer.
func ago(c *server.ConsumerInfo, s server.SequenceInfo) float64 {
	if s.Last == nil {
		return none
	}
	return span(*s.Last, c.TimeStamp)
}
