package fleetcmd

import "testing"

// TestRecordedCounts checks the numbers and their nouns at the end of a recording.
func TestRecordedCounts(t *testing.T) {
	for _, c := range []struct {
		run  recordingRun
		want string
	}{
		{recordingRun{snapshots: 1, events: 2}, "1 snapshot, 2 events"},
		{recordingRun{snapshots: 2, events: 1, partial: 1}, "2 snapshots, 1 event; 1 snapshot misses a server or an answer"},
		{recordingRun{snapshots: 3, partial: 2}, "3 snapshots, 0 events; 2 snapshots miss a server or an answer"},
	} {
		if got := c.run.counts(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
