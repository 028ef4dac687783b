package checks

import (
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

func serverCases() []findingCase {
	return []findingCase{
		{"servers", "each reason", 9, func(in *Input) {
			in.Snapshot.Expected = 9
			in.Snapshot.Missing = []fleet.Missing{
				{Name: "m1", Cluster: "C1", Reason: fleet.Gone},
				{ID: "ID2", Cluster: "C2", Reason: fleet.Silent, SeenBy: []string{"a", "b"}},
				{Name: "m3", Cluster: "C3", Reason: fleet.Draining},
				{Name: "m4", Cluster: "C4", Reason: fleet.Behind, Via: "gw"},
				{Reason: fleet.Late},
			}
		}, []string{
			"crit|m1|C1|m1 does not answer: dead or cut off",
			"crit|ID2|C2|ID2 is connected, but does not answer: hung, overloaded, or just cut off; still linked to a, b",
			"crit|m4|C4|m4 is cut off from here: the way to it, or back from it, leads through gw, which does not answer",
			"crit|unnamed||unnamed does not answer",
			"warn|m3|C3|m3 is in lame duck mode: it takes no new clients and answers no more questions",
		}},
		{"answers", "each reason", 3, func(in *Input) {
			in.Snapshot.Problems = []fleet.Problem{
				{Server: "a", Kind: fleet.Raftz, Reason: fleet.Unsupported},
				{Server: "b", Kind: fleet.Connz, Reason: fleet.Malformed, Detail: "EOF"},
			}
		}, []string{
			"warn|b|CONNZ|CONNZ of b is malformed: EOF",
			"info|a|RAFTZ|RAFTZ of a is unsupported",
		}},
		{"names", "two of one name, in two clusters", 3, func(in *Input) {
			in.Snapshot.Servers[1].Info.Name = "a"
			in.Snapshot.Servers[1].Info.Cluster = "D"
		}, []string{
			"warn|a|C, D|2 servers are named a|2 count, limit 0",
		}},
		{"names", "without a name", 3, func(in *Input) {
			in.Snapshot.Servers[1].Info.Name, in.Snapshot.Servers[2].Info.Name = "", ""
		}, nil},
		{"versions", "one is older", 3, func(in *Input) { first(in).Info.Version = "2.9.1" }, []string{
			"warn|a|C|a runs 2.9.1, most of C runs 2.15.2",
		}},
		{"config", "one differs", 3, func(in *Input) { first(in).Varz.ConfigDigest = "other" }, []string{
			"warn|a|C|the configuration of a differs from most of C",
		}},
		{"config", "one does not say", 2, func(in *Input) { first(in).Varz.ConfigDigest = "" }, nil},
		{"uptime", "one is young, one does not say", 2, func(in *Input) {
			first(in).Statsz.Start = first(in).Info.Time.Add(-59 * time.Second)
			in.Snapshot.Servers[1].Statsz.Start = time.Time{}
		}, []string{
			"warn|a|C|a started 59s ago|59 seconds, limit 60",
		}},
		{"clock", "ahead, behind, and not known", 2, func(in *Input) {
			in.Snapshot.TookSeconds = 2
			first(in).Info.Time = in.Snapshot.Time.Add(1500 * time.Millisecond)
			in.Snapshot.Servers[1].Info.Time = in.Snapshot.Time.Add(-14 * time.Second)
			in.Snapshot.Servers[2].Info.Time = time.Time{}
		}, []string{
			"crit|b|C|the clock of b is 12s behind the one here|12 seconds, limit 10",
			"warn|a|C|the clock of a is 1.5s ahead of the one here|1.5 seconds, limit 1",
		}},
		{"clock", "as far behind as the question took", 3, func(in *Input) {
			in.Snapshot.TookSeconds = 5
			first(in).Info.Time = in.Snapshot.Time.Add(-5900 * time.Millisecond)
		}, nil},
		{"health", "each way to say it", 3, func(in *Input) {
			first(in).Healthz = &server.HealthStatus{Status: "unavailable", StatusCode: 503, Error: "not ready"}
			in.Snapshot.Servers[1].Healthz = &server.HealthStatus{Status: "error", StatusCode: 500, Errors: []server.HealthzError{{Error: "no leader"}, {Error: "lag"}, {Error: "x"}}}
			in.Snapshot.Servers[2].Healthz = &server.HealthStatus{Status: "error", Errors: []server.HealthzError{{Error: "alone"}}}
		}, []string{
			"crit|a|C|a is unhealthy: not ready|503 status, limit 0",
			"crit|b|C|b is unhealthy: no leader, and 2 more|500 status, limit 0",
			"crit|c|C|c is unhealthy: alone|0 status, limit 0",
		}},
		{"health", "ok with a code that is not", 2, func(in *Input) {
			first(in).Healthz = &server.HealthStatus{Status: "ok", StatusCode: 503}
		}, []string{
			"crit|a|C|a is unhealthy|503 status, limit 0",
		}},
		{"health", "an old server gives no code", 2, func(in *Input) { first(in).Healthz = &server.HealthStatus{Status: "ok"} }, nil},
		{"names", "two of one name, in one cluster", 3, func(in *Input) { in.Snapshot.Servers[1].Info.Name = "a" }, []string{
			"warn|a|C|2 servers are named a|2 count, limit 0",
		}},
		{"uptime", "at the limit", 3, func(in *Input) { first(in).Statsz.Start = in.Snapshot.Time.Add(-time.Minute) }, []string{
			"warn|a|C|a started 1m0s ago|60 seconds, limit 60",
		}},
		{"clock", "far ahead", 3, func(in *Input) { first(in).Info.Time = in.Snapshot.Time.Add(30 * time.Second) }, []string{
			"crit|a|C|the clock of a is 30s ahead of the one here|30 seconds, limit 10",
		}},
		{"clock", "behind", 3, func(in *Input) { first(in).Info.Time = in.Snapshot.Time.Add(-4 * time.Second) }, []string{
			"warn|a|C|the clock of a is 4s behind the one here|4 seconds, limit 1",
		}},
		{"versions", "one is older, beside one that does not answer", 3, func(in *Input) {
			in.Snapshot.Missing = []fleet.Missing{{ID: "ID-0", Name: "0", Cluster: "C", Reason: fleet.Gone}}
			first(in).Info.Version = "2.9.1"
		}, []string{
			"warn|a|C|a runs 2.9.1, most of C runs 2.15.2",
		}},
	}
}

func loadCases() []findingCase {
	return []findingCase{
		{"cpu", "of what it may use", 3, func(in *Input) {
			first(in).Statsz.CPU, first(in).Statsz.Cores, first(in).Statsz.MaxProcs = 190, 16, 2
			in.Snapshot.Servers[2].Statsz.Cores, in.Snapshot.Servers[2].Statsz.CPU = 4, 319
		}, []string{
			"crit|a|C|a is busy: 190% of one core, and it may use 2|95 percent, limit 95",
		}},
		{"cpu", "without a number of cores", 1, func(in *Input) { first(in).Statsz.Cores, first(in).Statsz.CPU = 0, 900 }, nil},
		{"memory", "limit from STATSZ, from VARZ, and none", 2, func(in *Input) {
			first(in).Statsz.Mem, first(in).Statsz.MemLimit, first(in).Varz.MemLimit = 850, 1000, 5000
			in.Snapshot.Servers[1].Statsz.Mem, in.Snapshot.Servers[1].Varz.MemLimit = 1960<<20, 2000<<20
			in.Snapshot.Servers[2].Statsz.Mem = 1 << 50
		}, []string{
			"crit|b|C|b uses 1.9 GiB of its memory limit of 2.0 GiB|98 percent, limit 95",
			"warn|a|C|a uses 850 bytes of its memory limit of 1.0 KiB|85 percent, limit 80",
		}},
		{"connections", "near the most", 3, func(in *Input) { first(in).Varz.MaxConn, first(in).Statsz.Connections = 100, 96 }, []string{
			"crit|a|C|a has 96 of at most 100 connections|96 percent, limit 95",
		}},
		{"balance", "twice the average", 3, func(in *Input) {
			first(in).Statsz.Connections, in.Snapshot.Servers[1].Statsz.Connections, in.Snapshot.Servers[2].Statsz.Connections = 200, 50, 49
		}, []string{
			"warn|a|C|a has 200 connections, the average of C is 100|100.7 percent, limit 100",
		}},
		{"balance", "fifty are no chance any more", 3, func(in *Input) {
			first(in).Statsz.Connections, in.Snapshot.Servers[1].Statsz.Connections, in.Snapshot.Servers[2].Statsz.Connections = 50, 1, 1
		}, []string{
			"warn|a|C|a has 50 connections, the average of C is 17|188.5 percent, limit 100",
		}},
		{"balance", "of two servers, one of which does not tell", 2, func(in *Input) {
			first(in).Statsz.Connections, in.Snapshot.Servers[1].Statsz.Connections, in.Snapshot.Servers[2].Statsz = 3000, 0, nil
		}, []string{
			"warn|a|C|a has 3000 connections, the average of C is 1500|100 percent, limit 100",
		}},
		{"balance", "few connections are chance", 3, func(in *Input) { first(in).Statsz.Connections = 49 }, nil},
		{"balance", "two servers of no cluster", 0, func(in *Input) {
			for i, sv := range in.Snapshot.Servers {
				sv.Info.Cluster, sv.Statsz.Connections = "", 1+i*1000
			}
		}, nil},
		{"slow-consumers", "three", 3, func(in *Input) { first(in).Statsz.SlowConsumers = 3 }, []string{
			"warn|a|C|a: 3 connections dropped as slow consumers in 2s|3 count, limit 1",
		}},
		{"stalled", "many", 3, func(in *Input) { first(in).Statsz.StalledClients = 12 }, []string{
			"warn|a|C|a: 12 stalls of publishers in 2s|12 count, limit 10",
		}},
		{"stale", "one", 3, func(in *Input) { first(in).Statsz.StaleConnections = 1 }, []string{
			"warn|a|C|a: 1 connections closed as stale in 2s|1 count, limit 1",
		}},
		{"stale", "a server that is too old to count them", 2, func(in *Input) {
			first(in).Info.Version, first(in).Statsz.StaleConnections = "2.11.0", 9
		}, nil},
		{"pending", "with a name, without, closed", 2, func(in *Input) {
			stop := in.Snapshot.Time
			first(in).Varz.MaxPending = 1000
			first(in).Connz.Conns = []*server.ConnInfo{{Cid: 7, Name: "feed", Pending: 260}, {Cid: 8, Pending: 800}, {Cid: 9, Pending: 900, Stop: &stop}}
		}, []string{
			"crit|cid 8|a|800 bytes of at most 1.0 KiB wait for cid 8|80 percent, limit 75",
			"warn|feed (cid 7)|a|260 bytes of at most 1.0 KiB wait for feed (cid 7)|26 percent, limit 25",
		}},
		{"pending", "without a most", 0, func(in *Input) {
			first(in).Varz.MaxPending = 0
			first(in).Connz.Conns = []*server.ConnInfo{{Cid: 7, Pending: 800}}
		}, nil},
		{"queues", "two of three", 2, func(in *Input) {
			first(in).Ipqueuesz = &server.IpqueueszStatus{"z": {Pending: 10_000}, "y": {Pending: 9_999}, "x": {Pending: 2_000_000}}
		}, []string{
			`crit|x|a|2000000 items wait in the queue "x" of a|2e+06 count, limit 1e+06`,
			`warn|z|a|10000 items wait in the queue "z" of a|1e+04 count, limit 1e+04`,
		}},
		{"cpu", "over the first limit", 2, func(in *Input) { first(in).Statsz.CPU = 170 }, []string{
			"warn|a|C|a is busy: 170% of one core, and it may use 2|85 percent, limit 80",
		}},
		{"memory", "over the second limit", 1, func(in *Input) { first(in).Statsz.Mem, first(in).Statsz.MemLimit = 99, 100 }, []string{
			"crit|a|C|a uses 99 bytes of its memory limit of 100 bytes|99 percent, limit 95",
		}},
		{"connections", "as many as may be", 3, func(in *Input) { first(in).Varz.MaxConn = 3 }, []string{
			"crit|a|C|a has 3 of at most 3 connections|100 percent, limit 95",
		}},
		{"balance", "ten times the average", 3, func(in *Input) { first(in).Statsz.Connections = 500 }, []string{
			"warn|a|C|a has 500 connections, the average of C is 169|196.4 percent, limit 100",
		}},
		{"stalled", "thousands", 3, func(in *Input) { first(in).Statsz.StalledClients = 2000 }, []string{
			"crit|a|C|a: 2000 stalls of publishers in 2s|2000 count, limit 1000",
		}},
		{"pending", "almost the most", 1, func(in *Input) { first(in).Connz.Conns = []*server.ConnInfo{{Cid: 1, Pending: 60 << 20}} }, []string{
			"crit|cid 1|a|60.0 MiB of at most 64.0 MiB wait for cid 1|93.75 percent, limit 75",
		}},
		{"pending-rising", "grows", 1, func(in *Input) { in.pending(10<<20, 20<<20) }, []string{
			"crit|cid 1|a|cid 1 falls behind: what waits for it grew from 10.0 MiB to 20.0 MiB in 2s; at that rate the server drops it in 8.8s|8.8 seconds, limit 15",
		}},
		{"pending-rising", "grows slowly enough for a warning", 1, func(in *Input) { in.pending(10<<20, 12<<20) }, []string{
			"warn|cid 1|a|cid 1 falls behind: what waits for it grew from 10.0 MiB to 12.0 MiB in 2s; at that rate the server drops it in 52s|52 seconds, limit 60",
		}},
		{"pending-rising", "grows fast", 1, func(in *Input) { in.pending(10<<20, 40<<20) }, []string{
			"crit|cid 1|a|cid 1 falls behind: what waits for it grew from 10.0 MiB to 40.0 MiB in 2s; at that rate the server drops it in 1.6s|1.6 seconds, limit 15",
		}},
		{"pending-rising", "stays", 1, func(in *Input) { in.pending(60<<20, 60<<20) }, nil},
		{"pending-rising", "shrinks", 1, func(in *Input) { in.pending(60<<20, 50<<20) }, nil},
		{"pending-rising", "a burst into an empty buffer", 1, func(in *Input) { in.pending(0, 20<<20) }, nil},
		{"pending-rising", "next to nothing", 1, func(in *Input) { in.pending(1000, 500_000) }, nil},
		{"pending-rising", "slowly", 1, func(in *Input) { in.pending(10<<20, 10<<20+1000) }, nil},
		{"balance", "of two servers, beside one of no cluster", 2, func(in *Input) {
			first(in).Statsz.Connections, in.Snapshot.Servers[1].Statsz.Connections = 3000, 0
			in.Snapshot.Servers[2].Info.Cluster = ""
		}, []string{
			"warn|a|C|a has 3000 connections, the average of C is 1500|100 percent, limit 100",
		}},
		{"balance", "beside one that does not answer", 3, func(in *Input) {
			in.Snapshot.Missing = []fleet.Missing{{ID: "ID-0", Name: "0", Cluster: "C", Reason: fleet.Gone}}
			first(in).Statsz.Connections, in.Snapshot.Servers[1].Statsz.Connections, in.Snapshot.Servers[2].Statsz.Connections = 200, 50, 49
		}, []string{
			"warn|a|C|a has 200 connections, the average of C is 100|100.7 percent, limit 100",
		}},
		{"pending", "of one server, where another told no connections", 1, func(in *Input) {
			first(in).Connz = nil
			in.Snapshot.Servers[1].Varz.MaxPending, in.Snapshot.Servers[1].Connz.Conns = 1000, []*server.ConnInfo{{Cid: 8, Pending: 800}}
		}, []string{
			"crit|cid 8|b|800 bytes of at most 1.0 KiB wait for cid 8|80 percent, limit 75",
		}},
		{"pending-rising", "a new connection", 0, func(in *Input) { first(in).Connz.Conns = []*server.ConnInfo{{Cid: 1, Pending: 60 << 20}} }, nil},
	}
}
