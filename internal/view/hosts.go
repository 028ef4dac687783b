package view

import (
	"github.com/natsctl/natsctl/internal/fleet"
)

// CPU returns the columns of a table of the servers' processor use.
func CPU(rates bool, d *fleet.Delta) []Column[*fleet.Server] {
	cols := append(serverColumns(self), []Column[*fleet.Server]{
		{Name: "cpu_percent", Title: "CPU%", Help: "Processor use; 100 is one core.", Unit: Percent, Sum: true, Value: stat(func(sv *fleet.Server) any { return sv.Statsz.CPU }), Level: cpuLevel},
		{Name: "cores", Title: "Cores", Help: "Processor cores.", Unit: Count, Sum: true, Value: stat(func(sv *fleet.Server) any { return sv.Statsz.Cores })},
		{Name: "gomaxprocs", Title: "Procs", Help: "Cores that the server may use.", Unit: Count, Value: stat(procs)},
		{Name: "load_percent", Title: "Load%", Help: "Of the cores that it may use.", Unit: Percent, Value: stat(load), Level: func(sv *fleet.Server) Level {
			if sv.Statsz == nil {
				return fleet.OK
			}
			return byLimit("cpu_percent", load(sv))
		}},
		{Name: "conns", Title: "Conns", Help: "Client connections.", Unit: Count, Sum: true, Value: stat(func(sv *fleet.Server) any { return sv.Statsz.Connections })},
		{Name: "subs", Title: "Subs", Help: "Subscriptions.", Unit: Count, Sum: true, Value: stat(func(sv *fleet.Server) any { return sv.Statsz.NumSubs })},
	}...)
	cols = append(cols, TrafficColumns(rates, func(sv *fleet.Server) fleet.Traffic { return d.Server(sv.Info.ID).Traffic })...)
	return append(cols, allOptional(CounterColumns(rates, func(sv *fleet.Server) fleet.Counters {
		in, out := sv.Statsz.Received, sv.Statsz.Sent
		return fleet.Counters{InMsgs: in.Msgs, InBytes: in.Bytes, OutMsgs: out.Msgs, OutBytes: out.Bytes}
	}), func(sv *fleet.Server) bool { return sv.Statsz != nil })...)
}

func self(sv *fleet.Server) *fleet.Server { return sv }

// procs returns the number of cores that the server may use, or nil if not
// reported.
func procs(sv *fleet.Server) any {
	if sv.Statsz.MaxProcs > 0 {
		return sv.Statsz.MaxProcs
	}
	if sv.Varz != nil && sv.Varz.MaxProcs > 0 {
		return sv.Varz.MaxProcs
	}
	return nil
}

func load(sv *fleet.Server) any {
	cores := sv.Statsz.Cores
	if n, ok := procs(sv).(int); ok {
		cores = n
	}
	if cores <= 0 {
		return nil
	}
	return sv.Statsz.CPU / float64(cores)
}

// Memory returns the columns of a table of the servers' memory use.
func Memory() []Column[*fleet.Server] {
	return append(serverColumns(self), []Column[*fleet.Server]{
		{Name: "mem_bytes", Title: "Mem", Help: "Resident memory.", Unit: Bytes, Sum: true, Value: stat(func(sv *fleet.Server) any { return sv.Statsz.Mem })},
		{Name: "limit_bytes", Title: "Limit", Help: "GOMEMLIMIT, where the server has one and reports it.", Unit: Bytes, Value: stat(memLimit)},
		{Name: "used_percent", Title: "Used%", Help: "Of the limit.", Unit: Percent, Value: stat(memUse), Level: func(sv *fleet.Server) Level {
			if sv.Statsz == nil {
				return fleet.OK
			}
			return byLimit("memory_percent", memUse(sv))
		}},
		{Name: "conns", Title: "Conns", Help: "Client connections.", Unit: Count, Sum: true, Value: stat(func(sv *fleet.Server) any { return sv.Statsz.Connections })},
		{Name: "subs", Title: "Subs", Help: "Subscriptions.", Unit: Count, Sum: true, Value: stat(func(sv *fleet.Server) any { return sv.Statsz.NumSubs })},
		{Name: "memory_store_bytes", Title: "JS memory", Help: "Bytes in memory streams.", Unit: Bytes, Sum: true, Value: stat(func(sv *fleet.Server) any {
			if js := sv.Statsz.JetStream; js != nil && js.Stats != nil {
				return js.Stats.Memory
			}
			return nil
		})},
		{Name: "slow_consumers", Title: "Slow", Help: "Slow consumers since the start.", Unit: Count, Sum: true, Value: stat(func(sv *fleet.Server) any { return sv.Statsz.SlowConsumers })},
	}...)
}

func memLimit(sv *fleet.Server) any {
	if !fleet.Reports(sv.Info.Version, fleet.FieldMemLimit) {
		return nil
	}
	if sv.Statsz.MemLimit == 0 && sv.Varz != nil {
		return positive(sv.Varz.MemLimit)
	}
	return positive(sv.Statsz.MemLimit)
}

func memUse(sv *fleet.Server) any {
	limit, ok := memLimit(sv).(int64)
	if !ok {
		return nil
	}
	return float64(sv.Statsz.Mem) / float64(limit) * 100
}

