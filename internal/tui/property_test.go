package tui

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/tui/frame"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/page"

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

// typed is text that a random walk types where it can: filters and fragments.
var typed = []string{"cpu>80", "name=", "~(", "!x", "conns>1 and", "\x1b[31m", "日", "a\u202eb", "east", "1", "x"}

// lines are command lines that a random walk enters: every command but those
// that write files or end the dashboard, with arguments good and bad.
func lines() []string {
	out := []string{":nonsense", ":server n1", ":server \x1b[2J", ":theme dark", ":theme terminal", ":set ascii", ":set blocks", ":refresh 5s", ":forget n1", ":at 14:00:10", ":filter @none", ":conns /pending>1"}
	for _, c := range commands(page.All()) {
		if !slices.Contains([]string{"quit", "save", "rec", "open"}, c.names[0]) {
			out = append(out, ":"+c.names[len(c.names)-1], ":"+c.names[0]+" "+names[8])
		}
	}
	return out
}

// seenParts is what the walks together have shown.
type seenParts struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (p *seenParts) note(m *Model) {
	p.mu.Lock()
	defer p.mu.Unlock()
	kind := m.cur()
	p.seen[fmt.Sprintf("page %s way %s", kind.Spec.Kind, kind.Current().Name)] = true
	if m.overlay != nil {
		p.seen[fmt.Sprintf("%T", m.overlay)] = true
	}
	if m.prompt != nil {
		p.seen["prompt "+m.prompt.Sign] = true
	}
	if m.State != nil {
		p.seen[fmt.Sprintf("phase %d", m.State.Phase)] = true
	}
}

// wantParts are all parts there are: a page or a popup that is added and never
// walked through fails the test.
func wantParts() []string {
	out := []string{"prompt :", "prompt /"}
	for _, s := range page.All() {
		for _, mo := range s.Modes {
			out = append(out, fmt.Sprintf("page %s way %s", s.Kind, mo.Name))
		}
	}
	for _, o := range []overlay{&choiceBox{}, &readingBox{}, &messageBox{}, &confirmation{}} {
		out = append(out, fmt.Sprintf("%T", o))
	}
	for ph := range frame.PhaseWords {
		out = append(out, fmt.Sprintf("phase %d", ph))
	}
	return out
}

// TestAnything walks at random through random fleets, accounts and replays, by
// every key, command and click: no panic, always exactly the window's size,
// never a control character, and nothing that is never walked through.
func TestAnything(t *testing.T) {
	rounds := 40
	if testing.Short() {
		rounds = 8
	}
	parts := &seenParts{seen: map[string]bool{}}
	t.Run("walks", func(t *testing.T) {
		for seed := range rounds {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				w := newWalk(rand.New(rand.NewPCG(uint64(seed), 7)))
				for range 100 {
					w.step()
					parts.note(w.m)
					w.look(t)
				}
			})
		}
	})
	for _, part := range wantParts() {
		if !testing.Short() && !parts.seen[part] {
			t.Errorf("%s was never shown", part)
		}
	}
}

// walk is one random walk.
type walk struct {
	r     *rand.Rand
	m     *Model
	d     *live.Deriver
	st    live.State
	now   time.Time
	own   bool // the walk of a user outside the system account
	keys  []string
	lines []string
}

func newWalk(r *rand.Rand) *walk {
	w := &walk{r: r, d: live.NewDeriver(), now: time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC), own: r.IntN(4) == 0, lines: lines()}
	w.st = live.State{Phase: live.Live, Every: 2 * time.Second, Wanted: 2 * time.Second, Feed: live.FeedInfo{Name: pick1(r, names), Protected: r.IntN(3) == 0}}
	opt := Options{Feed: &live.Feed{Name: w.st.Feed.Name, Actions: &fakeActions{}}, Contexts: func() []string { return names }}
	w.m = NewModel(opt, nil)
	w.m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	for _, b := range w.m.binds(w.m) {
		if k := b.Keys(); !slices.Contains(k, "ctrl+c") && !slices.Contains(k, "ctrl+s") {
			w.keys = append(w.keys, k...)
		}
	}
	return w
}

