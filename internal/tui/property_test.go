package tui

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
)

// names are what strangers call themselves: plain, empty, hostile, wide,
// combining, right-to-left, and not text at all.
var names = []string{
	"", "n1", "east-1", "日本語サーバー", "🙂🙃👨‍👩‍👧", "a\u0301\u0323\u0301\u0301\u0301e", strings.Repeat("x", 300), strings.Repeat("界", 60),
	"\x1b[2J\x1b]0;owned\x07", "tab\there\nand\rthere", "\u202egnirts", "\u2066\u2069\u200b", "\xff\xfe\x80", "\x00\x7f\u009b31m", "a\u0300" + strings.Repeat("\u0301", 80),
	"NDK2WEP4MMNDK2WEP4MMNDK2WEP4MMNDK2WEP4MMNDK2WEP4MMNDK2WE", "\u1100\u1161\u11a8", "\ufe0f\ufe0f", "🏳️‍🌈", "ｆｕｌｌ", "\u2028line\u2029",
}

// typed are keys that a random walk presses.
var typed = []string{
	"1", "2", "3", "4", "5", "6", "7", "up", "down", "pgup", "pgdown", "g", "G", "left", "right", "enter", "esc", "q", "tab", "s", "S", "v", "f", "t", "b", "w",
	"y", "Y", "e", "c", "L", "J", "x", "p", "r", "z", "<", ">", "[", "]", "-", "?", " ", "F", "T", "u", "C", "a", "A", "m", "n", "R", "o", "ctrl+e", "M",
	":", "/", "cpu>80", "name=", "~(", "!x", "conns>1 and", "\x1b[31m", "backspace", "日", ":tree", ":matrix", ":links", ":closed", ":raft", ":peers", ":server n1", ":theme dark", ":set ascii", ":nonsense", ":refresh 5s", ":forget n1",
}

// TestAnything walks at random through random fleets: no panic, always exactly
// the window's size, never a control character.
func TestAnything(t *testing.T) {
	rounds := 40
	if testing.Short() {
		rounds = 8
	}
	for seed := range rounds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			walk(t, rand.New(rand.NewPCG(uint64(seed), 7)))
		})
	}
}

func walk(t *testing.T, r *rand.Rand) {
	d := newDeriver()
	st := State{Phase: Live, Every: 2 * time.Second, Wanted: 2 * time.Second, Feed: FeedInfo{Name: pick1(r, names), Protected: r.IntN(3) == 0}}
	m := NewModel(Options{Feed: &Feed{Name: st.Feed.Name}}, nil)
	looks := []cell.Look{{}, {ASCII: true}, {Profile: cell.Color16}, {Theme: "dark", Profile: cell.TrueColor}}
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	for range 60 {
		switch r.IntN(6) {
		case 0:
			now = now.Add(time.Duration(r.IntN(5000)-200) * time.Millisecond)
			d.take(&st, randomFleet(r, now))
			d.book.add(randomEvent(r, now))
		case 1:
			m.Update(tea.WindowSizeMsg{Width: r.IntN(230), Height: r.IntN(60)})
		case 2:
			look := pick1(r, looks)
			m.look, m.palette = look, cell.NewPalette(look)
		case 3:
			st.Phase = Phase(r.IntN(4))
			st.Trouble = &Trouble{Title: pick1(r, names), Lines: []string{pick1(r, names)}}
			if st.Phase == Live {
				st.Trouble = nil
			}
		}
		st.Seq++
		st.Now = now
		st.Events, st.EventRates = d.book.publish(now)
		handed := st
		m.Update(stateMsg{&handed})
		m.Update(keyNamed(pick1(r, typed)))
		if r.IntN(4) == 0 {
			m.Update(tea.MouseMsg{X: r.IntN(200), Y: r.IntN(60), Button: tea.MouseButtonLeft, Action: tea.MouseActionPress})
		}
		if r.IntN(9) == 0 {
			m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(pick1(r, names)), Paste: true})
		}
		m.quitting = false
		if frame := m.View(); frame != "" {
			exact(t, frame, m.w, m.h)
		}
		if _, err := m.Export(FormatJSON); err != nil && !strings.Contains(err.Error(), "unsupported value") {
			t.Fatal(err)
		}
	}
}

