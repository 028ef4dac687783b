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

// routeStat and gatewayStat are links from STATSZ.
type routeStat struct {
	sv *fleet.Server
	*server.RouteStat
}

type gatewayStat struct {
	sv *fleet.Server
	*server.GatewayStat
}

// SurveyorRoutes has the routes, from STATSZ.
var SurveyorRoutes = &table.Group[*routeStat]{
	Set: metric.Surveyor, Collector: "routes", Labels: native.With(surveyorLabels, "server_route_name", "server_route_name_id"),
	Each: func(v *scrape.View, yield func(*routeStat)) {
		for _, sv := range v.Snapshot.Servers {
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
	Ident: func(r *routeStat, v []string) {
		identSurveyor(r.sv, v)
		v[3], v[4] = r.Name, strconv.FormatUint(r.ID, 10)
	},
	Rows: []table.Row[*routeStat]{
		{Name: "nats_core_route_sent_msg_count", Type: metric.Counter, Help: "Messages sent over the route.", Value: func(r *routeStat) float64 { return float64(r.Sent.Msgs) }},
		{Name: "nats_core_route_sent_bytes", Type: metric.Counter, Help: "Bytes sent over the route.", Value: func(r *routeStat) float64 { return float64(r.Sent.Bytes) }},
		{Name: "nats_core_route_recv_msg_count", Type: metric.Counter, Help: "Messages received over the route.", Value: func(r *routeStat) float64 { return float64(r.Received.Msgs) }},
		{Name: "nats_core_route_recv_bytes", Type: metric.Counter, Help: "Bytes received over the route.", Value: func(r *routeStat) float64 { return float64(r.Received.Bytes) }},
		{Name: "nats_core_route_pending_bytes", Help: "Bytes pending on the route.", Value: func(r *routeStat) float64 { return float64(r.Pending) }},
	},
}

// SurveyorGateways has the gateways, from STATSZ.
var SurveyorGateways = &table.Group[*gatewayStat]{
	Set: metric.Surveyor, Collector: "gateways", Labels: native.With(surveyorLabels, "server_gateway_name", "server_gateway_name_id"),
	Each: func(v *scrape.View, yield func(*gatewayStat)) {
		for _, sv := range v.Snapshot.Servers {
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
	Ident: func(g *gatewayStat, v []string) {
		identSurveyor(g.sv, v)
		v[3], v[4] = g.Name, strconv.FormatUint(g.ID, 10)
	},
	Rows: []table.Row[*gatewayStat]{
		{Name: "nats_core_gateway_sent_msgs_count", Type: metric.Counter, Help: "Messages sent to the cluster.", Value: func(g *gatewayStat) float64 { return float64(g.Sent.Msgs) }},
		{Name: "nats_core_gateway_sent_bytes", Type: metric.Counter, Help: "Bytes sent to the cluster.", Value: func(g *gatewayStat) float64 { return float64(g.Sent.Bytes) }},
		{Name: "nats_core_gateway_recv_msg_count", Type: metric.Counter, Help: "Messages received from the cluster.", Value: func(g *gatewayStat) float64 { return float64(g.Received.Msgs) }},
		{Name: "nats_core_gateway_recv_bytes", Type: metric.Counter, Help: "Bytes received from the cluster.", Value: func(g *gatewayStat) float64 { return float64(g.Received.Bytes) }},
		{Name: "nats_core_gateway_inbound_msg_count", Help: "Inbound connections from the cluster, although the name says messages.", Value: func(g *gatewayStat) float64 { return float64(g.NumInbound) }},
	},
}

// SurveyorOutbound and SurveyorInbound have the gateway connections of each
// server.
var (
	SurveyorOutbound = surveyorGatewayz("outbound", true)
	SurveyorInbound  = surveyorGatewayz("inbound", false)
)

// surveyorGatewayz returns the group of gateway connections in one direction.
func surveyorGatewayz(direction string, out bool) *table.Group[*native.Gateway] {
	return &table.Group[*native.Gateway]{
		Set: metric.Surveyor, Collector: "gateways",
		Labels: []string{"server_id", "server_name", "gateway_name", "remote_gateway_name", "gateway_id", "cid"},
		Each:   oneWay(out),
		Ident: func(g *native.Gateway, v []string) {
			v[0], v[1], v[2] = g.Server.Info.ID, g.Server.Info.Name, g.Own.Name
			v[3], v[4], v[5] = g.Remote, g.Name, strconv.FormatUint(g.Cid, 10)
		},
		Rows: gatewayzRows("nats_core_gatewayz_" + direction + "_gateway_"),
	}
}

// oneWay iterates over the gateway connections in one direction.
func oneWay(out bool) func(*scrape.View, func(*native.Gateway)) {
	return func(v *scrape.View, yield func(*native.Gateway)) {
		native.EachGateway(v, func(g *native.Gateway) {
			if g.Out == out {
				yield(g)
			}
		})
	}
}

// gatewayzRows returns the twelve metrics of a gateway connection that both
// other exporters have.
func gatewayzRows(prefix string) []table.Row[*native.Gateway] {
	return []table.Row[*native.Gateway]{
		{Name: prefix + "configured", Help: "1 if the remote cluster is configured, 0 if discovered.", Value: native.Gateways.MustValue("nats_gateway_configured")},
		{Name: prefix + "conn_start_time_seconds", Help: "When the connection was made.", Value: func(g *native.Gateway) float64 { return number.Unix(g.Start) }},
		{Name: prefix + "conn_last_activity_seconds", Help: "Time of the last activity.", Value: func(g *native.Gateway) float64 { return number.Unix(g.LastActivity) }},
		{Name: prefix + "conn_uptime_seconds", Help: "Age of the connection.", Value: native.Gateways.MustValue("nats_gateway_uptime_seconds")},
		{Name: prefix + "conn_idle_seconds", Help: "Time since the last activity.", Value: native.Gateways.MustValue("nats_gateway_idle_seconds")},
		{Name: prefix + "conn_rtt", Help: "Round trip time in seconds.", Value: native.Gateways.MustValue("nats_gateway_rtt_seconds")},
		{Name: prefix + "conn_pending_bytes", Help: "Bytes pending.", Value: native.Gateways.MustValue("nats_gateway_pending_bytes")},
		{Name: prefix + "conn_in_msgs", Help: "Messages received.", Value: native.Gateways.MustValue("nats_gateway_received_messages_total")},
		{Name: prefix + "conn_out_msgs", Help: "Messages sent.", Value: native.Gateways.MustValue("nats_gateway_sent_messages_total")},
		{Name: prefix + "conn_in_bytes", Help: "Bytes received.", Value: native.Gateways.MustValue("nats_gateway_received_bytes_total")},
		{Name: prefix + "conn_out_bytes", Help: "Bytes sent.", Value: native.Gateways.MustValue("nats_gateway_sent_bytes_total")},
		{Name: prefix + "conn_subscriptions", Help: "Subscriptions on the connection.", Value: native.Gateways.MustValue("nats_gateway_subscriptions")},
	}
}
