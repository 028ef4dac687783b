package tui

import (
	"fmt"
	"math"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// allowance is one limit of an account, and how much of it is used.
type allowance struct {
	name  string // connections, store ...
	used  float64
	limit float64 // less than 0: none; 0: not told
	unit  view.Unit
}

// Shares of a limit from which it is marked.
const (
	allowanceWarn = 0.80
	allowanceCrit = 0.95
)

func (w allowance) limited() bool { return w.limit > 0 }

// share is the part of the limit that is used; 0 without a limit.
func (w allowance) share() float64 {
	if !w.limited() {
		return 0
	}
	return w.used / w.limit
}

func (w allowance) level() fleet.Level {
	switch share := w.share(); {
	case share >= allowanceCrit:
		return fleet.Crit
	case share >= allowanceWarn:
		return fleet.Warn
	}
	return fleet.OK
}

// text is "38GiB of 41GiB", or what is used where there is no limit.
func (w allowance) text() string {
	used := tight(w.unit.Format(w.used))
	if !w.limited() {
		return used
	}
	return used + " of " + tight(w.unit.Format(w.limit))
}

// use is what counts against the limits of an account.
type use struct {
	conns, leafs, subs       int
	streams, consumers       int
	store, memory            uint64
	maxStore, maxMemory      int64 // less than 0: none; 0: not told
	maxStreams, maxConsumers int64
	maxConns, maxLeafs       int64
}

// allowances are the limits of the account. Those of its connections stand in
// its JWT, which a user of the account is not shown.
func (u use) allowances() []allowance {
	count := func(name string, used int, limit int64) allowance {
		return allowance{name, float64(used), float64(limit), view.Count}
	}
	return []allowance{
		count("connections", u.conns, u.maxConns), count("leafs", u.leafs, u.maxLeafs), count("subscriptions", u.subs, 0),
		{"store", float64(u.store), float64(u.maxStore), view.Bytes},
		{"memory", float64(u.memory), float64(u.maxMemory), view.Bytes},
		count("streams", u.streams, u.maxStreams), count("consumers", u.consumers, u.maxConsumers),
	}
}

// ownUse is the use and the limits that JetStream tells an account of itself.
func ownUse(js *server.JetStreamAccountStats) use {
	if js == nil {
		return use{}
	}
	u := use{streams: js.Streams, consumers: js.Consumers, store: js.Store, memory: js.Memory}
	u.maxStore, u.maxMemory = js.Limits.MaxStore, js.Limits.MaxMemory
	u.maxStreams, u.maxConsumers = int64(js.Limits.MaxStreams), int64(js.Limits.MaxConsumers)
	return u
}

// use is what the account has of what its limits count.
func (r *accountRow) use() use {
	u := use{conns: r.Conns, leafs: r.Leafs, subs: r.Subs}
	if js := r.JS; js != nil {
		u.streams, u.consumers, u.store, u.memory, u.maxStore, u.maxMemory = js.Streams, js.Consumers, js.Store, js.Memory, js.MaxStore, js.MaxMemory
	}
	r.detail.limits(&u)
	return u
}

// nearest is the limit of which the largest part is used; false when none is
// told.
func (r *accountRow) nearest() (allowance, bool) {
	var out allowance
	for _, w := range r.use().allowances() {
		if w.limited() && (!out.limited() || w.share() > out.share()) {
			out = w
		}
	}
	return out, out.limited()
}

// limitText is "store 93%", or that there is no limit.
func (r *accountRow) limitText() string {
	if w, ok := r.nearest(); ok {
		return fmt.Sprintf("%s %.0f%%", w.name, w.share()*100)
	}
	if u := r.use(); u.maxStore < 0 || u.maxMemory < 0 || u.maxConns < 0 {
		return "none"
	}
	return ""
}

// gauge draws a share as a bar of w cells in its level's colour.
func gauge(a cell.Area, x, y, w int, share float64, level fleet.Level) int {
	full := min(max(int(math.Round(share*float64(w))), 0), w)
	if full == 0 && share > 0 {
		full = 1
	}
	style := cell.Style(cell.Good)
	if level != fleet.OK {
		style = cell.OfLevel(level)
	}
	for i := range w {
		if i < full {
			a.Write(x+i, y, "█", style)
		} else {
			a.Write(x+i, y, "·", cell.Line)
		}
	}
	return x + w
}

// noLimit tells a limit that there is not from one that nobody tells.
func noLimit(w allowance) string {
	if w.limit < 0 {
		return "  no limit"
	}
	return "  limit not told"
}

// allowanceLines draws the limits of an account in two columns, those that it
// does not have without a bar, and returns how many lines it took.
func allowanceLines(a cell.Area, list []allowance) int {
	cols := 1
	if a.W >= 76 {
		cols = 2
	}
	rows, colW := (len(list)+cols-1)/cols, a.W/cols
	for i, w := range list {
		at := a.Cut((i/rows)*colW, i%rows, colW-2, 1)
		at.Write(0, 0, cell.Fit(w.name, 14, false), cell.Muted)
		if !w.limited() {
			at.Write(14, 0, w.text(), cell.Plain)
			at.Write(14+cell.Width(w.text()), 0, noLimit(w), cell.Muted)
			continue
		}
		barW := max(min(at.W-14-30, 16), 6)
		x := gauge(at, 14, 0, barW, w.share(), w.level()) + 1
		x = at.Write(x, 0, cell.Fit(view.Percent.Format(w.share()*100)+"%", 6, true), cell.OfLevel(w.level()))
		at.Write(x+2, 0, w.text(), cell.OfLevel(w.level()))
	}
	return rows
}
