package sys

import (
	"cmp"
	"slices"

	"github.com/natsctl/natsctl/internal/fleet"
)

// verdict says who is missing and why, and how many of the servers that are
// still counted are earlier lives of servers that answered, or said goodbye.
func (n *naming) verdict() (missing []fleet.Missing, forgotten int) {
	if !n.open() {
		return nil, 0
	}
	short := n.r.count.expected() - len(n.r.members)
	drained := n.uncounted(short)
	earlier := 0
	for _, s := range byEvidence(n.suspects) {
		switch {
		case s.state == suspectHeard:
			continue
		case (s.state == suspectGone || s.weak) && short <= 0:
			continue // it said goodbye: nobody counts it any more
		case n.succeeded(s):
			earlier++
			continue
		case s.goodbye:
			// No link leads to it: it went as it said, and nobody waits for it. If
			// more are counted than there are, it is because of another, unless it
			// went lately.
			if n.r.c.stillCounted(s.id) {
				earlier++
			}
			continue
		}
		if n.outside(s) {
			short--
			continue
		}
		m := n.missing(s, drained)
		if m.Reason != fleet.Draining {
			short--
		}
		missing = append(missing, m)
	}
	if short <= 0 {
		return missing, 0
	}
	forgotten = min(short, max(n.replaced(), earlier))
	if n.settledByName() {
		return missing, forgotten
	}
	for range short - forgotten {
		missing = append(missing, n.unnamed(missing))
	}
	return missing, forgotten
}

// succeeded tells whether a suspect that no link leads to is the earlier life of
// a server that has answered, or that is rather there: the same name, another id.
// That answer may have come in after the suspect was named, from a server that
// was just starting.
func (n *naming) succeeded(s *suspect) bool {
	if s.name == "" || s.id == "" || !s.weak {
		return false
	}
	for id, m := range n.r.members {
		if id != s.id && m.sv.Info.Name == s.name && m.sv.Info.Cluster == s.cluster {
			return true
		}
	}
	for _, o := range n.suspects {
		if o.id != "" && o.id != s.id && o.name == s.name && o.cluster == s.cluster && o.outlives(s) {
			return true
		}
	}
	return false
}

// outlives tells whether a suspect is rather there than another, that no link
// leads to, of the same name: a link leads to it, or the other's id was refused
// and its own was not, or it was seen later.
func (s *suspect) outlives(o *suspect) bool {
	return !s.weak || o.state == suspectGone && (s.state != suspectGone || s.lastSeen.After(o.lastSeen))
}

// byEvidence puts servers with a link before those without, and among these the
// ones that did not say goodbye first, then those that may be alive, then those
// seen last.
func byEvidence(list []*suspect) []*suspect {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b *suspect) int {
		return cmp.Or(compareBool(a.weak, b.weak), compareBool(a.goodbye, b.goodbye), cmp.Compare(a.state, b.state), b.lastSeen.Compare(a.lastSeen))
	})
	return list
}

// compareBool puts false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// settledByName tells whether the round was about one server, and that one has
// answered: then others that cannot be named are none of its business.
func (n *naming) settledByName() bool {
	if n.r.want.Scope.Name == "" {
		return false
	}
	for _, m := range n.r.members {
		if m.inScope {
			return true
		}
	}
	return false
}

// missing says why a suspect has not answered.
func (n *naming) missing(s *suspect, drained bool) fleet.Missing {
	m := fleet.Missing{
		ID: s.id, Name: s.name, Cluster: s.cluster,
		SeenBy: s.seenBy, LastSeen: s.lastSeen, Reason: fleet.Silent,
	}
	slices.Sort(m.SeenBy)
	switch via := n.blockedBy(s); {
	case s.state != suspectGone && n.r.hasty && !s.offline:
		m.Reason = fleet.Late
	case s.state == suspectGone, len(s.seenBy) == 0 && (s.id == "" || s.offline):
		m.Reason = fleet.Gone
	case n.r.c.isDraining(s.id) || drained && len(s.seenBy) > 0 && s.id != "":
		m.Reason = fleet.Draining
	case via != nil:
		m.Reason, m.Via = fleet.Behind, cmp.Or(via.name, via.id)
	}
	return m
}

// unnamed stands for a server that is counted, and that nobody can name. If a
// server that leads elsewhere is silent, it may be behind that one.
func (n *naming) unnamed(named []fleet.Missing) fleet.Missing {
	if n.r.hasty {
		return fleet.Missing{Reason: fleet.Late}
	}
	for _, m := range named {
		if m.Reason == fleet.Silent && n.isGate(m.ID, m.Name) {
			return fleet.Missing{Reason: fleet.Behind, Cluster: m.Cluster, Via: m.Label()}
		}
	}
	return fleet.Missing{Reason: fleet.Gone}
}

