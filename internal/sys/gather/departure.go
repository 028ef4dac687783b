package gather

import (
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// startedLately is how long servers keep counting one that died without notice:
// 150 s of silence, checked every 90 s (nats-server, events.go).
const startedLately = 4 * time.Minute

// isFresh reports whether a server announced its end so recently that others may
// still count it: they stop at once, unless the announcement was lost.
func isFresh(g fleet.Departure, now time.Time) bool { return now.Sub(g.Received) < startedLately }
