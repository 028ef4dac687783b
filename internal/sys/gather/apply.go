package gather

import (
	"errors"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
)

// effect is what follows from an answer once the members have recorded it.
type effect struct {
	sender  *member     // nil if it is not a member
	fresh   bool        // the first answer of its sender
	learned bool        // it held something new
	statsz  bool        // it was a STATSZ that held something new
	nobody  bool        // no server answers the request that every system user gets answered
	next    []*question // what is to be asked now
}

// apply records an answer, whatever it is about.
func (ms *members) apply(a answer) (e effect) {
	data, kind := a.q.purpose == forData, a.q.ep.Kind
	if a.nobody {
		if e.nobody = data && kind == fleet.Statsz; data && kind != fleet.Statsz {
			ms.applyNoResponders(a.q)
		}
		return e
	}
	if a.sender != nil && a.sender.ID != "" {
		e.sender, e.fresh = ms.admit(*a.sender)
	}
	m := e.sender
	var page *question
	switch {
	case a.err != nil:
		m = ms.applyBroken(m, a)
	case m == nil || a.q.purpose == forLinks:
		e.learned = m != nil
		return e
	case !isNew(m, a):
		ms.tallies.duplicate(m, a.q)
		return e
	default:
		e.learned, e.statsz = true, kind == fleet.Statsz && a.decoded.Err == nil
		page = ms.applyData(m, a)
	}
	if m != nil {
		ms.waiting.set(m, kind, page)
	}
	e.next = ms.next(e, page, a.q.purpose)
	return e
}

// isNew reports whether an answer is not a duplicate, an earlier page, or out of
// scope.
func isNew(m *member, a answer) bool {
	due, isDue := m.due[a.q.ep.Kind]
	_, wasWrong := m.wrong[a.q.ep.Kind]
	return isDue && (a.q.answers(due) || a.q.purpose == forLife) || !isDue && wasWrong
}

// applyData stores what an answer holds of its sender. It returns the question for
// the next part of a long answer, or nil.
func (ms *members) applyData(m *member, a answer) (page *question) {
	kind := a.q.ep.Kind
	if e := a.decoded.Err; e != nil {
		m.fail(kind, fleet.Refused, endpoint.Reason(e))
		return nil
	}
	a.decoded.Apply(m.sv)
	delete(m.wrong, kind)
	if m.inScope {
		ms.tallies.answered(a)
	}
	if kind == fleet.Statsz {
		m.sv.RTTSeconds = a.at.Sub(a.q.sent).Seconds()
		if m.sv.Statsz != nil {
			ms.count.add(m.sv.Info.ID, m.sv.Statsz.ActiveServers)
			ms.peers.addListed(m.sv.Info, m.sv.Statsz)
		}
	}
	return nextPage(m, ms.want, a)
}

// applyBroken records an answer of a member that could not be decoded; m is its
// sender, or nil if unknown. It returns the member that was asked, or nil.
func (ms *members) applyBroken(m *member, a answer) *member {
	if m == nil {
		m = ms.byID[a.q.server]
	}
	kind, why := a.q.ep.Kind, fleet.Malformed
	if errors.Is(a.err, endpoint.ErrTooLarge) || errors.Is(a.err, errBudget) {
		why = fleet.Truncated
	}
	switch {
	case m != nil && m.due[kind] != nil && m.inScope:
		m.fail(kind, why, a.err.Error())
	case m == nil && len(ms.stray) < maxStray:
		ms.stray = append(ms.stray, fleet.Problem{ServerID: a.q.server, Kind: kind, Reason: why, Detail: a.err.Error()})
	}
	return m
}

// maxStray limits how many answers without a known sender are reported.
const maxStray = 16