// step changes the world, takes its new state, and does something to the
// screen.
func (w *walk) step() {
	r, m := w.r, w.m
	switch r.IntN(7) {
	case 0, 1:
		w.now = w.now.Add(time.Duration(r.IntN(5000)-200) * time.Millisecond)
		s := randomFleet(r, w.now)
		if w.own {
			s.Own = randomOwn(r)
		}
		w.d.Apply(&w.st, s)
		w.d.AddEvent(randomEvent(r, w.now))
	case 2:
		m.Update(tea.WindowSizeMsg{Width: r.IntN(230), Height: r.IntN(60)})
	case 3:
		m.Update(tea.WindowSizeMsg{Width: frame.MinWidth + r.IntN(100), Height: frame.MinHeight + r.IntN(30)})
	case 4:
		look := pick1(r, []cell.Look{{}, {ASCII: true}, {Profile: cell.Color16}, {Theme: "dark", Profile: cell.TrueColor}})
		m.look, m.palette = look, cell.NewPalette(look)
	case 5:
		w.phase()
	}
	w.st.Seq++
	w.st.Now = w.now
	w.d.Publish(&w.st)
	handed := w.st
	m.Update(stateMsg{&handed})
	w.act()
	m.quitting = false
}

// phase is another state of the connection, or a recording.
func (w *walk) phase() {
	w.st.Phase, w.st.Trouble, w.st.Replayed = live.Phase(w.r.IntN(len(frame.PhaseWords))), nil, nil
	switch w.st.Phase {
	case live.Down, live.Limited:
		w.st.Trouble = &live.Trouble{Title: pick1(w.r, names), Lines: []string{pick1(w.r, names)}}
	case live.Replay:
		w.st.Replayed = &live.ReplayInfo{File: pick1(w.r, names), Playing: w.r.IntN(2) == 0, Speed: 4, At: 3, End: 9, First: w.now, Last: w.now.Add(time.Minute)}
	}
}

// act presses a key, enters a line, types, pastes or clicks.
func (w *walk) act() {
	r, m := w.r, w.m
	switch r.IntN(12) {
	case 0, 1:
		m.overlay, m.prompt = nil, nil
		m.Update(keyNamed(pick1(r, w.lines)))
		if r.IntN(4) > 0 {
			m.Update(keyNamed("enter"))
		}
	case 2:
		m.Update(keyNamed(pick1(r, typed)))
	case 3:
		m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(pick1(r, names)), Paste: true})
	case 4:
		m.Update(tea.MouseMsg{X: r.IntN(200), Y: r.IntN(60), Button: tea.MouseButtonLeft, Action: tea.MouseActionPress})
	case 5:
		m.Update(keyNamed(pick1(r, []string{"enter", "esc", "tab", "backspace", "down"})))
	case 6:
		m.overlay, m.prompt = nil, nil
		for _, k := range []string{"esc", "x", "enter"} { // the actions, and the question before the first of them
			m.Update(keyNamed(k))
		}
	default:
		m.Update(keyNamed(pick1(r, w.keys)))
	}
}

// look draws the frame, and what would be saved.
func (w *walk) look(t *testing.T) {
	if frame := w.m.View(); frame != "" {
		exact(t, frame, w.m.w, w.m.h)
		if w.m.look.ASCII {
			onlyASCII(t, frame)
		}
	}
	if _, err := w.m.Export(FormatJSON); err != nil && !strings.Contains(err.Error(), "unsupported value") {
		t.Fatal(err)
	}
}

// randomOwn is what an account might be told of itself.
func randomOwn(r *rand.Rand) *fleet.Own {
	own := &fleet.Own{Account: pick1(r, names)}
	if r.IntN(2) == 0 {
		own.User = &server.UserInfo{UserID: pick1(r, names), Account: own.Account, Expires: time.Duration(r.Int64N(1 << 50))}
	}
	if r.IntN(2) == 0 {
		own.JetStream = &server.JetStreamAccountStats{Domain: pick1(r, names)}
		own.JetStream.Store, own.JetStream.Streams = r.Uint64(), r.IntN(99)
		own.JetStream.Limits = server.JetStreamAccountLimits{MaxStore: r.Int64N(1<<40) - 1, MaxMemory: -1, MaxStreams: r.IntN(9) - 1}
	}
	return own
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
	s.Finish()
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
