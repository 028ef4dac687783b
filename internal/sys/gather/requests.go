package gather

import (
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
)

// nextPage returns the question for the next part of a long answer, or nil.
func nextPage(m *member, want fleet.Want, a answer) *question {
	pager := a.q.ep.Pager
	if pager == nil {
		return nil
	}
	p, more := pager.Join(m.sv, want, a.q.page, a.decoded.Value)
	if !more {
		return nil
	}
	return pageRequest(m, a.q.ep, p)
}

// pageRequest returns a question to one member. An endpoint without a server in its
// subject is answered by all servers that match a filter.
func pageRequest(m *member, ep *endpoint.Endpoint, p endpoint.Page) *question {
	q := &question{ep: ep, server: m.sv.Info.ID, page: p}
	if !ep.Server() {
		q.scope.Name = m.sv.Info.Name
	}
	return q
}

// next returns the questions that follow from an answer of a member: for the next
// part of a long answer, and, if the member is new, for what no request to all has
// reached.
func (ms *members) next(e effect, page *question, purpose purpose) []*question {
	switch {
	case page != nil:
		return []*question{page}
	case e.learned && e.fresh && purpose == forLife:
		return ms.directRequests(e.sender)
	}
	return nil
}

// directRequests returns the questions to a member that no request to all has reached.
func (ms *members) directRequests(m *member) (out []*question) {
	for kind, q := range m.due {
		if kind == fleet.Statsz || !q.ep.Server() || q.server != "" {
			continue
		}
		own := pageRequest(m, q.ep, q.page)
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
			own := pageRequest(m, q.ep, q.page)
			own.repeats = q
			m.due[kind] = own
			m.again(kind)
			out = append(out, own)
		}
	}
	return out
}
