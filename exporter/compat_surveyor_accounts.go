package exporter

import (
	"fmt"
	"slices"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

func identSurveyorAccount(a *account, v []string) {
	identSurveyor(a.sv, v)
	v[3], v[4] = a.Account, a.Name
}

var surveyorAccountLabels = with(surveyorLabels, "account", "account_name")

var surveyorAccounts = &group[*account]{
	set: Surveyor, collector: "accounts", labels: surveyorAccountLabels, each: eachAccount, ident: identSurveyorAccount,
	rows: []row[*account]{
		{name: "nats_core_account_conn_count", help: "Client connections.", value: func(a *account) float64 { return float64(a.Conns) }},
		{name: "nats_core_account_total_conn_count", help: "Client and leaf node connections.", value: func(a *account) float64 { return float64(a.TotalConns) }},
		{name: "nats_core_account_leaf_count", help: "Leaf node connections.", value: func(a *account) float64 { return float64(a.LeafNodes) }},
		{name: "nats_core_account_sub_count", help: "Subscriptions.", value: func(a *account) float64 { return told(a.sv, fleet.FieldAccountSubs, float64(a.NumSubs)) }},
		{name: "nats_core_account_slow_consumer_count", help: "Slow consumers since the start.", value: func(a *account) float64 { return float64(a.SlowConsumers) }},
		{name: "nats_core_account_bytes_sent", typ: Counter, help: "Bytes sent.", value: func(a *account) float64 { return float64(a.Sent.Bytes) }},
		{name: "nats_core_account_bytes_recv", typ: Counter, help: "Bytes received.", value: func(a *account) float64 { return float64(a.Received.Bytes) }},
		{name: "nats_core_account_msgs_sent", typ: Counter, help: "Messages sent.", value: func(a *account) float64 { return float64(a.Sent.Msgs) }},
		{name: "nats_core_account_msgs_recv", typ: Counter, help: "Messages received.", value: func(a *account) float64 { return float64(a.Received.Msgs) }},
	},
}

var surveyorAccountLinks = &group[*account]{
	set: Surveyor, collector: "accounts_detail", labels: surveyorAccountLabels, each: eachAccount, ident: identSurveyorAccount,
	rows: slices.Concat(
		splitRows("client", clientShare),
		splitRows("leaf", func(d *server.DataStats) *server.MsgBytes { return d.Leafs }),
		splitRows("route", func(d *server.DataStats) *server.MsgBytes { return d.Routes }),
		splitRows("gateway", func(d *server.DataStats) *server.MsgBytes { return d.Gateways }),
	),
}

// splitRows are the four counters of one kind of connection; a kind without
// traffic counts 0, as in the original, if the server tells kinds apart at all.
func splitRows(kind string, of func(*server.DataStats) *server.MsgBytes) []row[*account] {
	count := func(way func(*account) *server.DataStats, what func(*server.MsgBytes) float64) func(*account) float64 {
		return func(a *account) float64 {
			m := of(way(a))
			if m == nil {
				return told(a.sv, fleet.FieldLinkTraffic, 0)
			}
			return told(a.sv, fleet.FieldLinkTraffic, what(m))
		}
	}
	prefix := "nats_core_account_" + kind + "_"
	return []row[*account]{
		{name: prefix + "bytes_sent", typ: Counter, help: "Bytes sent over connections of the kind " + kind + ".", value: count(sent, bytesOf)},
		{name: prefix + "bytes_recv", typ: Counter, help: "Bytes received over connections of the kind " + kind + ".", value: count(received, bytesOf)},
		{name: prefix + "msgs_sent", typ: Counter, help: "Messages sent over connections of the kind " + kind + ".", value: count(sent, msgs)},
		{name: prefix + "msgs_recv", typ: Counter, help: "Messages received over connections of the kind " + kind + ".", value: count(received, msgs)},
	}
}

// clientShare is what remains of a count without the links.
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

// jsTotal is JetStream in one account over all domains: the servers of a
// domain all know the domain's figure, so the largest is it; domains add up.
type jsTotal struct {
	id, name                     string
	enabled                      bool
	mem, store, memRes, storeRes float64
	streams                      float64
	tierOrder                    []string
	tiers                        map[string]*tierTotal
}

type tierTotal struct{ mem, store, memRes, storeRes float64 }

var surveyorJSAccounts = &group[*jsTotal]{
	set: Surveyor, collector: "streams", labels: []string{"account", "account_name"}, each: eachJSTotal,
	ident: func(t *jsTotal, v []string) { v[0], v[1] = t.id, t.name },
	rows: []row[*jsTotal]{
		{name: "nats_core_account_jetstream_enabled", help: "1 if the account has JetStream.", value: func(t *jsTotal) float64 { return flag(t.enabled) }},
		{name: "nats_core_account_jetstream_memory_used", help: "Memory used by the account's streams.", value: func(t *jsTotal) float64 { return t.mem }},
		{name: "nats_core_account_jetstream_storage_used", help: "Disk space used by the account's streams.", value: func(t *jsTotal) float64 { return t.store }},
		{name: "nats_core_account_jetstream_memory_reserved", help: "Memory promised to the account.", value: func(t *jsTotal) float64 { return t.memRes }},
		{name: "nats_core_account_jetstream_storage_reserved", help: "Disk space promised to the account.", value: func(t *jsTotal) float64 { return t.storeRes }},
		{name: "nats_core_account_jetstream_stream_count", help: "Streams of the account.", value: func(t *jsTotal) float64 { return t.streams }},
	},
}

var surveyorTiers = &group[*jsTotal]{
	set: Surveyor, collector: "streams", labels: []string{"account", "account_name"}, each: eachJSTotal,
	ident: func(t *jsTotal, v []string) { v[0], v[1] = t.id, t.name },
	rows: []row[*jsTotal]{
		{name: "nats_core_account_jetstream_tiered_memory_used", help: "Bytes in the account's memory streams, by replicas.", extra: tierLabel, many: eachTier(func(t *tierTotal) float64 { return t.mem })},
		{name: "nats_core_account_jetstream_tiered_storage_used", help: "Bytes in the account's file streams, by replicas.", extra: tierLabel, many: eachTier(func(t *tierTotal) float64 { return t.store })},
		{name: "nats_core_account_jetstream_tiered_memory_reserved", help: "Limits of the account's memory streams, by replicas.", extra: tierLabel, many: eachTier(func(t *tierTotal) float64 { return t.memRes })},
		{name: "nats_core_account_jetstream_tiered_storage_reserved", help: "Limits of the account's file streams, by replicas.", extra: tierLabel, many: eachTier(func(t *tierTotal) float64 { return t.storeRes })},
	},
}

func eachTier(value func(*tierTotal) float64) func(*jsTotal, *emitter) {
	return func(t *jsTotal, em *emitter) {
		for _, name := range t.tierOrder {
			em.put1(value(t.tiers[name]), name)
		}
	}
}

// eachJSTotal adds up every account's JetStream over its domains.
func eachJSTotal(v *view, yield func(*jsTotal)) {
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
	for _, a := range v.accounts {
		find(a.Account, a.Name)
	}
	type place struct{ account, domain string }
	best := map[place]*jsAccount{}
	for _, a := range v.jsAccounts {
		find(a.d.Id, a.d.Name).enabled = true
		key := place{a.d.Id, a.sv.Info.Domain}
		if old := best[key]; old == nil || old.d.Store+old.d.Memory < a.d.Store+a.d.Memory {
			best[key] = a
		}
	}
	for key, a := range best {
		at[key.account].add(a.d)
	}
	for _, s := range v.streams {
		if s.leads() || s.folded > 0 {
			at[s.d.Id].count(s)
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

// addReserved adds what another domain promises; a promise without a limit,
// which servers send as -1 turned unsigned, stays what it is.
func addReserved(sum float64, n uint64) float64 {
	const unlimited = float64(1 << 63)
	if sum >= unlimited || float64(n) >= unlimited {
		return max(sum, float64(n))
	}
	return sum + float64(n)
}

func (t *jsTotal) count(s *stream) {
	t.streams += float64(max(1, s.folded))
	c := s.st.Config
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
	used, limit := float64(s.st.State.Bytes), float64(max(c.MaxBytes, 0))
	if c.Storage == server.MemoryStorage {
		tier.mem += used
		tier.memRes += limit
		return
	}
	tier.store += used
	tier.storeRes += limit
}
