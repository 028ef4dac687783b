package sys

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// take accounts for one answer. Only what proves that asking is pointless is an
// error.
func (r *round) take(a answer) error {
	r.inflight.Add(-1)
	switch {
	case a.q == nil: // nothing of ours
	case a.nobody:
		return r.takeNobody(a)
	case a.err != nil:
		r.takeBroken(a)
	case a.q.naming:
		r.naming.take(a)
		if r.naming.ready() {
			return r.naming.advance()
		}
	default:
		known := r.members[a.sender.ID] != nil
		r.takeGood(a)
		if a.q.probe && !known {
			return r.askAlone(a.sender.ID)
		}
	}
	return nil
}

// askAlone asks one server that no request to all has reached.
func (r *round) askAlone(id string) error {
	m := r.members[id]
	for kind, q := range m.due {
		own := &question{ep: q.ep, server: id, page: q.page}
		if kind == fleet.Statsz || !q.ep.Server() || q.server != "" {
			continue
		}
		m.due[kind] = own
		if err := r.send(own); err != nil {
			return err
		}
	}
	return nil
}

// takeNobody handles the server's 503: no such subject anywhere.
func (r *round) takeNobody(a answer) error {
	q := a.q
	switch {
	case q.naming:
		r.naming.nobody(q)
	case q.probe:
		r.naming.gone(q.server)
	case q.ep.Kind == fleet.Statsz:
		return errNotAnswered
	case q.server != "":
		if m := r.members[q.server]; m != nil && m.due[q.ep.Kind] == q {
			r.settle(m, q.ep.Kind)
			m.wrong[q.ep.Kind] = r.problem(m, q.ep.Kind, fleet.Gone, "no server with this id answers any more")
		}
	default:
		r.unknown[q.ep.Kind] = true
		for _, m := range r.members {
			r.unsupported(m, q.ep)
		}
	}
	return nil
}

// takeBroken notes an answer that could not be decoded, for its sender if that
// much could be read.
func (r *round) takeBroken(a answer) {
	id := a.q.server
	if a.sender != nil && a.sender.ID != "" {
		id = a.sender.ID
	}
	m := r.members[id]
	if m == nil && a.sender != nil && a.sender.ID != "" {
		m = r.admit(*a.sender)
	}
	if m == nil {
		r.stray = append(r.stray, fleet.Problem{ServerID: id, Kind: a.q.ep.Kind, Reason: fleet.Malformed, Detail: a.err.Error()})
		return
	}
	if r.settle(m, a.q.ep.Kind) && m.inScope {
		m.wrong[a.q.ep.Kind] = r.problem(m, a.q.ep.Kind, fleet.Malformed, a.err.Error())
	}
}

// takeGood puts an answer where it belongs, once.
func (r *round) takeGood(a answer) {
	kind, id := a.q.ep.Kind, a.sender.ID
	m := r.members[id]
	if m == nil {
		m = r.admit(*a.sender)
	}
	due, isDue := m.due[kind]
	_, wasWrong := m.wrong[kind]
	if !isDue && !wasWrong || isDue && !a.q.answers(due) && !a.q.probe {
		if m.inScope && !a.q.probe && a.q.server == "" && !m.twice[kind] {
			r.tally(kind).again(id)
		}
		return // a duplicate, an earlier page, or out of scope
	}
	r.progress(a)
	if e := a.decoded.err; e != nil {
		r.settle(m, kind)
		m.wrong[kind] = r.problem(m, kind, fleet.Refused, apiText(e))
		return
	}
	a.decoded.apply(m.sv)
	r.tally(kind).good(a, m.inScope)
	delete(m.wrong, kind)
	if kind == fleet.Statsz {
		r.takeStatsz(m, a)
	}
	if !r.nextPage(m, a) {
		r.settle(m, kind)
	}
}

// takeStatsz does what only STATSZ does: it counts servers and times the reply.
func (r *round) takeStatsz(m *member, a answer) {
	m.sv.RTTSeconds = a.at.Sub(a.q.sent).Seconds()
	if m.sv.Statsz != nil {
		r.count.add(m.sv.Info.ID, m.sv.Statsz.ActiveServers)
	}
	if m.inScope && r.seen != nil {
		r.seen(m.sv)
	}
}

// nextPage asks for the next part of a long answer, if there is one.
func (r *round) nextPage(m *member, a answer) bool {
	pg := a.q.ep.pager
	if pg == nil {
		return false
	}
	p, more := pg.join(m.sv, r.want, a.q.page, a.decoded.value)
	if !more {
		return false
	}
	q := &question{ep: a.q.ep, server: m.sv.Info.ID, page: p}
	if _, waiting := m.due[a.q.ep.Kind]; !waiting {
		r.await(a.q.ep, 1)
	}
	m.due[a.q.ep.Kind] = q
	r.again = false
	if err := r.send(q); err != nil {
		m.wrong[a.q.ep.Kind] = r.problem(m, a.q.ep.Kind, fleet.Truncated, err.Error())
		return false
	}
	return true
}

