package dashboards

// line returns a panel with one curve for each series.
func line(title, unit, expr, legend string) panel {
	return panel{title: title, kind: "timeseries", unit: unit, width: 8, queries: []query{{expr, legend}}}
}

// big returns a panel with one number.
func big(title, unit, expr string) panel {
	return panel{title: title, kind: "stat", unit: unit, width: 4, queries: []query{{expr, ""}}}
}

// two adds a second query to a panel.
func (p panel) two(expr, legend string) panel {
	p.queries = append(p.queries, query{expr, legend})
	return p
}

// wide sets the width of a panel, in columns.
func (p panel) wide(columns int) panel {
	p.width = columns
	return p
}

func list(title, expr string) panel {
	return panel{title: title, kind: "table", width: 24, queries: []query{{expr, ""}}}
}

func state(title, expr, legend string) panel {
	return panel{title: title, kind: "state", width: 24, queries: []query{{expr, legend}}}
}

var (
	varCluster = variable{"cluster", "Cluster", "label_values(nats_server_info, cluster)"}
	varServer  = variable{"server", "Server", `label_values(nats_server_info{cluster=~"$cluster"}, server_name)`}
	varAccount = variable{"account", "Account", "label_values(nats_account_connections, account_name)"}
	varJSAcc   = variable{"account", "Account", "label_values(nats_jetstream_stream_messages, account_name)"}
	varStream  = variable{"stream", "Stream", `label_values(nats_jetstream_stream_messages{account_name=~"$account"}, stream)`}
)

const (
	onCluster = `{cluster=~"$cluster"}`
	onServer  = `{cluster=~"$cluster",server_name=~"$server"}`
	onAccount = `{account_name=~"$account"}`
	onStream  = `{account_name=~"$account",stream=~"$stream"}`
)

