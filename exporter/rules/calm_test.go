package rules

import (
	"fmt"
	"testing"
)

// gatewaysOf are the gateways of three servers to another cluster, which is
// slow in the other direction.
func gatewaysOf(a, b, c string) []string {
	out := []string{`nats_gateway_rtt_seconds{server_name="a",cluster="c",remote_cluster="west",direction="inbound",cid="9"} 0.5x60`}
	for i, rtt := range []string{a, b, c} {
		out = append(out, fmt.Sprintf(`nats_gateway_rtt_seconds{server_name="%c",cluster="c",remote_cluster="west",direction="outbound",cid="%d"} %s`, 'a'+i, i+3, rtt))
	}
	return out
}

// routesOf are the routes of three servers, as a and b see them and as c sees
// them, with two connections each.
func routesOf(ab, ac, bc string) []string {
	var out []string
	for _, r := range []struct{ from, to, rtt string }{{"a", "b", ab}, {"a", "c", ac}, {"b", "c", bc}, {"c", "a", ac}, {"c", "b", bc}} {
		for rid := range 2 {
			out = append(out, fmt.Sprintf(`nats_route_rtt_seconds{server_name="%s",cluster="c",remote_name="%s",rid="%d"} %s`, r.from, r.to, rid, r.rtt))
		}
	}
	return out
}

