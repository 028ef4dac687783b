package native

import (
	"fmt"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/internal/fleet"
)

// meshOf is a fleet whose servers have these routes, each by its round trip time
// in milliseconds, 0 for one that was not measured.
func meshOf(limit int, servers ...[]int) *scrape.View {
	snap := &fleet.Snapshot{}
	for i, rtts := range servers {
		sv := &fleet.Server{Info: server.ServerInfo{ID: fmt.Sprint("ID", i), Name: fmt.Sprint("n", i)}, Routez: &server.Routez{Routes: []*server.RouteInfo{}}, Gatewayz: &server.Gatewayz{OutboundGateways: map[string]*server.RemoteGatewayz{}, InboundGateways: map[string][]*server.RemoteGatewayz{}}}
		for k, ms := range rtts {
			rtt := ""
			if ms > 0 {
				rtt = fmt.Sprint(ms, "ms")
			}
			sv.Routez.Routes = append(sv.Routez.Routes, &server.RouteInfo{Rid: uint64(k), RemoteID: fmt.Sprint("peer", k/2), RTT: rtt, Pending: 3, NumSubs: 5, OutMsgs: 7})
			cluster := fmt.Sprint("c", k)
			sv.Gatewayz.OutboundGateways[cluster] = &server.RemoteGatewayz{Connection: &server.ConnInfo{Cid: uint64(k), RTT: rtt, Pending: 3, NumSubs: 5, OutMsgs: 7}}
			sv.Gatewayz.InboundGateways[cluster] = []*server.RemoteGatewayz{{Connection: &server.ConnInfo{Cid: uint64(100 + k), RTT: "900ms", Pending: 3, NumSubs: 5}}}
		}
		snap.Servers = append(snap.Servers, sv)
	}
	return scrape.NewView(&scrape.Settings{Links: limit}, snap, scrape.Extras{})
}

// row is what the native metrics say of a link: -1 where there is no sample.
type row struct {
	name               string
	pending, subs, out float64
	rtt                float64
}

func shown[T any](each func(*scrape.View, func(T)), v *scrape.View, of func(T) row) (out []row) {
	each(v, func(link T) {
		r := of(link)
		for _, f := range []*float64{&r.pending, &r.subs, &r.out, &r.rtt} {
			if *f != *f { //nolint:staticcheck // NaN: no sample
				*f = -1
			}
		}
		out = append(out, r)
	})
	return out
}

func routeRow(r *route) row {
	v := make([]string, 7)
	Routes.Ident(r, v)
	return row{v[1] + " " + v[4] + " " + v[6], Routes.MustValue("nats_route_pending_bytes")(r), Routes.MustValue("nats_route_subscriptions")(r), Routes.MustValue("nats_route_sent_messages_total")(r), Routes.MustValue("nats_route_rtt_seconds")(r)}
}

func gatewayRow(g *Gateway) row {
	v := make([]string, 7)
	Gateways.Ident(g, v)
	return row{v[1] + " " + v[3] + " " + v[5] + " " + v[6], Gateways.MustValue("nats_gateway_pending_bytes")(g), Gateways.MustValue("nats_gateway_subscriptions")(g), Gateways.MustValue("nats_gateway_sent_messages_total")(g), Gateways.MustValue("nats_gateway_rtt_seconds")(g)}
}

func same(t *testing.T, what string, got, want []row) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s:\n%v, want\n%v", what, got, want)
	}
}

