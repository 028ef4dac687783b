package exporter

import (
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

func hasStatsz(sv *fleet.Server) bool { return sv.Statsz != nil }

var serverInfo = &group[*fleet.Server]{
	set: Native, collector: "servers", labels: with(serverLabels, "version", "host", "domain"),
	each: eachServer(func(*fleet.Server) bool { return true }),
	ident: func(sv *fleet.Server, v []string) {
		identServer(sv, v)
		v[3], v[4], v[5] = sv.Info.Version, sv.Info.Host, sv.Info.Domain
	},
	rows: []row[*fleet.Server]{
		{name: "nats_server_info", help: "Always 1: the server's version, host and JetStream domain, to join by server_id.", value: func(*fleet.Server) float64 { return 1 }},
	},
}

var serverLoad = &group[*fleet.Server]{
	set: Native, collector: "servers", labels: serverLabels, each: eachServer(hasStatsz), ident: identServer,
	rows: []row[*fleet.Server]{
		{name: "nats_server_start_time_seconds", help: "When the server started.", value: func(s *fleet.Server) float64 { return unix(s.Statsz.Start) }},
		{name: "nats_server_uptime_seconds", help: "How long the server has run, by its own clock.", value: func(s *fleet.Server) float64 { return span(s.Statsz.Start, s.Info.Time) }},
		{name: "nats_server_rtt_seconds", help: "From the question to this server's answer.", value: func(s *fleet.Server) float64 { return s.RTTSeconds }},
		{name: "nats_server_memory_bytes", help: "Resident memory of the server.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.Mem) }},
		{name: "nats_server_memory_limit_bytes", help: "The server's GOMEMLIMIT; absent if not set.", value: func(s *fleet.Server) float64 { return positive(s.Statsz.MemLimit) }},
		{name: "nats_server_cores", help: "Processor cores of the host.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.Cores) }},
		{name: "nats_server_gomaxprocs", help: "Cores that the server may use; absent on servers that do not tell.", value: func(s *fleet.Server) float64 { return positive(int64(s.Statsz.MaxProcs)) }},
		{name: "nats_server_cpu_usage_ratio", help: "Processor use of the server: 1 is one core busy all the time.", value: func(s *fleet.Server) float64 { return s.Statsz.CPU / 100 }},
		{name: "nats_server_connections", help: "Client connections now.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.Connections) }},
		{name: "nats_server_connections_opened_total", typ: Counter, help: "Connections opened since the server started.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.TotalConnections) }},
		{name: "nats_server_active_accounts", help: "Accounts with clients on this server.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.ActiveAccounts) }},
		{name: "nats_server_subscriptions", help: "Subscriptions that the server holds.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.NumSubs) }},
		{name: "nats_server_sent_messages_total", typ: Counter, help: "Messages sent to clients, routes, gateways and leaf nodes.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.Sent.Msgs) }},
		{name: "nats_server_sent_bytes_total", typ: Counter, help: "Bytes sent to clients, routes, gateways and leaf nodes.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.Sent.Bytes) }},
		{name: "nats_server_received_messages_total", typ: Counter, help: "Messages received from clients, routes, gateways and leaf nodes.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.Received.Msgs) }},
		{name: "nats_server_received_bytes_total", typ: Counter, help: "Bytes received from clients, routes, gateways and leaf nodes.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.Received.Bytes) }},
		{name: "nats_server_slow_consumers_total", typ: Counter, help: "Connections cut or stalled because they read too slowly, by kind of connection (all, on servers that do not tell the kind).", extra: kindLabel, many: slowConsumers},
		{name: "nats_server_stale_connections_total", typ: Counter, help: "Connections closed because they answered no ping, by kind of connection.", extra: kindLabel, many: staleConnections},
		{name: "nats_server_stalled_clients_total", typ: Counter, help: "Times that a publisher was held back because a subscriber read too slowly.", value: func(s *fleet.Server) float64 {
			return told(s, fleet.FieldStalledClients, float64(s.Statsz.StalledClients))
		}},
		{name: "nats_server_known_servers", help: "Servers of the fleet that this server knows, itself included.", value: func(s *fleet.Server) float64 { return positive(int64(s.Statsz.ActiveServers)) }},
		{name: "nats_server_routes", help: "Route connections now; a peer has several.", value: func(s *fleet.Server) float64 { return float64(len(s.Statsz.Routes)) }},
		{name: "nats_server_gateways", help: "Other clusters to which the server has a gateway connection.", value: func(s *fleet.Server) float64 { return float64(len(s.Statsz.Gateways)) }},
	},
}

// clocked is a server with what its snapshot says of the time.
type clocked struct {
	sv   *fleet.Server
	snap *fleet.Snapshot
}

var serverClock = &group[*clocked]{
	set: Native, collector: "servers", labels: serverLabels,
	each: func(v *view, yield func(*clocked)) {
		for _, sv := range v.snap.Servers {
			yield(&clocked{sv, v.snap})
		}
	},
	ident: func(c *clocked, v []string) { identServer(c.sv, v) },
	rows: []row[*clocked]{
		{name: "nats_server_clock_skew_seconds", help: "How far the server's clock is off from the exporter's, beyond what the travel of its answer explains.", value: (*clocked).skew},
	},
}

// skew is what lies outside the time that the snapshot took.
func (c *clocked) skew() float64 {
	if c.sv.Info.Time.IsZero() || c.snap.Time.IsZero() {
		return none
	}
	first := c.snap.Time.Add(-time.Duration(c.snap.TookSeconds * float64(time.Second)))
	return max(first.Sub(c.sv.Info.Time).Seconds(), c.sv.Info.Time.Sub(c.snap.Time).Seconds(), 0)
}

var kindLabel = []string{"kind"}

func slowConsumers(sv *fleet.Server, em *emitter) {
	if st := sv.Statsz.SlowConsumersStats; st != nil {
		byKind(em, st.Clients, st.Routes, st.Gateways, st.Leafs)
		return
	}
	em.put1(float64(sv.Statsz.SlowConsumers), "all")
}

func staleConnections(sv *fleet.Server, em *emitter) {
	if st := sv.Statsz.StaleConnectionStats; st != nil {
		byKind(em, st.Clients, st.Routes, st.Gateways, st.Leafs)
	}
}

func byKind(em *emitter, clients, routes, gateways, leafs uint64) {
	em.put1(float64(clients), "client")
	em.put1(float64(routes), "route")
	em.put1(float64(gateways), "gateway")
	em.put1(float64(leafs), "leaf")
}

// positive returns n, or none if the server left it out.
func positive(n int64) float64 {
	if n <= 0 {
		return none
	}
	return float64(n)
}

func hasVarz(sv *fleet.Server) bool { return sv.Varz != nil }

var serverConfig = &group[*fleet.Server]{
	set: Native, collector: "config", labels: serverLabels, each: eachServer(hasVarz), ident: identServer,
	rows: []row[*fleet.Server]{
		{name: "nats_server_max_connections", help: "The most client connections that the server takes.", value: func(s *fleet.Server) float64 { return positive(int64(s.Varz.MaxConn)) }},
		{name: "nats_server_max_payload_bytes", help: "The largest message that the server takes.", value: func(s *fleet.Server) float64 { return positive(int64(s.Varz.MaxPayload)) }},
		{name: "nats_server_max_pending_bytes", help: "The most bytes that the server holds for one slow reader.", value: func(s *fleet.Server) float64 { return positive(s.Varz.MaxPending) }},
		{name: "nats_server_max_subscriptions", help: "The most subscriptions of one connection; absent if not limited.", value: func(s *fleet.Server) float64 { return positive(int64(s.Varz.MaxSubs)) }},
		{name: "nats_server_write_deadline_seconds", help: "How long a write to a connection may take.", value: func(s *fleet.Server) float64 { return s.Varz.WriteDeadline.Seconds() }},
		{name: "nats_server_leafnodes", help: "Leaf node connections now.", value: func(s *fleet.Server) float64 { return float64(s.Varz.Leafs) }},
		{name: "nats_server_routes_configured", help: "Routes in the server's configuration.", value: func(s *fleet.Server) float64 { return float64(s.Varz.Remotes) }},
		{name: "nats_server_leaf_remotes_configured", help: "Leaf node remotes in the server's configuration.", value: func(s *fleet.Server) float64 { return float64(len(s.Varz.LeafNode.Remotes)) }},
		{name: "nats_server_config_load_time_seconds", help: "When the server last read its configuration.", value: func(s *fleet.Server) float64 { return unix(s.Varz.ConfigLoadTime) }},
		{name: "nats_server_config_info", help: "Always 1: the digest of the configuration in use. Servers of one cluster that should be equal have one digest.", extra: []string{"digest"}, many: func(s *fleet.Server, em *emitter) {
			if s.Varz.ConfigDigest != "" {
				em.put1(1, s.Varz.ConfigDigest)
			}
		}},
		{name: "nats_server_build_info", help: "Always 1: the Go version and the commit that the server was built from.", extra: []string{"go_version", "commit"}, many: func(s *fleet.Server, em *emitter) { em.put2(1, s.Varz.GoVersion, s.Varz.GitCommit) }},
		{name: "nats_server_http_requests_total", typ: Counter, help: "Requests to the server's monitoring port, by path.", extra: []string{"path"}, many: httpRequests},
		{name: "nats_server_pinned_account_failures_total", typ: Counter, help: "Logins refused because their account is not pinned.", value: func(s *fleet.Server) float64 { return float64(s.Varz.PinnedAccountFail) }},
		{name: "nats_server_disk_io_waiters", help: "Disk operations that wait for their turn.", value: disk(func(d *server.DiskIOWaitStats) float64 { return float64(d.Waiters) })},
		{name: "nats_server_disk_io_waits_total", typ: Counter, help: "Disk operations that had to wait for their turn.", value: disk(func(d *server.DiskIOWaitStats) float64 { return float64(d.Waits) })},
		{name: "nats_server_disk_io_wait_seconds_total", typ: Counter, help: "Time that disk operations waited for their turn.", value: disk(func(d *server.DiskIOWaitStats) float64 { return float64(d.WaitTime) / 1e9 })},
		{name: "nats_server_disk_io_wait_max_seconds", help: "The longest that a disk operation waited for its turn.", value: disk(func(d *server.DiskIOWaitStats) float64 { return float64(d.MaxWaitTime) / 1e9 })},
	},
}

// disk skips servers without figures of their disk.
func disk(value func(*server.DiskIOWaitStats) float64) func(*fleet.Server) float64 {
	return func(s *fleet.Server) float64 {
		if s.Varz.DiskIOWaitStats == nil {
			return none
		}
		return value(s.Varz.DiskIOWaitStats)
	}
}

func httpRequests(s *fleet.Server, em *emitter) {
	for _, path := range sortedKeys(s.Varz.HTTPReqStats) {
		em.put1(float64(s.Varz.HTTPReqStats[path]), path)
	}
}

// serverCerts has the certificates and claims of a server that will expire.
var serverCerts = &group[*fleet.Server]{
	set: Native, collector: "config", labels: serverLabels, each: eachServer(hasVarz), ident: identServer,
	rows: []row[*fleet.Server]{
		{name: "nats_server_certificate_expiry_timestamp_seconds", help: "When the certificate that a listener shows expires.", extra: []string{"listener"}, many: func(s *fleet.Server, em *emitter) {
			for _, l := range [...]struct {
				name  string
				after time.Time
			}{
				{"client", s.Varz.TLSCertNotAfter},
				{"cluster", s.Varz.Cluster.TLSCertNotAfter},
				{"gateway", s.Varz.Gateway.TLSCertNotAfter},
				{"leaf", s.Varz.LeafNode.TLSCertNotAfter},
				{"websocket", s.Varz.Websocket.TLSCertNotAfter},
				{"mqtt", s.Varz.MQTT.TLSCertNotAfter},
			} {
				em.put1(unix(l.after), l.name)
			}
		}},
		{name: "nats_server_operator_expiry_timestamp_seconds", help: "When the JWT of an operator that the server trusts expires; absent if never.", extra: []string{"operator"}, many: func(s *fleet.Server, em *emitter) {
			for _, claim := range s.Varz.TrustedOperatorsClaim {
				if claim != nil {
					em.put1(positive(claim.Expires), claim.Name)
				}
			}
		}},
	},
}
