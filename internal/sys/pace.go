package sys

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// gap is how long silence has to last before a round gives up on servers that
// have not answered anything.
func (r *round) gap() time.Duration { return max(r.c.quiet, 3*r.slowest) }

// patience is how long silence has to last now. Nobody is given up before
// anybody has answered; and servers known to be alive get longer for their
// other answers.
func (r *round) patience() time.Duration {
	switch {
	case len(r.members) == 0:
		return r.c.timeout
	case r.hopeful():
		return max(r.c.patient, lateFactor*r.c.quiet, 3*r.slowest)
	case r.waiting > r.quiet:
		return max(lateFactor*r.c.quiet, 3*r.slowest)
	}
	return r.gap()
}

// suspicion is how long silence has to last before the round starts to find
// out who is missing.
func (r *round) suspicion() time.Duration { return r.gap() / 5 }

// doubt is how long silence has to last before the round asks again for the
// answers that it still waits for.
func (r *round) doubt() time.Duration { return max(r.c.quiet, 3*r.slowest/lateFactor) }

// next is the time until the round has to look at itself again.
func (r *round) next() time.Duration {
	const soon = 2 * time.Millisecond
	if r.busy() {
		return soon
	}
	wait := r.patience()
	if !r.again && r.waiting > r.quiet {
		wait = min(wait, r.doubt())
	}
	if len(r.members) > 0 && (!r.nudged || r.naming.unfinished()) {
		wait = min(wait, r.suspicion())
	}
	return max(soon, wait-time.Since(r.news))
}

// tick looks whether silence has lasted long enough for the next step, or for
// the end.
func (r *round) tick() (over bool, err error) {
	if r.busy() || len(r.members) == 0 {
		return false, nil
	}
	silence := time.Since(r.news)
	if silence >= r.suspicion() && !r.nudged {
		r.nudged = true
		if err := r.nudge(); err != nil {
			return false, err
		}
	}
	if silence >= r.suspicion() && r.naming.unfinished() {
		return false, r.naming.advance()
	}
	if silence >= r.doubt() && !r.again && r.waiting > r.quiet {
		r.again = true
		return false, r.askAgain()
	}
	return silence >= r.patience(), nil
}

// nudge asks the members that have answered something, but not STATSZ, for it
// once more: a server that is just starting may have missed it.
func (r *round) nudge() error {
	for id, m := range r.members {
		q := m.due[fleet.Statsz]
		if q == nil {
			continue
		}
		if err := r.send(&question{ep: q.ep, server: id, probe: true}); err != nil {
			return err
		}
	}
	return nil
}

// busy tells whether answers have arrived that are not accounted for yet.
func (r *round) busy() bool {
	if r.inflight.Load() > 0 {
		return true
	}
	n, _, err := r.sub.Pending()
	return err == nil && n > 0
}

// complete tells whether everyone who is to be expected has answered
// everything.
func (r *round) complete() bool {
	return r.waiting == 0 && len(r.members) > 0 && r.naming.settled()
}

func sortProblems(p []fleet.Problem) {
	slices.SortFunc(p, func(a, b fleet.Problem) int {
		return cmp.Or(cmp.Compare(a.Server, b.Server), cmp.Compare(a.ServerID, b.ServerID), cmp.Compare(a.Kind, b.Kind))
	})
}

func itoa(n int) string { return strconv.Itoa(n) }
