package exporter

import (
	"cmp"
	"slices"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// connSum adds up the connections of one server that have the same account,
// kind and language. It holds only what may fall: a sum of counters of
// connections that close is no counter.
type connSum struct {
	sv                               *fleet.Server
	account, kind, lang              string
	conns, pending, subs, tls, stall float64
	rttMax                           float64
}

// sumConns adds up every server's connections. Languages come from the
// clients' own mouths, so only the commonest have series of their own.
func (v *view) sumConns() {
	names := v.commonLangs()
	for _, sv := range v.snap.Servers {
		if sv.Connz == nil {
			continue
		}
		at := map[[3]string]*connSum{}
		for _, c := range sv.Connz.Conns {
			if c == nil || !v.cfg.accounts.allows(c.Account) {
				continue
			}
			key := [3]string{c.Account, connKind(c), names.of(c.Lang)}
			sum := at[key]
			if sum == nil {
				sum = &connSum{sv: sv, account: key[0], kind: key[1], lang: key[2], rttMax: none}
				at[key] = sum
				v.conns = append(v.conns, sum)
			}
			sum.add(c)
		}
	}
}

func (s *connSum) add(c *server.ConnInfo) {
	s.conns++
	s.pending += float64(c.Pending)
	s.subs += float64(c.NumSubs)
	s.tls += flag(c.TLSVersion != "")
	s.stall += float64(c.Stalls)
	if d := rtt(c.RTT); d == d && !(d <= s.rttMax) {
		s.rttMax = d
	}
}

// connKind joins what the server calls kind (Client, Leafnode) and type (nats,
// mqtt, websocket).
func connKind(c *server.ConnInfo) string {
	switch {
	case c.Type != "" && c.Type != "nats":
		return c.Type
	case c.Kind != "":
		return c.Kind
	}
	return "Client"
}

// langs is the set of languages with series of their own.
type langs map[string]bool

func (l langs) of(lang string) string {
	switch {
	case lang == "":
		return ""
	case l[lang]:
		return lang
	}
	return nameOther
}

// maxLangs bounds the languages whatever the limit of streams and consumers.
const maxLangs = 20

func (v *view) commonLangs() langs {
	count := map[string]int{}
	for _, sv := range v.snap.Servers {
		if sv.Connz == nil {
			continue
		}
		for _, c := range sv.Connz.Conns {
			if c != nil {
				count[c.Lang]++
			}
		}
	}
	names := sortedKeys(count)
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(count[b], count[a]) })
	out := langs{}
	for _, name := range names[:min(len(names), maxLangs)] {
		out[name] = true
	}
	return out
}

var connections = &group[*connSum]{
	set: Native, collector: "connections", labels: with(serverLabels, "account", "kind", "lang"),
	each: func(v *view, yield func(*connSum)) {
		for _, c := range v.conns {
			yield(c)
		}
	},
	ident: func(c *connSum, v []string) {
		identServer(c.sv, v)
		v[3], v[4], v[5] = c.account, c.kind, c.lang
	},
	rows: []row[*connSum]{
		{name: "nats_connections", help: "Connections now, by account, kind and the client library's language.", value: func(c *connSum) float64 { return c.conns }},
		{name: "nats_connections_tls", help: "Connections that are encrypted.", value: func(c *connSum) float64 { return c.tls }},
		{name: "nats_connections_pending_bytes", help: "Bytes that wait to be read by the clients of these connections.", value: func(c *connSum) float64 { return c.pending }},
		{name: "nats_connections_subscriptions", help: "Subscriptions of these connections.", value: func(c *connSum) float64 { return c.subs }},
		{name: "nats_connections_rtt_max_seconds", help: "The longest round trip time among these connections, as last measured by the server.", value: func(c *connSum) float64 { return c.rttMax }},
	},
}

func hasSubsz(sv *fleet.Server) bool { return sv.Subsz != nil && sv.Subsz.SublistStats != nil }

var subscriptions = &group[*fleet.Server]{
	set: Native, collector: "subscriptions", labels: serverLabels, each: eachServer(hasSubsz), ident: identServer,
	rows: []row[*fleet.Server]{
		{name: "nats_server_subscription_inserts_total", typ: Counter, help: "Subscriptions made since the server started.", value: func(s *fleet.Server) float64 { return float64(s.Subsz.NumInserts) }},
		{name: "nats_server_subscription_removes_total", typ: Counter, help: "Subscriptions ended since the server started.", value: func(s *fleet.Server) float64 { return float64(s.Subsz.NumRemoves) }},
		{name: "nats_server_subscription_matches_total", typ: Counter, help: "Subjects looked up in the subscription list.", value: func(s *fleet.Server) float64 { return float64(s.Subsz.NumMatches) }},
		{name: "nats_server_subscription_cache_entries", help: "Subjects in the cache of the subscription list.", value: func(s *fleet.Server) float64 { return float64(s.Subsz.NumCache) }},
		{name: "nats_server_subscription_cache_hit_ratio", help: "Share of the lookups that the cache answered.", value: func(s *fleet.Server) float64 { return s.Subsz.CacheHitRate }},
		{name: "nats_server_subscription_fanout_max", help: "The most subscriptions that one cached subject reaches.", value: func(s *fleet.Server) float64 { return float64(s.Subsz.MaxFanout) }},
	},
}

func hasQueues(sv *fleet.Server) bool { return sv.Ipqueuesz != nil }

// maxQueues bounds the queues that have a series of their own on one server.
const maxQueues = 10

var queues = &group[*fleet.Server]{
	set: Native, collector: "queues", labels: serverLabels, each: eachServer(hasQueues), ident: identServer,
	rows: []row[*fleet.Server]{
		{name: "nats_server_queue_pending", help: "Entries in the longest of the server's internal queues, and in all others together.", extra: []string{"queue"}, many: longestQueues},
	},
}

func longestQueues(s *fleet.Server, em *emitter) {
	all := *s.Ipqueuesz
	names := sortedKeys(all)
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(all[b].Pending, all[a].Pending) })
	rest := 0
	for i, name := range names {
		if i < maxQueues {
			em.put1(float64(all[name].Pending), name)
			continue
		}
		rest += all[name].Pending
	}
	em.put1(float64(rest), nameOther)
}
