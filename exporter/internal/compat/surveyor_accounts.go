package compat

import (
	"fmt"
	"slices"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/native"
	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
	"github.com/natsctl/natsctl/internal/fleet"
)

func identSurveyorAccount(a *scrape.Account, v []string) {
	identSurveyor(a.Server, v)
	v[3], v[4] = a.Account, a.Name
}

var surveyorAccountLabels = native.With(surveyorLabels, "account", "account_name")

// SurveyorAccounts has each account on each server.
var SurveyorAccounts = &table.Group[*scrape.Account]{
	Set: metric.Surveyor, Collector: "accounts", Labels: surveyorAccountLabels, Each: native.EachAccount, Ident: identSurveyorAccount,
	Rows: []table.Row[*scrape.Account]{
		{Name: "nats_core_account_conn_count", Help: "Client connections.", Value: native.Accounts.MustValue("nats_account_connections")},
		{Name: "nats_core_account_total_conn_count", Help: "Client and leaf node connections.", Value: func(a *scrape.Account) float64 { return float64(a.TotalConns) }},
		{Name: "nats_core_account_leaf_count", Help: "Leaf node connections.", Value: native.Accounts.MustValue("nats_account_leafnodes")},
		{Name: "nats_core_account_sub_count", Help: "Subscriptions.", Value: func(a *scrape.Account) float64 {
			return number.IfReported(a.Server, fleet.FieldAccountSubs, float64(a.NumSubs))
		}},
		{Name: "nats_core_account_slow_consumer_count", Help: "Slow consumers since the start.", Value: native.Accounts.MustValue("nats_account_slow_consumers_total")},
		{Name: "nats_core_account_bytes_sent", Type: metric.Counter, Help: "Bytes sent.", Value: native.Accounts.MustValue("nats_account_sent_bytes_total")},
		{Name: "nats_core_account_bytes_recv", Type: metric.Counter, Help: "Bytes received.", Value: native.Accounts.MustValue("nats_account_received_bytes_total")},
		{Name: "nats_core_account_msgs_sent", Type: metric.Counter, Help: "Messages sent.", Value: native.Accounts.MustValue("nats_account_sent_messages_total")},
		{Name: "nats_core_account_msgs_recv", Type: metric.Counter, Help: "Messages received.", Value: native.Accounts.MustValue("nats_account_received_messages_total")},
	},
}

// SurveyorAccountLinks has the traffic of each account by connection kind.
var SurveyorAccountLinks = &table.Group[*scrape.Account]{
	Set: metric.Surveyor, Collector: "accounts_detail", Labels: surveyorAccountLabels, Each: native.EachAccount, Ident: identSurveyorAccount,
	Rows: slices.Concat(
		splitRows("client", clientShare),
		splitRows("leaf", func(d *server.DataStats) *server.MsgBytes { return d.Leafs }),
		splitRows("route", func(d *server.DataStats) *server.MsgBytes { return d.Routes }),
		splitRows("gateway", func(d *server.DataStats) *server.MsgBytes { return d.Gateways }),
	),
}

// splitRows returns the four counters of one connection kind; a kind without
// traffic is 0, as in the original, if the server reports kinds separately.
func splitRows(kind string, of func(*server.DataStats) *server.MsgBytes) []table.Row[*scrape.Account] {
	count := func(way func(*scrape.Account) *server.DataStats, what func(*server.MsgBytes) float64) func(*scrape.Account) float64 {
		return func(a *scrape.Account) float64 {
			m := of(way(a))
			if m == nil {
				return number.IfReported(a.Server, fleet.FieldLinkTraffic, 0)
			}
			return number.IfReported(a.Server, fleet.FieldLinkTraffic, what(m))
		}
	}
	prefix := "nats_core_account_" + kind + "_"
	return []table.Row[*scrape.Account]{
		{Name: prefix + "bytes_sent", Type: metric.Counter, Help: "Bytes sent over connections of the kind " + kind + ".", Value: count(native.Sent, native.BytesOf)},
		{Name: prefix + "bytes_recv", Type: metric.Counter, Help: "Bytes received over connections of the kind " + kind + ".", Value: count(native.Received, native.BytesOf)},
		{Name: prefix + "msgs_sent", Type: metric.Counter, Help: "Messages sent over connections of the kind " + kind + ".", Value: count(native.Sent, native.Msgs)},
		{Name: prefix + "msgs_recv", Type: metric.Counter, Help: "Messages received over connections of the kind " + kind + ".", Value: count(native.Received, native.Msgs)},
	}
}

// clientShare returns a count minus the links.
func clientShare(d *server.DataStats) *server.MsgBytes {
	out := d.MsgBytes
	for _, link := range []*server.MsgBytes{d.Routes, d.Gateways, d.Leafs} {
		if link != nil {
			out.Msgs -= link.Msgs
			out.Bytes -= link.Bytes
		}
	}
	return &out
}

// jsTotal is JetStream in one account over all domains: all servers of a domain
// report the domain's value, so the largest is used; domains are summed.
type jsTotal struct {
	id, name                     string
	enabled                      bool
	mem, store, memRes, storeRes float64
	streams                      float64
	tierOrder                    []string
	tiers                        map[string]*tierTotal
}

type tierTotal struct{ mem, store, memRes, storeRes float64 }

