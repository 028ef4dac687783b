package tui

import (
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

type srv = *serverRow

// serverColumns is the table of the Servers page.
var serverColumns = []view.Column[srv]{
	{Name: "name", Title: "SERVER", Help: "name; ★ leads the JetStream meta group", Value: func(r srv) any { return r.label() + star(r.node) }},
	{Name: "cluster", Title: "CLUSTER", Help: "cluster, or the hub of a leafnode", Value: func(r srv) any { return r.place() }},
	{Name: "status", Title: "STATUS", Help: "ok, or why it did not answer", Value: func(r srv) any { return r.status() }, Level: func(r srv) view.Level { return r.level }},
	{Name: "version", Title: "VER", Help: "marked when it differs from the cluster's majority", Value: srvVersion, Level: judged(fleet.Warn, func(r srv) bool { return r.node != nil && r.node.VersionSkew })},
	{Name: "uptime_seconds", Title: "UP", Help: "since the process started", Unit: view.Seconds, Value: func(r srv) any { return r.uptime() }},
	{Name: "conns", Title: "CONN", Help: "client connections", Unit: view.Count, Sum: true, Value: func(r srv) any { return r.stat(func(s *server.ServerStats) any { return s.Connections }) }},
	{Name: "subs", Title: "SUBS", Help: "subscriptions", Unit: view.Count, Value: func(r srv) any { return r.stat(func(s *server.ServerStats) any { return s.NumSubs }) }},
	{
		Name: "cpu_percent", Title: "CPU%", Help: "of one core; marked over 80 % of all cores", Unit: view.Percent,
		Value: func(r srv) any { return r.stat(func(s *server.ServerStats) any { return s.CPU }) },
		Level: judged(fleet.Warn, func(r srv) bool { return r.cpuShare() > cpuWarn }),
	},
	{
		Name: "mem_bytes", Title: "MEM", Help: "resident memory; marked over 90 % of its limit", Unit: view.Bytes, Sum: true,
		Value: func(r srv) any { return r.stat(func(s *server.ServerStats) any { return s.Mem }) },
		Level: judged(fleet.Warn, func(r srv) bool { return r.memShare() > memWarn }),
	},
	{Name: "in_msgs_per_second", Title: "IN/s", Help: "messages received a second", Unit: view.PerSec, Sum: true, Value: func(r srv) any { return r.traffic().InMsgs.Value() }},
	{Name: "out_msgs_per_second", Title: "OUT/s", Help: "messages sent a second", Unit: view.PerSec, Sum: true, Value: func(r srv) any { return r.traffic().OutMsgs.Value() }},
	{Name: "in_bytes_per_second", Title: "INB/s", Help: "bytes received a second", Unit: view.BytesSec, Sum: true, Value: func(r srv) any { return r.traffic().InBytes.Value() }},
	{Name: "out_bytes_per_second", Title: "OUTB/s", Help: "bytes sent a second", Unit: view.BytesSec, Sum: true, Value: func(r srv) any { return r.traffic().OutBytes.Value() }},
	{
		Name: "slow_consumers", Title: "SLOW", Help: "slow consumers since the start; marked while it grows", Unit: view.Count, Sum: true,
		Value: func(r srv) any { return r.stat(func(s *server.ServerStats) any { return s.SlowConsumers }) },
		Level: func(r srv) view.Level { return levelOver(r.change().SlowConsumers) },
	},
	{
		Name: "stalled_clients", Title: "STALL", Help: "times a publisher was held back since the start; marked while it grows", Unit: view.Count, Sum: true,
		Value: func(r srv) any {
			return r.since(fleet.FieldStalledClients, func(s *server.ServerStats) any { return s.StalledClients })
		},
		Level: func(r srv) view.Level { return levelOver(r.change().StalledClients) },
	},
	{Name: "rtt_seconds", Title: "RTT", Help: "until its answer was here", Unit: view.Seconds, Value: srvRTT},
	{Name: "routes", Title: "ROUTES", Help: "route peers it has of those it needs", Wide: true, Value: func(r srv) any { return have(r.node, false) }, Level: func(r srv) view.Level { return lacking(r.node, false) }},
	{Name: "gateways", Title: "GW", Help: "remote clusters it has of those it needs", Wide: true, Value: func(r srv) any { return have(r.node, true) }, Level: func(r srv) view.Level { return lacking(r.node, true) }},
	{Name: "leafs", Title: "LEAF", Help: "leafnode connections", Unit: view.Count, Wide: true, Value: srvLeafs},
	{Name: "ha_assets", Title: "HA", Help: "replicated streams and consumers", Unit: view.Count, Wide: true, Value: func(r srv) any { return r.js(func(s *server.JetStreamStats) any { return s.HAAssets }) }},
	{Name: "js_store_bytes", Title: "JSFILE", Help: "JetStream file storage used", Unit: view.Bytes, Wide: true, Sum: true, Value: func(r srv) any { return r.js(func(s *server.JetStreamStats) any { return s.Store }) }},
	{Name: "api_per_second", Title: "API/s", Help: "JetStream API requests a second", Unit: view.PerSec, Wide: true, Sum: true, Value: func(r srv) any { return r.change().APIRequests.Value() }},
	{Name: "pending_bytes", Title: "PENDING", Help: "bytes waiting on its routes", Unit: view.Bytes, Wide: true, Sum: true, Value: func(r srv) any { return r.stat(func(*server.ServerStats) any { return r.pending() }) }},
	{Name: "procs", Title: "PROCS", Help: "GOMAXPROCS", Unit: view.Count, Wide: true, Value: func(r srv) any { return r.stat(func(s *server.ServerStats) any { return max(s.MaxProcs, s.Cores) }) }},
	{Name: "domain", Title: "DOMAIN", Help: "JetStream domain", Wide: true, Value: func(r srv) any { return r.info().Domain }},
	{Name: "host", Title: "HOST", Help: "address it listens on", Wide: true, Value: func(r srv) any { return r.info().Host }},
	{Name: "tags", Title: "TAGS", Help: "server tags", Wide: true, Value: func(r srv) any { return []string(r.info().Tags) }},
	{Name: "id", Title: "ID", Help: "server id, new with each start", Wide: true, Value: func(r srv) any { return r.id }},
}

// serverTotals replaces the rates when totals are shown.
var serverTotals = map[string]view.Column[srv]{
	"in_msgs_per_second":   {Name: "in_msgs", Title: "IN", Help: "messages received since the start", Unit: view.PerSec, Sum: true, Value: func(r srv) any { return r.stat(func(s *server.ServerStats) any { return s.Received.Msgs }) }},
	"out_msgs_per_second":  {Name: "out_msgs", Title: "OUT", Help: "messages sent since the start", Unit: view.PerSec, Sum: true, Value: func(r srv) any { return r.stat(func(s *server.ServerStats) any { return s.Sent.Msgs }) }},
	"in_bytes_per_second":  {Name: "in_bytes", Title: "INB", Help: "bytes received since the start", Unit: view.Bytes, Sum: true, Value: func(r srv) any { return r.stat(func(s *server.ServerStats) any { return s.Received.Bytes }) }},
	"out_bytes_per_second": {Name: "out_bytes", Title: "OUTB", Help: "bytes sent since the start", Unit: view.Bytes, Sum: true, Value: func(r srv) any { return r.stat(func(s *server.ServerStats) any { return s.Sent.Bytes }) }},
}

// traffic is the server's rates; nothing is known of a ghost.
func (r *serverRow) traffic() fleet.Traffic { return r.change().Traffic }

func (r *serverRow) change() *fleet.ServerDelta {
	if r.delta == nil {
		return &fleet.ServerDelta{}
	}
	return r.delta
}

func (r *serverRow) info() server.ServerInfo {
	if r.sv == nil {
		return server.ServerInfo{}
	}
	return r.sv.Info
}

func srvVersion(r srv) any {
	if r.node == nil || r.node.Version == "" {
		return nil
	}
	return r.node.Version
}

func srvRTT(r srv) any {
	if r.sv == nil || r.sv.RTTSeconds <= 0 {
		return nil
	}
	return r.sv.RTTSeconds
}

func srvLeafs(r srv) any {
	if r.sv != nil && r.sv.Leafz != nil {
		return len(r.sv.Leafz.Leafs)
	}
	return r.varz(func(v *server.Varz) any { return v.Leafs })
}

// star marks the leader of the meta group.
func star(n *fleet.Node) string {
	if n != nil && n.MetaLeader {
		return " ★"
	}
	return ""
}

// have is "2/3": links that are there of those that should be.
func have(n *fleet.Node, gateways bool) any {
	switch {
	case n == nil || n.Ghost:
		return nil
	case gateways && n.GatewaysNeed > 0:
		return ratio(n.GatewaysHave, n.GatewaysNeed)
	case !gateways && n.RoutesNeed > 0:
		return ratio(n.RoutesHave, n.RoutesNeed)
	}
	return nil
}

func lacking(n *fleet.Node, gateways bool) view.Level {
	if n != nil && !n.Ghost && (gateways && n.GatewaysHave < n.GatewaysNeed || !gateways && n.RoutesHave < n.RoutesNeed) {
		return fleet.Crit
	}
	return fleet.OK
}
