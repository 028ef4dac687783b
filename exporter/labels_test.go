package exporter

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// labelRows has, for each kind of thing that has metrics, one of them with all
// its labels: text, or $ and the field that it comes from, or * for any.
const labelRows = `
nats_server_up cluster=the-cluster server_id=NID server_name=the-server
nats_server_info cluster=the-cluster domain=the-domain host=the-host server_id=NID server_name=the-server version=2.15.2
nats_server_slow_consumers_total cluster=the-cluster kind=client server_id=NID server_name=the-server
nats_jetstream_enabled cluster=the-cluster domain=the-domain server_id=NID server_name=the-server
nats_server_config_info cluster=the-cluster digest=$varz.config_digest server_id=NID server_name=the-server
nats_server_build_info cluster=the-cluster commit=$varz.git_commit go_version=$varz.go server_id=NID server_name=the-server
nats_server_http_requests_total cluster=the-cluster path=* server_id=NID server_name=the-server
nats_server_operator_expiry_timestamp_seconds cluster=the-cluster operator=$varz.trusted_operators_claim.name server_id=NID server_name=the-server
nats_raft_committed_index cluster=the-cluster group=_meta_ server_id=NID server_name=the-server
nats_core_info server_cluster=the-cluster server_id=NID server_name=the-server server_version=2.15.2
nats_core_start_time server_cluster=the-cluster server_id=NID server_name=the-server
nats_core_jetstream_info server_cluster=the-cluster server_domain=the-domain server_host=the-host server_id=NID server_jetstream=true server_name=the-server server_version=2.15.2
nats_core_jetstream_enabled cluster_name=the-cluster server_id=NID server_name=the-server
nats_core_jetstream_cluster_raft_group_replica_peer_active cluster_name=the-cluster peer=$statsz.jetstream.meta.replicas.name server_id=NID server_name=the-server
nats_core_jetstream_cluster_raft_group_info cluster_name=the-cluster jetstream_domain=the-domain leader=the-server raft_group=_meta_ server_id=NID server_name=the-server
nats_jetstream_meta_peer_current cluster=the-cluster domain=the-domain peer=$jsz.meta_cluster.replicas.name server_id=NID server_name=the-server
nats_route_sent_messages_total account=$routez.routes.account cluster=the-cluster remote_id=$routez.routes.remote_id remote_name=$routez.routes.remote_name rid=$routez.routes.rid server_id=NID server_name=the-server
nats_gateway_sent_messages_total cid=$gatewayz.in.connection.cid cluster=the-cluster direction=inbound remote_cluster=remote-cluster remote_id=$gatewayz.in.connection.name server_id=NID server_name=the-server
nats_gateway_sent_messages_total cid=$gatewayz.out.connection.cid cluster=the-cluster direction=outbound remote_cluster=remote-cluster remote_id=$gatewayz.out.connection.name server_id=NID server_name=the-server
nats_gateway_connected cluster=the-cluster remote_cluster=remote-cluster server_id=NID server_name=the-server
nats_leaf_sent_messages_total account=$leafz.leafs.account cluster=the-cluster lid=$leafz.leafs.id remote_name=$leafz.leafs.name server_id=NID server_name=the-server
nats_core_route_sent_msg_count server_cluster=the-cluster server_id=NID server_name=the-server server_route_name=$statsz.routes.name server_route_name_id=$statsz.routes.rid
nats_core_gateway_sent_msgs_count server_cluster=the-cluster server_gateway_name=$statsz.gateways.name server_gateway_name_id=$statsz.gateways.gwid server_id=NID server_name=the-server
nats_core_gatewayz_outbound_gateway_configured cid=$gatewayz.out.connection.cid gateway_id=$gatewayz.out.connection.name gateway_name=$gatewayz.name remote_gateway_name=remote-cluster server_id=NID server_name=the-server
nats_core_gatewayz_inbound_gateway_configured cid=$gatewayz.in.connection.cid gateway_id=$gatewayz.in.connection.name gateway_name=$gatewayz.name remote_gateway_name=remote-cluster server_id=NID server_name=the-server
nats_account_expired account=$account.acc account_name=the-account
nats_account_limit_jetstream_memory_bytes account=$account.acc account_name=the-account tier=
nats_account_connections account=$account.acc account_name=$account.name cluster=the-cluster server_id=NID server_name=the-server
nats_account_link_sent_messages_total account=$account.acc account_name=$account.name cluster=the-cluster kind=gateway server_id=NID server_name=the-server
nats_jetstream_account_memory_used_bytes account=$js_account.id account_name=$js_account.name cluster=the-cluster domain=the-domain server_id=NID server_name=the-server
nats_core_account_conn_count account=$account.acc account_name=$account.name server_cluster=the-cluster server_id=NID server_name=the-server
nats_core_account_jetstream_enabled account=$account.acc account_name=$account.name
nats_core_account_jetstream_enabled account=$js_account.id account_name=$js_account.name
nats_core_account_jetstream_tiered_memory_used account=$js_account.id account_name=$js_account.name tier=*
nats_jetstream_stream_messages account=$js_account.id account_name=$js_account.name cluster=the-cluster domain=the-domain server_id=NID server_name=the-server stream=$stream.name
nats_jetstream_stream_replica_current account=$js_account.id account_name=$js_account.name cluster=the-cluster domain=the-domain peer=$stream.cluster.replicas.name server_id=NID server_name=the-server stream=$stream.name
nats_jetstream_stream_origin_lag account=$js_account.id account_name=$js_account.name cluster=the-cluster domain=the-domain n=0 origin=$stream.mirror.name origin_api=$stream.mirror.external.api role=mirror server_id=NID server_name=the-server stream=$stream.name
nats_jetstream_stream_origin_lag account=$js_account.id account_name=$js_account.name cluster=the-cluster domain=the-domain n=0 origin=$stream.sources.name origin_api=$stream.sources.external.api role=source server_id=NID server_name=the-server stream=$stream.name
nats_stream_total_messages account=$js_account.id account_name=$js_account.name cluster_name=the-cluster raft_group=$stream.stream_raft_group server_id=NID server_name=the-server stream=$stream.name stream_leader=the-server
nats_core_account_jetstream_consumer_count account=$js_account.id account_name=$js_account.name jetstream_domain=the-domain raft_group=$stream.stream_raft_group stream=$stream.name
nats_jetstream_consumer_pending_messages account=$js_account.id account_name=$js_account.name cluster=the-cluster consumer=$consumer.name domain=the-domain server_id=NID server_name=the-server stream=$stream.name
nats_consumer_delivered_consumer_seq account=$js_account.id account_name=$js_account.name cluster_name=the-cluster consumer_leader=the-server consumer_name=$consumer.name raft_group=$consumer.cluster.raft_group server_id=NID server_name=the-server stream=$stream.name stream_leader=the-server
nats_connections account=$connz.connections.account cluster=the-cluster kind=$connz.connections.type lang=$connz.connections.lang server_id=NID server_name=the-server
nats_server_queue_pending cluster=the-cluster queue=(other) server_id=NID server_name=the-server
nats_server_queue_pending cluster=the-cluster queue=the-queue server_id=NID server_name=the-server
gnatsd_varz_proto server_id=NID server_name=the-server
gnatsd_varz_server_id server_id=NID server_name=the-server value=$varz.server_id
gnatsd_varz_server_name server_id=NID server_name=the-server value=$varz.server_name
gnatsd_varz_version server_id=NID server_name=the-server value=$varz.version
gnatsd_varz_cluster_name server_id=NID server_name=the-server value=$varz.cluster.name
gnatsd_varz_jetstream_config_domain server_id=NID server_name=the-server value=$varz.jetstream.config.domain
gnatsd_varz_jetstream_meta_name server_id=NID server_name=the-server value=$varz.jetstream.meta.name
gnatsd_varz_jetstream_meta_leader server_id=NID server_name=the-server value=$varz.jetstream.meta.leader
gnatsd_healthz_status_value server_id=NID server_name=the-server value=ok
gnatsd_accstatz_current_connections account=$account.name account_id=$account.acc account_name=$account.name server_id=NID server_name=the-server
gnatsd_accountz_client_connections account_id=$account.acc account_name=$account.name server_id=NID server_name=the-server
gnatsd_gatewayz_outbound_gateway_configured cid=$gatewayz.out.connection.cid gateway_name=$gatewayz.name remote_gateway_name=remote-cluster server_id=NID server_name=the-server
gnatsd_gatewayz_inbound_gateway_configured cid=$gatewayz.in.connection.cid gateway_name=$gatewayz.name remote_gateway_name=remote-cluster server_id=NID server_name=the-server
gnatsd_leafz_info account=$leafz.leafs.account account_id=$leafz.leafs.account ip=$leafz.leafs.ip name=$leafz.leafs.name port=$leafz.leafs.port server_id=NID server_name=the-server
jetstream_server_jetstream_disabled cluster=the-cluster domain=the-domain is_meta_leader=true meta_leader=the-server server_id=NID server_name=the-server
jetstream_account_max_memory account=$js_account.name account_id=$js_account.id account_name=$js_account.name cluster=the-cluster domain=the-domain is_meta_leader=true meta_leader=the-server server_id=NID server_name=the-server
jetstream_stream_total_messages account=$js_account.name account_id=$js_account.id account_name=$js_account.name cluster=the-cluster cluster_name=the-cluster domain=the-domain is_meta_leader=true is_stream_leader=true meta_leader=the-server raft_group=$stream.stream_raft_group server_id=NID server_name=the-server stream=$stream.name stream_leader=the-server stream_name=$stream.name stream_raft_group=$stream.stream_raft_group
jetstream_stream_source_lag account=$js_account.name account_id=$js_account.id account_name=$js_account.name cluster=the-cluster cluster_name=the-cluster domain=the-domain is_meta_leader=true is_stream_leader=true meta_leader=the-server raft_group=$stream.stream_raft_group server_id=NID server_name=the-server source_api=$stream.sources.external.api source_deliver=$stream.sources.external.deliver source_name=$stream.sources.name stream=$stream.name stream_leader=the-server stream_name=$stream.name stream_raft_group=$stream.stream_raft_group
jetstream_stream_mirror_lag account=$js_account.name account_id=$js_account.id account_name=$js_account.name cluster=the-cluster cluster_name=the-cluster domain=the-domain is_meta_leader=true is_stream_leader=true meta_leader=the-server mirror_api=$stream.mirror.external.api mirror_deliver=$stream.mirror.external.deliver mirror_name=$stream.mirror.name raft_group=$stream.stream_raft_group server_id=NID server_name=the-server stream=$stream.name stream_leader=the-server stream_name=$stream.name stream_raft_group=$stream.stream_raft_group
jetstream_consumer_delivered_consumer_seq account=$js_account.name account_id=$js_account.id account_name=$js_account.name cluster=the-cluster cluster_name=the-cluster consumer_desc=$consumer.config.description consumer_leader=the-server consumer_name=$consumer.name domain=the-domain is_consumer_leader=true is_meta_leader=true is_stream_leader=true meta_leader=the-server raft_group=$consumer.cluster.raft_group server_id=NID server_name=the-server stream=$stream.name stream_leader=the-server stream_name=$stream.name stream_raft_group=$stream.stream_raft_group
`

