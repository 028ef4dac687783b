package view

import (
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Servers returns the columns of a table of servers, for the servers of one
// snapshot: a column may judge a server by the others. They need STATSZ, and
// VARZ where their help says so.
func Servers(s *fleet.Snapshot) []Column[*fleet.Server] {
	return append(serverIdentity(s), serverFigures()...)
}

func serverIdentity(s *fleet.Snapshot) []Column[*fleet.Server] {
	newest := newestVersion(s)
	return []Column[*fleet.Server]{
		{Name: "cluster", Title: "Cluster", Help: "Cluster the server belongs to.", Value: func(sv *fleet.Server) any { return sv.Info.Cluster }},
		{Name: "name", Title: "Name", Help: "Server name.", Value: func(sv *fleet.Server) any { return sv.Info.Name }},
		{Name: "host", Title: "Host", Help: "Host that the server listens on or advertises.", Value: func(sv *fleet.Server) any { return sv.Info.Host }},
		{Name: "id", Title: "ID", Help: "Server id, new at each start.", Wide: true, Value: func(sv *fleet.Server) any { return sv.Info.ID }},
		{
			Name: "version", Title: "Version", Short: "Ver", Help: "Version of nats-server; marked when another server runs a newer one.",
			Value: func(sv *fleet.Server) any { return sv.Info.Version },
			Level: func(sv *fleet.Server) Level {
				if v, ok := fleet.ParseVersion(sv.Info.Version); ok && v.Compare(newest) < 0 {
					return fleet.Warn
				}
				return fleet.OK
			},
		},
		{Name: "jetstream", Title: "JS", Help: "Whether JetStream is enabled.", Value: func(sv *fleet.Server) any {
			if sv.Info.Version == "" {
				return nil // it never reported its identity
			}
			return sv.Info.JetStreamEnabled()
		}},
		{Name: "domain", Title: "Domain", Help: "JetStream domain.", Wide: true, Value: func(sv *fleet.Server) any { return sv.Info.Domain }},
		{Name: "tags", Title: "Tags", Help: "Server tags.", Wide: true, Value: func(sv *fleet.Server) any { return []string(sv.Info.Tags) }},
	}
}

func serverFigures() []Column[*fleet.Server] {
	return []Column[*fleet.Server]{
		{Name: "conns", Title: "Conns", Short: "Conn", Help: "Client connections.", Unit: Count, Sum: true, Value: stat(func(sv *fleet.Server) any { return sv.Statsz.Connections })},
		{Name: "subs", Title: "Subs", Help: "Subscriptions in its list, including those that other servers announced to it.", Unit: Count, Sum: true, Value: stat(func(sv *fleet.Server) any { return sv.Statsz.NumSubs })},
		{
			Name: "routes", Title: "Routes", Help: "Servers of the same cluster that it is connected to; each takes several connections.",
			Unit: Count, Value: stat(func(sv *fleet.Server) any { return routePeers(sv) }),
		},
		{Name: "gateways", Title: "GWs", Short: "GW", Help: "Other clusters that it is connected to.", Unit: Count, Value: stat(func(sv *fleet.Server) any { return len(sv.Statsz.Gateways) })},
		{Name: "leafs", Title: "Leafs", Short: "Leaf", Help: "Leafnode connections, both ways (VARZ).", Unit: Count, Sum: true, Value: varz(func(sv *fleet.Server) any { return sv.Varz.Leafs })},
		{
			Name: "mem_bytes", Title: "Mem", Help: "Resident memory; marked from 80 % of its limit.", Unit: Bytes, Sum: true,
			Value: stat(func(sv *fleet.Server) any { return sv.Statsz.Mem }), Level: memLevel,
		},
		{
			Name: "cpu_percent", Title: "CPU%", Help: "Processor use; 100 is one core. Marked from 80 % of all cores.", Unit: Percent, Sum: true,
			Value: stat(func(sv *fleet.Server) any { return sv.Statsz.CPU }), Level: cpuLevel,
		},
		{Name: "cores", Title: "Cores", Help: "Processor cores.", Unit: Count, Wide: true, Sum: true, Value: stat(func(sv *fleet.Server) any { return sv.Statsz.Cores })},
		{
			Name: "slow_consumers", Title: "Slow", Help: "Clients disconnected since the start because they did not keep up.", Unit: Count, Sum: true,
			Value: stat(func(sv *fleet.Server) any { return sv.Statsz.SlowConsumers }),
			Level: func(sv *fleet.Server) Level {
				if sv.Statsz != nil && sv.Statsz.SlowConsumers > 0 {
					return fleet.Warn
				}
				return fleet.OK
			},
		},
		{Name: "accounts", Title: "Accounts", Help: "Accounts with connections.", Unit: Count, Wide: true, Value: stat(func(sv *fleet.Server) any { return sv.Statsz.ActiveAccounts })},
		{Name: "total_conns", Title: "Conns ever", Short: "Ever", Help: "Client connections since the start.", Unit: Count, Wide: true, Sum: true, Value: stat(func(sv *fleet.Server) any { return sv.Statsz.TotalConnections })},
		{Name: "in_msgs", Title: "In msgs", Short: "In", Help: "Messages received since the start.", Unit: Count, Wide: true, Sum: true, Value: stat(func(sv *fleet.Server) any { return sv.Statsz.Received.Msgs })},
		{Name: "in_bytes", Title: "In bytes", Short: "InB", Help: "Bytes received since the start.", Unit: Bytes, Wide: true, Sum: true, Value: stat(func(sv *fleet.Server) any { return sv.Statsz.Received.Bytes })},
		{Name: "out_msgs", Title: "Out msgs", Short: "Out", Help: "Messages sent since the start.", Unit: Count, Wide: true, Sum: true, Value: stat(func(sv *fleet.Server) any { return sv.Statsz.Sent.Msgs })},
		{Name: "out_bytes", Title: "Out bytes", Short: "OutB", Help: "Bytes sent since the start.", Unit: Bytes, Wide: true, Sum: true, Value: stat(func(sv *fleet.Server) any { return sv.Statsz.Sent.Bytes })},
		{Name: "uptime_seconds", Title: "Uptime", Short: "Up", Help: "Time since the start, by the server's clock.", Unit: Seconds, Value: stat(func(sv *fleet.Server) any { return sv.Info.Time.Sub(sv.Statsz.Start).Seconds() })},
		{Name: "rtt_seconds", Title: "Reply", Help: "Time from the request to the answer, measured here; the links show the round trips between servers.", Unit: Seconds, Value: stat(func(sv *fleet.Server) any { return sv.RTTSeconds })},
	}
}

// stat guards a value that comes from STATSZ.
func stat(value func(*fleet.Server) any) func(*fleet.Server) any {
	return func(sv *fleet.Server) any {
		if sv.Statsz == nil {
			return nil
		}
		return value(sv)
	}
}

// varz guards a value that comes from VARZ.
func varz(value func(*fleet.Server) any) func(*fleet.Server) any {
	return func(sv *fleet.Server) any {
		if sv.Varz == nil {
			return nil
		}
		return value(sv)
	}
}

// routePeers counts the distinct peers of the route connections.
func routePeers(sv *fleet.Server) int {
	peers := map[string]bool{}
	for _, r := range sv.Statsz.Routes {
		if r != nil {
			peers[r.Name] = true
		}
	}
	return len(peers)
}

// cpuLevel judges the share of the cores that the server may use.
func cpuLevel(sv *fleet.Server) Level {
	if sv.Statsz == nil {
		return fleet.OK
	}
	cores := sv.Statsz.MaxProcs
	if cores <= 0 {
		cores = sv.Statsz.Cores
	}
	if cores <= 0 {
		return fleet.OK
	}
	return byLimit("cpu_percent", sv.Statsz.CPU/float64(cores))
}

func memLevel(sv *fleet.Server) Level {
	if sv.Statsz == nil || sv.Statsz.Mem < 0 {
		return fleet.OK
	}
	return byLimit("memory_percent", share(uint64(sv.Statsz.Mem), sv.Statsz.MemLimit))
}

// newestVersion returns the newest version of any server of the snapshot.
func newestVersion(s *fleet.Snapshot) (newest fleet.Version) {
	for _, sv := range s.Servers {
		if v, ok := fleet.ParseVersion(strings.TrimSpace(sv.Info.Version)); ok && v.Compare(newest) > 0 {
			newest = v
		}
	}
	return newest
}
