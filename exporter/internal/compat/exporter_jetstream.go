package compat

import (
	"strconv"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/native"
	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
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

// JszServer has JetStream of each server.
var JszServer = &table.Group[*native.JSServer]{
	Set: metric.NatsExporter, Collector: "jetstream", Labels: jszLabels, Each: native.EachJS,
	Ident: func(s *native.JSServer, v []string) { identJsz(s.Sv, v) },
	Rows: []table.Row[*native.JSServer]{
		{Name: "jetstream_server_jetstream_disabled", Help: "1 if JetStream is off.", Value: func(s *native.JSServer) float64 { return number.Flag(s.Disabled) }},
		{Name: "jetstream_server_total_streams", Help: "Replicas of streams.", Value: func(s *native.JSServer) float64 { return float64(s.Streams) }},
		{Name: "jetstream_server_total_consumers", Help: "Replicas of consumers.", Value: func(s *native.JSServer) float64 { return float64(s.Consumers) }},
		{Name: "jetstream_server_total_messages", Help: "Messages stored.", Value: func(s *native.JSServer) float64 { return float64(s.Messages) }},
		{Name: "jetstream_server_total_message_bytes", Help: "Bytes stored.", Value: func(s *native.JSServer) float64 { return float64(s.Bytes) }},
		{Name: "jetstream_server_max_memory", Help: "Maximum memory for streams.", Value: func(s *native.JSServer) float64 { return float64(s.Config.MaxMemory) }},
		{Name: "jetstream_server_max_storage", Help: "Maximum disk space for streams.", Value: func(s *native.JSServer) float64 { return float64(s.Config.MaxStore) }},
	},
}

// JszAccounts has the accounts. The two maxima are reservations, named as in
// the original.
var JszAccounts = &table.Group[*scrape.JSAccount]{
	Set: metric.NatsExporter, Collector: "streams", Labels: native.With(jszLabels, "account", "account_name", "account_id"),
	Each:  func(v *scrape.View, yield func(*scrape.JSAccount)) { native.JSAccounts.Each(v, yield) },
	Ident: identJszAccount,
	Rows: []table.Row[*scrape.JSAccount]{
		{Name: "jetstream_account_max_memory", Help: "Memory reserved for the account.", Value: func(a *scrape.JSAccount) float64 { return float64(a.Account.ReservedMemory) }},
		{Name: "jetstream_account_max_storage", Help: "Disk space reserved for the account.", Value: func(a *scrape.JSAccount) float64 { return float64(a.Account.ReservedStore) }},
		{Name: "jetstream_account_memory_used", Help: "Memory used by the account's streams.", Value: native.JSAccounts.MustValue("nats_jetstream_account_memory_used_bytes")},
		{Name: "jetstream_account_storage_used", Help: "Disk space used by the account's streams.", Value: native.JSAccounts.MustValue("nats_jetstream_account_storage_used_bytes")},
	},
}

func identJszAccount(a *scrape.JSAccount, v []string) {
	identJsz(a.Server, v)
	v[6], v[7], v[8] = a.Account.Name, a.Account.Name, a.Account.Id
}

// jszStreamLabels also has nats-surveyor's stream labels: with the prefix
// "nats" both exporters use the same metric names with different labels.
var jszStreamLabels = native.With(jszLabels, "account", "account_name", "account_id",
	"stream_name", "stream_leader", "is_stream_leader", "stream_raft_group",
	"stream", "cluster_name", "raft_group")

func identJszStream(s *scrape.Stream, v []string) {
	identJszAccount(&s.JSAccount, v)
	v[9], v[10], v[11], v[12] = s.Detail.Name, s.LeaderName(), strconv.FormatBool(s.Leads()), s.Group()
	v[13], v[14], v[15] = s.Detail.Name, s.Server.Info.Cluster, s.Group()
}

// limit returns a configured limit unchanged, -1 for no limit.
func limit(value func(*server.StreamConfig) int64) func(*scrape.Stream) float64 {
	return native.Configured(func(c *server.StreamConfig) float64 { return float64(value(c)) })
}

// JszStreams has the streams.
var JszStreams = &table.Group[*scrape.Stream]{
	Set: metric.NatsExporter, Collector: "streams", Labels: jszStreamLabels, Each: native.EachStream, Ident: identJszStream,
	Rows: []table.Row[*scrape.Stream]{
		{Name: "jetstream_stream_total_messages", Help: "Messages in the stream.", Value: native.Streams.MustValue("nats_jetstream_stream_messages")},
		{Name: "jetstream_stream_total_bytes", Help: "Bytes in the stream.", Value: native.Streams.MustValue("nats_jetstream_stream_bytes")},
		{Name: "jetstream_stream_first_seq", Help: "First sequence number.", Value: native.Streams.MustValue("nats_jetstream_stream_first_sequence")},
		{Name: "jetstream_stream_last_seq", Help: "Last sequence number.", Value: native.Streams.MustValue("nats_jetstream_stream_last_sequence")},
		{Name: "jetstream_stream_consumer_count", Help: "Consumers of the stream.", Value: (*scrape.Stream).Consumers},
		{Name: "jetstream_stream_subject_count", Help: "Subjects with messages.", Value: native.Streams.MustValue("nats_jetstream_stream_subjects")},
		{Name: "jetstream_stream_limit_bytes", Help: "Maximum bytes, -1 for no limit.", Value: limit(func(c *server.StreamConfig) int64 { return c.MaxBytes })},
		{Name: "jetstream_stream_limit_messages", Help: "Maximum messages, -1 for no limit.", Value: limit(func(c *server.StreamConfig) int64 { return c.MaxMsgs })},
	},
}

// JszSources and JszMirrors have the sources and mirrors of the streams.
var (
	JszSources = jszOrigins("source")
	JszMirrors = jszOrigins("mirror")
)

// jszOrigins returns the group of the streams' sources or of their mirrors.
func jszOrigins(role string) *table.Group[*native.Origin] {
	return &table.Group[*native.Origin]{
		Set: metric.NatsExporter, Collector: "streams",
		Labels: native.With(jszStreamLabels, role+"_name", role+"_api", role+"_deliver"),
		Each: func(v *scrape.View, yield func(*native.Origin)) {
			native.StreamSources.Each(v, func(o *native.Origin) {
				if o.Role == role {
					yield(o)
				}
			})
		},
		Ident: func(o *native.Origin, v []string) {
			identJszStream(o.Stream, v)
			v[16] = o.O.Name
			if o.O.External != nil {
				v[17], v[18] = o.O.External.ApiPrefix, o.O.External.DeliverPrefix
			}
		},
		Rows: []table.Row[*native.Origin]{
			{Name: "jetstream_stream_" + role + "_lag", Help: "Messages still to be copied.", Value: native.StreamSources.MustValue("nats_jetstream_stream_origin_lag")},
			{Name: "jetstream_stream_" + role + "_active_duration_ns", Help: "Nanoseconds since anything was copied, -1 for never.", Value: func(o *native.Origin) float64 { return float64(o.O.Active) }},
		},
	}
}

// JszConsumers has the consumers.
var JszConsumers = &table.Group[*scrape.Consumer]{
	Set: metric.NatsExporter, Collector: "consumers", Labels: native.With(jszStreamLabels, "consumer_name", "consumer_leader", "is_consumer_leader", "consumer_desc"), Each: native.EachConsumer,
	Ident: func(c *scrape.Consumer, v []string) {
		identJszStream(c.Stream, v)
		v[15], v[16], v[17], v[18] = c.Group(), c.Info.Name, c.LeaderName(), strconv.FormatBool(c.Leads())
		if c.Info.Config != nil {
			v[19] = c.Info.Config.Description
		}
	},
	Rows: []table.Row[*scrape.Consumer]{
		{Name: "jetstream_consumer_delivered_consumer_seq", Help: "Deliveries made.", Value: native.Consumers.MustValue("nats_jetstream_consumer_delivered_consumer_sequence")},
		{Name: "jetstream_consumer_delivered_stream_seq", Help: "Stream sequence of the last delivery.", Value: native.Consumers.MustValue("nats_jetstream_consumer_delivered_stream_sequence")},
		{Name: "jetstream_consumer_last_delivery_seconds", Help: "Seconds since the last delivery.", Value: native.One(func(c *server.ConsumerInfo) float64 { return ago(c, c.Delivered) })},
		{Name: "jetstream_consumer_last_ack_seconds", Help: "Seconds since the last acknowledgement.", Value: native.One(func(c *server.ConsumerInfo) float64 { return ago(c, c.AckFloor) })},
		{Name: "jetstream_consumer_num_ack_pending", Help: "Messages delivered and not acknowledged.", Value: native.Consumers.MustValue("nats_jetstream_consumer_ack_pending_messages")},
		{Name: "jetstream_consumer_num_redelivered", Help: "Messages delivered more than once and not acknowledged.", Value: native.Consumers.MustValue("nats_jetstream_consumer_redelivered_messages")},
		{Name: "jetstream_consumer_num_waiting", Help: "Pull requests waiting.", Value: native.Consumers.MustValue("nats_jetstream_consumer_waiting_requests")},
		{Name: "jetstream_consumer_num_pending", Help: "Messages yet to deliver.", Value: native.Consumers.MustValue("nats_jetstream_consumer_pending_messages")},
		{Name: "jetstream_consumer_ack_floor_stream_seq", Help: "Stream sequence up to which everything is acknowledged.", Value: native.Consumers.MustValue("nats_jetstream_consumer_ack_floor_stream_sequence")},
		{Name: "jetstream_consumer_ack_floor_consumer_seq", Help: "Delivery sequence up to which everything is acknowledged.", Value: native.Consumers.MustValue("nats_jetstream_consumer_ack_floor_consumer_sequence")},
	},
}

// ago returns the seconds from the last activity of a sequence to the answer.
func ago(c *server.ConsumerInfo, s server.SequenceInfo) float64 {
	if s.Last == nil {
		return number.None
	}
	return number.Between(*s.Last, c.TimeStamp)
}
