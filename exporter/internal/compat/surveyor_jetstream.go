package compat

import (
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/native"
	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
	"github.com/natsctl/natsctl/internal/fleet"
)

// SurveyorJsz has JetStream of each server, from JSZ.
var SurveyorJsz = &table.Group[*native.JSServer]{
	Set: metric.Surveyor, Collector: "jetstream", Labels: surveyorJSLabels, Each: native.EachJS,
	Ident: func(s *native.JSServer, v []string) { identSurveyorJS(s.Sv, v) },
	Rows: []table.Row[*native.JSServer]{
		{Name: "nats_core_jetstream_server_jetstream_disabled", Help: "1 if JetStream is off.", Value: func(s *native.JSServer) float64 { return number.Flag(s.Disabled) }},
		{Name: "nats_core_jetstream_server_total_streams", Help: "Replicas of streams.", Value: func(s *native.JSServer) float64 { return float64(s.Streams) }},
		{Name: "nats_core_jetstream_server_total_consumers", Help: "Replicas of consumers.", Value: func(s *native.JSServer) float64 { return float64(s.Consumers) }},
		{Name: "nats_core_jetstream_server_total_stream_leaders", Help: "Streams led.", Value: func(s *native.JSServer) float64 {
			return number.IfReported(s.Sv, fleet.FieldStreamsLeader, float64(s.StreamsLeader))
		}},
		{Name: "nats_core_jetstream_server_total_consumer_leaders", Help: "Consumers led.", Value: func(s *native.JSServer) float64 {
			return number.IfReported(s.Sv, fleet.FieldStreamsLeader, float64(s.ConsumersLeader))
		}},
		{Name: "nats_core_jetstream_server_total_messages", Help: "Messages stored.", Value: func(s *native.JSServer) float64 { return float64(s.Messages) }},
		{Name: "nats_core_jetstream_server_total_message_bytes", Help: "Bytes stored.", Value: func(s *native.JSServer) float64 { return float64(s.Bytes) }},
		{Name: "nats_core_jetstream_server_max_memory", Help: "Maximum memory for streams.", Value: func(s *native.JSServer) float64 { return float64(s.Config.MaxMemory) }},
		{Name: "nats_core_jetstream_server_max_storage", Help: "Maximum disk space for streams.", Value: func(s *native.JSServer) float64 { return float64(s.Config.MaxStore) }},
		{Name: "nats_core_jetstream_meta_snapshot_pending_entries", Help: "Log entries since the meta group's last snapshot.", Value: metaSnapshot(func(m *server.MetaSnapshotStats) float64 { return float64(m.PendingEntries) })},
		{Name: "nats_core_jetstream_meta_snapshot_pending_bytes", Help: "Log bytes since the meta group's last snapshot.", Value: metaSnapshot(func(m *server.MetaSnapshotStats) float64 { return float64(m.PendingSize) })},
		{Name: "nats_core_jetstream_meta_snapshot_last_duration_seconds", Help: "How long the meta group's last snapshot took.", Value: metaSnapshot(func(m *server.MetaSnapshotStats) float64 { return m.LastDuration.Seconds() })},
		{Name: "nats_core_jetstream_meta_snapshot_last_timestamp_seconds", Help: "When the meta group's last snapshot was made.", Value: metaSnapshot(func(m *server.MetaSnapshotStats) float64 { return float64(m.LastTime.Unix()) })},
	},
}

func metaSnapshot(value func(*server.MetaSnapshotStats) float64) func(*native.JSServer) float64 {
	return func(s *native.JSServer) float64 {
		if s.Meta == nil || s.Meta.Snapshot == nil {
			return number.None
		}
		return value(s.Meta.Snapshot)
	}
}

var surveyorStreamLabels = []string{
	"account", "account_name", "cluster_name", "raft_group",
	"server_id", "server_name", "stream", "stream_leader",
}

func identSurveyorStream(s *scrape.Stream, v []string) {
	v[0], v[1], v[2], v[3] = s.Account.Id, s.Account.Name, s.Server.Info.Cluster, s.Group()
	v[4], v[5], v[6], v[7] = s.Server.Info.ID, s.Server.Info.Name, s.Detail.Name, s.LeaderName()
}

