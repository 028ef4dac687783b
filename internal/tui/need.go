package tui

import (
	"slices"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// need is one kind of answer that a page shows, and how old it may be; zero
// asks again at every tick.
type need struct {
	kind  fleet.Kind
	every time.Duration
}

// always is what the header and the alerts need, whichever page is open.
var always = []need{
	{fleet.Routez, 10 * time.Second},
	{fleet.Gatewayz, 10 * time.Second},
	{fleet.Leafz, 10 * time.Second},
	{fleet.Varz, 15 * time.Second},
	{fleet.Healthz, 15 * time.Second},
}

// Demand is what the visible page needs. The collector asks for it and for
// nothing else.
type Demand struct {
	needs   []need
	conns   fleet.ConnWant
	js      fleet.JSWant
	account string // whose details are asked
}

// same tells whether two demands ask for the same.
func (d Demand) same(o Demand) bool {
	return slices.Equal(d.needs, o.needs) && d.conns == o.conns && d.js == o.js && d.account == o.account
}

// shows tells whether the page itself shows this kind.
func (d Demand) shows(kind fleet.Kind) bool {
	return slices.ContainsFunc(d.needs, func(n need) bool { return n.kind == kind })
}

// due returns what to ask at now, given when each kind was asked last.
func (d Demand) due(asked map[fleet.Kind]time.Time, now time.Time) fleet.Want {
	w := fleet.Want{}
	for _, n := range slices.Concat(d.needs, always) {
		last := asked[n.kind]
		if w.Has(n.kind) || !last.IsZero() && now.Sub(last) < n.every-n.every/8 {
			continue
		}
		w.Kinds = append(w.Kinds, n.kind)
	}
	if w.Has(fleet.Connz) {
		w.Conns = d.conns
	}
	if w.Has(fleet.Jsz) {
		w.JS = d.js
	}
	if w.Has(fleet.Accountz) {
		w.Account = d.account
	}
	return w
}