// SurveyorJSAccounts has JetStream of each account.
var SurveyorJSAccounts = &table.Group[*jsTotal]{
	Set: metric.Surveyor, Collector: "streams", Labels: []string{"account", "account_name"}, Each: eachJSTotal,
	Ident: func(t *jsTotal, v []string) { v[0], v[1] = t.id, t.name },
	Rows: []table.Row[*jsTotal]{
		{Name: "nats_core_account_jetstream_enabled", Help: "1 if the account has JetStream.", Value: func(t *jsTotal) float64 { return number.Flag(t.enabled) }},
		{Name: "nats_core_account_jetstream_memory_used", Help: "Memory used by the account's streams.", Value: func(t *jsTotal) float64 { return t.mem }},
		{Name: "nats_core_account_jetstream_storage_used", Help: "Disk space used by the account's streams.", Value: func(t *jsTotal) float64 { return t.store }},
		{Name: "nats_core_account_jetstream_memory_reserved", Help: "Memory reserved for the account.", Value: func(t *jsTotal) float64 { return t.memRes }},
		{Name: "nats_core_account_jetstream_storage_reserved", Help: "Disk space reserved for the account.", Value: func(t *jsTotal) float64 { return t.storeRes }},
		{Name: "nats_core_account_jetstream_stream_count", Help: "Streams of the account.", Value: func(t *jsTotal) float64 { return t.streams }},
	},
}

// SurveyorTiers has the streams of each account by number of replicas.
var SurveyorTiers = &table.Group[*jsTotal]{
	Set: metric.Surveyor, Collector: "streams", Labels: []string{"account", "account_name"}, Each: eachJSTotal,
	Ident: func(t *jsTotal, v []string) { v[0], v[1] = t.id, t.name },
	Rows: []table.Row[*jsTotal]{
		{Name: "nats_core_account_jetstream_tiered_memory_used", Help: "Bytes in the account's memory streams, by replicas.", Extra: native.TierLabel, Many: eachTier(func(t *tierTotal) float64 { return t.mem })},
		{Name: "nats_core_account_jetstream_tiered_storage_used", Help: "Bytes in the account's file streams, by replicas.", Extra: native.TierLabel, Many: eachTier(func(t *tierTotal) float64 { return t.store })},
		{Name: "nats_core_account_jetstream_tiered_memory_reserved", Help: "Limits of the account's memory streams, by replicas.", Extra: native.TierLabel, Many: eachTier(func(t *tierTotal) float64 { return t.memRes })},
		{Name: "nats_core_account_jetstream_tiered_storage_reserved", Help: "Limits of the account's file streams, by replicas.", Extra: native.TierLabel, Many: eachTier(func(t *tierTotal) float64 { return t.storeRes })},
	},
}

func eachTier(value func(*tierTotal) float64) func(*jsTotal, *table.Emitter) {
	return func(t *jsTotal, em *table.Emitter) {
		for _, name := range t.tierOrder {
			em.PutLabel(value(t.tiers[name]), name)
		}
	}
}

// eachJSTotal sums every account's JetStream over its domains.
func eachJSTotal(v *scrape.View, yield func(*jsTotal)) {
	var order []*jsTotal
	at := map[string]*jsTotal{}
	find := func(id, name string) *jsTotal {
		t := at[id]
		if t == nil {
			t = &jsTotal{id: id, name: name, tiers: map[string]*tierTotal{}}
			at[id] = t
			order = append(order, t)
		}
		return t
	}
	for _, a := range v.Accounts {
		find(a.Account, a.Name)
	}
	type place struct{ account, domain string }
	best := map[place]*scrape.JSAccount{}
	for _, a := range v.JSAccounts {
		find(a.Account.Id, a.Account.Name).enabled = true
		key := place{a.Account.Id, a.Server.Info.Domain}
		if old := best[key]; old == nil || old.Account.Store+old.Account.Memory < a.Account.Store+a.Account.Memory {
			best[key] = a
		}
	}
	for key, a := range best {
		at[key.account].add(a.Account)
	}
	for _, s := range v.Streams {
		if s.Leads() || s.Folded > 0 {
			at[s.Account.Id].count(s)
		}
	}
	for _, t := range order {
		slices.Sort(t.tierOrder)
		yield(t)
	}
}

func (t *jsTotal) add(d *server.AccountDetail) {
	t.mem += float64(d.Memory)
	t.store += float64(d.Store)
	t.memRes = addReserved(t.memRes, d.ReservedMemory)
	t.storeRes = addReserved(t.storeRes, d.ReservedStore)
}

// addReserved adds a reservation of another domain; "no limit", which servers
// send as -1 converted to unsigned, is kept unchanged.
func addReserved(sum float64, n uint64) float64 {
	const unlimited = float64(1 << 63)
	if sum >= unlimited || float64(n) >= unlimited {
		return max(sum, float64(n))
	}
	return sum + float64(n)
}

func (t *jsTotal) count(s *scrape.Stream) {
	t.streams += float64(max(1, s.Folded))
	c := s.Detail.Config
	if c == nil {
		return
	}
	name := fmt.Sprintf("R%d", c.Replicas)
	tier := t.tiers[name]
	if tier == nil {
		tier = &tierTotal{}
		t.tiers[name] = tier
		t.tierOrder = append(t.tierOrder, name)
	}
	used, limit := float64(s.Detail.State.Bytes), float64(max(c.MaxBytes, 0))
	if c.Storage == server.MemoryStorage {
		tier.mem += used
		tier.memRes += limit
		return
	}
	tier.store += used
	tier.storeRes += limit
}
