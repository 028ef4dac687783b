package compat

import (
	"strconv"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/native"
	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
	"github.com/natsctl/natsctl/internal/fleet"
)

// The rows of these files have prometheus-nats-exporter's names, types and
// labels. Its server_id is an address by default; here it is the server's id,
// with the server's name as another label.

var exporterLabels = []string{"server_id", "server_name"}

func identExporter(sv *fleet.Server, v []string) { v[0], v[1] = sv.Info.ID, sv.Info.Name }

func hasRoutez(sv *fleet.Server) bool { return sv.Routez != nil }
func hasLeafz(sv *fleet.Server) bool  { return sv.Leafz != nil }
func hasConnz(sv *fleet.Server) bool  { return sv.Connz != nil }

// Routez counts the routes of each server.
var Routez = &table.Group[*fleet.Server]{
	Set: metric.NatsExporter, Collector: "routes", Labels: exporterLabels, Each: scrape.EachServer(hasRoutez), Ident: identExporter,
	Rows: []table.Row[*fleet.Server]{
		{Name: "gnatsd_routez_num_routes", Help: "Route connections.", Value: func(s *fleet.Server) float64 { return float64(s.Routez.NumRoutes) }},
	},
}

// Leafz counts the leaf node connections of each server.
var Leafz = &table.Group[*fleet.Server]{
	Set: metric.NatsExporter, Collector: "leafs", Labels: exporterLabels, Each: scrape.EachServer(hasLeafz), Ident: identExporter,
	Rows: []table.Row[*fleet.Server]{
		{Name: "gnatsd_leafz_conn_nodes_total", Help: "Leaf node connections.", Value: func(s *fleet.Server) float64 { return float64(s.Leafz.NumLeafs) }},
	},
}

// LeafzInfo has the leaf node connections.
var LeafzInfo = &table.Group[*native.Leaf]{
	Set: metric.NatsExporter, Collector: "leafs", Labels: native.With(exporterLabels, "account", "account_id", "ip", "port", "name"), Each: native.EachLeaf,
	Ident: func(l *native.Leaf, v []string) {
		identExporter(l.Server, v)
		v[2], v[3], v[4], v[5], v[6] = l.Account, l.Account, l.IP, strconv.Itoa(l.Port), l.Name
	},
	Rows: []table.Row[*native.Leaf]{
		{Name: "gnatsd_leafz_info", Help: "Always 1.", Value: func(*native.Leaf) float64 { return 1 }},
		{Name: "gnatsd_leafz_conn_rtt", Help: "Round trip time in seconds.", Value: native.Leafs.MustValue("nats_leaf_rtt_seconds")},
		{Name: "gnatsd_leafz_conn_in_msgs", Help: "Messages received.", Value: native.Leafs.MustValue("nats_leaf_received_messages_total")},
		{Name: "gnatsd_leafz_conn_out_msgs", Help: "Messages sent.", Value: native.Leafs.MustValue("nats_leaf_sent_messages_total")},
		{Name: "gnatsd_leafz_conn_in_bytes", Help: "Bytes received.", Value: native.Leafs.MustValue("nats_leaf_received_bytes_total")},
		{Name: "gnatsd_leafz_conn_out_bytes", Help: "Bytes sent.", Value: native.Leafs.MustValue("nats_leaf_sent_bytes_total")},
		{Name: "gnatsd_leafz_conn_subscriptions_total", Help: "Subscriptions on the connection.", Value: native.Leafs.MustValue("nats_leaf_subscriptions")},
	},
}

// GatewayzOut and GatewayzIn have the gateway connections of each server.
var (
	GatewayzOut = exporterGatewayz("outbound", true)
	GatewayzIn  = exporterGatewayz("inbound", false)
)

func exporterGatewayz(direction string, out bool) *table.Group[*native.Gateway] {
	return &table.Group[*native.Gateway]{
		Set: metric.NatsExporter, Collector: "gateways", Labels: native.With(exporterLabels, "gateway_name", "cid", "remote_gateway_name"), Each: oneWay(out),
		Ident: func(g *native.Gateway, v []string) {
			identExporter(g.Server, v)
			v[2], v[3], v[4] = g.Own.Name, strconv.FormatUint(g.Cid, 10), g.Remote
		},
		Rows: gatewayzRows("gnatsd_gatewayz_" + direction + "_gateway_"),
	}
}

