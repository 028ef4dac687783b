package live

import (
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// Own is the view of an account for its own user, outside the system account.
type Own struct {
	*fleet.Own
	Shares []*OwnShare
	Limits []Limit
	total  *AccountRow // nil if no server reported anything
}

// OwnShare is the account on one server.
type OwnShare struct {
	Server  *fleet.Server
	Stat    *server.AccountStat
	Traffic fleet.Traffic
	grew    bool // slow consumers
}

// OwnColumns is the table of the servers that an account is on.
func OwnColumns(totals bool) []view.Column[*OwnShare] {
	cols := []view.Column[*OwnShare]{
		{Name: "server", Title: "Server", Help: "Server that reported the account.", Value: func(r *OwnShare) any { return r.Server.Info.Name }},
		{Name: "cluster", Title: "Cluster", Help: "Its cluster.", Value: func(r *OwnShare) any { return NotEmpty(r.Server.Info.Cluster) }},
		{Name: "version", Title: "Ver", Help: "Its version.", Value: func(r *OwnShare) any { return NotEmpty(r.Server.Info.Version) }},
		{Name: "conns", Title: "Conn", Help: "Client connections of the account.", Unit: view.Count, Sum: true, Value: func(r *OwnShare) any { return r.Stat.Conns }},
		{Name: "leafs", Title: "Leaf", Help: "Leafnode connections of the account.", Unit: view.Count, Sum: true, Value: func(r *OwnShare) any { return r.Stat.LeafNodes }},
		{Name: "subs", Title: "Subs", Help: "Subscriptions of the account.", Unit: view.Count, Sum: true, Value: func(r *OwnShare) any { return r.Stat.NumSubs }},
	}
	cols = append(cols, view.TrafficColumns(!totals, func(r *OwnShare) fleet.Traffic { return r.Traffic })...)
	cols = append(cols, view.CounterColumns(!totals, func(r *OwnShare) fleet.Counters {
		in, out := r.Stat.Received, r.Stat.Sent
		return fleet.Counters{InMsgs: in.Msgs, OutMsgs: out.Msgs, InBytes: in.Bytes, OutBytes: out.Bytes}
	})...)
	return append(cols, []view.Column[*OwnShare]{
		{Name: "slow_consumers", Title: "Slow", Help: "Slow consumers since the server started; marked while it grows.", Unit: view.Count, Sum: true, Value: func(r *OwnShare) any { return r.Stat.SlowConsumers }, Level: LevelIf(fleet.Warn, func(r *OwnShare) bool { return r.grew })},
		{Name: "total_conns", Title: "Ever", Help: "Connections since the server started.", Unit: view.Count, Sum: true, Value: func(r *OwnShare) any { return r.Stat.TotalConns }},
		{Name: "domain", Title: "Domain", Help: "JetStream domain.", Wide: true, Value: func(r *OwnShare) any { return NotEmpty(r.Server.Info.Domain) }},
		{Name: "id", Title: "ID", Help: "Server id, new with each start.", Wide: true, Value: func(r *OwnShare) any { return r.Server.Info.ID }},
	}...)
}

// totals are the header's sums for this account only.
func (o *Own) totals(snap *fleet.Snapshot) Totals {
	t := Totals{Answered: len(o.Shares), Expected: len(o.Shares), Partial: len(snap.Problems) > 0}
	if o.JetStream != nil {
		t.JSServers, t.Streams = 1, o.JetStream.Streams
	}
	if o.total != nil {
		t.Conns, t.Subs, t.Slow, t.Slowing = int64(o.total.Conns), int64(o.total.Subs), o.total.Slow, o.total.Growing
		t.Traffic, t.Rated = o.total.Traffic, len(o.Shares)
	}
	return t
}

// newOwn is the account as its own user sees it; nil for a user of the system
// account.
func newOwn(snap *fleet.Snapshot, d *fleet.Delta, accounts []*AccountRow, before *Own) *Own {
	if snap.Own == nil {
		return nil
	}
	o := &Own{Own: snap.Own}
	for _, r := range accounts {
		if r.Name == snap.Own.Account {
			o.total = r
		}
	}
	slow := map[string]int64{}
	if before != nil {
		for _, s := range before.Shares {
			slow[s.Server.Info.ID] = s.Stat.SlowConsumers
		}
	}
	for _, sv := range snap.Servers {
		if sv.AccountStatz == nil {
			continue
		}
		for _, a := range sv.AccountStatz.Accounts {
			if a != nil && a.Account == snap.Own.Account {
				was, known := slow[sv.Info.ID]
				o.Shares = append(o.Shares, &OwnShare{sv, a, d.Server(sv.Info.ID).Account(a.Account), known && a.SlowConsumers > was})
			}
		}
	}
	u := ownUse(snap.Own.JetStream)
	if o.total != nil {
		u.conns, u.leafs, u.subs = o.total.Conns, o.total.Leafs, o.total.Subs
	}
	o.Limits = u.limits()
	return o
}
