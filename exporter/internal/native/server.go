package native

import (
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
	"github.com/natsctl/natsctl/internal/fleet"
)

// HasStatsz reports whether a server reported its load.
func HasStatsz(sv *fleet.Server) bool { return sv.Statsz != nil }

// ServerInfo has each server's version, host and domain.
var ServerInfo = &table.Group[*fleet.Server]{
	Set: metric.Native, Collector: "servers", Labels: With(serverLabels, "version", "host", "domain"),
	Each: scrape.EachServer(func(*fleet.Server) bool { return true }),
	Ident: func(sv *fleet.Server, v []string) {
		identServer(sv, v)
		v[3], v[4], v[5] = sv.Info.Version, sv.Info.Host, sv.Info.Domain
	},
	Rows: []table.Row[*fleet.Server]{
		{Name: "nats_server_info", Help: "Always 1: the server's version, host and JetStream domain, to join by server_id.", Value: func(*fleet.Server) float64 { return 1 }},
	},
}

// ServerLoad has the load and traffic of each server.
var ServerLoad = &table.Group[*fleet.Server]{
	Set: metric.Native, Collector: "servers", Labels: serverLabels, Each: scrape.EachServer(HasStatsz), Ident: identServer,
	Rows: []table.Row[*fleet.Server]{
		{Name: "nats_server_start_time_seconds", Help: "When the server started.", Value: func(s *fleet.Server) float64 { return number.Unix(s.Statsz.Start) }},
		{Name: "nats_server_uptime_seconds", Help: "How long the server has run, by its own clock.", Value: func(s *fleet.Server) float64 { return number.Between(s.Statsz.Start, s.Info.Time) }},
		{Name: "nats_server_rtt_seconds", Help: "Round trip time of the request to this server.", Value: func(s *fleet.Server) float64 { return s.RTTSeconds }},
		{Name: "nats_server_memory_bytes", Help: "Resident memory of the server.", Value: func(s *fleet.Server) float64 { return float64(s.Statsz.Mem) }},
		{Name: "nats_server_memory_limit_bytes", Help: "The server's GOMEMLIMIT; absent if not set.", Value: func(s *fleet.Server) float64 { return number.Positive(s.Statsz.MemLimit) }},
		{Name: "nats_server_cores", Help: "CPU cores of the host.", Value: func(s *fleet.Server) float64 { return float64(s.Statsz.Cores) }},
		{Name: "nats_server_gomaxprocs", Help: "Cores that the server may use; absent on servers that do not report it.", Value: func(s *fleet.Server) float64 { return number.Positive(int64(s.Statsz.MaxProcs)) }},
		{Name: "nats_server_cpu_usage_ratio", Help: "CPU usage of the server: 1 is one core fully used.", Value: func(s *fleet.Server) float64 { return s.Statsz.CPU / 100 }},
		{Name: "nats_server_connections", Help: "Client connections now.", Value: func(s *fleet.Server) float64 { return float64(s.Statsz.Connections) }},
		{Name: "nats_server_connections_opened_total", Type: metric.Counter, Help: "Connections opened since the server started.", Value: func(s *fleet.Server) float64 { return float64(s.Statsz.TotalConnections) }},
		{Name: "nats_server_active_accounts", Help: "Accounts with clients on this server.", Value: func(s *fleet.Server) float64 { return float64(s.Statsz.ActiveAccounts) }},
		{Name: "nats_server_subscriptions", Help: "Subscriptions on the server.", Value: func(s *fleet.Server) float64 { return float64(s.Statsz.NumSubs) }},
		{Name: "nats_server_sent_messages_total", Type: metric.Counter, Help: "Messages sent to clients, routes, gateways and leaf nodes.", Value: func(s *fleet.Server) float64 { return float64(s.Statsz.Sent.Msgs) }},
		{Name: "nats_server_sent_bytes_total", Type: metric.Counter, Help: "Bytes sent to clients, routes, gateways and leaf nodes.", Value: func(s *fleet.Server) float64 { return float64(s.Statsz.Sent.Bytes) }},
		{Name: "nats_server_received_messages_total", Type: metric.Counter, Help: "Messages received from clients, routes, gateways and leaf nodes.", Value: func(s *fleet.Server) float64 { return float64(s.Statsz.Received.Msgs) }},
		{Name: "nats_server_received_bytes_total", Type: metric.Counter, Help: "Bytes received from clients, routes, gateways and leaf nodes.", Value: func(s *fleet.Server) float64 { return float64(s.Statsz.Received.Bytes) }},
		{Name: "nats_server_slow_consumers_total", Type: metric.Counter, Help: "Connections cut or stalled because they read too slowly, by kind of connection (all, on servers that do not report the kind).", Extra: kindLabel, Many: slowConsumers},
		{Name: "nats_server_stale_connections_total", Type: metric.Counter, Help: "Connections closed because they answered no ping, by kind of connection.", Extra: kindLabel, Many: staleConnections},
		{Name: "nats_server_stalled_clients_total", Type: metric.Counter, Help: "Times that a publisher was stalled because a subscriber read too slowly.", Value: func(s *fleet.Server) float64 {
			return number.IfReported(s, fleet.FieldStalledClients, float64(s.Statsz.StalledClients))
		}},
		{Name: "nats_server_known_servers", Help: "Servers that this server knows of, itself included.", Value: func(s *fleet.Server) float64 { return number.Positive(int64(s.Statsz.ActiveServers)) }},
		{Name: "nats_server_routes", Help: "Route connections now; a peer has several.", Value: func(s *fleet.Server) float64 { return float64(len(s.Statsz.Routes)) }},
		{Name: "nats_server_gateways", Help: "Other clusters to which the server has a gateway connection.", Value: func(s *fleet.Server) float64 { return float64(len(s.Statsz.Gateways)) }},
	},
}

