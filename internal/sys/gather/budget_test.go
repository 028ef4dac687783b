package gather

import "testing"

// TestBudget: the memory of a round grows with the servers that the connected one
// counts, up to a limit, and is spent once.
func TestBudget(t *testing.T) {
	const mb = 1 << 20
	for _, tc := range []struct {
		servers int // 0: not known yet
		room    int64
	}{{0, 76 * mb}, {1, 76 * mb}, {2, 96 * mb}, {40, 856 * mb}, {41, 856 * mb}, {20_000, 856 * mb}, {-5, 76 * mb}} {
		var b budget
		if tc.servers != 0 {
			b.increase(tc.servers)
		}
		if b.reserve(tc.room + 1) {
			t.Errorf("%d servers: more than %d", tc.servers, tc.room)
		}
		if !b.reserve(tc.room) || b.reserve(1) {
			t.Errorf("%d servers: %d is not exactly what there is", tc.servers, tc.room)
		}
	}
	var b budget
	if !b.reserve(50*mb) || !b.reserve(26*mb) || b.reserve(mb) {
		t.Error("what is spent is forgotten")
	}
	if b.increase(2); !b.reserve(20*mb) || b.reserve(1) {
		t.Error("what is allowed later is not there")
	}
}

// TestLimit makes room for twice the servers that are counted, and for many before
// it is known how many.
func TestLimit(t *testing.T) {
	for counted, want := range map[int]int{0: 1024, 1: 1024, 512: 1024, 513: 1026, 3000: 6000, 2_000_000_000: 40_000} {
		r := newMembers(wantNothing())
		if r.setLimit(counted); r.limit != want {
			t.Errorf("%d servers: %d, want %d", counted, r.limit, want)
		}
	}
	r := newMembers(wantNothing())
	r.limit = 2
	for i, id := range []string{"A", "B", "A", "C", "D"} {
		m, fresh := r.admit(info(id, "n"+id, "e"))
		if (m != nil) != (i < 3) || fresh != (i < 2) {
			t.Errorf("%d: %s is admitted: %v, new: %v", i, id, m != nil, fresh)
		}
	}
	r.self = "E"
	if m, fresh := r.admit(info("E", "nE", "e")); m == nil || !fresh {
		t.Error("there is no room for the connected server")
	}
	delete(r.byID, "E")
	if r.dropped != 2 || len(r.byID) != 2 {
		t.Errorf("%d dropped, %d members", r.dropped, len(r.byID))
	}
}