// admit makes a server that has answered for the first time a member, from
// whom every wanted answer is now due.
func (r *round) admit(info server.ServerInfo) *member {
	m := &member{
		sv:      &fleet.Server{Info: info},
		inScope: r.want.Scope.Matches(info),
		due:     make(map[fleet.Kind]*question, len(r.first)),
		wrong:   map[fleet.Kind]fleet.Problem{},
	}
	r.members[info.ID] = m
	for _, q := range r.first {
		if q.ep.Kind != fleet.Statsz && !m.inScope {
			continue
		}
		m.due[q.ep.Kind] = q
		r.await(q.ep, 1)
		switch {
		case r.refused[q.ep.Kind] != nil:
			r.denied(m, q.ep.Kind)
		case r.unknown[q.ep.Kind] || older(info.Version, q.ep.Since):
			r.unsupported(m, q.ep)
		}
	}
	r.naming.admitted(m)
	return m
}

// unsupported settles a kind that the server does not know.
func (r *round) unsupported(m *member, ep *Endpoint) {
	if !r.settle(m, ep.Kind) {
		return
	}
	detail := string(ep.Kind) + " is not known to any server"
	if older(m.sv.Info.Version, ep.Since) {
		detail = m.sv.Info.Version + " does not support " + string(ep.Kind) + " (since " + ep.Since + ")"
	}
	m.wrong[ep.Kind] = r.problem(m, ep.Kind, fleet.Unsupported, detail)
}

// settle stops waiting for a kind and tells whether it was waited for.
func (r *round) settle(m *member, kind fleet.Kind) bool {
	if _, ok := m.due[kind]; !ok {
		return false
	}
	r.await(m.due[kind].ep, -1)
	delete(m.due, kind)
	return true
}

// await counts what is waited for.
func (r *round) await(ep *Endpoint, n int) {
	r.waiting += n
	if ep.Quiet {
		r.quiet += n
	}
}

// progress notes that something new was learned.
func (r *round) progress(a answer) {
	r.slowest = max(r.slowest, a.at.Sub(a.q.sent))
	r.news = time.Now()
}

// refuse handles a denied subject: fatal when nothing can be learned without
// it, otherwise a problem of every server.
func (r *round) refuse(p *PermissionError) error {
	switch {
	case p.Subject == "", p.Subscribe && p.Subject == r.inbox+"*":
		return p
	case p.Subscribe:
		return nil
	}
	for _, q := range r.first {
		if q.ep.subject(r.target(q)) != p.Subject {
			continue
		}
		if q.ep.Kind == fleet.Statsz {
			return p
		}
		r.refused[q.ep.Kind] = p
		for _, m := range r.members {
			r.denied(m, q.ep.Kind)
		}
	}
	return nil
}

// denied settles a kind that the user may not ask for.
func (r *round) denied(m *member, kind fleet.Kind) {
	if r.settle(m, kind) {
		m.wrong[kind] = r.problem(m, kind, fleet.Refused, r.refused[kind].Error())
	}
}

func (r *round) problem(m *member, kind fleet.Kind, why fleet.Reason, detail string) fleet.Problem {
	return fleet.Problem{ServerID: m.sv.Info.ID, Server: m.sv.Info.Name, Kind: kind, Reason: why, Detail: detail}
}

func apiText(e *server.ApiError) string {
	if e.Description == "" {
		return "error " + itoa(e.Code)
	}
	return e.Description
}

// result makes the snapshot once the round is over.
func (r *round) result(ctx context.Context) (*fleet.Snapshot, error) {
	if len(r.members) == 0 {
		if err := r.c.connErr(); err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return nil, err
		}
		return nil, r.c.leaveSilent(&SilentError{Subject: r.first[0].ep.subject(ping), After: time.Since(r.start)})
	}
	now := time.Now()
	s := &fleet.Snapshot{
		Schema: fleet.Schema, Time: now, TookSeconds: now.Sub(r.start).Seconds(),
		Context: r.c.name, AskedBy: r.c.nc.ConnectedServerName(),
		Want: r.want, Counted: r.count.expected(), Problems: r.stray,
	}
	for _, m := range r.members {
		if !m.inScope {
			continue
		}
		s.Servers = append(s.Servers, m.sv)
		for kind, q := range m.due {
			if q.ep.Quiet {
				continue // it had nothing to say
			}
			s.Problems = append(s.Problems, r.problem(m, kind, fleet.Late, ""))
		}
		for _, p := range m.wrong {
			s.Problems = append(s.Problems, p)
		}
	}
	s.Missing, s.Forgotten = r.naming.verdict()
	s.Expected = len(s.Servers) + len(s.Missing)
	if p, ok := r.count.outlier(); ok {
		s.Problems = append(s.Problems, r.problem(r.members[p], fleet.Statsz, fleet.Malformed, "its active_servers contradicts all other servers"))
	}
	s.Sort()
	sortProblems(s.Problems)
	s.Tallies = r.tallyList(s)
	return s, nil
}
