package gather

// paths are the paths of requests from one server to the others, and of their answers.
type paths struct {
	links    links
	suspects suspects
	members  map[string]*member
	self     string // the id of the server that the client is connected to
}

// blockedBy returns the silent server that holds the gateway to a suspect's
// cluster, or nil: a request from this client leaves through the gateway of its
// server, which may be bound to any server of the other cluster.
// A server without a link to one that answered, and with responders on its id, is
// behind the server that the request got stuck at. Answers return through the gateway
// of the answering server, which may end at a different server.
func (w paths) blockedBy(s *suspect) *suspect {
	if by := w.answersEndAt(s); by != nil {
		return by
	}
	if len(s.seenBy) == 0 && s.id != "" {
		return w.blocker(s)
	}
	if s.cluster == "" {
		return nil
	}
	id := w.links.gateTo(w.self, s.cluster)
	if id == "" || id == s.id {
		return nil
	}
	for _, g := range w.suspects {
		if g.id == id && g.state == suspectProbed {
			if w.noWayBack(g) {
				return nil // it may have forwarded the request
			}
			return g
		}
	}
	return nil
}

// answersEndAt returns the silent server of this client's cluster at which the
// answers of a suspect in another cluster arrive, or nil.
func (w paths) answersEndAt(s *suspect) *suspect {
	if !w.noWayBack(s) {
		return nil
	}
	own := w.links[w.self].Info.Cluster
	for _, g := range w.suspects {
		if g.cluster == own && g.state == suspectProbed {
			return g
		}
	}
	return nil
}

// noWayBack reports whether no gateway of a suspect in another cluster ends at a
// server of this client's cluster that has answered. It is false until all of
// these have reported their links.
func (w paths) noWayBack(s *suspect) bool {
	own := w.links[w.self]
	if s.id == "" || outboundTo(own, s.cluster) == "" {
		return false
	}
	for id, m := range w.members {
		if m.sv.Info.Cluster != own.Info.Cluster {
			continue
		}
		if sv := w.links[id]; sv == nil || sv.Gatewayz == nil || inboundFrom(sv, s.cluster, s.id) {
			return false
		}
	}
	return true
}

// blocker returns the unresponsive server that a request to a suspect got stuck at,
// or nil: one with a leafnode link, or else the only one through which answers could
// return.
func (w paths) blocker(s *suspect) (by *suspect) {
	found := 0
	for _, g := range w.suspects {
		if g == s || g.state != suspectProbed || len(g.seenBy) == 0 {
			continue
		}
		if g.leaf {
			return g
		}
		if w.answersEndAt(g) == nil {
			by, found = g, found+1
		}
	}
	if found != 1 {
		return nil
	}
	return by
}

// isGate reports whether requests to other servers go through a server.
func (w paths) isGate(id, name string) bool {
	for _, s := range w.suspects {
		if s.id != id || id == "" && s.name != name {
			continue
		}
		if s.leaf || id != "" && s.cluster != "" && w.links.gateTo(w.self, s.cluster) == id {
			return true
		}
	}
	return false
}
