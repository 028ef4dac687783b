package exporter

import (
	"context"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/internal/fleet"
)

// fieldRows says which metrics show which field of the wire: the path of JSON
// keys, and how it is shown if not as it is: @seconds of nanoseconds, @unix and
// @nano of a time, @age until noon, @since:PATH until another time, @percent as a
// ratio, @rtt of a duration in words.
const fieldRows = `
account_statz.account_statz.conns gnatsd_accountz_client_connections gnatsd_accstatz_current_connections nats_account_connections nats_core_account_conn_count
account_statz.account_statz.leafnodes gnatsd_accountz_leafnode_connections gnatsd_accstatz_leaf_nodes nats_account_leafnodes nats_core_account_leaf_count
account_statz.account_statz.num_subscriptions gnatsd_accountz_subscriptions gnatsd_accstatz_subscriptions nats_account_subscriptions nats_core_account_sub_count
account_statz.account_statz.received.bytes gnatsd_accstatz_received_bytes nats_account_received_bytes_total nats_core_account_bytes_recv
account_statz.account_statz.received.gateways.bytes nats_account_link_received_bytes_total{kind=gateway} nats_core_account_gateway_bytes_recv
account_statz.account_statz.received.gateways.msgs nats_account_link_received_messages_total{kind=gateway} nats_core_account_gateway_msgs_recv
account_statz.account_statz.received.leafs.bytes nats_account_link_received_bytes_total{kind=leaf} nats_core_account_leaf_bytes_recv
account_statz.account_statz.received.leafs.msgs nats_account_link_received_messages_total{kind=leaf} nats_core_account_leaf_msgs_recv
account_statz.account_statz.received.msgs gnatsd_accstatz_received_messages nats_account_received_messages_total nats_core_account_msgs_recv
account_statz.account_statz.received.routes.bytes nats_account_link_received_bytes_total{kind=route} nats_core_account_route_bytes_recv
account_statz.account_statz.received.routes.msgs nats_account_link_received_messages_total{kind=route} nats_core_account_route_msgs_recv
account_statz.account_statz.sent.bytes gnatsd_accstatz_sent_bytes nats_account_sent_bytes_total nats_core_account_bytes_sent
account_statz.account_statz.sent.gateways.bytes nats_account_link_sent_bytes_total{kind=gateway} nats_core_account_gateway_bytes_sent
account_statz.account_statz.sent.gateways.msgs nats_account_link_sent_messages_total{kind=gateway} nats_core_account_gateway_msgs_sent
account_statz.account_statz.sent.leafs.bytes nats_account_link_sent_bytes_total{kind=leaf} nats_core_account_leaf_bytes_sent
account_statz.account_statz.sent.leafs.msgs nats_account_link_sent_messages_total{kind=leaf} nats_core_account_leaf_msgs_sent
account_statz.account_statz.sent.msgs gnatsd_accstatz_sent_messages nats_account_sent_messages_total nats_core_account_msgs_sent
account_statz.account_statz.sent.routes.bytes nats_account_link_sent_bytes_total{kind=route} nats_core_account_route_bytes_sent
account_statz.account_statz.sent.routes.msgs nats_account_link_sent_messages_total{kind=route} nats_core_account_route_msgs_sent
account_statz.account_statz.slow_consumers gnatsd_accstatz_slow_consumers nats_account_slow_consumers_total nats_core_account_slow_consumer_count
account_statz.account_statz.total_conns gnatsd_accstatz_total_connections nats_core_account_total_conn_count
claims.exp nats_account_expiry_timestamp_seconds
claims.iat nats_account_issued_timestamp_seconds
claims.nats.limits.conn gnatsd_accountz_limit_conn nats_account_limit_connections
claims.nats.limits.consumer nats_account_limit_jetstream_consumers
claims.nats.limits.data gnatsd_accountz_limit_data
claims.nats.limits.disk_storage nats_account_limit_jetstream_storage_bytes
claims.nats.limits.exports gnatsd_accountz_limit_exports nats_account_limit_exports
claims.nats.limits.imports gnatsd_accountz_limit_imports nats_account_limit_imports
claims.nats.limits.leaf gnatsd_accountz_limit_leaf nats_account_limit_leafnodes
claims.nats.limits.mem_storage nats_account_limit_jetstream_memory_bytes
claims.nats.limits.payload gnatsd_accountz_limit_payload nats_account_limit_payload_bytes
claims.nats.limits.streams nats_account_limit_jetstream_streams
claims.nats.limits.subs gnatsd_accountz_limit_subs nats_account_limit_subscriptions
connz.connections.in_bytes gnatsd_connz_in_bytes
connz.connections.in_msgs gnatsd_connz_in_msgs
connz.connections.out_bytes gnatsd_connz_out_bytes
connz.connections.out_msgs gnatsd_connz_out_msgs
connz.connections.pending_bytes gnatsd_connz_pending_bytes nats_connections_pending_bytes
connz.connections.rtt@rtt nats_connections_rtt_max_seconds
connz.connections.subscriptions gnatsd_connz_subscriptions nats_connections_subscriptions
connz.total gnatsd_connz_total
gatewayz.in.connection.in_bytes gnatsd_gatewayz_inbound_gateway_conn_in_bytes nats_core_gatewayz_inbound_gateway_conn_in_bytes nats_gateway_received_bytes_total{direction=inbound}
gatewayz.in.connection.in_msgs gnatsd_gatewayz_inbound_gateway_conn_in_msgs nats_core_gatewayz_inbound_gateway_conn_in_msgs nats_gateway_received_messages_total{direction=inbound}
gatewayz.in.connection.last_activity@since:gatewayz.now nats_gateway_idle_seconds{direction=inbound} nats_core_gatewayz_inbound_gateway_conn_idle_seconds gnatsd_gatewayz_inbound_gateway_conn_idle_seconds
gatewayz.in.connection.last_activity@unix gnatsd_gatewayz_inbound_gateway_conn_last_activity_seconds nats_core_gatewayz_inbound_gateway_conn_last_activity_seconds
gatewayz.in.connection.out_bytes gnatsd_gatewayz_inbound_gateway_conn_out_bytes nats_core_gatewayz_inbound_gateway_conn_out_bytes nats_gateway_sent_bytes_total{direction=inbound}
gatewayz.in.connection.out_msgs gnatsd_gatewayz_inbound_gateway_conn_out_msgs nats_core_gatewayz_inbound_gateway_conn_out_msgs nats_gateway_sent_messages_total{direction=inbound}
gatewayz.in.connection.pending_bytes gnatsd_gatewayz_inbound_gateway_conn_pending_bytes nats_core_gatewayz_inbound_gateway_conn_pending_bytes nats_gateway_pending_bytes{direction=inbound}
gatewayz.in.connection.rtt@rtt nats_gateway_rtt_seconds{direction=inbound} nats_core_gatewayz_inbound_gateway_conn_rtt gnatsd_gatewayz_inbound_gateway_conn_rtt
gatewayz.in.connection.start@since:gatewayz.now nats_gateway_uptime_seconds{direction=inbound} nats_core_gatewayz_inbound_gateway_conn_uptime_seconds gnatsd_gatewayz_inbound_gateway_conn_uptime_seconds
gatewayz.in.connection.start@unix gnatsd_gatewayz_inbound_gateway_conn_start_time_seconds nats_core_gatewayz_inbound_gateway_conn_start_time_seconds
gatewayz.in.connection.subscriptions gnatsd_gatewayz_inbound_gateway_conn_subscriptions nats_core_gatewayz_inbound_gateway_conn_subscriptions nats_gateway_subscriptions{direction=inbound}
gatewayz.out.connection.in_bytes gnatsd_gatewayz_outbound_gateway_conn_in_bytes nats_core_gatewayz_outbound_gateway_conn_in_bytes nats_gateway_received_bytes_total{direction=outbound}
gatewayz.out.connection.in_msgs gnatsd_gatewayz_outbound_gateway_conn_in_msgs nats_core_gatewayz_outbound_gateway_conn_in_msgs nats_gateway_received_messages_total{direction=outbound}
gatewayz.out.connection.last_activity@since:gatewayz.now nats_gateway_idle_seconds{direction=outbound} nats_core_gatewayz_outbound_gateway_conn_idle_seconds gnatsd_gatewayz_outbound_gateway_conn_idle_seconds
gatewayz.out.connection.last_activity@unix gnatsd_gatewayz_outbound_gateway_conn_last_activity_seconds nats_core_gatewayz_outbound_gateway_conn_last_activity_seconds
gatewayz.out.connection.out_bytes gnatsd_gatewayz_outbound_gateway_conn_out_bytes nats_core_gatewayz_outbound_gateway_conn_out_bytes nats_gateway_sent_bytes_total{direction=outbound}
gatewayz.out.connection.out_msgs gnatsd_gatewayz_outbound_gateway_conn_out_msgs nats_core_gatewayz_outbound_gateway_conn_out_msgs nats_gateway_sent_messages_total{direction=outbound}
gatewayz.out.connection.pending_bytes gnatsd_gatewayz_outbound_gateway_conn_pending_bytes nats_core_gatewayz_outbound_gateway_conn_pending_bytes nats_gateway_pending_bytes{direction=outbound}
gatewayz.out.connection.rtt@rtt nats_gateway_rtt_seconds{direction=outbound} nats_core_gatewayz_outbound_gateway_conn_rtt gnatsd_gatewayz_outbound_gateway_conn_rtt
gatewayz.out.connection.start@since:gatewayz.now nats_gateway_uptime_seconds{direction=outbound} nats_core_gatewayz_outbound_gateway_conn_uptime_seconds gnatsd_gatewayz_outbound_gateway_conn_uptime_seconds
gatewayz.out.connection.start@unix gnatsd_gatewayz_outbound_gateway_conn_start_time_seconds nats_core_gatewayz_outbound_gateway_conn_start_time_seconds
gatewayz.out.connection.subscriptions gnatsd_gatewayz_outbound_gateway_conn_subscriptions nats_core_gatewayz_outbound_gateway_conn_subscriptions nats_gateway_subscriptions{direction=outbound}
healthz.status_code nats_server_health_status_code
jsz.account_details.api.errors nats_jetstream_account_api_errors_total
jsz.account_details.api.total nats_jetstream_account_api_requests_total
jsz.account_details.memory jetstream_account_memory_used nats_core_account_jetstream_memory_used nats_jetstream_account_memory_used_bytes
jsz.account_details.reserved_memory jetstream_account_max_memory nats_core_account_jetstream_memory_reserved nats_jetstream_account_memory_reserved_bytes
jsz.account_details.reserved_storage jetstream_account_max_storage nats_core_account_jetstream_storage_reserved nats_jetstream_account_storage_reserved_bytes
jsz.account_details.storage jetstream_account_storage_used nats_core_account_jetstream_storage_used nats_jetstream_account_storage_used_bytes
jsz.account_details.stream_detail.cluster.replicas.active@seconds nats_jetstream_stream_replica_seen_seconds
jsz.account_details.stream_detail.cluster.replicas.lag nats_jetstream_stream_replica_lag
jsz.account_details.stream_detail.config.max_age@seconds nats_jetstream_stream_limit_age_seconds
jsz.account_details.stream_detail.config.max_bytes jetstream_stream_limit_bytes nats_core_account_jetstream_tiered_storage_reserved nats_jetstream_stream_limit_bytes
jsz.account_details.stream_detail.config.max_consumers nats_jetstream_stream_limit_consumers
jsz.account_details.stream_detail.config.max_msgs jetstream_stream_limit_messages nats_jetstream_stream_limit_messages
jsz.account_details.stream_detail.config.num_replicas nats_core_account_jetstream_replica_count nats_jetstream_stream_replicas
jsz.account_details.stream_detail.consumer_detail.ack_floor.consumer_seq jetstream_consumer_ack_floor_consumer_seq nats_consumer_ack_floor_consumer_seq nats_jetstream_consumer_ack_floor_consumer_sequence
jsz.account_details.stream_detail.consumer_detail.ack_floor.last_active@since:jsz.account_details.stream_detail.consumer_detail.ts jetstream_consumer_last_ack_seconds
jsz.account_details.stream_detail.consumer_detail.ack_floor.last_active@unix nats_jetstream_consumer_ack_timestamp_seconds
jsz.account_details.stream_detail.consumer_detail.ack_floor.stream_seq jetstream_consumer_ack_floor_stream_seq nats_consumer_ack_floor_stream_seq nats_jetstream_consumer_ack_floor_stream_sequence
jsz.account_details.stream_detail.consumer_detail.config.max_ack_pending nats_jetstream_consumer_limit_ack_pending_messages
jsz.account_details.stream_detail.consumer_detail.delivered.consumer_seq jetstream_consumer_delivered_consumer_seq nats_consumer_delivered_consumer_seq nats_jetstream_consumer_delivered_consumer_sequence
jsz.account_details.stream_detail.consumer_detail.delivered.last_active@since:jsz.account_details.stream_detail.consumer_detail.ts jetstream_consumer_last_delivery_seconds
jsz.account_details.stream_detail.consumer_detail.delivered.last_active@unix nats_jetstream_consumer_delivered_timestamp_seconds
jsz.account_details.stream_detail.consumer_detail.delivered.stream_seq jetstream_consumer_delivered_stream_seq nats_consumer_delivered_stream_seq nats_jetstream_consumer_delivered_stream_sequence
jsz.account_details.stream_detail.consumer_detail.num_ack_pending jetstream_consumer_num_ack_pending nats_consumer_num_ack_pending nats_jetstream_consumer_ack_pending_messages
jsz.account_details.stream_detail.consumer_detail.num_pending jetstream_consumer_num_pending nats_consumer_num_pending nats_jetstream_consumer_pending_messages
jsz.account_details.stream_detail.consumer_detail.num_redelivered jetstream_consumer_num_redelivered nats_consumer_num_redelivered nats_jetstream_consumer_redelivered_messages
jsz.account_details.stream_detail.consumer_detail.num_waiting jetstream_consumer_num_waiting nats_consumer_num_waiting nats_jetstream_consumer_waiting_requests
jsz.account_details.stream_detail.created@unix nats_jetstream_stream_created_timestamp_seconds
jsz.account_details.stream_detail.mirror.active jetstream_stream_mirror_active_duration_ns
jsz.account_details.stream_detail.mirror.active@seconds nats_jetstream_stream_origin_idle_seconds{role=mirror}
jsz.account_details.stream_detail.mirror.lag jetstream_stream_mirror_lag nats_jetstream_stream_origin_lag{role=mirror}
jsz.account_details.stream_detail.sources.active jetstream_stream_source_active_duration_ns
jsz.account_details.stream_detail.sources.active@seconds nats_jetstream_stream_origin_idle_seconds{role=source}
jsz.account_details.stream_detail.sources.lag jetstream_stream_source_lag nats_jetstream_stream_origin_lag{role=source}
jsz.account_details.stream_detail.state.bytes jetstream_stream_total_bytes nats_core_account_jetstream_tiered_storage_used nats_jetstream_stream_bytes nats_stream_total_bytes
jsz.account_details.stream_detail.state.consumer_count jetstream_stream_consumer_count nats_core_account_jetstream_consumer_count nats_jetstream_stream_consumers nats_stream_consumer_count
jsz.account_details.stream_detail.state.first_seq jetstream_stream_first_seq nats_jetstream_stream_first_sequence nats_stream_first_seq
jsz.account_details.stream_detail.state.first_ts@unix nats_jetstream_stream_first_timestamp_seconds
jsz.account_details.stream_detail.state.last_seq jetstream_stream_last_seq nats_jetstream_stream_last_sequence nats_stream_last_seq
jsz.account_details.stream_detail.state.last_ts@unix nats_jetstream_stream_last_timestamp_seconds
jsz.account_details.stream_detail.state.messages jetstream_stream_total_messages nats_jetstream_stream_messages nats_stream_total_messages
jsz.account_details.stream_detail.state.num_deleted nats_jetstream_stream_deleted_messages
jsz.account_details.stream_detail.state.num_subjects jetstream_stream_subject_count nats_jetstream_stream_subjects nats_stream_subject_count
jsz.accounts nats_jetstream_accounts
jsz.api.errors nats_jetstream_api_errors_total
jsz.api.inflight nats_jetstream_api_inflight
jsz.api.level nats_jetstream_api_level
jsz.api.total nats_jetstream_api_requests_total
jsz.bytes jetstream_server_total_message_bytes nats_core_jetstream_server_total_message_bytes nats_jetstream_bytes
jsz.config.max_memory jetstream_server_max_memory nats_core_jetstream_server_max_memory nats_jetstream_memory_max_bytes
jsz.config.max_storage jetstream_server_max_storage nats_core_jetstream_server_max_storage nats_jetstream_storage_max_bytes
jsz.consumers jetstream_server_total_consumers nats_core_jetstream_server_total_consumers nats_jetstream_consumers
jsz.consumers_leader nats_core_jetstream_server_total_consumer_leaders nats_jetstream_consumers_led
jsz.ha_assets nats_jetstream_ha_assets
jsz.memory nats_jetstream_memory_used_bytes
jsz.messages jetstream_server_total_messages nats_core_jetstream_server_total_messages nats_jetstream_messages
jsz.meta_cluster.cluster_size nats_jetstream_meta_peers
jsz.meta_cluster.pending nats_jetstream_meta_pending
jsz.meta_cluster.quorum_needed nats_jetstream_meta_quorum_needed
jsz.meta_cluster.replicas.active@seconds nats_jetstream_meta_peer_seen_seconds
jsz.meta_cluster.replicas.lag nats_jetstream_meta_peer_lag
jsz.meta_cluster.snapshot.last_duration@seconds nats_core_jetstream_meta_snapshot_last_duration_seconds nats_jetstream_meta_snapshot_duration_seconds
jsz.meta_cluster.snapshot.last_time@unix nats_core_jetstream_meta_snapshot_last_timestamp_seconds nats_jetstream_meta_snapshot_timestamp_seconds
jsz.meta_cluster.snapshot.pending_entries nats_core_jetstream_meta_snapshot_pending_entries nats_jetstream_meta_snapshot_pending_entries
jsz.meta_cluster.snapshot.pending_size nats_core_jetstream_meta_snapshot_pending_bytes nats_jetstream_meta_snapshot_pending_bytes
jsz.reserved_memory nats_jetstream_memory_reserved_bytes
jsz.reserved_storage nats_jetstream_storage_reserved_bytes
jsz.storage nats_jetstream_storage_used_bytes
jsz.streams jetstream_server_total_streams nats_core_jetstream_server_total_streams nats_jetstream_streams
jsz.streams_leader nats_core_jetstream_server_total_stream_leaders nats_jetstream_streams_led
leafz.leafnodes gnatsd_leafz_conn_nodes_total
leafz.leafs.in_bytes gnatsd_leafz_conn_in_bytes nats_leaf_received_bytes_total
leafz.leafs.in_msgs gnatsd_leafz_conn_in_msgs nats_leaf_received_messages_total
leafz.leafs.out_bytes gnatsd_leafz_conn_out_bytes nats_leaf_sent_bytes_total
leafz.leafs.out_msgs gnatsd_leafz_conn_out_msgs nats_leaf_sent_messages_total
leafz.leafs.rtt@rtt nats_leaf_rtt_seconds gnatsd_leafz_conn_rtt
leafz.leafs.subscriptions gnatsd_leafz_conn_subscriptions_total nats_leaf_subscriptions
raftz.applied nats_core_raftz_meta_applied nats_raft_applied_index
raftz.committed nats_core_raftz_meta_committed nats_raft_committed_index
raftz.ipq_apply_len nats_raft_apply_queue
raftz.ipq_proposal_len nats_raft_proposal_queue
raftz.overrun_count nats_raft_overruns_total
raftz.pindex nats_core_raftz_meta_pindex nats_raft_log_index
raftz.term nats_raft_term
raftz.wal.bytes nats_raft_wal_bytes
routez.num_routes gnatsd_routez_num_routes
routez.routes.in_bytes nats_route_received_bytes_total
routez.routes.in_msgs nats_route_received_messages_total
routez.routes.last_activity@since:routez.now nats_route_idle_seconds
routez.routes.out_bytes nats_route_sent_bytes_total
routez.routes.out_msgs nats_route_sent_messages_total
routez.routes.pending_size nats_route_pending_bytes
routez.routes.rtt@rtt nats_route_rtt_seconds
routez.routes.start@since:routez.now nats_route_uptime_seconds
routez.routes.subscriptions nats_route_subscriptions
statsz.active_accounts nats_core_active_account_count nats_server_active_accounts
statsz.active_servers nats_server_known_servers
statsz.connections nats_core_connection_count nats_server_connections
statsz.cores nats_core_core_count nats_server_cores
statsz.cpu nats_core_cpu_percentage
statsz.cpu@percent nats_server_cpu_usage_ratio
statsz.gateways.inbound_connections nats_core_gateway_inbound_msg_count
statsz.gateways.received.bytes nats_core_gateway_recv_bytes
statsz.gateways.received.msgs nats_core_gateway_recv_msg_count
statsz.gateways.sent.bytes nats_core_gateway_sent_bytes
statsz.gateways.sent.msgs nats_core_gateway_sent_msgs_count
statsz.gomaxprocs nats_server_gomaxprocs
statsz.gomemlimit nats_core_go_memlimit_bytes nats_server_memory_limit_bytes
statsz.jetstream.config.max_memory nats_core_jetstream_memstore_size_bytes
statsz.jetstream.config.max_storage nats_core_jetstream_filestore_size_bytes
statsz.jetstream.meta.cluster_size nats_core_jetstream_cluster_raft_group_size
statsz.jetstream.meta.pending nats_core_jetstream_api_pending
statsz.jetstream.meta.replicas.active nats_core_jetstream_cluster_raft_group_replica_peer_active
statsz.jetstream.stats.accounts nats_core_jetstream_accounts
statsz.jetstream.stats.api.errors nats_core_jetstream_api_errors
statsz.jetstream.stats.api.total nats_core_jetstream_api_requests
statsz.jetstream.stats.ha_assets nats_core_jetstream_ha_assets
statsz.jetstream.stats.memory nats_core_jetstream_memstore_reserved_used_bytes nats_core_jetstream_memstore_used_bytes
statsz.jetstream.stats.reserved_memory nats_core_jetstream_memstore_reserved_bytes
statsz.jetstream.stats.reserved_storage nats_core_jetstream_filestore_reserved_bytes
statsz.jetstream.stats.storage nats_core_jetstream_filestore_reserved_used_bytes nats_core_jetstream_filestore_used_bytes
statsz.mem nats_core_mem_bytes nats_server_memory_bytes
statsz.received.bytes nats_core_recv_bytes nats_server_received_bytes_total
statsz.received.msgs nats_core_recv_msgs_count nats_server_received_messages_total
statsz.routes.pending nats_core_route_pending_bytes
statsz.routes.received.bytes nats_core_route_recv_bytes
statsz.routes.received.msgs nats_core_route_recv_msg_count
statsz.routes.sent.bytes nats_core_route_sent_bytes
statsz.routes.sent.msgs nats_core_route_sent_msg_count
statsz.sent.bytes nats_core_sent_bytes nats_server_sent_bytes_total
statsz.sent.msgs nats_core_sent_msgs_count nats_server_sent_messages_total
statsz.slow_consumer_stats.clients nats_server_slow_consumers_total{kind=client}
statsz.slow_consumer_stats.gateways nats_server_slow_consumers_total{kind=gateway}
statsz.slow_consumer_stats.leafs nats_server_slow_consumers_total{kind=leaf}
statsz.slow_consumer_stats.routes nats_server_slow_consumers_total{kind=route}
statsz.slow_consumers nats_core_slow_consumer_count
statsz.stale_connection_stats.clients nats_server_stale_connections_total{kind=client}
statsz.stale_connection_stats.gateways nats_server_stale_connections_total{kind=gateway}
statsz.stale_connection_stats.leafs nats_server_stale_connections_total{kind=leaf}
statsz.stale_connection_stats.routes nats_server_stale_connections_total{kind=route}
statsz.stalled_clients nats_server_stalled_clients_total
statsz.start@age nats_core_uptime nats_server_uptime_seconds
statsz.start@nano nats_core_start_time
statsz.start@unix nats_server_start_time_seconds
statsz.subscriptions nats_core_subs_count nats_server_subscriptions
statsz.total_connections nats_core_total_connection_count nats_server_connections_opened_total
subsz.cache_hit_rate nats_server_subscription_cache_hit_ratio
subsz.max_fanout nats_server_subscription_fanout_max
subsz.num_cache nats_server_subscription_cache_entries
subsz.num_inserts nats_server_subscription_inserts_total
subsz.num_matches nats_server_subscription_matches_total
subsz.num_removes nats_server_subscription_removes_total
varz.cluster.tls_cert_not_after@unix nats_server_certificate_expiry_timestamp_seconds{listener=cluster}
varz.config_load_time@unix nats_server_config_load_time_seconds
varz.disk_io_wait_stats.max_wait_time@seconds nats_server_disk_io_wait_max_seconds
varz.disk_io_wait_stats.wait_time@seconds nats_server_disk_io_wait_seconds_total
varz.disk_io_wait_stats.waiters nats_server_disk_io_waiters
varz.disk_io_wait_stats.waits nats_server_disk_io_waits_total
varz.gateway.tls_cert_not_after@unix nats_server_certificate_expiry_timestamp_seconds{listener=gateway}
varz.http_req_stats nats_server_http_requests_total
varz.leaf.tls_cert_not_after@unix nats_server_certificate_expiry_timestamp_seconds{listener=leaf}
varz.leafnodes nats_server_leafnodes
varz.max_connections nats_server_max_connections
varz.max_payload nats_server_max_payload_bytes
varz.max_pending nats_server_max_pending_bytes
varz.max_subscriptions nats_server_max_subscriptions
varz.mqtt.tls_cert_not_after@unix nats_server_certificate_expiry_timestamp_seconds{listener=mqtt}
varz.pinned_account_fails nats_server_pinned_account_failures_total
varz.remotes nats_server_routes_configured
varz.tls_cert_not_after@unix nats_server_certificate_expiry_timestamp_seconds{listener=client}
varz.trusted_operators_claim.exp nats_server_operator_expiry_timestamp_seconds
varz.websocket.tls_cert_not_after@unix nats_server_certificate_expiry_timestamp_seconds{listener=websocket}
varz.write_deadline@seconds nats_server_write_deadline_seconds
`