// Subscriptions returns the columns of a table of the servers' subscription
// lists.
func Subscriptions(rates bool, d *fleet.Delta) []Column[*fleet.Server] {
	subsz := func(value func(*fleet.Server) any) func(*fleet.Server) any {
		return func(sv *fleet.Server) any {
			if sv.Subsz == nil || sv.Subsz.SublistStats == nil {
				return nil
			}
			return value(sv)
		}
	}
	return append(serverColumns(self), []Column[*fleet.Server]{
		{Name: "subs", Title: "Subs", Help: "Subscriptions, over all accounts.", Unit: Count, Sum: true, Value: subsz(func(sv *fleet.Server) any { return sv.Subsz.NumSubs })},
		{Name: "cache", Title: "Cache", Help: "Subjects in the cache of matches.", Unit: Count, Sum: true, Value: subsz(func(sv *fleet.Server) any { return sv.Subsz.NumCache })},
		{Name: "inserts", Title: "Inserts", Help: "Subscriptions added since the start.", Unit: Count, Wide: rates, Sum: true, Value: subsz(func(sv *fleet.Server) any { return sv.Subsz.NumInserts })},
		{Name: "removes", Title: "Removes", Help: "Subscriptions removed since the start.", Unit: Count, Wide: rates, Sum: true, Value: subsz(func(sv *fleet.Server) any { return sv.Subsz.NumRemoves })},
		{Name: "matches", Title: "Matches", Help: "Lookups since the start.", Unit: Count, Wide: rates, Sum: true, Value: subsz(func(sv *fleet.Server) any { return sv.Subsz.NumMatches })},
		{Name: "inserts_per_second", Title: "Inserts/s", Help: "Subscriptions added a second; needs two snapshots.", Unit: PerSec, Wide: !rates, Sum: true, Value: func(sv *fleet.Server) any { return d.Server(sv.Info.ID).Inserts.Value() }},
		{Name: "removes_per_second", Title: "Removes/s", Help: "Subscriptions removed a second; needs two snapshots.", Unit: PerSec, Wide: !rates, Sum: true, Value: func(sv *fleet.Server) any { return d.Server(sv.Info.ID).Removes.Value() }},
		{Name: "matches_per_second", Title: "Matches/s", Help: "Lookups a second; needs two snapshots.", Unit: PerSec, Wide: !rates, Sum: true, Value: func(sv *fleet.Server) any { return d.Server(sv.Info.ID).Matches.Value() }},
		{Name: "cache_hit_percent", Title: "Hits%", Help: "Of the lookups that the cache answered.", Unit: Percent, Value: subsz(func(sv *fleet.Server) any { return sv.Subsz.CacheHitRate * 100 })},
		{Name: "max_fanout", Title: "Max fanout", Help: "Most subscriptions that one subject in the cache has.", Unit: Count, Value: subsz(func(sv *fleet.Server) any { return sv.Subsz.MaxFanout })},
		{Name: "avg_fanout", Title: "Avg fanout", Help: "Subscriptions that a subject in the cache has on average.", Unit: Count, Value: subsz(func(sv *fleet.Server) any { return sv.Subsz.AvgFanout })},
	}...)
}

// Versions returns the columns of a table of server versions.
func Versions() []Column[*fleet.Node] {
	varz := func(value func(*fleet.Node) any) func(*fleet.Node) any {
		return func(n *fleet.Node) any {
			if n.Server == nil || n.Server.Varz == nil {
				return nil
			}
			return value(n)
		}
	}
	return []Column[*fleet.Node]{
		{Name: "cluster", Title: "Cluster", Help: "Cluster of the server.", Value: func(n *fleet.Node) any { return n.Cluster }},
		{Name: "server", Title: "Server", Help: "Server name.", Value: func(n *fleet.Node) any { return n.Name }},
		{Name: "version", Title: "Version", Help: "Version of nats-server; marked when most of its cluster runs another one.", Value: func(n *fleet.Node) any { return n.Version }, Level: func(n *fleet.Node) Level { return skew(n.VersionSkew) }},
		{Name: "version_skew", Title: "Version skew", Help: "Whether most of its cluster runs another version.", Wide: true, Value: func(n *fleet.Node) any { return n.VersionSkew }},
		{Name: "config_digest", Title: "Config", Help: "Digest of its configuration (2.11); marked when most of its cluster share another one.", Wide: true, Value: varz(func(n *fleet.Node) any {
			return reported(n.Server, fleet.FieldConfigDigest, n.Server.Varz.ConfigDigest)
		}), Level: func(n *fleet.Node) Level { return skew(n.ConfigSkew) }},
		{Name: "config_skew", Title: "Config skew", Help: "Whether most of its cluster share another configuration; those that all differ, as files that name the server do, do not count.", Value: varz(func(n *fleet.Node) any { return reported(n.Server, fleet.FieldConfigDigest, n.ConfigSkew) }), Level: func(n *fleet.Node) Level { return skew(n.ConfigSkew) }},
		{Name: "config_loaded", Title: "Loaded", Help: "When the configuration was loaded.", Unit: Instant, Value: varz(func(n *fleet.Node) any { return instant(n.Server.Varz.ConfigLoadTime) })},
		{Name: "started", Title: "Started", Help: "When the server was started.", Unit: Instant, Value: varz(func(n *fleet.Node) any { return instant(n.Server.Varz.Start) })},
		{Name: "go", Title: "Go", Help: "Version of Go that it was built with.", Wide: true, Value: varz(func(n *fleet.Node) any { return n.Server.Varz.GoVersion })},
		{Name: "git_commit", Title: "Commit", Help: "Commit that it was built from.", Wide: true, Value: varz(func(n *fleet.Node) any { return n.Server.Varz.GitCommit })},
		{Name: "id", Title: "ID", Help: "Server id, new at each start.", Wide: true, Value: func(n *fleet.Node) any { return n.ID }},
	}
}

func skew(yes bool) Level {
	if yes {
		return fleet.Warn
	}
	return fleet.OK
}
