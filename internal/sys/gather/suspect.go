package gather

import (
	"cmp"
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// suspect is a server that others are linked to, or that was seen earlier, and
// that has not answered.
type suspect struct {
	id, name, cluster string
	seenBy            []string // names of the servers that list a link
	lastSeen          time.Time
	state             suspectState
	offline           bool // the JetStream meta leader reports it offline
	weak              bool // no link leads to it: seen earlier, or in the meta group
	leaf              bool // a leafnode link leads to it, and perhaps to others behind it
	announced         bool // it announced its end, so it is probably not the one that is still counted
}

type suspectState int

const (
	suspectProbed   suspectState = iota // asked by id, or known by name alone
	suspectGone                         // 503
	suspectAnswered                     // has answered
)

// matches reports whether info identifies the suspect.
func (s *suspect) matches(info server.ServerInfo) bool {
	if s.id != "" {
		return s.id == info.ID
	}
	return s.name == info.Name && (s.cluster == "" || s.cluster == info.Cluster)
}

// likelierThan reports whether a suspect is more likely running than another one of the
// same name without a link: a link leads to it, or only the other's id has no
// responders, or it was seen later.
func (s *suspect) likelierThan(o *suspect) bool {
	return !s.weak || o.state == suspectGone && (s.state != suspectGone || s.lastSeen.After(o.lastSeen))
}

// suspects are those found so far; one known by both id and name is listed once.
type suspects []*suspect

// find returns the suspect with this id, or of this name if its id is not known.
func (l suspects) find(id, name, cluster string) *suspect {
	for _, s := range l {
		sameID := id != "" && s.id == id
		sameName := name != "" && s.name == name && (id == "" || s.id == "") &&
			(cluster == "" || s.cluster == "" || cluster == s.cluster)
		if sameID || sameName {
			return s
		}
	}
	return nil
}

// unanswered returns the number of suspects that have not answered.
func (l suspects) unanswered() (n int) {
	for _, s := range l {
		if s.state != suspectAnswered {
			n++
		}
	}
	return n
}

// merge folds suspects known only by name into those of the same name whose id is
// known: a leafnode link tells the name, a gateway the id, and a route both.
func (l suspects) merge() suspects {
	all := slices.Clone(l)
	return slices.DeleteFunc(l, func(s *suspect) bool {
		if s.id != "" {
			return false
		}
		at := slices.IndexFunc(all, func(o *suspect) bool {
			return o.id != "" && o.name == s.name && (s.cluster == "" || o.cluster == "" || o.cluster == s.cluster)
		})
		if at < 0 {
			return false
		}
		same := all[at]
		for _, by := range s.seenBy {
			if !slices.Contains(same.seenBy, by) {
				same.seenBy = append(same.seenBy, by)
			}
		}
		same.leaf = same.leaf || s.leaf
		return true
	})
}

// pair merges suspects known only by id with suspects known only by name, if
// together they exceed the number of missing servers: then they are the same.
func (l suspects) pair(short int) suspects {
	if len(l) <= max(short, 0) {
		return l
	}
	byID, byName := map[string][]*suspect{}, map[string][]*suspect{}
	for _, s := range l {
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
		l = slices.DeleteFunc(l, func(s *suspect) bool { return slices.Contains(named, s) })
	}
	return l
}

// byEvidence sorts suspects with a link first, then those that did not announce
// their end, then those that may be alive, then those seen last.
func (l suspects) byEvidence() suspects {
	list := slices.Clone(l)
	slices.SortStableFunc(list, func(a, b *suspect) int {
		return cmp.Or(compareBool(a.weak, b.weak), compareBool(a.announced, b.announced), cmp.Compare(a.state, b.state), b.lastSeen.Compare(a.lastSeen))
	})
	return list
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
