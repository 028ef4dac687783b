package tui

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// TestConnTrails follows connections over answers: readings that do not change
// what was handed over, an end, and when pending bytes reach their limit.
func TestConnTrails(t *testing.T) {
	row := func(cid uint64, pending int) con {
		return &fleet.ConnRow{Server: &fleet.Server{Info: server.ServerInfo{ID: "A"}}, Info: &server.ConnInfo{Cid: cid, Pending: pending}}
	}
	at := connAt{"A", 7}
	var trails connTrails
	var early connTrail
	for i := range 3 * trailPoints {
		trails = trails.next([]con{row(7, i*1000), row(8, 5)})
		if i == 9 {
			early = trails[at]
		}
	}
	if len(early.pending) != 10 || early.pending[9] != 9000 || early.pending[0] != 0 {
		t.Errorf("what was handed over changed: %v", early.pending)
	}
	last := trails[at].pending
	if n := len(last); n < trailPoints || n > 2*trailPoints || last[n-1] != float32(3*trailPoints-1)*1000 {
		t.Errorf("%d readings, the last %v", n, last[n-1])
	}
	// 1000 bytes in 2 seconds, 10000 to go
	if in, ok := trails[at].fullIn(int64(last[len(last)-1])+10_000, 2*time.Second); !ok || in != 20*time.Second {
		t.Errorf("full in %v, %v", in, ok)
	}
	if _, ok := trails[connAt{"A", 8}].fullIn(1000, 2*time.Second); ok {
		t.Error("pending that stands still is said to grow")
	}
	if trails = trails.next([]con{row(8, 5)}); len(trails) != 1 {
		t.Errorf("an ended connection is kept: %v", trails)
	}
}

// TestMoved marks what rose or fell from one answer to the next, once.
func TestMoved(t *testing.T) {
	value := 3
	l := newList("")
	l.load(&rowsOf[int]{
		cols: []view.Column[int]{{Name: "conns", Unit: view.Count, Value: func(int) any { return value }}}, rows: []int{0},
		name: func(int) string { return "row" },
	})
	for i, step := range []struct{ value, want int }{{3, 0}, {5, 1}, {5, 0}, {4, -1}, {4, 0}} {
		l.from.data, value = uint64(i), step.value
		for range 2 { // drawn twice
			if got := l.note(0, l.heads[0], l.sheet.cell(0, 0).Raw); got != step.want {
				t.Errorf("answer %d: moved by %d, want %d", i, got, step.want)
			}
		}
	}
}
