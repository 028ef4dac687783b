package rules

import (
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// unlessPeerDown suppresses the series of a peer while the peer does not
// answer: the alert about the server covers it.
const unlessPeerDown = ` unless on (fleet, peer) (` +
	`label_replace(nats_server_missing or max_over_time(nats_server_up[1h]), "peer", "$1", "server_name", "(.*)") ` +
	`unless on (fleet, peer) label_replace(nats_server_up == 1, "peer", "$1", "server_name", "(.*)"))`

// exporterDown matches an exporter target that cannot be scraped: it served
// metrics within the last hour, or its alert fired, so that the alert does not
// resolve by itself.
const exporterDown = `up{job=~".*nats.*"} == 0 and on (job, instance) ` +
	`(last_over_time(nats_exporter_up[1h]) or last_over_time(ALERTS{alertname="NatsExporterDown",alertstate="firing"}[1h]))`

// departedSince matches the names of servers that announced their end, were
// replaced or were forgotten, and have not started since. It survives a restart
// of the exporter, which loses the events it received.
const departedSince = `(` + departed + ` unless on (fleet, server_name) (max by (fleet, server_name) (last_over_time(nats_server_start_time_seconds[1h])) >= ` + departed + `))`

const departed = `max by (fleet, server_name) (last_over_time(nats_server_departed_timestamp_seconds[1h]))`

// reasonText looks up why a server is missing.
const reasonText = `{{ with printf "nats_server_missing{fleet='%s',server_name='%s'}" .Labels.fleet .Labels.server_name | query }} ({{ . | first | label "reason" }}){{ end }}`

// Labels that identify what an alert is about, whichever server leads it and
// whichever exporter reports it.
const (
	byServer   = "server_name"
	byStream   = "domain, account, account_name, stream"
	byConsumer = byStream + ", consumer"
)

// firstCause looks up the cause of what is wrong now: the one to look at first.
const firstCause = `{{ with query "nats_cause_place == 1" }}{{ . | first | label "cause" }} {{ . | first | label "object" }}{{ end }}`

// alerts is the table of alerts.
var alerts = []rule{
	{
		alert: "NatsExporterDown", level: fleet.Crit, expr: exporterDown, hold: 2 * time.Minute,
		summary: "The exporter {{ $labels.instance }} does not answer", why: "The fleet is not monitored.", next: "Check that the process runs, and read its log.",
	},
	{
		alert: "NatsExporterBlind", by: "instance, reason", level: fleet.Crit, expr: `nats_exporter_failed == 1`, hold: time.Minute,
		summary: "The exporter cannot query the fleet: {{ $labels.reason }}", why: "The fleet is not monitored.",
		next: "auth: check the credentials; tls: check the certificates; unreachable, timeout, disconnected: check that a server of the context is up; not_system_account: give it a user of the system account; permission: allow $SYS.REQ.> and the inbox.",
	},
	{
		alert: "NatsExporterSeriesDropped", by: "instance", level: fleet.Warn, expr: `nats_exporter_series_dropped > 0`, hold: 5 * time.Minute,
		summary: "{{ $value }} series are left out of each scrape", why: "Dashboards and alerts do not see what was left out.",
		next: "Raise --max-series, or narrow what is exported with --collect, --accounts, --streams and --consumers; natsctl exporter check shows what is large.",
	},
	{
		alert: "NatsServerDown", check: "servers", level: fleet.Crit, hold: time.Minute,
		// What is missing stays so while the exporter is started again.
		expr: `max by (fleet, server_name) (last_over_time(nats_server_missing{reason!="draining"}[5m]) or (max_over_time(nats_server_up[1h]) == 1 and on (fleet) nats_exporter_up == 1)) ` +
			`unless on (fleet, server_name) (nats_server_up == 1) ` +
			`unless on (fleet, server_name) (nats_server_missing{reason="draining"} == 1) ` +
			`unless on (fleet, server_name) ` + departedSince,
		also:    "If it is gone for good, say so with `natsctl exporter forget`.",
		summary: "{{ $labels.server_name }} does not answer" + reasonText,
	},
	{
		alert: "NatsServerDraining", check: "servers", level: fleet.Warn, expr: `max by (fleet, server_name) (nats_server_missing{reason="draining"}) == 1`, hold: time.Minute,
		summary: "{{ $labels.server_name }} is in lame duck mode: it asks its clients to leave and will shut down",
	},
	{
		alert: "NatsServerShutDown", level: fleet.Warn, hold: 5 * time.Minute,
		expr:    `(max by (fleet, server_name) (nats_server_departed_timestamp_seconds{how="shutdown"}) > 0 and on (fleet, server_name) ` + departedSince + `) unless on (fleet, server_name) (nats_server_up == 1)`,
		summary: "{{ $labels.server_name }} was shut down without draining and is not back",
		why:     "It announced its shutdown, so it was stopped on purpose; its clients were disconnected without notice.",
		next:    "Start it again. If it is gone for good, do nothing: the alert ends after an hour. Next time drain it first with `natsctl server lame-duck`.",
	},
	{
		alert: "NatsAnswersMissing", check: "answers", level: fleet.Warn, expr: `max by (fleet, server_name, kind, reason) (nats_server_answer_missing{reason!="unsupported"}) == 1`, hold: 5 * time.Minute,
		summary: "{{ $labels.server_name }} does not answer {{ $labels.kind }}: {{ $labels.reason }}",
	},
	{
		alert: "NatsAnswersTwice", level: fleet.Warn, expr: `max by (fleet, collector) (nats_exporter_collector_duplicates) > 0`, hold: 5 * time.Minute,
		summary: "Servers answer {{ $labels.collector }} twice", why: "Another account imports the requests of the system account, so that answers arrive twice.", next: "Look for an import of $SYS.REQ.> in the accounts.",
	},
	{
		alert: "NatsServerNamesNotUnique", check: "names", level: fleet.Warn, expr: `count by (fleet, server_name) (max by (fleet, server_name, server_id) (nats_server_up == 1)) > 1`, hold: 10 * time.Minute,
		summary: "{{ $value }} servers are named {{ $labels.server_name }}",
	},
	{
		alert: "NatsVersionsDiffer", check: "versions", level: fleet.Warn, expr: `count by (fleet, cluster) (count by (fleet, cluster, version) (nats_server_info{cluster!=""})) > 1`, hold: 2 * time.Hour,
		summary: "Cluster {{ $labels.cluster }} runs {{ $value }} versions",
	},
	{
		alert: "NatsConfigDiffers", check: "config", level: fleet.Warn, hold: 30 * time.Minute,
		expr: `count by (fleet, cluster) (count by (fleet, cluster, digest) (nats_server_config_info{cluster!=""})) > 1 ` +
			`and on (fleet, cluster) (max by (fleet, cluster) (count by (fleet, cluster, digest) (nats_server_config_info)) > 0.5 * count by (fleet, cluster) (nats_server_config_info))`,
		summary: "Cluster {{ $labels.cluster }} runs {{ $value }} different configurations",
	},
	{
		alert: "NatsServerRestarting", check: "uptime", level: fleet.Warn, expr: `count by (fleet, server_name) (count by (fleet, server_name, server_id) (last_over_time(nats_server_start_time_seconds[1h]))) > 2`,
		summary: "{{ $labels.server_name }} has started {{ $value }} times within an hour",
	},
	{
		alert: "NatsClockSkew", by: byServer, check: "clock", expr: `nats_server_clock_skew_seconds`, limit: "clock_skew_seconds", hold: 10 * time.Minute,
		summary: "The clock of {{ $labels.server_name }} is off by {{ $value | humanizeDuration }}",
	},
	{
		alert: "NatsServerUnhealthy", by: byServer, check: "health", level: fleet.Crit, expr: `nats_server_healthy == 0`, hold: 2 * time.Minute,
		summary: "{{ $labels.server_name }} reports itself unhealthy",
	},
	{
		alert: "NatsMetaLeaderLost", check: "meta", level: fleet.Crit, expr: `max by (fleet, domain) (nats_jetstream_meta_leader_known) == 0`, hold: time.Minute,
		summary: "JetStream{{ with $labels.domain }} in domain {{ . }}{{ end }} has no meta leader",
	},
	{
		alert: "NatsMetaRescue", level: fleet.Warn, expr: `max by (fleet, domain) (nats_jetstream_meta_rescue) == 1`, hold: time.Minute,
		summary: "The meta group{{ with $labels.domain }} of domain {{ . }}{{ end }} runs in rescue mode", why: "It makes decisions without a majority.", next: "Bring its servers back, or remove those that are gone for good.",
	},
	{
		alert: "NatsMetaPeerOffline", by: "domain, peer", check: "meta", level: fleet.Warn, expr: `(nats_jetstream_meta_peer_offline == 1)` + unlessPeerDown, hold: 5 * time.Minute,
		summary: "The meta leader{{ with $labels.domain }} of domain {{ . }}{{ end }} reports {{ $labels.peer }} as offline",
	},
	{
		alert: "NatsServerOutsideMetaGroup", by: "domain, server_name", check: "meta", level: fleet.Warn, expr: `nats_jetstream_meta_member == 0`, hold: 5 * time.Minute,
		summary: "{{ $labels.server_name }} runs JetStream and is not in the meta group{{ with $labels.domain }} of domain {{ . }}{{ end }}",
		why:     "No stream or consumer is placed there, and those that it had lack a replica.",
		next:    "Look into its log for why it does not join; a server that was removed joins again when it is restarted.",
	},
	{
		alert: "NatsMetaPeerLag", by: "domain, peer", check: "meta", expr: `nats_jetstream_meta_peer_lag` + unlessPeerDown, limit: "meta_lag", hold: 5 * time.Minute,
		summary: "{{ $labels.peer }} is {{ $value }} operations behind the meta leader",
	},
	{
		alert: "NatsMetaPending", check: "meta-pending", expr: `max by (fleet, domain) (nats_jetstream_meta_pending)`, limit: "meta_pending", hold: 2 * time.Minute,
		summary: "{{ $value }} JetStream API requests are waiting{{ with $labels.domain }} in domain {{ . }}{{ end }}",
	},
	{
		alert: "NatsStreamLeaderless", by: byStream, check: "streams", level: fleet.Crit, expr: `nats_jetstream_stream_leaderless == 1`, hold: time.Minute,
		summary: "Stream {{ $labels.stream }} of account {{ $labels.account_name }} has no leader",
	},
	{
		alert: "NatsStreamReplicaNotCurrent", by: byStream + ", peer", check: "streams", level: fleet.Warn, expr: `(nats_jetstream_stream_replica_current == 0)` + unlessPeerDown, hold: 10 * time.Minute,
		summary: "{{ $labels.peer }} is not current in stream {{ $labels.stream }} of account {{ $labels.account_name }}",
	},
	{
		alert: "NatsStreamReplicaLag", by: byStream + ", peer", check: "streams", expr: `nats_jetstream_stream_replica_lag` + unlessPeerDown, limit: "stream_lag", hold: 5 * time.Minute,
		summary: "{{ $labels.peer }} is {{ $value }} operations behind in stream {{ $labels.stream }}",
	},
	{
		alert: "NatsStreamReplicasMissing", by: byStream, check: "replicas", expr: `nats_jetstream_stream_replicas_missing`, limit: "replicas_missing", hold: 5 * time.Minute,
		summary: "Stream {{ $labels.stream }} of account {{ $labels.account_name }} lacks {{ $value }} of its replicas",
	},
	{
		alert: "NatsStreamOriginFailed", by: byStream + ", role, origin", check: "origins", level: fleet.Warn, expr: `nats_jetstream_stream_origin_failed == 1 or nats_jetstream_stream_origin_idle_seconds > 60`, hold: 5 * time.Minute,
		summary: "Stream {{ $labels.stream }} receives nothing from {{ $labels.origin }} ({{ $labels.role }})",
	},
	{
		alert: "NatsConsumerUnread", by: byConsumer, check: "unread", level: fleet.Warn, hold: 5 * time.Minute,
		expr: `delta(nats_consumer:pending_messages:max[5m]) > 0 and changes(nats_consumer:delivered_sequence:max[5m]) == 0` +
			` and on (fleet, ` + byConsumer + `) (nats_jetstream_consumer_pending_messages > 0 and nats_jetstream_consumer_waiting_requests == 0` +
			` unless nats_jetstream_consumer_paused == 1 unless nats_jetstream_consumer_bound == 1)`,
		summary: "Nobody reads consumer {{ $labels.consumer }} of stream {{ $labels.stream }}, and its backlog grows",
	},
	{
		alert: "NatsConsumerLeaderless", by: byConsumer, check: "consumers", level: fleet.Crit, expr: `nats_jetstream_consumer_leaderless == 1`, hold: time.Minute,
		summary: "Consumer {{ $labels.consumer }} of stream {{ $labels.stream }} has no leader",
	},
	{
		alert: "NatsConsumerHeldBack", by: byConsumer, check: "consumers", level: fleet.Warn, expr: `nats_jetstream_consumer_ack_pending_messages >= nats_jetstream_consumer_limit_ack_pending_messages`, hold: 5 * time.Minute,
		summary: "Consumer {{ $labels.consumer }} of stream {{ $labels.stream }} waits for {{ $value }} acknowledgments and delivers nothing until they arrive",
	},
	{
		alert: "NatsStorageFull", by: byServer, check: "storage", expr: `nats_jetstream_storage_used_bytes / (nats_jetstream_storage_max_bytes > 0)`, limit: "storage_percent", scale: .01, hold: 5 * time.Minute,
		summary: "{{ $labels.server_name }} uses {{ $value | humanizePercentage }} of its JetStream storage",
	},
	{
		alert: "NatsMemoryStoreFull", by: byServer, check: "storage", expr: `nats_jetstream_memory_used_bytes / (nats_jetstream_memory_max_bytes > 0)`, limit: "storage_percent", scale: .01, hold: 5 * time.Minute,
		summary: "{{ $labels.server_name }} uses {{ $value | humanizePercentage }} of its JetStream memory",
	},
	{
		alert: "NatsStreamFull", by: byStream, check: "stream-limits", expr: `nats_jetstream_stream_bytes / nats_jetstream_stream_limit_bytes and nats_jetstream_stream_refuses_new == 1`, limit: "stream_percent", scale: .01, hold: 5 * time.Minute,
		summary: "Stream {{ $labels.stream }} is {{ $value | humanizePercentage }} full and refuses messages when it is full",
	},
	{
		alert: "NatsTooManyAssets", by: byServer, check: "ha-assets", expr: `nats_jetstream_ha_assets`, limit: "ha_assets", hold: 10 * time.Minute,
		summary: "{{ $labels.server_name }} has {{ $value }} replicated streams and consumers",
	},
	{
		alert: "NatsRaftBehind", by: "server_name, group", check: "raft", expr: `nats_raft_committed_index - nats_raft_applied_index`, limit: "raft_behind", hold: 5 * time.Minute,
		summary: "{{ $labels.server_name }} has {{ $value }} entries of {{ $labels.group }} to apply",
	},
	{
		alert: "NatsGatewayDown", by: "server_name, cluster, remote_cluster", check: "gateways", level: fleet.Crit, expr: `nats_gateway_connected == 0`, hold: 2 * time.Minute,
		summary: "{{ $labels.server_name }} has no gateway to {{ $labels.remote_cluster }}",
	},
	{
		alert: "NatsGatewaySlow", check: "gateways", level: fleet.Warn, expr: slowGateway, hold: slowHold,
		summary: "The gateway from {{ $labels.server_name }} to {{ $labels.remote_cluster }} has a round trip time of {{ $value | humanizeDuration }}, more than five times that of the others", why: checks.SlowLinkWhy, next: checks.SlowLinkNext,
	},
	{
		alert: "NatsRouteSlow", check: "routes", level: fleet.Warn, expr: slowRoute, hold: slowHold,
		summary: "The route from {{ $labels.server_name }} to {{ $labels.remote_name }} has a round trip time of {{ $value | humanizeDuration }}, more than five times that of the others", why: checks.SlowLinkWhy, next: checks.SlowLinkNext,
	},
	{
		alert: "NatsRouteMissing", check: "routes", level: fleet.Warn, hold: 2 * time.Minute,
		expr: `max by (fleet, server_name, cluster) (nats_server_route_peers) ` +
			`< on (fleet, cluster) group_left () (count by (fleet, cluster) (max by (fleet, cluster, server_id) (nats_server_up{cluster!=""} == 1)) - 1)`,
		summary: "{{ $labels.server_name }} has no route to all the other servers of {{ $labels.cluster }}",
	},
	{
		alert: "NatsCPU", by: byServer, check: "cpu", expr: `nats_server_cpu_usage_ratio / (nats_server_gomaxprocs or nats_server_cores)`, limit: "cpu_percent", scale: .01, hold: 10 * time.Minute,
		summary: "{{ $labels.server_name }} uses {{ $value | humanizePercentage }} of its cores",
	},
	{
		alert: "NatsMemory", by: byServer, check: "memory", expr: `nats_server_memory_bytes / nats_server_memory_limit_bytes`, limit: "memory_percent", scale: .01, hold: 10 * time.Minute,
		summary: "{{ $labels.server_name }} uses {{ $value | humanizePercentage }} of its memory limit",
	},
	{
		alert: "NatsConnectionsFull", by: byServer, check: "connections", expr: `nats_server_connections / nats_server_max_connections`, limit: "connections_percent", scale: .01, hold: 5 * time.Minute,
		summary: "{{ $labels.server_name }} has {{ $value | humanizePercentage }} of its maximum connections",
	},
	{
		alert: "NatsConnectionsUneven", by: "server_name, cluster", check: "balance", limit: "balance_percent", scale: .01, hold: 30 * time.Minute,
		expr:    `(nats_server_connections >= 50) / on (fleet, cluster) group_left () avg by (fleet, cluster) (nats_server_connections{cluster!=""}) - 1`,
		summary: "{{ $labels.server_name }} has {{ $value | humanizePercentage }} more connections than the average of {{ $labels.cluster }}",
	},
	{
		alert: "NatsSlowConsumers", by: "server_name, kind", check: "slow-consumers", expr: `increase(nats_server_slow_consumers_total[5m])`, limit: "slow_consumers",
		summary: "{{ $labels.server_name }} had {{ $value | humanize }} slow consumers of kind {{ $labels.kind }} in five minutes",
	},
	{
		alert: "NatsPublishersStalled", by: byServer, check: "stalled", expr: `increase(nats_server_stalled_clients_total[5m])`, limit: "stalled_clients",
		summary: "{{ $labels.server_name }} stalled publishers {{ $value | humanize }} times in five minutes",
	},
	{
		alert: "NatsStaleConnections", by: "server_name, kind", check: "stale", expr: `increase(nats_server_stale_connections_total[5m])`, limit: "stale_connections",
		summary: "{{ $value | humanize }} connections of kind {{ $labels.kind }} to {{ $labels.server_name }} went stale in five minutes",
	},
	{
		alert: "NatsQueueLong", by: "server_name, queue", check: "queues", expr: `nats_server_queue_pending`, limit: "queue_items", hold: 2 * time.Minute,
		summary: "{{ $value }} items are waiting in the queue {{ $labels.queue }} of {{ $labels.server_name }}",
	},
	{
		alert: "NatsCertificateExpires", by: "server_name, listener", check: "certificates", expr: `nats_server_certificate_expiry_timestamp_seconds - time()`, limit: "certificate_seconds",
		summary: "The {{ $labels.listener }} certificate of {{ $labels.server_name }} expires in {{ $value | humanizeDuration }}",
	},
	{
		alert: "NatsOperatorExpires", check: "jwts", expr: `min by (fleet, operator) (nats_server_operator_expiry_timestamp_seconds) - time()`, limit: "jwt_seconds",
		summary: "The JWT of operator {{ $labels.operator }} expires in {{ $value | humanizeDuration }}",
	},
	{
		alert: "NatsAccountExpires", check: "jwts", expr: `min by (fleet, account, account_name) (nats_account_expiry_timestamp_seconds) - time()`, limit: "jwt_seconds",
		summary: "The JWT of account {{ $labels.account_name }} expires in {{ $value | humanizeDuration }}",
	},
	{
		alert: "NatsAccountConnectionsFull", level: fleet.Warn, expr: `sum by (fleet, account) (max by (fleet, account, server_id) (nats_account_connections)) / on (fleet, account) max by (fleet, account) (nats_account_limit_connections) > 0.9`, hold: 5 * time.Minute,
		summary: "Account {{ $labels.account }} has {{ $value | humanizePercentage }} of its maximum connections", why: "More clients will be refused.", next: "Find who connects with `natsctl server report connections`, or raise the limit.",
	},
	{
		alert: "NatsAuthErrors", level: fleet.Warn, expr: `max by (fleet, server_name, reason) (increase(nats_events_auth_errors_total[5m])) > 20`,
		summary: "{{ $labels.server_name }} refused {{ $value | humanize }} connections in five minutes: {{ $labels.reason }}", why: "Someone tries passwords, or a deployment has wrong credentials.", next: "See who it is with `natsctl events --kind auth_error`.",
	},
	{
		alert: "NatsElections", level: fleet.Warn, expr: `max by (fleet, account, asset) (increase(nats_events_elections_total[15m])) > 30`,
		summary: "{{ $value | humanize }} elections of a {{ $labels.asset }} leader in 15 minutes", why: "Frequent leader changes are a sign of overloaded servers, slow disks or an unstable network.", next: "Check the disks, the CPU and the round trip times of the cluster.",
	},
	{
		alert: "NatsAccountLeafsFull", level: fleet.Warn, hold: 5 * time.Minute,
		expr:    accountShare("sum by (fleet, account) ("+maxBy("account, server_id", "nats_account_leafnodes")+")", "nats_account_limit_leafnodes") + ` > 0.9`,
		summary: "Account {{ $labels.account }} has {{ $value | humanizePercentage }} of its maximum leaf nodes", why: "More leaf nodes will be refused.", next: "Find them with `natsctl server report leafs`, or raise the limit.",
	},
	{
		alert: "NatsAccountStorageFull", level: fleet.Warn, hold: 5 * time.Minute,
		expr:    accountShare(maxBy("domain, account", "nats_jetstream_account_storage_used_bytes"), `nats_account_limit_jetstream_storage_bytes{tier=""}`) + ` > 0.9`,
		summary: "Account {{ $labels.account }} uses {{ $value | humanizePercentage }} of its JetStream storage{{ with $labels.domain }} in domain {{ . }}{{ end }}", why: "Streams refuse messages when the account is at its limit.", next: "Find what is large with `natsctl server report streams --account NAME`, or raise the limit.",
	},
	{
		alert: "NatsAccountMemoryFull", level: fleet.Warn, hold: 5 * time.Minute,
		expr:    accountShare(maxBy("domain, account", "nats_jetstream_account_memory_used_bytes"), `nats_account_limit_jetstream_memory_bytes{tier=""}`) + ` > 0.9`,
		summary: "Account {{ $labels.account }} uses {{ $value | humanizePercentage }} of its JetStream memory{{ with $labels.domain }} in domain {{ . }}{{ end }}", why: "Memory streams refuse messages when the account is at its limit.", next: "Find what is large with `natsctl server report streams --account NAME`, or raise the limit.",
	},
	{
		alert: "NatsLeafDown", level: fleet.Warn, hold: 5 * time.Minute,
		// As the hub sees it: a leaf node that connects to another server of the hub
		// has another remote, and the hub the same.
		expr: `count by (fleet, account, remote_name) (last_over_time(nats_leaf_spoke[1h]) == 0) ` +
			`unless on (fleet, account, remote_name) nats_leaf_spoke == 0 ` +
			`unless on (fleet, remote_name) label_replace(nats_server_missing or nats_server_departed_timestamp_seconds, "remote_name", "$1", "server_name", "(.*)") ` +
			`and on (fleet) nats_exporter_up == 1`,
		summary: "The leaf node connection to {{ $labels.remote_name }} for account {{ $labels.account }} is gone", why: "What is behind the leaf node is cut off from this account.", next: "Check the leaf node and the network between; natsctl check leafs tells what both ends see. The alert ends after an hour.",
	},
	{
		alert: "NatsBacklogGrows", by: byConsumer, level: fleet.Warn, hold: 15 * time.Minute,
		expr:    `delta(nats_consumer:pending_messages:max[30m]) >= 0 and min_over_time(nats_consumer:pending_messages:max[30m]) > 1000 and changes(nats_consumer:delivered_sequence:max[30m]) > 0`,
		summary: "The backlog of consumer {{ $labels.consumer }} of stream {{ $labels.stream }} has not become smaller for half an hour", why: "Its clients are slower than what is published, and messages arrive later and later.", next: "Add clients, or find what slows them down with `natsctl server report consumers`.",
	},
	{
		alert: "NatsQuorumLost", level: fleet.Crit, expr: `max by (fleet, account, asset) (increase(nats_events_quorum_lost_total[15m])) > 0`,
		summary: "A {{ $labels.asset }} of account {{ $labels.account }} lost its quorum within 15 minutes", why: "Without a majority of its replicas it accepts and delivers nothing.", next: "See which with `natsctl check streams consumers`, and bring its servers back.",
	},
	{
		alert: "NatsStorageFillsUp", by: byServer, level: fleet.Warn, hold: time.Hour,
		expr:    fillsUp(`nats_jetstream_storage_used_bytes`, `nats_jetstream_storage_max_bytes`),
		summary: "{{ $labels.server_name }} will have no JetStream storage left within a day", why: "Streams refuse messages when the storage is full.", next: "See what grows with `natsctl server report streams --sort bytes`, and give streams limits or the server more storage.",
	},
	{
		alert: "NatsStreamFillsUp", by: byStream, level: fleet.Warn, hold: time.Hour,
		expr:    fillsUp(`nats_stream:bytes:max`, maxBy(byStream, `nats_jetstream_stream_limit_bytes and nats_jetstream_stream_refuses_new == 1`)),
		summary: "Stream {{ $labels.stream }} of account {{ $labels.account_name }} will be full within a day", why: "It refuses messages when it is full.", next: "Raise its limit, or let its consumers acknowledge faster.",
	},
	{
		alert: "NatsAccountStorageFillsUp", level: fleet.Warn, hold: time.Hour,
		expr: accountShare(`predict_linear(nats_account:storage_used_bytes:max[6h], 86400)`, `nats_account_limit_jetstream_storage_bytes{tier=""}`) + ` > 1 and on (fleet, account) ` +
			accountShare(`nats_account:storage_used_bytes:max`, `nats_account_limit_jetstream_storage_bytes{tier=""}`) + ` > 0.5`,
		summary: "Account {{ $labels.account }} will reach its limit of JetStream storage within a day", why: "Its streams then refuse messages.", next: "Find what grows with `natsctl server report streams --account NAME`, or raise the limit.",
	},
}

// accountShare is what an account uses of a limit of its claims.
func accountShare(used, limit string) string {
	return used + " / on (fleet, account) group_left () max by (fleet, account) (" + limit + ")"
}

// fillsUp is a value that is more than half of its maximum and, with the slope of
// the last six hours, reaches it within a day.
func fillsUp(used, most string) string {
	return "predict_linear(" + used + "[6h], 86400) >= (" + most + " > 0) and " + used + " > 0.5 * (" + most + " > 0)"
}

// records are the recording rules: name and expression. Two exporters of one
// fleet report everything twice: what is summed is first made one of each
// server.
var records = [][2]string{
	{"nats:servers:up", `sum by (fleet) (max by (fleet, server_id) (nats_server_up))`},
	{"nats:servers:expected", `max by (fleet) (nats_servers_expected)`},
	{"nats_cluster:received_messages:rate5m", perCluster("nats_server_received_messages_total")},
	{"nats_cluster:sent_messages:rate5m", perCluster("nats_server_sent_messages_total")},
	{"nats_cluster:received_bytes:rate5m", perCluster("nats_server_received_bytes_total")},
	{"nats_cluster:sent_bytes:rate5m", perCluster("nats_server_sent_bytes_total")},
	{"nats_account:received_messages:rate5m", perAccount("rate(nats_account_received_messages_total[5m])")},
	{"nats_account:sent_messages:rate5m", perAccount("rate(nats_account_sent_messages_total[5m])")},
	{"nats_account:connections:sum", perAccount("nats_account_connections")},
	{"nats_account:storage_used_bytes:max", maxBy("domain, account", "nats_jetstream_account_storage_used_bytes")},
	{"nats_stream:messages:max", maxBy(byStream, "nats_jetstream_stream_messages")},
	{"nats_stream:bytes:max", maxBy(byStream, "nats_jetstream_stream_bytes")},
	{"nats_stream:stored_messages:rate5m", "sum by (fleet, " + byStream + ") (" + maxBy(byStream+", server_id", "rate(nats_jetstream_stream_last_sequence[5m])") + ")"},
	{"nats_consumer:pending_messages:max", maxBy(byConsumer, "nats_jetstream_consumer_pending_messages")},
	{"nats_consumer:delivered_sequence:max", maxBy(byConsumer, "nats_jetstream_consumer_delivered_consumer_sequence")},
}

func maxBy(labels, expr string) string { return "max by (fleet, " + labels + ") (" + expr + ")" }

func perCluster(counter string) string {
	return "sum by (fleet, cluster) (" + maxBy("cluster, server_id", "rate("+counter+"[5m])") + ")"
}

func perAccount(expr string) string {
	return "sum by (fleet, account, account_name) (" + maxBy("account, account_name, server_id", expr) + ")"
}
