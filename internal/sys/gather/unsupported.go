package gather

import (
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/sys/failure"
)

// impossible returns why a member cannot answer a kind: the user may not request it,
// the server is too old, or does not have what the kind needs. The reason is empty
// when it can. Any client can forge a 503 of the connected server, so the answers of
// all other servers remain due.
func (ms *members) impossible(m *member, ep *endpoint.Endpoint) (why fleet.Reason, detail string) {
	if p := ms.refused[ep.Kind]; p != nil {
		return fleet.Refused, p.Error()
	}
	if detail = endpoint.Unsupported(ep.Kind, m.sv.Info.Version, ep.Since, ms.unknown[ep.Kind] && ep.Needs != ""); detail != "" {
		return fleet.Unsupported, detail
	}
	return "", ""
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
		ms.withdraw(q.ep)
	}
	return nil
}

// applyNoResponders handles the server's 503 to a request for data: no such subject
// anywhere, or no server with this id any more.
func (ms *members) applyNoResponders(q *question) {
	if q.server == "" {
		ms.unknown[q.ep.Kind] = true
		ms.withdraw(q.ep)
		return
	}
	m := ms.byID[q.server]
	if m == nil || m.due[q.ep.Kind] != q {
		return
	}
	ms.waiting.set(m, q.ep.Kind, nil)
	if ms.unknown[q.ep.Kind] {
		m.fail(q.ep.Kind, fleet.Unsupported, endpoint.Unsupported(q.ep.Kind, m.sv.Info.Version, q.ep.Since, true))
		return
	}
	m.fail(q.ep.Kind, fleet.Gone, "no server with this id is connected any more")
}

// withdraw stops waiting for the members that cannot answer a kind.
func (ms *members) withdraw(ep *endpoint.Endpoint) {
	for _, m := range ms.byID {
		if why, detail := ms.impossible(m, ep); why != "" && ms.waiting.set(m, ep.Kind, nil) {
			m.fail(ep.Kind, why, detail)
		}
	}
}
