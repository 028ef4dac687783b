package scrape

import (
	"cmp"
	"slices"

	"github.com/nats-io/nats-server/v2/server"
)

// findConsumers selects the consumers of one stream replica that have series,
// and sums the others: ephemeral ones, which are short-lived, and those beyond
// the limit.
func (v *View) findConsumers(s *Stream, lead *leaders) {
	var own, passing []*Consumer
	for _, info := range s.Detail.Consumer {
		if info == nil {
			continue
		}
		hidden := !v.Settings.Consumers.Allows(info.Name)
		lead.add(s.JSAccount, leaderOf(info.Cluster), s.Detail.Name, info.Name, hidden)
		if hidden {
			continue
		}
		c := &Consumer{Stream: s, Info: info}
		switch {
		case !v.Settings.Replicas && !c.Leads():
		case ephemeral(info) && !v.Settings.Ephemeral:
			passing = append(passing, c)
		default:
			own = append(own, c)
		}
	}
	if n := v.Settings.Top; n > 0 && len(own) > n {
		slices.SortStableFunc(own, func(a, b *Consumer) int { return cmp.Compare(backlog(b.Info), backlog(a.Info)) })
		v.Consumers = append(v.Consumers, sumConsumers(NameOther, own[n:]))
		own = own[:n]
	}
	v.Consumers = append(v.Consumers, own...)
	if len(passing) > 0 {
		v.Consumers = append(v.Consumers, sumConsumers(NameEphemeral, passing))
	}
}

// ephemeral reports whether the consumer is ephemeral. Without its
// configuration this is unknown, and it counts as durable.
func ephemeral(c *server.ConsumerInfo) bool {
	return c.Config != nil && c.Config.Durable == ""
}

func backlog(c *server.ConsumerInfo) uint64 {
	return c.NumPending + uint64(max(c.NumAckPending, 0))
}

// sumConsumers sums the values that can be added; sequence numbers cannot.
func sumConsumers(name string, list []*Consumer) *Consumer {
	sum := &Consumer{Stream: list[0].Stream, Info: &server.ConsumerInfo{Name: name}, Folded: len(list)}
	for _, c := range list {
		sum.Info.NumPending += c.Info.NumPending
		sum.Info.NumAckPending += c.Info.NumAckPending
		sum.Info.NumRedelivered += c.Info.NumRedelivered
		sum.Info.NumWaiting += c.Info.NumWaiting
	}
	return sum
}

// leaders records for every stream and consumer whether any server reports a
// leader.
type leaders struct {
	order []asset
	found map[asset]*leaderSeen
}

type asset struct{ domain, account, stream, consumer string }

type leaderSeen struct {
	acc    JSAccount
	led    bool
	hidden bool // excluded by the options
}

func (l *leaders) add(acc JSAccount, leader, stream, consumer string, hidden bool) {
	if l.found == nil {
		l.found = map[asset]*leaderSeen{}
	}
	key := asset{acc.Server.Info.Domain, acc.Account.Id, stream, consumer}
	seen := l.found[key]
	if seen == nil {
		seen = &leaderSeen{acc: acc, hidden: hidden}
		l.found[key] = seen
		l.order = append(l.order, key)
	}
	seen.led = seen.led || leader != ""
}

func (l *leaders) leaderless() []*Leaderless {
	var out []*Leaderless
	for _, key := range l.order {
		if seen := l.found[key]; !seen.led && !seen.hidden {
			out = append(out, &Leaderless{seen.acc, key.stream, key.consumer})
		}
	}
	return out
}

// consumers returns the number of consumers of each stream.
func (l *leaders) consumers() map[asset]int {
	count := map[asset]int{}
	for _, key := range l.order {
		if key.consumer != "" {
			key.consumer = ""
			count[key]++
		}
	}
	return count
}

// LeaderName returns the consumer's leader as reported by the replica.
func (c *Consumer) LeaderName() string {
	if c.Info.Cluster == nil {
		return c.Server.Info.Name
	}
	return c.Info.Cluster.Leader
}

// Group returns the consumer's raft group; for a consumer without followers the
// server reports it only in a list next to the stream.
func (c *Consumer) Group() string {
	if c.Info.Cluster != nil && c.Info.Cluster.RaftGroup != "" {
		return c.Info.Cluster.RaftGroup
	}
	for _, g := range c.Detail.ConsumerRaftGroups {
		if g != nil && g.Name == c.Info.Name {
			return g.RaftGroup
		}
	}
	return ""
}
