package tui

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// deriver turns snapshots into states: everything that takes memory of what
// was before. Only the collector uses it.
type deriver struct {
	answers answers
	top     *fleet.Topology // of the answers
	record  *recorder
	edges   map[string]edgeLife // since when each link is as it is
	book    *eventBook
	rtts    map[string][]float64 // recent RTTs of each link
	slow    map[string]int64     // slow consumers of each account at the last look
	roll    roll                 // who answered in this session
	details accountDetails
	names   accountNames
	alerts  *alertBook
	trails  connTrails
}

func newDeriver() *deriver {
	return &deriver{
		record: newRecorder(), edges: map[string]edgeLife{}, book: newEventBook(), rtts: map[string][]float64{},
		slow: map[string]int64{}, roll: roll{}, details: accountDetails{}, names: accountNames{}, alerts: newAlertBook(),
	}
}

// hear takes an event.
func (d *deriver) hear(e fleet.Event) {
	d.book.add(e)
	d.roll.said(e)
	d.names.hear(e)
}

// take adds a snapshot and fills the part of the state that follows from it.
func (d *deriver) take(st *State, next *fleet.Snapshot) {
	was := d.answers.now
	next = d.details.take(d.roll.excuse(next))
	d.answers = d.answers.take(next)
	snap := d.answers.now
	delta := fleet.NewDelta(d.answers.before, snap)
	if snap.Own != nil {
		d.takeOwn(st, next.Want, delta)
		return
	}
	st.Own = nil
	top := fleet.NewTopology(snap, fleet.TopologyOptions{Delta: delta, Baseline: d.baseline()})
	d.remember(top)
	if was != nil {
		for _, e := range fleet.DeriveEventsIn(was, snap, d.top, top) {
			d.book.add(e)
		}
	}
	d.top = top
	st.Data++
	st.Snap, st.Top, st.Delta = snap, top, delta
	st.Servers = d.serverRows(snap, delta, top)
	st.Links = newLinkRows(top, d.since(snap, top), snap.Time)
	st.Conns = newConnRows(snap, delta)
	d.lookConns(st, next.Want)
	st.Accounts = newAccountRows(snap, delta, d.slow, d.details)
	d.names.learn(st)
	st.Details, st.Names = maps.Clone(d.details), maps.Clone(d.names)
	st.JS = newJetStream(snap, delta)
	st.Alerts, st.Skipped = d.alerts.take(d.answers, delta, top, unanswered(st.Servers)...)
	st.Total = d.totals(st, delta)
	st.History = d.history(st)
}

// forget makes the next snapshot the first: no rate and no change is derived
// from the one before.
func (d *deriver) forget() {
	d.answers, d.record = answers{}, newRecorder()
}

// takeOwn fills the state of a user who sees one account alone.
func (d *deriver) takeOwn(st *State, asked fleet.Want, delta *fleet.Delta) {
	snap := d.answers.now
	d.top = emptyTopology()
	st.Data++
	st.Snap, st.Top, st.Servers, st.Links = snap, d.top, nil, nil
	st.Conns = newConnRows(snap, delta)
	d.lookConns(st, asked)
	st.Accounts = newAccountRows(snap, delta, d.slow, nil)
	d.names.learn(st)
	st.Names = maps.Clone(d.names)
	st.JS = newJetStream(snap, delta)
	st.JS.groups, st.JS.peers = nil, nil // who leads them only the system account is told
	st.Own = newOwn(snap, delta, st.Accounts, st.Own)
	st.Alerts, st.Skipped = d.alerts.take(d.answers, delta, d.top)
	st.Total = st.Own.totals(snap)
	var points [allSeries]float32
	points[serConns] = float32(st.Total.conns)
	points[serIn], points[serOut] = pointOf(st.Total.traffic.InMsgs), pointOf(st.Total.traffic.OutMsgs)
	st.History = d.record.publish(points)
}

// serverRows lists the servers that answered and the ghosts, and remembers
// when each answered last.
func (d *deriver) serverRows(snap *fleet.Snapshot, delta *fleet.Delta, top *fleet.Topology) []*serverRow {
	nodes := map[string]*fleet.Node{}
	ghosts := map[string]*fleet.Node{}
	for _, n := range top.Nodes {
		switch {
		case n.Server != nil:
			nodes[n.ID] = n
		case n.Ghost:
			ghosts[n.Cluster+"/"+n.Name] = n
		}
	}
	var rows []*serverRow
	for _, sv := range snap.Servers {
		r := &serverRow{name: sv.Info.Name, id: sv.Info.ID, cluster: sv.Info.Cluster, sv: sv, now: snap.Time}
		r.node, r.delta = nodes[sv.Info.ID], delta.Server(sv.Info.ID)
		r.back = d.roll.answered(sv, snap.Time).back
		r.level = r.judge()
		rows = append(rows, r)
	}
	for _, m := range snap.Missing {
		r := &serverRow{name: m.Name, id: m.ID, cluster: m.Cluster, ghost: &m, now: snap.Time}
		r.node, r.level = ghosts[m.Cluster+"/"+m.Label()], ghostLevel(m.Reason)
		r.seen = d.roll.lastSeen(m.Cluster, m.Name)
		if m.LastSeen.After(r.seen) {
			r.seen = m.LastSeen
		}
		rows = append(rows, r)
	}
	return append(rows, d.roll.departed(snap)...)
}

