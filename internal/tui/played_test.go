package tui

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/recording"
	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// playedPolls is how many answers are put into a recording, two seconds apart.
const playedPolls = 60

// playedEvery is the time between them.
const playedEvery = 2 * time.Second

// played puts two minutes into a recording after snapshot pivot: the same fleet,
// its counters going on as they did there, in waves, so that curves have a past.
// What follows in the recording comes later by as much.
func played(t testing.TB, rec *recording.Recording, pivot, end int) ([]*fleet.Snapshot, []fleet.Event) {
	t.Helper()
	var trees []map[string]any
	for i := range end + 1 {
		snap, err := rec.Snapshot(i)
		if err != nil {
			t.Fatal(err)
		}
		trees = append(trees, treeOf(t, snap))
	}
	before, at := trees[pivot-1], trees[pivot]
	var out []*fleet.Snapshot
	for _, tree := range trees[:pivot+1] {
		out = append(out, snapshotOf(t, tree))
	}
	last := at
	for k := range playedPolls {
		last = goOn(before, at, k+1)
		out = append(out, snapshotOf(t, last))
	}
	for _, tree := range trees[pivot+1:] {
		out = append(out, snapshotOf(t, carry(tree, at, last, "").(map[string]any)))
	}
	when := rec.Time(pivot)
	events := rec.Events(time.Time{}, rec.Time(end))
	for i, e := range events {
		if e.Time.After(when) {
			events[i].Time = e.Time.Add(playedPolls * playedEvery)
		}
	}
	return out, events
}

func treeOf(t testing.TB, snap *fleet.Snapshot) map[string]any {
	t.Helper()
	data, err := json.Marshal(snap)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	tree := map[string]any{}
	if err := dec.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	return tree
}

func snapshotOf(t testing.TB, tree map[string]any) *fleet.Snapshot {
	t.Helper()
	data, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	snap := &fleet.Snapshot{}
	if err := json.Unmarshal(data, snap); err != nil {
		t.Fatal(err)
	}
	return snap
}

// counting are the words in the names of what only grows.
var counting = []string{"msgs", "bytes", "messages", "seq", "delivered", "api", "total"}

func counts(key string) bool {
	return slices.ContainsFunc(counting, func(w string) bool { return strings.Contains(key, w) })
}

// goOn is the tree k polls after at, grown as it grew from before to at.
func goOn(before, at map[string]any, k int) map[string]any {
	out := step(before, at, "", k, 0).(map[string]any)
	for i, sv := range out["servers"].([]any) {
		sway(sv.(map[string]any), i, k)
	}
	return out
}

// swell is how many polls' worth of growth there was in k of them, for one of
// the servers.
func swell(k, phase int) float64 {
	sum := 0.0
	for i := range k {
		x := float64(i)
		sum += coarse(1 + 0.35*math.Sin(x/9+float64(phase)) + 0.2*math.Sin(x/2.6+float64(2*phase)))
	}
	return sum
}

// coarse rounds, so that processors that calculate otherwise in the last digit
// draw the same frames.
func coarse(f float64) float64 { return math.Round(f*1024) / 1024 }

// sway lets the gauges of a server move.
func sway(sv map[string]any, phase, k int) {
	stats, ok := sv["statsz"].(map[string]any)
	if !ok {
		return
	}
	x := float64(k)
	if cpu, err := numberOf(stats["cpu"]); err == nil {
		stats["cpu"] = math.Round(cpu * coarse(1+0.25*math.Sin(x/9+float64(phase))+0.15*math.Sin(x/2.6+float64(phase))))
	}
	if mem, err := numberOf(stats["mem"]); err == nil {
		stats["mem"] = int64(mem * coarse(1+0.002*x+0.05*math.Sin(x/5+float64(phase))))
	}
}

