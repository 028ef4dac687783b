package rules

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// with returns the series with one more label.
func with(label, value string, series []string) []string {
	var out []string
	for _, s := range series {
		name, values, _ := strings.Cut(s, " ")
		if i := strings.LastIndex(s, "} "); i > 0 {
			name, values = s[:i+1], s[i+2:]
		}
		pair := fmt.Sprintf("%s=%q", label, value)
		if body, ok := strings.CutSuffix(name, "}"); ok {
			name = body + "," + pair + "}"
		} else {
			name += "{" + pair + "}"
		}
		out = append(out, name+" "+values)
	}
	return out
}

// ofExporter tells whether the alert is about one exporter, not about a fleet.
func ofExporter(alert string) bool { return strings.HasPrefix(alert, "NatsExporter") }

// Two fleets whose servers, clusters, accounts and streams have the same names
// are distinguished: what is wrong in one alerts for that one alone, and the
// healthy one does not mask it.
func TestTwoFleets(t *testing.T) {
	var stories []scenario
	for _, e := range examples {
		if e.alert == "NatsExporterDown" { // a target has no fleet
			continue
		}
		series := append(with("fleet", "red", e.series), with("fleet", "blue", peace)...)
		stories = append(stories, scenario{e.alert, series, []look{
			firing(e.at, e.alert, "fleet=red", e.severity), firing(e.at, e.alert, "fleet=blue"),
		}})
		both := append(with("fleet", "red", e.series), with("fleet", "blue", e.series)...)
		stories = append(stories, scenario{e.alert, both, []look{
			firing(e.at, e.alert, "fleet=red,"+e.labels, e.severity), firing(e.at, e.alert, "fleet=blue,"+e.labels, e.severity),
		}})
	}
	runScenario(t, stories)
}

// Two exporters of one fleet raise one alert, and no alert counts their series
// twice.
func TestTwoExportersOfAFleet(t *testing.T) {
	pair := func(series []string) []string {
		return append(with("instance", "one", series), with("instance", "two", series)...)
	}
	var stories []scenario
	for _, e := range examples {
		if ofExporter(e.alert) {
			continue
		}
		stories = append(stories, scenario{e.alert, pair(e.series), []look{firing(e.at, e.alert, e.labels, e.severity)}})
	}
	for _, s := range short {
		stories = append(stories, scenario{s.alert, pair(s.calm), []look{firing(s.at, s.alert, "")}})
	}
	quiet := slices.DeleteFunc(slices.Clone(peace), func(s string) bool { return strings.HasPrefix(s, "up{") })
	runScenario(t, append(stories, scenario{"", pair(quiet), []look{silent("110m", "")}}))
}

// A server that one of two exporters of a fleet cannot reach is up.
func TestOneExporterSeesTheServer(t *testing.T) {
	runScenario(t, []scenario{{"NatsServerDown", []string{
		`nats_exporter_up{instance="one"} 1x30`, `nats_exporter_up{instance="two"} 1x30`,
		`nats_server_up{instance="one",server_id="B",server_name="b"} 1x30`,
		`nats_server_up{instance="two",server_id="B",server_name="b"} 1 1 0x30`, `nats_server_missing{instance="two",server_id="B",server_name="b",reason="silent"} _ _ 1x30`,
	}, []look{firing("20m", "NatsServerDown", "")}}})
}

// handover returns the series, first of one server, then of another, as after a
// change of the leader.
func handover(series []string, after time.Duration) []string {
	n := int(after.Minutes())
	var out []string
	for _, s := range series {
		i := strings.LastIndex(s, " ")
		name, value := s[:i], s[i+1:strings.LastIndex(s, "x")]
		out = append(out, with("server_id", "A", []string{fmt.Sprintf("%s %sx%d stale", name, value, n-1)})...)
		out = append(out, with("server_id", "B", []string{fmt.Sprintf("%s _x%d %sx60", name, n-1, value)})...)
	}
	return out
}

