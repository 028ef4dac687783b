package scrape

import (
	"cmp"
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/number"
)

// The names of sums. Stream and consumer names have no brackets in NATS.
const (
	NameOther     = "(other)"
	NameEphemeral = "(ephemeral)"
	NameAll       = "(all)" // a server: the sum of all
)

// Leaderless is a stream or consumer without a leader.
type Leaderless struct {
	JSAccount
	Stream, Consumer string
}

// findStreams selects the replicas that have series: those that match the
// patterns, only leaders unless the options include all, up to the limit.
func (v *View) findStreams() {
	led, lead := map[string]*Stream{}, &leaders{}
	var listed [][]*Stream // for each account on each server
	for _, acc := range v.JSAccounts {
		var own []*Stream
		for i := range acc.Account.Streams {
			s := &Stream{JSAccount: *acc, Detail: &acc.Account.Streams[i], listed: v.Snapshot.Want.JS.Consumers}
			if !v.Settings.Streams.Allows(s.Detail.Name) {
				continue
			}
			v.findConsumers(s, lead)
			lead.add(s.JSAccount, leaderOf(s.Detail.Cluster), s.Detail.Name, "", false)
			switch {
			case v.Settings.Replicas:
				own = append(own, s)
			case s.Leads():
				own = append(own, newest(led, s)...)
			}
		}
		listed = append(listed, own)
	}
	count := lead.consumers()
	for _, own := range listed {
		for _, s := range own {
			s.known = count[asset{domain: s.Server.Info.Domain, account: s.Account.Id, stream: s.Detail.Name}]
		}
		v.Streams = append(v.Streams, v.foldStreams(own)...)
	}
	v.Streams = slices.DeleteFunc(v.Streams, func(s *Stream) bool {
		kept := led[s.Group()]
		return kept != nil && kept != s
	})
	v.Leaderless = lead.leaderless()
}

// Leads reports whether the replica's server is the leader of its stream. A
// server without a cluster leads all its streams.
func (s *Stream) Leads() bool {
	return s.Detail.Cluster == nil || s.Detail.Cluster.Leader == s.Server.Info.Name
}

// Leads reports whether the replica's server is the leader of its consumer.
func (c *Consumer) Leads() bool {
	return c.Info.Cluster == nil || c.Info.Cluster.Leader == c.Server.Info.Name
}

// Consumers returns the number of consumers of the stream. A server knows only
// consumers with a replica on it, which may be fewer for a stream with
// replicas: only all its servers together know, if the consumers were
// requested.
func (s *Stream) Consumers() float64 {
	switch {
	case s.listed:
		return float64(max(s.known, s.Detail.State.Consumers))
	case s.Detail.Cluster != nil && len(s.Detail.Cluster.Replicas) > 0, s.Folded > 0:
		return number.None
	}
	return float64(s.Detail.State.Consumers)
}

// Group returns the stream's raft group, which never changes; empty if it has
// none or the server did not report it.
func (s *Stream) Group() string {
	switch {
	case s.Detail.RaftGroup != "":
		return s.Detail.RaftGroup
	case s.Detail.Cluster != nil:
		return s.Detail.Cluster.RaftGroup
	}
	return ""
}

// newest keeps the leader elected last when two servers both report that they
// lead a group (the answers of a round are not simultaneous).
func newest(led map[string]*Stream, s *Stream) []*Stream {
	g := s.Group()
	if old := led[g]; g == "" || old == nil || since(s).After(since(old)) {
		if g != "" {
			led[g] = s
		}
		return []*Stream{s}
	}
	return nil
}

func since(s *Stream) time.Time {
	if s.Detail.Cluster == nil || s.Detail.Cluster.LeaderSince == nil {
		return time.Time{}
	}
	return *s.Detail.Cluster.LeaderSince
}

func leaderOf(c *server.ClusterInfo) string {
	if c == nil {
		return "itself"
	}
	return c.Leader
}

// foldStreams sums the smallest streams beyond the limit, of an account on one
// server, into one.
func (v *View) foldStreams(own []*Stream) []*Stream {
	if v.Settings.Top <= 0 || len(own) <= v.Settings.Top {
		return own
	}
	slices.SortStableFunc(own, func(a, b *Stream) int { return cmp.Compare(b.Detail.State.Bytes, a.Detail.State.Bytes) })
	rest := own[v.Settings.Top:]
	sum := &Stream{JSAccount: rest[0].JSAccount, Detail: &server.StreamDetail{Name: NameOther}, Folded: len(rest), listed: rest[0].listed}
	for _, s := range rest {
		sum.Detail.State.Msgs += s.Detail.State.Msgs
		sum.Detail.State.Bytes += s.Detail.State.Bytes
		sum.known += s.known
		sum.Detail.State.Consumers += s.Detail.State.Consumers
		sum.Detail.State.NumSubjects += s.Detail.State.NumSubjects
		sum.Detail.State.NumDeleted += s.Detail.State.NumDeleted
	}
	return append(own[:v.Settings.Top:v.Settings.Top], sum)
}

// LeaderName returns the stream's leader as reported by the replica.
func (s *Stream) LeaderName() string {
	if s.Detail.Cluster == nil {
		return s.Server.Info.Name
	}
	return s.Detail.Cluster.Leader
}
