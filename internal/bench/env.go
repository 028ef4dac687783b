package bench

import (
	"context"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/usage"
)

// clientEnv describes this machine and program.
func clientEnv(version, driver string) result.ClientEnv {
	host, err := os.Hostname()
	if err != nil {
		host = ""
	}
	return result.ClientEnv{
		Host: host, OS: usage.System(), CPU: usage.Processor(), Cores: runtime.NumCPU(),
		Go: strings.TrimPrefix(runtime.Version(), "go"), NatsGo: nats.Version,
		Natsctl: version, GOGC: gcPercent(), Driver: driver,
	}
}

// gcPercent returns the collector's setting, which can only be read by changing it.
func gcPercent() int {
	p := debug.SetGCPercent(100)
	debug.SetGCPercent(p)
	return p
}

// inspectServers records the servers of the connections.
func (m *measurement) inspectServers() {
	m.local = true
	for _, l := range m.links {
		nc := l.nc
		m.local = m.local && isLocal(nc.ConnectedAddr())
		if !slices.ContainsFunc(m.servers, func(s result.ServerEnv) bool { return s.ID == nc.ConnectedServerId() }) {
			m.servers = append(m.servers, serverEnv(nc, m.view))
		}
	}
}

// serverEnv describes the server of a connection.
func serverEnv(nc *nats.Conn, view ServerView) result.ServerEnv {
	s := result.ServerEnv{
		Name: nc.ConnectedServerName(), ID: nc.ConnectedServerId(), Version: nc.ConnectedServerVersion(),
		Cluster: nc.ConnectedClusterName(), MaxPayload: nc.MaxPayload(),
	}
	if _, err := nc.TLSConnectionState(); err == nil {
		s.TLS = true
	}
	if view != nil {
		s.Cores, s.ConfigDigest = view.Known(s.ID)
	}
	for range 5 {
		if rtt, err := nc.RTT(); err == nil {
			if us := float64(rtt) / 1e3; s.RTTMinUS == 0 || us < s.RTTMinUS {
				s.RTTMinUS = us
			}
		}
	}
	return s
}

// localPorts returns the ports of the connected servers on this machine.
func (m *measurement) localPorts() (out []int) {
	for _, l := range m.links {
		_, text, _ := net.SplitHostPort(l.nc.ConnectedAddr())
		port, err := strconv.Atoi(text)
		if err == nil && isLocal(l.nc.ConnectedAddr()) && !slices.Contains(out, port) {
			out = append(out, port)
		}
	}
	return out
}

// isLocal reports whether an address is on this machine, so that the server's CPU
// is a part of the machine's.
func isLocal(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return addr == "" // in process
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func (m *measurement) watchServers(ctx context.Context) func(context.Context) *result.ServerUse {
	if m.view == nil {
		return func(context.Context) *result.ServerUse { return nil }
	}
	return m.view.Watch(ctx)
}

// loadGCPercent makes the collector cheap and keeps the process small:
// with 400 a message of 128 B takes 8 % less CPU, and the process 10 MB more.
const loadGCPercent = 200

// Tune prepares the process for generating load and returns a function that undoes
// it: the collector runs less often, and threads that wait for the next send do
// not take a processor from the others. It changes process-wide settings.
func Tune() (undo func()) {
	gc := debug.SetGCPercent(loadGCPercent)
	procs := runtime.GOMAXPROCS(0)
	runtime.GOMAXPROCS(procs + 1)
	return func() {
		runtime.GOMAXPROCS(procs)
		debug.SetGCPercent(gc)
	}
}
