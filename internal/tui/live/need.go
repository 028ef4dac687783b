package live

import (
	"slices"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Need is one kind of answer that a page shows, and its maximum age; zero
// requests it at every tick.
type Need struct {
	Kind  fleet.Kind
	Every time.Duration
}

// always is what the header and the alerts need on every page.
var always = []Need{
	{fleet.Routez, 10 * time.Second},
	{fleet.Gatewayz, 10 * time.Second},
	{fleet.Leafz, 10 * time.Second},
	{fleet.Varz, 15 * time.Second},
	{fleet.Healthz, 15 * time.Second},
}

// Demand is what the visible page needs. The collector requests only that.
type Demand struct {
	Needs   []Need
	Conns   fleet.ConnWant
	JS      fleet.JSWant
	Account string // whose details are requested
}

// Same reports whether two demands request the same.
func (d Demand) Same(o Demand) bool {
	return slices.Equal(d.Needs, o.Needs) && d.Conns == o.Conns && d.JS == o.JS && d.Account == o.Account
}

// Shows reports whether the page itself shows this kind.
func (d Demand) Shows(kind fleet.Kind) bool {
	return slices.ContainsFunc(d.Needs, func(n Need) bool { return n.Kind == kind })
}

// due returns what to request at now, given the time of each kind's last
// request.
func (d Demand) due(asked map[fleet.Kind]time.Time, now time.Time) fleet.Want {
	w := fleet.Want{}
	for _, n := range slices.Concat(d.Needs, always) {
		last := asked[n.Kind]
		if w.Has(n.Kind) || !last.IsZero() && now.Sub(last) < n.Every-n.Every/8 {
			continue
		}
		w.Kinds = append(w.Kinds, n.Kind)
	}
	if w.Has(fleet.Connz) {
		w.Conns = d.Conns
	}
	if w.Has(fleet.Jsz) {
		w.JS = d.JS
	}
	if w.Has(fleet.Accountz) {
		w.Account = d.Account
	}
	return w
}

// AllOfJetStream requests every replica of every stream and consumer: a
// consumer's leader may be on another server than its stream's, and only
// leaders know the state of their replicas.
func AllOfJetStream() fleet.JSWant {
	return fleet.JSWant{Streams: true, Consumers: true, Config: true, Raft: true, Groups: true, AllReplicas: true}
}