// ghostLevel tells the kinds of missing servers apart: one that drains does as
// it was told, one that is silent may come back, one that is gone is gone.
func ghostLevel(r fleet.Reason) fleet.Level {
	switch r {
	case left:
		return fleet.Info
	case fleet.Draining:
		return fleet.Warn
	case fleet.Silent, fleet.Behind, fleet.Late:
		return fleet.Unknown
	}
	return fleet.Crit
}

// judge is the worst of what the topology says of the server and of its marked
// figures.
func (r *serverRow) judge() fleet.Level {
	level := fleet.OK
	if r.node != nil {
		level = r.node.Level
	}
	if r.restarted() || r.cpuShare() > cpuWarn || r.memShare() > memWarn || levelOver(r.change().SlowConsumers) != fleet.OK || healthLevel(r.sv) != fleet.OK {
		level = level.Worse(fleet.Warn)
	}
	return level
}

// The baseline of a link's RTT is the median of its last readings.
const (
	rttReadings = 120
	rttEnough   = 10
)

// remember adds the links' RTTs to their histories.
func (d *deriver) remember(top *fleet.Topology) {
	for _, e := range top.Edges {
		rtt, ok := e.RTTSeconds()
		if !ok {
			continue
		}
		key := e.Key()
		d.rtts[key] = append(d.rtts[key], rtt)
		if len(d.rtts[key]) > rttReadings {
			d.rtts[key] = d.rtts[key][1:]
		}
	}
}

// baseline is the usual RTT of each link that was seen often enough.
func (d *deriver) baseline() map[string]float64 {
	out := make(map[string]float64, len(d.rtts))
	for key, list := range d.rtts {
		if len(list) >= rttEnough {
			sorted := slices.Sorted(slices.Values(list))
			out[key] = sorted[len(sorted)/2]
		}
	}
	return out
}

// totals adds up the header over the servers that answered; a ghost's last
// figures never count.
func (d *deriver) totals(st *State, delta *fleet.Delta) totals {
	t := totals{answered: len(st.Snap.Servers), expected: st.Snap.Expected, partial: !st.Snap.Complete()}
	t.traffic, t.rated = delta.Total()
	for _, c := range st.Top.Clusters {
		if c.Name != "" && !c.Leafs && !c.Ghost {
			t.clusters++
		}
	}
	for _, n := range st.Top.Nodes {
		if len(n.LeafOf) > 0 && !n.Ghost {
			t.leafs++
		}
	}
	for _, r := range st.Servers {
		if r.sv == nil || r.sv.Statsz == nil {
			continue
		}
		t.conns += int64(r.sv.Statsz.Connections)
		t.subs += int64(r.sv.Statsz.NumSubs)
		t.slow += r.sv.Statsz.SlowConsumers
		t.slowing = t.slowing || levelOver(r.delta.SlowConsumers) != fleet.OK
		if r.sv.Statsz.JetStream != nil {
			t.jsServers++
		}
		if j := r.sv.Jsz; j != nil {
			t.streams += j.StreamsLeader
		}
	}
	if len(st.JS.streams) > 0 {
		t.streams = len(st.JS.streams)
	}
	for _, g := range st.JS.groups {
		if g.Size > 1 && t.metaLeader == "" {
			t.metaLeader = g.Leader
		}
	}
	return t
}

// history adds this tick to the curves.
func (d *deriver) history(st *State) *History {
	keep := limit(len(st.Servers))
	var total [allSeries]float32
	for _, r := range st.Servers {
		if r.sv == nil || r.sv.Statsz == nil {
			continue
		}
		p := r.points()
		d.record.server(r.key(), p, keep)
		total[serCPU] += p[serCPU]
		total[serMem] += p[serMem]
		total[serPending] += p[serPending]
	}
	total[serConns] = float32(st.Total.conns)
	total[serIn], total[serOut] = pointOf(st.Total.traffic.InMsgs), pointOf(st.Total.traffic.OutMsgs)
	if st.Total.rated == 0 {
		total[serIn], total[serOut] = float32(math.NaN()), float32(math.NaN())
	}
	return d.record.publish(total)
}

// edgeLife is how a link is, and since when.
type edgeLife struct {
	state fleet.State
	since time.Time
}

// since tells when each link got its state; a link seen for the first time has
// no such time.
func (d *deriver) since(snap *fleet.Snapshot, top *fleet.Topology) map[string]time.Time {
	out, next := map[string]time.Time{}, map[string]edgeLife{}
	for _, e := range top.Edges {
		key := e.Key()
		life, known := d.edges[key]
		switch {
		case !known:
			life = edgeLife{state: e.State}
		case life.state != e.State:
			life = edgeLife{e.State, snap.Time}
		}
		next[key], out[key] = life, life.since
	}
	d.edges = next
	return out
}

// emptyTopology is the topology of no servers.
func emptyTopology() *fleet.Topology {
	return fleet.NewTopology(&fleet.Snapshot{}, fleet.TopologyOptions{})
}