// uncounted tells whether all suspects that are linked and silent have been
// struck off the servers' count. Servers do that at once for one that announces
// lame duck mode, after which it serves on and answers nothing.
func (n *naming) uncounted(short int) bool {
	mute := 0
	for _, s := range n.suspects {
		if s.state == suspectProbed && len(s.seenBy) > 0 {
			mute++
		}
	}
	return mute > 0 && short <= 0
}

// blockedBy returns the silent server that holds the gateway to a suspect's
// cluster, or nil: a request from this client leaves by the gateway of the
// server it is connected to, which may be bound to any server over there.
// A server that no answering one is linked to, and whose id is not refused, is
// behind whoever swallowed the request. Answers come back by the gateway of the
// server that gives them, which may end at another server than the request left.
func (n *naming) blockedBy(s *suspect) *suspect {
	if by := n.answersEndAt(s); by != nil {
		return by
	}
	if len(s.seenBy) == 0 && s.id != "" {
		return n.swallower(s)
	}
	if s.cluster == "" {
		return nil
	}
	id := n.gateTo(s.cluster)
	if id == "" || id == s.id {
		return nil
	}
	for _, g := range n.suspects {
		if g.id == id && g.state == suspectProbed {
			if n.noWayBack(g) {
				return nil // it may well have passed the request on, and answered
			}
			return g
		}
	}
	return nil
}

// answersEndAt returns the silent server of this client's cluster that the
// answers of a suspect in another one end at, or nil.
func (n *naming) answersEndAt(s *suspect) *suspect {
	if !n.noWayBack(s) {
		return nil
	}
	own := n.links[n.r.c.nc.ConnectedServerId()].Info.Cluster
	for _, g := range n.suspects {
		if g.cluster == own && g.state == suspectProbed {
			return g
		}
	}
	return nil
}

// noWayBack tells whether no gateway of a suspect in another cluster ends at a
// server of this client's cluster that has answered. It is false as long as not
// all of these have told who is connected to them.
func (n *naming) noWayBack(s *suspect) bool {
	own := n.links[n.r.c.nc.ConnectedServerId()]
	if s.id == "" || outboundTo(own, s.cluster) == "" {
		return false
	}
	for id, m := range n.r.members {
		if m.sv.Info.Cluster != own.Info.Cluster {
			continue
		}
		if sv := n.links[id]; sv == nil || sv.Gatewayz == nil || inboundFrom(sv, s.cluster, s.id) {
			return false
		}
	}
	return true
}

// swallower returns the silent server that a request to a suspect ended at, or
// nil: one with a leafnode link, or else the only one there is of those that
// answers could come back from.
func (n *naming) swallower(s *suspect) (by *suspect) {
	mute := 0
	for _, g := range n.suspects {
		if g == s || g.state != suspectProbed || len(g.seenBy) == 0 {
			continue
		}
		if g.leaf {
			return g
		}
		if n.answersEndAt(g) == nil {
			by, mute = g, mute+1
		}
	}
	if mute != 1 {
		return nil
	}
	return by
}

// gateTo returns the id of the server that receives this client's requests to
// a cluster, or "".
func (n *naming) gateTo(cluster string) string {
	own := n.links[n.r.c.nc.ConnectedServerId()]
	if own != nil && own.Info.Cluster == cluster {
		return ""
	}
	if id := outboundTo(own, cluster); id != "" {
		return id
	}
	for _, id := range n.reporters() {
		if n.r.members[id].sv.Info.Cluster == cluster {
			continue
		}
		if gate := outboundTo(n.links[id], cluster); gate != "" {
			return gate
		}
	}
	return ""
}

// isGate tells whether requests to other servers go through a server.
func (n *naming) isGate(id, name string) bool {
	for _, s := range n.suspects {
		if s.id != id && (id != "" || s.name != name) {
			continue
		}
		if s.leaf || id != "" && s.cluster != "" && n.gateTo(s.cluster) == id {
			return true
		}
	}
	return false
}

func outboundTo(sv *fleet.Server, cluster string) string {
	if sv == nil || sv.Gatewayz == nil {
		return ""
	}
	g := sv.Gatewayz.OutboundGateways[cluster]
	if g == nil || g.Connection == nil {
		return ""
	}
	return g.Connection.Name
}

// inboundFrom tells whether a gateway of a server leads to sv.
func inboundFrom(sv *fleet.Server, cluster, id string) bool {
	for _, g := range sv.Gatewayz.InboundGateways[cluster] {
		if g != nil && g.Connection != nil && g.Connection.Name == id {
			return true
		}
	}
	return false
}
