package client

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/plan/plantest"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
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
		p := plantest.Of(t, spec.Super(2, "a", "b"))
		w := wiring{plan: p, running: func(node string) bool { return c.down == "" || !strings.HasPrefix(node, c.down) }}
		all := whole()
		c.change(all)
		err := w.gateways(all)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
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
		t.Error("leads are distinguished wrongly")
	}
}

// TestCountSeen counts the servers that a node sees over the system account; isolated leafs are for themselves.
func TestCountSeen(t *testing.T) {
	t.Parallel()
	sp := spec.Super(2, "a", "b").WithLeaf("edge", 1, "a")
	sp.Leafs = append(sp.Leafs, spec.Leaf{Name: "alone", Count: 2, Remote: "a", Isolated: true})
	p := plantest.Of(t, sp)
	all := func(string) bool { return true }
	most := func(name string) bool { return name != "b-2" && name != "alone-2" }
	for node, want := range map[string][2]int{"a-1": {5, 4}, "edge": {5, 4}, "alone-1": {1, 1}} {
		if got := [2]int{Fleet{p}.CountSeen(p.Node(node), all), Fleet{p}.CountSeen(p.Node(node), most)}; got != want {
			t.Errorf("%s hears %v", node, got)
		}
	}
	if got := fmt.Sprint(Fleet{p}.islands()); got != "[[a-1 a-2 b-1 b-2 edge] [alone-1] [alone-2]]" {
		t.Errorf("got %s", got)
	}
	if got := (Fleet{p}).announced(p.Node("a-1"), most); len(got.want) != 3 || !got.want["b-1"] || got.then.want != 4 || !got.then.jetStream {
		t.Errorf("announced: %+v", got)
	}
	w := wiring{plan: p, running: most}
	for cluster, want := range map[string]string{"a": "2 true", "b": "1 false"} {
		if up, whole := w.up(cluster); fmt.Sprint(up, whole) != want {
			t.Errorf("%s: %d %v", cluster, up, whole)
		}
	}
}

// TestIdentityOptions is what a client is told of an identity.
func TestIdentityOptions(t *testing.T) {
	t.Parallel()
	for want, id := range map[int]plan.Identity{
		0: {Account: "A", User: "u"}, 1: {Password: "p"}, 2: {Seed: "s", CA: "ca"}, 3: {Creds: "c", CA: "ca", Cert: "x", Key: "y"},
	} {
		if got := len(Options(id)); got != want {
			t.Errorf("%+v: %d options", id, got)
		}
	}
	p := plantest.Of(t, spectest.Everything(spec.AuthUsers, spec.TLSServer))
	if _, err := (Fleet{p}).Connect("tls://127.0.0.1:1", "nobody", nil); !errors.Is(err, plan.ErrUser) {
		t.Errorf("got %v", err)
	}
}

// TestExpiredOr tells expired certificates from other reasons.
func TestExpiredOr(t *testing.T) {
	t.Parallel()
	other := errors.New("other")
	for err, want := range map[error]bool{
		other: false, fmt.Errorf("x: %w", x509.CertificateInvalidError{Reason: x509.Expired}): true,
		fmt.Errorf("x: %w", x509.CertificateInvalidError{Reason: x509.NotAuthorizedToSign}): false,
	} {
		got := expiredOr(err)
		if errors.Is(got, ErrExpired) != want || !strings.Contains(got.Error(), err.Error()) {
			t.Errorf("%v: %v", err, got)
		}
	}
	if expiredOr(nil) != nil {
		t.Error("nothing has expired")
	}
}
