package tui

import (
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// ownSnapshot is what a user of APP sees: two servers, a store nearly full.
func ownSnapshot(now time.Time, msgs int64) *fleet.Snapshot {
	js := &server.JetStreamAccountStats{Domain: "hub"}
	js.Store, js.Streams = 93<<20, 2
	js.Limits = server.JetStreamAccountLimits{MaxStore: 100 << 20, MaxMemory: -1, MaxStreams: 10, MaxConsumers: -1}
	s := &fleet.Snapshot{Schema: fleet.Schema, Time: now, Expected: 2, Want: fleet.Want{Kinds: []fleet.Kind{fleet.AccountStatz}}}
	s.Own = &fleet.Own{Account: "APP", User: &server.UserInfo{UserID: "app", Account: "APP"}, JetStream: js}
	for _, name := range []string{"n1", "n2"} {
		stat := &server.AccountStat{Account: "APP", Conns: 3, NumSubs: 7, Received: server.DataStats{MsgBytes: server.MsgBytes{Msgs: msgs}}}
		info := server.ServerInfo{ID: "N" + name, Name: name, Cluster: "east", Version: "2.15.2", Time: now}
		s.Servers = append(s.Servers, &fleet.Server{Info: info, AccountStatz: &server.AccountStatz{Now: now, Accounts: []*server.AccountStat{stat}}})
	}
	return s
}

// TestOwnAccount checks the dashboard of a user outside the system account: it
// shows the account with its limits, says what cannot be seen, and never
// judges or counts what is not there.
func TestOwnAccount(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	st := stateOf(ownSnapshot(now, 1000), ownSnapshot(now.Add(2*time.Second), 1200))
	if len(st.Alerts) > 0 || st.Total.conns != 6 {
		t.Errorf("%d alerts, %d connections", len(st.Alerts), st.Total.conns)
	}
	near(t, "account", st.Total.traffic.InMsgs, 200)
	for keys, words := range map[string][]string{
		"":  {"account APP", "you are app", "2 servers told", "93.0%", "no limit", "limit not told", "not visible", "n1", "n2"},
		"2": {"only a user of the system account sees servers"},
		"4": {"only a user of the system account sees accounts"},
		"5": {"streams", "peers"},
	} {
		s := screenOf(st, strings.Fields(keys)...)
		for _, w := range words {
			if !strings.Contains(s, w) {
				t.Errorf("after %q: %q is not on the screen:\n%s", keys, w, s)
			}
		}
	}
	for _, size := range sizes {
		m := NewModel(Options{Feed: &Feed{Name: "test"}}, nil)
		m.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		m.Update(stateMsg{st})
		for _, k := range []string{"1", "w", "t", "3", "5", "v", "v", "v", "6", "7", "1", "y"} {
			m.Update(keyNamed(k))
			exact(t, m.View(), size[0], size[1])
		}
	}
}

// TestAwayLooks checks that a server that is gone, silent or draining and one
// that was restarted each look different, and that none doubles a total.
func TestAwayLooks(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	all := clusterOf(now, "2.15.2", "2.15.2", "2.15.2")
	looks := map[string]bool{}
	for _, reason := range []fleet.Reason{fleet.Gone, fleet.Silent, fleet.Draining} {
		next := clusterOf(now.Add(2*time.Second), "2.15.2", "2.15.2", "2.15.2")
		next.Servers, next.Missing = next.Servers[:2], []fleet.Missing{{ID: "Nn3", Name: "n3", Cluster: "east", Reason: reason}}
		st := stateOf(all, next)
		s := screenOf(st, "2")
		if !strings.Contains(s, string(reason)) || !strings.Contains(s, "2/3 servers") || st.Total.conns != 10 || len(st.Servers) != 3 {
			t.Errorf("%s: %d connections of %d servers:\n%s", reason, st.Total.conns, len(st.Servers), s)
		}
		looks[reasonWords[reason]] = true
	}
	next := clusterOf(now.Add(2*time.Second), "2.15.2", "2.15.2", "2.15.2")
	next.Servers[2].Info.ID, next.Servers[2].Statsz.Start = "Nother", now
	st := stateOf(all, next)
	if len(st.Servers) != 3 || st.Total.conns != 15 || !strings.Contains(screenOf(st, "2"), "3/3 servers") {
		t.Errorf("restarted: %d connections of %d servers:\n%s", st.Total.conns, len(st.Servers), screenOf(st, "2"))
	}
	if len(looks) != 3 {
		t.Errorf("looks: %v", looks)
	}
}
