package exporter

import (
	"cmp"
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// The names under which several things are summed. Neither can be a name in
// NATS: streams and consumers have no brackets.
const (
	nameOther     = "(other)"
	nameEphemeral = "(ephemeral)"
)

// headless is a stream or consumer that no server leads.
type headless struct {
	jsAccount
	stream, consumer string
}

// findStreams picks the replicas that have series: the leaders alone, unless
// the options ask for all, within the patterns, and no more than the limit.
func (v *view) findStreams() {
	led, lead := map[string]*stream{}, &leads{}
	var listed [][]*stream // of each account on each server
	for _, acc := range v.jsAccounts {
		var own []*stream
		for i := range acc.d.Streams {
			s := &stream{jsAccount: *acc, st: &acc.d.Streams[i], listed: v.snap.Want.JS.Consumers}
			if !v.cfg.streams.allows(s.st.Name) {
				continue
			}
			v.findConsumers(s, lead)
			lead.add(s.jsAccount, leaderOf(s.st.Cluster), s.st.Name, "", false)
			switch {
			case v.cfg.replicas:
				own = append(own, s)
			case s.leads():
				own = append(own, newest(led, s)...)
			}
		}
		listed = append(listed, own)
	}
	count := lead.consumers()
	for _, own := range listed {
		for _, s := range own {
			s.known = count[leadKey{domain: s.sv.Info.Domain, account: s.d.Id, stream: s.st.Name}]
		}
		v.streams = append(v.streams, v.foldStreams(own)...)
	}
	v.streams = slices.DeleteFunc(v.streams, func(s *stream) bool {
		kept := led[s.group()]
		return kept != nil && kept != s
	})
	v.headless = lead.headless()
}

// leads tells whether the replica's server is the leader of its stream. A
// server without a cluster leads all it has.
func (s *stream) leads() bool {
	return s.st.Cluster == nil || s.st.Cluster.Leader == s.sv.Info.Name
}

// leads tells whether the replica's server is the leader of its consumer.
func (c *consumer) leads() bool {
	return c.c.Cluster == nil || c.c.Cluster.Leader == c.sv.Info.Name
}

// consumers counts the consumers of the stream. A server knows only those of
// which it holds a replica, and those of a stream with several may have fewer:
// only all its servers together know, if their consumers were asked for.
func (s *stream) consumers() float64 {
	switch {
	case s.listed:
		return float64(max(s.known, s.st.State.Consumers))
	case s.st.Cluster != nil && len(s.st.Cluster.Replicas) > 0, s.folded > 0:
		return none
	}
	return float64(s.st.State.Consumers)
}

// group names the stream's raft group, which is its own for ever; empty when
// it has none or the server did not say.
func (s *stream) group() string {
	switch {
	case s.st.RaftGroup != "":
		return s.st.RaftGroup
	case s.st.Cluster != nil:
		return s.st.Cluster.RaftGroup
	}
	return ""
}

// newest keeps, of two servers that both believe to lead one group (the
// answers of one round are not of one instant), the one elected last.
func newest(led map[string]*stream, s *stream) []*stream {
	g := s.group()
	if old := led[g]; g == "" || old == nil || since(s).After(since(old)) {
		if g != "" {
			led[g] = s
		}
		return []*stream{s}
	}
	return nil
}

func since(s *stream) time.Time {
	if s.st.Cluster == nil || s.st.Cluster.LeaderSince == nil {
		return time.Time{}
	}
	return *s.st.Cluster.LeaderSince
}

func leaderOf(c *server.ClusterInfo) string {
	if c == nil {
		return "itself"
	}
	return c.Leader
}

// foldStreams sums the smallest streams of an account on one server beyond the
// limit into one.
func (v *view) foldStreams(own []*stream) []*stream {
	if v.cfg.top <= 0 || len(own) <= v.cfg.top {
		return own
	}
	slices.SortStableFunc(own, func(a, b *stream) int { return cmp.Compare(b.st.State.Bytes, a.st.State.Bytes) })
	rest := own[v.cfg.top:]
	sum := &stream{jsAccount: rest[0].jsAccount, st: &server.StreamDetail{Name: nameOther}, folded: len(rest), listed: rest[0].listed}
	for _, s := range rest {
		sum.st.State.Msgs += s.st.State.Msgs
		sum.st.State.Bytes += s.st.State.Bytes
		sum.known += s.known
		sum.st.State.Consumers += s.st.State.Consumers
		sum.st.State.NumSubjects += s.st.State.NumSubjects
		sum.st.State.NumDeleted += s.st.State.NumDeleted
	}
	return append(own[:v.cfg.top:v.cfg.top], sum)
}