// boards is the table of dashboards.
var boards = []board{
	{name: "overview", title: "NATS / Overview", vars: []variable{varCluster}, rows: []boardRow{
		{"Fleet", []panel{
			big("Servers up", "none", "sum(nats_server_up"+onCluster+")"),
			big("Servers missing", "none", "max(nats_servers_missing)"),
			big("Connections", "short", "sum(nats_server_connections"+onCluster+")"),
			big("Messages per second", "short", "sum(rate(nats_server_received_messages_total"+onCluster+"[$__rate_interval]))"),
			big("Streams", "short", "sum(nats_jetstream_streams_led"+onCluster+")"),
			big("Alerts", "none", `count(ALERTS{alertname=~"Nats.*",alertstate="firing"}) or vector(0)`),
		}},
		{"Servers", []panel{
			state("Up", "max by (server_name) (nats_server_up)", "{{server_name}}"),
			list("Missing servers", `nats_server_missing == 1`),
		}},
		{"Traffic", []panel{
			line("Messages received by cluster", "cps", "sum by (cluster) (rate(nats_server_received_messages_total"+onCluster+"[$__rate_interval]))", "{{cluster}}"),
			line("Bytes received by cluster", "Bps", "sum by (cluster) (rate(nats_server_received_bytes_total"+onCluster+"[$__rate_interval]))", "{{cluster}}"),
			line("Connections by cluster", "short", "sum by (cluster) (nats_server_connections"+onCluster+")", "{{cluster}}"),
		}},
		{"Problems", []panel{
			line("Slow consumers", "short", "sum by (server_name, kind) (increase(nats_server_slow_consumers_total"+onCluster+"[$__rate_interval])) > 0", "{{server_name}} {{kind}}"),
			line("Disconnects by reason", "short", "sum by (reason) (increase(nats_events_disconnects_total[$__rate_interval]))", "{{reason}}"),
			line("Authentication errors", "short", "sum by (server, reason) (increase(nats_events_auth_errors_total[$__rate_interval]))", "{{server}} {{reason}}"),
		}},
		{"The exporter", []panel{
			line("Snapshot duration", "s", "nats_snapshot_duration_seconds", "{{instance}}"),
			line("Series", "short", "nats_exporter_series", "{{instance}}"),
			line("Answers missing", "short", "sum by (kind, reason) (nats_server_answer_missing)", "{{kind}} {{reason}}"),
		}},
	}},
	{name: "links", title: "NATS / Super-cluster links", vars: []variable{varCluster, varServer}, rows: []boardRow{
		{"Gateways", []panel{
			state("Connected", "min by (cluster, remote_cluster) (nats_gateway_connected)", "{{cluster}} to {{remote_cluster}}"),
			line("Sent", "Bps", `sum by (cluster, remote_cluster) (rate(nats_gateway_sent_bytes_total`+onServer+`[$__rate_interval]))`, "{{cluster}} to {{remote_cluster}}"),
			line("Round trip time", "s", `max by (cluster, remote_cluster) (nats_gateway_rtt_seconds`+onServer+`)`, "{{cluster}} to {{remote_cluster}}"),
			line("Pending", "bytes", `max by (server_name, remote_cluster) (nats_gateway_pending_bytes`+onServer+`)`, "{{server_name}} to {{remote_cluster}}"),
		}},
		{"Routes", []panel{
			line("Sent", "Bps", `sum by (server_name, remote_name) (rate(nats_route_sent_bytes_total`+onServer+`[$__rate_interval]))`, "{{server_name}} to {{remote_name}}"),
			line("Round trip time", "s", `max by (server_name, remote_name) (nats_route_rtt_seconds`+onServer+`)`, "{{server_name}} to {{remote_name}}"),
			line("Pending", "bytes", `max by (server_name, remote_name) (nats_route_pending_bytes`+onServer+`)`, "{{server_name}} to {{remote_name}}"),
		}},
		{"Leaf nodes", []panel{
			line("Connections", "short", `sum by (server_name) (nats_server_leafnodes`+onServer+`)`, "{{server_name}}"),
			line("Sent", "Bps", `sum by (server_name, remote_name, account) (rate(nats_leaf_sent_bytes_total`+onServer+`[$__rate_interval]))`, "{{server_name}} to {{remote_name}} ({{account}})"),
			line("Round trip time", "s", `max by (server_name, remote_name) (nats_leaf_rtt_seconds`+onServer+`)`, "{{server_name}} to {{remote_name}}"),
		}},
	}},
	{name: "server", title: "NATS / Server", vars: []variable{varCluster, varServer}, rows: []boardRow{
		{"Identity", []panel{
			list("Servers", `nats_server_info`+onServer),
			list("Certificates expire in", `sort(nats_server_certificate_expiry_timestamp_seconds`+onServer+` - time())`),
		}},
		{"Load", []panel{
			line("CPU, of usable cores", "percentunit", `nats_server_cpu_usage_ratio`+onServer+` / (nats_server_gomaxprocs`+onServer+` or nats_server_cores`+onServer+`)`, "{{server_name}}"),
			line("Memory", "bytes", `nats_server_memory_bytes`+onServer, "{{server_name}}").two(`nats_server_memory_limit_bytes`+onServer, "{{server_name}} limit"),
			line("Connections", "short", `nats_server_connections`+onServer, "{{server_name}}"),
			line("Subscriptions", "short", `nats_server_subscriptions`+onServer, "{{server_name}}"),
			line("Connections opened", "cps", `rate(nats_server_connections_opened_total`+onServer+`[$__rate_interval])`, "{{server_name}}"),
			line("Round trip time", "s", `nats_server_rtt_seconds`+onServer, "{{server_name}}"),
		}},
		{"Traffic", []panel{
			line("Messages", "cps", `rate(nats_server_received_messages_total`+onServer+`[$__rate_interval])`, "{{server_name}} in").two(`-rate(nats_server_sent_messages_total`+onServer+`[$__rate_interval])`, "{{server_name}} out").wide(12),
			line("Bytes", "Bps", `rate(nats_server_received_bytes_total`+onServer+`[$__rate_interval])`, "{{server_name}} in").two(`-rate(nats_server_sent_bytes_total`+onServer+`[$__rate_interval])`, "{{server_name}} out").wide(12),
		}},
		{"Problems", []panel{
			line("Slow consumers", "short", `increase(nats_server_slow_consumers_total`+onServer+`[$__rate_interval])`, "{{server_name}} {{kind}}"),
			line("Stale connections", "short", `increase(nats_server_stale_connections_total`+onServer+`[$__rate_interval])`, "{{server_name}} {{kind}}"),
			line("Stalled publishers", "short", `increase(nats_server_stalled_clients_total`+onServer+`[$__rate_interval])`, "{{server_name}}"),
			state("Reports itself healthy", `nats_server_healthy`+onServer, "{{server_name}}"),
		}},
	}},
	{name: "jetstream", title: "NATS / JetStream", vars: []variable{varJSAcc, varStream}, rows: []boardRow{
		{"Meta group", []panel{
			list("Leader", `nats_jetstream_meta_leader == 1`),
			line("Requests waiting", "short", `max by (domain) (nats_jetstream_meta_pending)`, "{{domain}}"),
			line("Lag of the peers", "short", `nats_jetstream_meta_peer_lag`, "{{peer}}"),
			line("Log behind", "short", `nats_raft_committed_index - nats_raft_applied_index`, "{{server_name}}"),
		}},
		{"Servers", []panel{
			line("Storage used", "percentunit", `nats_jetstream_storage_used_bytes / (nats_jetstream_storage_max_bytes > 0)`, "{{server_name}}"),
			line("API requests", "cps", `rate(nats_jetstream_api_requests_total[$__rate_interval])`, "{{server_name}}"),
			line("API errors", "cps", `rate(nats_jetstream_api_errors_total[$__rate_interval])`, "{{server_name}}"),
		}},
		{"Streams", []panel{
			line("Messages stored", "cps", `sum by (domain, account_name, stream) (rate(nats_jetstream_stream_last_sequence`+onStream+`[$__rate_interval]))`, "{{account_name}} {{stream}} {{domain}}"),
			line("Messages", "short", `max by (domain, account_name, stream) (nats_jetstream_stream_messages`+onStream+`)`, "{{account_name}} {{stream}} {{domain}}"),
			line("Bytes", "bytes", `max by (domain, account_name, stream) (nats_jetstream_stream_bytes`+onStream+`)`, "{{account_name}} {{stream}} {{domain}}"),
			line("Lag of replicas", "short", `nats_jetstream_stream_replica_lag`+onStream, "{{stream}} on {{peer}}"),
			line("Lag of mirrors and sources", "short", `nats_jetstream_stream_origin_lag`+onStream, "{{stream}} from {{origin}}"),
			line("Elections", "short", `sum by (account, asset) (increase(nats_events_elections_total[$__rate_interval]))`, "{{account}} {{asset}}"),
			list("Without a leader", `nats_jetstream_stream_leaderless == 1`),
		}},
		{"Consumers", []panel{
			line("Pending messages", "short", `max by (account_name, stream, consumer) (nats_jetstream_consumer_pending_messages`+onStream+`)`, "{{stream}} {{consumer}}"),
			line("Pending acknowledgments", "short", `max by (account_name, stream, consumer) (nats_jetstream_consumer_ack_pending_messages`+onStream+`)`, "{{stream}} {{consumer}}"),
			line("Delivered", "cps", `sum by (account_name, stream, consumer) (rate(nats_jetstream_consumer_delivered_consumer_sequence`+onStream+`[$__rate_interval]))`, "{{stream}} {{consumer}}"),
		}},
	}},
	{name: "accounts", title: "NATS / Accounts", vars: []variable{varAccount}, rows: []boardRow{
		{"Usage", []panel{
			line("Connections", "short", `sum by (account_name) (nats_account_connections`+onAccount+`)`, "{{account_name}}"),
			line("Subscriptions", "short", `sum by (account_name) (nats_account_subscriptions`+onAccount+`)`, "{{account_name}}"),
			line("Leaf nodes", "short", `sum by (account_name) (nats_account_leafnodes`+onAccount+`)`, "{{account_name}}"),
			line("Messages in", "cps", `sum by (account_name) (rate(nats_account_received_messages_total`+onAccount+`[$__rate_interval]))`, "{{account_name}}"),
			line("Messages out", "cps", `sum by (account_name) (rate(nats_account_sent_messages_total`+onAccount+`[$__rate_interval]))`, "{{account_name}}"),
			line("Bytes in", "Bps", `sum by (account_name) (rate(nats_account_received_bytes_total`+onAccount+`[$__rate_interval]))`, "{{account_name}}"),
		}},
		{"JetStream", []panel{
			line("Storage used", "bytes", `sum by (account_name) (max by (domain, account_name) (nats_jetstream_account_storage_used_bytes`+onAccount+`))`, "{{account_name}}"),
			line("Memory used", "bytes", `sum by (account_name) (max by (domain, account_name) (nats_jetstream_account_memory_used_bytes`+onAccount+`))`, "{{account_name}}"),
			line("API errors", "cps", `sum by (account_name) (rate(nats_jetstream_account_api_errors_total`+onAccount+`[$__rate_interval]))`, "{{account_name}}"),
		}},
		{"Limits", []panel{
			line("Connections of limit", "percentunit", `sum by (account) (nats_account_connections) / on (account) nats_account_limit_connections`, "{{account}}"),
			list("JWTs expire in", `sort(nats_account_expiry_timestamp_seconds - time())`),
			line("Slow consumers", "short", `sum by (account_name) (increase(nats_account_slow_consumers_total`+onAccount+`[$__rate_interval]))`, "{{account_name}}"),
		}},
		{"Micro services", []panel{
			line("Requests", "cps", `sum by (service, endpoint) (rate(nats_service_requests_total[$__rate_interval]))`, "{{service}} {{endpoint}}"),
			line("Errors", "cps", `sum by (service, endpoint) (rate(nats_service_errors_total[$__rate_interval]))`, "{{service}} {{endpoint}}"),
			line("Processing time", "s", `sum by (service, endpoint) (rate(nats_service_processing_seconds_total[$__rate_interval])) / sum by (service, endpoint) (rate(nats_service_requests_total[$__rate_interval]))`, "{{service}} {{endpoint}}"),
		}},
	}},
}