// With more links than the limit each server has its slowest one and the gauges
// of the others together; counters of several links are no counter.
func TestLinksAreFolded(t *testing.T) {
	v := meshOf(5, []int{2, 50, 4, 0}, []int{1, 2})
	same(t, "routes", shown(shownRoutes, v, routeRow), []row{
		{"n0  1", 3, 5, 7, .05},
		{"n0 (other) ", 9, 15, -1, .003},
		{"n1  0", 3, 5, 7, .001},
		{"n1  1", 3, 5, 7, .002},
	})
	same(t, "gateways", shown(shownGateways, v, gatewayRow), []row{
		{"n0 c1 outbound 1", 3, 5, 7, .05},
		{"n0 (other) outbound ", 9, 15, -1, .003},
		{"n0 (other) inbound ", 12, 20, -1, .9},
		{"n1 c1 outbound 1", 3, 5, 7, .002},
		{"n1 (other) outbound ", 3, 5, -1, .001},
		{"n1 (other) inbound ", 6, 10, -1, .9},
	})
	if got := shown(shownRoutes, meshOf(6, []int{2, 50, 4, 0}, []int{1, 2}), routeRow); len(got) != 6 {
		t.Errorf("at the limit: %v", got)
	}
	if got := shown(shownGateways, meshOf(0, []int{2, 50, 4, 0}, []int{1, 2}), gatewayRow); len(got) != 12 {
		t.Errorf("without a limit: %v", got)
	}
	if got := shown(shownRoutes, meshOf(1, []int{0, 0, 0}), routeRow); len(got) != 2 || got[1].rtt != -1 {
		t.Errorf("nothing measured: %v", got)
	}
}

// Folding loses no pending byte and no subscription, and no server has more than
// two routes and three gateways.
func TestFoldingLinksKeepsTheSum(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		servers := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(0, 80), 0, 9), 1, 5).Draw(r, "servers")
		all, folded := meshOf(0, servers...), meshOf(1, servers...)
		for what, of := range map[string]func(*scrape.View) []row{
			"routes":   func(v *scrape.View) []row { return shown(shownRoutes, v, routeRow) },
			"gateways": func(v *scrape.View) []row { return shown(shownGateways, v, gatewayRow) },
		} {
			sum := func(rows []row) (pending, subs, slowest float64) {
				for _, x := range rows {
					pending, subs = pending+x.pending, subs+x.subs
					if x.out > 0 {
						slowest = max(slowest, x.rtt)
					}
				}
				return pending, subs, slowest
			}
			p1, s1, r1 := sum(of(all))
			p2, s2, r2 := sum(of(folded))
			if p1 != p2 || s1 != s2 || r1 != r2 {
				r.Fatalf("%s: %v %v %v, folded %v %v %v", what, p1, s1, r1, p2, s2, r2)
			}
			if n := len(of(folded)); n > 3*len(servers) {
				r.Fatalf("%s: %d rows of %d servers", what, n, len(servers))
			}
		}
	})
}

// A gateway that is not connected has its series however many there are, and the
// peers are counted.
func TestBrokenGatewaysAreShown(t *testing.T) {
	v := meshOf(3, []int{1, 2, 3, 4}, []int{1})
	sv := v.Snapshot.Servers[0]
	sv.Varz = &server.Varz{Gateway: server.GatewayOptsVarz{Gateways: []server.RemoteGatewayOptsVarz{{Name: "c0"}, {Name: "c2"}, {Name: "gone"}}}}
	sv.Gatewayz.OutboundGateways["c2"].Connection = nil
	rows := func(v *scrape.View) (out []string) {
		GatewayRemotes.Each(v, func(g *gatewayRemote) { out = append(out, fmt.Sprint(g.remote, g.up)) })
		return out
	}
	if got := rows(v); fmt.Sprint(got) != "[c2false gonefalse]" {
		t.Errorf("folded: %v", got)
	}
	v.Settings.Links = 100
	if got := rows(v); fmt.Sprint(got) != "[c0true c2false gonefalse]" {
		t.Errorf("not folded: %v", got)
	}
	if n := GatewayCounts.MustValue("nats_server_gateway_peers")(sv); n != 3 {
		t.Errorf("%v gateways", n)
	}
	if n := RouteCounts.MustValue("nats_server_route_peers")(sv); n != 2 {
		t.Errorf("%v peers", n)
	}
}
