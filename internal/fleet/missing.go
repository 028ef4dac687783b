package fleet

import (
	"cmp"
	"strconv"
	"time"
)

// Reason says why a server or an answer is missing.
type Reason string

// The reasons. Where each comes from: a request to the server's own id is
// answered by 503 at once when no such server is connected, and times out when
// it is connected and silent.
const (
	Gone        Reason = "gone"        // dead or cut off: a request to its id is refused at once
	Silent      Reason = "silent"      // connected, but does not answer: hung, overloaded, or a partition not noticed yet
	Draining    Reason = "draining"    // announced lame duck mode; such a server no longer answers $SYS
	Behind      Reason = "behind"      // not reachable, because a silent server holds the gateway to its cluster
	Late        Reason = "late"        // answered other questions of this round, not this one in time; of a whole server: nothing is known, the time ran out first
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

// Servers is how many servers it stands for.
func (m Missing) Servers() int { return max(m.Count, 1) }

// Label names the server for a reader: its name, or else its id, or else
// "unnamed", with how many if it stands for several.
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

// missingNotes says in words what a reason means.
var missingNotes = map[Reason]string{
	Gone:     "does not answer: dead or cut off",
	Silent:   "is connected, but does not answer: hung, overloaded, or just cut off",
	Draining: "is in lame duck mode: it takes no new clients and answers no more questions",
}

// Note says in words why the server did not answer, without its name.
func (m Missing) Note() string {
	if m.Reason == Behind {
		return "is cut off from here: the way to it, or back from it, leads through " + cmp.Or(m.Via, "a silent server") + ", which does not answer"
	}
	return cmp.Or(missingNotes[m.Reason], "does not answer")
}

// Problem is one answer that is missing or wrong although its server answered
// others.
type Problem struct {
	ServerID string `json:"server_id"`
	Server   string `json:"server"`
	Kind     Kind   `json:"kind"`
	Reason   Reason `json:"reason"`
	Detail   string `json:"detail,omitempty"` // the server's own words, or the decoder's
}

// Tally says how one kind of question fared in a round.
type Tally struct {
	Kind           Kind           `json:"kind"`
	Answered       int            `json:"answered"`             // servers that answered it well
	SlowestSeconds float64        `json:"slowest_seconds"`      // from the question to the last of those answers
	Duplicates     map[string]int `json:"duplicates,omitempty"` // answers that came again and were dropped, by server id
}
