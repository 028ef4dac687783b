package gather

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// longID is a valid server id that begins with N and a letter.
func longID(letter string) string { return "N" + strings.Repeat(letter, 55) }

// TestFoundSuspects are the servers that n1 of cluster e is linked to, knows from before,
// or has in its meta group, and that have not answered.
func TestFoundSuspects(t *testing.T) {
	route := func(id, name string) *server.RouteInfo { return &server.RouteInfo{RemoteID: id, RemoteName: name} }
	offline := func(name string) *server.PeerInfo {
		return &server.PeerInfo{Name: name, Offline: true, Active: time.Minute}
	}
	seen := time.Unix(700, 0)
	for _, tc := range []struct {
		name    string
		counted int
		routes  []*server.RouteInfo
		known   []Known
		meta    []*server.PeerInfo
		want    []string // ID/NAME/CLUSTER [SEEN BY], and what else is known
		invalid string
	}{
		{name: "nobody", counted: 1},
		{name: "itself", counted: 2, routes: []*server.RouteInfo{route(longID("A"), "n1"), nil}},
		{name: "linked", counted: 2, routes: []*server.RouteInfo{route(longID("B"), "n2"), route(longID("B"), "n2")}, want: []string{"B/n2/e [n1]"}},
		{name: "linked, by id alone", counted: 2, routes: []*server.RouteInfo{route(longID("B"), "")}, want: []string{"B//e [n1]"}},
		{name: "two without an id of one name", counted: 3, routes: []*server.RouteInfo{route("", "n2"), route("", "n2"), route("", "n3")}, want: []string{"/n2/e [n1]", "/n3/e [n1]"}},
		{name: "one invalid id", counted: 2, routes: []*server.RouteInfo{route("x.>", "n2")}, invalid: "a link leads to an invalid server id"},
		{name: "two invalid ids", counted: 2, routes: []*server.RouteInfo{route("x.>", "n2"), route("NSHORT", "n3")}, invalid: "2 links lead to invalid server ids"},
		{
			name: "known, and counted", counted: 2, known: []Known{{ID: longID("B"), Name: "n2", Cluster: "e", Seen: seen}},
			want: []string{"B/n2/e [] weak 700"},
		},
		{name: "known, and not counted", counted: 1, known: []Known{{ID: longID("B"), Name: "n2", Cluster: "e", Seen: seen}}},
		{name: "known by an invalid id", counted: 2, known: []Known{{ID: "x.>", Name: "n2", Cluster: "e"}}},
		{name: "known by the name of one that answered", counted: 2, known: []Known{{ID: longID("B"), Name: "n1", Cluster: "e"}}},
		{
			name: "known by its name in another cluster", counted: 2, known: []Known{{ID: longID("B"), Name: "n1", Cluster: "w", Seen: seen, Left: seen}},
			want: []string{"B/n1/w [] weak announced 700"},
		},
		{
			name: "known, and linked by id alone", counted: 2, routes: []*server.RouteInfo{route(longID("B"), "")}, known: []Known{{ID: longID("B"), Name: "n2", Cluster: "e", Seen: seen}},
			want: []string{"B/n2/e [n1] 700"},
		},
		{name: "in the meta group, and counted", counted: 2, meta: []*server.PeerInfo{offline("n2"), nil}, want: []string{"/n2/ [] weak offline 940"}},
		{name: "in the meta group, more than are counted", counted: 2, meta: []*server.PeerInfo{offline("n2"), offline("n3")}, want: []string{"/n2/ [] weak offline 940"}},
		{name: "in the meta group, and not counted", counted: 1, meta: []*server.PeerInfo{offline("n2")}},
		{name: "in the meta group, and has answered", counted: 2, meta: []*server.PeerInfo{offline("n1")}},
		{
			name: "in the meta group, linked by id alone", counted: 2, routes: []*server.RouteInfo{route(longID("B"), "")}, meta: []*server.PeerInfo{offline("n2")},
			want: []string{"B/n2/e [n1] offline 940"},
		},
		{
			name: "in the meta group, and linked by name", counted: 3, routes: []*server.RouteInfo{route(longID("B"), "n2")}, meta: []*server.PeerInfo{offline("n2")},
			want: []string{"B/n2/e [n1]"},
		},
		{
			name: "in the meta group, and two linked by id alone", counted: 4, routes: []*server.RouteInfo{route(longID("B"), ""), route(longID("C"), "")}, meta: []*server.PeerInfo{offline("n2")},
			want: []string{"/n2/ [] weak offline 940", "B//e [n1]", "C//e [n1]"},
		},
	} {
		r := newMembers(wantNothing())
		m, _ := r.admit(info(longID("A"), "n1", "e"))
		m.sv.Info.Time = time.Unix(1000, 0)
		m.sv.Statsz = &server.ServerStats{JetStream: &server.JetStreamVarz{Meta: &server.MetaClusterInfo{Replicas: tc.meta}}}
		r.count.add(longID("A"), tc.counted)
		memory := NewMemory()
		memory.Learn(tc.known)
		f := finder{members: r, memory: memory, links: links{longID("A"): {Info: m.sv.Info, Routez: &server.Routez{Routes: tc.routes}}}}
		var got []string
		for _, s := range f.suspects() {
			got = append(got, described(s))
		}
		if slices.Sort(got); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
		invalid := ""
		for _, p := range f.invalid {
			invalid += p.Detail
		}
		if invalid != tc.invalid {
			t.Errorf("%s: %q, want %q", tc.name, invalid, tc.invalid)
		}
	}
}

