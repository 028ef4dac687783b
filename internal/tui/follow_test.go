package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/page"
	"github.com/natsctl/natsctl/internal/tui/widget"
)

// TestFollow goes from an object on every page to what belongs to it.
func TestFollow(t *testing.T) {
	m := modelOf(t, "degraded", "10:05:13", 120, 40)
	for _, step := range []struct{ keys, crumb string }{
		{"2 G c", "Servers › Connections › "},
		{"1 g c", "Topology › Connections › east"},
		{"1 g L", "Topology › Links › east"},
		{"1 g J", "Topology › JetStream › east"},
		{"2 G J", "Servers › JetStream › "},
		{"2 G e", "Servers › Events › "},
		{"3 e", "Connections › Events › cid "},
		{"3 L", "Connections › Links › "},
		{"3 J", "Connections › JetStream › "},
		{"4 e", "Accounts › Events › "},
		{"4 J", "Accounts › JetStream › "},
		{"5 c", "JetStream › Connections › "},
		{"5 e", "JetStream › Events › "},
		{"5 L", "JetStream › Links › "},
		{":consumers enter e", "consumers › Events › "},
		{"6 L", "Events › Links › "},
		{"6 c", "Events › Connections › "},
		{"7 e", "Alerts › Events › "},
		{"7 c", "Alerts › Connections › "},
		{"7 J", "Alerts › JetStream › "},
		{":links enter e", "Links › Events › "},
		{":links enter c", "Links › Connections › "},
	} {
		for _, k := range strings.Fields(step.keys) {
			m.Update(keyNamed(k))
		}
		lines := strings.Split(ansi.Strip(m.View()), "\n")
		if crumb := lines[len(lines)-2]; !strings.Contains(crumb, step.crumb) {
			t.Errorf("%s leads to %q, want %q", step.keys, strings.TrimSpace(crumb), step.crumb)
		}
	}
}

// TestConcerns checks which events are of which object.
func TestConcerns(t *testing.T) {
	m := pressed(stateOf(fixture.Cluster(time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC), "2.12.6", "2.12.6")), 120, 40)
	events := []fleet.Event{
		{Kind: fleet.EventDisconnect, Server: "n1", Account: "APP", Who: "billing, user app, cid 9, go 1.4", Where: "10.0.0.1:4000"},
		{Kind: fleet.EventConnect, Server: "n2", Account: "APP", Who: "user app, cid 10", Where: "10.0.0.2:4000"},
		{Kind: fleet.EventAdvisory, Server: "n2", Account: "APP", Who: "stream ORDERS"},
		{Kind: fleet.EventAdvisory, Server: "n2", Account: "APP", Who: "consumer ORDERS > audit"},
		{Kind: fleet.EventAdvisory, Server: "n2", Account: "OTHER", Who: "stream ORDERS"},
		{Kind: fleet.EventLinkDown, Server: "n1", Cluster: "east", Who: "route n1 - n2"},
	}
	for _, c := range []struct {
		name  string
		scope widget.Ref
		want  string
	}{
		{"everything", widget.Ref{}, "012345"},
		{"a client", widget.Ref{Client: "billing", Server: "n1"}, "0"},
		{"a client without a name", widget.Ref{CID: 7, Address: "10.0.0.2:4000"}, "1"},
		{"a stream", widget.Ref{Stream: "ORDERS", Account: "APP", Server: "n9"}, "23"},
		{"a consumer", widget.Ref{Stream: "ORDERS", Consumer: "audit", Account: "APP"}, "3"},
		{"an account", widget.Ref{Account: "OTHER"}, "4"},
		{"a server", widget.Ref{Server: "n1"}, "05"},
		{"a link", widget.Ref{Server: "n1", Link: m.State.Links[0].Edge.Key()}, "5"},
		{"a cluster", widget.Ref{Cluster: "east"}, "5"},
	} {
		got := ""
		for i, e := range events {
			if page.Concerns(m.Context, c.scope, &live.EventRow{Event: e}) {
				got += string(rune('0' + i))
			}
		}
		if got != c.want {
			t.Errorf("%s: events %s, want %s", c.name, got, c.want)
		}
	}
}