func pick1[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func randomEvent(r *rand.Rand, now time.Time) fleet.Event {
	kinds := []fleet.EventKind{fleet.EventConnect, fleet.EventDisconnect, fleet.EventAuthError, fleet.EventAdvisory, fleet.EventGap, "never heard of"}
	return fleet.Event{
		Time: now, Kind: pick1(r, kinds), Level: fleet.Level(r.IntN(6) - 1), Server: pick1(r, names), Account: pick1(r, names),
		Who: pick1(r, names), Where: pick1(r, names), Why: pick1(r, names), Subject: pick1(r, names), Body: []byte(`{"a":"\u001b[2J"}`),
	}
}

// randomFleet is a snapshot that no fleet would give: anything may be missing,
// doubled or absurd.
func randomFleet(r *rand.Rand, now time.Time) *fleet.Snapshot {
	kinds := []fleet.Kind{fleet.Varz, fleet.Connz, fleet.Routez, fleet.Gatewayz, fleet.Leafz, fleet.AccountStatz, fleet.Jsz, fleet.Healthz, fleet.Raftz}
	s := &fleet.Snapshot{Schema: fleet.Schema, Time: now, Want: fleet.Want{Kinds: kinds[:r.IntN(len(kinds)+1)]}}
	for range r.IntN(1 << r.IntN(7)) {
		s.Servers = append(s.Servers, randomServer(r, now))
	}
	for range r.IntN(4) {
		s.Missing = append(s.Missing, fleet.Missing{ID: pick1(r, names), Name: pick1(r, names), Cluster: pick1(r, names), Reason: pick1(r, []fleet.Reason{fleet.Gone, fleet.Silent, fleet.Draining, fleet.Behind, "odd"}), SeenBy: names[:r.IntN(4)]})
	}
	for range r.IntN(3) {
		s.Problems = append(s.Problems, fleet.Problem{Server: pick1(r, names), Kind: fleet.Varz, Reason: fleet.Late, Detail: pick1(r, names)})
	}
	s.Expected = len(s.Servers) + len(s.Missing)
	s.Sort()
	return s
}

func randomServer(r *rand.Rand, now time.Time) *fleet.Server {
	sv := &fleet.Server{Info: server.ServerInfo{
		ID: fmt.Sprint("id", r.IntN(40)), Name: pick1(r, names), Cluster: pick1(r, names[:6]), Domain: pick1(r, names[:3]), Host: pick1(r, names),
		Version: pick1(r, []string{"2.15.2", "2.9.0", "", "x\x1b[1m"}), Time: now, Tags: names[:r.IntN(3)],
	}, RTTSeconds: r.Float64() * 3}
	absurd := func() int64 { return r.Int64N(1<<62) - r.Int64N(1<<40) }
	sv.Statsz = &server.ServerStats{
		Start: now.Add(-time.Duration(r.Int64N(1 << 50))), Mem: absurd(), Cores: r.IntN(3), CPU: r.Float64() * 1e4, Connections: r.IntN(1e6), NumSubs: r.Uint32(),
		Sent: server.DataStats{MsgBytes: server.MsgBytes{Msgs: absurd(), Bytes: absurd()}}, SlowConsumers: absurd(), ActiveServers: r.IntN(10),
	}
	if r.IntN(2) == 0 {
		sv.Varz = &server.Varz{MaxConn: r.IntN(9), ConfigDigest: pick1(r, names)}
		sv.Healthz = &server.HealthStatus{Status: pick1(r, []string{"ok", "", "bad\x1b"}), Error: pick1(r, names)}
		sv.Connz = &server.Connz{Now: now}
		for range r.IntN(30) {
			sv.Connz.Conns = append(sv.Connz.Conns, randomConn(r, now))
		}
		sv.Routez = &server.Routez{Now: now, Routes: []*server.RouteInfo{{Rid: 1, RemoteID: fmt.Sprint("id", r.IntN(40)), RemoteName: pick1(r, names), RTT: pick1(r, []string{"1ms", "", "zzz"}), Pending: r.IntN(1 << 30)}}}
		sv.Gatewayz = &server.Gatewayz{Now: now, OutboundGateways: map[string]*server.RemoteGatewayz{pick1(r, names): {}}}
		sv.Leafz = &server.Leafz{Now: now, Leafs: []*server.LeafInfo{{ID: uint64(r.IntN(3)), Name: pick1(r, names), Account: pick1(r, names)}}}
		sv.AccountStatz = &server.AccountStatz{Now: now, Accounts: []*server.AccountStat{{Account: pick1(r, names), Name: pick1(r, names)}}}
		sv.Jsz = &server.JSInfo{Now: now, AccountDetails: []*server.AccountDetail{{Name: pick1(r, names), Streams: []server.StreamDetail{randomStream(r)}}}}
		sv.Raftz = &server.RaftzStatus{pick1(r, names): {pick1(r, names): server.RaftzGroup{State: pick1(r, names)}}}
	}
	return sv
}

func randomConn(r *rand.Rand, now time.Time) *server.ConnInfo {
	c := &server.ConnInfo{
		Cid: uint64(r.IntN(40)), Kind: pick1(r, []string{"Client", "Leafnode", ""}), Type: pick1(r, []string{"nats", "mqtt", "websocket", "\x1b"}), IP: pick1(r, names),
		Name: pick1(r, names), Account: pick1(r, names), AuthorizedUser: pick1(r, names), RTT: pick1(r, []string{"", "12ms", "-1h", "x"}), Pending: r.IntN(1 << 30), Reason: pick1(r, names), Subs: names[:r.IntN(5)],
		Start: now.Add(-time.Hour), LastActivity: now.Add(time.Duration(r.IntN(1e9))), InMsgs: r.Int64(), OutBytes: r.Int64(),
	}
	if r.IntN(5) == 0 {
		c.Stop = &now
	}
	return c
}

func randomStream(r *rand.Rand) server.StreamDetail {
	s := server.StreamDetail{Name: pick1(r, names), State: server.StreamState{Msgs: r.Uint64(), Bytes: r.Uint64()}}
	if r.IntN(2) == 0 {
		s.Cluster = &server.ClusterInfo{Leader: pick1(r, names), Replicas: []*server.PeerInfo{{Name: pick1(r, names), Lag: r.Uint64()}}}
		s.Consumer = []*server.ConsumerInfo{{Name: pick1(r, names), NumPending: r.Uint64()}}
	}
	return s
}
