package broker

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// wired is what a server says of its links.
func wired(name string, set func(*wires)) wires {
	var w wires
	w.Server.Name, w.Server.ID = name, "id-"+name
	set(&w)
	return w
}

// routesTo are the connections of a route: how many are shared, and of which accounts there is one each.
func routesTo(name string, shared int, accounts ...string) (out []*server.RouteInfo) {
	for range shared {
		out = append(out, &server.RouteInfo{RemoteID: "id-" + name})
	}
	for _, a := range accounts {
		out = append(out, &server.RouteInfo{RemoteID: "id-" + name, Account: a})
	}
	return out
}

// TestRoutesJudged is when a route is whole: the larger pool filled and one connection for the system account, or a single
// connection when either server knows no pools.
func TestRoutesJudged(t *testing.T) {
	t.Parallel()
	pool3, pool5, none := pool{3, "SYS"}, pool{5, "SYS"}, pool{0, "SYS"}
	for _, c := range []struct {
		a, b   pool
		routes []*server.RouteInfo
		want   string
	}{
		{pool3, pool3, routesTo("b", 3, "SYS"), ""},
		{pool3, pool3, routesTo("b", 4, "SYS"), ""},
		{pool3, pool3, routesTo("b", 2, "SYS"), "a has 2 of 3 connections of its route to b"},
		{pool3, pool3, routesTo("b", 3), "a has no connection of its route to b for the system account"},
		{pool3, pool3, routesTo("b", 3, "APP"), "for the system account"},
		{pool3, pool3, routesTo("c", 3, "SYS"), "a has 0 of 3"},
		{pool3, pool5, routesTo("b", 3, "SYS"), "a has 3 of 5"},
		{pool5, pool3, routesTo("b", 5, "SYS"), ""},
		{pool3, none, routesTo("b", 1), ""},
		{none, pool3, routesTo("b", 1), ""},
		{none, none, routesTo("b", 0), "a has 0 of 1"},
		{pool{-1, "SYS"}, pool3, routesTo("b", 1), ""},
	} {
		w := wiring{pools: map[string]pool{"id-a": c.a, "id-b": c.b}}
		err := w.route(wired("a", func(w *wires) { w.Data.Routes = c.routes }), wired("b", func(*wires) {}))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v %+v with %d: %v, want %s", c.a, c.b, len(c.routes), err, c.want)
		}
	}
}

// gateway is one end of a connection between clusters.
func gateway(to string) *server.RemoteGatewayz {
	return &server.RemoteGatewayz{Connection: &server.ConnInfo{Name: "id-" + to}}
}

