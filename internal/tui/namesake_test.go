package tui

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/page"
)

// TestNamesakes shows each of two servers of one name as itself: its page, its
// connections, its events, its curves, its neighbours.
func TestNamesakes(t *testing.T) {
	d, st := live.NewDeriver(), &live.State{Phase: live.Live, Every: 2 * time.Second, Wanted: 2 * time.Second}
	for i := range 3 {
		d.Apply(st, fixture.Namesakes(time.Duration(i)*2*time.Second))
	}
	for _, cluster := range []string{"east", "west"} {
		d.AddEvent(fleet.Event{Kind: fleet.EventLinkDown, Time: fixture.Noon, Server: "n1", Cluster: cluster, Who: "trouble-in-" + cluster})
	}
	st.Now = st.Snap.Time
	d.Publish(st)
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
		if r := page.FindServer(m.State, m.cur().Scope); r == nil || r.ID != own {
			t.Errorf("the neighbour's neighbour of %s/n1: %+v", c.own, m.cur().Scope)
		}
		if got := st.History.Server(c.own + "/n1"); got == nil || got[live.Connections][0] != map[string]float32{"east": 100, "west": 200}[c.own] {
			t.Errorf("the curves of %s/n1: %v", c.own, got)
		}
	}
}

// TestNamesakeByName refuses a name that two servers have, and says how each of
// them is named.
func TestNamesakeByName(t *testing.T) {
	both := fixture.Namesakes(0)
	after := fixture.Namesakes(2 * time.Second)
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
		":forget east/n2": "east/n2 responds; only missing servers can be hidden",
	} {
		m := pressed(st, 120, 40, line, "enter")
		if !m.notice.bad || m.notice.text != want || len(m.Marks.Hidden) > 0 {
			t.Errorf("%s: %q, hidden %v", line, m.notice.text, m.Marks.Hidden)
		}
	}
	m := pressed(st, 120, 40, ":forget west/n1", "enter", "2")
	var left []string
	for _, row := range m.cur().List().Order {
		left = append(left, m.cur().List().Sheet.Key(row))
	}
	if got := strings.Join(left, " "); strings.Contains(got, "west/n1") || !strings.Contains(got, "east/n1") {
		t.Errorf("after :forget west/n1 the rows are %s", got)
	}
	var alerts []string
	for _, a := range m.Marks.Alerts(m.State) {
		if a.Check == "servers" {
			alerts = append(alerts, a.Where+"/"+a.Object)
		}
	}
	slices.Sort(alerts)
	if want := []string{"east/n1", "west/n2"}; !slices.Equal(alerts, want) {
		t.Errorf("after :forget west/n1 the alerts are about %q, want %q", alerts, want)
	}
	if m := pressed(st, 120, 40, ":forget n2", "enter"); !m.Marks.Hides("west/n2") || len(m.Marks.Hidden) != 1 {
		t.Errorf("of two servers of one name the one that is gone can be forgotten: %q, hidden %v", m.notice.text, m.Marks.Hidden)
	}
	m = pressed(st, 120, 40, ":forget west/n1", "enter")
	m.Update(stateMsg{stateOf(both, fixture.Namesakes(4*time.Second))})
	if len(m.Marks.Hidden) > 0 {
		t.Errorf("hidden although all answer: %v", m.Marks.Hidden)
	}
}

// TestAccountsOfOneName shows each of two accounts of one name as itself: its
// streams, consumers, mirrors, connections, events and alerts.
func TestAccountsOfOneName(t *testing.T) {
	d, st := live.NewDeriver(), &live.State{Phase: live.Live, Every: 2 * time.Second, Wanted: 2 * time.Second}
	for i := range 2 {
		d.Apply(st, fixture.AccountNamesakes(time.Duration(i)*2*time.Second))
	}
	for account, why := range map[string]string{fixture.AccountID("C"): "trouble-of-C", fixture.AccountID("D"): "trouble-of-D", "APP": "trouble-of-either"} {
		d.AddEvent(fleet.Event{Kind: fleet.EventAdvisory, Time: fixture.Noon, Account: account, Who: "stream ORDERS", Why: why})
	}
	st.Now = st.Snap.Time
	d.Publish(st)
	for own, other := range map[string]string{"C": "D", "D": "C"} {
		only := "/account=" + fixture.AccountID(own)
		for _, c := range []struct{ keys, want string }{
			{":streams enter " + only + " enter", "subject"},
			{":streams enter " + only + " enter enter", "consumer"},
			{":streams enter " + only + " enter c", "client"},
			{":streams enter " + only + " enter e", "trouble"},
			{":consumers enter " + only + " enter", "consumer"},
			{":consumers enter " + only + " enter c", "client"},
			{":origins enter " + only + " enter enter", "consumer"},
			{":origins enter " + only + " enter c", "client"},
			{"4 " + only + " enter enter", "client"},
			{"4 " + only + " enter J", "subject"},
			{"4 " + only + " enter J v", "consumer"},
			{"4 " + only + " enter e", "trouble"},
			{"3 " + only + " enter J", "subject"},
			{":streams enter " + only + " enter A enter", "client"},
			{"7 /origin-of-" + own + " enter enter", "subject"},
			{"7 /origin-of-" + own + " enter c", "client"},
			{"7 /origin-of-" + own + " enter J v", "consumer"},
		} {
			m := pressed(st, 200, 40, strings.Fields(c.keys)...)
			var rows []string
			for _, row := range m.cur().List().Order {
				rows = append(rows, page.Indented(m.cur().List().Sheet.Object(row)))
			}
			text := strings.Join(rows, "\n")
			if len(rows) == 0 || !strings.Contains(text, c.want+"-of-"+own) || strings.Contains(text, c.want+"-of-"+other) || strings.Contains(text, "either") {
				t.Errorf("%s, after %q: not of this account alone:\n%s", own, c.keys, ansi.Strip(m.View()))
			}
		}
	}
}

// TestPlainNamesInJSON writes clusters and servers under their own names, not
// as the screen shows them, and finds them by these in a filter.
func TestPlainNamesInJSON(t *testing.T) {
	m := pressed(stateOf(fixture.Namesakes(0)), 120, 40, "1")
	data, err := m.Export(FormatJSON)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Rows []struct{ Name string }
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range got.Rows {
		names = append(names, r.Name)
	}
	if want := []string{"east", "n1", "n2", "west", "n1", "n2"}; !slices.Equal(names, want) {
		t.Errorf("names %q, want %q", names, want)
	}
	pressedOn(m, "/name=n1", "enter")
	if n := len(m.cur().List().Order); n != 2 {
		t.Errorf("%d rows are named n1, want 2", n)
	}
}
