package exporter

import (
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

var surveyorJsz = &group[*jsServer]{
	set: Surveyor, collector: "jetstream", labels: surveyorJSLabels, each: eachJS,
	ident: func(s *jsServer, v []string) { identSurveyorJS(s.sv, v) },
	rows: []row[*jsServer]{
		{name: "nats_core_jetstream_server_jetstream_disabled", help: "1 if JetStream is off.", value: func(s *jsServer) float64 { return flag(s.Disabled) }},
		{name: "nats_core_jetstream_server_total_streams", help: "Replicas of streams.", value: func(s *jsServer) float64 { return float64(s.Streams) }},
		{name: "nats_core_jetstream_server_total_consumers", help: "Replicas of consumers.", value: func(s *jsServer) float64 { return float64(s.Consumers) }},
		{name: "nats_core_jetstream_server_total_stream_leaders", help: "Streams led.", value: func(s *jsServer) float64 { return told(s.sv, fleet.FieldStreamsLeader, float64(s.StreamsLeader)) }},
		{name: "nats_core_jetstream_server_total_consumer_leaders", help: "Consumers led.", value: func(s *jsServer) float64 { return told(s.sv, fleet.FieldStreamsLeader, float64(s.ConsumersLeader)) }},
		{name: "nats_core_jetstream_server_total_messages", help: "Messages stored.", value: func(s *jsServer) float64 { return float64(s.Messages) }},
		{name: "nats_core_jetstream_server_total_message_bytes", help: "Bytes stored.", value: func(s *jsServer) float64 { return float64(s.Bytes) }},
		{name: "nats_core_jetstream_server_max_memory", help: "The most memory for streams.", value: func(s *jsServer) float64 { return float64(s.Config.MaxMemory) }},
		{name: "nats_core_jetstream_server_max_storage", help: "The most disk space for streams.", value: func(s *jsServer) float64 { return float64(s.Config.MaxStore) }},
		{name: "nats_core_jetstream_meta_snapshot_pending_entries", help: "Log entries since the meta group's last snapshot.", value: metaSnapshot(func(m *server.MetaSnapshotStats) float64 { return float64(m.PendingEntries) })},
		{name: "nats_core_jetstream_meta_snapshot_pending_bytes", help: "Log bytes since the meta group's last snapshot.", value: metaSnapshot(func(m *server.MetaSnapshotStats) float64 { return float64(m.PendingSize) })},
		{name: "nats_core_jetstream_meta_snapshot_last_duration_seconds", help: "How long the meta group's last snapshot took.", value: metaSnapshot(func(m *server.MetaSnapshotStats) float64 { return m.LastDuration.Seconds() })},
		{name: "nats_core_jetstream_meta_snapshot_last_timestamp_seconds", help: "When the meta group's last snapshot was made.", value: metaSnapshot(func(m *server.MetaSnapshotStats) float64 { return float64(m.LastTime.Unix()) })},
	},
}

func metaSnapshot(value func(*server.MetaSnapshotStats) float64) func(*jsServer) float64 {
	return func(s *jsServer) float64 {
		if s.Meta == nil || s.Meta.Snapshot == nil {
			return none
		}
		return value(s.Meta.Snapshot)
	}
}

var surveyorStreamLabels = []string{
	"account", "account_name", "cluster_name", "raft_group",
	"server_id", "server_name", "stream", "stream_leader",
}

func identSurveyorStream(s *stream, v []string) {
	v[0], v[1], v[2], v[3] = s.d.Id, s.d.Name, s.sv.Info.Cluster, s.group()
	v[4], v[5], v[6], v[7] = s.sv.Info.ID, s.sv.Info.Name, s.st.Name, s.leader()
}

// leader names the stream's leader as the replica knows it.
func (s *stream) leader() string {
	if s.st.Cluster == nil {
		return s.sv.Info.Name
	}
	return s.st.Cluster.Leader
}

// leader names the consumer's leader as the replica knows it.
func (c *consumer) leader() string {
	if c.c.Cluster == nil {
		return c.sv.Info.Name
	}
	return c.c.Cluster.Leader
}

// group names the consumer's raft group; the server tells that of a consumer
// without followers only in a list beside the stream.
func (c *consumer) group() string {
	if c.c.Cluster != nil && c.c.Cluster.RaftGroup != "" {
		return c.c.Cluster.RaftGroup
	}
	for _, g := range c.st.ConsumerRaftGroups {
		if g != nil && g.Name == c.c.Name {
			return g.RaftGroup
		}
	}
	return ""
}

var surveyorStreams = &group[*stream]{
	set: Surveyor, collector: "streams", labels: surveyorStreamLabels, each: eachStream, ident: identSurveyorStream,
	rows: []row[*stream]{
		{name: "nats_stream_total_messages", help: "Messages in the stream.", value: func(s *stream) float64 { return float64(s.st.State.Msgs) }},
		{name: "nats_stream_total_bytes", help: "Bytes in the stream.", value: func(s *stream) float64 { return float64(s.st.State.Bytes) }},
		{name: "nats_stream_first_seq", help: "First sequence number.", value: single(func(d *server.StreamDetail) float64 { return float64(d.State.FirstSeq) })},
		{name: "nats_stream_last_seq", help: "Last sequence number.", value: single(func(d *server.StreamDetail) float64 { return float64(d.State.LastSeq) })},
		{name: "nats_stream_consumer_count", help: "Consumers of the stream.", value: (*stream).consumers},
		{name: "nats_stream_subject_count", help: "Subjects with messages.", value: func(s *stream) float64 { return float64(s.st.State.NumSubjects) }},
	},
}

// The domain is a label beyond the original's: two domains may have streams of
// one name.
var surveyorAccountStreams = &group[*stream]{
	set: Surveyor, collector: "streams", labels: []string{"account", "account_name", "stream", "raft_group", "jetstream_domain"},
	each: func(v *view, yield func(*stream)) {
		for _, s := range v.streams {
			if s.leads() && s.folded == 0 {
				yield(s)
			}
		}
	},
	ident: func(s *stream, v []string) {
		v[0], v[1], v[2], v[3], v[4] = s.d.Id, s.d.Name, s.st.Name, s.group(), domainOf(s.sv)
	},
	rows: []row[*stream]{
		{name: "nats_core_account_jetstream_consumer_count", help: "Consumers of the stream.", value: (*stream).consumers},
		{name: "nats_core_account_jetstream_replica_count", help: "Replicas that the stream is configured to have.", value: configured(func(c *server.StreamConfig) float64 { return float64(c.Replicas) })},
	},
}

var surveyorConsumers = &group[*consumer]{
	set: Surveyor, collector: "consumers", labels: with(surveyorStreamLabels, "consumer_name", "consumer_leader"), each: eachConsumer,
	ident: func(c *consumer, v []string) {
		identSurveyorStream(c.stream, v)
		v[3], v[8], v[9] = c.group(), c.c.Name, c.leader()
	},
	rows: []row[*consumer]{
		{name: "nats_consumer_delivered_consumer_seq", help: "Deliveries made.", value: one(func(c *server.ConsumerInfo) float64 { return float64(c.Delivered.Consumer) })},
		{name: "nats_consumer_delivered_stream_seq", help: "Stream sequence of the last delivery.", value: one(func(c *server.ConsumerInfo) float64 { return float64(c.Delivered.Stream) })},
		{name: "nats_consumer_num_ack_pending", help: "Messages delivered and not acknowledged.", value: func(c *consumer) float64 { return float64(c.c.NumAckPending) }},
		{name: "nats_consumer_num_redelivered", help: "Messages delivered more than once and not acknowledged.", value: func(c *consumer) float64 { return float64(c.c.NumRedelivered) }},
		{name: "nats_consumer_num_waiting", help: "Pull requests that wait.", value: func(c *consumer) float64 { return float64(c.c.NumWaiting) }},
		{name: "nats_consumer_num_pending", help: "Messages yet to deliver.", value: func(c *consumer) float64 { return float64(c.c.NumPending) }},
		{name: "nats_consumer_ack_floor_stream_seq", help: "Stream sequence up to which all is acknowledged.", value: one(func(c *server.ConsumerInfo) float64 { return float64(c.AckFloor.Stream) })},
		{name: "nats_consumer_ack_floor_consumer_seq", help: "Delivery up to which all is acknowledged.", value: one(func(c *server.ConsumerInfo) float64 { return float64(c.AckFloor.Consumer) })},
	},
}