// clocked is a server with the times of its snapshot.
type clocked struct {
	sv   *fleet.Server
	snap *fleet.Snapshot
}

// ServerClock has the clock of each server.
var ServerClock = &table.Group[*clocked]{
	Set: metric.Native, Collector: "servers", Labels: serverLabels,
	Each: func(v *scrape.View, yield func(*clocked)) {
		for _, sv := range v.Snapshot.Servers {
			yield(&clocked{sv, v.Snapshot})
		}
	},
	Ident: func(c *clocked, v []string) { identServer(c.sv, v) },
	Rows: []table.Row[*clocked]{
		{Name: "nats_server_clock_skew_seconds", Help: "Difference between the server's clock and the exporter's, beyond the time that the answer took.", Value: (*clocked).skew},
	},
}

// skew returns the difference beyond the time that the snapshot took.
func (c *clocked) skew() float64 {
	if c.sv.Info.Time.IsZero() || c.snap.Time.IsZero() {
		return number.None
	}
	first := c.snap.Time.Add(-time.Duration(c.snap.TookSeconds * float64(time.Second)))
	return max(first.Sub(c.sv.Info.Time).Seconds(), c.sv.Info.Time.Sub(c.snap.Time).Seconds(), 0)
}

var kindLabel = []string{"kind"}

func slowConsumers(sv *fleet.Server, em *table.Emitter) {
	if st := sv.Statsz.SlowConsumersStats; st != nil {
		byKind(em, st.Clients, st.Routes, st.Gateways, st.Leafs)
		return
	}
	em.PutLabel(float64(sv.Statsz.SlowConsumers), "all")
}

func staleConnections(sv *fleet.Server, em *table.Emitter) {
	if st := sv.Statsz.StaleConnectionStats; st != nil {
		byKind(em, st.Clients, st.Routes, st.Gateways, st.Leafs)
	}
}

func byKind(em *table.Emitter, clients, routes, gateways, leafs uint64) {
	em.PutLabel(float64(clients), "client")
	em.PutLabel(float64(routes), "route")
	em.PutLabel(float64(gateways), "gateway")
	em.PutLabel(float64(leafs), "leaf")
}

// HasVarz reports whether a server reported its configuration.
func HasVarz(sv *fleet.Server) bool { return sv.Varz != nil }

