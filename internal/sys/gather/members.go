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
	waiting waiting
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
		if why, detail := ms.impossible(m, q.ep); why != "" {
			m.fail(q.ep.Kind, why, detail)
			continue
		}
		ms.waiting.set(m, q.ep.Kind, q)
	}
	return m, true
}

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
