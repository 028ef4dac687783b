package claims

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"golang.org/x/sync/errgroup"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
)

// Every is how far rounds of look-ups are apart at least.
const Every = 250 * time.Millisecond

// Limits on what is looked up to judge refused logins: whoever is refused, the
// servers are asked little.
const (
	judgeAccounts  = 64               // accounts that one round looks up
	judgeUsers     = 16               // names of users that one round looks up
	judgeBaseline  = 10 * time.Second // how long operators and clocks are remembered
	judgeUnknownIn = 8                // accounts that no server uses, looked up in the resolvers in one round
)

// Refusals judges refused logins by the claims that the servers hold now. What
// cannot be read is left out, and the verdict says so. Verdicts are in the order
// of the attempts.
func (a *Asker) Refusals(ctx context.Context, attempts []auth.Attempt) []auth.Verdict {
	ctx, cancel := context.WithTimeout(ctx, a.Timeout)
	defer cancel()
	a.baseline(ctx)
	accounts, users := a.subjects(attempts)
	var held map[string][]Holding
	var stored map[string][]*jwt.AccountClaims
	var present map[string]bool
	var failed error
	var group sync.WaitGroup
	group.Go(func() {
		held, failed = a.Held(ctx, accounts)
		if failed == nil {
			stored = a.stored(ctx, accounts, held)
		}
	})
	group.Go(func() { present = a.present(ctx, users) })
	group.Wait()
	out := make([]auth.Verdict, len(attempts))
	for i, attempt := range attempts {
		k := a.base
		account := attempt.Issuer
		k.Asked = failed == nil && slices.Contains(accounts, account)
		k.Stored, k.Present, k.Config = stored[account], present[attempt.User], a.Config
		for _, h := range held[account] {
			k.Holders = append(k.Holders, auth.Holder{ServerID: h.Server.ID, Server: h.Server.Name, Info: h.Info})
		}
		out[i] = auth.Why(attempt, k)
	}
	return out
}

// subjects are the accounts and users to look up: those that servers use before
// those that they do not, so that a flood of invented ones hides nobody.
func (a *Asker) subjects(attempts []auth.Attempt) (accounts, users []string) {
	var known, others []string
	for _, attempt := range attempts {
		account := attempt.Issuer
		switch {
		case account == "" && attempt.User != "" && a.base.Mode != auth.ModeOperator:
			users = append(users, attempt.User)
		case slices.Contains(a.names, account):
			known = append(known, account)
		case account != "":
			others = append(others, account)
		}
	}
	accounts = append(distinct(known), distinct(others)...)
	users = distinct(users)
	return accounts[:min(len(accounts), judgeAccounts)], users[:min(len(users), judgeUsers)]
}

func distinct(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }

// baseline reads what changes rarely: operators, mode, clocks, names of accounts.
func (a *Asker) baseline(ctx context.Context) {
	if time.Since(a.at) < judgeBaseline {
		return
	}
	names, s, err := a.Accounts(ctx)
	if err != nil {
		return
	}
	a.at, a.names, a.counts = time.Now(), names, s.Expected
	a.base = auth.Known{Mode: auth.ModeConfig, Skews: skews(s)}
	for _, sv := range s.Servers {
		if sv.Varz != nil && len(sv.Varz.TrustedOperatorsClaim) > 0 {
			a.base.Mode = auth.ModeOperator
			a.base.Operators = append(a.base.Operators, sv.Varz.TrustedOperatorsClaim...)
		}
	}
}

// skews returns how far the clock of each server is ahead of the middle of all
// clocks, natsctl's own among them.
func skews(s *fleet.Snapshot) map[string]time.Duration {
	times := []time.Time{s.Time}
	for _, sv := range s.Servers {
		times = append(times, sv.Info.Time)
	}
	slices.SortFunc(times, time.Time.Compare)
	middle, out := times[len(times)/2], map[string]time.Duration{}
	for _, sv := range s.Servers {
		if !sv.Info.Time.IsZero() {
			out[sv.Info.ID] = sv.Info.Time.Sub(middle)
		}
	}
	return out
}

// stored are the claims that resolvers hold of accounts that no server uses, one
// for each server.
func (a *Asker) stored(ctx context.Context, accounts []string, held map[string][]Holding) map[string][]*jwt.AccountClaims {
	out, looked := map[string][]*jwt.AccountClaims{}, 0
	for _, account := range accounts {
		if len(held[account]) > 0 || looked == judgeUnknownIn {
			continue
		}
		looked++
		answers, err := a.ResolverLookup(ctx, account, a.counts)
		if err != nil {
			continue
		}
		for _, answer := range answers {
			if claims, err := jwt.DecodeAccountClaims(answer); err == nil {
				out[account] = append(out[account], claims)
			}
		}
	}
	return out
}

// present finds out which users are or were connected.
func (a *Asker) present(ctx context.Context, users []string) map[string]bool {
	out := map[string]bool{}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(accountsAtOnce)
	for _, user := range users {
		group.Go(func() error {
			s, err := a.Source.Snapshot(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Connz}, Conns: fleet.ConnWant{User: user, State: "all"}})
			if err != nil {
				return nil //nolint:nilerr // then it is not known, and the verdict says so
			}
			for _, row := range fleet.ConnRows(s, nil) {
				if row.Info.AuthorizedUser == user && !RefusedLogin(row.Info.Reason) {
					mu.Lock()
					out[user] = true
					mu.Unlock()
				}
			}
			return nil
		})
	}
	_ = group.Wait() // no function returns an error
	return out
}

// AttemptOf is a refused login as a server remembers it among its closed
// connections. A bearer token is not among what it remembers.
func AttemptOf(sv server.ServerInfo, c *server.ConnInfo) auth.Attempt {
	a := auth.Attempt{Time: c.Start, Server: sv.ID, Reason: c.Reason, Host: c.IP, Kind: c.Kind, Type: c.Type, User: endpoint.SafeUser(sv.Version, c.AuthorizedUser, c.Reason), Token: c.JWT, Issuer: auth.AccountOf(c.JWT)}
	if c.Stop != nil {
		a.Time = *c.Stop
	}
	if len(c.TLSPeerCerts) > 0 && c.TLSPeerCerts[0] != nil {
		a.Cert = c.TLSPeerCerts[0].Subject
	}
	return a
}

// RefusalOf is an attempt with its verdict, as events carry it.
func RefusalOf(a auth.Attempt, v auth.Verdict) *fleet.Refusal {
	r := &fleet.Refusal{Reason: a.Reason, User: v.User, Key: v.Key, Account: v.Account, Name: v.Name, Issuer: v.Issuer, By: v.By, Notes: v.Notes}
	for _, c := range v.Causes {
		r.Causes = append(r.Causes, fleet.RefusalCause{Code: string(c.Code), Text: c.Text, Proven: c.Proven, Next: c.Next})
	}
	return r
}

// RefusedLogin reports whether the reason of a disconnect is that the login was
// refused (nats-server, monitor.go, ClosedState).
func RefusedLogin(reason string) bool {
	switch reason {
	case server.MaxAccountConnectionsExceeded.String(), server.MaxConnectionsExceeded.String(), server.AuthenticationTimeout.String(),
		server.ProxyNotTrusted.String(), server.ProxyRequired.String(), server.AuthenticationViolation.String():
		return true
	}
	return false
}
