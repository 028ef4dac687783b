package plan

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// TestWholesale is which changes stop all servers of a running cluster.
func TestWholesale(t *testing.T) {
	t.Parallel()
	base := func() spec.Spec {
		s := spectest.Everything(spec.AuthUsers, spec.TLSServer)
		s.Leafs = s.Leafs[:1]
		return s
	}
	for name, c := range map[string]struct {
		change func(*spec.Spec)
		whole  bool
	}{
		"nothing":           {func(*spec.Spec) {}, false},
		"authentication":    {func(s *spec.Spec) { s.Auth = spec.AuthNKey }, true},
		"TLS mode":          {func(s *spec.Spec) { s.TLS.Mode = spec.TLSMutual }, true},
		"no TLS":            {func(s *spec.Spec) { s.TLS = spec.TLS{} }, true},
		"authorities":       {func(s *spec.Spec) { s.TLS.CA = spec.CAPerCluster }, true},
		"validity":          {func(s *spec.Spec) { s.TLS.Validity = "1h" }, false},
		"doors":             {func(s *spec.Spec) { s.Faults = true }, true},
		"no JetStream":      {func(s *spec.Spec) { s.NoJetStream, s.Clusters[0].MQTT = true, false }, true},
		"one more node":     {func(s *spec.Spec) { s.Clusters[0].Nodes++ }, false},
		"one node less":     {func(s *spec.Spec) { s.Clusters[1].Nodes-- }, false},
		"one more leaf":     {func(s *spec.Spec) { s.Leafs[0].Count++ }, false},
		"no leafs":          {func(s *spec.Spec) { s.Leafs = nil }, true},
		"one more account":  {func(s *spec.Spec) { s.Accounts = append(s.Accounts, spec.Account{Name: "NEW"}) }, false},
		"websocket":         {func(s *spec.Spec) { s.Clusters[1].Websocket = true }, false},
		"another order":     {func(s *spec.Spec) { slices.Reverse(s.Clusters) }, true}, // the ports move
		"one more cluster":  {func(s *spec.Spec) { s.Clusters = append(s.Clusters, spec.Cluster{Name: "new"}) }, false},
		"one cluster only":  {func(s *spec.Spec) { s.Clusters, s.Leafs[0].Remote = s.Clusters[:1], "east" }, false},
		"one server only":   {func(s *spec.Spec) { s.Clusters, s.Leafs[0].Remote = []spec.Cluster{{Name: "east", Nodes: 1}}, "east" }, true},
		"one more of group": {func(s *spec.Spec) { s.Leafs = append(s.Leafs, spec.Leaf{Name: "new"}) }, false},
	} {
		old := drawn(t, base(), nil)
		sp := base()
		c.change(&sp)
		if got := old.RestartsAll(drawn(t, sp, &old)); got != c.whole {
			t.Errorf("%s: all stop %v", name, got)
		}
	}
	one := drawn(t, spec.Single(), nil)
	if !one.RestartsAll(drawn(t, spec.Nodes(2), &one)) {
		t.Error("one server becomes two without a stop")
	}
}

// TestLoads is whether a node must read again after a change.
func TestLoads(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*spec.Spec)
		again  map[string]bool // by node; not all are named
	}{
		"nothing":    {func(*spec.Spec) {}, map[string]bool{"east-1": false, "west-1": false, "edge-1": false}},
		"route":      {func(s *spec.Spec) { s.Clusters[0].Nodes++ }, map[string]bool{"east-1": true, "west-1": false, "edge-1": false}},
		"gateway":    {func(s *spec.Spec) { s.Clusters = append(s.Clusters, spec.Cluster{Name: "new"}) }, map[string]bool{"east-1": true, "west-1": true, "edge-1": false}},
		"account":    {func(s *spec.Spec) { s.Accounts = append(s.Accounts, spec.Account{Name: "NEW"}) }, map[string]bool{"east-1": true, "west-1": true, "edge-1": true}},
		"permission": {func(s *spec.Spec) { s.Accounts[0].Users[0].DenySub = []string{"x"} }, map[string]bool{"east-1": true, "edge-1": true}},
		"validity":   {func(s *spec.Spec) { s.TLS.Validity = "2h" }, map[string]bool{"east-1": true, "west-1": true, "edge-1": true}},
		"websocket":  {func(s *spec.Spec) { s.Clusters[1].Websocket = true }, map[string]bool{"east-1": false, "west-1": true, "edge-1": false}},
		"tag":        {func(s *spec.Spec) { s.Clusters[1].Tags = []string{"zone:b"} }, map[string]bool{"east-1": false, "west-1": true}},
	} {
		for _, auth := range []spec.AuthMode{spec.AuthUsers, spec.AuthOperator} {
			old := drawn(t, spectest.Everything(auth, spec.TLSServer), nil)
			sp := spectest.Everything(auth, spec.TLSServer)
			c.change(&sp)
			next := drawn(t, sp, &old)
			for node, want := range c.again {
				want = want && (auth == spec.AuthUsers || name != "account" && name != "permission") // JWTs are pushed
				if got := old.Loads(old.Node(node)) != next.Loads(next.Node(node)); got != want {
					t.Errorf("%s/%s: %s reads again: %v", name, auth, node, got)
				}
			}
		}
	}
}

