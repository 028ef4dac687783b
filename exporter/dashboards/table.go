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
	varFleet   = variable{name: "fleet", label: "Fleet", query: "label_values(nats_exporter_up, fleet)", single: true}
	varCluster = variable{name: "cluster", label: "Cluster", query: "label_values(nats_server_info" + onFleet + ", cluster)"}
	varServer  = variable{name: "server", label: "Server", query: "label_values(nats_server_info" + onCluster + ", server_name)"}
	varAccount = variable{name: "account", label: "Account", query: "label_values(nats_account_connections" + onFleet + ", account_name)"}
	varJSAcc   = variable{name: "account", label: "Account", query: "label_values(nats_jetstream_stream_messages" + onFleet + ", account_name)"}
	varStream  = variable{name: "stream", label: "Stream", query: "label_values(nats_jetstream_stream_messages" + onAccount + ", stream)"}
)

const (
	onFleet   = `{fleet="$fleet"}`
	onCluster = `{fleet="$fleet",cluster=~"$cluster"}`
	onServer  = `{fleet="$fleet",cluster=~"$cluster",server_name=~"$server"}`
	onAccount = `{fleet="$fleet",account_name=~"$account"}`
	onStream  = `{fleet="$fleet",account_name=~"$account",stream=~"$stream"}`
)

// value, rate and increase are of one exporter: two exporters of a fleet report
// the same series twice.
func value(metric, filter string) string { return once(metric + filter) }

func rate(metric, filter string) string {
	return once("rate(" + metric + filter + "[$__rate_interval])")
}

func increase(metric, filter string) string {
	return once("increase(" + metric + filter + "[$__rate_interval])")
}

// once takes each series of one exporter only.
func once(expr string) string {
	return "max without (instance, job) (" + expr + ")"
}

