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
	*fleet.AccountRow
	growing bool // slow consumers since the last answer
	servers []accountShare
	detail  accountDetail
}

// accountShare is an account on one server.
type accountShare struct {
	server string
	stat   *server.AccountStat
	t      fleet.Traffic
}

type acc = *accountRow

// accountDress is what the Accounts page adds to its columns.
var accountDress = map[string]dress[acc]{
	"account":        {text: func(r acc) string { return r.Label }},
	"limit_percent":  {text: acc.limitText},
	"slow_consumers": {level: judged(fleet.Warn, func(r acc) bool { return r.growing })},
}

// accountColumns is the table of the Accounts page.
func accountColumns(totals bool) []view.Column[acc] {
	return append(view.Lift(view.Accounts(!totals), func(r acc) *fleet.AccountRow { return r.AccountRow }), view.Column[acc]{
		Name: "limit_percent", Title: "Limit", Help: "How much of the limit is used that it is nearest to.",
		Value: func(r acc) any {
			if w, ok := r.nearest(); ok {
				return w.share() * 100
			}
			return nil
		},
		Level: func(r acc) view.Level { w, _ := r.nearest(); return w.level() },
	})
}

// newAccountRows adds up each account over the servers. Slow remembers the
// slow consumers of the answer before.
func newAccountRows(snap *fleet.Snapshot, d *fleet.Delta, slow map[string]int64, details accountDetails) []acc {
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
	var rows []acc
	for _, a := range fleet.AccountRows(snap, d) {
		before, known := slow[a.Name]
		slow[a.Name] = a.Slow
		rows = append(rows, &accountRow{AccountRow: a, growing: known && a.Slow > before, servers: shares[a.Name], detail: details[a.Name]})
	}
	return rows
}

// busiest returns the account's servers, the one that sends most first.
func (r *accountRow) busiest() []accountShare {
	out := slices.Clone(r.servers)
	slices.SortStableFunc(out, func(a, b accountShare) int {
		return cmp.Or(cmp.Compare(b.t.OutMsgs.PerSecond, a.t.OutMsgs.PerSecond), cmp.Compare(b.stat.Conns, a.stat.Conns), cmp.Compare(a.server, b.server))
	})
	return out
}
