package gather

import (
	"testing"
	"time"
)

// TestSucceeded has a server killed and started anew, and then cut off: of its
// two lives, both known from before and neither linked, one is missing.
func TestSucceeded(t *testing.T) {
	long, lately := time.Unix(100, 0), time.Unix(200, 0)
	for _, tc := range []struct {
		name     string
		old, new suspect
		want     [2]bool // the old life is over, the new one is
	}{
		{"refused and not refused", suspect{state: suspectGone, weak: true, lastSeen: long}, suspect{weak: true, lastSeen: lately}, [2]bool{true, false}},
		{"both refused", suspect{state: suspectGone, weak: true, lastSeen: long}, suspect{state: suspectGone, weak: true, lastSeen: lately}, [2]bool{true, false}},
		{"linked", suspect{weak: true, lastSeen: long}, suspect{lastSeen: lately}, [2]bool{true, false}},
		{"neither refused", suspect{weak: true, lastSeen: long}, suspect{weak: true, lastSeen: lately}, [2]bool{false, false}},
		{"both linked", suspect{state: suspectGone, lastSeen: long}, suspect{lastSeen: lately}, [2]bool{false, false}},
	} {
		older, newer := tc.old, tc.new
		older.id, older.name, older.cluster = "A", "n1", "east"
		newer.id, newer.name, newer.cluster = "B", "n1", "east"
		n := &verdict{members: &members{}, paths: paths{suspects: suspects{&older, &newer}}}
		if got := [2]bool{n.succeeded(&older), n.succeeded(&newer)}; got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}
