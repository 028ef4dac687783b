package live

import (
	"maps"
	"math"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Deriver turns snapshots into states and keeps everything that depends on
// earlier snapshots. Only the collector uses it.
type Deriver struct {
	answers answers
	top     *fleet.Topology // of the answers
	record  *recorder
	edges   map[string]edgeLife // when each link entered its state
	book    *eventStore
	links   *linkHistory
	slow    map[string]int64 // slow consumers of each account in the previous snapshot
	seen    *sightings       // servers that answered in this session
	details Details
	names   Names
	alerts  *alertStore
	trails  Trails
}

// NewDeriver returns an empty deriver.
func NewDeriver() *Deriver {
	return &Deriver{
		record: newRecorder(), edges: map[string]edgeLife{}, book: newEventStore(), links: newLinkHistory(),
		slow: map[string]int64{}, seen: newSightings(), details: Details{}, names: Names{}, alerts: newAlertStore(),
	}
}

// AddEvent adds an event.
func (d *Deriver) AddEvent(e fleet.Event) {
	d.book.add(e)
	d.seen.addEvent(e)
	d.names.addEvent(e)
}

// Apply adds a snapshot and sets the part of the state that is derived from it.
func (d *Deriver) Apply(st *State, next *fleet.Snapshot) {
	was := d.answers.now
	next = d.details.extract(d.seen.dropAnnounced(next))
	d.answers = d.answers.merge(next)
	snap := d.answers.now
	delta := fleet.NewDelta(d.answers.before, snap)
	if snap.Own != nil {
		d.applyOwn(st, next.Want, delta)
		return
	}
	st.Own = nil
	top := fleet.NewTopology(snap, d.links.options(next, delta))
	d.links.add(top)
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
	d.addTrails(st, next.Want)
	st.Accounts = NewAccountRows(snap, delta, d.slow, d.details)
	d.names.learn(st.Accounts, st.Conns)
	st.Details, st.Names = maps.Clone(d.details), maps.Clone(d.names)
	st.JS = newJetStream(snap, delta)
	found, skipped := d.alerts.update(d.answers, delta, top, unanswered(st.Servers)...)
	st.Alerts, st.Causes, st.Skipped = found.rows, found.causes, skipped
	st.Total = d.totals(st, delta)
	st.History = d.history(st)
	st.Index = newIndex(st)
}

// reset makes the next snapshot the first: no rates and changes are derived
// from the previous one.
func (d *Deriver) reset() {
	d.answers, d.record, d.links = answers{}, newRecorder(), newLinkHistory()
}

// applyOwn sets the state for a user who sees only one account.
func (d *Deriver) applyOwn(st *State, asked fleet.Want, delta *fleet.Delta) {
	snap := d.answers.now
	d.top = EmptyTopology()
	st.Data++
	st.Snap, st.Top, st.Servers, st.Links = snap, d.top, nil, nil
	st.Conns = newConnRows(snap, delta)
	d.addTrails(st, asked)
	st.Accounts = NewAccountRows(snap, delta, d.slow, nil)
	d.names.learn(st.Accounts, st.Conns)
	st.Names = maps.Clone(d.names)
	st.JS = newJetStream(snap, delta)
	st.JS.Groups, st.JS.Peers = nil, nil // only the system account can see the leaders
	st.Own = newOwn(snap, delta, st.Accounts, st.Own)
	found, skipped := d.alerts.update(d.answers, delta, d.top)
	st.Alerts, st.Causes, st.Skipped = found.rows, found.causes, skipped
	st.Total = st.Own.totals(snap)
	var points [seriesCount]float32
	points[Connections] = float32(st.Total.Conns)
	points[InMsgs], points[OutMsgs] = pointOf(st.Total.Traffic.InMsgs), pointOf(st.Total.Traffic.OutMsgs)
	st.History = d.record.publish(points)
	st.Index = newIndex(st)
}

// serverRows lists the servers that answered and the missing ones, and records
// when each answered last.
func (d *Deriver) serverRows(snap *fleet.Snapshot, delta *fleet.Delta, top *fleet.Topology) []*ServerRow {
	nodes := map[string]*fleet.Node{}
	missing := map[string]*fleet.Node{}
	for _, n := range top.Nodes {
		switch {
		case n.Server != nil:
			nodes[n.ID] = n
		case n.Ghost:
			missing[n.Cluster+"/"+n.Name] = n
		}
	}
	var rows []*ServerRow
	for _, sv := range snap.Servers {
		r := &ServerRow{Name: sv.Info.Name, ID: sv.Info.ID, Cluster: sv.Info.Cluster, Answer: sv, Now: snap.Time}
		r.Node, r.delta = nodes[sv.Info.ID], delta.Server(sv.Info.ID)
		r.RestartedAt = d.seen.addAnswer(sv, snap.Time).back
		r.Level = r.judge()
		rows = append(rows, r)
	}
	for _, m := range snap.Missing {
		r := &ServerRow{Name: m.Name, ID: m.ID, Cluster: m.Cluster, Missing: &m, Now: snap.Time}
		r.Node, r.Level = missing[m.Cluster+"/"+m.Label()], missingLevel(m.Reason)
		r.LastSeen = d.seen.lastSeen(m.Cluster, m.Name)
		if m.LastSeen.After(r.LastSeen) {
			r.LastSeen = m.LastSeen
		}
		rows = append(rows, r)
	}
	return append(rows, d.seen.departed(snap)...)
}

// missingLevel is the level of a missing server by its reason: draining is
// intended, a silent server may recover, a gone one is gone.
func missingLevel(r fleet.Reason) fleet.Level {
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

// judge is the worst level of the server's topology findings and of its marked
// values.
func (r *ServerRow) judge() fleet.Level {
	level := fleet.OK
	if r.Node != nil {
		level = r.Node.Level
	}
	if r.restarted() || r.CPUShare() > CPUWarn || r.memShare() > memWarn || LevelOfRise(r.Change().SlowConsumers) != fleet.OK || HealthLevel(r.Answer) != fleet.OK {
		level = level.Worse(fleet.Warn)
	}
	return level
}

// totals adds up the header values over the servers that answered; the last
// values of missing servers are not counted.
func (d *Deriver) totals(st *State, delta *fleet.Delta) Totals {
	t := Totals{Answered: len(st.Snap.Servers), Expected: st.Snap.Expected, Partial: !st.Snap.Complete()}
	t.Traffic, t.Rated = delta.Total()
	for _, c := range st.Top.Clusters {
		if c.Name != "" && !c.Leafs && !c.Ghost {
			t.Clusters++
		}
	}
	for _, n := range st.Top.Nodes {
		if len(n.LeafOf) > 0 && !n.Ghost {
			t.Leafs++
		}
	}
	for _, r := range st.Servers {
		if r.Answer == nil || r.Answer.Statsz == nil {
			continue
		}
		t.Conns += int64(r.Answer.Statsz.Connections)
		t.Subs += int64(r.Answer.Statsz.NumSubs)
		t.Slow += r.Answer.Statsz.SlowConsumers
		t.Slowing = t.Slowing || LevelOfRise(r.delta.SlowConsumers) != fleet.OK
		if r.Answer.Statsz.JetStream != nil {
			t.JSServers++
		}
		if j := r.Answer.Jsz; j != nil {
			t.Streams += j.StreamsLeader
		}
	}
	if len(st.JS.Streams) > 0 {
		t.Streams = len(st.JS.Streams)
	}
	for _, g := range st.JS.Groups {
		if g.Size > 1 && t.MetaLeader == "" {
			t.MetaLeader = g.Leader
		}
	}
	return t
}

// history adds this tick to the curves.
func (d *Deriver) history(st *State) *History {
	keep := limit(len(st.Servers))
	var total [seriesCount]float32
	for _, r := range st.Servers {
		if r.Answer == nil || r.Answer.Statsz == nil {
			continue
		}
		p := r.points()
		d.record.server(r.Key(), p, keep)
		total[CPU] += p[CPU]
		total[Memory] += p[Memory]
		total[Pending] += p[Pending]
	}
	total[Connections] = float32(st.Total.Conns)
	total[InMsgs], total[OutMsgs] = pointOf(st.Total.Traffic.InMsgs), pointOf(st.Total.Traffic.OutMsgs)
	if st.Total.Rated == 0 {
		total[InMsgs], total[OutMsgs] = float32(math.NaN()), float32(math.NaN())
	}
	return d.record.publish(total)
}

// edgeLife is the state of a link, and since when.
type edgeLife struct {
	state fleet.State
	since time.Time
}

// since returns when each link entered its state; a link seen for the first
// time has no such time.
func (d *Deriver) since(snap *fleet.Snapshot, top *fleet.Topology) map[string]time.Time {
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

// EmptyTopology is the topology of no servers.
func EmptyTopology() *fleet.Topology {
	return fleet.NewTopology(&fleet.Snapshot{}, fleet.TopologyOptions{})
}

// Publish sets the part of the state that is derived from the events.
func (d *Deriver) Publish(st *State) {
	st.Events, st.EventRates = d.book.publish(st.Now)
	st.Dropped = d.book.seq - d.book.cleared - len(st.Events)
}