// boards is the table of dashboards.
var boards = []board{
	{name: "overview", title: "NATS / Overview", vars: []variable{varFleet, varCluster}, rows: []boardRow{
		{"Fleet", []panel{
			big("Servers up", "none", "sum("+value("nats_server_up", onCluster)+")"),
			big("Servers missing", "none", "max("+value("nats_servers_missing", onFleet)+")"),
			big("Connections", "short", "sum("+value("nats_server_connections", onCluster)+")"),
			big("Messages per second", "short", "sum("+rate("nats_server_received_messages_total", onCluster)+")"),
			big("Streams", "short", "sum("+value("nats_jetstream_streams_led", onCluster)+")"),
			big("Alerts", "none", `count(ALERTS{fleet="$fleet",alertname=~"Nats.*",alertstate="firing"}) or vector(0)`),
		}},
		{"Servers", []panel{
			state("Up", "max by (server_name) ("+value("nats_server_up", onFleet)+")", "{{server_name}}"),
			list("Missing servers", value("nats_server_missing", onFleet)+" == 1"),
		}},
		{"Traffic", []panel{
			line("Messages received by cluster", "cps", "sum by (cluster) ("+rate("nats_server_received_messages_total", onCluster)+")", "{{cluster}}"),
			line("Bytes received by cluster", "Bps", "sum by (cluster) ("+rate("nats_server_received_bytes_total", onCluster)+")", "{{cluster}}"),
			line("Connections by cluster", "short", "sum by (cluster) ("+value("nats_server_connections", onCluster)+")", "{{cluster}}"),
		}},
		{"Problems", []panel{
			line("Slow consumers", "short", "sum by (server_name, kind) ("+increase("nats_server_slow_consumers_total", onCluster)+") > 0", "{{server_name}} {{kind}}"),
			line("Disconnects by reason", "short", "sum by (reason) ("+increase("nats_events_disconnects_total", onFleet)+")", "{{reason}}"),
			line("Authentication errors", "short", "sum by (server_name, reason) ("+increase("nats_events_auth_errors_total", onFleet)+")", "{{server_name}} {{reason}}"),
		}},
		{"The exporter", []panel{
			line("Snapshot duration", "s", "nats_snapshot_duration_seconds"+onFleet, "{{instance}}"),
			line("Series", "short", "nats_exporter_series"+onFleet, "{{instance}}"),
			line("Answers missing", "short", "sum by (kind, reason) ("+value("nats_server_answer_missing", onFleet)+")", "{{kind}} {{reason}}"),
		}},
	}},
	{name: "links", title: "NATS / Super-cluster links", vars: []variable{varFleet, varCluster, varServer}, rows: []boardRow{
		{"Gateways", []panel{
			state("Connected", "min by (cluster, remote_cluster) ("+value("nats_gateway_connected", onFleet)+")", "{{cluster}} to {{remote_cluster}}"),
			line("Sent", "Bps", "sum by (cluster, remote_cluster) ("+rate("nats_gateway_sent_bytes_total", onServer)+")", "{{cluster}} to {{remote_cluster}}"),
			line("Round trip time", "s", "max by (cluster, remote_cluster) ("+value("nats_gateway_rtt_seconds", onServer)+")", "{{cluster}} to {{remote_cluster}}"),
			line("Pending", "bytes", "max by (server_name, remote_cluster) ("+value("nats_gateway_pending_bytes", onServer)+")", "{{server_name}} to {{remote_cluster}}"),
		}},
		{"Routes", []panel{
			line("Sent", "Bps", "sum by (server_name, remote_name) ("+rate("nats_route_sent_bytes_total", onServer)+")", "{{server_name}} to {{remote_name}}"),
			line("Round trip time", "s", "max by (server_name, remote_name) ("+value("nats_route_rtt_seconds", onServer)+")", "{{server_name}} to {{remote_name}}"),
			line("Pending", "bytes", "max by (server_name, remote_name) ("+value("nats_route_pending_bytes", onServer)+")", "{{server_name}} to {{remote_name}}"),
		}},
		{"Leaf nodes", []panel{
			line("Connections", "short", "sum by (server_name) ("+value("nats_server_leafnodes", onServer)+")", "{{server_name}}"),
			line("Sent", "Bps", "sum by (server_name, remote_name, account) ("+rate("nats_leaf_sent_bytes_total", onServer)+")", "{{server_name}} to {{remote_name}} ({{account}})"),
			line("Round trip time", "s", "max by (server_name, remote_name) ("+value("nats_leaf_rtt_seconds", onServer)+")", "{{server_name}} to {{remote_name}}"),
		}},
	}},
	{name: "server", title: "NATS / Server", vars: []variable{varFleet, varCluster, varServer}, rows: []boardRow{
		{"Identity", []panel{
			list("Servers", value("nats_server_info", onServer)),
			list("Certificates expire in", "sort("+value("nats_server_certificate_expiry_timestamp_seconds", onServer)+" - time())"),
		}},
		{"Load", []panel{
			line("CPU, of usable cores", "percentunit", value("nats_server_cpu_usage_ratio", onServer)+" / ("+value("nats_server_gomaxprocs", onServer)+" or "+value("nats_server_cores", onServer)+")", "{{server_name}}"),
			line("Memory", "bytes", value("nats_server_memory_bytes", onServer), "{{server_name}}").two(value("nats_server_memory_limit_bytes", onServer), "{{server_name}} limit"),
			line("Connections", "short", value("nats_server_connections", onServer), "{{server_name}}"),
			line("Subscriptions", "short", value("nats_server_subscriptions", onServer), "{{server_name}}"),
			line("Connections opened", "cps", rate("nats_server_connections_opened_total", onServer), "{{server_name}}"),
			line("Round trip time", "s", value("nats_server_rtt_seconds", onServer), "{{server_name}}"),
		}},
		{"Traffic", []panel{
			line("Messages", "cps", rate("nats_server_received_messages_total", onServer), "{{server_name}} in").two("-"+rate("nats_server_sent_messages_total", onServer), "{{server_name}} out").wide(12),
			line("Bytes", "Bps", rate("nats_server_received_bytes_total", onServer), "{{server_name}} in").two("-"+rate("nats_server_sent_bytes_total", onServer), "{{server_name}} out").wide(12),
		}},
		{"Problems", []panel{
			line("Slow consumers", "short", increase("nats_server_slow_consumers_total", onServer), "{{server_name}} {{kind}}"),
			line("Stale connections", "short", increase("nats_server_stale_connections_total", onServer), "{{server_name}} {{kind}}"),
			line("Stalled publishers", "short", increase("nats_server_stalled_clients_total", onServer), "{{server_name}}"),
			state("Reports itself healthy", value("nats_server_healthy", onServer), "{{server_name}}"),
		}},
	}},
	{name: "jetstream", title: "NATS / JetStream", vars: []variable{varFleet, varJSAcc, varStream}, rows: []boardRow{
		{"Meta group", []panel{
			list("Leader", value("nats_jetstream_meta_leader", onFleet)+" == 1"),
			line("Requests waiting", "short", "max by (domain) ("+value("nats_jetstream_meta_pending", onFleet)+")", "{{domain}}"),
			line("Lag of the peers", "short", value("nats_jetstream_meta_peer_lag", onFleet), "{{peer}}"),
			line("Log behind", "short", value("nats_raft_committed_index", onFleet)+" - "+value("nats_raft_applied_index", onFleet), "{{server_name}}"),
		}},
		{"Servers", []panel{
			line("Storage used", "percentunit", value("nats_jetstream_storage_used_bytes", onFleet)+" / ("+value("nats_jetstream_storage_max_bytes", onFleet)+" > 0)", "{{server_name}}"),
			line("API requests", "cps", rate("nats_jetstream_api_requests_total", onFleet), "{{server_name}}"),
			line("API errors", "cps", rate("nats_jetstream_api_errors_total", onFleet), "{{server_name}}"),
		}},
		{"Streams", []panel{
			line("Messages stored", "cps", "sum by (domain, account_name, stream) ("+rate("nats_jetstream_stream_last_sequence", onStream)+")", "{{account_name}} {{stream}} {{domain}}"),
			line("Messages", "short", "max by (domain, account_name, stream) ("+value("nats_jetstream_stream_messages", onStream)+")", "{{account_name}} {{stream}} {{domain}}"),
			line("Bytes", "bytes", "max by (domain, account_name, stream) ("+value("nats_jetstream_stream_bytes", onStream)+")", "{{account_name}} {{stream}} {{domain}}"),
			line("Lag of replicas", "short", value("nats_jetstream_stream_replica_lag", onStream), "{{stream}} on {{peer}}"),
			line("Lag of mirrors and sources", "short", value("nats_jetstream_stream_origin_lag", onStream), "{{stream}} from {{origin}}"),
			line("Elections", "short", "sum by (account, asset) ("+increase("nats_events_elections_total", onFleet)+")", "{{account}} {{asset}}"),
			list("Without a leader", value("nats_jetstream_stream_leaderless", onFleet)+" == 1"),
		}},
		{"Consumers", []panel{
			line("Pending messages", "short", "max by (account_name, stream, consumer) ("+value("nats_jetstream_consumer_pending_messages", onStream)+")", "{{stream}} {{consumer}}"),
			line("Pending acknowledgments", "short", "max by (account_name, stream, consumer) ("+value("nats_jetstream_consumer_ack_pending_messages", onStream)+")", "{{stream}} {{consumer}}"),
			line("Delivered", "cps", "sum by (account_name, stream, consumer) ("+rate("nats_jetstream_consumer_delivered_consumer_sequence", onStream)+")", "{{stream}} {{consumer}}"),
		}},
	}},
	{name: "accounts", title: "NATS / Accounts", vars: []variable{varFleet, varAccount}, rows: []boardRow{
		{"Usage", []panel{
			line("Connections", "short", "sum by (account_name) ("+value("nats_account_connections", onAccount)+")", "{{account_name}}"),
			line("Subscriptions", "short", "sum by (account_name) ("+value("nats_account_subscriptions", onAccount)+")", "{{account_name}}"),
			line("Leaf nodes", "short", "sum by (account_name) ("+value("nats_account_leafnodes", onAccount)+")", "{{account_name}}"),
			line("Messages in", "cps", "sum by (account_name) ("+rate("nats_account_received_messages_total", onAccount)+")", "{{account_name}}"),
			line("Messages out", "cps", "sum by (account_name) ("+rate("nats_account_sent_messages_total", onAccount)+")", "{{account_name}}"),
			line("Bytes in", "Bps", "sum by (account_name) ("+rate("nats_account_received_bytes_total", onAccount)+")", "{{account_name}}"),
		}},
		{"JetStream", []panel{
			line("Storage used", "bytes", "sum by (account_name) (max by (domain, account_name) ("+value("nats_jetstream_account_storage_used_bytes", onAccount)+"))", "{{account_name}}"),
			line("Memory used", "bytes", "sum by (account_name) (max by (domain, account_name) ("+value("nats_jetstream_account_memory_used_bytes", onAccount)+"))", "{{account_name}}"),
			line("API errors", "cps", "sum by (account_name) ("+rate("nats_jetstream_account_api_errors_total", onAccount)+")", "{{account_name}}"),
		}},
		{"Limits", []panel{
			line("Connections of limit", "percentunit", "sum by (account) ("+value("nats_account_connections", onFleet)+") / on (account) "+value("nats_account_limit_connections", onFleet), "{{account}}"),
			line("Storage of limit", "percentunit", "max by (domain, account) ("+value("nats_jetstream_account_storage_used_bytes", onFleet)+`) / on (account) group_left () max by (account) (`+value("nats_account_limit_jetstream_storage_bytes", onFleet)+")", "{{account}} {{domain}}"),
			list("JWTs expire in", "sort("+value("nats_account_expiry_timestamp_seconds", onFleet)+" - time())"),
			line("Slow consumers", "short", "sum by (account_name) ("+increase("nats_account_slow_consumers_total", onAccount)+")", "{{account_name}}"),
		}},
		{"Micro services", []panel{
			line("Requests", "cps", "sum by (service, endpoint) ("+rate("nats_service_requests_total", onFleet)+")", "{{service}} {{endpoint}}"),
			line("Errors", "cps", "sum by (service, endpoint) ("+rate("nats_service_errors_total", onFleet)+")", "{{service}} {{endpoint}}"),
			line("Processing time", "s", "sum by (service, endpoint) ("+rate("nats_service_processing_seconds_total", onFleet)+") / sum by (service, endpoint) ("+rate("nats_service_requests_total", onFleet)+")", "{{service}} {{endpoint}}"),
		}},
	}},
}
