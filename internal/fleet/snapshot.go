package fleet

import (
	"cmp"
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Schema names the JSON form of a [Snapshot].
const Schema = "natsctl.snapshot/v1"

// Snapshot is everything known about the fleet at one instant. It is immutable
// once a [Source] has returned it and then safe for concurrent use.
type Snapshot struct {
	Schema      string    `json:"schema"`
	Time        time.Time `json:"time"`                // when the last answer arrived
	TookSeconds float64   `json:"took_seconds"`        // from the first request to Time
	Context     string    `json:"context,omitempty"`   // the saved context that was used
	AskedBy     string    `json:"asked_by,omitempty"`  // name of the server that the requests were sent through
	Want        Want      `json:"want"`                // what was requested
	Expected    int       `json:"expected"`            // servers in scope that should answer: those that did and the missing ones
	Counted     int       `json:"counted"`             // the largest active_servers that any server reported
	Forgotten   int       `json:"forgotten,omitempty"` // counted by servers, but known to be dead and replaced, or shut down as announced: not missing
	Servers     []*Server `json:"servers"`             // those that answered, by cluster, then name, then id
	Missing     []Missing `json:"missing,omitempty"`   // those that should have answered STATSZ and did not
	Problems    []Problem `json:"problems,omitempty"`  // single answers that are missing or wrong
	Tallies     []Tally   `json:"tallies,omitempty"`   // outcome of each kind of request
	Sharing     []Share   `json:"sharing,omitempty"`   // what accounts share, if it was requested
	Own         *Own      `json:"own,omitempty"`       // for a user outside the system account, who sees only its account; otherwise nil
}

// Complete reports whether every expected server answered everything.
func (s *Snapshot) Complete() bool { return len(s.Missing) == 0 && len(s.Problems) == 0 }

// WithoutUnsupported returns the snapshot without what servers are too old to
// report, for who asked for everything that there is: nothing of it is missing.
func (s *Snapshot) WithoutUnsupported() *Snapshot {
	out := *s
	out.Problems = slices.DeleteFunc(slices.Clone(s.Problems), func(p Problem) bool { return p.Reason == Unsupported })
	return &out
}

// Absent returns the number of missing servers.
func (s *Snapshot) Absent() (n int) {
	for _, m := range s.Missing {
		n += m.Servers()
	}
	return n
}

// Server returns the server with this id, or else the one with this name, or
// nil.
func (s *Snapshot) Server(nameOrID string) *Server {
	for _, sv := range s.Servers {
		if sv.Info.ID == nameOrID {
			return sv
		}
	}
	for _, sv := range s.Servers {
		if sv.Info.Name == nameOrID {
			return sv
		}
	}
	return nil
}

// Clusters returns the names of the clusters that answered, sorted. Servers
// outside a cluster are not included.
func (s *Snapshot) Clusters() []string {
	var names []string
	for _, sv := range s.Servers {
		if c := sv.Info.Cluster; c != "" && !slices.Contains(names, c) {
			names = append(names, c)
		}
	}
	slices.Sort(names)
	return names
}

// Finish puts the servers into the documented order and drops list members that
// were null in JSON, because all other code dereferences them. Only the builder
// of a snapshot calls it.
func (s *Snapshot) Finish() {
	for _, sv := range s.Servers {
		sv.dropNil()
	}
	slices.SortFunc(s.Servers, func(a, b *Server) int {
		return cmp.Or(cmp.Compare(a.Info.Cluster, b.Info.Cluster),
			cmp.Compare(a.Info.Name, b.Info.Name), cmp.Compare(a.Info.ID, b.Info.ID))
	})
	slices.SortFunc(s.Missing, func(a, b Missing) int {
		return cmp.Or(cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
}

// Server is one server's answers. A nil field was not requested, or is listed
// in [Snapshot.Problems].
type Server struct {
	Info         server.ServerInfo       `json:"server"`
	RTTSeconds   float64                 `json:"rtt_seconds"` // from the request to this server's STATSZ answer
	Statsz       *server.ServerStats     `json:"statsz,omitempty"`
	Varz         *server.Varz            `json:"varz,omitempty"`
	Connz        *server.Connz           `json:"connz,omitempty"` // all pages joined
	Routez       *server.Routez          `json:"routez,omitempty"`
	Gatewayz     *server.Gatewayz        `json:"gatewayz,omitempty"`
	Leafz        *server.Leafz           `json:"leafz,omitempty"`
	Subsz        *server.Subsz           `json:"subsz,omitempty"`
	Accountz     *server.Accountz        `json:"accountz,omitempty"`
	AccountStatz *server.AccountStatz    `json:"account_statz,omitempty"`
	Jsz          *server.JSInfo          `json:"jsz,omitempty"` // all pages joined
	Healthz      *server.HealthStatus    `json:"healthz,omitempty"`
	Raftz        *server.RaftzStatus     `json:"raftz,omitempty"`
	Ipqueuesz    *server.IpqueueszStatus `json:"ipqueuesz,omitempty"`
}

// Tick is one round of repeated requests: the newest snapshot, the one before
// (nil in the first round), and what changed.
type Tick struct {
	*Snapshot
	Before *Snapshot
	Delta  *Delta
}

// Own is the information that a user outside the system account has about
// itself and its account, in addition to the servers' statistics.
type Own struct {
	Account   string                        `json:"account"`
	User      *server.UserInfo              `json:"user,omitempty"`      // nil if the server is older than 2.10
	JetStream *server.JetStreamAccountStats `json:"jetstream,omitempty"` // nil if the account has no JetStream, or it cannot be reached
}
