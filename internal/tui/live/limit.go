package live

import (
	"fmt"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// Limit is one limit of an account and its usage.
type Limit struct {
	Name string // connections, store ...
	Used float64
	Max  float64 // less than 0: unlimited; 0: not reported
	Unit view.Unit
}

// Shares of a limit above which it is marked.
const (
	limitWarn = 0.80
	limitCrit = 0.95
)

// HasMax reports whether there is a limit and it is known.
func (w Limit) HasMax() bool { return w.Max > 0 }

// Share is the used fraction of the limit; 0 without a limit.
func (w Limit) Share() float64 {
	if !w.HasMax() {
		return 0
	}
	return w.Used / w.Max
}

// Level is the level of the used fraction.
func (w Limit) Level() fleet.Level {
	switch share := w.Share(); {
	case share >= limitCrit:
		return fleet.Crit
	case share >= limitWarn:
		return fleet.Warn
	}
	return fleet.OK
}

// Text is "38GiB of 41GiB", or only the usage if there is no limit.
func (w Limit) Text() string {
	used := Compact(w.Unit.Format(w.Used))
	if !w.HasMax() {
		return used
	}
	return used + " of " + Compact(w.Unit.Format(w.Max))
}

// usage is what the limits of an account are compared with.
type usage struct {
	conns, leafs, subs       int
	streams, consumers       int
	store, memory            uint64
	maxStore, maxMemory      int64 // less than 0: unlimited; 0: not reported
	maxStreams, maxConsumers int64
	maxConns, maxLeafs       int64
}

// limits are the limits of the account. The connection limits are in its JWT,
// which a user of the account cannot see.
func (u usage) limits() []Limit {
	count := func(name string, used int, limit int64) Limit {
		return Limit{name, float64(used), float64(limit), view.Count}
	}
	return []Limit{
		count("connections", u.conns, u.maxConns), count("leafs", u.leafs, u.maxLeafs), count("subscriptions", u.subs, 0),
		{"store", float64(u.store), float64(u.maxStore), view.Bytes},
		{"memory", float64(u.memory), float64(u.maxMemory), view.Bytes},
		count("streams", u.streams, u.maxStreams), count("consumers", u.consumers, u.maxConsumers),
	}
}

// ownUse is the usage and the limits that JetStream reports to an account's own
// user.
func ownUse(js *server.JetStreamAccountStats) usage {
	if js == nil {
		return usage{}
	}
	u := usage{streams: js.Streams, consumers: js.Consumers, store: js.Store, memory: js.Memory}
	u.maxStore, u.maxMemory = js.Limits.MaxStore, js.Limits.MaxMemory
	u.maxStreams, u.maxConsumers = int64(js.Limits.MaxStreams), int64(js.Limits.MaxConsumers)
	return u
}

// use is the account's usage of what its limits count.
func (r *AccountRow) use() usage {
	u := usage{conns: r.Conns, leafs: r.Leafs, subs: r.Subs}
	if js := r.JS; js != nil {
		u.streams, u.consumers, u.store, u.memory, u.maxStore, u.maxMemory = js.Streams, js.Consumers, js.Store, js.Memory, js.MaxStore, js.MaxMemory
	}
	r.Detail.limits(&u)
	return u
}

// nearest is the limit with the largest used fraction; false if no limit is
// reported.
func (r *AccountRow) nearest() (Limit, bool) {
	var out Limit
	for _, w := range r.use().limits() {
		if w.HasMax() && (!out.HasMax() || w.Share() > out.Share()) {
			out = w
		}
	}
	return out, out.HasMax()
}

// LimitText is "store 93%", or states that there is no limit.
func (r *AccountRow) LimitText() string {
	if w, ok := r.nearest(); ok {
		return fmt.Sprintf("%s %.0f%%", w.Name, w.Share()*100)
	}
	if u := r.use(); u.maxStore < 0 || u.maxMemory < 0 || u.maxConns < 0 {
		return "none"
	}
	return ""
}
