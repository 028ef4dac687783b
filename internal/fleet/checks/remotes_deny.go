package checks

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// denial is a list of subjects that a leafnode remote does not let through.
type denial struct {
	server   *fleet.Server
	account  string // on the server
	subjects []string
	list     string // as the configuration calls it
}

// denials returns the deny lists of all remotes.
func denials(s *fleet.Snapshot) (out []denial) {
	for _, sv := range s.Servers {
		if sv.Varz == nil {
			continue
		}
		for _, r := range sv.Varz.LeafNode.Remotes {
			if r.Deny == nil {
				continue
			}
			account := cmp.Or(r.LocalAccount, "$G")
			out = append(out, denial{sv, account, r.Deny.Imports, "deny_imports"}, denial{sv, account, r.Deny.Exports, "deny_exports"})
		}
	}
	return out
}

// hit returns the denied subject that collides with one of these, or "".
func (d denial) hit(subjects []string) string {
	for _, denied := range d.subjects {
		if slices.ContainsFunc(subjects, func(s string) bool { return server.SubjectsCollide(s, denied) }) {
			return denied
		}
	}
	return ""
}

// findLeafDenies compares the deny lists of remotes with the streams of their
// account on the same side: what they collect, and the API that they copy through.
func findLeafDenies(c *checkup) {
	lists := denials(c.Snapshot)
	if len(lists) == 0 {
		return
	}
	for _, r := range c.streams() {
		if !r.Known || r.Detail.Config == nil {
			continue
		}
		for _, d := range lists {
			if d.account != r.AccountID || d.server.Info.Cluster != r.Server.Info.Cluster {
				continue
			}
			c.countObject()
			if d.list == "deny_imports" {
				findDeniedSubject(c, r, d)
			}
			findDeniedOrigin(c, r, d)
		}
	}
}

// findDeniedSubject reports a stream that collects what its side does not get. That
// is meant where the other side has a stream of its own for it.
func findDeniedSubject(c *checkup, r *fleet.StreamRow, d denial) {
	denied := d.hit(r.Detail.Config.Subjects)
	if denied == "" {
		return
	}
	level := fleet.Warn
	for _, o := range c.streams() {
		if o.Server.Info.Cluster != r.Server.Info.Cluster && o.Detail.Config != nil && d.hit(o.Detail.Config.Subjects) != "" {
			level = fleet.Info
		}
	}
	c.add(Finding{
		Level: level, Object: r.Name + " " + d.server.Info.Name, Where: r.Account, About: onStream(r), Since: d.server.Varz.ConfigLoadTime,
		What: fmt.Sprintf("stream %s in account %s collects %s, and the leafnode remote of %s denies the import of %s: what is published at its hub is not stored",
			r.Name, r.Account, someWords(r.Detail.Config.Subjects), d.server.Info.Name, denied),
	})
}

// findDeniedOrigin reports a mirror or source whose requests to the other side, or
// what they bring, a remote does not let through.
func findDeniedOrigin(c *checkup, r *fleet.StreamRow, d denial) {
	for _, o := range r.Origins {
		if o.External == "" {
			continue
		}
		if denied := d.hit([]string{o.External + ".>"}); denied != "" {
			c.add(Finding{
				Level: fleet.Crit, Object: r.Name + " " + d.server.Info.Name, Where: r.Account, About: onStream(r), Since: d.server.Varz.ConfigLoadTime,
				What: fmt.Sprintf("stream %s in account %s is a %s of %s through %s, and the leafnode remote of %s has %s in its %s",
					r.Name, r.Account, o.Role, o.Name, o.External, d.server.Info.Name, denied, d.list),
				Next: fmt.Sprintf("Remove %s from %s of the remote on %s, then restart it.", denied, d.list, d.server.Info.Name),
			})
		}
	}
}