// described is all that is known about a suspect; of an id its second letter.
func described(s *suspect) string {
	text := fmt.Sprintf("%.1s/%s/%s %v", strings.TrimPrefix(s.id, "N"), s.name, s.cluster, s.seenBy)
	for _, mark := range []struct {
		name string
		is   bool
	}{{"weak", s.weak}, {"announced", s.announced}, {"offline", s.offline}, {"leaf", s.leaf}} {
		if mark.is {
			text += " " + mark.name
		}
	}
	if !s.lastSeen.IsZero() {
		text += fmt.Sprint(" ", s.lastSeen.Unix())
	}
	return text
}

// TestSuspectMatches by its id if that is known, and else by its name, in its cluster if
// that is known.
func TestSuspectMatches(t *testing.T) {
	here := info("A", "n1", "e")
	for _, tc := range []struct {
		s    suspect
		want bool
	}{
		{suspect{id: "A", name: "other"}, true},
		{suspect{id: "B", name: "n1", cluster: "e"}, false},
		{suspect{name: "n1"}, true},
		{suspect{name: "n1", cluster: "e"}, true},
		{suspect{name: "n1", cluster: "w"}, false},
		{suspect{name: "n2", cluster: "e"}, false},
		{suspect{name: "n2"}, false},
	} {
		if got := tc.s.matches(here); got != tc.want {
			t.Errorf("%+v: %v", tc.s, got)
		}
	}
}

// TestGates tells through whom requests to other servers go: a leaf node that is linked,
// or the server that the gateway to its cluster ends at.
func TestGates(t *testing.T) {
	gate := func(to string) *server.Gatewayz {
		return &server.Gatewayz{OutboundGateways: map[string]*server.RemoteGatewayz{"w": {Connection: &server.ConnInfo{Name: to}}, "x": nil, "y": {}}}
	}
	l := links{"A": {Info: info("A", "n1", "e"), Gatewayz: gate("B")}, "C": {Info: info("C", "n2", "e"), Gatewayz: gate("D")}}
	w := paths{self: "A", links: l, suspects: suspects{
		{id: "B", name: "west-1", cluster: "w"}, {id: "D", name: "west-2", cluster: "w"}, {name: "leaf", leaf: true}, {name: "plain"}, {id: "F", name: "n9", cluster: "e"},
	}}
	for _, tc := range []struct {
		id, name string
		want     bool
	}{
		{"B", "west-1", true}, {"B", "", true}, {"D", "west-2", false}, {"D", "west-1", false}, {"", "leaf", true}, {"", "plain", false}, {"", "west-1", false}, {"F", "n9", false}, {"G", "leaf", false},
	} {
		if got := w.isGate(tc.id, tc.name); got != tc.want {
			t.Errorf("%q %q: %v", tc.id, tc.name, got)
		}
	}
	for _, tc := range []struct{ self, cluster, want string }{
		{"A", "w", "B"},
		{"C", "w", "D"},
		{"A", "e", ""},
		{"A", "x", ""},
		{"A", "y", ""},
		{"A", "z", ""},
		{"Z", "w", "B"}, // of a server without links: those of others, in the order of their names
	} {
		if got := l.gateTo(tc.self, tc.cluster); got != tc.want {
			t.Errorf("from %s to %s: %q, want %q", tc.self, tc.cluster, got, tc.want)
		}
	}
	l["B"] = &fleet.Server{Info: info("B", "a", "w"), Gatewayz: &server.Gatewayz{OutboundGateways: map[string]*server.RemoteGatewayz{"e": {Connection: &server.ConnInfo{Name: "C"}}, "w": {Connection: &server.ConnInfo{Name: "self"}}}}}
	if to, from := l.gateTo("Z", "w"), l.gateTo("Z", "e"); to != "B" || from != "C" {
		t.Errorf("the servers of a cluster itself are asked for the way to it: %q, %q", to, from)
	}
}

// TestInbound looks for the gateway of one server among those of its cluster.
func TestInbound(t *testing.T) {
	from := func(ids ...string) (out []*server.RemoteGatewayz) {
		for _, id := range ids {
			out = append(out, &server.RemoteGatewayz{Connection: &server.ConnInfo{Name: id}})
		}
		return append(out, nil, &server.RemoteGatewayz{})
	}
	sv := &fleet.Server{Gatewayz: &server.Gatewayz{InboundGateways: map[string][]*server.RemoteGatewayz{"w": from("B", "C"), "x": from("D")}}}
	for _, tc := range []struct {
		cluster, id string
		want        bool
	}{{"w", "B", true}, {"w", "C", true}, {"w", "D", false}, {"x", "D", true}, {"x", "B", false}, {"y", "B", false}} {
		if got := inboundFrom(sv, tc.cluster, tc.id); got != tc.want {
			t.Errorf("%s of %s: %v", tc.id, tc.cluster, got)
		}
	}
}
