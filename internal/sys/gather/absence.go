package gather

import (
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// forgiveAfter is how long an absence counts. After that the round waits for the
// server again: it may answer later than the usual gap.
const forgiveAfter = 5 * time.Minute

// absence is an answer that timed out, or with an empty kind a whole server.
type absence struct {
	id   string
	kind fleet.Kind
}

// absences are the answers that timed out, and since when.
type absences map[absence]time.Time

// after returns the absences after another round, without those answered in it.
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
