// Package service finds the micro services of an account (ADR-32): every instance,
// where it is connected, and whether it answers. It compares who answered with who
// has subscribed, so that a silent instance is named and none is waited for in vain.
package service

import (
	"cmp"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Place is an instance that has subscribed, as the servers report it.
type Place struct {
	Name, ID string // of the service, and of the instance
	Server   string // that it is connected to
	Cluster  string // of the server; "" if it has none
	Conn     uint64 // its connection to the server
}

// Key identifies the instance.
func (p Place) Key() Key { return Key{p.Name, p.ID} }

// Key identifies an instance of a service.
type Key struct{ Name, ID string }

// pingPrefix begins the subject on which an instance alone is asked.
const pingPrefix = "$SRV.PING."

// Places returns the instances that have subscribed, by the subscriptions of the
// connections in a snapshot: each subscribes to $SRV.PING.NAME.ID.
func Places(s *fleet.Snapshot) []Place {
	var out []Place
	for _, sv := range s.Servers {
		if sv.Connz == nil {
			continue
		}
		for _, c := range sv.Connz.Conns {
			for _, subject := range c.Subs {
				name, id, ok := strings.Cut(strings.TrimPrefix(subject, pingPrefix), ".")
				if !ok || !strings.HasPrefix(subject, pingPrefix) || !plain(name) || !plain(id) {
					continue
				}
				out = append(out, Place{Name: name, ID: id, Server: sv.Info.Name, Cluster: sv.Info.Cluster, Conn: c.Cid})
			}
		}
	}
	slices.SortFunc(out, func(a, b Place) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return out
}

// plain tells whether a name is one token of a subject, without wildcards.
func plain(name string) bool { return name != "" && !strings.ContainsAny(name, ".*> \t\r\n") }
