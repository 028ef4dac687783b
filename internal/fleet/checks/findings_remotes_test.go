package checks

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// twoClusters makes a and b the cluster C, and c the cluster D, each configured with
// a gateway to these.
func twoClusters(in *Input, ofC, ofD string) {
	in.Snapshot.Servers[2].Info.Cluster = "D"
	for i, sv := range in.Snapshot.Servers {
		names := []string{ofC, ofC, ofD}
		sv.Gatewayz = &server.Gatewayz{Name: sv.Info.Cluster}
		sv.Varz.Gateway = server.GatewayOptsVarz{Name: sv.Info.Cluster, Gateways: []server.RemoteGatewayOptsVarz{{Name: sv.Info.Cluster}, {Name: names[i]}}}
	}
}

func gatewayCases() []findingCase {
	clusters := func(ofC, ofD string, change func(in *Input)) func(in *Input) {
		return func(in *Input) {
			twoClusters(in, ofC, ofD)
			change(in)
		}
	}
	same := func(*Input) {}
	rejects := func(in *Input) { in.Snapshot.Servers[2].Varz.Gateway.RejectUnknown = true }
	return []findingCase{
		{"gateway-names", "both right", 3, clusters("D", "C", same), nil},
		{"gateway-names", "another name, and one cluster is not named", 3, clusters("east", "C", same), []string{
			"crit|C - east|C|a, b are configured with a gateway to cluster east, and no cluster has that name: D is not configured there",
		}},
		{"gateway-names", "of one server alone", 3, clusters("D", "C", func(in *Input) {
			in.Snapshot.Servers[1].Varz.Gateway.Gateways[1].Name = "d"
		}), []string{
			"crit|C - d|C|b is configured with a gateway to cluster d, and no cluster has that name: D is not configured there",
		}},
		{"gateway-names", "one more cluster, which may be away", 4, clusters("D", "C", func(in *Input) {
			v := in.Snapshot.Servers[2].Varz
			v.Gateway.Gateways = append(v.Gateway.Gateways, server.RemoteGatewayOptsVarz{Name: "west"})
		}), nil},
		{"gateway-names", "a cluster that does not answer", 3, clusters("west", "C", func(in *Input) {
			in.Snapshot.Missing = []fleet.Missing{{Name: "w", Cluster: "west"}}
		}), nil},
		{"gateway-names", "a cluster outside the system account", 3, clusters("west", "C", func(in *Input) {
			first(in).Gatewayz.OutboundGateways = map[string]*server.RemoteGatewayz{"west": {Connection: &server.ConnInfo{Name: "w"}}}
		}), nil},
		{"gateway-names", "a cluster that only connects to others", 3, clusters("west", "C", func(in *Input) {
			first(in).Gatewayz.InboundGateways = map[string][]*server.RemoteGatewayz{"west": {}}
		}), nil},
		{"gateway-names", "only some servers were asked", 3, clusters("east", "C", func(in *Input) { in.Snapshot.Want.Scope.Host = "h" }), nil},
		{"gateway-rejects", "it rejects, and names the other", 3, clusters("D", "C", rejects), nil},
		{"gateway-rejects", "it rejects what it does not name", 3, clusters("D", "x", rejects), []string{
			"crit|C - D|D|cluster D rejects the gateways of cluster C: it has reject_unknown_cluster, and its gateways do not name C",
		}},
		{"gateway-rejects", "it does not name the other, and rejects nothing", 3, clusters("D", "x", same), nil},
	}
}

