package exporter

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/natsctl/natsctl/internal/fleet"
)

// eventMetrics count what the system account announces. They count from the
// start of the exporter and only while it is connected: nats_exporter_events_gaps_total
// says how often it may have missed some.
type eventMetrics struct {
	disconnects *prometheus.CounterVec
	connects    *prometheus.CounterVec
	authErrors  *prometheus.CounterVec
	servers     *prometheus.CounterVec
	advisories  *prometheus.CounterVec
	elections   *prometheus.CounterVec
	quorumLost  *prometheus.CounterVec
	gaps        prometheus.Counter
	accounts    *labelLimit
	reasons     *labelLimit
	srv         *labelLimit
	kinds       *labelLimit
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func (m *eventMetrics) make(cfg *config) []prometheus.Collector {
	*m = eventMetrics{
		disconnects: counter("nats_events_disconnects_total", "Disconnects of clients and leaf nodes, by account and reason.", "server", "account", "reason"),
		connects:    counter("nats_events_connects_total", "Connects of clients and leaf nodes, by account.", "server", "account"),
		authErrors:  counter("nats_events_auth_errors_total", "Connections refused, by the server's reason.", "server", "reason"),
		servers:     counter("nats_events_servers_total", "Servers that announced their shutdown or lame duck mode.", "server", "event"),
		advisories:  counter("nats_events_advisories_total", "JetStream advisories in the system account, by kind and account.", "account", "advisory"),
		elections:   counter("nats_events_elections_total", "Leaders elected for streams and consumers (and for the meta group, without an account), by account and asset.", "account", "asset"),
		quorumLost:  counter("nats_events_quorum_lost_total", "Streams and consumers that lost their quorum, by account and asset.", "account", "asset"),
		gaps:        prometheus.NewCounter(prometheus.CounterOpts{Name: "nats_exporter_event_gaps_total", Help: "Times that events may have been missed: the connection was lost, or more came than could be read."}),
		accounts:    newLabelLimit(maxEventNames), reasons: newLabelLimit(maxEventNames / 10), srv: newLabelLimit(maxEventNames), kinds: newLabelLimit(maxEventNames / 10),
	}
	if cfg == nil {
		return nil
	}
	return []prometheus.Collector{m.disconnects, m.connects, m.authErrors, m.servers, m.advisories, m.elections, m.quorumLost, m.gaps}
}

// maxEventNames bounds the different accounts and servers that events may bring
// into labels, a tenth of it the reasons and kinds of advisories: they come from
// strangers, and a counter that was once made stays.
const maxEventNames = 2000

// count counts one event.
func (m *eventMetrics) count(ev fleet.Event) {
	srv, acc := m.srv.label(ev.Server), m.accounts.label(ev.Account)
	switch ev.Kind {
	case fleet.EventConnect, fleet.EventLeafConnect:
		m.connects.WithLabelValues(srv, acc).Inc()
	case fleet.EventDisconnect, fleet.EventLeafDisconnect:
		m.disconnects.WithLabelValues(srv, acc, m.reasons.label(ev.Why)).Inc()
	case fleet.EventAuthError:
		m.authErrors.WithLabelValues(srv, m.reasons.label(ev.Why)).Inc()
	case fleet.EventLameDuck, fleet.EventShutdown:
		m.servers.WithLabelValues(srv, string(ev.Kind)).Inc()
	case fleet.EventAdvisory:
		m.advisory(ev, acc)
	case fleet.EventGap:
		m.gaps.Inc()
	}
}

// advisory counts a JetStream advisory; its kind stands in the subject:
// $JS.EVENT.ADVISORY.STREAM.LEADER_ELECTED.<stream>.
func (m *eventMetrics) advisory(ev fleet.Event, acc string) {
	tokens := strings.Split(ev.Subject, ".")
	if len(tokens) < 5 || !strings.HasPrefix(ev.Subject, "$JS.EVENT.ADVISORY.") {
		return
	}
	asset, what := tokens[3], tokens[4]
	m.advisories.WithLabelValues(acc, m.kinds.label(asset+"."+what)).Inc()
	switch what {
	case "LEADER_ELECTED":
		m.elections.WithLabelValues(acc, m.kinds.label(strings.ToLower(asset))).Inc()
	case "QUORUM_LOST":
		m.quorumLost.WithLabelValues(acc, m.kinds.label(strings.ToLower(asset))).Inc()
	}
}
