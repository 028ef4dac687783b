package live

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Phase is what the dashboard can show at the moment.
type Phase int

// The phases. Discovering is the zero value: nothing has answered yet.
const (
	Discovering Phase = iota
	Live
	Down    // asking fails; what is shown is old
	Limited // the user may not ask
	Replay
)

// State is everything the screen shows, at one instant. The collector makes it
// and never changes it after it was handed over.
type State struct {
	Seq     uint64    // grows with each state
	Data    uint64    // grows with each answer
	Now     time.Time // the collector's clock
	Phase   Phase
	Feed    FeedInfo
	Of      *Feed // that it is of; nil in a test
	Link    Link
	Trouble *Trouble // why the last question failed; nil: it did not
	Since   time.Time

	Snap       *fleet.Snapshot // the newest answers of every kind; nil while discovering
	Asked      map[fleet.Kind]time.Time
	Every      time.Duration // the interval in force
	Wanted     time.Duration // the interval that was asked for; Every is longer when polls are slow
	Took       time.Duration
	Total      Totals
	Servers    []*ServerRow
	Links      []*LinkRow
	Top        *fleet.Topology
	Delta      *fleet.Delta // what changed since the answers before
	Conns      []*fleet.ConnRow
	Trails     Trails // the last readings of Conns
	Accounts   []*AccountRow
	Details    Details // of accounts that were asked about
	Names      Names   // of accounts with a public key
	Own        *Own    // of a user outside the system account; nil of others
	JS         JetStream
	Events     []*EventRow // oldest first
	Dropped    int         // events that were not kept
	EventRates eventRates
	Alerts     []*AlertRow
	Skipped    []string // checks that could not look, with the reason
	History    *History
	Index      *Index

	Tape      *TapeInfo // set in a replay
	Recording string    // the file that is being written; empty: none
	Notice    string    // something the collector has to say, once
}

// FeedInfo is what the screen needs to know of a [Feed].
type FeedInfo struct {
	Name      string
	User      string
	Protected bool
	Actions   bool
}

// IsOf tells whether the state may be of a feed; one that names none is of any.
func (s *State) IsOf(f *Feed) bool { return s.Of == nil || f == nil || s.Of == f }

// Snapshot is the newest answers; those of no server while there are none.
func (s *State) Snapshot() *fleet.Snapshot {
	if s.Snap == nil {
		return &fleet.Snapshot{}
	}
	return s.Snap
}

// Age is how old the shown answers are.
func (s *State) Age() time.Duration {
	if s.Snap == nil {
		return 0
	}
	return Age(s.Now, s.Snap.Time)
}

// Totals are the sums of the header, over the servers that answered.
type Totals struct {
	Answered, Expected int
	Partial            bool // some servers did not answer, or not everything
	Clusters, Leafs    int
	Conns, Subs, Slow  int64
	Slowing            bool // slow consumers grow
	Traffic            fleet.Traffic
	Rated              int // servers in traffic
	JSServers, Streams int
	MetaLeader         string
}

// TapeInfo is where a replay stands.
type TapeInfo struct {
	File    string
	Playing bool
	Speed   int
	At, End int // index of the snapshot shown, and of the last
	First   time.Time
	Last    time.Time
}

// Named are the servers that text may mean: their name, their id, or their
// cluster and their name with a slash between. Servers of two clusters may have
// one name.
func (s *State) Named(text string) []*ServerRow {
	if s == nil || text == "" {
		return nil
	}
	return Filter(s.Servers, func(r *ServerRow) bool { return r.Label() == text || r.ID == text || r.Key() == text })
}

// Server finds a server by what is known of it: by its id, else by cluster and
// name, else by a name that no other server has. Nil: it is not there.
func (s *State) Server(id, cluster, name string) *ServerRow {
	var alike []*ServerRow
	var placed *ServerRow
	for _, r := range s.Servers {
		switch {
		case id != "" && r.ID == id:
			return r
		case name == "" || r.Name != name && r.ID != name && r.Label() != name:
			continue
		case cluster != "" && r.Cluster == cluster:
			placed = r
		}
		alike = append(alike, r)
	}
	if placed == nil && len(alike) == 1 {
		return alike[0]
	}
	return placed
}

// AccountLabel is what the screen calls an account: its name tag, or else its name.
func (s *State) AccountLabel(account string) string {
	if s == nil {
		return account
	}
	return cmp.Or(s.Names[account], account)
}

// SameAccount tells whether two names are of one account: JSZ calls it by its
// name tag, the others by its key. The empty name is every account.
func (s *State) SameAccount(scope, of string) bool {
	return scope == "" || scope == of || s.AccountLabel(scope) == of
}

// AccountKey is the name that most answers know an account by.
func (s *State) AccountKey(name string) string {
	for _, key := range slices.Sorted(maps.Keys(s.Names)) {
		if s.Names[key] == name {
			return key
		}
	}
	return name
}