func remoteCases() []findingCase {
	alone := func(urls ...string) func(in *Input) {
		return func(in *Input) {
			v := first(in).Varz
			v.Cluster = server.ClusterOptsVarz{Name: "C", Host: "10.0.0.1", Port: 6222, URLs: urls}
			first(in).Routez = &server.Routez{}
		}
	}
	and := func(list ...func(in *Input)) func(in *Input) {
		return func(in *Input) {
			for _, f := range list {
				f(in)
			}
		}
	}
	spoke := func(remotes []server.RemoteLeafOptsVarz, accounts ...string) func(in *Input) {
		return func(in *Input) {
			first(in).Varz.LeafNode.Remotes = remotes
			for _, account := range accounts {
				first(in).Leafz.Leafs = append(first(in).Leafz.Leafs, &server.LeafInfo{Name: "hub", Account: account, IsSpoke: true})
			}
		}
	}
	two := []server.RemoteLeafOptsVarz{{URLs: []string{"hub:7422", "hub2:7422"}}, {LocalAccount: "APP", URLs: []string{"hub:7422"}}, {LocalAccount: "APP", URLs: []string{"west:7422"}}}
	denies := func(deny server.DenyRules, change func(in *Input)) func(in *Input) {
		return func(in *Input) {
			first(in).Varz.LeafNode.Remotes = []server.RemoteLeafOptsVarz{{LocalAccount: "APP", Deny: &deny}}
			stream(in).Config = &server.StreamConfig{Subjects: []string{"orders.>"}}
			change(in)
		}
	}
	same := func(*Input) {}
	mirror := func(in *Input) {
		stream(in).Mirror = &server.StreamSourceInfo{Name: "ORDERS", External: &server.ExternalStream{ApiPrefix: "$JS.hub.API"}}
	}
	const denied = "|S a|APP|stream S in account APP collects orders.>, and the leafnode remote of a denies the import of orders.eu.>: what is published at its hub is not stored"
	return []findingCase{
		{"route-urls", "alone", 1, alone("10.0.0.1:6222", "10.0.0.2:6222", "10.0.0.3:6222"), []string{
			"crit|a|C|a has no route, and is configured with 2: 10.0.0.2:6222, 10.0.0.3:6222",
		}},
		{"route-urls", "a cluster of a similar name", 1, and(alone("10.0.0.2:6222"), func(in *Input) {
			first(in).Info.Cluster, first(in).Varz.Cluster.Name = "c", "c"
		}), []string{
			"crit|a|c|a has no route, and is configured with 1: 10.0.0.2:6222; its cluster is named c, and there is a cluster C",
		}},
		{"route-urls", "itself alone", 0, alone("10.0.0.1:6222"), nil},
		{"route-urls", "it has routes", 1, func(in *Input) { first(in).Varz.Cluster.URLs = []string{"10.0.0.2:6222"} }, nil},
		{"route-urls", "the other is missing", 1, and(alone("10.0.0.2:6222"), func(in *Input) {
			in.Snapshot.Missing = []fleet.Missing{{Name: "m", Cluster: "C"}}
		}), nil},
		{"route-urls", "it did not say", 0, and(alone("10.0.0.2:6222"), func(in *Input) { first(in).Routez = nil }), nil},
		{"leaf-remotes", "all connected", 2, spoke(two, "$G", "APP", "APP"), nil},
		{"leaf-remotes", "one is not", 2, spoke(two, "$G", "APP"), []string{
			"crit|a APP|C|1 of the 2 leafnode remotes of a for account APP are not connected: hub:7422, west:7422",
		}},
		{"leaf-remotes", "none is", 2, spoke(two), []string{
			"crit|a $G|C|1 of the 1 leafnode remotes of a for account $G are not connected: hub:7422, hub2:7422",
			"crit|a APP|C|2 of the 2 leafnode remotes of a for account APP are not connected: hub:7422, west:7422",
		}},
		{"leaf-remotes", "it is the hub of another", 2, and(spoke(two, "$G", "APP"), func(in *Input) {
			first(in).Leafz.Leafs = append(first(in).Leafz.Leafs, &server.LeafInfo{Name: "x", Account: "APP"})
		}), []string{
			"crit|a APP|C|1 of the 2 leafnode remotes of a for account APP are not connected: hub:7422, west:7422",
		}},
		{"leaf-remotes", "a server that does not say which end it is", 0, and(spoke(two), func(in *Input) { first(in).Info.Version = "2.9.10" }), nil},
		{"leaf-denies", "another subject", 2, denies(server.DenyRules{Imports: []string{"bills"}}, same), nil},
		{"leaf-denies", "what the stream collects", 2, denies(server.DenyRules{Imports: []string{"bills", "orders.eu.>"}}, same), []string{"warn" + denied}},
		{"leaf-denies", "a stream of the hub collects it", 2, denies(server.DenyRules{Imports: []string{"orders.eu.>"}}, func(in *Input) {
			hub := in.Snapshot.Servers[2]
			hub.Info.Cluster = "H"
			st := server.StreamDetail{Name: "HUB", Config: &server.StreamConfig{Subjects: []string{"orders.eu.*"}}}
			hub.Jsz = &server.JSInfo{AccountDetails: []*server.AccountDetail{{Name: "APP", Streams: []server.StreamDetail{st}}}}
		}), []string{"info" + denied}},
		{"leaf-denies", "what the stream does not publish", 2, denies(server.DenyRules{Exports: []string{"orders.>"}}, same), nil},
		{"leaf-denies", "a remote of another account", 0, denies(server.DenyRules{Imports: []string{"orders.>"}}, func(in *Input) { first(in).Varz.LeafNode.Remotes[0].LocalAccount = "B" }), nil},
		{"leaf-denies", "a remote of another cluster", 0, denies(server.DenyRules{Imports: []string{"orders.>"}}, func(in *Input) {
			in.Snapshot.Servers[2].Info.Cluster = "E"
			in.Snapshot.Servers[2].Varz.LeafNode.Remotes, first(in).Varz.LeafNode.Remotes = first(in).Varz.LeafNode.Remotes, nil
		}), nil},
		{"leaf-denies", "the API that a mirror needs", 2, denies(server.DenyRules{Exports: []string{"$JS.hub.API.>"}}, mirror), []string{
			"crit|S a|APP|stream S in account APP is a mirror of ORDERS through $JS.hub.API, and the leafnode remote of a has $JS.hub.API.> in its deny_exports",
		}},
	}
}

