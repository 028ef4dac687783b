package checks

import (
	"fmt"
	"maps"
	"slices"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// loadChecks examine the load of servers and connections.
var loadChecks = []*Check{
	{
		Name: "cpu", About: "No server needs most of its cores.",
		Why:    "A server without spare CPU delays every client, then drops the slow ones and its routes.",
		Next:   "Find the talkers with `natsctl server report connections --sort out_msgs`, spread clients, or add a server.",
		Limits: []Limit{{Name: "cpu_percent", About: "of all cores that the server may use", Warn: 80, Crit: 95}},
		find:   findCPU,
	},
	{
		Name: "memory", About: "No server is near its memory limit (GOMEMLIMIT).",
		Why:    "Near the limit the garbage collector takes the CPU, and past it the kernel takes the server.",
		Next:   "Look for many connections with pending bytes, for large memory streams, and for subscriptions without end.",
		Limits: []Limit{{Name: "memory_percent", About: "of GOMEMLIMIT, where the server has one", Warn: 80, Crit: 95}},
		find:   findMemory,
	},
	{
		Name: "connections", About: "No server is near its maximum of connections.",
		Why:    "At the maximum new clients are refused, also those that come from a failed server.",
		Next:   "Raise max_connections, or add a server.",
		Limits: []Limit{{Name: "connections_percent", About: "of max_connections", Warn: 80, Crit: 95}},
		Needs:  []fleet.Kind{fleet.Varz}, find: findConnections,
	},
	{
		Name: "balance", About: "The clients of a cluster are spread evenly.",
		Why:  "One server with most of the clients fails for all of them at once.",
		Next: "Kick some clients of the full server slowly (`natsctl server kick`); they reconnect elsewhere.",
		Limits: []Limit{
			{Name: "balance_percent", About: "connections of a server over the cluster's average, when it has 50 or more", Warn: 100, Crit: never()},
		},
		find: findImbalance,
	},
	{
		Name: "slow-consumers", About: "No client was dropped as a slow consumer lately.",
		Why:    "A slow consumer loses messages, and its server spent memory on it first.",
		Next:   "See `natsctl server report connections --state closed --filter 'reason contains \"Slow\"'` for who it was.",
		Limits: []Limit{{Name: "slow_consumers", About: "dropped since the snapshot before", Warn: 1, Crit: 100}},
		Rates:  true, find: findSlow,
	},
	{
		Name: "stalled", About: "No publisher is held back by slow receivers.",
		Why:    "A stalled publisher waits for somebody else's slow connection.",
		Next:   "Find the receivers with `natsctl server report connections --sort pending_bytes`.",
		Limits: []Limit{{Name: "stalled_clients", About: "stalls since the snapshot before", Warn: 10, Crit: 1000}},
		Rates:  true, find: findStalled,
	},
	{
		Name: "stale", About: "No connection went stale lately.",
		Why:    "A stale connection stopped answering pings: a client or a network that hangs.",
		Next:   "See `natsctl server report connections --state closed --filter 'reason contains \"Stale\"'`.",
		Limits: []Limit{{Name: "stale_connections", About: "closed since the snapshot before", Warn: 1, Crit: 100}},
		Rates:  true, find: findStale,
	},
	{
		Name: "pending", About: "No connection has much data waiting.",
		Why:    "A connection whose pending bytes reach max_pending is dropped, with what was pending.",
		Next:   "The receiver is too slow, or its link has too little bandwidth: look at its RTT and at what it subscribes to.",
		Limits: []Limit{{Name: "pending_percent", About: "of max_pending", Warn: 25, Crit: 75}},
		Needs:  []fleet.Kind{fleet.Connz, fleet.Varz}, find: findPending,
	},
	{
		Name: "pending-rising", About: "No connection gets data faster than it can read it.",
		Why:    "When its pending bytes reach max_pending the server drops the connection, with what was pending.",
		Next:   "Find what it subscribes to with `natsctl server report connections --subscriptions --filter 'pending_bytes > 0'`; speed it up, or share its work in a queue group.",
		Limits: []Limit{{Name: "pending_full_seconds", About: "until its pending bytes reach max_pending at the rate of the last interval, from 1 % of it on", Warn: 60, Crit: 15, Below: true}},
		Needs:  []fleet.Kind{fleet.Connz, fleet.Varz}, Rates: true, find: findPendingRise,
	},
	{
		Name: "queues", About: "No server processes its internal queues too slowly.",
		Why:    "A queue that grows inside a server delays JetStream, accounts or system messages for all.",
		Next:   "Take a CPU and a goroutine profile with `natsctl server profile` and look for a slow disk.",
		Limits: []Limit{{Name: "queue_items", About: "waiting in one internal queue", Warn: 10_000, Crit: 1_000_000}},
		Needs:  []fleet.Kind{fleet.Ipqueuesz}, find: findQueues,
	},
}

func findCPU(c *checkup) {
	c.eachStatsz(func(sv *fleet.Server, st *server.ServerStats, f Finding) {
		cores := st.MaxProcs
		if cores <= 0 {
			cores = st.Cores
		}
		if cores <= 0 {
			return
		}
		c.countObject()
		// The server reports 100 for each busy core.
		f.What = fmt.Sprintf("%s is busy: %.0f%% of one core, and it may use %d", sv.Info.Name, st.CPU, cores)
		c.measure("cpu_percent", st.CPU/float64(cores), f)
	})
}

func findMemory(c *checkup) {
	c.eachStatsz(func(sv *fleet.Server, st *server.ServerStats, f Finding) {
		limit := st.MemLimit
		if limit == 0 && sv.Varz != nil {
			limit = sv.Varz.MemLimit
		}
		if limit <= 0 {
			return
		}
		c.countObject()
		f.What = fmt.Sprintf("%s uses %s of its memory limit of %s", sv.Info.Name, fleet.InBytes(st.Mem), fleet.InBytes(limit))
		c.measure("memory_percent", percent(float64(st.Mem), float64(limit)), f)
	})
}

func findConnections(c *checkup) {
	c.eachStatsz(func(sv *fleet.Server, st *server.ServerStats, f Finding) {
		if sv.Varz == nil || sv.Varz.MaxConn <= 0 {
			return
		}
		c.countObject()
		f.What = fmt.Sprintf("%s has %d of at most %d connections", sv.Info.Name, st.Connections, sv.Varz.MaxConn)
		c.measure("connections_percent", percent(float64(st.Connections), float64(sv.Varz.MaxConn)), f)
	})
}

func findImbalance(c *checkup) {
	for _, cl := range c.Topology.Clusters {
		total, servers := 0, 0
		for _, n := range cl.Nodes {
			if n.Server != nil && n.Server.Statsz != nil {
				total, servers = total+n.Server.Statsz.Connections, servers+1
			}
		}
		if cl.Name == "" || servers < 2 {
			continue
		}
		average := float64(total) / float64(servers)
		for _, n := range cl.Nodes {
			if n.Server == nil || n.Server.Statsz == nil {
				continue
			}
			c.countObject()
			conns := n.Server.Statsz.Connections
			if conns < 50 {
				continue // chance, not imbalance
			}
			c.measure("balance_percent", percent(float64(conns)-average, average), Finding{
				Object: n.Name, Where: cl.Name,
				What:  fmt.Sprintf("%s has %d connections, the average of %s is %.0f", n.Name, conns, cl.Name, average),
				About: on(n.Server),
			})
		}
	}
}

func findQueues(c *checkup) {
	for _, sv := range c.Snapshot.Servers {
		if sv.Ipqueuesz == nil {
			continue
		}
		c.countObject()
		for _, name := range slices.Sorted(maps.Keys(*sv.Ipqueuesz)) {
			waiting := (*sv.Ipqueuesz)[name].Pending
			c.measure("queue_items", float64(waiting), Finding{
				Object: name, Where: sv.Info.Name, What: fmt.Sprintf("%d items wait in the queue %q of %s", waiting, name, sv.Info.Name), About: on(sv),
			})
		}
	}
}
