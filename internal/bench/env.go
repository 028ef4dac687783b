package bench

import (
	"context"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// env describes client and servers; meet has run.
func (r *run) env(o options) result.Env {
	host, err := os.Hostname()
	if err != nil {
		host = ""
	}
	return result.Env{
		Client: result.ClientEnv{
			Host: host, OS: systemName(), CPU: processorName(), Cores: runtime.NumCPU(),
			Go: strings.TrimPrefix(runtime.Version(), "go"), NatsGo: nats.Version,
			Natsctl: o.version, GOGC: gcPercent(), Driver: r.driver(),
		},
		Servers: r.servers,
	}
}

// gcPercent reads the collector's setting, which can only be had by changing it.
func gcPercent() int {
	p := debug.SetGCPercent(100)
	debug.SetGCPercent(p)
	return p
}

// meet notes the servers that the links are connected to.
func (r *run) meet() {
	r.local = true
	for _, l := range r.links {
		nc := l.nc
		r.local = r.local && isLocal(nc.ConnectedAddr())
		if slices.ContainsFunc(r.servers, func(s result.ServerEnv) bool { return s.ID == nc.ConnectedServerId() }) {
			continue
		}
		s := result.ServerEnv{
			Name: nc.ConnectedServerName(), ID: nc.ConnectedServerId(), Version: nc.ConnectedServerVersion(),
			Cluster: nc.ConnectedClusterName(), MaxPayload: nc.MaxPayload(),
		}
		if _, err := nc.TLSConnectionState(); err == nil {
			s.TLS = true
		}
		if r.server != nil {
			s.Cores, s.ConfigDigest = r.server.Known(s.ID)
		}
		for range 5 {
			if rtt, err := nc.RTT(); err == nil {
				if us := float64(rtt) / 1e3; s.RTTMinUS == 0 || us < s.RTTMinUS {
					s.RTTMinUS = us
				}
			}
		}
		r.servers = append(r.servers, s)
	}
}

// isLocal says whether an address is on this machine, so that the server's CPU
// is a part of the machine's.
func isLocal(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return addr == "" // in process
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// loadGCPercent is where the collector costs little and the process stays small:
// with 400 a message of 128 B takes 8 % less CPU, and the process 10 MB more.
const loadGCPercent = 200

// Tune prepares the process for making load and returns what undoes it: the
// collector runs less often, and the threads that wait for the next send do not
// take a processor away from the others. It changes settings of the whole
// process.
func Tune() (undo func()) {
	gc := debug.SetGCPercent(loadGCPercent)
	procs := runtime.GOMAXPROCS(0)
	runtime.GOMAXPROCS(procs + 1)
	return func() {
		runtime.GOMAXPROCS(procs)
		debug.SetGCPercent(gc)
	}
}

// ServerView tells what the servers say of a run. It is implemented on top of a
// system account by who has one.
type ServerView interface {
	// Watch begins to observe and returns a function that ends it and gives the
	// figures of the time between; nil if they could not be had.
	Watch(ctx context.Context) (stop func(context.Context) *result.ServerUse)
	// Known tells what a server's clients cannot see: its cores and the digest
	// of its configuration; zero for a server that was not heard of.
	Known(id string) (cores int, configDigest string)
}

func (r *run) watchServers(ctx context.Context) func(context.Context) *result.ServerUse {
	if r.server == nil {
		return func(context.Context) *result.ServerUse { return nil }
	}
	return r.server.Watch(ctx)
}

// driver is what moved the messages.
func (r *run) driver() string {
	for _, l := range r.links {
		if l.tap != nil {
			return scenario.DriverRaw
		}
	}
	return scenario.DriverNatsGo
}
