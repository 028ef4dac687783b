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
func ownColumns(totals bool) []view.Column[own] {
	cols := []view.Column[own]{
		{Name: "server", Title: "Server", Help: "Server that told of the account.", Value: func(r own) any { return r.sv.Info.Name }},
		{Name: "cluster", Title: "Cluster", Help: "Its cluster.", Value: func(r own) any { return blank(r.sv.Info.Cluster) }},
		{Name: "version", Title: "Ver", Help: "Its version.", Value: func(r own) any { return blank(r.sv.Info.Version) }},
		{Name: "conns", Title: "Conn", Help: "Client connections of the account.", Unit: view.Count, Sum: true, Value: func(r own) any { return r.stat.Conns }},
		{Name: "leafs", Title: "Leaf", Help: "Leafnode connections of the account.", Unit: view.Count, Sum: true, Value: func(r own) any { return r.stat.LeafNodes }},
		{Name: "subs", Title: "Subs", Help: "Subscriptions of the account.", Unit: view.Count, Sum: true, Value: func(r own) any { return r.stat.NumSubs }},
	}
	cols = append(cols, view.TrafficColumns(!totals, func(r own) fleet.Traffic { return r.t })...)
	cols = append(cols, view.CounterColumns(!totals, func(r own) fleet.Counters {
		in, out := r.stat.Received, r.stat.Sent
		return fleet.Counters{InMsgs: in.Msgs, OutMsgs: out.Msgs, InBytes: in.Bytes, OutBytes: out.Bytes}
	})...)
	return append(cols, []view.Column[own]{
		{Name: "slow_consumers", Title: "Slow", Help: "Slow consumers since the server started; marked while it grows.", Unit: view.Count, Sum: true, Value: func(r own) any { return r.stat.SlowConsumers }, Level: judged(fleet.Warn, func(r own) bool { return r.grew })},
		{Name: "total_conns", Title: "Ever", Help: "Connections since the server started.", Unit: view.Count, Sum: true, Value: func(r own) any { return r.stat.TotalConns }},
		{Name: "domain", Title: "Domain", Help: "JetStream domain.", Wide: true, Value: func(r own) any { return blank(r.sv.Info.Domain) }},
		{Name: "id", Title: "ID", Help: "Server id, new with each start.", Wide: true, Value: func(r own) any { return r.sv.Info.ID }},
	}...)
}

// totals are the sums of the header: the account's alone.
func (o *ownState) totals(snap *fleet.Snapshot) totals {
	t := totals{answered: len(o.shares), expected: len(o.shares), partial: len(snap.Problems) > 0}
	if o.JetStream != nil {
		t.jsServers, t.streams = 1, o.JetStream.Streams
	}
	if o.total != nil {
		t.conns, t.subs, t.slow, t.slowing = int64(o.total.Conns), int64(o.total.Subs), o.total.Slow, o.total.growing
		t.traffic, t.rated = o.total.Traffic, len(o.shares)
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
		if r.Name == snap.Own.Account {
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
		u.conns, u.leafs, u.subs = o.total.Conns, o.total.Leafs, o.total.Subs
	}
	o.limits = u.allowances()
	return o
}
