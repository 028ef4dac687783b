package tui

import (
	"cmp"
	"math"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// Limits beyond which a figure of a server is marked. Whether it is an alert
// is for the checks to say.
const (
	cpuWarn = 80.0 // percent of all cores
	memWarn = 0.80 // of the memory limit
)

// serverRow is one server as the screen shows it: one that answered, or a
// ghost that should have.
type serverRow struct {
	name, id, cluster string

	node  *fleet.Node
	sv    *fleet.Server // nil for a ghost
	delta *fleet.ServerDelta
	ghost *fleet.Missing
	seen  time.Time // of a ghost: its last answer, zero when it never gave one
	back  time.Time // when it was seen to have restarted; zero: not in this session
	now   time.Time
	level fleet.Level
}

// label is the server's name, or the short id of one without a name.
func (r *serverRow) label() string {
	switch {
	case r.name != "":
		return r.name
	case r.id != "":
		return shortID(r.id)
	}
	return "unnamed"
}

// key tells the server apart from one of the same name in another cluster, and
// stays the same when it restarts.
func (r *serverRow) key() string { return r.cluster + "/" + cmp.Or(r.name, r.id) }

// shortID keeps the two ends of a server id, enough to tell servers apart.
func shortID(id string) string {
	if len(id) <= 12 {
		return id
	}
	return id[:4] + "…" + id[len(id)-6:]
}

// status is one word for how the server is.
func (r *serverRow) status() string {
	switch {
	case r.ghost != nil:
		return string(r.ghost.Reason)
	case r.restarted():
		return "restarted"
	case r.level == fleet.OK || r.level == fleet.Info:
		return "ok"
	}
	return r.level.String()
}

// restartedFor is how long a server that restarted is called so.
const restartedFor = time.Minute

// restarted tells whether the server started anew a short while ago, as the
// screen saw.
func (r *serverRow) restarted() bool {
	return r.delta != nil && r.delta.Change == fleet.Restarted || !r.back.IsZero() && age(r.now, r.back) < restartedFor
}

// place is the cluster, or the hub that a leafnode is connected to.
func (r *serverRow) place() string {
	if r.node != nil && len(r.node.LeafOf) > 0 && r.node.RoutesNeed == 0 {
		return "leaf→" + strings.Join(r.node.LeafOf, ",")
	}
	return r.cluster
}

// stat reads one figure of the server's STATSZ; nil for a ghost.
func (r *serverRow) stat(f func(*server.ServerStats) any) any {
	if r.sv == nil || r.sv.Statsz == nil {
		return nil
	}
	return f(r.sv.Statsz)
}

// since reads one figure that servers report only from some version on.
func (r *serverRow) since(field fleet.Field, f func(*server.ServerStats) any) any {
	if r.sv == nil || !fleet.Reports(r.sv.Info.Version, field) {
		return nil
	}
	return r.stat(f)
}

// js reads one figure of JetStream; nil where it is off.
func (r *serverRow) js(f func(*server.JetStreamStats) any) any {
	return r.stat(func(s *server.ServerStats) any {
		if s.JetStream == nil || s.JetStream.Stats == nil {
			return nil
		}
		return f(s.JetStream.Stats)
	})
}

// uptime is how long the process runs, by its own clock.
func (r *serverRow) uptime() any {
	return r.stat(func(s *server.ServerStats) any {
		if s.Start.IsZero() {
			return nil
		}
		return age(r.clock(), s.Start).Truncate(time.Second).Seconds()
	})
}

// clock is the server's own time of its answer.
func (r *serverRow) clock() time.Time {
	if r.sv != nil && !r.sv.Info.Time.IsZero() {
		return r.sv.Info.Time
	}
	return r.now
}

// pending is what waits in the server's route buffers.
func (r *serverRow) pending() int64 {
	var n int64
	if r.sv == nil || r.sv.Statsz == nil {
		return 0
	}
	for _, route := range r.sv.Statsz.Routes {
		if route != nil {
			n += int64(route.Pending)
		}
	}
	return n
}

// cpuOf is the CPU in percent of all cores, the share that can run out.
func (r *serverRow) cpuShare() float64 {
	if r.sv == nil || r.sv.Statsz == nil {
		return 0
	}
	procs := r.sv.Statsz.MaxProcs
	if procs <= 0 {
		procs = max(r.sv.Statsz.Cores, 1)
	}
	return r.sv.Statsz.CPU / float64(procs)
}

// memShare is the memory in parts of its limit; 0 without one.
func (r *serverRow) memShare() float64 {
	if r.sv == nil || r.sv.Statsz == nil || r.sv.Statsz.MemLimit <= 0 || r.sv.Statsz.MemLimit == math.MaxInt64 {
		return 0
	}
	return float64(r.sv.Statsz.Mem) / float64(r.sv.Statsz.MemLimit)
}

// points are the server's figures of this tick for its curves.
func (r *serverRow) points() [allSeries]float32 {
	s := r.sv.Statsz
	return [allSeries]float32{
		serCPU: float32(s.CPU), serMem: float32(s.Mem), serConns: float32(s.Connections),
		serIn: pointOf(r.delta.Traffic.InMsgs), serOut: pointOf(r.delta.Traffic.OutMsgs),
		serPending: float32(r.pending()),
	}
}

// pointOf is a rate for a curve: NaN where it is not known.
func pointOf(rate fleet.Rate) float32 {
	if !rate.Known {
		return float32(math.NaN())
	}
	return float32(rate.PerSecond)
}

// judged colours a value when bad holds.
func judged[R any](level view.Level, bad func(R) bool) func(R) view.Level {
	return func(r R) view.Level {
		if bad(r) {
			return level
		}
		return fleet.OK
	}
}

// levelOver is the level of a cumulated counter that should be zero: only its
// growth is trouble.
func levelOver(rate fleet.Rate) view.Level {
	if rate.Known && rate.Increase > 0 {
		return fleet.Warn
	}
	return fleet.OK
}