// renderFilled renders the filled fleet with all names and all collectors, after
// a change.
func renderFilled(t *testing.T, change func(*filled)) map[string]float64 {
	t.Helper()
	f := fill()
	if change != nil {
		change(f)
	}
	f.snap.Finish() // as who builds a snapshot does
	e := exporterOf(t, f.snap, everything(), WithExporterNames(""), WithReplicas(true))
	e.claims = func(context.Context, *fleet.Snapshot) []*scrape.Claims { return f.granted }
	p := e.page(t.Context(), e.cfg.chosen)
	var b strings.Builder
	s := &table.TextSink{W: &b}
	e.cfg.render(p, s)
	s.Flush()
	return seriesOf(t, b.String())
}

// shown is the value of a field as a metric shows it.
func shown(at map[string]reflect.Value, path, how string) float64 {
	field := at[path]
	how, other, _ := strings.Cut(how, ":")
	switch v := field.Interface().(type) {
	case time.Time:
		return map[string]float64{
			"unix": float64(v.UnixNano()) / 1e9, "nano": float64(v.UnixNano()), "age": noon.Sub(v).Seconds(), "since": until(v, at[other]),
		}[how]
	case string:
		d, _ := time.ParseDuration(v)
		return d.Seconds()
	}
	return floatOf(field) / map[string]float64{"": 1, "seconds": 1e9, "percent": 100}[how]
}