// step moves one value k polls on; what stands in both answers alike stays.
func step(before, at any, key string, k, phase int) any {
	switch v := at.(type) {
	case map[string]any:
		was, _ := before.(map[string]any)
		out := make(map[string]any, len(v))
		for name, x := range v {
			out[name] = step(was[name], x, name, k, phase)
		}
		return out
	case []any:
		was, _ := before.([]any)
		out := make([]any, len(v))
		for i, x := range v {
			at := phase
			if key == "servers" {
				at = i
			}
			out[i] = step(twin(was, x), x, key, k, at)
		}
		return out
	case json.Number:
		a, errA := numberOf(before)
		b, errB := numberOf(v)
		if errA != nil || errB != nil || b <= a || !counts(key) {
			return v
		}
		return int64(b + (b-a)*swell(k, phase))
	case string:
		return later(v, before, time.Duration(k)*playedEvery)
	}
	return at
}

// carry adds to a later answer what grew between two of the same fleet.
func carry(x, from, to any, key string) any {
	switch v := x.(type) {
	case map[string]any:
		a, _ := from.(map[string]any)
		b, _ := to.(map[string]any)
		out := make(map[string]any, len(v))
		for name, y := range v {
			out[name] = carry(y, a[name], b[name], name)
		}
		return out
	case []any:
		a, _ := from.([]any)
		b, _ := to.([]any)
		out := make([]any, len(v))
		for i, y := range v {
			out[i] = carry(y, twin(a, y), twin(b, y), key)
		}
		return out
	case json.Number:
		n, err := numberOf(v)
		a, errA := numberOf(from)
		b, errB := numberOf(to)
		if err != nil || errA != nil || errB != nil || !counts(key) {
			return v
		}
		return int64(n + b - a)
	case string:
		if at, err := time.Parse(time.RFC3339Nano, v); err == nil && at.Year() > 2000 && v != from {
			return at.Add(playedPolls * playedEvery).Format(time.RFC3339Nano)
		}
	}
	return x
}

// later moves an instant on that moved between two answers.
func later(v string, before any, by time.Duration) string {
	at, err := time.Parse(time.RFC3339Nano, v)
	if err != nil || before == v || before == nil {
		return v
	}
	return at.Add(by).Format(time.RFC3339Nano)
}

// twin finds the object of a list that is the same as x.
func twin(list []any, x any) any {
	for _, y := range list {
		if id := idOf(x); id != "" && id == idOf(y) {
			return y
		}
	}
	return nil
}

// idOf names an object of a list.
func idOf(x any) string {
	m, ok := x.(map[string]any)
	if !ok {
		return ""
	}
	if sv, ok := m["server"].(map[string]any); ok {
		m = sv
	}
	for _, key := range []string{"id", "cid", "rid", "acc", "account", "name"} {
		switch v := m[key].(type) {
		case string:
			return key + v
		case json.Number:
			return key + v.String()
		}
	}
	return ""
}

func numberOf(v any) (float64, error) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, strconv.ErrSyntax
	}
	return n.Float64()
}

// stages are the fleets of the goldens, as they are seen live.
type stages map[string]*live.State

// state is the newest state of a fleet that was watched live; it is made once.
func (s stages) state(t testing.TB, name string) *live.State {
	t.Helper()
	if s[name] != nil {
		return s[name]
	}
	var st *live.State
	switch name {
	case "account":
		st = watched(t, &live.Feed{Name: "app", User: "app"}, fixture.AccountSnapshots(), nil)
	case "super", "hostile", "old":
		rec := fixture.Recording(t, name)
		snaps, events := played(t, rec, rec.Len()-1, rec.Len()-1)
		st = watched(t, &live.Feed{Name: "prod-" + name, User: "sys"}, snaps, events)
	case "degraded":
		snaps, events := played(t, fixture.Recording(t, name), 1, 4)
		st = watched(t, &live.Feed{Name: "prod-super", User: "sys"}, snaps, events)
	case "nojs":
		snaps, events := played(t, fixture.Recording(t, "old"), 2, 2)
		for _, snap := range snaps {
			for _, sv := range snap.Servers {
				sv.Statsz.JetStream, sv.Jsz, sv.Raftz = nil, nil, nil
				sv.Info.Flags, sv.Info.JetStream = 0, false
				if sv.Varz != nil {
					sv.Varz.JetStream = server.JetStreamVarz{}
				}
			}
		}
		st = watched(t, &live.Feed{Name: "core", User: "sys"}, snaps, events)
	case "single":
		now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
		var snaps []*fleet.Snapshot
		for i := range 10 {
			s := fixture.Cluster(now.Add(time.Duration(i)*playedEvery), "2.15.2")
			s.Servers[0].Info.Cluster, s.Servers[0].Statsz.Start = "", now.Add(-time.Hour)
			snaps = append(snaps, s)
		}
		st = watched(t, &live.Feed{Name: "laptop", User: "sys"}, snaps, nil)
	case "states":
		st = watchedStates(t)
	default:
		t.Fatalf("no stage %q", name)
	}
	s[name] = st
	return st
}

