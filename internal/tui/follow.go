package tui

import (
	"cmp"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// follow opens another page for what belongs to the selected object.
func (m *Model) follow(kind pageKind) {
	r, ok := m.selected()
	if !ok {
		return
	}
	scope := m.belonging(kind, r)
	if scope == (ref{}) {
		m.say("nothing there belongs to this row")
		return
	}
	p := m.push(kind, scope)
	if kind == topoPage {
		m.setMode("links")
	}
	if scope.link != "" {
		l := p.list()
		l.cursor, l.moved = scope.link, true
	}
}

// belonging narrows a page to what belongs to an object: connections to its
// client, its account or its server, streams to its account or its server,
// links to its server or cluster, events to all that is known of it.
func (m *Model) belonging(kind pageKind, r ref) ref {
	account := ref{account: m.st.AccountKey(r.account), title: m.st.AccountLabel(r.account)}
	on := ref{server: r.server, serverID: r.serverID, cluster: r.cluster}
	switch {
	case kind == eventsPage:
		return r
	case kind == topoPage:
		on.link = r.link
		return on
	case kind == connsPage && r.who != "":
		return ref{title: "client " + r.who, who: r.who}
	case r.account != "" && (kind == jetStreamPage || r.stream != "" || r.server == ""):
		return account
	case kind == jetStreamPage:
		return on
	}
	on.account = account.account
	return on
}

// inScope tells whether a connection belongs to what a page is narrowed to.
func inScope(s ref, r *fleet.ConnRow) bool {
	on := r.Server.Info
	switch {
	case s.who != "":
		return r.Info.Name == s.who
	case s.account != "" && s.account != r.Info.Account:
		return false
	case s.serverID != "":
		return s.serverID == on.ID
	case s.server != "":
		return s.server == on.Name && (s.cluster == "" || s.cluster == on.Cluster)
	}
	return s.cluster == "" || s.cluster == on.Cluster
}

// holds tells whether a stream belongs to what a page is narrowed to: to an
// account, or to a server that leads it or has a replica of it.
func (m *Model) holds(s ref, r *live.StreamRow) bool {
	if !m.st.SameAccount(s.account, r.Account) {
		return false
	}
	for _, p := range r.Peers {
		if p.Name == s.server {
			return true
		}
	}
	if s.server == "" && s.cluster != "" {
		leader := m.st.Server("", s.cluster, r.Leader)
		return leader != nil && leader.Cluster == s.cluster
	}
	return s.server == "" || s.server == r.Leader
}

// concerns tells whether an event is about what a page is narrowed to.
func (m *Model) concerns(s ref, e *live.EventRow) bool {
	named := func(name string) bool {
		if e.Server == name && s.cluster != "" && e.Cluster != "" && s.cluster != e.Cluster {
			return false // of the same name in another cluster
		}
		return name == e.Server || strings.Contains(e.Who, name)
	}
	switch {
	case s == (ref{}):
		return true
	case s.who != "":
		return e.Client() == s.who
	case s.cid != 0:
		return e.Where != "" && e.Where == s.addr
	case s.consumer != "":
		return strings.HasSuffix(e.Who, s.stream+" > "+s.consumer) && m.st.SameAccount(e.Account, cmp.Or(s.account, e.Account))
	case s.stream != "":
		return (strings.HasSuffix(e.Who, " "+s.stream) || strings.Contains(e.Who, " "+s.stream+" > ")) && m.st.SameAccount(e.Account, cmp.Or(s.account, e.Account))
	case s.account != "" && s.account != e.Account && m.st.AccountLabel(s.account) != e.Account:
		return false
	case s.link != "":
		from, to := m.endsOf(s.link)
		return from != "" && named(from) && (to == "" || strings.Contains(e.Who, to)) || e.Kind == fleet.EventServerDown && (e.Server == from || e.Server == to)
	case s.server != "":
		return named(s.server)
	}
	return s.cluster == "" || s.cluster == e.Cluster
}

// endsOf names both ends of a link.
func (m *Model) endsOf(link string) (from, to string) {
	for _, l := range m.st.Links {
		if l.Edge.Key() == link {
			return l.Edge.FromName, l.To()
		}
	}
	return "", ""
}
