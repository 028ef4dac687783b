package exporter

import (
	"cmp"
	"slices"

	"github.com/nats-io/nats-server/v2/server"
)

// findConsumers picks the consumers of one replica of a stream that have
// series, and sums the others: the ephemeral ones, which come and go, and
// those beyond the limit.
func (v *view) findConsumers(s *stream, lead *leads) {
	var own, passing []*consumer
	for _, info := range s.st.Consumer {
		if info == nil {
			continue
		}
		hidden := !v.cfg.consumers.allows(info.Name)
		lead.add(s.jsAccount, leaderOf(info.Cluster), s.st.Name, info.Name, hidden)
		if hidden {
			continue
		}
		c := &consumer{stream: s, c: info}
		switch {
		case !v.cfg.replicas && !c.leads():
		case ephemeral(info) && !v.cfg.ephemeral:
			passing = append(passing, c)
		default:
			own = append(own, c)
		}
	}
	if n := v.cfg.top; n > 0 && len(own) > n {
		slices.SortStableFunc(own, func(a, b *consumer) int { return cmp.Compare(backlog(b.c), backlog(a.c)) })
		v.consumers = append(v.consumers, sumConsumers(nameOther, own[n:]))
		own = own[:n]
	}
	v.consumers = append(v.consumers, own...)
	if len(passing) > 0 {
		v.consumers = append(v.consumers, sumConsumers(nameEphemeral, passing))
	}
}

// ephemeral tells whether the consumer was made to vanish by itself. Without
// its configuration that is unknown, and it counts as durable.
func ephemeral(c *server.ConsumerInfo) bool {
	return c.Config != nil && c.Config.Durable == ""
}

func backlog(c *server.ConsumerInfo) uint64 {
	return c.NumPending + uint64(max(c.NumAckPending, 0))
}

// sumConsumers adds up what can be added up; sequence numbers cannot.
func sumConsumers(name string, list []*consumer) *consumer {
	sum := &consumer{stream: list[0].stream, c: &server.ConsumerInfo{Name: name}, folded: len(list)}
	for _, c := range list {
		sum.c.NumPending += c.c.NumPending
		sum.c.NumAckPending += c.c.NumAckPending
		sum.c.NumRedelivered += c.c.NumRedelivered
		sum.c.NumWaiting += c.c.NumWaiting
	}
	return sum
}

// leads remembers for every stream and consumer whether anybody names a
// leader.
type leads struct {
	order []leadKey
	found map[leadKey]*leadSeen
}

type leadKey struct{ domain, account, stream, consumer string }

type leadSeen struct {
	acc    jsAccount
	led    bool
	hidden bool // the options want no series of it
}

func (l *leads) add(acc jsAccount, leader, stream, consumer string, hidden bool) {
	if l.found == nil {
		l.found = map[leadKey]*leadSeen{}
	}
	key := leadKey{acc.sv.Info.Domain, acc.d.Id, stream, consumer}
	seen := l.found[key]
	if seen == nil {
		seen = &leadSeen{acc: acc, hidden: hidden}
		l.found[key] = seen
		l.order = append(l.order, key)
	}
	seen.led = seen.led || leader != ""
}

func (l *leads) headless() []*headless {
	var out []*headless
	for _, key := range l.order {
		if seen := l.found[key]; !seen.led && !seen.hidden {
			out = append(out, &headless{seen.acc, key.stream, key.consumer})
		}
	}
	return out
}

// consumers counts the consumers of each stream.
func (l *leads) consumers() map[leadKey]int {
	count := map[leadKey]int{}
	for _, key := range l.order {
		if key.consumer != "" {
			key.consumer = ""
			count[key]++
		}
	}
	return count
}