// TestGatewaysJudged is when gateways are whole: every server that runs has one to every other cluster that does, with its other
// end there.
func TestGatewaysJudged(t *testing.T) {
	t.Parallel()
	whole := func() map[string]wires {
		out := map[string]wires{}
		for name, other := range map[string]string{"a-1": "b-1", "a-2": "b-2", "b-1": "a-1", "b-2": "a-2"} {
			out[name] = wired(name, func(w *wires) {
				cluster := other[:1]
				w.Data.Outbound = map[string]*server.RemoteGatewayz{cluster: gateway(other)}
				w.Data.Inbound = map[string][]*server.RemoteGatewayz{cluster: {gateway(other)}}
			})
		}
		return out
	}
	for name, c := range map[string]struct {
		change func(map[string]wires)
		down   string
		want   string
	}{
		"whole":         {func(map[string]wires) {}, "", ""},
		"none out":      {func(all map[string]wires) { delete(all["a-2"].Data.Outbound, "b") }, "", "a-2 has no gateway to b"},
		"no connection": {func(all map[string]wires) { all["b-1"].Data.Outbound["a"].Connection = nil }, "", "b-1 has no gateway to a"},
		"no other end":  {func(all map[string]wires) { all["b-2"].Data.Inbound["a"] = nil }, "", "the gateway of a-2 to b-2 has no other end"},
		"another's end": {func(all map[string]wires) {
			all["b-2"].Data.Inbound["a"] = []*server.RemoteGatewayz{nil, gateway("a-1")}
		}, "", "the gateway of a-2 to b-2 has no other end"},
		"an end without name": {func(all map[string]wires) { all["b-2"].Data.Inbound["a"][0].Connection = nil }, "", "has no other end"},
		"to somebody unknown": {func(all map[string]wires) { all["a-1"].Data.Outbound["b"] = gateway("b-9") }, "", "the gateway of a-1 to b has no other end"},
		"to one that is down": {func(all map[string]wires) {
			all["a-1"].Data.Outbound["b"] = gateway("b-2")
			delete(all, "b-2")
			all["a-2"].Data.Outbound["b"] = gateway("b-2")
		}, "b-2", ""},
		"who is down has none": {func(all map[string]wires) {
			delete(all, "b-2")
			all["a-2"].Data.Outbound["b"] = gateway("b-1")
			all["b-1"].Data.Inbound["a"] = []*server.RemoteGatewayz{gateway("a-1"), gateway("a-2")}
		}, "b-2", ""},
		"a cluster is down": {func(all map[string]wires) { all["a-1"].Data.Outbound["b"], all["a-2"].Data.Outbound["b"] = nil, nil }, "b", ""},
	} {
		p := drawn(t, Super(2, "a", "b"), nil)
		w := wiring{plan: p, running: func(node string) bool { return c.down == "" || !strings.HasPrefix(node, c.down) }}
		all := whole()
		c.change(all)
		err := w.gateways(all)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// TestChaosIsRepeatable draws schedules: the same seed makes the same, each trouble is over before the next, and of the kinds that
// were asked for.
func TestChaosIsRepeatable(t *testing.T) {
	t.Parallel()
	nodes := []Place{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	plan := ChaosPlan{Seed: 7, For: time.Minute, Every: 2 * time.Second}
	all := must(NewChaos(plan, nodes))
	if !slices.Equal(all, must(NewChaos(plan, nodes))) {
		t.Error("the same seed makes another schedule")
	}
	other := plan
	if other.Seed = 8; slices.Equal(all, must(NewChaos(other, nodes))) {
		t.Error("another seed makes the same schedule")
	}
	kinds, victims := map[string]int{}, map[string]int{}
	for i, x := range all {
		kinds[x.Kind]++
		victims[x.Node+x.Fault.A]++
		if x.At != time.Duration(i)*plan.Every || x.Lasts < plan.Every/4 || x.Lasts >= plan.Every*3/4 {
			t.Errorf("%d: %s at %s", i, x, x.At)
		}
		process := x.Kind == "kill" || x.Kind == "pause"
		if process != (x.Node != "") || process != (x.Fault.Kind == "") || !process && (string(x.Fault.Kind) != x.Kind || x.Fault.check() != nil) {
			t.Errorf("%+v", x)
		}
		if (x.Fault.Delay > 0) != (x.Kind == "latency") || x.Fault.Delay >= 105*time.Millisecond {
			t.Errorf("delay of %+v", x)
		}
	}
	if len(all) != 30 || len(kinds) != 6 || len(victims) != 3 {
		t.Errorf("%d troubles, kinds %v, victims %v", len(all), kinds, victims)
	}
	plan.Kinds = []string{"pause", "drop"}
	for _, x := range must(NewChaos(plan, nodes)) {
		if x.Kind != "pause" && x.Kind != "drop" {
			t.Errorf("not asked for: %s", x)
		}
	}
	for name, bad := range map[string]ChaosPlan{
		"kind":  {For: time.Minute, Every: time.Second, Kinds: []string{"kill", "flood"}},
		"often": {For: time.Minute, Every: 99 * time.Millisecond},
		"short": {For: time.Second, Every: 2 * time.Second},
	} {
		if _, err := NewChaos(bad, nodes); !errors.Is(err, ErrFault) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if one := must(NewChaos(ChaosPlan{For: 100 * time.Millisecond, Every: 100 * time.Millisecond}, nodes)); len(one) != 1 {
		t.Errorf("the least: %v", one)
	}
	for want, x := range map[string]Trouble{
		"kill a for 2s":                        {Kind: "kill", Node: "a", Lasts: 2 * time.Second},
		"drop a | all others":                  {Kind: "drop", Fault: Fault{Kind: Drop, A: "a"}, Lasts: time.Second},
		"latency b | all others 5ms for 300ms": {Kind: "latency", Fault: Fault{Kind: Latency, A: "b", Delay: 5 * time.Millisecond}, Lasts: 300 * time.Millisecond},
	} {
		if got := x.String(); got != want {
			t.Errorf("got %q", got)
		}
	}
}

// TestOtherPrograms refuses what is no nats-server, and tells an older release.
func TestOtherPrograms(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, stranger := script("good", "echo 'nats-server: v2.9.10'\n"), script("stranger", "echo hello; exit 0\n")
	for path, want := range map[string]string{
		"": "", good: "", filepath.Join(dir, "none"): "no such file", "relative": "relative", dir: "is a directory",
	} {
		if err := checkProgram(path); want == "" && err != nil || want != "" && (!errors.Is(err, ErrSpec) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if v, err := versionOf(t.Context(), good); v != "v2.9.10" || err != nil {
		t.Errorf("%s %v", v, err)
	}
	if v, err := versionOf(t.Context(), ""); v != "v"+server.VERSION || err != nil {
		t.Errorf("%s %v", v, err)
	}
	for _, bad := range []string{stranger, script("fails", "exit 3\n"), script("both", "echo v2.9.10; exit 1\n")} {
		if _, err := versionOf(t.Context(), bad); !errors.Is(err, ErrSpec) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for versions, want := range map[[2]string]bool{
		{"v2.9.10", "v2.10.0"}: true, {"v2.10.0", "v2.9.10"}: false, {"v2.9.1", "v2.9.10"}: false, {"v1.99.0", "v2.0.0"}: true, {"v2.15.2", "v2.15.2"}: false, {"v3.0.0", "v2.15.0"}: false,
	} {
		if got := older(versions[0], versions[1]); got != want {
			t.Errorf("%v: %v", versions, got)
		}
	}
	for text, want := range map[string]string{"nats-server: bad\nmore": "bad", "\n\n x \n y": "x ", "": ""} {
		if got := firstLine([]byte(text)); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// TestLedByItself counts only what a server says that it leads itself.
func TestLedByItself(t *testing.T) {
	t.Parallel()
	group := func(leader string, others int) *server.ClusterInfo {
		return &server.ClusterInfo{Leader: leader, Replicas: make([]*server.PeerInfo, others)}
	}
	js := server.JSInfo{Meta: &server.MetaClusterInfo{Leader: "x-1", Size: 3}, AccountDetails: []*server.AccountDetail{{Name: "APP", Streams: []server.StreamDetail{
		{Name: "MINE", Cluster: group("x-1", 2), Consumer: []*server.ConsumerInfo{{Name: "c", Cluster: group("x-1", 1)}, {Name: "d", Cluster: group("x-2", 1)}}},
		{Name: "OTHER", Cluster: group("x-2", 2), Consumer: []*server.ConsumerInfo{{Name: "e", Cluster: group("x-1", 0)}}},
		{Name: "ALONE"},
	}}}}
	got := fmt.Sprint(ledBy("x-1", js))
	if want := "[the meta group stream MINE of APP consumer c of stream MINE of APP consumer e of stream OTHER of APP]"; got != want {
		t.Errorf("got %s", got)
	}
	all := ledBy("x-1", js)
	for i, want := range []Lead{{Leader: "x-1", Replicas: 3}, {Account: "APP", Stream: "MINE", Leader: "x-1", Replicas: 3}, {Account: "APP", Stream: "MINE", Consumer: "c", Leader: "x-1", Replicas: 2}, {Account: "APP", Stream: "OTHER", Consumer: "e", Leader: "x-1", Replicas: 1}} {
		if all[i] != want || all[i].Elected() != (want.Replicas > 1) {
			t.Errorf("%+v, want %+v", all[i], want)
		}
	}
	if none := ledBy("x-3", js); len(none) != 0 {
		t.Errorf("got %v", none)
	}
	if a, b := all[1], all[2]; a.same(b) || !a.same(Lead{Account: "APP", Stream: "MINE", Leader: "x-9"}) || a.same(Lead{Account: "CHAT", Stream: "MINE"}) {
		t.Error("leads are told apart wrongly")
	}
}

// TestWhenANodeIsMended ends a pause or a kill at its time, unless somebody else has done something with the node since.
func TestWhenANodeIsMended(t *testing.T) {
	t.Parallel()
	p := &process{phase: Paused, since: at(1)}
	if p.lasts(0); !p.ends().IsZero() {
		t.Error("it would end")
	}
	before := time.Now()
	p.lasts(time.Hour)
	if end := p.ends(); end.Before(before.Add(time.Hour)) || end.After(time.Now().Add(time.Hour)) {
		t.Errorf("it would end at %s", end)
	}
	p.undo(p.until.Add(-time.Second))
	if p.ends().IsZero() {
		t.Error("it was mended too early")
	}
	p.since = at(2)
	if !p.ends().IsZero() {
		t.Error("somebody else has done something since")
	}
}

// TestCounts is a number with its noun.
func TestCounts(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0 servers", 1: "1 server", 2: "2 servers"} {
		if got := count(n, "server"); got != want {
			t.Errorf("got %s", got)
		}
	}
}
