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
	traffic := "in_msgs_per_second out_msgs_per_second in_bytes_per_second out_bytes_per_second in_msgs out_msgs in_bytes out_bytes"
	rated, plain := view.CPU(true, d), view.CPU(false, nil)
	sideBySide(t, `
column               | full             | bare | without rates    | bare without rates
server               | a                | z    | a                | z
cluster              | C                | Z    | C                | Z
cpu_percent          | 390.0 (390) crit | - () | 390.0 (390) crit | - ()
cores                | 8                | - () | 8                | - ()
gomaxprocs           | 4                | - () | 4                | - ()
load_percent         | 97.5 crit        | - () | 97.5 crit        | - ()
conns                | 31               | - () | 31               | - ()
subs                 | 33               | - () | 33               | - ()
in_msgs_per_second   | 5                | - () | - ()             | - ()
out_msgs_per_second  | 20               | - () | - ()             | - ()
in_bytes_per_second  | 50 B/s (50)      | - () | - ()             | - ()
out_bytes_per_second | 100 B/s (100)    | - () | - ()             | - ()
in_msgs              | 1,041 (1041)     | - () | 1,041 (1041)     | - ()
out_msgs             | 1,043 (1043)     | - () | 1,043 (1043)     | - ()
in_bytes             | 1.02 KiB (1042)  | - () | 1.02 KiB (1042)  | - ()
out_bytes            | 1.02 KiB (1044)  | - () | 1.02 KiB (1044)  | - ()
`, row("full", rated, sv), row("bare", rated, bare), row("without rates", plain, sv), row("bare without rates", plain, bare))
	expectHeadings(t,
		head("cpu", rated, "Server Cluster CPU% Cores Procs Load% Conns Subs In/s Out/s In B/s Out B/s", "cpu_percent cores conns subs "+traffic),
		head("cpu without rates", plain, "Server Cluster CPU% Cores Procs Load% Conns Subs In msgs Out msgs In bytes Out bytes", "cpu_percent cores conns subs "+traffic),
	)
	memory := view.Memory()
	sideBySide(t, `
column             | full                  | bare
server             | a                     | z
cluster            | C                     | Z
mem_bytes          | 850 MiB (891289600)   | - ()
limit_bytes        | 0.98 GiB (1048576000) | - ()
used_percent       | 85.0 (85) warn        | - ()
conns              | 31                    | - ()
subs               | 33                    | - ()
memory_store_bytes | 5.00 MiB (5242880)    | - ()
slow_consumers     | 35                    | - ()
`, row("full", memory, sv), row("bare", memory, bare))
	expectHeadings(t, head("memory", memory, "Server Cluster Mem Limit Used% Conns Subs JS memory Slow", "mem_bytes conns subs memory_store_bytes slow_consumers"))
	rated, plain = view.Subscriptions(true, d), view.Subscriptions(false, nil)
	sideBySide(t, `
column             | full                     | bare | without rates            | bare without rates
server             | a                        | z    | a                        | z
cluster            | C                        | Z    | C                        | Z
subs               | 61                       | - () | 61                       | - ()
cache              | 62                       | - () | 62                       | - ()
inserts            | 63                       | - () | 63                       | - ()
removes            | 64                       | - () | 64                       | - ()
matches            | 65                       | - () | 65                       | - ()
inserts_per_second | 10                       | - () | - ()                     | - ()
removes_per_second | 15                       | - () | - ()                     | - ()
matches_per_second | 30                       | - () | - ()                     | - ()
cache_hit_percent  | 66.6 (66.60000000000001) | - () | 66.6 (66.60000000000001) | - ()
max_fanout         | 67                       | - () | 67                       | - ()
avg_fanout         | 6.8                      | - () | 6.8                      | - ()
`, row("full", rated, sv), row("bare", rated, bare), row("without rates", plain, sv), row("bare without rates", plain, bare))
	sums := "subs cache inserts removes matches inserts_per_second removes_per_second matches_per_second"
	expectHeadings(t,
		head("subscriptions", rated, "Server Cluster Subs Cache Inserts/s Removes/s Matches/s Hits% Max fanout Avg fanout", sums),
		head("subscriptions without rates", plain, "Server Cluster Subs Cache Inserts Removes Matches Hits% Max fanout Avg fanout", sums),
	)
}
