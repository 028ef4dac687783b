package gather

import (
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// forgiveAfter is when a server that stayed away gets another chance: it may
// answer again, only later than the usual gap.
const forgiveAfter = 5 * time.Minute

// absence is an answer, or with an empty kind a whole server, that was waited for
// in vain.
type absence struct {
	id   string
	kind fleet.Kind
}

// absences are what was waited for in vain, and since when.
type absences map[absence]time.Time

// after returns the absences once a round is over: who is back is no longer
// absent.
func (a absences) after(s *fleet.Snapshot) absences {
	out := absences{}
	note := func(one absence) {
		at := a[one]
		if at.IsZero() {
			at = s.Time
		}
		out[one] = at
	}
	for _, m := range s.Missing {
		note(absence{id: m.ID})
	}
	for _, p := range s.Problems {
		if p.Reason == fleet.Late {
			note(absence{p.ServerID, p.Kind})
		}
	}
	return out
}
