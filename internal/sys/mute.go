package sys

import (
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// WithPatience makes a client that asks again and again wait up to d for a
// server, or for one of its answers, that came in the round before: it may only
// be slow. One that stayed away for so long is waited for no longer than any
// other until it answers again, or until forgiveAfter has passed. The default,
// 0, is for those who ask once.
func WithPatience(d time.Duration) Option { return func(c *Client) { c.patient = d } }

// forgiveAfter is when a server that stayed away gets another chance: it may
// answer again, only later than the usual gap.
const forgiveAfter = 5 * time.Minute

// missed is an answer, or with an empty kind a whole server, that a patient
// client has waited for in vain.
type missed struct {
	id   string
	kind fleet.Kind
}

// noteMissed remembers who stayed away from a round, and forgets who is back.
func (c *Client) noteMissed(s *fleet.Snapshot) {
	if c.patient == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.missed
	c.missed = map[missed]time.Time{}
	note := func(m missed) {
		at := before[m]
		if at.IsZero() {
			at = s.Time
		}
		c.missed[m] = at
	}
	for _, m := range s.Missing {
		note(missed{id: m.ID})
	}
	for _, p := range s.Problems {
		if p.Reason == fleet.Late {
			note(missed{p.ServerID, p.Kind})
		}
	}
}

// missedBefore tells whether an answer was waited for in vain not long ago.
func (c *Client) missedBefore(m missed) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, ok := c.missed[m]
	return ok && time.Since(at) < forgiveAfter
}

// hopeful tells whether the round waits for an answer that may only be slow.
func (r *round) hopeful() bool {
	if r.c.patient == 0 {
		return false
	}
	for _, s := range r.naming.suspects {
		if s.id != "" && s.state == suspectProbed && !r.naming.outside(s) && !r.c.missedBefore(missed{id: s.id}) {
			return true
		}
	}
	if r.waiting <= r.quiet {
		return false
	}
	for id, m := range r.members {
		for kind, q := range m.due {
			if !q.ep.Quiet && !r.c.missedBefore(missed{id, kind}) {
				return true
			}
		}
	}
	return false
}
