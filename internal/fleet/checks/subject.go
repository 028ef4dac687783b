package checks

import (
	"github.com/natsctl/natsctl/internal/fleet"
)

// Subject identifies what a finding is about, so that findings with one cause
// can be joined and opened. What does not apply is empty.
type Subject struct {
	Servers  []ServerRef // that take part: both ends of a link, every replica of a stream
	Suspects []ServerRef // those of them that the finding blames: offline, or behind
	Edge     *fleet.Edge // of a finding about one link
	Cluster  string      // in which a stream or consumer is placed
	Gateway  string      // the name of a gateway, as it is configured
	Meta     bool        // it is about a meta group, or the server's contact with it
	Account  string      // what servers call it: its public key in operator mode
	Stream   string
	Consumer string
	Conn     uint64 // client connection on the server; 0: none
	Client   string // its name
}

// ServerRef names a server as far as it is known.
type ServerRef struct{ ID, Name, Cluster string }

// Same reports whether two references may name one server: by id if both have
// one, else by name, in the same cluster if both name one.
func (r ServerRef) Same(o ServerRef) bool {
	if r.ID != "" && o.ID != "" {
		return r.ID == o.ID
	}
	return r.Name != "" && r.Name == o.Name && (r.Cluster == "" || o.Cluster == "" || r.Cluster == o.Cluster)
}

// Involves reports whether a server takes part in what the finding is about.
func (s Subject) Involves(r ServerRef) bool { return holds(s.Servers, r) }

// Blames reports whether the finding blames the server.
func (s Subject) Blames(r ServerRef) bool { return holds(s.Suspects, r) }

func holds(list []ServerRef, r ServerRef) bool {
	for _, o := range list {
		if o.Same(r) {
			return true
		}
	}
	return false
}

// RefOf returns the reference of a server that answered.
func RefOf(sv *fleet.Server) ServerRef {
	return ServerRef{sv.Info.ID, sv.Info.Name, sv.Info.Cluster}
}

// RefOfMissing returns the reference of a server that did not answer.
func RefOfMissing(m fleet.Missing) ServerRef { return ServerRef{m.ID, m.Name, m.Cluster} }

// on is the subject of a finding about servers that answered.
func on(servers ...*fleet.Server) Subject {
	var s Subject
	for _, sv := range servers {
		s.Servers = append(s.Servers, RefOf(sv))
	}
	return s
}

// onEdge is the subject of a finding about a link.
func onEdge(t *fleet.Topology, e *fleet.Edge) Subject {
	s := Subject{Edge: e}
	for _, end := range []struct{ key, name string }{{e.From, e.FromName}, {e.To, e.ToName}} {
		switch n := t.Node(end.key); {
		case n != nil:
			s.Servers = append(s.Servers, ServerRef{n.ID, n.Name, n.Cluster})
		case end.key != "":
			s.Servers = append(s.Servers, ServerRef{Name: end.name})
		}
	}
	return s
}

// onGroup is the subject of a finding about a stream or consumer with these
// replicas.
func onGroup(leader string, peers []fleet.Replica) Subject {
	var s Subject
	if leader != "" {
		s.Servers = append(s.Servers, ServerRef{Name: leader})
	}
	for _, p := range peers {
		s.Servers = append(s.Servers, ServerRef{Name: p.Name})
		if p.Offline || !p.Current {
			s.Suspects = append(s.Suspects, ServerRef{Name: p.Name})
		}
	}
	return s
}

// onStream is the subject of a finding about a stream.
func onStream(r *fleet.StreamRow) Subject {
	s := onGroup(r.Leader, r.Peers)
	s.Account, s.Stream, s.Cluster = r.AccountID, r.Name, r.Server.Info.Cluster
	return s
}

// onConsumer is the subject of a finding about a consumer.
func onConsumer(r *fleet.ConsumerRow) Subject {
	s := onGroup(r.Leader, r.Peers)
	s.Account, s.Stream, s.Consumer, s.Cluster = r.AccountID, r.Stream, r.Name, r.Server.Info.Cluster
	return s
}

// onMeta is the subject of a finding about a meta group.
func onMeta(g *fleet.MetaGroup) Subject {
	s := Subject{Meta: true}
	for _, p := range g.Peers {
		ref := ServerRef{Name: p.Name, Cluster: p.Cluster}
		s.Servers = append(s.Servers, ref)
		if p.Server == nil || p.Known && !p.Leader && (p.Offline || !p.Current) {
			s.Suspects = append(s.Suspects, ref)
		}
	}
	return s
}
