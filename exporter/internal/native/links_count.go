package native

import (
	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
	"github.com/natsctl/natsctl/internal/fleet"
)

// RouteCounts has how many servers each server is connected to.
var RouteCounts = &table.Group[*fleet.Server]{
	Set: metric.Native, Collector: "routes", Labels: serverLabels,
	Each:  scrape.EachServer(func(sv *fleet.Server) bool { return sv.Routez != nil }),
	Ident: identServer,
	Rows: []table.Row[*fleet.Server]{
		{Name: "nats_server_route_peers", Help: "Servers to which this one has a route, however many connections it consists of.", Value: routePeers},
	},
}

func routePeers(sv *fleet.Server) float64 {
	if sv.Routez.Routes == nil { // not reported
		return number.None
	}
	peers := map[string]bool{}
	for _, r := range sv.Routez.Routes {
		if r != nil && r.RemoteID != "" {
			peers[r.RemoteID] = true
		}
	}
	return float64(len(peers))
}

// GatewayCounts has how many clusters each server is connected to.
var GatewayCounts = &table.Group[*fleet.Server]{
	Set: metric.Native, Collector: "gateways", Labels: serverLabels,
	Each:  scrape.EachServer(func(sv *fleet.Server) bool { return sv.Gatewayz != nil }),
	Ident: identServer,
	Rows: []table.Row[*fleet.Server]{
		{Name: "nats_server_gateway_peers", Help: "Clusters to which this server has a gateway.", Value: func(sv *fleet.Server) float64 {
			if sv.Gatewayz.OutboundGateways == nil { // not reported
				return number.None
			}
			n := 0
			for name := range sv.Gatewayz.OutboundGateways {
				if connected(sv, name) {
					n++
				}
			}
			return float64(n)
		}},
	},
}