func addressCases() []findingCase {
	// each server tells the address of its own and the next one
	tell := func(hosts ...string) func(in *Input) {
		return func(in *Input) {
			for i, sv := range in.Snapshot.Servers {
				sv.Varz.ClientConnectURLs = []string{hosts[i] + ":4222", hosts[(i+1)%3] + ":4222"}
			}
		}
	}
	far := func(f func(in *Input)) func(in *Input) {
		return func(in *Input) {
			f(in)
			first(in).Routez.Routes[0].IP = "10.0.0.2"
		}
	}
	return []findingCase{
		{"addresses", "each its own", 3, far(tell("10.0.0.1", "10.0.0.2", "10.0.0.3")), nil},
		{"addresses", "names", 3, far(tell("n1", "n2", "localhost.example")), nil},
		{"addresses", "on one host", 3, tell("127.0.0.1", "127.0.0.2", "127.0.0.3"), nil},
		{"addresses", "loopback, where the servers are on several hosts", 3, far(tell("10.0.0.1", "127.0.0.1", "10.0.0.3")), []string{
			"warn|a|C|clients of a learn the address 127.0.0.1:4222, which no client on another host can reach",
			"warn|b|C|clients of b learn the address 127.0.0.1:4222, which no client on another host can reach",
		}},
		{"addresses", "link-local and every interface", 3, tell("10.0.0.1", "169.254.1.1", "0.0.0.0"), []string{
			"warn|a|C|clients of a learn the address 169.254.1.1:4222, which no client on another host can reach",
			"warn|b|C|clients of b learn the address 169.254.1.1:4222, which no client on another host can reach",
			"warn|c|C|clients of c learn the address 0.0.0.0:4222, which no client on another host can reach",
		}},
		{"addresses", "one tells none", 3, func(in *Input) {
			tell("10.0.0.1", "10.0.0.2", "10.0.0.3")(in)
			in.Snapshot.Servers[1].Varz.ClientConnectURLs = nil
		}, []string{"warn|b|C|clients of b learn no other server of C, and those of the others do"}},
		{"addresses", "none tells any", 3, func(*Input) {}, nil},
		{"addresses", "one address of all", 3, func(in *Input) {
			for _, sv := range in.Snapshot.Servers {
				sv.Varz.ClientConnectURLs = []string{"nats.example.com:4222"}
			}
		}, []string{"info|C|C|all 3 servers of C tell their clients one address, nats.example.com:4222"}},
		{"addresses", "one address, and others may tell more", 3, func(in *Input) {
			for _, sv := range in.Snapshot.Servers {
				sv.Varz.ClientConnectURLs = []string{"nats.example.com:4222"}
			}
			in.Snapshot.Missing = []fleet.Missing{{Name: "m"}}
		}, nil},
		{"addresses", "a server alone", 0, func(in *Input) { in.Snapshot.Servers = in.Snapshot.Servers[:1] }, nil},
	}
}

// TestNextOfRemotes names what to write into which configuration.
func TestNextOfRemotes(t *testing.T) {
	loaded := fleettest.Epoch.Add(time.Hour)
	for _, c := range []struct {
		check string
		spoil func(in *Input)
		want  string
	}{
		{"gateway-names", func(in *Input) { twoClusters(in, "east", "C") }, "Rename the gateway east to D in gateway { gateways } of a, b, then restart."},
		{"gateway-rejects", func(in *Input) {
			twoClusters(in, "D", "x")
			in.Snapshot.Servers[2].Varz.Gateway.RejectUnknown = true
		}, "Add C to gateway { gateways } of every server of D, or drop reject_unknown_cluster there; then `natsctl server reload` them."},
		{"route-urls", func(in *Input) {
			first(in).Info.Cluster, first(in).Routez = "c", &server.Routez{}
			first(in).Varz.Cluster = server.ClusterOptsVarz{Name: "c", URLs: []string{"x:1"}}
		}, "If they are one cluster, give them one name: cluster { name: C }, then restart a."},
		{"leaf-denies", func(in *Input) {
			first(in).Varz.LeafNode.Remotes = []server.RemoteLeafOptsVarz{{LocalAccount: "APP", Deny: &server.DenyRules{Exports: []string{"$JS.>"}}}}
			stream(in).Config = &server.StreamConfig{}
			stream(in).Mirror = &server.StreamSourceInfo{Name: "O", External: &server.ExternalStream{ApiPrefix: "$JS.hub.API"}}
		}, "Remove $JS.> from deny_exports of the remote on a, then restart it."},
	} {
		in := healthy()
		for _, sv := range in.Snapshot.Servers {
			sv.Varz.ConfigLoadTime, sv.Varz.Start = loaded, loaded
		}
		c.spoil(&in)
		if got := examine(t, in, c.check).Findings; len(got) != 1 || got[0].Next != c.want || !got[0].Since.Equal(loaded) {
			t.Errorf("%s: %+v", c.check, got)
		}
	}
}
