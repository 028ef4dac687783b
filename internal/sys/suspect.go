package sys

import (
	"cmp"
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// suspect is a server that others are linked to, or that was known before, and
// that has not answered.
type suspect struct {
	id, name, cluster string
	seenBy            []string // names of the servers that list a link
	lastSeen          time.Time
	state             suspectState
	offline           bool // the JetStream meta leader calls it offline
	weak              bool // no link leads to it: known from before, or from the meta group
	leaf              bool // a leafnode link leads to it, and perhaps on to others
	goodbye           bool // it announced its end, so that it is hardly the one who is still counted
}

type suspectState int

const (
	suspectProbed suspectState = iota // asked by id, or known by name alone
	suspectGone                       // 503
	suspectHeard                      // has answered
)

// is tells whether a server is the suspect.
func (s *suspect) is(info server.ServerInfo) bool {
	if s.id != "" {
		return s.id == info.ID
	}
	return s.name == info.Name && (s.cluster == "" || s.cluster == info.Cluster)
}

// suspectList collects suspects; one that is known by id and by name is one.
type suspectList struct {
	n    *naming
	list []*suspect
}

// add notes that reporter is linked to a server, of which id or name may be
// unknown. Servers that have answered are left out.
func (l *suspectList) add(id, name, cluster, reporter string) *suspect {
	if id == "" && name == "" || l.heard(id, name, cluster) {
		return nil
	}
	s := l.find(id, name, cluster)
	if s == nil {
		s = &suspect{}
		l.list = append(l.list, s)
	}
	s.id, s.name, s.cluster = cmp.Or(s.id, id), cmp.Or(s.name, name), cmp.Or(s.cluster, cluster)
	if reporter != "" && !slices.Contains(s.seenBy, reporter) {
		s.seenBy = append(s.seenBy, reporter)
	}
	return s
}

func (l *suspectList) heard(id, name, cluster string) bool {
	if id != "" {
		return l.n.r.members[id] != nil
	}
	for _, m := range l.n.r.members {
		if m.sv.Info.Name == name && (cluster == "" || cluster == m.sv.Info.Cluster) {
			return true
		}
	}
	return false
}

func (l *suspectList) find(id, name, cluster string) *suspect {
	for _, s := range l.list {
		sameID := id != "" && s.id == id
		sameName := name != "" && s.name == name && (id == "" || s.id == "") &&
			(cluster == "" || s.cluster == "" || cluster == s.cluster)
		if sameID || sameName {
			return s
		}
	}
	return nil
}

// findSuspects collects everyone who should have answered: first those with a
// link, then, as long as the servers' count is not accounted for, those known
// from before and the members of the JetStream meta group.
func (n *naming) findSuspects() []*suspect {
	l := &suspectList{n: n}
	for _, id := range n.reporters() {
		n.addLinks(l, id)
	}
	n.r.c.complete(l.list)
	for p, by := range n.unheardPeers() {
		if p.name != "" {
			for _, b := range by {
				l.add("", p.name, p.cluster, b)
			}
		}
	}
	l.pair(n.r.count.expected() - len(n.r.members))
	if n.r.count.expected()-len(n.r.members) > len(l.list) {
		n.addKnown(l)
	}
	if n.r.count.expected()-len(n.r.members) >= len(l.list) {
		n.addMeta(l)
	}
	return l.list
}

// pair joins servers known by id alone with servers known by name alone, when
// together they are more than are missing: then they are the same.
func (l *suspectList) pair(short int) {
	if len(l.list) <= max(short, 0) {
		return
	}
	byID, byName := map[string][]*suspect{}, map[string][]*suspect{}
	for _, s := range l.list {
		switch {
		case s.name == "":
			byID[s.cluster] = append(byID[s.cluster], s)
		case s.id == "":
			byName[s.cluster] = append(byName[s.cluster], s)
		}
	}
	for cluster, named := range byName {
		nameless := byID[cluster]
		if len(nameless) < len(named) {
			continue
		}
		if len(nameless) == 1 {
			nameless[0].name = named[0].name
			nameless[0].seenBy = append(nameless[0].seenBy, named[0].seenBy...)
		}
		l.list = slices.DeleteFunc(l.list, func(s *suspect) bool { return slices.Contains(named, s) })
	}
}

// reporters returns the ids of the servers that told their links, in order of
// name, so that equal rounds give equal verdicts.
func (n *naming) reporters() []string {
	ids := make([]string, 0, len(n.r.members))
	for id := range n.r.members {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int {
		x, y := n.r.members[a].sv.Info, n.r.members[b].sv.Info
		return cmp.Or(cmp.Compare(x.Cluster, y.Cluster), cmp.Compare(x.Name, y.Name), cmp.Compare(a, b))
	})
	return ids
}

// addLinks adds the far ends of one server's links.
func (n *naming) addLinks(l *suspectList, id string) {
	sv := n.links[id]
	if sv == nil {
		return
	}
	info := sv.Info
	if sv.Routez != nil {
		for _, rt := range sv.Routez.Routes {
			if rt != nil {
				l.add(rt.RemoteID, rt.RemoteName, info.Cluster, info.Name)
			}
		}
	}
	if sv.Gatewayz != nil {
		for cluster, g := range sv.Gatewayz.OutboundGateways {
			l.addGateway(cluster, info.Name, g)
		}
		for cluster, gs := range sv.Gatewayz.InboundGateways {
			for _, g := range gs {
				l.addGateway(cluster, info.Name, g)
			}
		}
	}
	if sv.Leafz == nil {
		return
	}
	for _, lf := range sv.Leafz.Leafs {
		if lf != nil && lf.Account == n.r.c.systemAccount() {
			l.addLeaf(lf.Name, info.Name)
		}
	}
}

// addGateway adds the far end of a gateway, whose connection is named by the
// server's id.
func (l *suspectList) addGateway(cluster, reporter string, g *server.RemoteGatewayz) {
	if g != nil && g.Connection != nil {
		l.add(g.Connection.Name, "", cluster, reporter)
	}
}

// addLeaf adds the far end of a leafnode link that carries the system account,
// named by the server's name, which is its id unless it was given one.
func (l *suspectList) addLeaf(name, reporter string) {
	id := ""
	if isServerID(name) {
		id, name = name, ""
	}
	if s := l.add(id, name, "", reporter); s != nil {
		s.leaf = true
	}
}

// addKnown adds servers seen earlier, unless one of the same name has answered:
// then they were restarted.
func (n *naming) addKnown(l *suspectList) {
	for _, k := range n.r.c.Roster() {
		if l.heard(k.ID, "", "") || l.heard("", k.Name, k.Cluster) {
			continue
		}
		if s := l.add(k.ID, k.Name, k.Cluster, ""); s != nil {
			s.lastSeen, s.weak, s.goodbye = k.Seen, true, n.r.c.saidGoodbye(k.ID)
		}
	}
}

// addMeta adds the members of the JetStream meta group, which are known by name
// and only to its leader. If one name and one nameless suspect are left, they
// are the same server.
func (n *naming) addMeta(l *suspectList) {
	nameless := slices.Collect(func(yield func(*suspect) bool) {
		for _, s := range l.list {
			if s.name == "" && !yield(s) {
				return
			}
		}
	})
	for _, m := range n.r.members {
		if m.sv.Statsz == nil || m.sv.Statsz.JetStream == nil || m.sv.Statsz.JetStream.Meta == nil {
			continue
		}
		for _, p := range m.sv.Statsz.JetStream.Meta.Replicas {
			if p == nil || l.heard("", p.Name, "") || l.find("", p.Name, "") != nil {
				continue
			}
			s := &suspect{name: p.Name, weak: true}
			if len(nameless) == 1 {
				s, nameless = nameless[0], nil
				s.name = p.Name
			} else if n.r.count.expected()-len(n.r.members) > len(l.list) {
				l.list = append(l.list, s)
			}
			s.offline = p.Offline
			s.lastSeen = m.sv.Info.Time.Add(-p.Active)
		}
	}
}

// complete fills in the names of suspects that the client has seen before.
func (c *Client) complete(list []*suspect) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range list {
		if k, ok := c.roster[s.id]; ok {
			s.name, s.cluster, s.lastSeen = cmp.Or(s.name, k.Name), cmp.Or(s.cluster, k.Cluster), k.Seen
		}
	}
}

// systemAccount returns the name of the system account: the one the user is in,
// which servers before 2.12 do not say.
func (c *Client) systemAccount() string {
	return cmp.Or(c.nc.RemoteAccount(), server.DEFAULT_SYSTEM_ACCOUNT)
}
