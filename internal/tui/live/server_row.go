package live

import (
	"cmp"
	"math"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// Limits beyond which a value of a server is marked. The checks decide whether
// it is an alert.
const (
	CPUWarn = 80.0 // percent of all cores
	memWarn = 0.80 // of the memory limit
)

// ServerRow is one server as the screen shows it: one that answered, or a
// missing one that should have.
type ServerRow struct {
	Name, ID, Cluster string

	Node        *fleet.Node
	Answer      *fleet.Server // nil for a missing one
	delta       *fleet.ServerDelta
	Missing     *fleet.Missing
	LastSeen    time.Time // of a missing one: its last answer, zero if there was none
	RestartedAt time.Time // when a restart was seen; zero: not in this session
	Now         time.Time
	Level       fleet.Level
}

// Label is the server's name, or the short id if it has no name.
func (r *ServerRow) Label() string {
	switch {
	case r.Name != "":
		return r.Name
	case r.ID != "":
		return ShortID(r.ID)
	}
	return "unnamed"
}

// Key distinguishes servers of the same name in different clusters, and does
// not change when the server restarts.
func (r *ServerRow) Key() string { return r.Cluster + "/" + cmp.Or(r.Name, r.ID) }

// ShortID keeps both ends of a server id, enough to distinguish servers.
func ShortID(id string) string {
	if len(id) <= 12 {
		return id
	}
	return id[:4] + "…" + id[len(id)-6:]
}

// Status is the server's status in one word.
func (r *ServerRow) Status() string {
	switch {
	case r.Missing != nil:
		return string(r.Missing.Reason)
	case r.restarted():
		return "restarted"
	case r.Level == fleet.OK || r.Level == fleet.Info:
		return "ok"
	}
	return r.Level.String()
}

// restartedFor is how long a server is shown as restarted.
const restartedFor = time.Minute

// restarted reports whether the server restarted recently, as seen in this
// session.
func (r *ServerRow) restarted() bool {
	return r.delta != nil && r.delta.Change == fleet.Restarted || !r.RestartedAt.IsZero() && Age(r.Now, r.RestartedAt) < restartedFor
}

// Place is the cluster, or the hub that a leaf node is connected to.
func (r *ServerRow) Place() string {
	if r.Node != nil && len(r.Node.LeafOf) > 0 && r.Node.RoutesNeed == 0 {
		return "leaf→" + strings.Join(r.Node.LeafOf, ",")
	}
	return r.Cluster
}

// stat reads one value of the server's STATSZ; nil for a missing one.
func (r *ServerRow) stat(f func(*server.ServerStats) any) any {
	if r.Answer == nil || r.Answer.Statsz == nil {
		return nil
	}
	return f(r.Answer.Statsz)
}

// reported reads one value that servers report only since some version.
func (r *ServerRow) reported(field fleet.Field, f func(*server.ServerStats) any) any {
	if r.Answer == nil || !fleet.Reports(r.Answer.Info.Version, field) {
		return nil
	}
	return r.stat(f)
}

// js reads one JetStream value; nil if JetStream is disabled.
func (r *ServerRow) js(f func(*server.JetStreamStats) any) any {
	return r.stat(func(s *server.ServerStats) any {
		if s.JetStream == nil || s.JetStream.Stats == nil {
			return nil
		}
		return f(s.JetStream.Stats)
	})
}

// Uptime is how long the process has been running, by its own clock.
func (r *ServerRow) Uptime() any {
	return r.stat(func(s *server.ServerStats) any {
		if s.Start.IsZero() {
			return nil
		}
		return Age(r.Clock(), s.Start).Truncate(time.Second).Seconds()
	})
}

// Clock is the server's own time of its answer.
func (r *ServerRow) Clock() time.Time {
	if r.Answer != nil && !r.Answer.Info.Time.IsZero() {
		return r.Answer.Info.Time
	}
	return r.Now
}

// Pending is the pending bytes of the server's routes.
func (r *ServerRow) Pending() int64 {
	var n int64
	if r.Answer == nil || r.Answer.Statsz == nil {
		return 0
	}
	for _, route := range r.Answer.Statsz.Routes {
		if route != nil {
			n += int64(route.Pending)
		}
	}
	return n
}

// CPUShare is the CPU usage in percent of all cores.
func (r *ServerRow) CPUShare() float64 {
	if r.Answer == nil || r.Answer.Statsz == nil {
		return 0
	}
	procs := r.Answer.Statsz.MaxProcs
	if procs <= 0 {
		procs = max(r.Answer.Statsz.Cores, 1)
	}
	return r.Answer.Statsz.CPU / float64(procs)
}

// memShare is the used fraction of the memory limit; 0 without one.
func (r *ServerRow) memShare() float64 {
	if r.Answer == nil || r.Answer.Statsz == nil || r.Answer.Statsz.MemLimit <= 0 || r.Answer.Statsz.MemLimit == math.MaxInt64 {
		return 0
	}
	return float64(r.Answer.Statsz.Mem) / float64(r.Answer.Statsz.MemLimit)
}

// points are the server's values of this tick for its curves.
func (r *ServerRow) points() [seriesCount]float32 {
	s := r.Answer.Statsz
	return [seriesCount]float32{
		CPU: float32(s.CPU), Memory: float32(s.Mem), Connections: float32(s.Connections),
		InMsgs: pointOf(r.delta.Traffic.InMsgs), OutMsgs: pointOf(r.delta.Traffic.OutMsgs),
		Pending: float32(r.Pending()),
	}
}

// pointOf is a rate for a curve: NaN if unknown.
func pointOf(rate fleet.Rate) float32 {
	if !rate.Known {
		return float32(math.NaN())
	}
	return float32(rate.PerSecond)
}

// LevelIf is the given level if bad is true.
func LevelIf[R any](level view.Level, bad func(R) bool) func(R) view.Level {
	return func(r R) view.Level {
		if bad(r) {
			return level
		}
		return fleet.OK
	}
}

// LevelOfRise is the level of a cumulative counter that should stay zero: only
// an increase is a problem.
func LevelOfRise(rate fleet.Rate) view.Level {
	if rate.Known && rate.Increase > 0 {
		return fleet.Warn
	}
	return fleet.OK
}

// JSON is the server's answer, or why it did not answer.
func (r *ServerRow) JSON() any {
	if r.Answer != nil {
		return r.Answer
	}
	return r.Missing
}
