package fleet

import (
	"strings"
	"time"
)

// Goodbye is what a server announced before it left.
type Goodbye struct {
	Drains bool      // it announced lame duck mode
	Ended  bool      // it announced that it ends
	At     time.Time // when it announced lame duck mode, by its own clock
	Heard  time.Time // when it was last heard to announce anything
}

// Goodbyes are what servers announced, by server id. An id never comes back: a
// server that restarts has another, so that a goodbye excuses one process alone.
// They are not safe for concurrent use.
type Goodbyes map[string]Goodbye

// goodbyeMemory is for how long a goodbye is remembered.
const goodbyeMemory = time.Hour

// Drain notes that a server announced lame duck mode, at a time by its own
// clock.
func (g Goodbyes) Drain(id string, at, heard time.Time) {
	one := g[id]
	one.Drains, one.At, one.Heard = true, at, heard
	g[id] = one
}

// End notes that a server announced that it ends.
func (g Goodbyes) End(id string, heard time.Time) {
	one := g[id]
	one.Ended, one.Heard = true, heard
	g[id] = one
}

// Answered drops the announcement of a server that answers after it announced
// lame duck mode. An answer from before, in a round that was under way, does
// not.
func (g Goodbyes) Answered(id string, at time.Time) {
	if one, ok := g[id]; ok && !one.Ended && at.After(one.At) {
		delete(g, id)
	}
}

// ForgetOld drops the announcements of more than an hour ago.
func (g Goodbyes) ForgetOld(now time.Time) {
	for id, one := range g {
		if now.Sub(one.Heard) > goodbyeMemory {
			delete(g, id)
		}
	}
}

// ServerID is the id of the server that announced its end or lame duck mode;
// empty: the event is another, or does not say on which subject it came.
func (e Event) ServerID() string {
	tokens := strings.Split(e.Subject, ".") // $SYS.SERVER.<id>.SHUTDOWN
	if e.Kind != EventLameDuck && e.Kind != EventShutdown || len(tokens) != 4 {
		return ""
	}
	return tokens[2]
}