// SurveyorStreams has the streams.
var SurveyorStreams = &table.Group[*scrape.Stream]{
	Set: metric.Surveyor, Collector: "streams", Labels: surveyorStreamLabels, Each: native.EachStream, Ident: identSurveyorStream,
	Rows: []table.Row[*scrape.Stream]{
		{Name: "nats_stream_total_messages", Help: "Messages in the stream.", Value: native.Streams.MustValue("nats_jetstream_stream_messages")},
		{Name: "nats_stream_total_bytes", Help: "Bytes in the stream.", Value: native.Streams.MustValue("nats_jetstream_stream_bytes")},
		{Name: "nats_stream_first_seq", Help: "First sequence number.", Value: native.Streams.MustValue("nats_jetstream_stream_first_sequence")},
		{Name: "nats_stream_last_seq", Help: "Last sequence number.", Value: native.Streams.MustValue("nats_jetstream_stream_last_sequence")},
		{Name: "nats_stream_consumer_count", Help: "Consumers of the stream.", Value: (*scrape.Stream).Consumers},
		{Name: "nats_stream_subject_count", Help: "Subjects with messages.", Value: native.Streams.MustValue("nats_jetstream_stream_subjects")},
	},
}

// SurveyorAccountStreams has the streams of each account. The domain label is
// not in the original: two domains may have streams of the same name.
var SurveyorAccountStreams = &table.Group[*scrape.Stream]{
	Set: metric.Surveyor, Collector: "streams", Labels: []string{"account", "account_name", "stream", "raft_group", "jetstream_domain"},
	Each: func(v *scrape.View, yield func(*scrape.Stream)) {
		for _, s := range v.Streams {
			if s.Leads() && s.Folded == 0 {
				yield(s)
			}
		}
	},
	Ident: func(s *scrape.Stream, v []string) {
		v[0], v[1], v[2], v[3], v[4] = s.Account.Id, s.Account.Name, s.Detail.Name, s.Group(), domainOf(s.Server)
	},
	Rows: []table.Row[*scrape.Stream]{
		{Name: "nats_core_account_jetstream_consumer_count", Help: "Consumers of the stream.", Value: (*scrape.Stream).Consumers},
		{Name: "nats_core_account_jetstream_replica_count", Help: "Replicas that the stream is configured to have.", Value: native.Streams.MustValue("nats_jetstream_stream_replicas")},
	},
}

// SurveyorConsumers has the consumers.
var SurveyorConsumers = &table.Group[*scrape.Consumer]{
	Set: metric.Surveyor, Collector: "consumers", Labels: native.With(surveyorStreamLabels, "consumer_name", "consumer_leader"), Each: native.EachConsumer,
	Ident: func(c *scrape.Consumer, v []string) {
		identSurveyorStream(c.Stream, v)
		v[3], v[8], v[9] = c.Group(), c.Info.Name, c.LeaderName()
	},
	Rows: []table.Row[*scrape.Consumer]{
		{Name: "nats_consumer_delivered_consumer_seq", Help: "Deliveries made.", Value: native.Consumers.MustValue("nats_jetstream_consumer_delivered_consumer_sequence")},
		{Name: "nats_consumer_delivered_stream_seq", Help: "Stream sequence of the last delivery.", Value: native.Consumers.MustValue("nats_jetstream_consumer_delivered_stream_sequence")},
		{Name: "nats_consumer_num_ack_pending", Help: "Messages delivered and not acknowledged.", Value: native.Consumers.MustValue("nats_jetstream_consumer_ack_pending_messages")},
		{Name: "nats_consumer_num_redelivered", Help: "Messages delivered more than once and not acknowledged.", Value: native.Consumers.MustValue("nats_jetstream_consumer_redelivered_messages")},
		{Name: "nats_consumer_num_waiting", Help: "Pull requests waiting.", Value: native.Consumers.MustValue("nats_jetstream_consumer_waiting_requests")},
		{Name: "nats_consumer_num_pending", Help: "Messages yet to deliver.", Value: native.Consumers.MustValue("nats_jetstream_consumer_pending_messages")},
		{Name: "nats_consumer_ack_floor_stream_seq", Help: "Stream sequence up to which everything is acknowledged.", Value: native.Consumers.MustValue("nats_jetstream_consumer_ack_floor_stream_sequence")},
		{Name: "nats_consumer_ack_floor_consumer_seq", Help: "Delivery sequence up to which everything is acknowledged.", Value: native.Consumers.MustValue("nats_jetstream_consumer_ack_floor_consumer_sequence")},
	},
}
