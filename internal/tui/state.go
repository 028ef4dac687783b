package tui

import (
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
	of      *Feed // that it is of; nil in a test
	Link    Link
	Trouble *Trouble // why the last question failed; nil: it did not
	Since   time.Time

	Snap       *fleet.Snapshot // the newest answers of every kind; nil while discovering
	Asked      map[fleet.Kind]time.Time
	Every      time.Duration // the interval in force
	Wanted     time.Duration // the interval that was asked for; Every is longer when polls are slow
	Took       time.Duration
	Total      totals
	Servers    []*serverRow
	Links      []*linkRow
	Top        *fleet.Topology
	Delta      *fleet.Delta // what changed since the answers before
	Conns      []con
	Trails     connTrails // the last readings of Conns
	Accounts   []*accountRow
	Details    accountDetails // of accounts that were asked about
	Names      accountNames   // of accounts with a public key
	Own        *ownState      // of a user outside the system account; nil of others
	JS         jetStream
	Events     []*eventRow // oldest first
	Dropped    int         // events that were not kept
	EventRates eventRates
	Alerts     []*alertRow
	Skipped    []string // checks that could not look, with the reason
	History    *History

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

// snapshot is the newest answers; those of no server while there are none.
func (s *State) snapshot() *fleet.Snapshot {
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
	return age(s.Now, s.Snap.Time)
}

// totals are the sums of the header, over the servers that answered.
type totals struct {
	answered, expected int
	partial            bool // some servers did not answer, or not everything
	clusters, leafs    int
	conns, subs, slow  int64
	slowing            bool // slow consumers grow
	traffic            fleet.Traffic
	rated              int // servers in traffic
	jsServers, streams int
	metaLeader         string
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

// named are the servers that text may mean: their name, their id, or their
// cluster and their name with a slash between. Servers of two clusters may have
// one name.
func (s *State) named(text string) []*serverRow {
	if s == nil || text == "" {
		return nil
	}
	return kept(s.Servers, func(r *serverRow) bool { return r.label() == text || r.id == text || r.key() == text })
}

// server finds a server by what is known of it: by its id, else by cluster and
// name, else by a name that no other server has. Nil: it is not there.
func (s *State) server(id, cluster, name string) *serverRow {
	var alike []*serverRow
	var placed *serverRow
	for _, r := range s.Servers {
		switch {
		case id != "" && r.id == id:
			return r
		case name == "" || r.name != name && r.id != name && r.label() != name:
			continue
		case cluster != "" && r.cluster == cluster:
			placed = r
		}
		alike = append(alike, r)
	}
	if placed == nil && len(alike) == 1 {
		return alike[0]
	}
	return placed
}

// find is the server of a page or a row.
func (s *State) find(r ref) *serverRow { return s.server(r.serverID, r.cluster, r.server) }
