package exporter

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
)

// accountMetrics count the advisories of a JetStream account about its streams
// and consumers, under nats-surveyor's names.
type accountMetrics struct {
	byConsumer map[string]*prometheus.CounterVec // by the token that follows the prefix
	byStream   map[string]*prometheus.CounterVec
	actions    map[string]*prometheus.CounterVec // CREATED, DELETED, UPDATED of STREAM and CONSUMER
	apiAudit   *prometheus.CounterVec
	acks       *prometheus.CounterVec
	total      *prometheus.CounterVec
	unknown    *prometheus.CounterVec
	names      *labelLimit  // streams and kinds of advisory
	consumers  *labelLimit  // consumers that have their own series
	gone       *recentNames // consumers that were deleted
}

const advisoryPrefix = "$JS.EVENT.ADVISORY."

func newAccountMetrics() *accountMetrics {
	consumer := func(name, help string) *prometheus.CounterVec {
		return counter("nats_jetstream_"+name, help, "account", "stream", "consumer")
	}
	stream := func(name, help string) *prometheus.CounterVec {
		return counter("nats_jetstream_"+name, help, "account", "stream")
	}
	return &accountMetrics{
		byConsumer: map[string]*prometheus.CounterVec{
			"CONSUMER.MAX_DELIVERIES": consumer("delivery_exceeded_count", "Messages that reached the maximum number of deliveries."),
			"CONSUMER.MSG_TERMINATED": consumer("delivery_terminated_count", "Messages that a client terminated."),
			"CONSUMER.MSG_NAKED":      consumer("consumer_nak", "Messages that a client negatively acknowledged."),
		},
		byStream: map[string]*prometheus.CounterVec{
			"STREAM.LEADER_ELECTED":   stream("stream_leader_elected", "Elections of a stream's leader."),
			"STREAM.QUORUM_LOST":      stream("stream_quorum_lost", "Times that a stream lost its quorum."),
			"CONSUMER.LEADER_ELECTED": stream("consumer_leader_elected", "Elections of a leader of a consumer of the stream."),
			"CONSUMER.QUORUM_LOST":    stream("consumer_quorum_lost", "Times that a consumer of the stream lost its quorum."),
			"STREAM.RESTORE_CREATE":   stream("restore_created_count", "Restores of a stream that began."),
		},
		actions: map[string]*prometheus.CounterVec{
			"STREAM":   counter("nats_jetstream_stream_actions", "Streams created, updated and deleted.", "account", "stream", "action"),
			"CONSUMER": counter("nats_jetstream_consumer_actions", "Consumers created, updated and deleted.", "account", "stream", "action"),
		},
		apiAudit: counter("nats_jetstream_api_audit", "JetStream API requests, by the kind of request.", "subject", "account"),
		acks:     consumer("acknowledgement_deliveries", "Deliveries of messages that were acknowledged, as far as the consumer samples them."),
		total:    counter("nats_jetstream_total_advisories", "Advisories received.", "account"),
		unknown:  counter("nats_jetstream_unknown_advisories", "Advisories of an unknown kind.", "schema", "account"),
		names:    newLabelLimit(maxEventNames), consumers: newLabelLimit(maxEventNames), gone: newRecentNames(time.Now),
	}
}

func (m *accountMetrics) all() []prometheus.Collector {
	out := []prometheus.Collector{m.apiAudit, m.acks, m.total, m.unknown}
	for _, group := range []map[string]*prometheus.CounterVec{m.byConsumer, m.byStream, m.actions} {
		for _, name := range number.SortedKeys(group) {
			out = append(out, group[name])
		}
	}
	return out
}

// advisory counts one advisory by its subject, which names the kind, then the
// stream, then the consumer.
func (m *accountMetrics) advisory(account, subject string, data []byte) {
	m.total.WithLabelValues(account).Inc()
	tokens := strings.Split(strings.TrimPrefix(subject, advisoryPrefix), ".")
	if len(tokens) == 1 && tokens[0] == "API" {
		m.audit(account, data)
		return
	}
	for len(tokens) < 4 {
		tokens = append(tokens, "")
	}
	kind, stream := tokens[0]+"."+tokens[1], m.names.label(tokens[2])
	key := consumerKey(account, stream, table.Clean(tokens[3]))
	switch kind {
	case "CONSUMER.DELETED":
		m.removeConsumer(account, stream, tokens[3])
	case "CONSUMER.CREATED":
		m.gone.drop(key)
	}
	switch {
	case m.byConsumer[kind] != nil && m.gone.has(key): // arrived after the consumer was deleted
	case m.byConsumer[kind] != nil:
		m.byConsumer[kind].WithLabelValues(account, stream, m.consumer(account, stream, tokens[3])).Inc()
	case m.byStream[kind] != nil:
		m.byStream[kind].WithLabelValues(account, stream).Inc()
	case m.actions[tokens[0]] != nil && (tokens[1] == "CREATED" || tokens[1] == "DELETED" || tokens[1] == "UPDATED"):
		action := map[string]string{"CREATED": "create", "DELETED": "delete", "UPDATED": "modify"}[tokens[1]]
		m.actions[tokens[0]].WithLabelValues(account, stream, action).Inc()
	default:
		m.unknown.WithLabelValues(m.names.label(kind), account).Inc()
	}
}

// consumer returns the label value of a consumer: its name, within the limit.
func (m *accountMetrics) consumer(account, stream, name string) string {
	name = table.Clean(name)
	if m.consumers.admits(consumerKey(account, stream, name)) {
		return name
	}
	return scrape.NameOther
}

// removeConsumer removes the series of a deleted consumer: the names of ephemeral
// consumers are never used again. Messages about it on another subject may
// arrive later and do not restore them.
func (m *accountMetrics) removeConsumer(account, stream, name string) {
	name = table.Clean(name)
	m.gone.add(consumerKey(account, stream, name))
	m.consumers.remove(consumerKey(account, stream, name))
	m.acks.DeleteLabelValues(account, stream, name)
	for _, kind := range m.byConsumer {
		kind.DeleteLabelValues(account, stream, name)
	}
}

// consumerKey joins names, none of which contains a space.
func consumerKey(account, stream, name string) string {
	return account + " " + stream + " " + name
}

// metric counts a sampled acknowledgement of a consumer.
func (m *accountMetrics) metric(account, subject string, data []byte) {
	var ack struct {
		Stream     string `json:"stream"`
		Consumer   string `json:"consumer"`
		Deliveries int    `json:"deliveries"`
	}
	if !strings.HasPrefix(subject, "$JS.EVENT.METRIC.CONSUMER.ACK.") || json.Unmarshal(data, &ack) != nil {
		return
	}
	stream := m.names.label(ack.Stream)
	if m.gone.has(consumerKey(account, stream, table.Clean(ack.Consumer))) {
		return
	}
	m.acks.WithLabelValues(account, stream, m.consumer(account, stream, ack.Consumer)).Add(float64(max(ack.Deliveries, 0)))
}
