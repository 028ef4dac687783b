package gather

import (
	"errors"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
)

// apply stores an answer of a member, once. It reports whether the answer was new,
// and returns the next request, if any.
func (ms *members) apply(m *member, a answer) (learned bool, next *question) {
	kind := a.q.ep.Kind
	if !ms.isNew(m, a) {
		return false, nil
	}
	if e := a.decoded.Err; e != nil {
		ms.finish(m, kind)
		m.fail(kind, fleet.Refused, endpoint.Reason(e))
		return true, nil
	}
	a.decoded.Apply(m.sv)
	if m.inScope {
		ms.tallies.answered(a)
	}
	delete(m.wrong, kind)
	if kind == fleet.Statsz {
		m.sv.RTTSeconds = a.at.Sub(a.q.sent).Seconds()
		if m.sv.Statsz != nil {
			ms.count.add(m.sv.Info.ID, m.sv.Statsz.ActiveServers)
			ms.peers.addListed(m.sv.Info, m.sv.Statsz)
		}
	}
	if next = ms.nextPage(m, a); next == nil {
		ms.finish(m, kind)
	}
	return true, next
}

// isNew reports whether an answer is not a duplicate, an earlier page, or out of
// scope.
func (ms *members) isNew(m *member, a answer) bool {
	kind := a.q.ep.Kind
	due, isDue := m.due[kind]
	_, wasWrong := m.wrong[kind]
	if isDue && (a.q.answers(due) || a.q.purpose == forLife) || !isDue && wasWrong {
		return true
	}
	if m.inScope && a.q.purpose != forLife && a.q.server == "" && !m.twice[kind] {
		ms.tallies.duplicate(kind, m.sv.Info.ID)
	}
	return false
}

// nextPage returns the question for the next part of a long answer, or nil.
func (ms *members) nextPage(m *member, a answer) *question {
	pager := a.q.ep.Pager
	if pager == nil {
		return nil
	}
	p, more := pager.Join(m.sv, ms.want, a.q.page, a.decoded.Value)
	if !more {
		return nil
	}
	q := ms.pageRequest(m, a.q.ep, p)
	ms.expect(m, q)
	return q
}

// pageRequest returns a question to one member. An endpoint without a server in its
// subject is answered by all servers that match a filter.
func (ms *members) pageRequest(m *member, ep *endpoint.Endpoint, p endpoint.Page) *question {
	q := &question{ep: ep, server: m.sv.Info.ID, page: p}
	if !ep.Server() {
		q.scope.Name = m.sv.Info.Name
	}
	return q
}

// applyBroken records an answer that could not be decoded; m is its sender, or nil if
// unknown.
func (ms *members) applyBroken(m *member, a answer) {
	if m == nil {
		m = ms.byID[a.q.server]
	}
	why := fleet.Malformed
	if errors.Is(a.err, endpoint.ErrTooLarge) || errors.Is(a.err, errBudget) {
		why = fleet.Truncated
	}
	switch {
	case m != nil && ms.finish(m, a.q.ep.Kind) && m.inScope:
		m.fail(a.q.ep.Kind, why, a.err.Error())
	case m == nil && len(ms.stray) < maxStray:
		ms.stray = append(ms.stray, fleet.Problem{ServerID: a.q.server, Kind: a.q.ep.Kind, Reason: why, Detail: a.err.Error()})
	}
}

// maxStray limits how many answers without a known sender are reported.
const maxStray = 16

// directRequests returns the questions to a member that no request to all has reached.
func (ms *members) directRequests(m *member) (out []*question) {
	for kind, q := range m.due {
		if kind == fleet.Statsz || !q.ep.Server() || q.server != "" {
			continue
		}
		own := ms.pageRequest(m, q.ep, q.page)
		m.due[kind] = own
		out = append(out, own)
	}
	return out
}

// noStatsz reports whether no server has answered STATSZ. So it is for a user
// outside the system account, who gets answers only about its own account.
func (ms *members) noStatsz() bool {
	for _, m := range ms.byID {
		if m.sv.Statsz != nil {
			return false
		}
	}
	return true
}

// retryStatsz asks the members that have answered something, but not STATSZ, for it
// once more: a server that is just starting may have missed it.
func (ms *members) retryStatsz() (out []*question) {
	for id, m := range ms.byID {
		if q := m.due[fleet.Statsz]; q != nil {
			out = append(out, &question{ep: q.ep, server: id, purpose: forLife})
		}
	}
	return out
}

// statszRequest returns a question to all servers again.
func (ms *members) statszRequest() *question { return &question{ep: ms.first[0].ep, purpose: forLife} }

// retry asks each member again, by its id, for the answers still due. The first
// answer counts.
//
// An answer can get lost although its sender is healthy. Where servers before 2.10
// and newer ones share a cluster, answers that come in through a gateway of a
// newer server and are meant for a client of an older one are delivered by
// interest alone: newer servers look for the route that is dedicated to the
// system account, which older ones do not have (nats-server, gateway.go,
// getRouteByHash). They are lost until the interest in a new inbox has
// propagated, up to some milliseconds after it was subscribed.
func (ms *members) retry() (out []*question) {
	for _, m := range ms.byID {
		for kind, q := range m.due {
			if q.ep.Quiet || q.repeats != nil {
				continue
			}
			own := ms.pageRequest(m, q.ep, q.page)
			own.repeats = q
			m.due[kind] = own
			m.again(kind)
			out = append(out, own)
		}
	}
	return out
}