// TestLoadsFiles is which files a node must read again.
func TestLoadsFiles(t *testing.T) {
	t.Parallel()
	sp := spectest.Everything(spec.AuthOperator, spec.TLSMutual)
	sp.TLS.CA = spec.CAPerCluster
	p := drawn(t, sp, nil)
	for name, again := range map[string]bool{
		"node-east-1.pem": true, "ca.pem": true, "ca-east.pem": true, "operator": true,
		"node-east-2.pem": false, "ca-west.pem": false, "user-alice.pem": false,
	} {
		pki, trust := *p.PKI, *p.Trust
		pki.Files = maps.Clone(pki.Files)
		if name == "operator" {
			trust.JWT = "another"
		} else {
			pki.Files[name] = "another"
		}
		next := p
		next.PKI, next.Trust = &pki, &trust
		if got := p.Loads(p.Nodes[0]) != next.Loads(next.Nodes[0]); got != again {
			t.Errorf("%s: east-1 reads again: %v", name, got)
		}
	}
}

// TestNeedsRestart is which changes a server cannot reload.
func TestNeedsRestart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*spec.Spec)
		again  map[string]bool // by node
	}{
		"nothing":     {func(*spec.Spec) {}, map[string]bool{"east-1": false, "west-1": false, "edge-1": false}},
		"route":       {func(s *spec.Spec) { s.Clusters[0].Nodes++ }, map[string]bool{"east-1": false, "west-1": false, "edge-1": false}},
		"gateway":     {func(s *spec.Spec) { s.Clusters = append(s.Clusters, spec.Cluster{Name: "new"}) }, map[string]bool{"east-1": true, "west-1": true, "edge-1": false}},
		"account":     {func(s *spec.Spec) { s.Accounts = append(s.Accounts, spec.Account{Name: "NEW"}) }, map[string]bool{"east-1": false, "edge-1": false}},
		"permission":  {func(s *spec.Spec) { s.Accounts[0].Users[0].DenySub = []string{"x"} }, map[string]bool{"east-1": false}},
		"certificate": {func(s *spec.Spec) { s.TLS.Validity = "2h" }, map[string]bool{"east-1": false, "edge-1": false}},
		"tag":         {func(s *spec.Spec) { s.Clusters[1].Tags = []string{"zone:b"} }, map[string]bool{"east-1": false, "west-1": false}},
		"websocket":   {func(s *spec.Spec) { s.Clusters[1].Websocket = true }, map[string]bool{"east-1": false, "west-1": true}},
		"MQTT":        {func(s *spec.Spec) { s.Clusters[1].MQTT = true }, map[string]bool{"east-1": false, "west-1": true}},
		"leaf":        {func(s *spec.Spec) { s.Leafs[0].Account = "CHAT" }, map[string]bool{"east-1": false, "west-1": true, "edge-1": true}},
	} {
		old := drawn(t, spectest.Everything(spec.AuthUsers, spec.TLSServer), nil)
		sp := spectest.Everything(spec.AuthUsers, spec.TLSServer)
		c.change(&sp)
		next := drawn(t, sp, &old)
		for node, want := range c.again {
			if got := NeedsRestart(old, next, node); got != want {
				t.Errorf("%s: %s must restart: %v", name, node, got)
			}
		}
	}
}

// TestNodesBesides is which nodes one plan has and another has not.
func TestNodesBesides(t *testing.T) {
	t.Parallel()
	a, b := drawn(t, spec.Super(2, "x", "y"), nil), drawn(t, spec.Super(1, "y", "z"), nil)
	names := func(p Plan) (out []string) {
		for _, n := range p.Nodes {
			out = append(out, n.Name)
		}
		return out
	}
	if got := fmt.Sprint(names(a.Without(b)), names(b.Without(a)), names(a.Without(a))); got != "[x-1 x-2 y-2] [z-1] []" {
		t.Errorf("got %s", got)
	}
}
