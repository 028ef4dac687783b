package live

import (
	"slices"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Need is one kind of answer that a page shows, and how old it may be; zero
// asks again at every tick.
type Need struct {
	Kind  fleet.Kind
	Every time.Duration
}

// always is what the header and the alerts need, whichever page is open.
var always = []Need{
	{fleet.Routez, 10 * time.Second},
	{fleet.Gatewayz, 10 * time.Second},
	{fleet.Leafz, 10 * time.Second},
	{fleet.Varz, 15 * time.Second},
	{fleet.Healthz, 15 * time.Second},
}

// Demand is what the visible page needs. The collector asks for it and for
// nothing else.
type Demand struct {
	Needs   []Need
	Conns   fleet.ConnWant
	JS      fleet.JSWant
	Account string // whose details are asked
}

// Same tells whether two demands ask for the same.
func (d Demand) Same(o Demand) bool {
	return slices.Equal(d.Needs, o.Needs) && d.Conns == o.Conns && d.JS == o.JS && d.Account == o.Account
}

// Shows tells whether the page itself shows this kind.
func (d Demand) Shows(kind fleet.Kind) bool {
	return slices.ContainsFunc(d.Needs, func(n Need) bool { return n.Kind == kind })
}

// due returns what to ask at now, given when each kind was asked last.
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

// AllOfJetStream asks every replica of every stream and consumer: a consumer's
// leader need not be where its stream's is, and only leaders know how their
// replicas fare.
func AllOfJetStream() fleet.JSWant {
	return fleet.JSWant{Streams: true, Consumers: true, Config: true, Raft: true, Groups: true, AllReplicas: true}
}
