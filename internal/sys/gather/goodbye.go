package gather

import "time"

// goodbye is what a server announced before it left. An id never comes back: a
// server that restarts has another.
type goodbye struct {
	drains bool      // it announced lame duck mode
	ended  bool      // it announced that it ends
	at     time.Time // when it announced lame duck mode, by its own clock
	heard  time.Time // when we last heard it announce anything
}

// goodbyes are by server id.
type goodbyes map[string]goodbye

const (
	// goodbyeMemory is for how long a goodbye is remembered.
	goodbyeMemory = time.Hour

	// startedLately is how long servers go on counting one that died without
	// notice: 150 s of silence, looked at every 90 s (nats-server, events.go).
	startedLately = 4 * time.Minute
)

// fresh reports whether a server announced its end so lately that others may still
// count it: they stop at once, unless the announcement was lost.
func (g goodbye) fresh(now time.Time) bool { return now.Sub(g.heard) < startedLately }

// answered drops the announcement of a server that answers after it announced lame
// duck mode. An answer from before, in a round that was under way, does not.
func (g goodbyes) answered(id string, at time.Time) {
	if one, ok := g[id]; ok && !one.ended && at.After(one.at) {
		delete(g, id)
	}
}

// forgetOld drops old announcements.
func (g goodbyes) forgetOld(now time.Time) {
	for id, one := range g {
		if now.Sub(one.heard) > goodbyeMemory {
			delete(g, id)
		}
	}
}
