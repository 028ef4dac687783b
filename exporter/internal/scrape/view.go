package scrape

import (
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// View is one snapshot with the exporter's options applied: filtered, summed
// and labeled. It is immutable once built, and shared by scrapes close in time.
type View struct {
	Snapshot   *fleet.Snapshot
	Settings   *Settings
	Accounts   []*Account
	JSAccounts []*JSAccount
	Streams    []*Stream
	Consumers  []*Consumer
	Leaderless []*Leaderless
	Conns      []*ConnSum
	Extras     Extras
}

// Account is one server's view of one account.
type Account struct {
	Server *fleet.Server
	*server.AccountStat
}

// JSAccount is one server's view of JetStream in one account.
type JSAccount struct {
	Server  *fleet.Server
	Account *server.AccountDetail
}

// Stream is one replica of a stream as its server reports it, or the sum of
// several streams that have no series of their own.
type Stream struct {
	JSAccount
	Detail *server.StreamDetail
	Folded int  // number of streams summed; 0 for a single one
	listed bool // its consumers were requested
	known  int  // if listed: number of consumers that any of its servers lists
}

// Consumer is one replica of a consumer as its server reports it, or the sum of
// several consumers.
type Consumer struct {
	*Stream
	Info   *server.ConsumerInfo
	Folded int
}

// NewView returns the view of a snapshot with the given settings.
func NewView(set *Settings, snap *fleet.Snapshot, also Extras) *View {
	v := &View{Snapshot: snap, Settings: set, Extras: also}
	v.findAccounts()
	v.foldAccounts()
	v.findStreams()
	v.sumConns()
	return v
}

// foldAccounts replaces the accounts on each server by their sums over all
// servers, if those are more than the setting allows.
func (v *View) foldAccounts() {
	if n := v.Settings.AccountRows; n > 0 && len(v.Accounts) > n && v.Extras.Totals != nil {
		v.Accounts = v.Extras.Totals.Sum(v.Accounts, v.Snapshot.Time)
	}
}

// FoldLinks reports whether n links of a kind are too many for series of their
// own.
func (v *View) FoldLinks(n int) bool { return v.Settings.Links > 0 && n > v.Settings.Links }

func (v *View) findAccounts() {
	for _, sv := range v.Snapshot.Servers {
		if sv.AccountStatz != nil {
			for _, stat := range sv.AccountStatz.Accounts {
				if stat != nil && v.Settings.Accounts.Allows(stat.Account, stat.Name) {
					v.Accounts = append(v.Accounts, &Account{sv, stat})
				}
			}
		}
		if sv.Jsz != nil {
			for _, d := range sv.Jsz.AccountDetails {
				if d != nil && v.Settings.Accounts.Allows(d.Id, d.Name) {
					v.JSAccounts = append(v.JSAccounts, &JSAccount{sv, d})
				}
			}
		}
	}
}

// EachServer iterates over the servers for which has returns true.
func EachServer(has func(*fleet.Server) bool) func(*View, func(*fleet.Server)) {
	return func(v *View, yield func(*fleet.Server)) {
		for _, sv := range v.Snapshot.Servers {
			if has(sv) {
				yield(sv)
			}
		}
	}
}
