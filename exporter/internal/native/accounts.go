package native

import (
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
	"github.com/natsctl/natsctl/internal/fleet"
)

var accountLabels = With(serverLabels, "account", "account_name")

func identAccount(a *scrape.Account, v []string) {
	identServer(a.Server, v)
	v[3], v[4] = a.Account, a.Name
}

// EachAccount iterates over the accounts of every server.
func EachAccount(v *scrape.View, yield func(*scrape.Account)) {
	for _, a := range v.Accounts {
		yield(a)
	}
}

// Accounts has each account on each server.
var Accounts = &table.Group[*scrape.Account]{
	Set: metric.Native, Collector: "accounts", Labels: accountLabels, Each: EachAccount, Ident: identAccount,
	Rows: []table.Row[*scrape.Account]{
		{Name: "nats_account_connections", Help: "Client connections of the account on this server.", Value: func(a *scrape.Account) float64 { return float64(a.Conns) }},
		{Name: "nats_account_leafnodes", Help: "Leaf node connections of the account on this server.", Value: func(a *scrape.Account) float64 { return float64(a.LeafNodes) }},
		{Name: "nats_account_subscriptions", Help: "Subscriptions of the account on this server; absent on servers before 2.10.", Value: func(a *scrape.Account) float64 {
			return number.IfReported(a.Server, fleet.FieldAccountSubs, float64(a.NumSubs))
		}},
		{Name: "nats_account_slow_consumers_total", Type: metric.Counter, Help: "Connections of the account cut or stalled because they read too slowly.", Value: func(a *scrape.Account) float64 { return float64(a.SlowConsumers) }},
		{Name: "nats_account_sent_messages_total", Type: metric.Counter, Help: "Messages of the account that this server sent, to clients and links.", Value: func(a *scrape.Account) float64 { return float64(a.Sent.Msgs) }},
		{Name: "nats_account_sent_bytes_total", Type: metric.Counter, Help: "Bytes of the account that this server sent, to clients and links.", Value: func(a *scrape.Account) float64 { return float64(a.Sent.Bytes) }},
		{Name: "nats_account_received_messages_total", Type: metric.Counter, Help: "Messages of the account that this server received, from clients and links.", Value: func(a *scrape.Account) float64 { return float64(a.Received.Msgs) }},
		{Name: "nats_account_received_bytes_total", Type: metric.Counter, Help: "Bytes of the account that this server received, from clients and links.", Value: func(a *scrape.Account) float64 { return float64(a.Received.Bytes) }},
	},
}

// AccountLinks has the traffic of each account by link kind.
var AccountLinks = &table.Group[*scrape.Account]{
	Set: metric.Native, Collector: "accounts_detail", Labels: accountLabels, Each: EachAccount, Ident: identAccount,
	Rows: []table.Row[*scrape.Account]{
		{Name: "nats_account_link_sent_messages_total", Type: metric.Counter, Help: "Messages of the account sent over links of a kind; what the account sent beyond them went to clients.", Extra: kindLabel, Many: links(Sent, Msgs)},
		{Name: "nats_account_link_sent_bytes_total", Type: metric.Counter, Help: "Bytes of the account sent over links of a kind.", Extra: kindLabel, Many: links(Sent, BytesOf)},
		{Name: "nats_account_link_received_messages_total", Type: metric.Counter, Help: "Messages of the account received over links of a kind.", Extra: kindLabel, Many: links(Received, Msgs)},
		{Name: "nats_account_link_received_bytes_total", Type: metric.Counter, Help: "Bytes of the account received over links of a kind.", Extra: kindLabel, Many: links(Received, BytesOf)},
	},
}

// Sent returns what an account sent.
func Sent(a *scrape.Account) *server.DataStats { return &a.Sent }

// Received returns what an account received.
func Received(a *scrape.Account) *server.DataStats { return &a.Received }

// Msgs returns the messages of a count, which may be nil.
func Msgs(m *server.MsgBytes) float64 {
	if m == nil {
		return number.None
	}
	return float64(m.Msgs)
}

// BytesOf returns the bytes of a count, which may be nil.
func BytesOf(m *server.MsgBytes) float64 {
	if m == nil {
		return number.None
	}
	return float64(m.Bytes)
}

// links emits the count in one direction for each link kind that the server
// reports.
func links(way func(*scrape.Account) *server.DataStats, what func(*server.MsgBytes) float64) func(*scrape.Account, *table.Emitter) {
	return func(a *scrape.Account, em *table.Emitter) {
		d := way(a)
		em.PutLabel(what(d.Routes), "route")
		em.PutLabel(what(d.Gateways), "gateway")
		em.PutLabel(what(d.Leafs), "leaf")
	}
}
