package gather

import (
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// forgiveAfter is how long an absence counts. After that the server is waited for
// again: it may answer, only later than the usual gap.
const forgiveAfter = 5 * time.Minute

// absence is an answer, or with an empty kind a whole server, that timed out.
type absence struct {
	id   string
	kind fleet.Kind
}

// absences are the answers that timed out, and since when.
type absences map[absence]time.Time

// after returns the absences after one more round. What was answered is dropped.
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