// short are stories in which an alert is near, and does not fire; beside each
// stands the one in which it does.
var short = []struct {
	alert, at    string
	calm, alarm  []string
	alarmOfLevel string
}{
	{
		"NatsServerRestarting", "30m",
		[]string{`nats_server_start_time_seconds{server_name="a",server_id="1"} 1 _x60`, `nats_server_start_time_seconds{server_name="a",server_id="2"} _ 2 _x60`},
		[]string{`nats_server_start_time_seconds{server_name="a",server_id="1"} 1 _x60`, `nats_server_start_time_seconds{server_name="a",server_id="2"} _ 2 _x60`, `nats_server_start_time_seconds{server_name="a",server_id="3"} _ _ 3 _x60`},
		"warning",
	},
	{
		"NatsConnectionsUneven", "50m",
		[]string{`nats_server_connections{server_name="a",cluster="c"} 49x60`, `nats_server_connections{server_name="b",cluster="c"} 1x60`, `nats_server_connections{server_name="d",cluster="c"} 1x60`},
		[]string{`nats_server_connections{server_name="a",cluster="c"} 50x60`, `nats_server_connections{server_name="b",cluster="c"} 1x60`, `nats_server_connections{server_name="d",cluster="c"} 1x60`},
		"warning",
	},
	{
		"NatsStreamOriginFailed", "20m",
		[]string{`nats_jetstream_stream_origin_idle_seconds{stream="S"} 60x60`, `nats_jetstream_stream_origin_failed{stream="S"} 0x60`},
		[]string{`nats_jetstream_stream_origin_idle_seconds{stream="S"} 61x60`, `nats_jetstream_stream_origin_failed{stream="S"} 0x60`},
		"warning",
	},
	{
		"NatsAccountConnectionsFull", "20m",
		[]string{`nats_account_connections{account="A",server_id="a",server_name="a"} 45x60`, `nats_account_connections{account="A",server_id="b",server_name="b"} 45x60`, `nats_account_limit_connections{account="A"} 100x60`},
		[]string{`nats_account_connections{account="A",server_id="a",server_name="a"} 45x60`, `nats_account_connections{account="A",server_id="b",server_name="b"} 46x60`, `nats_account_limit_connections{account="A"} 100x60`},
		"warning",
	},
	{
		"NatsGatewaySlow", "20m",
		gatewaysOf("0.08x60", "0.08x60", "0.002x60"), // the path is long
		gatewaysOf("0.08x60", "0.015x60", "0.002x60"), "warning",
	},
	{
		"NatsGatewaySlow", "20m",
		gatewaysOf("0.08x60", "0.001x60", "_x60"), // compared with one only
		gatewaysOf("0.08x60", "0.001x60", "0.001x60"), "warning",
	},
	{
		"NatsGatewaySlow", "20m",
		gatewaysOf("0.025x60", "0.001x60", "0.002x60"), // at the floor
		gatewaysOf("0.026x60", "0.001x60", "0.002x60"), "warning",
	},
	{
		"NatsGatewaySlow", "16m",
		gatewaysOf("0.08x15 0.007 0.08x40", "0.001x60", "0.002x60"), // it was quick in between
		gatewaysOf("0.007x10 0.08x40", "0.001x60", "0.002x60"), "warning",
	},
	{
		"NatsRouteSlow", "20m",
		routesOf("0.08x60", "0.08x60", "0.001x60"), // one end is far from all
		routesOf("0.08x60", "0.015x60", "0.001x60"), "warning",
	},
	{
		"NatsRouteSlow", "20m",
		routesOf("0.025x60", "0.001x60", "0.001x60"),
		routesOf("0.026x60", "0.001x60", "0.001x60"), "warning",
	},
	{
		"NatsRouteSlow", "16m",
		routesOf("0.08x15 0.007 0.08x40", "0.001x60", "0.002x60"),
		routesOf("0.007x10 0.08x40", "0.001x60", "0.002x60"), "warning",
	},
	{
		"NatsRouteMissing", "20m",
		[]string{`nats_server_up{server_id="a",server_name="a",cluster="c"} 1x60`, `nats_server_up{server_id="b",server_name="b",cluster="c"} 1x60`, `nats_server_up{server_id="gone",server_name="gone",cluster="c"} 0x60`, `nats_server_route_peers{server_name="a",cluster="c"} 1x60`, `nats_server_route_peers{server_name="b",cluster="c"} 1x60`},
		[]string{`nats_server_up{server_id="a",server_name="a",cluster="c"} 1x60`, `nats_server_up{server_id="b",server_name="b",cluster="c"} 1x60`, `nats_server_up{server_id="d",server_name="d",cluster="c"} 1x60`, `nats_server_route_peers{server_name="a",cluster="c"} 1x60`},
		"warning",
	},
	{
		"NatsConfigDiffers", "50m",
		[]string{`nats_server_config_info{cluster="c",server_id="A",digest="x"} 1x60`, `nats_server_config_info{cluster="c",server_id="B",digest="y"} 1x60`},
		[]string{`nats_server_config_info{cluster="c",server_id="A",digest="x"} 1x60`, `nats_server_config_info{cluster="c",server_id="B",digest="y"} 1x60`, `nats_server_config_info{cluster="c",server_id="C",digest="x"} 1x60`},
		"warning",
	},
	{
		"NatsVersionsDiffer", "150m",
		[]string{`nats_server_info{cluster="",server_id="A",version="1"} 1x200`, `nats_server_info{cluster="",server_id="B",version="2"} 1x200`, `nats_server_info{cluster="c",server_id="C",version="1"} 1x200`, `nats_server_info{cluster="d",server_id="D",version="2"} 1x200`},
		[]string{`nats_server_info{cluster="c",server_id="C",version="1"} 1x200`, `nats_server_info{cluster="c",server_id="D",version="2"} 1x200`},
		"warning",
	},
	{
		"NatsAnswersMissing", "20m",
		[]string{`nats_server_answer_missing{server_name="a",kind="RAFTZ",reason="unsupported"} 1x60`},
		[]string{`nats_server_answer_missing{server_name="a",kind="RAFTZ",reason="refused"} 1x60`},
		"warning",
	},
	{
		"NatsConsumerHeldBack", "20m",
		[]string{`nats_jetstream_consumer_ack_pending_messages{consumer="C"} 999x60`, `nats_jetstream_consumer_limit_ack_pending_messages{consumer="C"} 1000x60`},
		[]string{`nats_jetstream_consumer_ack_pending_messages{consumer="C"} 1000x60`, `nats_jetstream_consumer_limit_ack_pending_messages{consumer="C"} 1000x60`},
		"warning",
	},
	{
		"NatsConsumerUnread", "30m",
		[]string{`nats_jetstream_consumer_pending_messages{consumer="C"} 10+5x60`, `nats_jetstream_consumer_delivered_consumer_sequence{consumer="C"} 7+1x60`, `nats_jetstream_consumer_waiting_requests{consumer="C"} 0x60`},
		[]string{`nats_jetstream_consumer_pending_messages{consumer="C"} 10+5x60`, `nats_jetstream_consumer_delivered_consumer_sequence{consumer="C"} 7x60`, `nats_jetstream_consumer_waiting_requests{consumer="C"} 0x60`},
		"warning",
	},
	{
		"NatsConsumerUnread", "30m",
		[]string{`nats_jetstream_consumer_pending_messages{consumer="C"} 10+5x60`, `nats_jetstream_consumer_delivered_consumer_sequence{consumer="C"} 7x60`, `nats_jetstream_consumer_waiting_requests{consumer="C"} 1x60`},
		[]string{`nats_jetstream_consumer_pending_messages{consumer="C"} 10+5x60`, `nats_jetstream_consumer_delivered_consumer_sequence{consumer="C"} 7x60`, `nats_jetstream_consumer_waiting_requests{consumer="C"} 0x60`, `nats_jetstream_consumer_bound{consumer="C"} 0x60`},
		"warning",
	},
	{
		"NatsStreamFull", "20m",
		[]string{`nats_jetstream_stream_bytes{stream="S"} 99x60`, `nats_jetstream_stream_limit_bytes{stream="S"} 100x60`, `nats_jetstream_stream_refuses_new{stream="S"} 0x60`},
		[]string{`nats_jetstream_stream_bytes{stream="S"} 99x60`, `nats_jetstream_stream_limit_bytes{stream="S"} 100x60`, `nats_jetstream_stream_refuses_new{stream="S"} 1x60`},
		"critical",
	},
	{
		"NatsServerNamesNotUnique", "20m",
		[]string{`nats_server_up{server_id="A",server_name="a"} 1x60`, `nats_server_up{server_id="B",server_name="a"} 0x60`},
		[]string{`nats_server_up{server_id="A",server_name="a"} 1x60`, `nats_server_up{server_id="B",server_name="a"} 1x60`},
		"warning",
	},
	{
		"NatsMetaLeaderLost", "20m",
		[]string{`nats_jetstream_meta_leader_known{domain="hub",server_name="a"} 0x60`, `nats_jetstream_meta_leader_known{domain="hub",server_name="b"} 1x60`},
		[]string{`nats_jetstream_meta_leader_known{domain="hub",server_name="a"} 0x60`, `nats_jetstream_meta_leader_known{domain="hub",server_name="b"} 0x60`},
		"critical",
	},
	{
		"NatsServerDown", "20m",
		[]string{`nats_exporter_up 1 1 0x60`, `nats_server_up{server_id="B",server_name="b"} 1 1 _x60`}, // the exporter cannot ask
		[]string{`nats_exporter_up 1x60`, `nats_server_up{server_id="B",server_name="b"} 1 1 _x60`},
		"critical",
	},
	{
		"NatsServerDown", "20m",
		[]string{`nats_exporter_up 1x60`, `nats_server_up{server_id="B",server_name="b"} 1 1 0x60`, `nats_server_up{server_id="B2",server_name="b"} _ _ 1x60`}, // it is back
		[]string{`nats_exporter_up 1x60`, `nats_server_up{server_id="B",server_name="b"} 1 1 0x60`},
		"critical",
	},
	{
		"NatsCPU", "20m",
		[]string{`nats_server_cpu_usage_ratio{server_name="a"} 3.1x60`, `nats_server_cores{server_name="a"} 4x60`},
		[]string{`nats_server_cpu_usage_ratio{server_name="a"} 3.2x60`, `nats_server_cores{server_name="a"} 4x60`},
		"warning",
	},
	{
		"NatsStorageFull", "20m",
		[]string{`nats_jetstream_storage_used_bytes{server_name="a"} 99x60`, `nats_jetstream_storage_max_bytes{server_name="a"} 0x60`}, // no limit
		[]string{`nats_jetstream_storage_used_bytes{server_name="a"} 99x60`, `nats_jetstream_storage_max_bytes{server_name="a"} 100x60`},
		"critical",
	},
	{
		"NatsSlowConsumers", "10m",
		[]string{`nats_server_slow_consumers_total{kind="client"} 7x60`},
		[]string{`nats_server_slow_consumers_total{kind="client"} 7 7 7 7 7 7 7 7 8x60`},
		"warning",
	},
	{
		"NatsAuthErrors", "10m",
		[]string{`nats_events_auth_errors_total{server_name="a",reason="r"} 0 0 0 0 0 0 0 0 15x60`},
		[]string{`nats_events_auth_errors_total{server_name="a",reason="r"} 0 0 0 0 0 0 0 0 25x60`},
		"warning",
	},
	{
		"NatsAccountStorageFull", "20m",
		[]string{`nats_jetstream_account_storage_used_bytes{account="A",server_id="a"} 90x60`, `nats_jetstream_account_storage_used_bytes{account="A",server_id="b"} 90x60`, `nats_account_limit_jetstream_storage_bytes{account="A",tier=""} 100x60`, `nats_account_limit_jetstream_storage_bytes{account="A",tier="R3"} 10x60`},
		[]string{`nats_jetstream_account_storage_used_bytes{account="A",server_id="a"} 91x60`, `nats_account_limit_jetstream_storage_bytes{account="A",tier=""} 100x60`},
		"warning",
	},
	{
		"NatsAccountLeafsFull", "20m",
		[]string{`nats_account_leafnodes{account="A",server_id="a"} 4x60`, `nats_account_leafnodes{account="A",server_id="b"} 5x60`, `nats_account_limit_leafnodes{account="A"} 10x60`},
		[]string{`nats_account_leafnodes{account="A",server_id="a"} 5x60`, `nats_account_leafnodes{account="A",server_id="b"} 5x60`, `nats_account_limit_leafnodes{account="A"} 10x60`},
		"warning",
	},
	{
		"NatsLeafDown", "20m", // it connected to another server; and one whose server is known to be down
		[]string{fine, `nats_leaf_spoke{account="A",remote_name="edge",server_id="a"} 0 0 0 stale`, `nats_leaf_spoke{account="A",remote_name="edge",server_id="b"} _ _ _ 0x60`, `nats_leaf_spoke{account="A",remote_name="dead",server_id="a"} 0 0 0 stale`, `nats_server_missing{server_name="dead",reason="gone"} _ _ _ 1x60`, `nats_leaf_spoke{account="A",remote_name="hub-1",server_id="edge"} 1 1 1 stale`, `nats_leaf_spoke{account="A",remote_name="hub-2",server_id="edge"} _ _ _ 1x60`},
		[]string{fine, `nats_leaf_spoke{account="A",remote_name="edge",server_id="a"} 0 0 0 stale`, `nats_leaf_spoke{account="B",remote_name="edge",server_id="b"} _ _ _ 0x60`},
		"warning",
	},
	{
		"NatsBacklogGrows", "80m",
		[]string{
			`nats_jetstream_consumer_pending_messages{consumer="C"} 20000-1x120`, `nats_jetstream_consumer_pending_messages{consumer="D"} 900x120`, `nats_jetstream_consumer_delivered_consumer_sequence{consumer="C"} 1+1x120`, `nats_jetstream_consumer_delivered_consumer_sequence{consumer="D"} 1+1x120`,
			`nats_jetstream_consumer_pending_messages{consumer="unread"} 20000x120`, `nats_jetstream_consumer_delivered_consumer_sequence{consumer="unread"} 7x120`,
		},
		[]string{`nats_jetstream_consumer_pending_messages{consumer="C"} 20000x120`, `nats_jetstream_consumer_delivered_consumer_sequence{consumer="C"} 1+1x120`},
		"warning",
	},
	{
		"NatsStorageFillsUp", "200m",
		[]string{`nats_jetstream_storage_used_bytes{server_name="a"} 55+0.01x300`, `nats_jetstream_storage_max_bytes{server_name="a"} 100x300`, `nats_jetstream_storage_used_bytes{server_name="b"} 5+0.1x300`, `nats_jetstream_storage_max_bytes{server_name="b"} 100x300`, `nats_jetstream_storage_used_bytes{server_name="c"} 5+1x300`, `nats_jetstream_storage_max_bytes{server_name="c"} 0x300`},
		[]string{`nats_jetstream_storage_used_bytes{server_name="a"} 55+0.05x300`, `nats_jetstream_storage_max_bytes{server_name="a"} 100x300`},
		"warning",
	},
	{
		"NatsStreamFillsUp", "200m",
		[]string{`nats_jetstream_stream_bytes{stream="S"} 55+0.1x300`, `nats_jetstream_stream_limit_bytes{stream="S"} 100x300`, `nats_jetstream_stream_refuses_new{stream="S"} 0x300`}, // it drops old messages
		[]string{`nats_jetstream_stream_bytes{stream="S"} 55+0.1x300`, `nats_jetstream_stream_limit_bytes{stream="S"} 100x300`, `nats_jetstream_stream_refuses_new{stream="S"} 1x300`},
		"warning",
	},
	{
		"NatsAccountStorageFillsUp", "200m",
		[]string{`nats_jetstream_account_storage_used_bytes{account="A",server_id="a"} 55+0.01x300`, `nats_account_limit_jetstream_storage_bytes{account="A",tier=""} 100x300`},
		[]string{`nats_jetstream_account_storage_used_bytes{account="A",server_id="a"} 55+0.05x300`, `nats_account_limit_jetstream_storage_bytes{account="A",tier=""} 100x300`},
		"warning",
	},
	{
		"NatsElections", "20m",
		[]string{`nats_events_elections_total{account="A",asset="stream"} 0+1x60`},
		[]string{`nats_events_elections_total{account="A",asset="stream"} 0+3x60`},
		"warning",
	},
}

// An alert does not fire just short of its condition, and does with it.
func TestAlertsThatAreNear(t *testing.T) {
	var stories []scenario
	for _, s := range short {
		stories = append(stories, scenario{s.alert, s.calm, []look{silent(s.at, "")}}, scenario{s.alert, s.alarm, []look{firing(s.at, s.alert, "", s.alarmOfLevel)}})
	}
	runScenario(t, stories)
}
