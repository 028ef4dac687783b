package live

import (
	"fmt"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// Limit is one limit of an account, and how much of it is used.
type Limit struct {
	Name string // connections, store ...
	Used float64
	Max  float64 // less than 0: none; 0: not told
	Unit view.Unit
}

// Shares of a limit from which it is marked.
const (
	limitWarn = 0.80
	limitCrit = 0.95
)

// HasMax tells whether there is a limit and it is known.
func (w Limit) HasMax() bool { return w.Max > 0 }

// Share is the part of the limit that is used; 0 without a limit.
func (w Limit) Share() float64 {
	if !w.HasMax() {
		return 0
	}
	return w.Used / w.Max
}

// Level judges the part of the limit that is used.
func (w Limit) Level() fleet.Level {
	switch share := w.Share(); {
	case share >= limitCrit:
		return fleet.Crit
	case share >= limitWarn:
		return fleet.Warn
	}
	return fleet.OK
}

// Text is "38GiB of 41GiB", or what is used where there is no limit.
func (w Limit) Text() string {
	used := Compact(w.Unit.Format(w.Used))
	if !w.HasMax() {
		return used
	}
	return used + " of " + Compact(w.Unit.Format(w.Max))
}

// usage is what counts against the limits of an account.
type usage struct {
	conns, leafs, subs       int
	streams, consumers       int
	store, memory            uint64
	maxStore, maxMemory      int64 // less than 0: none; 0: not told
	maxStreams, maxConsumers int64
	maxConns, maxLeafs       int64
}

// limits are the limits of the account. Those of its connections stand in
// its JWT, which a user of the account is not shown.
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

// ownUse is the use and the limits that JetStream tells an account of itself.
func ownUse(js *server.JetStreamAccountStats) usage {
	if js == nil {
		return usage{}
	}
	u := usage{streams: js.Streams, consumers: js.Consumers, store: js.Store, memory: js.Memory}
	u.maxStore, u.maxMemory = js.Limits.MaxStore, js.Limits.MaxMemory
	u.maxStreams, u.maxConsumers = int64(js.Limits.MaxStreams), int64(js.Limits.MaxConsumers)
	return u
}

// use is what the account has of what its limits count.
func (r *AccountRow) use() usage {
	u := usage{conns: r.Conns, leafs: r.Leafs, subs: r.Subs}
	if js := r.JS; js != nil {
		u.streams, u.consumers, u.store, u.memory, u.maxStore, u.maxMemory = js.Streams, js.Consumers, js.Store, js.Memory, js.MaxStore, js.MaxMemory
	}
	r.Detail.limits(&u)
	return u
}

// nearest is the limit of which the largest part is used; false when none is
// told.
func (r *AccountRow) nearest() (Limit, bool) {
	var out Limit
	for _, w := range r.use().limits() {
		if w.HasMax() && (!out.HasMax() || w.Share() > out.Share()) {
			out = w
		}
	}
	return out, out.HasMax()
}

// LimitText is "store 93%", or that there is no limit.
func (r *AccountRow) LimitText() string {
	if w, ok := r.nearest(); ok {
		return fmt.Sprintf("%s %.0f%%", w.Name, w.Share()*100)
	}
	if u := r.use(); u.maxStore < 0 || u.maxMemory < 0 || u.maxConns < 0 {
		return "none"
	}
	return ""
}
