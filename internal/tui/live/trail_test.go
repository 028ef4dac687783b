package live

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TestConnTrails follows connections over answers: readings that do not change
// what was handed over, an end, and when pending bytes reach their limit.
func TestConnTrails(t *testing.T) {
	row := func(cid uint64, pending int) *fleet.ConnRow {
		return &fleet.ConnRow{Server: &fleet.Server{Info: server.ServerInfo{ID: "A"}}, Info: &server.ConnInfo{Cid: cid, Pending: pending}}
	}
	at := ConnKey{"A", 7}
	var trails Trails
	var early Trail
	for i := range 3 * TrailPoints {
		trails = trails.next([]*fleet.ConnRow{row(7, i*1000), row(8, 5)})
		if i == 9 {
			early = trails[at]
		}
	}
	if len(early.Pending) != 10 || early.Pending[9] != 9000 || early.Pending[0] != 0 {
		t.Errorf("what was handed over changed: %v", early.Pending)
	}
	last := trails[at].Pending
	if n := len(last); n < TrailPoints || n > 2*TrailPoints || last[n-1] != float32(3*TrailPoints-1)*1000 {
		t.Errorf("%d readings, the last %v", n, last[n-1])
	}
	// 1000 bytes in 2 seconds, 10000 to go
	if in, ok := trails[at].FullIn(int64(last[len(last)-1])+10_000, 2*time.Second); !ok || in != 20*time.Second {
		t.Errorf("full in %v, %v", in, ok)
	}
	if _, ok := trails[ConnKey{"A", 8}].FullIn(1000, 2*time.Second); ok {
		t.Error("pending that stands still is said to grow")
	}
	if trails = trails.next([]*fleet.ConnRow{row(8, 5)}); len(trails) != 1 {
		t.Errorf("an ended connection is kept: %v", trails)
	}
}

// TestTrailsOfManyConnections keeps, of more connections than it can follow, those
// with traffic and those for which data waits, and not the idle ones.
func TestTrailsOfManyConnections(t *testing.T) {
	sv := &fleet.Server{Info: server.ServerInfo{ID: "A"}}
	rows := make([]*fleet.ConnRow, trailsMax+3)
	for i := range rows {
		rows[i] = &fleet.ConnRow{Server: sv, Info: &server.ConnInfo{Cid: uint64(i)}}
	}
	rows[5].Info.Pending = 1
	rows[6].Traffic.InMsgs = fleet.Rate{PerSecond: 1, Known: true}
	rows[7].Traffic.OutMsgs = fleet.Rate{PerSecond: 1, Known: true}
	trails := Trails(nil).next(rows)
	for cid := uint64(4); cid <= 8; cid++ {
		if _, kept := trails[ConnKey{"A", cid}]; kept != (cid >= 5 && cid <= 7) {
			t.Errorf("connection %d is kept: %t", cid, kept)
		}
	}
	if len(trails) != 3 {
		t.Errorf("%d are kept", len(trails))
	}
}
