package live

import (
	"cmp"
	"slices"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// AccountRow is one account, added up over all servers that have it loaded.
type AccountRow struct {
	*fleet.AccountRow
	Growing bool // slow consumers since the last answer
	servers []accountShare
	Detail  AccountDetail
}

// accountShare is an account on one server.
type accountShare struct {
	Server  string
	Stat    *server.AccountStat
	Traffic fleet.Traffic
}

// AccountColumns is the table of the Accounts page.
func AccountColumns(totals bool) []view.Column[*AccountRow] {
	return append(view.Lift(view.Accounts(!totals), func(r *AccountRow) *fleet.AccountRow { return r.AccountRow }), view.Column[*AccountRow]{
		Name: "limit_percent", Title: "Limit", Help: "How much of the limit is used that it is nearest to.",
		Value: func(r *AccountRow) any {
			if w, ok := r.nearest(); ok {
				return w.Share() * 100
			}
			return nil
		},
		Level: func(r *AccountRow) view.Level { w, _ := r.nearest(); return w.Level() },
	})
}

// NewAccountRows adds up each account over the servers. Slow holds the slow
// consumer counts of the previous answer.
func NewAccountRows(snap *fleet.Snapshot, d *fleet.Delta, slow map[string]int64, details Details) []*AccountRow {
	shares := map[string][]accountShare{}
	for _, sv := range snap.Servers {
		if sv.AccountStatz == nil {
			continue
		}
		for _, a := range sv.AccountStatz.Accounts {
			if a != nil {
				shares[a.Account] = append(shares[a.Account], accountShare{sv.Info.Name, a, d.Server(sv.Info.ID).Account(a.Account)})
			}
		}
	}
	var rows []*AccountRow
	for _, a := range fleet.AccountRows(snap, d) {
		before, known := slow[a.Name]
		slow[a.Name] = a.Slow
		rows = append(rows, &AccountRow{AccountRow: a, Growing: known && a.Slow > before, servers: shares[a.Name], Detail: details[a.Name]})
	}
	return rows
}

// Busiest returns the account's servers, ordered by messages sent, most first.
func (r *AccountRow) Busiest() []accountShare {
	out := slices.Clone(r.servers)
	slices.SortStableFunc(out, func(a, b accountShare) int {
		return cmp.Or(cmp.Compare(b.Traffic.OutMsgs.PerSecond, a.Traffic.OutMsgs.PerSecond), cmp.Compare(b.Stat.Conns, a.Stat.Conns), cmp.Compare(a.Server, b.Server))
	})
	return out
}

// Assets counts the account's streams and consumers.
func (r *AccountRow) Assets() string {
	streams := Plural(r.JS.Streams, "stream")
	if r.JS.Consumers < 0 {
		return streams + "   consumers not counted"
	}
	return streams + "   " + Plural(r.JS.Consumers, "consumer")
}

// JSON is what each server reported about the account.
func (r *AccountRow) JSON() any {
	out := map[string]any{}
	for _, s := range r.servers {
		out[s.Server] = s.Stat
	}
	return map[string]any{"account": r.Name, "servers": out, "details": r.Detail.Info}
}

// DisplayName is the account's name tag, or its name if it has no tag.
func (r *AccountRow) DisplayName() string { return cmp.Or(r.Label, r.Name) }

// Limits are the limits of the account and how much of each is used.
func (r *AccountRow) Limits() []Limit { return r.use().limits() }
