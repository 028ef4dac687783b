package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// TestAccountLimits shows how much of its limits an account uses: of both
// domains together, each told by several servers; none where there is none.
func TestAccountLimits(t *testing.T) {
	detail := func(name string, store, limit uint64) *server.AccountDetail {
		return &server.AccountDetail{Name: name, Id: name, JetStreamStats: server.JetStreamStats{Store: store, ReservedStore: limit}}
	}
	snap := &fleet.Snapshot{}
	for _, sv := range []struct {
		domain string
		d      []*server.AccountDetail
	}{
		{"hub", []*server.AccountDetail{detail("APP", 70, 100), detail("FREE", 9, ^uint64(0))}},
		{"hub", []*server.AccountDetail{detail("APP", 72, 100)}},
		{"edge", []*server.AccountDetail{detail("APP", 20, 10), detail("FREE", 1, 50)}},
	} {
		snap.Servers = append(snap.Servers, &fleet.Server{Info: server.ServerInfo{Domain: sv.domain}, Jsz: &server.JSInfo{AccountDetails: sv.d}})
	}
	want := map[string]string{"APP": "store 84%", "FREE": "none"}
	for _, r := range live.NewAccountRows(snap, nil, map[string]int64{}, nil) {
		if got := r.LimitText(); got != want[r.Name] {
			t.Errorf("%s: %q, want %q", r.Name, got, want[r.Name])
		}
	}
}

// TestKeysOfPages tries the keys that lead from one page to what belongs to it.
func TestKeysOfPages(t *testing.T) {
	m := modelOf(t, "degraded", "10:05:13", 120, 40)
	for _, step := range []struct{ keys, want string }{
		{"7 R", "checks behind the alerts"},
		{"esc 5 H", "▸peers"},
		{"R", "▸raft"},
		{":streams enter A", "JetStream › Accounts"},
		{"3 o", "subscriptions that were recorded"},
		{"o", "no longer asking"},
	} {
		for _, k := range strings.Fields(step.keys) {
			m.Update(keyNamed(k))
		}
		if frame := ansi.Strip(m.View()); !strings.Contains(frame, step.want) {
			t.Fatalf("after %s: no %q in\n%s", step.keys, step.want, frame)
		}
	}
}