// Healthz has the health that each server reports, as a number.
var Healthz = &table.Group[*fleet.Server]{
	Set: metric.NatsExporter, Collector: "health", Labels: exporterLabels, Each: scrape.EachServer(native.HasHealthz), Ident: identExporter,
	Rows: []table.Row[*fleet.Server]{
		{Name: "gnatsd_healthz_status", Help: "0 if the server reports itself healthy, 1 if not.", Value: func(s *fleet.Server) float64 { return number.Flag(s.Healthz.Status != "ok") }},
	},
}

// HealthzValues has the health that each server reports, as text.
var HealthzValues = &table.Group[*fleet.Server]{
	Set: metric.NatsExporter, Collector: "health", Labels: exporterLabels, Each: scrape.EachServer(native.HasHealthz), Ident: identExporter,
	Rows: []table.Row[*fleet.Server]{
		{Name: "gnatsd_healthz_status_value", Help: "1 if the server reports itself healthy, 0 if not, with its status as a label.", Extra: []string{"value"}, Many: func(s *fleet.Server, em *table.Emitter) {
			em.PutLabel(number.Flag(s.Healthz.Status == "ok"), s.Healthz.Status)
		}},
	},
}

// connTotal sums a value over all connections of a server.
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

// Connz sums the connections of each server.
var Connz = &table.Group[*fleet.Server]{
	Set: metric.NatsExporter, Collector: "connections", Labels: exporterLabels, Each: scrape.EachServer(hasConnz), Ident: identExporter,
	Rows: []table.Row[*fleet.Server]{
		{Name: "gnatsd_connz_num_connections", Help: "Connections now, all of them.", Value: func(s *fleet.Server) float64 { return float64(len(s.Connz.Conns)) }},
		{Name: "gnatsd_connz_total", Help: "Connections now, all of them.", Value: func(s *fleet.Server) float64 { return float64(s.Connz.Total) }},
		{Name: "gnatsd_connz_pending_bytes", Help: "Bytes pending for clients.", Value: connTotal(func(c *server.ConnInfo) float64 { return float64(c.Pending) })},
		{Name: "gnatsd_connz_subscriptions", Help: "Subscriptions of the connections.", Value: connTotal(func(c *server.ConnInfo) float64 { return float64(c.NumSubs) })},
		{Name: "gnatsd_connz_in_msgs", Help: "Messages received on open connections; it falls when one closes.", Value: connTotal(func(c *server.ConnInfo) float64 { return float64(c.InMsgs) })},
		{Name: "gnatsd_connz_out_msgs", Help: "Messages sent on open connections; it falls when one closes.", Value: connTotal(func(c *server.ConnInfo) float64 { return float64(c.OutMsgs) })},
		{Name: "gnatsd_connz_in_bytes", Help: "Bytes received on open connections; it falls when one closes.", Value: connTotal(func(c *server.ConnInfo) float64 { return float64(c.InBytes) })},
		{Name: "gnatsd_connz_out_bytes", Help: "Bytes sent on open connections; it falls when one closes.", Value: connTotal(func(c *server.ConnInfo) float64 { return float64(c.OutBytes) })},
	},
}

// Accstatz has each account on each server.
var Accstatz = &table.Group[*scrape.Account]{
	Set: metric.NatsExporter, Collector: "accounts", Labels: native.With(exporterLabels, "account", "account_id", "account_name"), Each: native.EachAccount,
	Ident: func(a *scrape.Account, v []string) {
		identExporter(a.Server, v)
		v[2], v[3], v[4] = a.Name, a.Account, a.Name
	},
	Rows: []table.Row[*scrape.Account]{
		{Name: "gnatsd_accstatz_current_connections", Help: "Client connections.", Value: native.Accounts.MustValue("nats_account_connections")},
		{Name: "gnatsd_accstatz_total_connections", Help: "Client and leaf node connections.", Value: func(a *scrape.Account) float64 { return float64(a.TotalConns) }},
		{Name: "gnatsd_accstatz_subscriptions", Help: "Subscriptions.", Value: func(a *scrape.Account) float64 {
			return number.IfReported(a.Server, fleet.FieldAccountSubs, float64(a.NumSubs))
		}},
		{Name: "gnatsd_accstatz_leaf_nodes", Help: "Leaf node connections.", Value: native.Accounts.MustValue("nats_account_leafnodes")},
		{Name: "gnatsd_accstatz_sent_messages", Help: "Messages sent.", Value: native.Accounts.MustValue("nats_account_sent_messages_total")},
		{Name: "gnatsd_accstatz_sent_bytes", Help: "Bytes sent.", Value: native.Accounts.MustValue("nats_account_sent_bytes_total")},
		{Name: "gnatsd_accstatz_received_messages", Help: "Messages received.", Value: native.Accounts.MustValue("nats_account_received_messages_total")},
		{Name: "gnatsd_accstatz_received_bytes", Help: "Bytes received.", Value: native.Accounts.MustValue("nats_account_received_bytes_total")},
		{Name: "gnatsd_accstatz_slow_consumers", Help: "Slow consumers since the start.", Value: native.Accounts.MustValue("nats_account_slow_consumers_total")},
	},
}

