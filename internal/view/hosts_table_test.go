package view_test

import (
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

func TestHostTables(t *testing.T) {
	sv, bare := fullServer(), bareServer()
	before := fullServer()
	before.Info.Time, before.Subsz.NumInserts, before.Subsz.NumRemoves, before.Subsz.NumMatches = noon.Add(-2*time.Second), 43, 34, 5
	before.Statsz.Received.Msgs, before.Statsz.Sent.Msgs, before.Statsz.Received.Bytes, before.Statsz.Sent.Bytes = 1031, 1003, 942, 844
	d := fleet.NewDelta(&fleet.Snapshot{Time: noon.Add(-2 * time.Second), Servers: []*fleet.Server{before}}, &fleet.Snapshot{Time: noon, Servers: []*fleet.Server{sv}})
	cols := view.CPU(true, d)
	expect(t, "cpu", sheet(cols, sv), `
server: a
cluster: C
cpu_percent: 390.0 (390) crit
cores: 8
gomaxprocs: 4
load_percent: 97.5 crit
conns: 31
subs: 33
in_msgs_per_second: 5
out_msgs_per_second: 20
in_bytes_per_second: 50 B/s (50)
out_bytes_per_second: 100 B/s (100)
in_msgs: 1,041 (1041)
out_msgs: 1,043 (1043)
in_bytes: 1.02 KiB (1042)
out_bytes: 1.02 KiB (1044)
`)
	expect(t, "cpu, bare", sheet(cols, bare), `
server: z
cluster: Z
cpu_percent: - ()
cores: - ()
gomaxprocs: - ()
load_percent: - ()
conns: - ()
subs: - ()
in_msgs_per_second: - ()
out_msgs_per_second: - ()
in_bytes_per_second: - ()
out_bytes_per_second: - ()
in_msgs: - ()
out_msgs: - ()
in_bytes: - ()
out_bytes: - ()
`)
	expect(t, "cpu, people", people(cols), "Server Cluster CPU% Cores Procs Load% Conns Subs In/s Out/s In B/s Out B/s")
	expect(t, "cpu, sums", summed(cols), "cpu_percent cores conns subs in_msgs_per_second out_msgs_per_second in_bytes_per_second out_bytes_per_second in_msgs out_msgs in_bytes out_bytes")
	cols = view.CPU(false, nil)
	expect(t, "cpu without rates", sheet(cols, sv), `
server: a
cluster: C
cpu_percent: 390.0 (390) crit
cores: 8
gomaxprocs: 4
load_percent: 97.5 crit
conns: 31
subs: 33
in_msgs_per_second: - ()
out_msgs_per_second: - ()
in_bytes_per_second: - ()
out_bytes_per_second: - ()
in_msgs: 1,041 (1041)
out_msgs: 1,043 (1043)
in_bytes: 1.02 KiB (1042)
out_bytes: 1.02 KiB (1044)
`)
	expect(t, "cpu without rates, bare", sheet(cols, bare), `
server: z
cluster: Z
cpu_percent: - ()
cores: - ()
gomaxprocs: - ()
load_percent: - ()
conns: - ()
subs: - ()
in_msgs_per_second: - ()
out_msgs_per_second: - ()
in_bytes_per_second: - ()
out_bytes_per_second: - ()
in_msgs: - ()
out_msgs: - ()
in_bytes: - ()
out_bytes: - ()
`)
	expect(t, "cpu without rates, people", people(cols), "Server Cluster CPU% Cores Procs Load% Conns Subs In msgs Out msgs In bytes Out bytes")
	expect(t, "cpu without rates, sums", summed(cols), "cpu_percent cores conns subs in_msgs_per_second out_msgs_per_second in_bytes_per_second out_bytes_per_second in_msgs out_msgs in_bytes out_bytes")
	cols = view.Memory()
	expect(t, "memory", sheet(cols, sv), `
server: a
cluster: C
mem_bytes: 850 MiB (891289600)
limit_bytes: 0.98 GiB (1048576000)
used_percent: 85.0 (85) warn
conns: 31
subs: 33
memory_store_bytes: 5.00 MiB (5242880)
slow_consumers: 35
`)
	expect(t, "memory, bare", sheet(cols, bare), `
server: z
cluster: Z
mem_bytes: - ()
limit_bytes: - ()
used_percent: - ()
conns: - ()
subs: - ()
memory_store_bytes: - ()
slow_consumers: - ()
`)
	expect(t, "memory, people", people(cols), "Server Cluster Mem Limit Used% Conns Subs JS memory Slow")
	expect(t, "memory, sums", summed(cols), "mem_bytes conns subs memory_store_bytes slow_consumers")
	cols = view.Subscriptions(true, d)
	expect(t, "subscriptions", sheet(cols, sv), `
server: a
cluster: C
subs: 61
cache: 62
inserts: 63
removes: 64
matches: 65
inserts_per_second: 10
removes_per_second: 15
matches_per_second: 30
cache_hit_percent: 66.6 (66.60000000000001)
max_fanout: 67
avg_fanout: 6.8
`)
	expect(t, "subscriptions, bare", sheet(cols, bare), `
server: z
cluster: Z
subs: - ()
cache: - ()
inserts: - ()
removes: - ()
matches: - ()
inserts_per_second: - ()
removes_per_second: - ()
matches_per_second: - ()
cache_hit_percent: - ()
max_fanout: - ()
avg_fanout: - ()
`)
	expect(t, "subscriptions, people", people(cols), "Server Cluster Subs Cache Inserts/s Removes/s Matches/s Hits% Max fanout Avg fanout")
	expect(t, "subscriptions, sums", summed(cols), "subs cache inserts removes matches inserts_per_second removes_per_second matches_per_second")
	cols = view.Subscriptions(false, nil)
	expect(t, "subscriptions without rates", sheet(cols, sv), `
server: a
cluster: C
subs: 61
cache: 62
inserts: 63
removes: 64
matches: 65
inserts_per_second: - ()
removes_per_second: - ()
matches_per_second: - ()
cache_hit_percent: 66.6 (66.60000000000001)
max_fanout: 67
avg_fanout: 6.8
`)
	expect(t, "subscriptions without rates, bare", sheet(cols, bare), `
server: z
cluster: Z
subs: - ()
cache: - ()
inserts: - ()
removes: - ()
matches: - ()
inserts_per_second: - ()
removes_per_second: - ()
matches_per_second: - ()
cache_hit_percent: - ()
max_fanout: - ()
avg_fanout: - ()
`)
	expect(t, "subscriptions without rates, people", people(cols), "Server Cluster Subs Cache Inserts Removes Matches Hits% Max fanout Avg fanout")
	expect(t, "subscriptions without rates, sums", summed(cols), "subs cache inserts removes matches inserts_per_second removes_per_second matches_per_second")
}
