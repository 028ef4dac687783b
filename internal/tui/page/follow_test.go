package page

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
)

// contextOf is the context of the state after some snapshots, two seconds
// between them.
func contextOf(snaps ...*fleet.Snapshot) *Context {
	d, st := live.NewDeriver(), &live.State{Phase: live.Live, Every: 2 * time.Second, Wanted: 2 * time.Second}
	for _, s := range snaps {
		d.Apply(st, s)
		st.Now, st.Seq = s.Time, st.Seq+1
	}
	d.Publish(st)
	ctx := NewContext(0, time.Minute)
	ctx.State = st
	return ctx
}

// TestConnectionsInScope keeps the connections of a page's object and no other's:
// of two servers with one name, only those of the server that is meant.
func TestConnectionsInScope(t *testing.T) {
	conn := func(id, cluster, name, account string) *fleet.ConnRow {
		return &fleet.ConnRow{
			Info:   &server.ConnInfo{Name: name, Account: account},
			Server: &fleet.Server{Info: server.ServerInfo{ID: id, Name: "n1", Cluster: cluster}},
		}
	}
	rows := []*fleet.ConnRow{
		conn("EASTN1", "east", "billing", "APP"),
		conn("WESTN1", "west", "billing", "APP"),
		conn("WESTN1", "west", "orders", "SYS"),
		conn("EASTN1B", "east", "orders", "APP"), // the same server after a restart
	}
	for _, c := range []struct {
		name  string
		scope widget.Ref
		want  string
	}{
		{"everything", widget.Ref{}, "0123"},
		{"a client", widget.Ref{Client: "billing"}, "01"},
		{"a client, whatever else is known of it", widget.Ref{Client: "orders", ServerID: "EASTN1", Account: "none"}, "23"},
		{"an account", widget.Ref{Account: "SYS"}, "2"},
		{"a server by id", widget.Ref{ServerID: "WESTN1", Server: "n1"}, "12"},
		{"a server by id alone, not its namesake", widget.Ref{ServerID: "EASTN1", Server: "n1", Cluster: "east"}, "0"},
		{"a server by name", widget.Ref{Server: "n1"}, "0123"},
		{"a server by name and cluster", widget.Ref{Server: "n1", Cluster: "east"}, "03"},
		{"another server", widget.Ref{Server: "n2"}, ""},
		{"an account on a server", widget.Ref{Account: "APP", ServerID: "WESTN1"}, "1"},
		{"a cluster", widget.Ref{Cluster: "west"}, "12"},
	} {
		got := ""
		for i, r := range rows {
			if inScope(c.scope, r) {
				got += string(rune('0' + i))
			}
		}
		if got != c.want {
			t.Errorf("%s: connections %s, want %s", c.name, got, c.want)
		}
	}
}

// TestStreamsInScope keeps the streams of an account, and those that a server
// leads or has a replica of.
func TestStreamsInScope(t *testing.T) {
	ctx := contextOf(fixture.Namesakes(0))
	stream := func(account, leader string, peers ...string) *live.StreamRow {
		r := &live.StreamRow{StreamRow: &fleet.StreamRow{Account: account, AccountID: account, Leader: leader}}
		for _, p := range peers {
			r.Peers = append(r.Peers, fleet.Replica{Name: p})
		}
		return r
	}
	rows := []*live.StreamRow{stream("APP", "n1", "n1", "n2"), stream("APP", "n3"), stream("OTHER", "n2", "n2")}
	for _, c := range []struct {
		name  string
		scope widget.Ref
		want  string
	}{
		{"everything", widget.Ref{}, "012"},
		{"an account", widget.Ref{Account: "APP"}, "01"},
		{"a leader", widget.Ref{Server: "n3"}, "1"},
		{"a replica", widget.Ref{Server: "n2"}, "02"},
		{"both", widget.Ref{Server: "n2", Account: "APP"}, "0"},
		{"no part of it", widget.Ref{Server: "n9"}, ""},
	} {
		got := ""
		for i, r := range rows {
			if holds(ctx, c.scope, r) {
				got += string(rune('0' + i))
			}
		}
		if got != c.want {
			t.Errorf("%s: streams %s, want %s", c.name, got, c.want)
		}
	}
}

// TestWhatBelongs checks the scope that each page opens with.
func TestWhatBelongs(t *testing.T) {
	ctx := contextOf(fixture.Namesakes(0))
	srv := widget.Ref{Server: "n1", ServerID: "EASTN1", Cluster: "east"}
	conn := widget.Ref{Server: "n1", ServerID: "EASTN1", Cluster: "east", Account: "APP", CID: 7, Client: "billing", Address: "10.0.0.1:4000"}
	nameless := conn
	nameless.Client = ""
	stream := widget.Ref{Stream: "ORDERS", Account: "APP", Server: "n2"}
	link := widget.Ref{Server: "n1", Link: "route|a|b"}
	app := widget.Ref{Title: "APP", Account: "APP"}
	for _, c := range []struct {
		name string
		kind Kind
		of   widget.Ref
		want widget.Ref
	}{
		{"events of anything", Events, conn, conn},
		{"links of a server", Topology, srv, srv},
		{"links from a link", Topology, link, link},
		{"links from a connection are its server's", Topology, conn, srv},
		{"connections of a client", Connections, conn, widget.Ref{Title: "client billing", Client: "billing"}},
		{"connections of a client without a name: its account on its server", Connections, nameless, widget.Ref{Server: "n1", ServerID: "EASTN1", Cluster: "east", Account: "APP"}},
		{"connections of a server", Connections, srv, srv},
		{"connections of a stream: its account's, wherever they are", Connections, stream, app},
		{"streams of a server", JetStream, srv, srv},
		{"streams of an account", JetStream, widget.Ref{Account: "APP"}, app},
		{"streams of a connection: its account's", JetStream, conn, app},
	} {
		if got := belonging(ctx, c.kind, c.of); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestEventsOfNamesakes tells the events of servers with one name apart by their
// cluster, where the event names one.
func TestEventsOfNamesakes(t *testing.T) {
	ctx := contextOf(fixture.Namesakes(0))
	event := func(e fleet.Event) *live.EventRow { return &live.EventRow{Event: e} }
	east := event(fleet.Event{Kind: fleet.EventServerDown, Server: "n1", Cluster: "east"})
	west := event(fleet.Event{Kind: fleet.EventServerDown, Server: "n1", Cluster: "west"})
	anywhere := event(fleet.Event{Kind: fleet.EventServerDown, Server: "n1"})
	for _, c := range []struct {
		name  string
		scope widget.Ref
		want  [3]bool
	}{
		{"of a cluster's server", widget.Ref{Server: "n1", Cluster: "east"}, [3]bool{true, false, true}},
		{"of the other's", widget.Ref{Server: "n1", Cluster: "west"}, [3]bool{false, true, true}},
		{"of any", widget.Ref{Server: "n1"}, [3]bool{true, true, true}},
		{"of another server", widget.Ref{Server: "n2", Cluster: "east"}, [3]bool{}},
	} {
		got := [3]bool{Concerns(ctx, c.scope, east), Concerns(ctx, c.scope, west), Concerns(ctx, c.scope, anywhere)}
		if got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
