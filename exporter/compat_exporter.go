package exporter

import (
	"strconv"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// The rows of these files carry prometheus-nats-exporter's names, types and
// labels. Its server_id is an address by default; here it is the server's id,
// with its name beside it.

var exporterLabels = []string{"server_id", "server_name"}

func identExporter(sv *fleet.Server, v []string) { v[0], v[1] = sv.Info.ID, sv.Info.Name }

func hasRoutez(sv *fleet.Server) bool { return sv.Routez != nil }
func hasLeafz(sv *fleet.Server) bool  { return sv.Leafz != nil }
func hasConnz(sv *fleet.Server) bool  { return sv.Connz != nil }

var routez = &group[*fleet.Server]{
	set: NatsExporter, collector: "routes", labels: exporterLabels, each: eachServer(hasRoutez), ident: identExporter,
	rows: []row[*fleet.Server]{
		{name: "gnatsd_routez_num_routes", help: "Route connections.", value: func(s *fleet.Server) float64 { return float64(s.Routez.NumRoutes) }},
	},
}

var leafz = &group[*fleet.Server]{
	set: NatsExporter, collector: "leafs", labels: exporterLabels, each: eachServer(hasLeafz), ident: identExporter,
	rows: []row[*fleet.Server]{
		{name: "gnatsd_leafz_conn_nodes_total", help: "Leaf node connections.", value: func(s *fleet.Server) float64 { return float64(s.Leafz.NumLeafs) }},
	},
}

var leafzInfo = &group[*leaf]{
	set: NatsExporter, collector: "leafs", labels: with(exporterLabels, "account", "account_id", "ip", "port", "name"), each: eachLeaf,
	ident: func(l *leaf, v []string) {
		identExporter(l.sv, v)
		v[2], v[3], v[4], v[5], v[6] = l.Account, l.Account, l.IP, strconv.Itoa(l.Port), l.Name
	},
	rows: []row[*leaf]{
		{name: "gnatsd_leafz_info", help: "Always 1.", value: func(*leaf) float64 { return 1 }},
		{name: "gnatsd_leafz_conn_rtt", help: "Round trip time in seconds.", value: func(l *leaf) float64 { return rtt(l.RTT) }},
		{name: "gnatsd_leafz_conn_in_msgs", help: "Messages received.", value: func(l *leaf) float64 { return float64(l.InMsgs) }},
		{name: "gnatsd_leafz_conn_out_msgs", help: "Messages sent.", value: func(l *leaf) float64 { return float64(l.OutMsgs) }},
		{name: "gnatsd_leafz_conn_in_bytes", help: "Bytes received.", value: func(l *leaf) float64 { return float64(l.InBytes) }},
		{name: "gnatsd_leafz_conn_out_bytes", help: "Bytes sent.", value: func(l *leaf) float64 { return float64(l.OutBytes) }},
		{name: "gnatsd_leafz_conn_subscriptions_total", help: "Subscriptions on the connection.", value: func(l *leaf) float64 { return float64(l.NumSubs) }},
	},
}

var (
	gatewayzOut = exporterGatewayz("outbound", true)
	gatewayzIn  = exporterGatewayz("inbound", false)
)

func exporterGatewayz(direction string, out bool) *group[*gateway] {
	return &group[*gateway]{
		set: NatsExporter, collector: "gateways", labels: with(exporterLabels, "gateway_name", "cid", "remote_gateway_name"), each: oneWay(out),
		ident: func(g *gateway, v []string) {
			identExporter(g.sv, v)
			v[2], v[3], v[4] = g.own.Name, strconv.FormatUint(g.Cid, 10), g.remote
		},
		rows: gatewayzRows("gnatsd_gatewayz_" + direction + "_gateway_"),
	}
}

var healthz = &group[*fleet.Server]{
	set: NatsExporter, collector: "health", labels: exporterLabels, each: eachServer(hasHealthz), ident: identExporter,
	rows: []row[*fleet.Server]{
		{name: "gnatsd_healthz_status", help: "0 if the server says that it is healthy, 1 if not.", value: func(s *fleet.Server) float64 { return flag(s.Healthz.Status != "ok") }},
	},
}

var healthzValues = &group[*fleet.Server]{
	set: NatsExporter, collector: "health", labels: exporterLabels, each: eachServer(hasHealthz), ident: identExporter,
	rows: []row[*fleet.Server]{
		{name: "gnatsd_healthz_status_value", help: "1 if the server says that it is healthy, 0 if not, with its word.", extra: []string{"value"}, many: func(s *fleet.Server, em *emitter) { em.put1(flag(s.Healthz.Status == "ok"), s.Healthz.Status) }},
	},
}

// connTotal adds up a figure of all the connections of a server.
func connTotal(value func(*server.ConnInfo) float64) func(*fleet.Server) float64 {
	return func(s *fleet.Server) float64 {
		sum := 0.0
		for _, c := range s.Connz.Conns {
			if c != nil {
				sum += value(c)
			}
		}
		return sum
	}
}

var connz = &group[*fleet.Server]{
	set: NatsExporter, collector: "connections", labels: exporterLabels, each: eachServer(hasConnz), ident: identExporter,
	rows: []row[*fleet.Server]{
		{name: "gnatsd_connz_num_connections", help: "Connections now, all of them.", value: func(s *fleet.Server) float64 { return float64(len(s.Connz.Conns)) }},
		{name: "gnatsd_connz_total", help: "Connections now, all of them.", value: func(s *fleet.Server) float64 { return float64(s.Connz.Total) }},
		{name: "gnatsd_connz_pending_bytes", help: "Bytes that wait to be read by clients.", value: connTotal(func(c *server.ConnInfo) float64 { return float64(c.Pending) })},
		{name: "gnatsd_connz_subscriptions", help: "Subscriptions of the connections.", value: connTotal(func(c *server.ConnInfo) float64 { return float64(c.NumSubs) })},
		{name: "gnatsd_connz_in_msgs", help: "Messages from the connections of now; it falls when one closes.", value: connTotal(func(c *server.ConnInfo) float64 { return float64(c.InMsgs) })},
		{name: "gnatsd_connz_out_msgs", help: "Messages to the connections of now; it falls when one closes.", value: connTotal(func(c *server.ConnInfo) float64 { return float64(c.OutMsgs) })},
		{name: "gnatsd_connz_in_bytes", help: "Bytes from the connections of now; it falls when one closes.", value: connTotal(func(c *server.ConnInfo) float64 { return float64(c.InBytes) })},
		{name: "gnatsd_connz_out_bytes", help: "Bytes to the connections of now; it falls when one closes.", value: connTotal(func(c *server.ConnInfo) float64 { return float64(c.OutBytes) })},
	},
}

var accstatz = &group[*account]{
	set: NatsExporter, collector: "accounts", labels: with(exporterLabels, "account", "account_id", "account_name"), each: eachAccount,
	ident: func(a *account, v []string) {
		identExporter(a.sv, v)
		v[2], v[3], v[4] = a.Name, a.Account, a.Name
	},
	rows: []row[*account]{
		{name: "gnatsd_accstatz_current_connections", help: "Client connections.", value: func(a *account) float64 { return float64(a.Conns) }},
		{name: "gnatsd_accstatz_total_connections", help: "Client and leaf node connections.", value: func(a *account) float64 { return float64(a.TotalConns) }},
		{name: "gnatsd_accstatz_subscriptions", help: "Subscriptions.", value: func(a *account) float64 { return told(a.sv, fleet.FieldAccountSubs, float64(a.NumSubs)) }},
		{name: "gnatsd_accstatz_leaf_nodes", help: "Leaf node connections.", value: func(a *account) float64 { return float64(a.LeafNodes) }},
		{name: "gnatsd_accstatz_sent_messages", help: "Messages sent.", value: func(a *account) float64 { return float64(a.Sent.Msgs) }},
		{name: "gnatsd_accstatz_sent_bytes", help: "Bytes sent.", value: func(a *account) float64 { return float64(a.Sent.Bytes) }},
		{name: "gnatsd_accstatz_received_messages", help: "Messages received.", value: func(a *account) float64 { return float64(a.Received.Msgs) }},
		{name: "gnatsd_accstatz_received_bytes", help: "Bytes received.", value: func(a *account) float64 { return float64(a.Received.Bytes) }},
		{name: "gnatsd_accstatz_slow_consumers", help: "Slow consumers since the start.", value: func(a *account) float64 { return float64(a.SlowConsumers) }},
	},
}

// granted is what one server says about one account, with its claims.
type granted struct {
	*account
	*claims
}

var accountz = &group[*granted]{
	set: NatsExporter, collector: "limits", labels: with(exporterLabels, "account_id", "account_name"),
	each: func(v *view, yield func(*granted)) {
		at := map[string]*claims{}
		for _, c := range v.beside.claims {
			at[c.id] = c
		}
		for _, a := range v.accounts {
			if c := at[a.Account]; c != nil {
				yield(&granted{a, c})
			}
		}
	},
	ident: func(g *granted, v []string) {
		identExporter(g.sv, v)
		v[2], v[3] = g.Account, g.Name
	},
	rows: []row[*granted]{
		{name: "gnatsd_accountz_client_connections", help: "Client connections.", value: func(g *granted) float64 { return float64(g.Conns) }},
		{name: "gnatsd_accountz_leafnode_connections", help: "Leaf node connections.", value: func(g *granted) float64 { return float64(g.LeafNodes) }},
		{name: "gnatsd_accountz_subscriptions", help: "Subscriptions.", value: func(g *granted) float64 { return told(g.sv, fleet.FieldAccountSubs, float64(g.NumSubs)) }},
		{name: "gnatsd_accountz_is_system", help: "1 for the system account.", value: func(g *granted) float64 { return flag(g.system) }},
		{name: "gnatsd_accountz_expired", help: "1 if the account's JWT has expired.", value: func(g *granted) float64 { return flag(g.expired) }},
		{name: "gnatsd_accountz_complete", help: "1 if the account's imports are all there.", value: func(g *granted) float64 { return flag(g.complete) }},
		{name: "gnatsd_accountz_jetstream_enabled", help: "1 if the account has JetStream.", value: func(g *granted) float64 { return flag(g.jetstream) }},
		{name: "gnatsd_accountz_limit_subs", help: "The most subscriptions, -1 for no limit.", value: grant(func(g *granted) float64 { return float64(g.jwt.Limits.Subs) })},
		{name: "gnatsd_accountz_limit_data", help: "The most data, -1 for no limit.", value: grant(func(g *granted) float64 { return float64(g.jwt.Limits.Data) })},
		{name: "gnatsd_accountz_limit_payload", help: "The largest message, -1 for no limit.", value: grant(func(g *granted) float64 { return float64(g.jwt.Limits.Payload) })},
		{name: "gnatsd_accountz_limit_imports", help: "The most imports, -1 for no limit.", value: grant(func(g *granted) float64 { return float64(g.jwt.Limits.Imports) })},
		{name: "gnatsd_accountz_limit_exports", help: "The most exports, -1 for no limit.", value: grant(func(g *granted) float64 { return float64(g.jwt.Limits.Exports) })},
		{name: "gnatsd_accountz_limit_wildcards", help: "1 if exports may hold wildcards.", value: grant(func(g *granted) float64 { return flag(g.jwt.Limits.WildcardExports) })},
		{name: "gnatsd_accountz_limit_conn", help: "The most client connections, -1 for no limit.", value: grant(func(g *granted) float64 { return float64(g.jwt.Limits.Conn) })},
		{name: "gnatsd_accountz_limit_leaf", help: "The most leaf node connections, -1 for no limit.", value: grant(func(g *granted) float64 { return float64(g.jwt.Limits.LeafNodeConn) })},
	},
}

// grant skips accounts of a configuration file, which have no limits.
func grant(value func(*granted) float64) func(*granted) float64 {
	return func(g *granted) float64 {
		if g.jwt == nil {
			return none
		}
		return value(g)
	}
}
