package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// namesakes is a fleet with a server n1 in each of two clusters; each figure of
// one is another than that of the other.
func namesakes(at time.Duration) *fleet.Snapshot {
	s := &fleet.Snapshot{Schema: fleet.Schema, Time: noon.Add(at), Expected: 4, Want: fleet.Want{Kinds: []fleet.Kind{fleet.Routez, fleet.Connz}}}
	for i, cluster := range []string{"east", "west"} {
		for j, name := range []string{"n1", "n2"} {
			id := strings.ToUpper(cluster + name)
			sv := &fleet.Server{Info: server.ServerInfo{ID: id, Name: name, Cluster: cluster, Version: "2.15.2", Time: s.Time, Host: id + ".example"}}
			sv.Statsz = &server.ServerStats{Start: noon.Add(-time.Hour), Cores: 2 + i, Connections: 100*(i+1) + j, ActiveServers: 4}
			sv.Connz = &server.Connz{Now: s.Time, Conns: []*server.ConnInfo{{Cid: uint64(10*i + j + 1), Kind: "Client", Name: "client-of-" + id, Start: noon}}}
			sv.Routez = &server.Routez{Now: s.Time, Routes: []*server.RouteInfo{{RemoteID: strings.ToUpper(cluster) + "N" + string(rune('2'-j)), RemoteName: "n" + string(rune('2'-j)), RTT: "1ms"}}}
			s.Servers = append(s.Servers, sv)
		}
	}
	return s
}

// TestServerFound finds a server by id, by cluster and name, and by a name that
// is its alone; of two with one name it takes none at random.
func TestServerFound(t *testing.T) {
	snap := namesakes(0)
	snap.Servers = append(snap.Servers, &fleet.Server{Info: server.ServerInfo{ID: "LEAF1", Name: "edge", Cluster: "edge"}}, &fleet.Server{Info: server.ServerInfo{ID: "NONAME"}})
	st := stateOf(snap)
	for _, c := range []struct{ id, cluster, name, want string }{
		{"WESTN1", "", "", "WESTN1"},
		{"WESTN1", "east", "n1", "WESTN1"},
		{"", "west", "n1", "WESTN1"},
		{"", "east", "n1", "EASTN1"},
		{"RESTARTED", "west", "n1", "WESTN1"},
		{"", "", "n1", ""},
		{"", "north", "n1", ""},
		{"", "", "edge", "LEAF1"},
		{"", "hub", "edge", "LEAF1"},
		{"", "", "LEAF1", "LEAF1"},
		{"", "", "", ""},
		{"", "", "n9", ""},
	} {
		got := ""
		if r := st.server(c.id, c.cluster, c.name); r != nil {
			got = r.id
		}
		if got != c.want {
			t.Errorf("id %q, cluster %q, name %q: %q, want %q", c.id, c.cluster, c.name, got, c.want)
		}
	}
}

// TestNamesakes shows each of two servers of one name as itself: its page, its
// connections, its events, its curves, its neighbours.
func TestNamesakes(t *testing.T) {
	d, st := newDeriver(), &State{Phase: Live, Every: 2 * time.Second, Wanted: 2 * time.Second}
	for i := range 3 {
		d.take(st, namesakes(time.Duration(i)*2*time.Second))
	}
	for _, cluster := range []string{"east", "west"} {
		d.hear(fleet.Event{Kind: fleet.EventLinkDown, Time: noon, Server: "n1", Cluster: cluster, Who: "trouble-in-" + cluster})
	}
	st.Now = st.Snap.Time
	st.Events, st.EventRates = d.book.publish(st.Now)
	for _, c := range []struct{ own, other, conns string }{{"east", "west", "100"}, {"west", "east", "200"}} {
		own, other := strings.ToUpper(c.own)+"N1", strings.ToUpper(c.other)+"N1"
		show := func(keys ...string) string {
			return ansi.Strip(pressed(st, 120, 40, append([]string{"2", "/name=n1 and cluster=" + c.own, "enter"}, keys...)...).View())
		}
		for _, keys := range [][]string{{"enter"}, {"c"}, {"enter", "c"}, {"y"}, {"enter", "y"}} {
			if s := show(keys...); !strings.Contains(s, own) || strings.Contains(s, other) {
				t.Errorf("%s/n1, %q: not of this server alone:\n%s", c.own, keys, s)
			}
		}
		for _, keys := range [][]string{{"enter"}, {"e"}, {"enter", "e"}} {
			if s := show(keys...); !strings.Contains(s, "trouble-in-"+c.own) || strings.Contains(s, "trouble-in-"+c.other) {
				t.Errorf("%s/n1, %q: not the events of this server alone:\n%s", c.own, keys, s)
			}
		}
		m := pressed(st, 120, 40, ":server "+c.own+"/n1", "enter", "right", "left")
		if r := m.st.find(m.cur().scope); r == nil || r.id != own {
			t.Errorf("the neighbour's neighbour of %s/n1: %+v", c.own, m.cur().scope)
		}
		if got := st.History.server(c.own + "/n1"); got == nil || got[serConns][0] != map[string]float32{"east": 100, "west": 200}[c.own] {
			t.Errorf("the curves of %s/n1: %v", c.own, got)
		}
	}
}

// TestNamesakeByName refuses a name that two servers have, and says how each of
// them is named.
func TestNamesakeByName(t *testing.T) {
	both := namesakes(0)
	after := namesakes(2 * time.Second)
	after.Servers = after.Servers[1:2]
	after.Missing = []fleet.Missing{
		{ID: "EASTN1", Name: "n1", Cluster: "east", Reason: fleet.Gone},
		{ID: "WESTN1", Name: "n1", Cluster: "west", Reason: fleet.Silent},
		{ID: "WESTN2", Name: "n2", Cluster: "west", Reason: fleet.Silent},
	}
	st := stateOf(both, after)
	for line, want := range map[string]string{
		":server n1":      "2 servers are named n1: use one of east/n1, west/n1",
		":forget n1":      "2 servers are named n1: use one of east/n1, west/n1",
		":forget east/n2": "east/n2 answers; only a server that is gone can be forgotten",
	} {
		m := pressed(st, 120, 40, line, "enter")
		if !m.notice.bad || m.notice.text != want || len(m.hidden) > 0 {
			t.Errorf("%s: %q, hidden %v", line, m.notice.text, m.hidden)
		}
	}
	m := pressed(st, 120, 40, ":forget west/n1", "enter", "2")
	var left []string
	for _, row := range m.cur().list().order {
		left = append(left, m.cur().list().sheet.key(row))
	}
	if got := strings.Join(left, " "); strings.Contains(got, "west/n1") || !strings.Contains(got, "east/n1") {
		t.Errorf("after :forget west/n1 the rows are %s", got)
	}
	var alerts []string
	for _, a := range m.alerts() {
		alerts = append(alerts, a.where+"/"+a.about)
	}
	if got := strings.Join(alerts, " "); strings.Contains(got, "west/n1") || !strings.Contains(got, "east/n1") {
		t.Errorf("after :forget west/n1 the alerts are about %s", got)
	}
	if m := pressed(st, 120, 40, ":forget n2", "enter"); !m.hidden["west/n2"] || len(m.hidden) != 1 {
		t.Errorf("of two servers of one name the one that is gone can be forgotten: %q, hidden %v", m.notice.text, m.hidden)
	}
	m = pressed(st, 120, 40, ":forget west/n1", "enter")
	m.Update(stateMsg{stateOf(both, namesakes(4*time.Second))})
	if len(m.hidden) > 0 {
		t.Errorf("hidden although all answer: %v", m.hidden)
	}
}
