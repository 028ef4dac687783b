package fleet

import (
	"cmp"
	"strconv"
	"time"
)

// Reason is why a server or an answer is missing.
type Reason string

// The reasons. A request to a server's id gets status 503 at once if no such
// server is connected, and times out if it is connected but silent.
const (
	Gone        Reason = "gone"        // dead or cut off: a request to its id has no responders
	Silent      Reason = "silent"      // connected, but does not answer: hung, overloaded, or behind an undetected partition
	Draining    Reason = "draining"    // announced lame duck mode; such a server no longer answers $SYS
	Behind      Reason = "behind"      // unreachable, because the gateway to its cluster is on a silent server
	Late        Reason = "late"        // answered other requests of this round, but not this one in time; for a whole server: unknown, because the round timed out
	Unsupported Reason = "unsupported" // the server is too old for this request
	Refused     Reason = "refused"     // the server answered with an error
	Malformed   Reason = "malformed"   // the server's answer could not be decoded
	Truncated   Reason = "truncated"   // a limit cut the answer
)

// Missing is a server that should have answered and did not.
type Missing struct {
	ID       string    `json:"id,omitempty"`   // empty when only the name is known
	Name     string    `json:"name,omitempty"` // empty when only the id is known
	Cluster  string    `json:"cluster,omitempty"`
	Reason   Reason    `json:"reason"`
	Via      string    `json:"via,omitempty"`      // with Behind: the silent server's name
	SeenBy   []string  `json:"seen_by,omitempty"`  // names of servers that still list a link to it
	LastSeen time.Time `json:"last_seen,omitzero"` // its last sign of life, where known
	Count    int       `json:"count,omitempty"`    // how many servers that cannot be named it stands for; 0: one
}

// Servers returns the number of servers it stands for.
func (m Missing) Servers() int { return max(m.Count, 1) }

// Label returns the display name of the server: its name, or else its id, or
// else "unnamed", with the number of servers if there are several.
func (m Missing) Label() string {
	switch {
	case m.Name != "":
		return m.Name
	case m.ID != "":
		return m.ID
	case m.Count > 1:
		return strconv.Itoa(m.Count) + " unnamed"
	}
	return "unnamed"
}

// missingNotes describes the reasons.
var missingNotes = map[Reason]string{
	Gone:     "does not answer: dead or cut off",
	Silent:   "is connected, but does not answer: hung, overloaded, or just cut off",
	Draining: "is in lame duck mode: it takes no new clients and answers no more questions",
}

// Note describes why the server did not answer, without its name.
func (m Missing) Note() string {
	if m.Reason == Behind {
		return "is cut off from here: the way to it, or back from it, leads through " + cmp.Or(m.Via, "a silent server") + ", which does not answer"
	}
	return cmp.Or(missingNotes[m.Reason], "does not answer")
}

// Problem is one answer that is missing or wrong although its server answered
// other requests.
type Problem struct {
	ServerID string `json:"server_id"`
	Server   string `json:"server"`
	Kind     Kind   `json:"kind"`
	Reason   Reason `json:"reason"`
	Detail   string `json:"detail,omitempty"` // the error text of the server or the decoder
}

// Tally is the outcome of one kind of request in a round.
type Tally struct {
	Kind           Kind           `json:"kind"`
	Answered       int            `json:"answered"`             // servers with a valid answer
	SlowestSeconds float64        `json:"slowest_seconds"`      // from the request to the last of those answers
	Duplicates     map[string]int `json:"duplicates,omitempty"` // repeated answers that were dropped, by server id
}