func until(from time.Time, to reflect.Value) float64 {
	if !to.IsValid() {
		return number.None
	}
	return max(to.Interface().(time.Time).Sub(from).Seconds(), 0)
}

func floatOf(v reflect.Value) float64 {
	switch {
	case v.CanInt():
		return float64(v.Int())
	case v.CanUint():
		return float64(v.Uint())
	}
	return v.Float()
}

// Every metric shows the field that it is said to show, and no other: all
// fields of the fixture differ.
func TestFieldsReachTheirMetrics(t *testing.T) {
	at := fill().at
	series := renderFilled(t, nil)
	for line := range strings.Lines(strings.TrimSpace(fieldRows)) {
		words := strings.Fields(line)
		path, how, _ := strings.Cut(words[0], "@")
		if _, ok := at[path]; !ok {
			t.Errorf("no field %s", path)
			continue
		}
		want := shown(at, path, how)
		for _, metric := range words[1:] {
			name, label, _ := strings.Cut(strings.TrimSuffix(metric, "}"), "{")
			if got := pick(series, name, strings.Fields(label)...); !slices.ContainsFunc(got, func(v float64) bool { return math.Abs(v-want) < 1e-9 }) {
				t.Errorf("%s: %v, want %v of %s", metric, got, want, words[0])
			}
		}
	}
}

// The numbers of VARZ and SUBSZ have metrics named by their path.
func TestNumbersByPath(t *testing.T) {
	at := fill().at
	series := renderFilled(t, nil)
	n := 0
	for path, field := range at {
		if !strings.HasPrefix(path, "varz.") && !strings.HasPrefix(path, "subsz.") || !field.CanInt() && !field.CanUint() && !field.CanFloat() {
			continue
		}
		name := "gnatsd_" + strings.ReplaceAll(path, ".", "_")
		got := pick(series, name, "server_id=NID", "server_name=the-server")
		if len(got) == 0 {
			continue
		}
		n++
		if want := floatOf(field); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if n < 100 {
		t.Errorf("only %d metrics", n)
	}
}
