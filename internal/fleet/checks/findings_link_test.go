package checks

import (
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

func linkCases() []findingCase {
	return []findingCase{
		{"routes", "one end does not list it", 3, func(in *Input) {
			first(in).Routez.Routes = fleettest.Member("a", "c").Routez.Routes
		}, []string{
			"crit|a - b|C|the route between a and b works one way only: b lists it, a does not; it was whole 2s before",
		}},
		{"routes", "no end lists it", 3, func(in *Input) {
			first(in).Routez.Routes = fleettest.Member("a", "c").Routez.Routes
			in.Snapshot.Servers[1].Routez.Routes = fleettest.Member("b", "c").Routez.Routes
		}, []string{
			"crit|a - b|C|the route between a and b is missing: neither end lists it; it was whole 2s before",
		}},
		{"routes", "fewer connections than the others", 3, func(in *Input) {
			first(in).Routez.Routes = first(in).Routez.Routes[1:]
		}, []string{
			"warn|a - b|C|the route between a and b has too few connections: pool of 2 connections, the others of the cluster have 3",
		}},
		{"routes", "much waits", 3, func(in *Input) {
			first(in).Routez.Routes[0].Pending = 3 << 20
			in.Strained = slowBefore(in.Snapshot, 2)
		}, []string{
			"warn|a - b|C|the route between a and b is slow: 3.0 MiB wait to be sent",
		}},
		{"gateways", "a cluster of which nothing is known", 1, func(in *Input) {
			first(in).Gatewayz = &server.Gatewayz{Name: "C", OutboundGateways: map[string]*server.RemoteGatewayz{"D": nil}}
			in.Snapshot.Servers[1].Gatewayz, in.Snapshot.Servers[2].Gatewayz = &server.Gatewayz{}, &server.Gatewayz{}
		}, []string{
			"crit|a - D|C|the gateway between a and D is missing: a has no outbound connection to D, where no server answers; nobody could say 2s before",
			"crit|D||no server of cluster D answers, though gateways to it are known",
		}},
		{"gateways", "a server that does not answer", 1, func(in *Input) {
			in.Snapshot.Missing = []fleet.Missing{{ID: "ID-d", Name: "d", Cluster: "D", Reason: fleet.Silent}}
			first(in).Gatewayz = &server.Gatewayz{Name: "C", OutboundGateways: map[string]*server.RemoteGatewayz{"D": {Connection: &server.ConnInfo{Name: "ID-d"}}}}
			in.Snapshot.Servers[1].Gatewayz, in.Snapshot.Servers[2].Gatewayz = &server.Gatewayz{}, &server.Gatewayz{}
		}, []string{
			"crit|a - d|C|the gateway between a and d leads nowhere: leads to d, which does not answer: what lies behind it cannot be reached from a; nobody could say 2s before",
		}},
		{"leafs", "the spoke does not list it", 1, func(in *Input) {
			first(in).Leafz.Leafs = []*server.LeafInfo{{Name: "b", Account: "APP"}}
		}, []string{
			"crit|a - b|C|the leafnode connection between a and b works one way only: hub a lists it, spoke b does not; nobody could say 2s before",
		}},
		{"leafs", "the hub does not list it", 1, func(in *Input) {
			first(in).Leafz.Leafs = []*server.LeafInfo{{Name: "b", Account: "APP", IsSpoke: true}}
		}, []string{
			"crit|b - a|C|the leafnode connection between b and a works one way only: spoke a lists it, hub b does not; nobody could say 2s before",
		}},
		{"routes", "one lists none", 3, func(in *Input) { first(in).Routez.Routes = nil }, []string{
			"crit|a - b|C|the route between a and b works one way only: b lists it, a does not; it was whole 2s before",
			"crit|a - c|C|the route between a and c works one way only: c lists it, a does not; it was whole 2s before",
		}},
		{"gateways", "a cluster that the others do not know", 2, func(in *Input) {
			first(in).Gatewayz = &server.Gatewayz{Name: "C", OutboundGateways: map[string]*server.RemoteGatewayz{"D": nil}}
		}, []string{
			"crit|a - D|C|the gateway between a and D is missing: a has no outbound connection to D, where no server answers; nobody could say 2s before",
			"crit|D||no server of cluster D answers, though gateways to it are known",
			"unknown|c - D|C|the gateway between c and D is not known: c did not say",
		}},
	}
}