// ServerConfig has the limits of each server.
var ServerConfig = &table.Group[*fleet.Server]{
	Set: metric.Native, Collector: "config", Labels: serverLabels, Each: scrape.EachServer(HasVarz), Ident: identServer,
	Rows: []table.Row[*fleet.Server]{
		{Name: "nats_server_max_connections", Help: "Maximum client connections of the server.", Value: func(s *fleet.Server) float64 { return number.Positive(int64(s.Varz.MaxConn)) }},
		{Name: "nats_server_max_payload_bytes", Help: "Maximum size of a message.", Value: func(s *fleet.Server) float64 { return number.Positive(int64(s.Varz.MaxPayload)) }},
		{Name: "nats_server_max_pending_bytes", Help: "Maximum pending bytes of one connection.", Value: func(s *fleet.Server) float64 { return number.Positive(s.Varz.MaxPending) }},
		{Name: "nats_server_max_subscriptions", Help: "Maximum subscriptions of one connection; absent if not limited.", Value: func(s *fleet.Server) float64 { return number.Positive(int64(s.Varz.MaxSubs)) }},
		{Name: "nats_server_write_deadline_seconds", Help: "How long a write to a connection may take.", Value: func(s *fleet.Server) float64 { return s.Varz.WriteDeadline.Seconds() }},
		{Name: "nats_server_leafnodes", Help: "Leaf node connections now.", Value: func(s *fleet.Server) float64 { return float64(s.Varz.Leafs) }},
		{Name: "nats_server_routes_configured", Help: "Routes in the server's configuration.", Value: func(s *fleet.Server) float64 { return float64(s.Varz.Remotes) }},
		{Name: "nats_server_leaf_remotes_configured", Help: "Leaf node remotes in the server's configuration.", Value: func(s *fleet.Server) float64 { return float64(len(s.Varz.LeafNode.Remotes)) }},
		{Name: "nats_server_config_load_time_seconds", Help: "When the server last read its configuration.", Value: func(s *fleet.Server) float64 { return number.Unix(s.Varz.ConfigLoadTime) }},
		{Name: "nats_server_config_info", Help: "Always 1: the digest of the configuration in use. Servers of a cluster with equal configuration have the same digest.", Extra: []string{"digest"}, Many: func(s *fleet.Server, em *table.Emitter) {
			if s.Varz.ConfigDigest != "" {
				em.PutLabel(1, s.Varz.ConfigDigest)
			}
		}},
		{Name: "nats_server_build_info", Help: "Always 1: the Go version and the commit that the server was built from.", Extra: []string{"go_version", "commit"}, Many: func(s *fleet.Server, em *table.Emitter) { em.PutLabels(1, s.Varz.GoVersion, s.Varz.GitCommit) }},
		{Name: "nats_server_http_requests_total", Type: metric.Counter, Help: "Requests to the server's monitoring port, by path.", Extra: []string{"path"}, Many: httpRequests},
		{Name: "nats_server_pinned_account_failures_total", Type: metric.Counter, Help: "Logins refused because the account is not pinned.", Value: func(s *fleet.Server) float64 { return float64(s.Varz.PinnedAccountFail) }},
		{Name: "nats_server_disk_io_waiters", Help: "Disk operations in the queue.", Value: disk(func(d *server.DiskIOWaitStats) float64 { return float64(d.Waiters) })},
		{Name: "nats_server_disk_io_waits_total", Type: metric.Counter, Help: "Disk operations that were queued.", Value: disk(func(d *server.DiskIOWaitStats) float64 { return float64(d.Waits) })},
		{Name: "nats_server_disk_io_wait_seconds_total", Type: metric.Counter, Help: "Time that disk operations were queued.", Value: disk(func(d *server.DiskIOWaitStats) float64 { return float64(d.WaitTime) / 1e9 })},
		{Name: "nats_server_disk_io_wait_max_seconds", Help: "The longest time that a disk operation was queued.", Value: disk(func(d *server.DiskIOWaitStats) float64 { return float64(d.MaxWaitTime) / 1e9 })},
	},
}

// disk skips servers without disk statistics.
func disk(value func(*server.DiskIOWaitStats) float64) func(*fleet.Server) float64 {
	return func(s *fleet.Server) float64 {
		if s.Varz.DiskIOWaitStats == nil {
			return number.None
		}
		return value(s.Varz.DiskIOWaitStats)
	}
}

func httpRequests(s *fleet.Server, em *table.Emitter) {
	for _, path := range number.SortedKeys(s.Varz.HTTPReqStats) {
		em.PutLabel(float64(s.Varz.HTTPReqStats[path]), path)
	}
}

// ServerCerts has the expiry of each server's certificates and claims.
var ServerCerts = &table.Group[*fleet.Server]{
	Set: metric.Native, Collector: "config", Labels: serverLabels, Each: scrape.EachServer(HasVarz), Ident: identServer,
	Rows: []table.Row[*fleet.Server]{
		{Name: "nats_server_certificate_expiry_timestamp_seconds", Help: "When the certificate that a listener shows expires.", Extra: []string{"listener"}, Many: func(s *fleet.Server, em *table.Emitter) {
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
				em.PutLabel(number.Unix(l.after), l.name)
			}
		}},
		{Name: "nats_server_operator_expiry_timestamp_seconds", Help: "When the JWT of an operator that the server trusts expires; absent if never.", Extra: []string{"operator"}, Many: func(s *fleet.Server, em *table.Emitter) {
			for _, claim := range s.Varz.TrustedOperatorsClaim {
				if claim != nil {
					em.PutLabel(number.Positive(claim.Expires), claim.Name)
				}
			}
		}},
	},
}
