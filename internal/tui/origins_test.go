package tui

import (
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// TestOriginsOnScreen lists mirrors and sources, what is wrong with them, and
// replicas of which some are gone.
func TestOriginsOnScreen(t *testing.T) {
	s := fixture.Cluster(fixture.Noon, "2.15.2", "2.15.2", "2.15.2")
	s.Want.Kinds, s.Want.JS = append(s.Want.Kinds, fleet.Jsz), fleet.JSWant{Streams: true, Consumers: true, Config: true, AllReplicas: true}
	copies := server.StreamDetail{
		Name: "COPY", Created: fixture.Noon.Add(-time.Hour), Config: &server.StreamConfig{Name: "COPY", Replicas: 3, Mirror: &server.StreamSource{Name: "ORDERS"}},
		Cluster: &server.ClusterInfo{Leader: "n1", Replicas: []*server.PeerInfo{{Name: "n2", Current: true}}},
		Mirror:  &server.StreamSourceInfo{Name: "ORDERS", Lag: 77, Active: -1, Error: &server.ApiError{Description: "stream not found"}},
	}
	s.Servers[0].Statsz.JetStream = &server.JetStreamVarz{Stats: &server.JetStreamStats{}}
	s.Servers[0].Jsz = &server.JSInfo{Now: s.Time, AccountDetails: []*server.AccountDetail{{Name: "APP", Id: "APP", Streams: []server.StreamDetail{copies}}}}
	st := stateOf(s)
	for keys, want := range map[string][]string{
		":origins": {"COPY", "mirror", "ORDERS", "stream not found"},
		":streams": {"COPY", "2/3"},
	} {
		frame := ansi.Strip(pressed(st, 200, 50, keys, "enter").View())
		for _, w := range want {
			if !strings.Contains(frame, w) {
				t.Errorf("after %s: no %q in\n%s", keys, w, frame)
			}
		}
	}
}

// TestOwnConnections marks the connections of natsctl itself, and no others.
func TestOwnConnections(t *testing.T) {
	s := fixture.Crowd(1, 4, fixture.Noon, 1)
	for i, name := range []string{"natsctl 1.2.3", "natsctl", "natsctlx 1", "orders"} {
		s.Servers[0].Connz.Conns[i].Name = name
	}
	frame := ansi.Strip(pressed(stateOf(s), 200, 50, "3").View())
	if strings.Count(frame, "(own)") != 1 || !strings.Contains(frame, "natsctl 1.2.3 (own)") {
		t.Errorf("which are natsctl's own:\n%s", frame)
	}
}

// TestOwnConnectionsHidden leaves natsctl's own connections, and no others, out of
// every list of connections, and says so there, until the key is pressed again.
func TestOwnConnectionsHidden(t *testing.T) {
	crowd := func(round int64) *fleet.Snapshot {
		s := fixture.Crowd(1, 4, fixture.Noon.Add(time.Duration(round)*2*time.Second), round)
		s.Want.Kinds = append(s.Want.Kinds, fleet.AccountStatz)
		s.Servers[0].AccountStatz = &server.AccountStatz{Accounts: []*server.AccountStat{{Account: "APP", Conns: 4}}}
		for i, name := range []string{"natsctl 1.2.3", "natsctl", "natsctlx 1", "orders"} {
			s.Servers[0].Connz.Conns[i].Name = name
		}
		return s
	}
	closed := crowd(2)
	for _, c := range closed.Servers[0].Connz.Conns {
		c.Stop = &closed.Time
	}
	open, ended := stateOf(crowd(1), crowd(2)), stateOf(closed)
	const said = "own connections hidden"
	for _, c := range []struct {
		keys  string
		state *live.State
	}{{"3", open}, {"3 v", open}, {"3 v v", open}, {"3 v v v", ended}, {"3 v v v v v v", open}, {"2 enter", open}, {"4", open}} {
		hidden := NewModel(Options{Feed: &live.Feed{Name: "test"}, HideOwn: true}, nil)
		hidden.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
		hidden.Update(stateMsg{c.state})
		if s := ansi.Strip(pressedOn(hidden, strings.Fields(c.keys)...).View()); strings.Contains(s, "natsctl 1.2.3") || !strings.Contains(s, "orders") || !strings.Contains(s, said) {
			t.Errorf("%q: begun without its own, shown or not said:\n%s", c.keys, s)
		}
		if body, err := hidden.Export(FormatJSON); err != nil || !strings.Contains(string(body), `"own_hidden": true`) || strings.HasPrefix(c.keys, "3") && strings.Contains(string(body), "natsctl 1.2.3") {
			t.Errorf("%q: %v: its own are in the JSON, or it does not say that they are left out: %s", c.keys, err, body)
		}
		m := pressed(c.state, 120, 40, strings.Fields(c.keys)...)
		shown := func() string {
			m.notice = notice{}
			return ansi.Strip(m.View())
		}
		if s := shown(); !strings.Contains(s, "natsctl 1.2.3") || strings.Contains(s, said) {
			t.Errorf("%q: hidden at first:\n%s", c.keys, s)
		}
		typeKeys(m, "N")
		if s := shown(); strings.Contains(s, "natsctl 1.2.3") || !strings.Contains(s, "natsctlx 1") || !strings.Contains(s, "orders") || !strings.Contains(s, said) {
			t.Errorf("%q, N: not its own alone, or not said:\n%s", c.keys, s)
		}
		typeKeys(m, "N")
		if s := shown(); !strings.Contains(s, "natsctl 1.2.3") || strings.Contains(s, said) {
			t.Errorf("%q, N, N: still hidden:\n%s", c.keys, s)
		}
	}
}