// granted is one server's view of one account, with its claims.
type granted struct {
	*scrape.Account
	*scrape.Claims
}

// Accountz has the limits of each account.
var Accountz = &table.Group[*granted]{
	Set: metric.NatsExporter, Collector: "limits", Labels: native.With(exporterLabels, "account_id", "account_name"),
	Each: func(v *scrape.View, yield func(*granted)) {
		at := map[string]*scrape.Claims{}
		for _, c := range v.Extras.Claims {
			at[c.ID] = c
		}
		for _, a := range v.Accounts {
			if c := at[a.Account]; c != nil {
				yield(&granted{a, c})
			}
		}
	},
	Ident: func(g *granted, v []string) {
		identExporter(g.Server, v)
		v[2], v[3] = g.Account.Account, g.Name
	},
	Rows: []table.Row[*granted]{
		{Name: "gnatsd_accountz_client_connections", Help: "Client connections.", Value: func(g *granted) float64 { return float64(g.Conns) }},
		{Name: "gnatsd_accountz_leafnode_connections", Help: "Leaf node connections.", Value: func(g *granted) float64 { return float64(g.LeafNodes) }},
		{Name: "gnatsd_accountz_subscriptions", Help: "Subscriptions.", Value: func(g *granted) float64 {
			return number.IfReported(g.Server, fleet.FieldAccountSubs, float64(g.NumSubs))
		}},
		{Name: "gnatsd_accountz_is_system", Help: "1 for the system account.", Value: func(g *granted) float64 { return number.Flag(g.System) }},
		{Name: "gnatsd_accountz_expired", Help: "1 if the account's JWT has expired.", Value: func(g *granted) float64 { return number.Flag(g.Expired) }},
		{Name: "gnatsd_accountz_complete", Help: "1 if the account's imports are all there.", Value: func(g *granted) float64 { return number.Flag(g.Complete) }},
		{Name: "gnatsd_accountz_jetstream_enabled", Help: "1 if the account has JetStream.", Value: func(g *granted) float64 { return number.Flag(g.Jetstream) }},
		{Name: "gnatsd_accountz_limit_subs", Help: "Maximum subscriptions, -1 for no limit.", Value: grant(func(g *granted) float64 { return float64(g.JWT.Limits.Subs) })},
		{Name: "gnatsd_accountz_limit_data", Help: "Maximum data, -1 for no limit.", Value: grant(func(g *granted) float64 { return float64(g.JWT.Limits.Data) })},
		{Name: "gnatsd_accountz_limit_payload", Help: "Maximum size of a message, -1 for no limit.", Value: grant(func(g *granted) float64 { return float64(g.JWT.Limits.Payload) })},
		{Name: "gnatsd_accountz_limit_imports", Help: "Maximum imports, -1 for no limit.", Value: grant(func(g *granted) float64 { return float64(g.JWT.Limits.Imports) })},
		{Name: "gnatsd_accountz_limit_exports", Help: "Maximum exports, -1 for no limit.", Value: grant(func(g *granted) float64 { return float64(g.JWT.Limits.Exports) })},
		{Name: "gnatsd_accountz_limit_wildcards", Help: "1 if exports may have wildcards.", Value: grant(func(g *granted) float64 { return number.Flag(g.JWT.Limits.WildcardExports) })},
		{Name: "gnatsd_accountz_limit_conn", Help: "Maximum client connections, -1 for no limit.", Value: grant(func(g *granted) float64 { return float64(g.JWT.Limits.Conn) })},
		{Name: "gnatsd_accountz_limit_leaf", Help: "Maximum leaf node connections, -1 for no limit.", Value: grant(func(g *granted) float64 { return float64(g.JWT.Limits.LeafNodeConn) })},
	},
}

// grant skips accounts from a configuration file, which have no limits.
func grant(value func(*granted) float64) func(*granted) float64 {
	return func(g *granted) float64 {
		if g.JWT == nil {
			return number.None
		}
		return value(g)
	}
}
