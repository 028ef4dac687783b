package native

import (
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
	"github.com/natsctl/natsctl/internal/fleet"
)

// route is one route connection of one server, or several without series of
// their own.
type route struct {
	Server *fleet.Server
	now    time.Time
	*server.RouteInfo
	folded
}

// Routes has a series for each connection, with its id as a label: connections
// to one peer open and close independently, and a sum of counters that reset
// one by one is not a counter.
var Routes = &table.Group[*route]{
	Set: metric.Native, Collector: "routes", Labels: With(serverLabels, "remote_id", "remote_name", "account", "rid"),
	Each: shownRoutes,
	Ident: func(r *route, v []string) {
		identServer(r.Server, v)
		v[3], v[4], v[5], v[6] = r.RemoteID, r.RemoteName, r.Account, r.number(r.Rid)
	},
	Rows: []table.Row[*route]{
		{Name: "nats_route_sent_messages_total", Type: metric.Counter, Help: "Messages sent over the route.", Value: one(func(r *route) float64 { return float64(r.OutMsgs) })},
		{Name: "nats_route_sent_bytes_total", Type: metric.Counter, Help: "Bytes sent over the route.", Value: one(func(r *route) float64 { return float64(r.OutBytes) })},
		{Name: "nats_route_received_messages_total", Type: metric.Counter, Help: "Messages received over the route.", Value: one(func(r *route) float64 { return float64(r.InMsgs) })},
		{Name: "nats_route_received_bytes_total", Type: metric.Counter, Help: "Bytes received over the route.", Value: one(func(r *route) float64 { return float64(r.InBytes) })},
		{Name: "nats_route_pending_bytes", Help: "Bytes pending on the route.", Value: func(r *route) float64 { return float64(r.Pending) }},
		{Name: "nats_route_subscriptions", Help: "Subscriptions of the remote server on the route.", Value: func(r *route) float64 { return float64(r.NumSubs) }},
		{Name: "nats_route_rtt_seconds", Help: "Round trip time of the route; absent until measured.", Value: func(r *route) float64 { return r.roundTrip(r.RTT) }},
		{Name: "nats_route_uptime_seconds", Help: "Age of the route.", Value: one(func(r *route) float64 { return number.Between(r.Start, r.now) })},
		{Name: "nats_route_idle_seconds", Help: "Time since the last activity on the route.", Value: one(func(r *route) float64 { return number.Between(r.LastActivity, r.now) })},
		{Name: "nats_route_compressed", Help: "1 if the route is compressed.", Value: one(func(r *route) float64 { return number.Flag(r.Compression != "" && r.Compression != "off") })},
	},
}

// Gateway is one gateway connection of one server, or several without series of
// their own.
type Gateway struct {
	Server *fleet.Server
	Own    *server.Gatewayz
	Remote string
	Out    bool
	Set    bool // in the configuration
	*server.ConnInfo
	folded
}

// direction returns the label value for the side that opened the connection.
func (g *Gateway) direction() string {
	if g.Out {
		return "outbound"
	}
	return "inbound"
}

// EachGateway iterates over the gateway connections of every server: outbound
// first, by remote cluster.
func EachGateway(v *scrape.View, yield func(*Gateway)) {
	for _, sv := range v.Snapshot.Servers {
		gz := sv.Gatewayz
		if gz == nil {
			continue
		}
		for _, name := range number.SortedKeys(gz.OutboundGateways) {
			if g := gz.OutboundGateways[name]; g != nil && g.Connection != nil {
				yield(&Gateway{Server: sv, Own: gz, Remote: name, Out: true, Set: g.IsConfigured, ConnInfo: g.Connection})
			}
		}
		for _, name := range number.SortedKeys(gz.InboundGateways) {
			for _, g := range gz.InboundGateways[name] {
				if g != nil && g.Connection != nil {
					yield(&Gateway{Server: sv, Own: gz, Remote: name, Set: g.IsConfigured, ConnInfo: g.Connection})
				}
			}
		}
	}
}

// Gateways has the gateway connections.
var Gateways = &table.Group[*Gateway]{
	Set: metric.Native, Collector: "gateways", Labels: With(serverLabels, "remote_cluster", "remote_id", "direction", "cid"),
	Each: shownGateways,
	Ident: func(g *Gateway, v []string) {
		identServer(g.Server, v)
		v[3], v[4], v[5], v[6] = g.Remote, g.Name, g.direction(), g.number(g.Cid)
	},
	Rows: []table.Row[*Gateway]{
		{Name: "nats_gateway_sent_messages_total", Type: metric.Counter, Help: "Messages sent over the gateway connection.", Value: one(func(g *Gateway) float64 { return float64(g.OutMsgs) })},
		{Name: "nats_gateway_sent_bytes_total", Type: metric.Counter, Help: "Bytes sent over the gateway connection.", Value: one(func(g *Gateway) float64 { return float64(g.OutBytes) })},
		{Name: "nats_gateway_received_messages_total", Type: metric.Counter, Help: "Messages received over the gateway connection.", Value: one(func(g *Gateway) float64 { return float64(g.InMsgs) })},
		{Name: "nats_gateway_received_bytes_total", Type: metric.Counter, Help: "Bytes received over the gateway connection.", Value: one(func(g *Gateway) float64 { return float64(g.InBytes) })},
		{Name: "nats_gateway_pending_bytes", Help: "Bytes pending on the gateway connection.", Value: func(g *Gateway) float64 { return float64(g.Pending) }},
		{Name: "nats_gateway_subscriptions", Help: "Subscriptions on the gateway connection.", Value: func(g *Gateway) float64 { return float64(g.NumSubs) }},
		{Name: "nats_gateway_rtt_seconds", Help: "Round trip time of the gateway connection; absent until measured.", Value: func(g *Gateway) float64 { return g.roundTrip(g.RTT) }},
		{Name: "nats_gateway_uptime_seconds", Help: "Age of the gateway connection.", Value: one(func(g *Gateway) float64 { return number.Between(g.Start, g.Own.Now) })},
		{Name: "nats_gateway_idle_seconds", Help: "Time since the last activity on the gateway connection.", Value: one(func(g *Gateway) float64 { return number.Between(g.LastActivity, g.Own.Now) })},
		{Name: "nats_gateway_configured", Help: "1 if the remote cluster is in the server's configuration, 0 if it was discovered.", Value: one(func(g *Gateway) float64 { return number.Flag(g.Set) })},
	},
}

