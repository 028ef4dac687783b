package native

import (
	"strconv"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/cause"
	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// Limits of the diagnosis of one scrape: the causes that have series, and the
// gateways, routes and findings up to which a fleet is diagnosed at all, so that
// its cost is bounded, whatever servers are forged.
const (
	mostCauses   = 10
	mostGateways = 20_000
	mostRoutes   = 200_000
	mostPeers    = 10_000 // connections of the routes of one server
	mostFindings = 5_000
)

// placed is a cause and its place in the order.
type placed struct {
	cause.Cause
	place int
}

// FleetCauses has what explains the findings of the checks, the cause to look
// at first with place 1. Checks of rates need two snapshots and are left out.
var FleetCauses = &table.Group[*placed]{
	Set: metric.Native, Collector: "servers", Labels: []string{"cause", "object", "where"},
	Each: func(v *scrape.View, yield func(*placed)) {
		for i, c := range diagnosed(v.Snapshot) {
			if i == mostCauses {
				return
			}
			yield(&placed{c, i + 1})
		}
	},
	Ident: func(p *placed, v []string) { v[0], v[1], v[2] = p.Rule, p.Object, p.Where },
	Rows: []table.Row[*placed]{
		{Name: "nats_cause_place", Help: "Place of a cause among those of what is wrong now: 1 is the one to look at first. At most " + strconv.Itoa(mostCauses) + "; none in a fleet of more than " + strconv.Itoa(mostGateways) + " gateways or " + strconv.Itoa(mostRoutes) + " routes, or with more than " + strconv.Itoa(mostFindings) + " findings.", Value: func(p *placed) float64 { return float64(p.place) }},
		{Name: "nats_cause_findings", Help: "Findings of the checks that the cause explains, those that show it included.", Value: func(p *placed) float64 { return float64(checks.Count(p.Findings)) }},
	},
}

// diagnosedBy are the checks of a scrape: those of servers, links and the meta
// group. Streams, consumers and connections are left out: their number has no
// bound, and they have series of their own.
var diagnosedBy = []string{
	"servers", "answers", "names", "versions", "config", "uptime", "clock", "health", "routes", "gateways", "leafs",
	"cpu", "memory", "connections", "balance", "queues", "meta", "meta-pending", "storage", "ha-assets",
}

// diagnosed returns the causes of what is wrong in a snapshot.
func diagnosed(s *fleet.Snapshot) []cause.Cause {
	if s.Own != nil || len(s.Servers)*len(s.Clusters()) > mostGateways || countPairs(s) > mostRoutes {
		return nil
	}
	chosen, err := checks.Select(diagnosedBy...)
	if err != nil {
		return nil // a test holds the names
	}
	in := checks.Input{Snapshot: s, Topology: fleet.NewTopology(s, fleet.TopologyOptions{})}
	var found []checks.Finding
	for _, r := range checks.Run(in, chosen) {
		for _, f := range r.Findings {
			if f.Level.Urgent() {
				found = append(found, f)
			}
		}
	}
	if checks.Count(found) > mostFindings {
		return nil
	}
	return cause.Fold(in, found)
}

// countPairs is how many routes the servers that answered have within their
// clusters, those to missing servers included.
func countPairs(s *fleet.Snapshot) (n int) {
	size := map[string]int{}
	for _, sv := range s.Servers {
		size[sv.Info.Cluster]++
	}
	for _, m := range s.Missing {
		size[m.Cluster]++
	}
	for _, sv := range s.Servers {
		if sv.Routez != nil && len(sv.Routez.Routes) > mostPeers {
			return mostRoutes + 1
		}
		if sv.Info.Cluster != "" { // servers outside a cluster have no routes
			n += size[sv.Info.Cluster]
		}
	}
	return n
}
