package claims

import (
	"context"
	"slices"
	"sync"

	"github.com/nats-io/nats-server/v2/server"
	"golang.org/x/sync/errgroup"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Holding is what one server holds of an account: its claims in operator mode, and
// in any mode its exports, imports and counts. The JWT is complete; who shows or
// keeps it removes the signature.
type Holding struct {
	Server server.ServerInfo
	Info   *server.AccountInfo
}

// accountsAtOnce is how many accounts are asked about at the same time.
const accountsAtOnce = 8

// Held asks every server for the details of accounts, by the names that
// servers use. A server that does not use an account does not hold it, and is
// left out of its list; so is one that did not answer, which the snapshot of each
// round says. The error is the first of the requests.
func (a *Asker) Held(ctx context.Context, accounts []string) (map[string][]Holding, error) {
	var mu sync.Mutex
	held := map[string][]Holding{}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(accountsAtOnce)
	for _, account := range accounts {
		group.Go(func() error {
			s, err := a.Source.Snapshot(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Accountz}, Account: account})
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			for _, sv := range s.Servers {
				if sv.Accountz != nil && sv.Accountz.Account != nil {
					held[account] = append(held[account], Holding{sv.Info, sv.Accountz.Account})
				}
			}
			return nil
		})
	}
	return held, group.Wait()
}

// Accounts returns the names of all accounts that some server uses, as servers
// call them, sorted, and the snapshot that says who answered.
func (a *Asker) Accounts(ctx context.Context) ([]string, *fleet.Snapshot, error) {
	s, err := a.Source.Snapshot(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Accountz, fleet.AccountStatz, fleet.Varz}})
	if err != nil {
		return nil, nil, err
	}
	var names []string
	for _, sv := range s.Servers {
		if sv.Accountz != nil {
			names = append(names, sv.Accountz.Accounts...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), s, nil
}