// gatewayRemote is a cluster that a server is configured to connect to.
type gatewayRemote struct {
	sv     *fleet.Server
	remote string
	up     bool
}

func connected(sv *fleet.Server, cluster string) bool {
	out := sv.Gatewayz.OutboundGateways[cluster]
	return out != nil && out.Connection != nil
}

// GatewayRemotes has the clusters that each server is configured to connect to;
// if gateways are folded, those alone to which it is not connected.
var GatewayRemotes = &table.Group[*gatewayRemote]{
	Set: metric.Native, Collector: "gateways", Labels: With(serverLabels, "remote_cluster"),
	Each: func(v *scrape.View, yield func(*gatewayRemote)) {
		fold := v.FoldLinks(countGateways(v.Snapshot))
		for _, sv := range v.Snapshot.Servers {
			if sv.Gatewayz == nil || sv.Varz == nil {
				continue
			}
			for _, r := range sv.Varz.Gateway.Gateways {
				if r.Name == sv.Gatewayz.Name {
					continue // the list may contain its own cluster
				}
				if up := connected(sv, r.Name); !up || !fold {
					yield(&gatewayRemote{sv, r.Name, up})
				}
			}
		}
	},
	Ident: func(g *gatewayRemote, v []string) {
		identServer(g.sv, v)
		v[3] = g.remote
	},
	Rows: []table.Row[*gatewayRemote]{
		{Name: "nats_gateway_connected", Help: "1 if the server has its connection to a remote cluster of its configuration, 0 if not.", Value: func(g *gatewayRemote) float64 { return number.Flag(g.up) }},
	},
}

// Leaf is one leaf node connection of one server.
type Leaf struct {
	Server *fleet.Server
	*server.LeafInfo
}

// EachLeaf iterates over the leaf node connections of allowed accounts.
func EachLeaf(v *scrape.View, yield func(*Leaf)) {
	for _, sv := range v.Snapshot.Servers {
		if sv.Leafz == nil {
			continue
		}
		for _, l := range sv.Leafz.Leafs {
			if l != nil && v.Settings.Accounts.Allows(l.Account) {
				yield(&Leaf{sv, l})
			}
		}
	}
}

// Leafs has the leaf node connections.
var Leafs = &table.Group[*Leaf]{
	Set: metric.Native, Collector: "leafs", Labels: With(serverLabels, "account", "remote_name", "lid"), Each: EachLeaf,
	Ident: func(l *Leaf, v []string) {
		identServer(l.Server, v)
		v[3], v[4], v[5] = l.Account, l.Name, strconv.FormatUint(l.ID, 10)
	},
	Rows: []table.Row[*Leaf]{
		{Name: "nats_leaf_sent_messages_total", Type: metric.Counter, Help: "Messages sent over the leaf node connection.", Value: func(l *Leaf) float64 { return float64(l.OutMsgs) }},
		{Name: "nats_leaf_sent_bytes_total", Type: metric.Counter, Help: "Bytes sent over the leaf node connection.", Value: func(l *Leaf) float64 { return float64(l.OutBytes) }},
		{Name: "nats_leaf_received_messages_total", Type: metric.Counter, Help: "Messages received over the leaf node connection.", Value: func(l *Leaf) float64 { return float64(l.InMsgs) }},
		{Name: "nats_leaf_received_bytes_total", Type: metric.Counter, Help: "Bytes received over the leaf node connection.", Value: func(l *Leaf) float64 { return float64(l.InBytes) }},
		{Name: "nats_leaf_subscriptions", Help: "Subscriptions on the leaf node connection.", Value: func(l *Leaf) float64 { return float64(l.NumSubs) }},
		{Name: "nats_leaf_rtt_seconds", Help: "Round trip time of the leaf node connection; absent until measured.", Value: func(l *Leaf) float64 { return number.RoundTrip(l.RTT) }},
		{Name: "nats_leaf_spoke", Help: "1 if this server is the leaf of the connection, 0 if it is the hub.", Value: func(l *Leaf) float64 { return number.IfReported(l.Server, fleet.FieldLeafName, number.Flag(l.IsSpoke)) }},
		{Name: "nats_leaf_compressed", Help: "1 if the leaf node connection is compressed.", Value: func(l *Leaf) float64 { return number.Flag(l.Compression != "" && l.Compression != "off") }},
	},
}
