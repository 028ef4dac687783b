package sys

import "github.com/natsctl/natsctl/internal/fleet"

// An answer can get lost although its sender is well. Where servers before 2.10
// and newer ones share a cluster, answers that come in through a gateway of a
// newer server and are meant for a client of an older one are delivered by
// interest alone: newer servers look for the route that is dedicated to the
// system account, which older ones do not have (nats-server, gateway.go,
// getRouteByHash). Then they reach nobody until the interest in a new inbox has
// spread, up to some milliseconds after it was subscribed.

// askAgain asks each member once more, by its id, for what it still has to
// answer. Whichever answer comes first counts.
func (r *round) askAgain() error {
	for id, m := range r.members {
		for kind, q := range m.due {
			if q.ep.Quiet || q.repeats != nil {
				continue
			}
			own := &question{ep: q.ep, server: id, page: q.page, repeats: q}
			m.due[kind] = own
			m.again(kind)
			if err := r.send(own); err != nil {
				return err
			}
		}
	}
	return nil
}

// again notes that the member was asked twice, so that two answers are no wonder.
func (m *member) again(kind fleet.Kind) {
	if m.twice == nil {
		m.twice = map[fleet.Kind]bool{}
	}
	m.twice[kind] = true
}

// answers tells whether a question is the one that is due, or what it repeats.
func (q *question) answers(due *question) bool {
	return q == due || due.repeats == q
}
