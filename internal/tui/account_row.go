package tui

import (
	"cmp"
	"slices"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// accountRow is one account over all servers that have it in use.
type accountRow struct {
	name, label        string
	conns, leafs, subs int
	slow               int64
	growing            bool // slow consumers since the last answer
	sent, received     server.DataStats
	t                  fleet.Traffic
	servers            []accountShare
	js                 *accountJS // nil where JetStream was not asked or is not in use
}

// accountShare is an account on one server.
type accountShare struct {
	server string
	stat   *server.AccountStat
	t      fleet.Traffic
}

// accountJS is what JetStream holds of an account, each stream counted once,
// at its leader.
type accountJS struct {
	streams, consumers int
	store              uint64
}

type acc = *accountRow

// accountColumns is the table of the Accounts page.
var accountColumns = []view.Column[acc]{
	{Name: "account", Title: "ACCOUNT", Help: "name, or the public key of one without a name", Value: func(r acc) any { return r.label }},
	{Name: "servers", Title: "SRV", Help: "servers that have it in use", Unit: view.Count, Value: func(r acc) any { return len(r.servers) }},
	{Name: "connections", Title: "CONN", Help: "client connections", Unit: view.Count, Sum: true, Value: func(r acc) any { return r.conns }},
	{Name: "leafs", Title: "LEAF", Help: "leafnode connections", Unit: view.Count, Sum: true, Value: func(r acc) any { return r.leafs }},
	{Name: "subscriptions", Title: "SUBS", Help: "subscriptions, each server's own", Unit: view.Count, Sum: true, Value: func(r acc) any { return r.subs }},
	{Name: "in_msgs_per_second", Title: "IN/s", Help: "messages received a second", Unit: view.PerSec, Sum: true, Value: func(r acc) any { return r.t.InMsgs.Value() }},
	{Name: "out_msgs_per_second", Title: "OUT/s", Help: "messages sent a second", Unit: view.PerSec, Sum: true, Value: func(r acc) any { return r.t.OutMsgs.Value() }},
	{Name: "in_bytes_per_second", Title: "INB/s", Help: "bytes received a second", Unit: view.BytesSec, Sum: true, Value: func(r acc) any { return r.t.InBytes.Value() }},
	{Name: "out_bytes_per_second", Title: "OUTB/s", Help: "bytes sent a second", Unit: view.BytesSec, Sum: true, Value: func(r acc) any { return r.t.OutBytes.Value() }},
	{Name: "slow_consumers", Title: "SLOW", Help: "slow consumers since the servers started; marked while it grows", Unit: view.Count, Sum: true, Value: func(r acc) any { return r.slow }, Level: judged(fleet.Warn, func(r acc) bool { return r.growing })},
	{Name: "streams", Title: "STREAMS", Help: "streams, counted at their leaders", Unit: view.Count, Sum: true, Value: func(r acc) any { return r.jet(func(j *accountJS) any { return j.streams }) }},
	{Name: "consumers", Title: "CONS", Help: "consumers, counted at their streams' leaders", Unit: view.Count, Sum: true, Value: func(r acc) any { return r.jet(func(j *accountJS) any { return j.consumers }) }},
	{Name: "store_bytes", Title: "STORE", Help: "bytes in its streams, each counted once", Unit: view.Bytes, Sum: true, Value: func(r acc) any { return r.jet(func(j *accountJS) any { return j.store }) }},
	{Name: "total_connections", Title: "EVER", Help: "connections since the servers started", Unit: view.Count, Wide: true, Value: func(r acc) any { return r.ever() }},
	{Name: "id", Title: "ID", Help: "account id", Wide: true, Value: func(r acc) any { return r.name }},
}

// accountTotals replaces the rates when totals are shown.
var accountTotals = map[string]view.Column[acc]{
	"in_msgs_per_second":   {Name: "in_msgs", Title: "IN", Help: "messages received", Unit: view.PerSec, Sum: true, Value: func(r acc) any { return r.received.Msgs }},
	"out_msgs_per_second":  {Name: "out_msgs", Title: "OUT", Help: "messages sent", Unit: view.PerSec, Sum: true, Value: func(r acc) any { return r.sent.Msgs }},
	"in_bytes_per_second":  {Name: "in_bytes", Title: "INB", Help: "bytes received", Unit: view.Bytes, Sum: true, Value: func(r acc) any { return r.received.Bytes }},
	"out_bytes_per_second": {Name: "out_bytes", Title: "OUTB", Help: "bytes sent", Unit: view.Bytes, Sum: true, Value: func(r acc) any { return r.sent.Bytes }},
}

func (r *accountRow) jet(f func(*accountJS) any) any {
	if r.js == nil {
		return nil
	}
	return f(r.js)
}

func (r *accountRow) ever() int {
	n := 0
	for _, s := range r.servers {
		n += s.stat.TotalConns
	}
	return n
}

// newAccountRows adds up each account over the servers, by account id.
func newAccountRows(snap *fleet.Snapshot, d *fleet.Delta, slow map[string]int64) []*accountRow {
	byName := map[string]*accountRow{}
	var rows []*accountRow
	for _, sv := range snap.Servers {
		if sv.AccountStatz == nil {
			continue
		}
		for _, a := range sv.AccountStatz.Accounts {
			if a == nil {
				continue
			}
			r := byName[a.Account]
			if r == nil {
				r = &accountRow{name: a.Account, label: cmp.Or(a.Name, a.Account)}
				byName[a.Account] = r
				rows = append(rows, r)
			}
			r.add(sv, a, d)
		}
	}
	for _, r := range rows {
		r.t = d.Account(r.name)
		before, known := slow[r.name]
		r.growing = known && r.slow > before
		slow[r.name] = r.slow
	}
	addAccountJS(byName, snap)
	return rows
}

func (r *accountRow) add(sv *fleet.Server, a *server.AccountStat, d *fleet.Delta) {
	r.conns += a.Conns
	r.leafs += a.LeafNodes
	r.subs += int(a.NumSubs)
	r.slow += a.SlowConsumers
	r.sent.Msgs += a.Sent.Msgs
	r.sent.Bytes += a.Sent.Bytes
	r.received.Msgs += a.Received.Msgs
	r.received.Bytes += a.Received.Bytes
	r.servers = append(r.servers, accountShare{sv.Info.Name, a, d.Server(sv.Info.ID).Account(a.Account)})
}

// addAccountJS counts the streams of each account at their leaders.
func addAccountJS(byName map[string]*accountRow, snap *fleet.Snapshot) {
	for _, sv := range snap.Servers {
		if sv.Jsz == nil {
			continue
		}
		for _, detail := range sv.Jsz.AccountDetails {
			r := byName[cmp.Or(detail.Id, detail.Name)]
			if r == nil {
				r = byName[detail.Name]
			}
			if r != nil {
				r.addJS(sv, detail)
			}
		}
	}
}

func (r *accountRow) addJS(sv *fleet.Server, detail *server.AccountDetail) {
	if r.js == nil {
		r.js = &accountJS{}
	}
	for i := range detail.Streams {
		st := &detail.Streams[i]
		if !leads(st.Cluster, sv) {
			continue
		}
		r.js.streams++
		r.js.consumers += st.State.Consumers
		r.js.store += st.State.Bytes
	}
}

// leads tells whether the server leads a group; one that is not replicated
// leads itself.
func leads(c *server.ClusterInfo, sv *fleet.Server) bool {
	return c == nil || c.Leader == "" && len(c.Replicas) == 0 || c.Leader == sv.Info.Name
}

// busiest returns the account's servers, the one that sends most first.
func (r *accountRow) busiest() []accountShare {
	out := slices.Clone(r.servers)
	slices.SortStableFunc(out, func(a, b accountShare) int {
		return cmp.Or(cmp.Compare(b.t.OutMsgs.PerSecond, a.t.OutMsgs.PerSecond), cmp.Compare(b.stat.Conns, a.stat.Conns), cmp.Compare(a.server, b.server))
	})
	return out
}
