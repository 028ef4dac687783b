package gather

import (
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// startedLately is how long servers go on counting one that died without
// notice: 150 s of silence, looked at every 90 s (nats-server, events.go).
const startedLately = 4 * time.Minute

// isFresh reports whether a server announced its end so lately that others may still
// count it: they stop at once, unless the announcement was lost.
func isFresh(g fleet.Goodbye, now time.Time) bool { return now.Sub(g.Heard) < startedLately }
