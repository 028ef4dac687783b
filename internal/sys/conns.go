package sys

import (
	"context"
	"slices"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// ConnSelection says which open client connections are meant. All that is set
// must hold, exactly; the zero value means every one. Leafnode connections, which
// servers list among the others, are meant by their numbers alone.
type ConnSelection struct {
	CIDs    []uint64 // numbers, which are unique on one server only
	Name    string   // what the client calls itself
	User    string
	Account string
	Subject string // a subscription hears it, or lies within it
}

// Empty tells whether nothing is selected, so that everybody is meant.
func (s ConnSelection) Empty() bool {
	return len(s.CIDs) == 0 && s.Name+s.User+s.Account+s.Subject == ""
}

// Matches tells whether a connection is meant. Its subscriptions must be known
// when a subject is selected.
func (s ConnSelection) Matches(c *server.ConnInfo) bool {
	switch {
	case c.Stop != nil,
		len(s.CIDs) > 0 && !slices.Contains(s.CIDs, c.Cid),
		len(s.CIDs) == 0 && isLeaf(c),
		s.Name != "" && c.Name != s.Name,
		s.User != "" && c.AuthorizedUser != s.User,
		s.Account != "" && c.Account != s.Account:
		return false
	case s.Subject == "":
		return true
	}
	return slices.ContainsFunc(c.Subs, func(sub string) bool {
		return server.SubjectMatchesFilter(s.Subject, sub) || server.SubjectMatchesFilter(sub, s.Subject)
	})
}

// Leaf tells whether it is the connection of a leafnode.
func (c Conn) Leaf() bool { return isLeaf(c.Info) }

func isLeaf(c *server.ConnInfo) bool { return c.Kind == "Leafnode" }

// Conns returns the selected connections of the servers in scope, by server and
// number, and the snapshot that tells who did not answer. Whatever a server
// makes of the request, only connections that match are returned; the
// connection that asks is never among them.
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
			if info != nil && sel.Matches(info) && !c.isSelf(sv.Info.ID, info.Cid) {
				out = append(out, Conn{Server: sv.Info, Info: info})
			}
		}
	}
	return out, snap, nil
}

// isSelf tells whether a connection is the one that this client uses.
func (c *Client) isSelf(serverID string, cid uint64) bool {
	own, err := c.nc.GetClientID()
	return err == nil && own == cid && serverID == c.nc.ConnectedServerId()
}
