package sys

import (
	"slices"

	"github.com/nats-io/nats-server/v2/server"
)

// ConnSelection selects open client connections. Every field that is set must match
// exactly; the zero value selects all. Leafnode connections, which servers list
// among the others, are selected by id only.
type ConnSelection struct {
	CIDs    []uint64 // connection ids, unique on one server only
	Name    string   // the name the client gave itself
	User    string
	Account string
	Subject string // matched by a subscription, or matching it
}

// Empty reports whether no field is set, so that every connection is selected.
func (s ConnSelection) Empty() bool {
	return len(s.CIDs) == 0 && s.Name+s.User+s.Account+s.Subject == ""
}

// Matches reports whether a connection is selected. Its subscriptions must be known
// if Subject is set.
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

// Leaf reports whether it is a leafnode connection.
func (c Conn) Leaf() bool { return isLeaf(c.Info) }

func isLeaf(c *server.ConnInfo) bool { return c.Kind == "Leafnode" }