// shortcuts abbreviate the longest paths of labelRows.
var shortcuts = strings.NewReplacer(
	"$consumer.", "jsz.account_details.stream_detail.consumer_detail.", "$stream.", "jsz.account_details.stream_detail.",
	"$js_account.", "jsz.account_details.", "$account.", "account_statz.account_statz.", "$", "",
)

// Every label holds what its name says.
func TestLabelsHoldTheirFields(t *testing.T) {
	at := fill().at
	series := renderFilled(t, nil)
	for line := range strings.Lines(strings.TrimSpace(labelRows)) {
		words := strings.Fields(line)
		want := map[string]string{}
		for _, label := range words[1:] {
			name, value, _ := strings.Cut(label, "=")
			if strings.HasPrefix(value, "$") {
				value = textOfField(at[shortcuts.Replace(value)])
			}
			want[name] = value
		}
		if all := labelsOf(series, words[0]); !slices.ContainsFunc(all, func(have map[string]string) bool { return sameLabels(have, want) }) {
			t.Errorf("%s: %v, want %v", words[0], all, want)
		}
	}
}

func sameLabels(have, want map[string]string) bool {
	return maps.EqualFunc(have, want, func(a, b string) bool { return a == b || b == "*" })
}

// labelsOf returns the labels of every series of a metric.
func labelsOf(series map[string]float64, name string) (all []map[string]string) {
	for key := range series {
		family, rest, _ := strings.Cut(strings.TrimSuffix(key, "}"), "{")
		if family != name {
			continue
		}
		labels := map[string]string{}
		for label := range strings.SplitSeq(rest, ",") {
			k, v, _ := strings.Cut(label, "=")
			labels[k] = v
		}
		all = append(all, labels)
	}
	return all
}

func textOfField(v reflect.Value) string {
	if !v.IsValid() {
		return "no such field"
	}
	return fmt.Sprint(v.Interface())
}
