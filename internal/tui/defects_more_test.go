package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/page"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// TestServersSortKeys takes every word that servers know to sort connections
// by, of which some need closed ones: each sorts, or is refused in one line.
func TestServersSortKeys(t *testing.T) {
	keys := []server.SortOpt{
		server.ByCid, server.ByStart, server.BySubs, server.ByPending, server.ByOutMsgs, server.ByInMsgs, server.ByOutBytes, server.ByInBytes,
		server.ByLast, server.ByIdle, server.ByUptime, server.ByStop, server.ByReason, server.ByRTT, "", "no such column",
	}
	for _, page := range []string{"conns", "closed"} {
		for _, key := range keys {
			opt := Options{Feed: &live.Feed{Name: "test"}, Page: page, Sort: string(key)}
			if err := opt.Check(); err != nil {
				if text := err.Error(); strings.Contains(text, "\n") || !strings.Contains(text, string(key)) {
					t.Errorf("%s by %q: %s", page, key, text)
				}
				continue
			}
			m := NewModel(opt, nil)
			m.Update(tea.WindowSizeMsg{Width: 100, Height: 30})
			m.Update(stateMsg{crowdState(1, 20)})
			exact(t, m.View(), 100, 30)
		}
	}
}

// TestClientFoundOnAnyServer finds a client by its name wherever it is
// connected by now.
func TestClientFoundOnAnyServer(t *testing.T) {
	st := crowdState(3, 9)
	for i, c := range st.Conns {
		c.Info.Name = fmt.Sprint("other-", i)
	}
	last := st.Conns[len(st.Conns)-1]
	last.Info.Name = "billing"
	m := pressed(st, 120, 40, "3", "/name=billing", "enter")
	if s := m.View(); !strings.Contains(s, "1 of ") || !strings.Contains(s, "billing") || !strings.Contains(s, last.Server.Info.Name) {
		t.Errorf("the client is not found on %s:\n%s", last.Server.Info.Name, s)
	}
}

// TestLongAddressesKeepTheColumns checks that an address of IPv6 moves no
// column behind it.
func TestLongAddressesKeepTheColumns(t *testing.T) {
	st := crowdState(1, 4)
	for i, c := range st.Conns {
		c.Info.Name = fmt.Sprint("row-", i)
		if i%2 == 0 {
			c.Info.IP, c.Info.Port = "2001:db8:85a3:8d3:1319:8a2e:370:7348", 54321
		}
	}
	m := pressed(st, 200, 40, "3", "w")
	frame := m.View()
	exact(t, frame, 200, 40)
	at, rows := -1, 0
	for line := range strings.Lines(ansi.Strip(frame)) {
		behind := strings.Index(line, " c00 ")
		if !strings.Contains(line, "row-") || behind < 0 {
			continue
		}
		if cells := ansi.StringWidth(line[:behind]); rows > 0 && cells != at {
			t.Errorf("a column begins at %d and at %d:\n%s", at, cells, frame)
		} else {
			at = cells
		}
		rows++
	}
	if rows != 4 || !strings.Contains(frame, "2001:db8:85a3:8d3:1319:8a2e:370:7348") {
		t.Errorf("%d rows:\n%s", rows, frame)
	}
}

// TestReplyIsNoLink checks that how long a server took to answer is not shown
// as the round trip of a link: the tree tells what the ends of the links
// measured, and the servers how long their replies took, under that name.
func TestReplyIsNoLink(t *testing.T) {
	s := fixture.Cluster(time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC), "2.15.2", "2.15.2", "2.15.2")
	for _, sv := range s.Servers {
		sv.RTTSeconds = 7
		for _, r := range sv.Routez.Routes {
			r.RTT = "3ms"
		}
	}
	st := stateOf(s)
	rows := 0
	for _, r := range page.NewTree(st, nil) {
		if rtt := r.RTT(); !r.IsGroup() {
			if rows++; rtt != 0.003 {
				t.Errorf("%s: round trip %v, the links say 3 ms", r.Label(), rtt)
			}
		}
	}
	if rows != 4 {
		t.Errorf("%d rows for a cluster and its three servers", rows)
	}
	for _, c := range live.ServerColumns(s, false) {
		if c.Name == "rtt_seconds" && (c.Title != "Reply" || c.Value(st.Servers[0]) != 7.0) {
			t.Errorf("the servers call their reply %q and show %v", c.Title, c.Value(st.Servers[0]))
		}
	}
}

// TestHostsWhole checks that a host is shown whole, and that a server that has
// no gateway, as a leafnode has none, is no fault and spoils no total.
func TestHostsWhole(t *testing.T) {
	m := modelOf(t, "super", "", 200, 50, "2", "w")
	checked := 0
	for _, r := range m.State.Servers {
		for _, c := range live.ServerColumns(m.State.Snapshot(), false) {
			if c.Name != "host" {
				continue
			}
			if checked++; c.Value(r) != r.Answer.Info.Host || view.Text(r.Answer.Info.Host) != "127.0.0.1" {
				t.Errorf("%s: host %v", r.Name, c.Value(r))
			}
		}
		if level := live.LinksLevel(r.Node, true); level != fleet.OK {
			t.Errorf("%s has %d of %d gateways and is marked %s", r.Name, r.Node.GatewaysHave, r.Node.GatewaysNeed, level)
		}
	}
	if checked != len(m.State.Servers) {
		t.Errorf("%d hosts of %d servers", checked, len(m.State.Servers))
	}
}

// TestRawBytes checks that b shows bytes to the last one, and again as before.
func TestRawBytes(t *testing.T) {
	st := crowdState(1, 3)
	st.Conns[0].Info.Pending = 1234567
	m := pressed(st, 200, 40, "3")
	for i, want := range []string{"1.18MiB", "1,234,567", "1.18MiB"} {
		if i > 0 {
			m.Update(keyNamed("b"))
		}
		if s := m.View(); !strings.Contains(s, want) {
			t.Errorf("after %d times b: no %s:\n%s", i, want, s)
		}
	}
}
