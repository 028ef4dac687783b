package exporter

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/natsctl/natsctl/internal/fleet"
)

// eventMetrics count the events of the system account. They count from the
// start of the exporter and only while it is connected:
// nats_exporter_events_gaps_total counts how often events may have been missed.
type eventMetrics struct {
	disconnects *eventCounter
	connects    *eventCounter
	authErrors  *eventCounter
	refused     *eventCounter
	servers     *eventCounter
	advisories  *eventCounter
	elections   *eventCounter
	quorumLost  *eventCounter
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
		disconnects: newEventCounter("nats_events_disconnects_total", "Disconnects of clients and leaf nodes, by account and reason.", "server_name", "account", "reason"),
		connects:    newEventCounter("nats_events_connects_total", "Connects of clients and leaf nodes, by account.", "server_name", "account"),
		authErrors:  newEventCounter("nats_events_auth_errors_total", "Connections refused, by the server's reason.", "server_name", "reason"),
		refused:     newEventCounter("nats_events_refused_logins_total", "Logins refused, by the first cause that natsctl auth why names for each.", "server_name", "cause"),
		servers:     newEventCounter("nats_events_servers_total", "Servers that announced their shutdown or lame duck mode.", "server_name", "event"),
		advisories:  newEventCounter("nats_events_advisories_total", "JetStream advisories in the system account, by kind and account.", "account", "advisory"),
		elections:   newEventCounter("nats_events_elections_total", "Leaders elected for streams and consumers (and for the meta group, without an account), by account and asset.", "account", "asset"),
		quorumLost:  newEventCounter("nats_events_quorum_lost_total", "Streams and consumers that lost their quorum, by account and asset.", "account", "asset"),
		gaps:        prometheus.NewCounter(prometheus.CounterOpts{Name: "nats_exporter_event_gaps_total", Help: "Times that events may have been missed: the connection was lost, or more came than could be read."}),
		accounts:    newLabelLimit(maxEventNames), reasons: newLabelLimit(maxEventNames / 10), srv: newLabelLimit(maxEventNames), kinds: newLabelLimit(maxEventNames / 10),
	}
	if cfg == nil {
		return nil
	}
	return []prometheus.Collector{m.disconnects, m.connects, m.authErrors, m.refused, m.servers, m.advisories, m.elections, m.quorumLost, m.gaps}
}

// maxEventNames limits the distinct accounts and servers in event labels;
// reasons and kinds of advisories may use a tenth of it: they are untrusted
// input, and a counter is never removed.
const maxEventNames = 2000

// count counts one event.
func (m *eventMetrics) count(ev fleet.Event) {
	srv, acc := m.srv.label(ev.Server), m.accounts.label(ev.Account)
	switch ev.Kind {
	case fleet.EventConnect, fleet.EventLeafConnect:
		m.connects.add(1, srv, acc)
	case fleet.EventDisconnect, fleet.EventLeafDisconnect:
		m.disconnects.add(1, srv, acc, m.reasons.label(ev.Why))
	case fleet.EventAuthError:
		reason := ev.Why
		if r := ev.Refusal; r != nil {
			reason = r.Reason
			m.refused.add(1, srv, r.Cause())
		}
		m.authErrors.add(1, srv, m.reasons.label(reason))
	case fleet.EventLameDuck, fleet.EventShutdown:
		m.servers.add(1, srv, string(ev.Kind))
	case fleet.EventAdvisory:
		m.advisory(ev, acc)
	case fleet.EventGap:
		m.gaps.Inc()
	}
}

// advisory counts a JetStream advisory; its kind is in the subject:
// $JS.EVENT.ADVISORY.STREAM.LEADER_ELECTED.<stream>.
func (m *eventMetrics) advisory(ev fleet.Event, acc string) {
	tokens := strings.Split(ev.Subject, ".")
	if len(tokens) < 5 || !strings.HasPrefix(ev.Subject, "$JS.EVENT.ADVISORY.") {
		return
	}
	asset, what := tokens[3], tokens[4]
	m.advisories.add(1, acc, m.kinds.label(asset+"."+what))
	switch what {
	case "LEADER_ELECTED":
		m.elections.add(1, acc, m.kinds.label(strings.ToLower(asset)))
	case "QUORUM_LOST":
		m.quorumLost.add(1, acc, m.kinds.label(strings.ToLower(asset)))
	}
}

// all returns the counters whose series start at 0.
func (m *eventMetrics) all() []*eventCounter {
	return []*eventCounter{m.disconnects, m.connects, m.authErrors, m.refused, m.servers, m.advisories, m.elections, m.quorumLost}
}

// shown reports that a page is being written.
func (m *eventMetrics) shown() {
	for _, c := range m.all() {
		c.shown()
	}
}

// The reasons that servers report for a refused login, and what has elections.
var (
	authReasons = []string{"Authentication Failure", "Authentication Timeout", "Authentication Expired"}
	assets      = []string{"stream", "consumer"}
)

// begin creates the series that alerts use for every server and account of a
// snapshot, before the first event.
func (m *eventMetrics) begin(snap *fleet.Snapshot) {
	m.elections.add(0, "", m.kinds.label("meta"))
	for _, sv := range snap.Servers {
		server := m.srv.label(sv.Info.Name)
		for _, reason := range authReasons {
			m.authErrors.add(0, server, m.reasons.label(reason))
		}
		for _, kind := range []fleet.EventKind{fleet.EventLameDuck, fleet.EventShutdown} {
			m.servers.add(0, server, string(kind))
		}
		if sv.Jsz == nil {
			continue
		}
		for _, a := range sv.Jsz.AccountDetails {
			if a == nil {
				continue
			}
			for _, asset := range assets {
				m.elections.add(0, m.accounts.label(a.Id), m.kinds.label(asset))
				m.quorumLost.add(0, m.accounts.label(a.Id), m.kinds.label(asset))
			}
		}
	}
}
