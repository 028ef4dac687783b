package fleet

import (
	"strings"
	"time"
)

// Departure is what a server announced before it left.
type Departure struct {
	Drains   bool      // it announced lame duck mode
	Ended    bool      // it announced its shutdown
	At       time.Time // when it announced lame duck mode, by its own clock
	Received time.Time // time of its last announcement
}

// Departures are the announcements of servers, by server id. Ids are never
// reused: a restarted server has a new one, so an announcement covers one process
// only. They are not safe for concurrent use.
type Departures map[string]Departure

// departureMemory is how long an announcement is kept.
const departureMemory = time.Hour

// Drain notes that a server announced lame duck mode, at a time by its own
// clock.
func (g Departures) Drain(id string, at, heard time.Time) {
	one := g[id]
	one.Drains, one.At, one.Received = true, at, heard
	g[id] = one
}

// End notes that a server announced its shutdown.
func (g Departures) End(id string, heard time.Time) {
	one := g[id]
	one.Ended, one.Received = true, heard
	g[id] = one
}

// Answered drops the announcement of a server that answers after it announced
// lame duck mode. An answer that was sent before the announcement does not.
func (g Departures) Answered(id string, at time.Time) {
	if one, ok := g[id]; ok && !one.Ended && at.After(one.At) {
		delete(g, id)
	}
}

// ForgetOld drops announcements that are older than an hour.
func (g Departures) ForgetOld(now time.Time) {
	for id, one := range g {
		if now.Sub(one.Received) > departureMemory {
			delete(g, id)
		}
	}
}

// ServerID is the id of the server that announced its shutdown or lame duck
// mode; it is empty for any other event, or if the event has no subject.
func (e Event) ServerID() string {
	tokens := strings.Split(e.Subject, ".") // $SYS.SERVER.<id>.SHUTDOWN
	if e.Kind != EventLameDuck && e.Kind != EventShutdown || len(tokens) != 4 {
		return ""
	}
	return tokens[2]
}
