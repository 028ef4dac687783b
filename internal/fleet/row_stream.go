package fleet

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// StreamRow is one stream of the fleet, as its leader reports it.
type StreamRow struct {
	Domain  string
	Account string // display name; several accounts may have it
	// AccountID is what servers call the account: its public key in operator mode,
	// otherwise its name.
	AccountID string
	Name      string
	Server    *Server // the server that reports the row: the leader, if it answered
	Detail    *server.StreamDetail
	Leader    string // "" when the stream has none
	Replicas  int    // existing replicas, including the leader
	Wanted    int    // configured replicas; 0 if the configuration was not requested
	Missing   int    // of the wanted ones; 0 in its first minute, or without a known leader
	Peers     []Replica
	MaxLag    uint64 // of the replica with the largest lag
	Known     bool   // the leader answered; followers do not know the state of the others
	Level     Level
	State     string // "ok", or a description of the problem
	Rates     StreamDelta
	Origins   []*OriginRow // what it mirrors or sources, as its leader reports it
	Copies    []Copy       // what every server that answered reports of it
	Raft      Verdict      // state of its raft group and messages; excludes missing replicas and origins

	consumers int // noConsumers if the answers do not contain it
}

// Copy is a stream as one of its servers reports it.
type Copy struct {
	Server *Server
	Detail *server.StreamDetail
}

// Consumers returns the number of consumers of the stream on all servers; false
// if it is unknown, because only some of its servers were asked.
func (r *StreamRow) Consumers() (n int, known bool) { return r.consumers, r.consumers != noConsumers }

// Members returns the names of the servers that hold the stream, the leader first.
func (r *StreamRow) Members() []string {
	names := []string{r.Leader}
	for _, p := range r.Peers {
		names = append(names, p.Name)
	}
	return names
}

// Replica is a replica of a stream or consumer other than the leader.
type Replica struct {
	Name          string
	Current       bool
	Offline       bool
	Lag           uint64 // operations behind the leader
	ActiveSeconds float64
}

// String returns a short form of the replica: name, mark and lag.
func (r Replica) String() string {
	switch {
	case r.Offline:
		return r.Name + " offline"
	case !r.Current:
		return fmt.Sprintf("%s -%d", r.Name, r.Lag)
	}
	return r.Name
}

// StreamRows returns every stream once, worst first, then by account and name.
// Delta may be nil.
func StreamRows(s *Snapshot, d *Delta) []*StreamRow {
	var rows []*StreamRow
	consumers, copies := countConsumers(s), map[streamKey][]Copy{}
	for on, st := range s.streams() {
		copies[on.streamKey] = append(copies[on.streamKey], Copy{on.sv, st})
	}
	for key, a := range streamAnswers(s) {
		r := &StreamRow{
			Domain: key.domain, Account: a.name, AccountID: key.account, Name: key.stream, Server: a.from, Detail: a.detail,
			Rates: d.Stream(key.domain, key.account, key.stream), Replicas: 1, consumers: consumers[key], Copies: copies[key],
		}
		r.Leader, r.Peers = group(a.detail.Cluster, r.Server)
		r.Replicas += len(r.Peers)
		r.Known = leads(a.detail.Cluster, r.Server)
		if c := a.detail.Config; c != nil {
			r.Wanted = c.Replicas
		}
		r.Origins = originsOf(r, s)
		r.judge(s)
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b *StreamRow) int {
		return cmp.Or(b.Level.Compare(a.Level), cmp.Compare(a.Domain, b.Domain),
			cmp.Compare(a.Account, b.Account), cmp.Compare(a.Name, b.Name))
	})
	return rows
}

// group returns the leader and the other replicas of a stream or consumer.
// Outside a cluster, the only replica is on its server.
func group(c *server.ClusterInfo, sv *Server) (leader string, peers []Replica) {
	if c == nil {
		return sv.Info.Name, nil
	}
	for _, p := range c.Replicas {
		if p != nil && p.Name != c.Leader {
			peers = append(peers, Replica{p.Name, p.Current, p.Offline, p.Lag, p.Active.Seconds()})
		}
	}
	slices.SortFunc(peers, func(a, b Replica) int { return cmp.Compare(a.Name, b.Name) })
	return c.Leader, peers
}

// Verdict is a level with its description.
type Verdict struct {
	Level Level
	State string // "ok", or what is wrong
}

// worst returns the worse of two verdicts, or the first if they are equally
// bad.
func (v Verdict) worst(o Verdict) Verdict {
	if o.Level.Compare(v.Level) > 0 {
		return o
	}
	return v
}

func (r *StreamRow) judge(s *Snapshot) {
	r.Raft.Level, r.Raft.State, r.MaxLag = judgeGroup(s, r.Detail.Cluster, r.Leader, r.Peers, r.Known)
	if lost := r.Detail.State.Lost; lost != nil && len(lost.Msgs) > 0 {
		r.Raft = Verdict{Crit, fmt.Sprintf("%d messages lost", len(lost.Msgs))}
	}
	all := r.Raft
	if r.Missing = missingReplicas(r.Wanted, r.Replicas, r.Known && !young(r.Detail.Created, r.Server, s)); r.Missing > 0 {
		all = all.worst(Verdict{Warn, fmt.Sprintf("%d of %d replicas", r.Replicas, r.Wanted)})
	}
	for _, o := range r.Origins {
		all = all.worst(Verdict{o.Level, o.Role + " " + o.Name + ": " + o.State})
	}
	r.Level, r.State = all.Level, all.State
}

// settled is how old a stream or consumer must be before missing replicas and
// origins count: they take a while to start.
const settled = time.Minute

// young reports whether something was made in the last minute, by a server's
// clock. Without a creation time it is old.
func young(created time.Time, sv *Server, s *Snapshot) bool {
	return !created.IsZero() && sv.Now(s).Sub(created) < settled
}

// missingReplicas returns how many of the wanted replicas are missing, if that
// is known.
func missingReplicas(wanted, have int, judged bool) int {
	if !judged {
		return 0
	}
	return max(wanted-have, 0)
}

// judgeGroup returns the state of a raft group and its largest lag. Only the
// leader knows the state of the others: a follower reports just their names.
func judgeGroup(s *Snapshot, in *server.ClusterInfo, leader string, peers []Replica, known bool) (Level, string, uint64) {
	switch {
	case leader == "":
		return Crit, "no leader", 0
	case !known && lists(s, "", leader, in.Name):
		return Crit, "its leader " + leader + " does not answer", 0
	case !known:
		return OK, "ok, as far as followers know", 0
	}
	var bad []string
	lag := uint64(0)
	for _, p := range peers {
		lag = max(lag, p.Lag)
		if p.Offline || !p.Current {
			bad = append(bad, p.Name)
		}
	}
	switch {
	case len(bad) == 0:
		return OK, "ok", lag
	case len(bad) > len(peers)/2: // the leader alone is not a majority
		return Crit, "quorum at risk: " + strings.Join(bad, ", ") + " not current", lag
	}
	return Warn, strings.Join(bad, ", ") + " not current", lag
}

// Size is a limit of a stream's configuration and how much of it is used, in
// percent; false if there is no limit or the configuration was not requested.
func (r *StreamRow) Size() (percentUsed float64, limited bool) {
	if r.Detail.Config == nil || r.Detail.Config.MaxBytes <= 0 {
		return 0, false
	}
	return float64(r.Detail.State.Bytes) / float64(r.Detail.Config.MaxBytes) * 100, true
}
