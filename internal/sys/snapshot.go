package sys

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

var _ fleet.Source = (*Client)(nil)

// errNotAnswered is the 503 to the question that every system user gets an
// answer to.
var errNotAnswered = errors.New("nobody listens")

// Snapshot asks the fleet for all that is wanted, at once, and returns when the
// last expected answer is in. See the package for who is expected and how long
// a missing one is waited for.
//
// The errors are those of this package, wrapped, and those of the connection.
// An incomplete answer is not an error.
//
// The raft groups of accounts, where they are wanted, are asked in a second
// round: the first one tells which accounts have streams.
func (c *Client) Snapshot(ctx context.Context, want fleet.Want) (*fleet.Snapshot, error) {
	s, err := c.gather(ctx, want, nil)
	if err != nil || !want.Has(fleet.Raftz) || !want.JS.Groups {
		return s, err
	}
	accounts := fleet.RaftAccounts(s)
	if len(accounts) == 0 {
		return s, nil
	}
	more := fleet.Want{Kinds: []fleet.Kind{fleet.Raftz}, Scope: want.Scope, RaftAccounts: accounts}
	groups, err := c.gather(ctx, more, nil)
	if err != nil {
		groups = &fleet.Snapshot{Want: more} // what was learned before the connection was lost is not thrown away
	}
	return s.WithRaft(groups), nil
}

func (c *Client) gather(ctx context.Context, want fleet.Want, seen func(*fleet.Server)) (*fleet.Snapshot, error) {
	r := newRound(c, want)
	r.seen = seen
	return r.finish(ctx)
}

// finish runs a round to its end and makes a snapshot of it.
func (r *round) finish(ctx context.Context) (*fleet.Snapshot, error) {
	c := r.c
	if err := c.connErr(); err != nil {
		return nil, err
	}
	if err := r.run(ctx); err != nil {
		switch {
		case errors.Is(err, errNotAnswered):
			return nil, c.notSystem(ctx)
		case c.elsewhere(err):
			return nil, &NotSystemError{Account: c.nc.RemoteAccount(), Denied: err}
		}
		return nil, err
	}
	s, err := r.result(ctx)
	if err != nil {
		return nil, err
	}
	if len(s.Servers) == 0 && len(s.Missing) == 0 {
		return nil, r.noServer()
	}
	c.remember(s)
	c.noteMissed(s)
	return s, nil
}

// Ping asks every server in scope for STATSZ and yields the answers in the
// order in which they arrive. When servers are missing the last pair is nil and
// an [*IncompleteError].
func (c *Client) Ping(ctx context.Context, scope fleet.Scope) iter.Seq2[*fleet.Server, error] {
	return func(yield func(*fleet.Server, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		stopped := false
		s, err := c.gather(ctx, fleet.Want{Scope: scope}, func(sv *fleet.Server) {
			if !stopped && !yield(sv, nil) {
				stopped = true
				cancel()
			}
		})
		switch {
		case stopped:
		case err != nil:
			yield(nil, err)
		case len(s.Missing) > 0:
			yield(nil, &IncompleteError{Snapshot: s})
		}
	}
}

// noServer says that nothing matches the scope, and what it may have meant.
func (r *round) noServer() error {
	sc := r.want.Scope
	e := &NoServerError{Scope: sc}
	typed := sc.Name
	if e.Clusters = sc.Cluster != "" && !r.hasCluster(sc.Cluster); e.Clusters {
		typed = sc.Cluster
	}
	for _, m := range r.members {
		name := m.sv.Info.Name
		if e.Clusters {
			name = m.sv.Info.Cluster
		}
		if name != "" && !slices.Contains(e.Known, name) {
			e.Known = append(e.Known, name)
		}
	}
	slices.Sort(e.Known)
	e.Suggestion = nearest(typed, e.Known)
	return e
}

func (r *round) hasCluster(name string) bool {
	for _, m := range r.members {
		if m.sv.Info.Cluster == name {
			return true
		}
	}
	return false
}

// elsewhere tells that the user is in another account than the system's, as
// servers from 2.12 on say when it connects; they deny rather than answer what
// its permissions leave out.
func (c *Client) elsewhere(err error) bool {
	var p *PermissionError
	return errors.As(err, &p) && !p.Subscribe && c.nc.RemoteAccount() != "" && !c.nc.IsSystemAccount()
}

// notSystem says which account the user is in.
func (c *Client) notSystem(ctx context.Context) error {
	e := &NotSystemError{Account: c.nc.RemoteAccount()}
	if e.Account != "" {
		return e
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if info, err := c.UserInfo(ctx); err == nil {
		e.Account, e.User = info.Account, info.UserID
	}
	return e
}
