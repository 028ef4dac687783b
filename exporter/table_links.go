package exporter

import (
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// route is one route connection of one server.
type route struct {
	sv  *fleet.Server
	now time.Time
	*server.RouteInfo
}

// routes has a series for each connection, and so its id as a label: the
// connections of one peer are opened and closed each for itself, and a sum of
// counters that start again one by one is no counter.
var routes = &group[*route]{
	set: Native, collector: "routes", labels: with(serverLabels, "remote_id", "remote_name", "account", "rid"),
	each: func(v *view, yield func(*route)) {
		for _, sv := range v.snap.Servers {
			if sv.Routez == nil {
				continue
			}
			for _, r := range sv.Routez.Routes {
				if r != nil {
					yield(&route{sv, sv.Routez.Now, r})
				}
			}
		}
	},
	ident: func(r *route, v []string) {
		identServer(r.sv, v)
		v[3], v[4], v[5], v[6] = r.RemoteID, r.RemoteName, r.Account, strconv.FormatUint(r.Rid, 10)
	},
	rows: []row[*route]{
		{name: "nats_route_sent_messages_total", typ: Counter, help: "Messages sent over the route.", value: func(r *route) float64 { return float64(r.OutMsgs) }},
		{name: "nats_route_sent_bytes_total", typ: Counter, help: "Bytes sent over the route.", value: func(r *route) float64 { return float64(r.OutBytes) }},
		{name: "nats_route_received_messages_total", typ: Counter, help: "Messages received over the route.", value: func(r *route) float64 { return float64(r.InMsgs) }},
		{name: "nats_route_received_bytes_total", typ: Counter, help: "Bytes received over the route.", value: func(r *route) float64 { return float64(r.InBytes) }},
		{name: "nats_route_pending_bytes", help: "Bytes that wait to be sent over the route.", value: func(r *route) float64 { return float64(r.Pending) }},
		{name: "nats_route_subscriptions", help: "Subscriptions of the remote server on the route.", value: func(r *route) float64 { return float64(r.NumSubs) }},
		{name: "nats_route_rtt_seconds", help: "Round trip time of the route; absent until measured.", value: func(r *route) float64 { return rtt(r.RTT) }},
		{name: "nats_route_uptime_seconds", help: "How long the route has stood.", value: func(r *route) float64 { return span(r.Start, r.now) }},
		{name: "nats_route_idle_seconds", help: "How long since anything passed over the route.", value: func(r *route) float64 { return span(r.LastActivity, r.now) }},
		{name: "nats_route_compressed", help: "1 if the route is compressed.", value: func(r *route) float64 { return flag(r.Compression != "" && r.Compression != "off") }},
	},
}

// gateway is one gateway connection of one server.
type gateway struct {
	sv     *fleet.Server
	own    *server.Gatewayz
	remote string
	out    bool
	set    bool // from the configuration
	*server.ConnInfo
}

// direction is the label that tells who opened the connection.
func (g *gateway) direction() string {
	if g.out {
		return "outbound"
	}
	return "inbound"
}

// eachGateway walks the gateway connections of every server: outbound ones
// first, by remote cluster.
func eachGateway(v *view, yield func(*gateway)) {
	for _, sv := range v.snap.Servers {
		gz := sv.Gatewayz
		if gz == nil {
			continue
		}
		for _, name := range sortedKeys(gz.OutboundGateways) {
			if g := gz.OutboundGateways[name]; g != nil && g.Connection != nil {
				yield(&gateway{sv, gz, name, true, g.IsConfigured, g.Connection})
			}
		}
		for _, name := range sortedKeys(gz.InboundGateways) {
			for _, g := range gz.InboundGateways[name] {
				if g != nil && g.Connection != nil {
					yield(&gateway{sv, gz, name, false, g.IsConfigured, g.Connection})
				}
			}
		}
	}
}

var gateways = &group[*gateway]{
	set: Native, collector: "gateways", labels: with(serverLabels, "remote_cluster", "remote_id", "direction", "cid"),
	each: eachGateway,
	ident: func(g *gateway, v []string) {
		identServer(g.sv, v)
		v[3], v[4], v[5], v[6] = g.remote, g.Name, g.direction(), strconv.FormatUint(g.Cid, 10)
	},
	rows: []row[*gateway]{
		{name: "nats_gateway_sent_messages_total", typ: Counter, help: "Messages sent over the gateway connection.", value: func(g *gateway) float64 { return float64(g.OutMsgs) }},
		{name: "nats_gateway_sent_bytes_total", typ: Counter, help: "Bytes sent over the gateway connection.", value: func(g *gateway) float64 { return float64(g.OutBytes) }},
		{name: "nats_gateway_received_messages_total", typ: Counter, help: "Messages received over the gateway connection.", value: func(g *gateway) float64 { return float64(g.InMsgs) }},
		{name: "nats_gateway_received_bytes_total", typ: Counter, help: "Bytes received over the gateway connection.", value: func(g *gateway) float64 { return float64(g.InBytes) }},
		{name: "nats_gateway_pending_bytes", help: "Bytes that wait to be sent over the gateway connection.", value: func(g *gateway) float64 { return float64(g.Pending) }},
		{name: "nats_gateway_subscriptions", help: "Subscriptions on the gateway connection.", value: func(g *gateway) float64 { return float64(g.NumSubs) }},
		{name: "nats_gateway_rtt_seconds", help: "Round trip time of the gateway connection; absent until measured.", value: func(g *gateway) float64 { return rtt(g.RTT) }},
		{name: "nats_gateway_uptime_seconds", help: "How long the gateway connection has stood.", value: func(g *gateway) float64 { return span(g.Start, g.own.Now) }},
		{name: "nats_gateway_idle_seconds", help: "How long since anything passed over the gateway connection.", value: func(g *gateway) float64 { return span(g.LastActivity, g.own.Now) }},
		{name: "nats_gateway_configured", help: "1 if the remote cluster stands in the server's configuration, 0 if it was learnt from others.", value: func(g *gateway) float64 { return flag(g.set) }},
	},
}

// gatewayRemote is a cluster to which a server is configured to connect.
type gatewayRemote struct {
	sv     *fleet.Server
	remote string
	up     bool
}

var gatewayRemotes = &group[*gatewayRemote]{
	set: Native, collector: "gateways", labels: with(serverLabels, "remote_cluster"),
	each: func(v *view, yield func(*gatewayRemote)) {
		for _, sv := range v.snap.Servers {
			if sv.Gatewayz == nil || sv.Varz == nil {
				continue
			}
			for _, r := range sv.Varz.Gateway.Gateways {
				if r.Name == sv.Gatewayz.Name {
					continue // its own cluster may stand in the list
				}
				out := sv.Gatewayz.OutboundGateways[r.Name]
				yield(&gatewayRemote{sv, r.Name, out != nil && out.Connection != nil})
			}
		}
	},
	ident: func(g *gatewayRemote, v []string) {
		identServer(g.sv, v)
		v[3] = g.remote
	},
	rows: []row[*gatewayRemote]{
		{name: "nats_gateway_connected", help: "1 if the server has its connection to a remote cluster of its configuration, 0 if not.", value: func(g *gatewayRemote) float64 { return flag(g.up) }},
	},
}

// leaf is one leaf node connection of one server.
type leaf struct {
	sv *fleet.Server
	*server.LeafInfo
}

func eachLeaf(v *view, yield func(*leaf)) {
	for _, sv := range v.snap.Servers {
		if sv.Leafz == nil {
			continue
		}
		for _, l := range sv.Leafz.Leafs {
			if l != nil && v.cfg.accounts.allows(l.Account) {
				yield(&leaf{sv, l})
			}
		}
	}
}

var leafs = &group[*leaf]{
	set: Native, collector: "leafs", labels: with(serverLabels, "account", "remote_name", "lid"), each: eachLeaf,
	ident: func(l *leaf, v []string) {
		identServer(l.sv, v)
		v[3], v[4], v[5] = l.Account, l.Name, strconv.FormatUint(l.ID, 10)
	},
	rows: []row[*leaf]{
		{name: "nats_leaf_sent_messages_total", typ: Counter, help: "Messages sent over the leaf node connection.", value: func(l *leaf) float64 { return float64(l.OutMsgs) }},
		{name: "nats_leaf_sent_bytes_total", typ: Counter, help: "Bytes sent over the leaf node connection.", value: func(l *leaf) float64 { return float64(l.OutBytes) }},
		{name: "nats_leaf_received_messages_total", typ: Counter, help: "Messages received over the leaf node connection.", value: func(l *leaf) float64 { return float64(l.InMsgs) }},
		{name: "nats_leaf_received_bytes_total", typ: Counter, help: "Bytes received over the leaf node connection.", value: func(l *leaf) float64 { return float64(l.InBytes) }},
		{name: "nats_leaf_subscriptions", help: "Subscriptions on the leaf node connection.", value: func(l *leaf) float64 { return float64(l.NumSubs) }},
		{name: "nats_leaf_rtt_seconds", help: "Round trip time of the leaf node connection; absent until measured.", value: func(l *leaf) float64 { return rtt(l.RTT) }},
		{name: "nats_leaf_spoke", help: "1 if this server is the leaf of the connection, 0 if it is the hub.", value: func(l *leaf) float64 { return told(l.sv, fleet.FieldLeafName, flag(l.IsSpoke)) }},
		{name: "nats_leaf_compressed", help: "1 if the leaf node connection is compressed.", value: func(l *leaf) float64 { return flag(l.Compression != "" && l.Compression != "off") }},
	},
}
