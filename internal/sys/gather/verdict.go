package gather

import (
	"cmp"
	"slices"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// verdict determines which servers are missing and why, once a round is over.
type verdict struct {
	members *members
	memory  *Memory
	paths   paths
	cutOff  bool // the round was cut off before silence was significant
	short   int  // how many servers are still to be accounted for
}

// decide returns the missing servers, and how many of those still counted are
// earlier processes of servers that answered, or announced their end.
func (v *verdict) decide() (missing []fleet.Missing, forgotten int) {
	v.short = v.members.missing()
	// Servers stop counting one at once when it announces lame duck mode, in which it
	// keeps serving clients but answers no requests. So if none is short, those that
	// are linked and unresponsive are draining.
	drained := v.short <= 0
	earlier := 0
	for _, s := range v.paths.suspects.byEvidence() {
		switch {
		case s.state == suspectAnswered:
			continue
		case (s.state == suspectGone || s.weak) && v.short <= 0:
			continue // it has shut down and is no longer counted
		case v.succeeded(s):
			earlier++
			continue
		case s.announced:
			// No link leads to it: it left as announced. If more servers are counted
			// than there are, another one is missing, unless this one left recently.
			if g, _ := v.memory.departure(s.id); isFresh(g, time.Now()) {
				earlier++
			}
			continue
		case outside(s, v.members.want.Scope):
			v.short--
			continue
		}
		m := v.missing(s, drained)
		if m.Reason != fleet.Draining {
			v.short--
		}
		missing = append(missing, m)
	}
	return v.account(missing, earlier)
}

// account adds the servers that are counted and cannot be named.
func (v *verdict) account(named []fleet.Missing, earlier int) (missing []fleet.Missing, forgotten int) {
	if v.short <= 0 {
		return named, 0
	}
	forgotten = min(v.short, max(v.members.replaced(), earlier))
	if v.answeredByName() {
		return named, forgotten
	}
	missing, nameless := named, v.short-forgotten
	if nameless > maxUnnamed {
		one := v.unnamed(named)
		one.Count = nameless
		return append(missing, one), forgotten
	}
	for range nameless {
		missing = append(missing, v.unnamed(named))
	}
	return missing, forgotten
}

// maxUnnamed is how many servers that cannot be named get a row each; more share
// one row with their number.
const maxUnnamed = 8

// succeeded reports whether a suspect without a link is an earlier process of a
// server that has answered, or of a more likely suspect: the same name, another id.
// That answer may have arrived after the suspect was found, from a server that was
// just starting.
func (v *verdict) succeeded(s *suspect) bool {
	if s.name == "" || s.id == "" || !s.weak {
		return false
	}
	for id, m := range v.members.byID {
		if id != s.id && m.sv.Info.Name == s.name && m.sv.Info.Cluster == s.cluster {
			return true
		}
	}
	for _, o := range v.paths.suspects {
		if o.id != "" && o.id != s.id && o.name == s.name && o.cluster == s.cluster && o.likelierThan(s) {
			return true
		}
	}
	return false
}

// answeredByName reports whether the round was about one server, and that one has
// answered: then others that cannot be named do not matter.
func (v *verdict) answeredByName() bool {
	if v.members.want.Scope.Name == "" {
		return false
	}
	for _, m := range v.members.byID {
		if m.inScope {
			return true
		}
	}
	return false
}

// missing returns why a suspect has not answered.
func (v *verdict) missing(s *suspect, drained bool) fleet.Missing {
	m := fleet.Missing{
		ID: s.id, Name: s.name, Cluster: s.cluster,
		SeenBy: s.seenBy, LastSeen: s.lastSeen, Reason: fleet.Silent,
	}
	slices.Sort(m.SeenBy)
	said, _ := v.memory.departure(s.id)
	switch via := v.paths.blockedBy(s); {
	case s.state != suspectGone && v.cutOff && !s.offline:
		m.Reason = fleet.Late
	case s.state == suspectGone, len(s.seenBy) == 0 && (s.id == "" || s.offline):
		m.Reason = fleet.Gone
	case said.Drains || drained && len(s.seenBy) > 0 && s.id != "":
		m.Reason = fleet.Draining
	case via != nil:
		m.Reason, m.Via = fleet.Behind, cmp.Or(via.name, via.id)
	}
	return m
}

// unnamed returns the entry for a server that is counted and cannot be named. If a
// server with links to others is unresponsive, it may be behind that one.
func (v *verdict) unnamed(named []fleet.Missing) fleet.Missing {
	if v.cutOff {
		return fleet.Missing{Reason: fleet.Late}
	}
	for _, m := range named {
		if m.Reason == fleet.Silent && v.paths.isGate(m.ID, m.Name) {
			return fleet.Missing{Reason: fleet.Behind, Cluster: m.Cluster, Via: m.Label()}
		}
	}
	return fleet.Missing{Reason: fleet.Gone}
}
