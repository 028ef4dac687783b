package sys

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/gather"
)

var _ fleet.Source = (*Client)(nil)

// Snapshot requests everything that is wanted from the fleet at once, and returns
// when the last expected answer has arrived. See package gather for which servers
// are expected and how long it waits for a missing one.
//
// The errors are those of this package, wrapped, and those of the connection.
// An incomplete answer is not an error.
//
// The raft groups of accounts, if wanted, are requested in a second round: the
// first one shows which accounts have streams.
//
// What accounts share is found out in rounds of its own, since every account is
// asked about.
func (c *Client) Snapshot(ctx context.Context, want fleet.Want) (*fleet.Snapshot, error) {
	if i := slices.Index(want.Kinds, fleet.Sharing); i >= 0 {
		return c.withSharing(ctx, want, slices.Delete(slices.Clone(want.Kinds), i, i+1))
	}
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
		groups = &fleet.Snapshot{Want: more} // keep what was learned before the connection was lost
	}
	return s.WithRaft(groups), nil
}

// withSharing takes a snapshot of the other kinds and adds what accounts share.
// Where that cannot be found out, the snapshot does not claim to hold it.
func (c *Client) withSharing(ctx context.Context, want fleet.Want, others []fleet.Kind) (*fleet.Snapshot, error) {
	whole := want
	want.Kinds = others
	s, err := c.Snapshot(ctx, want)
	if err != nil {
		return s, err
	}
	shares, err := c.Claims().Sharing(ctx)
	if err != nil {
		return s, nil //nolint:nilerr // the snapshot says that it does not hold it
	}
	out := *s
	out.Want, out.Sharing = whole, shares
	return &out, nil
}

// Conns returns the selected connections of the servers in scope, by server and id,
// and the snapshot with the servers that did not answer. Only connections that match
// are returned, whatever the servers answer, and never the client's own.
func (c *Client) Conns(ctx context.Context, scope fleet.Scope, sel ConnSelection) ([]Conn, *fleet.Snapshot, error) {
	snap, err := c.Snapshot(ctx, fleet.Want{
		Kinds: []fleet.Kind{fleet.Connz}, Scope: scope,
		Conns: fleet.ConnWant{Account: sel.Account, User: sel.User, Subscriptions: sel.Subject != ""},
	})
	if err != nil {
		return nil, nil, err
	}
	var out []Conn
	for _, sv := range snap.Servers {
		if sv.Connz == nil {
			continue
		}
		for _, info := range sv.Connz.Conns {
			if info != nil && sel.Matches(info) && !c.IsSelf(sv.Info.ID, info.Cid) {
				out = append(out, Conn{Server: sv.Info, Info: info})
			}
		}
	}
	return out, snap, nil
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

func (c *Client) gather(ctx context.Context, want fleet.Want, seen func(*fleet.Server)) (*fleet.Snapshot, error) {
	s, err := c.round(want, nil, seen).Run(ctx)
	return s, c.explain(ctx, err)
}

// explain returns a [NotSystemError] if a round failed because the user is not in
// the system account, and otherwise err.
func (c *Client) explain(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, gather.ErrNotAnswered):
		return c.notSystem(ctx)
	case c.elsewhere(err):
		return &NotSystemError{Account: c.conn.NC.RemoteAccount(), Denied: err}
	}
	return err
}

// elsewhere reports whether the user is in another account than the system
// account, as servers since 2.12 report on connect; they deny what its
// permissions do not allow instead of answering.
func (c *Client) elsewhere(err error) bool {
	var p *PermissionError
	return errors.As(err, &p) && !p.Subscribe && c.conn.NC.RemoteAccount() != "" && !c.conn.NC.IsSystemAccount()
}

// notSystem returns the error that names the user's account.
func (c *Client) notSystem(ctx context.Context) error {
	e := &NotSystemError{Account: c.conn.NC.RemoteAccount()}
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
