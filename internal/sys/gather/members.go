package gather

import (
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/sys/failure"
)

// members holds the servers that have answered, and the answers still due from each.
type members struct {
	want    fleet.Want
	first   []*question // one for each wanted kind, STATSZ first
	byID    map[string]*member
	unknown map[fleet.Kind]bool                     // kinds that no server knows (503)
	refused map[fleet.Kind]*failure.PermissionError // kinds that the user may not request
	waiting int                                     // answers due from members
	quiet   int                                     // of these, the optional ones
	count   count
	tallies tallies
	stray   []fleet.Problem // answers without a known sender
	peers   peers
	self    string // the id of the connected server, which is always admitted
	limit   int    // the maximum number of members
	dropped int    // answers of servers beyond limit
}

func newMembers(want fleet.Want) *members {
	r := &members{
		want: want, byID: map[string]*member{}, tallies: tallies{}, peers: newPeers(), limit: minLimit,
		unknown: map[fleet.Kind]bool{}, refused: map[fleet.Kind]*failure.PermissionError{},
	}
	r.first = append(r.first, &question{ep: endpoint.Lookup(string(fleet.Statsz))}) // to all, whatever the scope: it shows which servers exist
	for _, k := range want.Kinds {
		if ep := endpoint.Lookup(string(k)); ep != nil && ep.Read != nil && k != fleet.Statsz {
			r.add(ep)
		}
	}
	return r
}

// add also requests the first page from all servers, or from one server if the
// scope is its id.
func (ms *members) add(ep *endpoint.Endpoint) {
	q := &question{ep: ep, scope: ms.want.Scope}
	if ep.Pager != nil {
		q.page = ep.Pager.First(ms.want)
	}
	if id := ms.want.Scope.Name; endpoint.IsServerID(id) && ep.Server() {
		q.server, q.scope = id, fleet.Scope{}
	}
	ms.first = append(ms.first, q)
}

// minLimit is the least limit of members, used until the connected server has
// reported its count; that server may just have started.
const minLimit = 1024

// setLimit allows twice as many members as the connected server counts.
func (ms *members) setLimit(servers int) { ms.limit = max(minLimit, 2*min(servers, maxServers)) }

// admit makes a server that answers for the first time a member, from which every
// wanted answer is now due. fresh reports whether it is new. It returns nil when far
// more servers answer than are counted, which means they are forged.
func (ms *members) admit(info server.ServerInfo) (m *member, fresh bool) {
	if m := ms.byID[info.ID]; m != nil {
		return m, false
	}
	if len(ms.byID) >= ms.limit && info.ID != ms.self {
		ms.dropped++
		return nil, false
	}
	ms.peers.addAnswered(info)
	m = &member{
		sv:      &fleet.Server{Info: info},
		inScope: ms.want.Scope.Matches(info),
		due:     make(map[fleet.Kind]*question, len(ms.first)),
		wrong:   map[fleet.Kind]fleet.Problem{},
	}
	ms.byID[info.ID] = m
	for _, q := range ms.first {
		if q.ep.Kind != fleet.Statsz && !m.inScope {
			continue
		}
		ms.expect(m, q)
		switch {
		case ms.refused[q.ep.Kind] != nil:
			ms.denied(m, q.ep.Kind)
		case ms.cannotAnswer(m, q.ep):
			ms.unsupported(m, q.ep)
		}
	}
	return m, true
}

// expect makes an answer due.
func (ms *members) expect(m *member, q *question) {
	if _, waiting := m.due[q.ep.Kind]; !waiting {
		ms.await(q.ep, 1)
	}
	m.due[q.ep.Kind] = q
}

// finish stops waiting for a kind and reports whether it was due.
func (ms *members) finish(m *member, kind fleet.Kind) bool {
	q, ok := m.due[kind]
	if !ok {
		return false
	}
	ms.await(q.ep, -1)
	delete(m.due, kind)
	return true
}

// await changes the number of answers due by n.
func (ms *members) await(ep *endpoint.Endpoint, n int) {
	ms.waiting += n
	if ep.Quiet {
		ms.quiet += n
	}
}

// incomplete reports whether a required answer of a member is due.
func (ms *members) incomplete() bool { return ms.waiting > ms.quiet }

// inScope returns how many servers in scope have answered.
func (ms *members) inScope() (n int) {
	for _, m := range ms.byID {
		if m.inScope {
			n++
		}
	}
	return n
}

// missing returns how many servers are missing by the servers' own count.
func (ms *members) missing() int { return ms.count.expected() - len(ms.byID) }

// cannotAnswer reports whether a server cannot answer a kind: it is too old, or does not have what
// the kind needs. Any client can forge a 503 of the connected server, so the
// answers of all other servers remain due.
func (ms *members) cannotAnswer(m *member, ep *endpoint.Endpoint) bool {
	return endpoint.Older(m.sv.Info.Version, ep.Since) || ms.unknown[ep.Kind] && ep.Needs != ""
}

// unsupported ends the wait for a kind that the server does not support.
func (ms *members) unsupported(m *member, ep *endpoint.Endpoint) {
	if ms.finish(m, ep.Kind) {
		m.fail(ep.Kind, fleet.Unsupported, unsupportedWords(m, ep))
	}
}

func unsupportedWords(m *member, ep *endpoint.Endpoint) string {
	if endpoint.Older(m.sv.Info.Version, ep.Since) {
		return m.sv.Info.Version + " does not support " + string(ep.Kind) + " (since " + ep.Since + ")"
	}
	return string(ep.Kind) + " is not known to any server"
}

// denied ends the wait for a kind that the user may not request.
func (ms *members) denied(m *member, kind fleet.Kind) {
	if ms.finish(m, kind) {
		m.fail(kind, fleet.Refused, ms.refused[kind].Error())
	}
}

// applyDenied handles a denied subject: fatal if a round is impossible without it,
// otherwise a problem of every server.
func (ms *members) applyDenied(p *failure.PermissionError) error {
	for _, q := range ms.first {
		if q.ep.For(q.target()) != p.Subject {
			continue
		}
		if q.ep.Kind == fleet.Statsz {
			return p
		}
		ms.refused[q.ep.Kind] = p
		for _, m := range ms.byID {
			ms.denied(m, q.ep.Kind)
		}
	}
	return nil
}

// applyNoResponders handles the server's 503 to a request for data: no such subject
// anywhere, or no server with this id any more.
func (ms *members) applyNoResponders(q *question) {
	if q.server != "" {
		m := ms.byID[q.server]
		switch {
		case m == nil || m.due[q.ep.Kind] != q:
		case ms.unknown[q.ep.Kind]:
			ms.unsupported(m, q.ep)
		default:
			ms.finish(m, q.ep.Kind)
			m.fail(q.ep.Kind, fleet.Gone, "no server with this id is connected any more")
		}
		return
	}
	ms.unknown[q.ep.Kind] = true
	for _, m := range ms.byID {
		if ms.cannotAnswer(m, q.ep) {
			ms.unsupported(m, q.ep)
		}
	}
}
