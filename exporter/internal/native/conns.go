package native

import (
	"cmp"
	"slices"

	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
	"github.com/natsctl/natsctl/internal/fleet"
)

// Connections has the connections of each server, summed by account, kind and language.
var Connections = &table.Group[*scrape.ConnSum]{
	Set: metric.Native, Collector: "connections", Labels: With(serverLabels, "account", "kind", "lang"),
	Each: func(v *scrape.View, yield func(*scrape.ConnSum)) {
		for _, c := range v.Conns {
			yield(c)
		}
	},
	Ident: func(c *scrape.ConnSum, v []string) {
		identServer(c.Server, v)
		v[3], v[4], v[5] = c.Account, c.Kind, c.Lang
	},
	Rows: []table.Row[*scrape.ConnSum]{
		{Name: "nats_connections", Help: "Connections now, by account, kind and the client library's language.", Value: func(c *scrape.ConnSum) float64 { return c.Conns }},
		{Name: "nats_connections_tls", Help: "Connections that are encrypted.", Value: func(c *scrape.ConnSum) float64 { return c.Tls }},
		{Name: "nats_connections_pending_bytes", Help: "Bytes pending for the clients of these connections.", Value: func(c *scrape.ConnSum) float64 { return c.Pending }},
		{Name: "nats_connections_subscriptions", Help: "Subscriptions of these connections.", Value: func(c *scrape.ConnSum) float64 { return c.Subs }},
		{Name: "nats_connections_rtt_max_seconds", Help: "Longest round trip time of these connections, as last measured by the server.", Value: func(c *scrape.ConnSum) float64 { return c.RttMax }},
	},
}

// HasSubsz reports whether a server reported its subscription list.
func HasSubsz(sv *fleet.Server) bool { return sv.Subsz != nil && sv.Subsz.SublistStats != nil }

// Subscriptions has the subscription list of each server.
var Subscriptions = &table.Group[*fleet.Server]{
	Set: metric.Native, Collector: "subscriptions", Labels: serverLabels, Each: scrape.EachServer(HasSubsz), Ident: identServer,
	Rows: []table.Row[*fleet.Server]{
		{Name: "nats_server_subscription_inserts_total", Type: metric.Counter, Help: "Subscriptions created since the server started.", Value: func(s *fleet.Server) float64 { return float64(s.Subsz.NumInserts) }},
		{Name: "nats_server_subscription_removes_total", Type: metric.Counter, Help: "Subscriptions removed since the server started.", Value: func(s *fleet.Server) float64 { return float64(s.Subsz.NumRemoves) }},
		{Name: "nats_server_subscription_matches_total", Type: metric.Counter, Help: "Subjects looked up in the subscription list.", Value: func(s *fleet.Server) float64 { return float64(s.Subsz.NumMatches) }},
		{Name: "nats_server_subscription_cache_entries", Help: "Subjects in the cache of the subscription list.", Value: func(s *fleet.Server) float64 { return float64(s.Subsz.NumCache) }},
		{Name: "nats_server_subscription_cache_hit_ratio", Help: "Cache hit ratio of the subscription list.", Value: func(s *fleet.Server) float64 { return s.Subsz.CacheHitRate }},
		{Name: "nats_server_subscription_fanout_max", Help: "Maximum fanout: subscriptions that match one cached subject.", Value: func(s *fleet.Server) float64 { return float64(s.Subsz.MaxFanout) }},
	},
}

func hasQueues(sv *fleet.Server) bool { return sv.Ipqueuesz != nil }

// MaxQueues is the maximum number of queues per server with their own series.
const MaxQueues = 10

// Queues has the longest internal queues of each server.
var Queues = &table.Group[*fleet.Server]{
	Set: metric.Native, Collector: "queues", Labels: serverLabels, Each: scrape.EachServer(hasQueues), Ident: identServer,
	Rows: []table.Row[*fleet.Server]{
		{Name: "nats_server_queue_pending", Help: "Entries in the longest of the server's internal queues, and in all others together.", Extra: []string{"queue"}, Many: longestQueues},
	},
}

func longestQueues(s *fleet.Server, em *table.Emitter) {
	all := *s.Ipqueuesz
	names := number.SortedKeys(all)
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(all[b].Pending, all[a].Pending) })
	rest := 0
	for i, name := range names {
		if i < MaxQueues {
			em.PutLabel(float64(all[name].Pending), name)
			continue
		}
		rest += all[name].Pending
	}
	em.PutLabel(float64(rest), scrape.NameOther)
}
