package live

import (
	"cmp"
	"slices"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Phase is what the dashboard can currently show.
type Phase int

// The phases. Discovering is the zero value: there is no answer yet.
const (
	Discovering Phase = iota
	Live
	Down    // requests fail; the data shown is old
	Limited // the user lacks permission
	Replay
)

// State is everything the screen shows, at one instant. The collector creates
// it and never changes it after publishing it.
type State struct {
	Seq     uint64    // increases with each state
	Data    uint64    // increases with each answer
	Now     time.Time // the collector's clock
	Phase   Phase
	Feed    FeedInfo
	Of      *Feed // its feed; nil in a test
	Link    Link
	Trouble *Trouble // why the last request failed; nil if it succeeded
	Since   time.Time

	Snap       *fleet.Snapshot // the newest answers of each kind; nil while discovering
	Asked      map[fleet.Kind]time.Time
	Every      time.Duration // the interval in effect
	Wanted     time.Duration // the requested interval; Every is longer when polls are slow
	Took       time.Duration
	Total      Totals
	Servers    []*ServerRow
	Links      []*LinkRow
	Top        *fleet.Topology
	Delta      *fleet.Delta // changes since the previous answers
	Conns      []*fleet.ConnRow
	Trails     Trails // the last values of Conns
	Accounts   []*AccountRow
	Details    Details // of accounts whose details were requested
	Names      Names   // of accounts with a public key
	Own        *Own    // of a user outside the system account; otherwise nil
	JS         JetStream
	Events     []*EventRow // oldest first
	Dropped    int         // events that were not kept
	EventRates eventRates
	Alerts     []*AlertRow
	Causes     []*CauseRow // of the alerts that fire; the first is the one to look at first
	Views      []View      // what was seen through servers that alone answered, before the present one
	Skipped    []string    // checks that were skipped, with the reason
	History    *History
	Index      *Index

	Replayed  *ReplayInfo // set in a replay
	Recording string      // the recording being written; empty: none
	Notice    string      // a message of the collector, shown once
}

// FeedInfo is what the screen needs to know about a [Feed].
type FeedInfo struct {
	Name      string
	User      string
	Protected bool
	Actions   bool
}

// IsOf reports whether the state may belong to a feed; a state without a feed
// belongs to any.
func (s *State) IsOf(f *Feed) bool { return s.Of == nil || f == nil || s.Of == f }

// Snapshot is the newest answers, or an empty snapshot while there are none.
func (s *State) Snapshot() *fleet.Snapshot {
	if s.Snap == nil {
		return &fleet.Snapshot{}
	}
	return s.Snap
}

// Age is the age of the data shown.
func (s *State) Age() time.Duration {
	if s.Snap == nil {
		return 0
	}
	return Age(s.Now, s.Snap.Time)
}

// Totals are the sums of the header, over the servers that answered.
type Totals struct {
	Answered, Expected int
	Partial            bool // some servers did not answer, or not completely
	Clusters, Leafs    int
	Conns, Subs, Slow  int64
	Slowing            bool // slow consumers increase
	Traffic            fleet.Traffic
	Rated              int // servers included in traffic
	JSServers, Streams int
	MetaLeader         string
}

// ReplayInfo is the playback position of a replay.
type ReplayInfo struct {
	File    string
	Playing bool
	Speed   int
	At, End int // index of the current snapshot and of the last one
	First   time.Time
	Last    time.Time
}

// Named are the servers that text may refer to: by name, by id, or by
// cluster/name. Servers in different clusters may have the same name.
func (s *State) Named(text string) []*ServerRow {
	if s == nil || text == "" {
		return nil
	}
	return Filter(s.Servers, func(r *ServerRow) bool { return r.Label() == text || r.ID == text || r.Key() == text })
}

// Server finds a server: by id, else by cluster and name, else by a name that
// is unique. It returns nil if there is none.
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

// AccountLabel is the display name of an account: its name tag, or its name if
// it has no tag.
func (s *State) AccountLabel(account string) string {
	if s == nil {
		return account
	}
	return cmp.Or(s.Names[account], account)
}

// SameAccount reports whether two names refer to the same account: its key, or a
// name that no other account has. The empty scope matches every account.
func (s *State) SameAccount(scope, of string) bool {
	key, name := scope, of
	switch {
	case scope == "" || scope == of:
		return true
	case isKey(scope) == isKey(of):
		return false
	case isKey(of):
		key, name = of, scope
	}
	return s.Names[key] == name && s.AccountKey(name) == key
}

// AccountKey is what most answers call an account: its key, if it is the only one
// that has the name, else the name itself.
func (s *State) AccountKey(name string) string {
	if isKey(name) || slices.ContainsFunc(s.Accounts, func(r *AccountRow) bool { return r.Name == name }) {
		return name
	}
	found := name
	for key, tag := range s.Names {
		switch {
		case tag != name:
		case found != name:
			return name
		default:
			found = key
		}
	}
	return found
}

// AccountTerm is the account in a filter: its display name, or its key where
// others have that name too.
func (s *State) AccountTerm(account string) string {
	if name := s.AccountLabel(account); s.SameAccount(account, name) {
		return name
	}
	return account
}
