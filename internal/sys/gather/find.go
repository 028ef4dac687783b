package gather

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
)

// finder collects the servers that should have answered, and have not.
type finder struct {
	members *members
	links   links
	memory  *Memory
	account string // the name of the user's account, or ""
	list    suspects
	byID    map[string]*suspect
	invalid []fleet.Problem // invalid links
}

// maxSuspects limits how many servers are searched for; each is asked by its id.
const maxSuspects = 4096

// suspects returns first those with a link, then, as long as the servers' count is
// not accounted for, those seen earlier and the members of the JetStream meta
// group.
func (f *finder) suspects() suspects {
	f.byID = map[string]*suspect{}
	for _, id := range f.links.reporters() {
		f.addLinks(id)
	}
	f.nameKnown()
	f.list = f.list.merge()
	for p, by := range f.members.peers.unanswered() {
		if p.name != "" {
			for _, b := range by {
				f.add("", p.name, p.cluster, b)
			}
		}
	}
	f.list = f.list.pair(f.members.missing())
	if f.members.missing() > len(f.list) {
		f.addKnown()
	}
	if f.members.missing() >= len(f.list) {
		f.addMeta()
	}
	return f.list
}

// add records that reporter is linked to a server, whose id or name may be
// unknown. Servers that have answered are left out.
func (f *finder) add(id, name, cluster, reporter string) *suspect {
	if id == "" && name == "" || f.answered(id, name, cluster) {
		return nil
	}
	s := f.byID[id]
	if s == nil {
		if len(f.list) >= maxSuspects {
			return nil
		}
		if s = f.list.find(id, name, cluster); s == nil {
			s = &suspect{}
			f.list = append(f.list, s)
		}
	}
	if id != "" {
		f.byID[id] = s
	}
	s.id, s.name, s.cluster = cmp.Or(s.id, id), cmp.Or(s.name, name), cmp.Or(s.cluster, cluster)
	if reporter != "" && !slices.Contains(s.seenBy, reporter) {
		s.seenBy = append(s.seenBy, reporter)
	}
	return s
}

// answered reports whether a server has answered; it is found by name if its id is
// unknown.
func (f *finder) answered(id, name, cluster string) bool {
	if id != "" {
		return f.members.byID[id] != nil
	}
	for _, m := range f.members.byID {
		if m.sv.Info.Name == name && (cluster == "" || cluster == m.sv.Info.Cluster) {
			return true
		}
	}
	return false
}

// addLinks adds the far ends of one server's links. An invalid id is a problem of
// the server that reported it.
func (f *finder) addLinks(id string) {
	sv := f.links[id]
	wrong, system := map[fleet.Kind]int{}, f.systemAccount(id)
	for far := range farEnds(sv) {
		switch {
		case far.id != "" && !endpoint.IsServerID(far.id):
			wrong[far.kind]++
		case far.kind != fleet.Leafz:
			f.add(far.id, far.name, far.cluster, sv.Info.Name)
		case far.account == system:
			f.addLeaf(far.name, sv.Info.Name)
		}
	}
	for kind, n := range wrong {
		detail := "a link leads to an invalid server id"
		if n > 1 {
			detail = strconv.Itoa(n) + " links lead to invalid server ids"
		}
		f.invalid = append(f.invalid, fleet.Problem{ServerID: sv.Info.ID, Server: sv.Info.Name, Kind: kind, Reason: fleet.Malformed, Detail: detail})
	}
}

// systemAccount returns the name of the system account on one server: what its VARZ
// reports, or the account of the user that asks.
func (f *finder) systemAccount(id string) string {
	name := ""
	if sv := f.links[id]; sv != nil && sv.Varz != nil {
		name = sv.Varz.SystemAccount
	}
	if m := f.members.byID[id]; m != nil && m.sv.Varz != nil {
		name = m.sv.Varz.SystemAccount
	}
	return cmp.Or(name, f.account, server.DEFAULT_SYSTEM_ACCOUNT)
}

// addLeaf adds the far end of a leafnode link that carries the system account,
// identified by the server's name, which is its id unless one is configured.
func (f *finder) addLeaf(name, reporter string) {
	id := ""
	if endpoint.IsServerID(name) {
		id, name = name, ""
	}
	if s := f.add(id, name, "", reporter); s != nil {
		s.leaf = true
	}
}

// nameKnown fills in the names of suspects that were seen earlier.
func (f *finder) nameKnown() {
	for _, s := range f.list {
		if k, ok := f.memory.known(s.id); ok {
			s.name, s.cluster, s.lastSeen = cmp.Or(s.name, k.Name), cmp.Or(s.cluster, k.Cluster), k.Seen
		}
	}
}

// addKnown adds servers seen earlier, unless one of the same name has answered,
// which means they were restarted.
func (f *finder) addKnown() {
	for _, k := range f.memory.Roster() {
		if !endpoint.IsServerID(k.ID) || f.answered(k.ID, "", "") || f.answered("", k.Name, k.Cluster) {
			continue
		}
		if s := f.add(k.ID, k.Name, k.Cluster, ""); s != nil {
			s.lastSeen, s.weak = k.Seen, true
			_, s.announced = f.memory.departure(k.ID)
		}
	}
}

// addMeta adds the members of the JetStream meta group, which are known by name
// and only to its leader. If one name and one nameless suspect are left, they
// are the same server.
func (f *finder) addMeta() {
	nameless := slices.DeleteFunc(slices.Clone(f.list), func(s *suspect) bool { return s.name != "" })
	for _, m := range f.members.byID {
		if m.sv.Statsz == nil || m.sv.Statsz.JetStream == nil || m.sv.Statsz.JetStream.Meta == nil {
			continue
		}
		for _, p := range m.sv.Statsz.JetStream.Meta.Replicas {
			if p == nil || f.answered("", p.Name, "") || f.list.find("", p.Name, "") != nil {
				continue
			}
			s := &suspect{name: p.Name, weak: true}
			if len(nameless) == 1 {
				s, nameless = nameless[0], nil
				s.name = p.Name
			} else if f.members.missing() > len(f.list) {
				f.list = append(f.list, s)
			}
			s.offline = p.Offline
			s.lastSeen = m.sv.Info.Time.Add(-p.Active)
		}
	}
}
