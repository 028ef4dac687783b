package checks

import (
	"testing"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// What the checks say about the recorded fleets.
func TestChecksOverRecordings(t *testing.T) {
	for name, want := range map[string]map[string]fleet.Level{
		"super": {"uptime": fleet.Info, "sharing": fleet.Unknown},
		"degraded": {
			"uptime": fleet.Info, "meta": fleet.Warn, "servers": fleet.Crit, "routes": fleet.Crit, "gateways": fleet.Crit, "streams": fleet.Warn,
			"slow-consumers": fleet.Warn, "pending": fleet.Warn, "pending-rising": fleet.Crit, "sharing": fleet.Unknown,
		},
		"old": {"uptime": fleet.Info, "answers": fleet.Info, "queues": fleet.Unknown, "raft": fleet.Unknown, "sharing": fleet.Unknown},
	} {
		r := fleettest.Replay(t, name)
		i := min(3, r.Len()-1)
		in := Input{Before: fleettest.Frame(t, r, i-1), Snapshot: fleettest.Frame(t, r, i)}
		for _, res := range Run(in, All()) {
			if res.Level != want[res.Name] || (res.Skipped != "") != (want[res.Name] == fleet.Unknown) {
				t.Errorf("%s: %s is %s, want %s %s", name, res.Name, res.Level, want[res.Name], res.Skipped)
				for _, f := range res.Findings {
					t.Log(f.What)
				}
			}
		}
	}
}
