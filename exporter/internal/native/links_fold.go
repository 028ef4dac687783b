package native

import (
	"strconv"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/internal/fleet"
)

// folded is embedded in a link. If several links have no series of their own, it
// counts them, and has the average of their round trip times.
type folded struct {
	links int
	rtt   float64
}

func (f folded) roundTrip(text string) float64 {
	if f.links > 0 {
		return f.rtt
	}
	return number.RoundTrip(text)
}

// number returns the label of a connection's id; several have none.
func (f folded) number(id uint64) string {
	if f.links > 0 {
		return ""
	}
	return strconv.FormatUint(id, 10)
}

func (f folded) several() bool { return f.links > 0 }

// one is a value that several links cannot have together. A sum of counters of
// links that come and go is not a counter; the traffic of the server has
// series of its own.
func one[T interface{ several() bool }](value func(T) float64) func(T) float64 {
	return func(link T) float64 {
		if link.several() {
			return number.None
		}
		return value(link)
	}
}

// averages sums what the links without series of their own have.
type averages struct {
	links, measured int
	pending, subs   int
	rtt             float64
}

func (a *averages) add(rtt string, pending int, subs uint32) {
	a.links++
	a.pending += pending
	a.subs += int(subs)
	if d := number.RoundTrip(rtt); d == d { //nolint:staticcheck // not NaN: it was measured
		a.measured++
		a.rtt += d
	}
}

func (a *averages) folded() folded {
	if a.measured == 0 {
		return folded{a.links, number.None}
	}
	return folded{a.links, a.rtt / float64(a.measured)}
}

// slowest returns the index of the link with the longest round trip time; the
// first one if none is measured.
func slowest[T any](list []T, rtt func(T) string) int {
	at, longest := 0, -1.0
	for i, l := range list {
		if d := number.RoundTrip(rtt(l)); d > longest {
			at, longest = i, d
		}
	}
	return at
}

// shownRoutes iterates over the routes. In a fleet with more than the setting
// allows, each server has its slowest route and the sum of the others.
func shownRoutes(v *scrape.View, yield func(*route)) {
	fold := v.FoldLinks(countRoutes(v.Snapshot))
	for _, sv := range v.Snapshot.Servers {
		list := routesOf(sv)
		if !fold || len(list) < 3 {
			for _, r := range list {
				yield(r)
			}
			continue
		}
		at, sum := slowest(list, func(r *route) string { return r.RTT }), averages{}
		for i, r := range list {
			if i != at {
				sum.add(r.RTT, r.Pending, r.NumSubs)
			}
		}
		yield(list[at])
		other := &server.RouteInfo{RemoteName: scrape.NameOther, Pending: sum.pending, NumSubs: uint32(sum.subs)}
		yield(&route{Server: sv, now: list[at].now, RouteInfo: other, folded: sum.folded()})
	}
}

func routesOf(sv *fleet.Server) (out []*route) {
	if sv.Routez == nil {
		return nil
	}
	for _, r := range sv.Routez.Routes {
		if r != nil {
			out = append(out, &route{Server: sv, now: sv.Routez.Now, RouteInfo: r})
		}
	}
	return out
}

func countRoutes(snap *fleet.Snapshot) (n int) {
	for _, sv := range snap.Servers {
		if sv.Routez != nil {
			n += len(sv.Routez.Routes)
		}
	}
	return n
}

// shownGateways iterates over the gateways, as [shownRoutes] does over routes:
// folded, a server has its slowest outbound one, and a sum for each direction.
func shownGateways(v *scrape.View, yield func(*Gateway)) {
	if !v.FoldLinks(countGateways(v.Snapshot)) {
		EachGateway(v, yield)
		return
	}
	var own []*Gateway
	flush := func() {
		foldGateways(own, yield)
		own = own[:0]
	}
	EachGateway(v, func(g *Gateway) {
		if len(own) > 0 && own[0].Server != g.Server {
			flush()
		}
		own = append(own, g)
	})
	flush()
}

// foldGateways folds the gateways of one server.
func foldGateways(list []*Gateway, yield func(*Gateway)) {
	if len(list) < 4 {
		for _, g := range list {
			yield(g)
		}
		return
	}
	rtt := func(g *Gateway) string {
		if !g.Out {
			return ""
		}
		return g.RTT
	}
	at, sums := slowest(list, rtt), map[bool]*averages{true: {}, false: {}}
	for i, g := range list {
		if i != at {
			sums[g.Out].add(g.RTT, g.Pending, g.NumSubs)
		}
	}
	yield(list[at])
	for _, out := range []bool{true, false} {
		if sum := sums[out]; sum.links > 0 {
			other := &server.ConnInfo{Pending: sum.pending, NumSubs: uint32(sum.subs)}
			yield(&Gateway{Server: list[at].Server, Own: list[at].Own, Remote: scrape.NameOther, Out: out, ConnInfo: other, folded: sum.folded()})
		}
	}
}

func countGateways(snap *fleet.Snapshot) (n int) {
	for _, sv := range snap.Servers {
		if sv.Gatewayz == nil {
			continue
		}
		n += len(sv.Gatewayz.OutboundGateways)
		for _, list := range sv.Gatewayz.InboundGateways {
			n += len(list)
		}
	}
	return n
}
