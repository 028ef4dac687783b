package tui

import (
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// ownState is what a user outside the system account sees of its account.
type ownState struct {
	*fleet.Own
	shares []*ownShare
	limits []allowance
	total  *accountRow // nil when no server told anything
}

// ownShare is the account on one server.
type ownShare struct {
	sv   *fleet.Server
	stat *server.AccountStat
	t    fleet.Traffic
	grew bool // slow consumers
}

type own = *ownShare

// ownColumns is the table of the servers that an account is on.
var ownColumns = []view.Column[own]{
	{Name: "server", Title: "SERVER", Help: "server that told of the account", Value: func(r own) any { return r.sv.Info.Name }},
	{Name: "cluster", Title: "CLUSTER", Help: "its cluster", Value: func(r own) any { return blank(r.sv.Info.Cluster) }},
	{Name: "version", Title: "VER", Help: "its version", Value: func(r own) any { return blank(r.sv.Info.Version) }},
	{Name: "conns", Title: "CONN", Help: "client connections of the account", Unit: view.Count, Sum: true, Value: func(r own) any { return r.stat.Conns }},
	{Name: "leafs", Title: "LEAF", Help: "leafnode connections of the account", Unit: view.Count, Sum: true, Value: func(r own) any { return r.stat.LeafNodes }},
	{Name: "subs", Title: "SUBS", Help: "subscriptions of the account", Unit: view.Count, Sum: true, Value: func(r own) any { return r.stat.NumSubs }},
	{Name: "in_msgs_per_second", Title: "IN/s", Help: "messages received a second", Unit: view.PerSec, Sum: true, Value: func(r own) any { return r.t.InMsgs.Value() }},
	{Name: "out_msgs_per_second", Title: "OUT/s", Help: "messages sent a second", Unit: view.PerSec, Sum: true, Value: func(r own) any { return r.t.OutMsgs.Value() }},
	{Name: "in_bytes_per_second", Title: "INB/s", Help: "bytes received a second", Unit: view.BytesSec, Sum: true, Value: func(r own) any { return r.t.InBytes.Value() }},
	{Name: "out_bytes_per_second", Title: "OUTB/s", Help: "bytes sent a second", Unit: view.BytesSec, Sum: true, Value: func(r own) any { return r.t.OutBytes.Value() }},
	{Name: "slow_consumers", Title: "SLOW", Help: "slow consumers since the server started; marked while it grows", Unit: view.Count, Sum: true, Value: func(r own) any { return r.stat.SlowConsumers }, Level: judged(fleet.Warn, func(r own) bool { return r.grew })},
	{Name: "total_conns", Title: "EVER", Help: "connections since the server started", Unit: view.Count, Sum: true, Value: func(r own) any { return r.stat.TotalConns }},
	{Name: "domain", Title: "DOMAIN", Help: "JetStream domain", Wide: true, Value: func(r own) any { return blank(r.sv.Info.Domain) }},
	{Name: "id", Title: "ID", Help: "server id, new with each start", Wide: true, Value: func(r own) any { return r.sv.Info.ID }},
}

// ownTotals replaces the rates when totals are shown.
var ownTotals = map[string]view.Column[own]{
	"in_msgs_per_second":   {Name: "in_msgs", Title: "IN", Help: "messages received", Unit: view.PerSec, Sum: true, Value: func(r own) any { return r.stat.Received.Msgs }},
	"out_msgs_per_second":  {Name: "out_msgs", Title: "OUT", Help: "messages sent", Unit: view.PerSec, Sum: true, Value: func(r own) any { return r.stat.Sent.Msgs }},
	"in_bytes_per_second":  {Name: "in_bytes", Title: "INB", Help: "bytes received", Unit: view.Bytes, Sum: true, Value: func(r own) any { return r.stat.Received.Bytes }},
	"out_bytes_per_second": {Name: "out_bytes", Title: "OUTB", Help: "bytes sent", Unit: view.Bytes, Sum: true, Value: func(r own) any { return r.stat.Sent.Bytes }},
}

// totals are the sums of the header: the account's alone.
func (o *ownState) totals(snap *fleet.Snapshot, js jetStream) totals {
	t := totals{answered: len(o.shares), expected: len(o.shares), partial: len(snap.Problems) > 0}
	if o.JetStream != nil {
		t.jsServers, t.streams = 1, len(js.streams)
	}
	if o.total != nil {
		t.conns, t.subs, t.slow, t.slowing = int64(o.total.conns), int64(o.total.subs), o.total.slow, o.total.growing
		t.traffic, t.rated = o.total.t, len(o.shares)
	}
	return t
}

// newOwn is the account as its own user sees it; nil for a system user.
func newOwn(snap *fleet.Snapshot, d *fleet.Delta, accounts []*accountRow, before *ownState) *ownState {
	if snap.Own == nil {
		return nil
	}
	o := &ownState{Own: snap.Own}
	for _, r := range accounts {
		if r.name == snap.Own.Account {
			o.total = r
		}
	}
	slow := map[string]int64{}
	if before != nil {
		for _, s := range before.shares {
			slow[s.sv.Info.ID] = s.stat.SlowConsumers
		}
	}
	for _, sv := range snap.Servers {
		if sv.AccountStatz == nil {
			continue
		}
		for _, a := range sv.AccountStatz.Accounts {
			if a != nil && a.Account == snap.Own.Account {
				was, known := slow[sv.Info.ID]
				o.shares = append(o.shares, &ownShare{sv, a, d.Server(sv.Info.ID).Account(a.Account), known && a.SlowConsumers > was})
			}
		}
	}
	u := ownUse(snap.Own.JetStream)
	if o.total != nil {
		u.conns, u.leafs, u.subs = o.total.conns, o.total.leafs, o.total.subs
	}
	o.limits = u.allowances(nil)
	return o
}
