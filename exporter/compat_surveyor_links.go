package exporter

import (
	"strconv"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// routeStat and gatewayStat are links as STATSZ tells them.
type routeStat struct {
	sv *fleet.Server
	*server.RouteStat
}

type gatewayStat struct {
	sv *fleet.Server
	*server.GatewayStat
}

var surveyorRoutes = &group[*routeStat]{
	set: Surveyor, collector: "routes", labels: with(surveyorLabels, "server_route_name", "server_route_name_id"),
	each: func(v *view, yield func(*routeStat)) {
		for _, sv := range v.snap.Servers {
			if sv.Statsz == nil {
				continue
			}
			for _, r := range sv.Statsz.Routes {
				if r != nil {
					yield(&routeStat{sv, r})
				}
			}
		}
	},
	ident: func(r *routeStat, v []string) {
		identSurveyor(r.sv, v)
		v[3], v[4] = r.Name, strconv.FormatUint(r.ID, 10)
	},
	rows: []row[*routeStat]{
		{name: "nats_core_route_sent_msg_count", typ: Counter, help: "Messages sent over the route.", value: func(r *routeStat) float64 { return float64(r.Sent.Msgs) }},
		{name: "nats_core_route_sent_bytes", typ: Counter, help: "Bytes sent over the route.", value: func(r *routeStat) float64 { return float64(r.Sent.Bytes) }},
		{name: "nats_core_route_recv_msg_count", typ: Counter, help: "Messages received over the route.", value: func(r *routeStat) float64 { return float64(r.Received.Msgs) }},
		{name: "nats_core_route_recv_bytes", typ: Counter, help: "Bytes received over the route.", value: func(r *routeStat) float64 { return float64(r.Received.Bytes) }},
		{name: "nats_core_route_pending_bytes", help: "Bytes that wait to be sent over the route.", value: func(r *routeStat) float64 { return float64(r.Pending) }},
	},
}

var surveyorGateways = &group[*gatewayStat]{
	set: Surveyor, collector: "gateways", labels: with(surveyorLabels, "server_gateway_name", "server_gateway_name_id"),
	each: func(v *view, yield func(*gatewayStat)) {
		for _, sv := range v.snap.Servers {
			if sv.Statsz == nil {
				continue
			}
			for _, g := range sv.Statsz.Gateways {
				if g != nil {
					yield(&gatewayStat{sv, g})
				}
			}
		}
	},
	ident: func(g *gatewayStat, v []string) {
		identSurveyor(g.sv, v)
		v[3], v[4] = g.Name, strconv.FormatUint(g.ID, 10)
	},
	rows: []row[*gatewayStat]{
		{name: "nats_core_gateway_sent_msgs_count", typ: Counter, help: "Messages sent to the cluster.", value: func(g *gatewayStat) float64 { return float64(g.Sent.Msgs) }},
		{name: "nats_core_gateway_sent_bytes", typ: Counter, help: "Bytes sent to the cluster.", value: func(g *gatewayStat) float64 { return float64(g.Sent.Bytes) }},
		{name: "nats_core_gateway_recv_msg_count", typ: Counter, help: "Messages received from the cluster.", value: func(g *gatewayStat) float64 { return float64(g.Received.Msgs) }},
		{name: "nats_core_gateway_recv_bytes", typ: Counter, help: "Bytes received from the cluster.", value: func(g *gatewayStat) float64 { return float64(g.Received.Bytes) }},
		{name: "nats_core_gateway_inbound_msg_count", help: "Inbound connections from the cluster; the name says messages, and is kept.", value: func(g *gatewayStat) float64 { return float64(g.NumInbound) }},
	},
}

var (
	surveyorOutbound = surveyorGatewayz("outbound", true)
	surveyorInbound  = surveyorGatewayz("inbound", false)
)

// surveyorGatewayz is the group of one direction's gateway connections.
func surveyorGatewayz(direction string, out bool) *group[*gateway] {
	return &group[*gateway]{
		set: Surveyor, collector: "gateways",
		labels: []string{"server_id", "server_name", "gateway_name", "remote_gateway_name", "gateway_id", "cid"},
		each:   oneWay(out),
		ident: func(g *gateway, v []string) {
			v[0], v[1], v[2] = g.sv.Info.ID, g.sv.Info.Name, g.own.Name
			v[3], v[4], v[5] = g.remote, g.Name, strconv.FormatUint(g.Cid, 10)
		},
		rows: gatewayzRows("nats_core_gatewayz_" + direction + "_gateway_"),
	}
}

// oneWay walks the gateway connections of one direction.
func oneWay(out bool) func(*view, func(*gateway)) {
	return func(v *view, yield func(*gateway)) {
		eachGateway(v, func(g *gateway) {
			if g.out == out {
				yield(g)
			}
		})
	}
}

// gatewayzRows are the twelve figures that both other exporters have of a
// gateway connection.
func gatewayzRows(prefix string) []row[*gateway] {
	return []row[*gateway]{
		{name: prefix + "configured", help: "1 if the remote cluster is configured, 0 if learnt.", value: func(g *gateway) float64 { return flag(g.set) }},
		{name: prefix + "conn_start_time_seconds", help: "When the connection was made.", value: func(g *gateway) float64 { return unix(g.Start) }},
		{name: prefix + "conn_last_activity_seconds", help: "When anything last passed.", value: func(g *gateway) float64 { return unix(g.LastActivity) }},
		{name: prefix + "conn_uptime_seconds", help: "How long the connection has stood.", value: func(g *gateway) float64 { return span(g.Start, g.own.Now) }},
		{name: prefix + "conn_idle_seconds", help: "How long since anything passed.", value: func(g *gateway) float64 { return span(g.LastActivity, g.own.Now) }},
		{name: prefix + "conn_rtt", help: "Round trip time in seconds.", value: func(g *gateway) float64 { return rtt(g.RTT) }},
		{name: prefix + "conn_pending_bytes", help: "Bytes that wait to be sent.", value: func(g *gateway) float64 { return float64(g.Pending) }},
		{name: prefix + "conn_in_msgs", help: "Messages received.", value: func(g *gateway) float64 { return float64(g.InMsgs) }},
		{name: prefix + "conn_out_msgs", help: "Messages sent.", value: func(g *gateway) float64 { return float64(g.OutMsgs) }},
		{name: prefix + "conn_in_bytes", help: "Bytes received.", value: func(g *gateway) float64 { return float64(g.InBytes) }},
		{name: prefix + "conn_out_bytes", help: "Bytes sent.", value: func(g *gateway) float64 { return float64(g.OutBytes) }},
		{name: prefix + "conn_subscriptions", help: "Subscriptions on the connection.", value: func(g *gateway) float64 { return float64(g.NumSubs) }},
	}
}
