package exporter

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/internal/fleet"
)

// claimWorkers is the number of concurrent account requests.
const claimWorkers = 16

// requestClaims returns the source of claims for a connection: for each account it
// sends a request to one server that has it. Only operator mode has claims, so
// a fleet without operators gets no requests.
func requestClaims(nc *nats.Conn, cfg *config) claimSource {
	return func(ctx context.Context, snap *fleet.Snapshot) []*scrape.Claims {
		if !cfg.perServer && !hasOperators(snap) || !slices.Contains(snap.Want.Kinds, fleet.AccountStatz) {
			return nil
		}
		var (
			mu  sync.Mutex
			out []*scrape.Claims
			g   errgroup.Group
		)
		g.SetLimit(claimWorkers)
		for account, id := range accountHomes(snap, cfg) {
			g.Go(func() error {
				if c := requestAccount(ctx, nc, id, account); c != nil {
					mu.Lock()
					defer mu.Unlock()
					out = append(out, c)
				}
				return nil
			})
		}
		_ = g.Wait() // workers return no errors: an account that does not answer has no series
		slices.SortFunc(out, func(a, b *scrape.Claims) int { return strings.Compare(a.ID, b.ID) })
		return out
	}
}

func hasOperators(snap *fleet.Snapshot) bool {
	return slices.ContainsFunc(snap.Servers, func(s *fleet.Server) bool {
		return s.Varz != nil && len(s.Varz.TrustedOperatorsClaim) > 0
	})
}

// accountHomes selects a server for every account that has series, up to the
// limit of accounts.
func accountHomes(snap *fleet.Snapshot, cfg *config) map[string]string {
	homes := map[string]string{}
	for _, sv := range snap.Servers {
		if sv.AccountStatz == nil {
			continue
		}
		for _, a := range sv.AccountStatz.Accounts {
			if a == nil || cfg.Top > 0 && len(homes) >= cfg.Top || !cfg.Accounts.Allows(a.Account, a.Name) {
				continue
			}
			homes[a.Account] = sv.Info.ID
		}
	}
	return homes
}

// requestAccount returns a server's information about an account, or nil.
func requestAccount(ctx context.Context, nc *nats.Conn, serverID, account string) *scrape.Claims {
	body, err := json.Marshal(server.AccountzOptions{Account: account})
	if err != nil {
		return nil
	}
	msg, err := nc.RequestWithContext(ctx, "$SYS.REQ.SERVER."+serverID+".ACCOUNTZ", body)
	if err != nil {
		return nil
	}
	var reply struct {
		Data *server.Accountz `json:"data"`
	}
	if json.Unmarshal(msg.Data, &reply) != nil || reply.Data == nil || reply.Data.Account == nil {
		return nil
	}
	info := reply.Data.Account
	c := &scrape.Claims{
		ID: account, Tag: info.NameTag, Expired: info.Expired, Complete: info.Complete,
		System: info.IsSystem, Jetstream: info.JetStream, JWT: info.Claim,
	}
	if c.Tag == "" {
		c.Tag = account
	}
	return c
}