// An alert about a stream or consumer goes on when another server becomes its
// leader: it holds for as long as it says, not that long again.
func TestAlertsOutliveTheLeader(t *testing.T) {
	var stories []scenario
	for _, e := range examples {
		r := named(e.alert)[0]
		if !strings.HasPrefix(r.by, byStream) || !steady(e) || r.hold < 2*time.Minute {
			continue
		}
		labels := strings.TrimSuffix(e.labels, ",")
		stories = append(stories, scenario{e.alert, handover(e.series, r.hold/2), []look{
			firing(minutes(r.hold-time.Minute), e.alert, labels), firing(minutes(r.hold), e.alert, labels, e.severity),
		}})
	}
	if len(stories) < 6 {
		t.Errorf("only %d stories", len(stories))
	}
	stories = append(stories, scenario{"NatsConsumerUnread", []string{
		`nats_jetstream_consumer_pending_messages{consumer="C",server_id="A"} 10+5x7 stale`, `nats_jetstream_consumer_pending_messages{consumer="C",server_id="B"} _x7 55+5x60`,
		`nats_jetstream_consumer_delivered_consumer_sequence{consumer="C",server_id="A"} 7x7 stale`, `nats_jetstream_consumer_delivered_consumer_sequence{consumer="C",server_id="B"} _x7 7x60`,
		`nats_jetstream_consumer_waiting_requests{consumer="C",server_id="A"} 0x7 stale`, `nats_jetstream_consumer_waiting_requests{consumer="C",server_id="B"} _x7 0x60`,
	}, []look{firing("7m", "NatsConsumerUnread", "consumer=C", "warning"), firing("8m", "NatsConsumerUnread", "consumer=C", "warning"), firing("12m", "NatsConsumerUnread", "consumer=C", "warning")}})
	runScenario(t, stories)
}

// killed are two servers of one fleet that die after ten minutes; the exporter
// is started again in the third hour, and knows them from its state file. Another
// fleet has servers of the same names, which live.
var killed = slices.Concat(
	with("fleet", "red", []string{
		`nats_exporter_up 1x170 stale _x2 1x300`,
		`nats_server_up{server_id="A",server_name="a",cluster="c"} 1x170 stale _x2 1x300`,
		`nats_server_up{server_id="B",server_name="b",cluster="c"} 1x9 0x160 stale _x2 0x300`, `nats_server_missing{server_id="B",server_name="b",cluster="c",reason="gone"} _x10 1x160 stale _x2 1x300`,
		`nats_server_up{server_id="D",server_name="d",cluster="c"} 1x9 0x160 stale _x2 0x300`, `nats_server_missing{server_id="D",server_name="d",cluster="c",reason="gone"} _x10 1x160 stale _x2 1x300`,
	}),
	with("fleet", "blue", []string{
		`nats_exporter_up 1x480`,
		`nats_server_up{server_id="A2",server_name="a",cluster="c"} 1x480`, `nats_server_up{server_id="B2",server_name="b",cluster="c"} 1x480`, `nats_server_up{server_id="D2",server_name="d",cluster="c"} 1x480`,
	}),
)

// The alerts about the dead, and no others, hold until somebody says so.
func TestTheDeadAreHeld(t *testing.T) {
	var looks []look
	for _, at := range []string{"13m", "1h", "75m", "2h50m", "171m", "172m", "173m", "3h", "5h", "6h30m"} {
		looks = append(looks, look{at: at, expr: `count by (alertname, fleet) (ALERTS)`, want: []string{`{alertname="NatsServerDown", fleet="red"}`}, value: 2})
	}
	forgotten := append(slices.Clone(killed), with("fleet", "red", []string{`nats_server_departed_timestamp_seconds{server_id="B",server_name="b",cluster="c",how="forgotten"} _x300 18000x60`, `nats_server_start_time_seconds{server_id="B",server_name="b",cluster="c"} 1x9`})...)
	runScenario(t, []scenario{
		{"", killed, looks},
		{"NatsServerDown", forgotten, []look{firing("4h", "NatsServerDown", "server_name=b", "critical"), firing("5h5m", "NatsServerDown", "server_name=b"), firing("5h5m", "NatsServerDown", "server_name=d", "critical")}},
	})
}
