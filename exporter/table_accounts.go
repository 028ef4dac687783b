package exporter

import (
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

var accountLabels = with(serverLabels, "account", "account_name")

func identAccount(a *account, v []string) {
	identServer(a.sv, v)
	v[3], v[4] = a.Account, a.Name
}

func eachAccount(v *view, yield func(*account)) {
	for _, a := range v.accounts {
		yield(a)
	}
}

var accounts = &group[*account]{
	set: Native, collector: "accounts", labels: accountLabels, each: eachAccount, ident: identAccount,
	rows: []row[*account]{
		{name: "nats_account_connections", help: "Client connections of the account on this server.", value: func(a *account) float64 { return float64(a.Conns) }},
		{name: "nats_account_leafnodes", help: "Leaf node connections of the account on this server.", value: func(a *account) float64 { return float64(a.LeafNodes) }},
		{name: "nats_account_subscriptions", help: "Subscriptions of the account on this server; absent on servers before 2.10.", value: func(a *account) float64 { return told(a.sv, fleet.FieldAccountSubs, float64(a.NumSubs)) }},
		{name: "nats_account_slow_consumers_total", typ: Counter, help: "Connections of the account cut or stalled because they read too slowly.", value: func(a *account) float64 { return float64(a.SlowConsumers) }},
		{name: "nats_account_sent_messages_total", typ: Counter, help: "Messages of the account that this server sent, to clients and links.", value: func(a *account) float64 { return float64(a.Sent.Msgs) }},
		{name: "nats_account_sent_bytes_total", typ: Counter, help: "Bytes of the account that this server sent, to clients and links.", value: func(a *account) float64 { return float64(a.Sent.Bytes) }},
		{name: "nats_account_received_messages_total", typ: Counter, help: "Messages of the account that this server received, from clients and links.", value: func(a *account) float64 { return float64(a.Received.Msgs) }},
		{name: "nats_account_received_bytes_total", typ: Counter, help: "Bytes of the account that this server received, from clients and links.", value: func(a *account) float64 { return float64(a.Received.Bytes) }},
	},
}

var accountLinks = &group[*account]{
	set: Native, collector: "accounts_detail", labels: accountLabels, each: eachAccount, ident: identAccount,
	rows: []row[*account]{
		{name: "nats_account_link_sent_messages_total", typ: Counter, help: "Messages of the account sent over links of a kind; what the account sent beyond them went to clients.", extra: kindLabel, many: links(sent, msgs)},
		{name: "nats_account_link_sent_bytes_total", typ: Counter, help: "Bytes of the account sent over links of a kind.", extra: kindLabel, many: links(sent, bytesOf)},
		{name: "nats_account_link_received_messages_total", typ: Counter, help: "Messages of the account received over links of a kind.", extra: kindLabel, many: links(received, msgs)},
		{name: "nats_account_link_received_bytes_total", typ: Counter, help: "Bytes of the account received over links of a kind.", extra: kindLabel, many: links(received, bytesOf)},
	},
}

func sent(a *account) *server.DataStats     { return &a.Sent }
func received(a *account) *server.DataStats { return &a.Received }

// msgs returns the messages of a count that may be absent.
func msgs(m *server.MsgBytes) float64 {
	if m == nil {
		return none
	}
	return float64(m.Msgs)
}

// bytesOf returns the bytes of a count that may be absent.
func bytesOf(m *server.MsgBytes) float64 {
	if m == nil {
		return none
	}
	return float64(m.Bytes)
}

// links emits one direction's count for each kind of link that the server
// tells apart.
func links(way func(*account) *server.DataStats, what func(*server.MsgBytes) float64) func(*account, *emitter) {
	return func(a *account, em *emitter) {
		d := way(a)
		em.put1(what(d.Routes), "route")
		em.put1(what(d.Gateways), "gateway")
		em.put1(what(d.Leafs), "leaf")
	}
}