// watched is the state after answers that came live.
func watched(t testing.TB, feed *live.Feed, snaps []*fleet.Snapshot, events []fleet.Event) *live.State {
	t.Helper()
	link := live.Link{Up: true, Server: snaps[0].AskedBy}
	feed.Link = func() live.Link { return link }
	d, st := live.NewDeriver(), &live.State{
		Phase: live.Live, Every: playedEvery, Wanted: playedEvery, Took: 80 * time.Millisecond, Asked: map[fleet.Kind]time.Time{}, Link: link, Since: snaps[0].Time,
		Feed: live.FeedInfo{Name: feed.Name, User: feed.User, Protected: feed.Protected, Actions: feed.Actions != nil},
	}
	for _, snap := range snaps {
		for len(events) > 0 && !events[0].Time.After(snap.Time) {
			d.AddEvent(events[0])
			events = events[1:]
		}
		for _, k := range append(snap.Want.Kinds, fleet.Statsz) {
			st.Asked[k] = snap.Time
		}
		d.Apply(st, snap)
		st.Now = snap.Time
		d.Publish(st)
	}
	return st
}

// watchedStates is a fleet with a server of each fate: killed, draining, hung,
// restarted since, and shut down.
func watchedStates(t testing.TB) *live.State {
	t.Helper()
	rec := fixture.Recording(t, "super")
	snaps, events := played(t, rec, rec.Len()-1, rec.Len()-1)
	fate := map[string]fleet.Reason{"east-2": fleet.Gone, "east-3": fleet.Draining, "west-3": fleet.Silent}
	for i, snap := range snaps[len(snaps)-8:] {
		var left []*fleet.Server
		for _, sv := range snap.Servers {
			reason, gone := fate[sv.Info.Name]
			switch {
			case gone:
				snap.Missing = append(snap.Missing, fleet.Missing{ID: sv.Info.ID, Name: sv.Info.Name, Cluster: sv.Info.Cluster, Reason: reason, SeenBy: []string{"east-1"}})
				continue
			case sv.Info.Name == "edge": // nobody misses it
				if i == 0 {
					events = append(events, fleet.Event{Kind: fleet.EventShutdown, Level: fleet.Info, Time: snap.Time.Add(-time.Second), Server: sv.Info.Name, Cluster: sv.Info.Cluster})
				}
				continue
			case sv.Info.Name == "west-2": // another process since
				sv.Info.ID = "NWEST2" + sv.Info.ID[6:]
				sv.Statsz.Start = snap.Time.Add(-time.Duration(i) * playedEvery)
				sv.Statsz.Received.Msgs, sv.Statsz.Received.Bytes = int64(i*700), int64(i*70_000)
				sv.Statsz.Sent.Msgs, sv.Statsz.Sent.Bytes = int64(i*650), int64(i*65_000)
			}
			left = append(left, sv)
		}
		snap.Servers, snap.Expected = left, len(left)+len(snap.Missing)
	}
	return watched(t, &live.Feed{Name: "prod-super", User: "sys"}, snaps, events)
}

// liveModel is the screen of a live fleet before any key.
func liveModel(st *live.State, feed *live.Feed, w, h int) *Model {
	m := NewModel(Options{Feed: feed, Connect: func(context.Context, string) (*live.Feed, error) { return feed, nil }, Contexts: func() []string { return []string{"local", "prod-super", "staging"} }}, nil)
	m.Update(windowOf(w, h))
	m.Update(stateMsg{st})
	return m
}
