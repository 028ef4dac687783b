package plan

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// drawn is the plan of a specification, in no directory of this machine.
func drawn(t failer, sp spec.Spec, old *Plan) Plan {
	t.Helper()
	sp, err := sp.Complete()
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(sp, filepath.Join("/", "clusters", sp.Name), testPort, old)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestPlanOfEverything names every node of a plan with its place, its domain and its listeners.
func TestPlanOfEverything(t *testing.T) {
	t.Parallel()
	p := drawn(t, spectest.Everything(spec.AuthUsers, spec.TLSNone), nil)
	var got []string
	for _, n := range p.Nodes {
		var roles []string
		for r, port := range n.Ports {
			if port != 0 {
				roles = append(roles, fmt.Sprintf("%s:%d", Role(r), port))
			}
		}
		got = append(got, fmt.Sprintf("%s in %s, domain %s, tags %s, %s, %s", n.Name, n.Cluster, n.Domain, strings.Join(n.Tags, "+"), n.Dir, strings.Join(roles, " ")))
	}
	want := []string{
		"east-1 in east, domain hub, tags cluster:east+zone:a, /clusters/all/nodes/east-1, client:20110 monitor:20111 route:20112 gateway:20113 leaf:20114 websocket:20115 mqtt:20116",
		"east-2 in east, domain hub, tags cluster:east+zone:a, /clusters/all/nodes/east-2, client:20120 monitor:20121 route:20122 gateway:20123 leaf:20124 websocket:20125 mqtt:20126",
		"west-1 in west, domain hub, tags cluster:west, /clusters/all/nodes/west-1, client:20210 monitor:20211 route:20212 gateway:20213 leaf:20214",
		"west-2 in west, domain hub, tags cluster:west, /clusters/all/nodes/west-2, client:20220 monitor:20221 route:20222 gateway:20223 leaf:20224",
		"west-3 in west, domain hub, tags cluster:west, /clusters/all/nodes/west-3, client:20230 monitor:20231 route:20232 gateway:20233 leaf:20234",
		"edge-1 in edge, domain edge-1, tags leaf:edge+rack:7, /clusters/all/nodes/edge-1, client:20910 monitor:20911",
		"edge-2 in edge, domain edge-2, tags leaf:edge+rack:7, /clusters/all/nodes/edge-2, client:20920 monitor:20921",
		"rim in rim, domain rim, tags leaf:rim, /clusters/all/nodes/rim, client:20810 monitor:20811",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for sp, roles := range map[*spec.Spec]string{new(spec.Single()): "clientmonitor", new(spec.Nodes(2)): "clientmonitorroute", new(spec.Super(1, "a", "b")): "clientmonitorroutegateway"} {
		got := ""
		for r, port := range drawn(t, *sp, nil).Nodes[0].Ports {
			if port != 0 {
				got += Role(r).String()
			}
		}
		if got != roles {
			t.Errorf("listens for %s, want %s", got, roles)
		}
	}
	if p := drawn(t, spec.Nodes(2), nil); p.Nodes[0].Domain != "" {
		t.Errorf("domain %q without leafs", p.Nodes[0].Domain)
	}
}

// TestPlanIsWithoutClashes draws plans of all kinds: no two nodes share a name, a directory or a port, no two identities a name or a
// file, and every secret is there once.
func TestPlanIsWithoutClashes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawn(t, spectest.Draw(t), nil)
		seen := map[string]string{}
		once := func(kind, value, who string) {
			if key := kind + " " + value; seen[key] != "" {
				t.Fatalf("%s has the %s of %s", who, key, seen[key])
			} else if value != "" {
				seen[key] = who
			}
		}
		for _, n := range p.Nodes {
			once("name", n.Name, n.Name)
			once("directory", n.Dir, n.Name)
			for r, port := range n.Ports {
				if port != 0 {
					once("port", fmt.Sprint(port), n.Name+" "+Role(r).String())
				}
			}
		}
		once("password", p.Link, "links")
		for _, id := range append(slices.Clone(p.Identities), p.LeafUsers...) {
			once("user", id.User, id.User)
			once("password", id.Password, id.User)
			once("key", id.Public, id.User)
			once("secret", id.Secret, id.User)
			once("file", id.Seed+id.Creds, id.User)
			once("certificate", id.Cert, id.User)
		}
		if p.Identities[0].User != spec.SystemUser || !p.Identities[0].System() || p.Identities[1].System() {
			t.Fatalf("the system user is not first: %v", p.Identities[0].User)
		}
		if len(p.Nodes) != p.Spec.AllNodes() {
			t.Fatalf("%d nodes of %d", len(p.Nodes), p.Spec.AllNodes())
		}
	})
}

// TestSecretsOfEachMode is what an identity has in each mode of authentication, and what it has not.
func TestSecretsOfEachMode(t *testing.T) {
	t.Parallel()
	for _, auth := range spec.AuthModes() {
		for _, mode := range spectest.TLSModes() {
			p := drawn(t, spectest.Everything(spec.AuthMode(auth), mode), nil)
			certs := mode == spec.TLSMutual
			for _, id := range p.Identities {
				password := auth == "none" || auth == "users" && !certs
				got := fmt.Sprint(id.Password != "", id.Public != "", id.Seed != "", id.Creds != "", id.CA != "", id.Cert != "", id.Key != "")
				want := fmt.Sprint(password, auth == "nkey" || auth == "operator", auth == "nkey", auth == "operator", mode != spec.TLSNone, certs, certs)
				if got != want {
					t.Errorf("%s/%s: %s has %s, want %s", auth, mode, id.User, got, want)
				}
				if len(id.Password) != 0 && len(id.Password) != 32 {
					t.Errorf("%d letters of password", len(id.Password))
				}
			}
			for _, id := range p.LeafUsers {
				if (id.Password != "") != (auth != "operator") || (id.Creds != "") != (auth == "operator") || id.Public != "" && auth != "operator" {
					t.Errorf("%s/%s: leaf nodes have %+v", auth, mode, id)
				}
			}
			if (p.Trust != nil) != (auth == "operator") || (p.PKI != nil) != (mode != spec.TLSNone) || len(p.Link) != 32 {
				t.Errorf("%s/%s: trust %v, certificates %v", auth, mode, p.Trust != nil, p.PKI != nil)
			}
		}
	}
}

// TestWhoAndWhere finds users by name and by account, and where clients connect.
func TestWhoAndWhere(t *testing.T) {
	t.Parallel()
	p := drawn(t, spectest.Everything(spec.AuthUsers, spec.TLSServer), nil)
	for who, want := range map[string]string{"alice": "alice", "CHAT": "alice", "PRESS": "press", "SYS": "sys", "sys": "sys", "bob": "bob"} {
		if id, ok := p.Find(who); !ok || id.User != want {
			t.Errorf("%s is %+v", who, id.User)
		}
	}
	if _, ok := p.Find("nobody"); ok {
		t.Error("somebody was found")
	}
	if got, want := strings.Join(p.ClientURLs(""), " "), "tls://127.0.0.1:20110 tls://127.0.0.1:20120 tls://127.0.0.1:20210 tls://127.0.0.1:20220 tls://127.0.0.1:20230"; got != want {
		t.Errorf("got %s", got)
	}
	if got, want := strings.Join(p.ClientURLs("edge"), " "), "tls://127.0.0.1:20910 tls://127.0.0.1:20920"; got != want {
		t.Errorf("got %s", got)
	}
	if got, want := p.URLsExcept([]string{"east-1", "west-2", "west-3"}), "tls://127.0.0.1:20120,tls://127.0.0.1:20210,"; got != want {
		t.Errorf("got %s", got)
	}
}

// TestSecretsStay plans again for a changed specification: who stays keeps the secrets, who is new gets new ones, and in operator
// mode a user whose permissions change gets new credentials, which say what they are.
func TestSecretsStay(t *testing.T) {
	t.Parallel()
	for _, auth := range spec.AuthModes() {
		for _, mode := range spectest.TLSModes() {
			sp := spectest.Everything(spec.AuthMode(auth), mode)
			old := drawn(t, sp, nil)
			sp.Clusters[0].Nodes++
			sp.Accounts = append(spectest.Chat(), spec.Account{Name: "NEW"})
			sp.Accounts[0].Users[0].DenyPub = []string{"x"} // alice
			next := drawn(t, sp, &old)
			for _, id := range append(old.Identities, old.LeafUsers...) {
				now := next.identityOf(id.Account, id.User)
				changed := id.User == "alice" && auth == "operator"
				if same := now.Password == id.Password && now.Secret == id.Secret && now.Public == id.Public; same == changed {
					t.Errorf("%s/%s: %s: the same secret %v", auth, mode, id.User, same)
				}
			}
			if next.Link != old.Link {
				t.Error("the links have another password")
			}
			if id, ok := next.Find("new"); !ok || id.Account != "NEW" {
				t.Errorf("new user: %+v", id)
			}
			if old.PKI != nil && !reflect.DeepEqual(old.PKI.Authorities, next.PKI.Authorities) {
				t.Error("other certificate authorities")
			}
		}
	}
	users, nkey := drawn(t, spectest.Everything(spec.AuthUsers, spec.TLSNone), nil), spectest.Everything(spec.AuthNKey, spec.TLSNone)
	if next := drawn(t, nkey, &users); next.Identities[1].Password != "" || next.Identities[1].Public == "" {
		t.Errorf("another mode of authentication: %+v", next.Identities[1])
	}
	certs := drawn(t, spectest.Everything(spec.AuthUsers, spec.TLSMutual), nil)
	if next := drawn(t, spectest.Everything(spec.AuthUsers, spec.TLSServer), &certs); next.Identities[1].Password == "" || next.Identities[1].Cert != "" {
		t.Errorf("no certificates any more: %+v", next.Identities[1])
	}
}

// identityOf is somebody of a plan, a leaf node too.
func (p Plan) identityOf(account, user string) Identity {
	for _, id := range append(slices.Clone(p.Identities), p.LeafUsers...) {
		if id.Account == account && id.User == user {
			return id
		}
	}
	return Identity{}
}

// TestFilesOfAPlan names all files, and none is there without a text.
func TestFilesOfAPlan(t *testing.T) {
	t.Parallel()
	for mode, want := range map[spec.AuthMode]string{
		spec.AuthUsers: "",
		spec.AuthNKey:  "creds/alice.nk creds/bob.nk creds/press.nk creds/sys.nk",
		spec.AuthOperator: "creds/alice.creds creds/bob.creds creds/leaf-CHAT.creds creds/leaf-PRESS.creds creds/leaf-SYS.creds creds/operator.jwt " +
			"creds/press.creds creds/sys.creds",
	} {
		p := drawn(t, spectest.Everything(mode, spec.TLSMutual), nil)
		var got []string
		for path, text := range p.Files() {
			name := spectest.Must(filepath.Rel(p.Dir, path))
			if text == "" {
				t.Errorf("%s is empty", name)
			}
			if strings.HasPrefix(name, "creds") {
				got = append(got, filepath.ToSlash(name))
			}
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %s", mode, strings.Join(got, " "))
		}
		if files := p.Files(); len(files) != 8+len(got)+2*(8+4)+1 { // configurations, secrets, pairs of nodes and of users, the authority
			t.Errorf("%s: %d files", mode, len(files))
		}
		id, _ := p.Find("alice")
		if part := p.IdentityFiles(id); len(part) != map[spec.AuthMode]int{spec.AuthUsers: 2, spec.AuthNKey: 2, spec.AuthOperator: 3}[mode] {
			t.Errorf("%s: %d files of alice", mode, len(part))
		}
	}
}

// TestLinksOfAPlan names the links between servers, and who is behind each name that a fault can be about.
func TestLinksOfAPlan(t *testing.T) {
	t.Parallel()
	p := drawn(t, spec.Super(1, "a", "b").WithLeaf("edge", 1, "b").WithLeaf("rim", 2, "a"), nil)
	p.Spec.Clusters[0].Nodes = 2
	p = drawn(t, p.Spec, nil)
	var got []string
	for _, l := range p.Links() {
		got = append(got, fmt.Sprint(l.From, ">", l.To, " ", l.Role))
	}
	want := "a-1>a-2 route,a-1>b-1 gateway,a-2>a-1 route,a-2>b-1 gateway,b-1>a-1 gateway,b-1>a-2 gateway,edge>b-1 leaf,rim-1>a-1 leaf,rim-1>a-2 leaf,rim-2>a-1 leaf,rim-2>a-2 leaf"
	if strings.Join(got, ",") != want {
		t.Errorf("got %s", strings.Join(got, ","))
	}
	groups := map[string][]string{
		"a": {"a-1", "a-2"}, "b": {"b-1"}, "edge": {"edge"}, "rim": {"rim-1", "rim-2"},
		"a-1": {"a-1"}, "a-2": {"a-2"}, "b-1": {"b-1"}, "rim-1": {"rim-1"}, "rim-2": {"rim-2"},
	}
	if d := cmp.Diff(groups, p.Groups()); d != "" {
		t.Error(d)
	}
	from, to := p.Node("a-1"), p.Node("b-1")
	if got := p.reach(from, to, RoleGateway); got != to.Addr(RoleGateway) || p.advertised() != "" {
		t.Errorf("direct: %s, advertises %q", got, p.advertised())
	}
	p.Proxies = map[Link]string{{"a-1", "b-1", RoleGateway}: "door"}
	if p.reach(from, to, RoleGateway) != "door" || p.reach(to, from, RoleGateway) != from.Addr(RoleGateway) || p.advertised() != Nowhere {
		t.Errorf("through a door: %s, advertises %q", p.reach(from, to, RoleGateway), p.advertised())
	}
	if n := p.Node("mars"); n.Name != "" {
		t.Errorf("got %+v", n)
	}
}

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

// TestAddedUsers keeps users that were made one by one through changes of the specification, as long as it has their account and
// role.
func TestAddedUsers(t *testing.T) {
	t.Parallel()
	sp := spectest.Everything(spec.AuthOperator, spec.TLSMutual)
	sp.Accounts[0].SigningKeys = []spec.SigningKey{{Role: "member", Permissions: spec.Permissions{Sub: []string{"m"}}}}
	p := drawn(t, sp, nil)
	before := fmt.Sprint(p.Spec, p.Identities, p.Added, len(p.PKI.Files))
	next := p
	carol, err := next.AddUser("CHAT", spec.User{Name: "carol", Role: "member"})
	if err != nil || carol.Account != "CHAT" || carol.Creds == "" || carol.Cert == "" || !strings.Contains(carol.Secret, "BEGIN NATS USER JWT") {
		t.Fatalf("%+v %v", carol, err)
	}
	if _, err := next.AddUser("PRESS", spec.User{Name: "dave"}); err != nil {
		t.Fatal(err)
	}
	if after := fmt.Sprint(p.Spec, p.Identities, p.Added, len(p.PKI.Files)); after != before {
		t.Error("the plan before was changed")
	}
	if len(next.IdentityFiles(carol)) != 3 {
		t.Errorf("%d files", len(next.IdentityFiles(carol)))
	}
	for name, c := range map[string]struct {
		change func(*spec.Spec)
		want   string
	}{
		"same":         {func(*spec.Spec) {}, "carol dave"},
		"no account":   {func(s *spec.Spec) { s.Accounts = s.Accounts[:1]; s.Leafs = nil }, "carol"},
		"no role":      {func(s *spec.Spec) { s.Accounts[0].SigningKeys = nil }, "dave"},
		"other role":   {func(s *spec.Spec) { s.Accounts[0].SigningKeys[0].Role = "guest" }, "dave"},
		"another mode": {func(s *spec.Spec) { s.Auth, s.Accounts[0].SigningKeys = spec.AuthUsers, nil }, ""},
		"said there": {func(s *spec.Spec) {
			s.Accounts[1].Users = []spec.User{{Name: "dave", Permissions: spec.Permissions{Pub: []string{"p"}}}}
		}, "carol"},
		"in two places": {func(s *spec.Spec) { s.Accounts[0].Users = append(s.Accounts[0].Users, spec.User{Name: "dave"}) }, "carol"},
	} {
		other := spectest.Everything(spec.AuthOperator, spec.TLSMutual)
		other.Accounts[0].SigningKeys = slices.Clone(sp.Accounts[0].SigningKeys)
		c.change(&other)
		other = spectest.Must(other.Complete())
		kept := next.KeepAdded(other)
		var got []string
		for _, user := range []string{"carol", "dave"} {
			if kept.User(user).Name != "" && other.User(user).Name == "" {
				got = append(got, user)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: kept %v", name, got)
		}
		if _, err := kept.Complete(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	kept := next.KeepAdded(p.Spec)
	if got := strings.Join(next.KeptUsers(kept), "; "); got != "= accounts[CHAT].users[carol]: kept, it was added to the running cluster; = accounts[PRESS].users[dave]: kept, it was added to the running cluster" {
		t.Errorf("got %s", got)
	}
	again := drawn(t, kept, &next)
	if !slices.Equal(again.Added, []string{"carol", "dave"}) || again.identityOf("CHAT", "carol").Secret != carol.Secret {
		t.Errorf("planned again: %v", again.Added)
	}
	if gone := drawn(t, sp, &next); len(gone.Added) != 0 {
		t.Errorf("not in the specification: %v", gone.Added)
	}
}

// TestUsersOfAPlanRefused adds and revokes who cannot be: the plan stays as it is.
func TestUsersOfAPlanRefused(t *testing.T) {
	t.Parallel()
	op, users := drawn(t, spectest.Everything(spec.AuthOperator, spec.TLSNone), nil), drawn(t, spectest.Everything(spec.AuthUsers, spec.TLSNone), nil)
	for name, c := range map[string]struct {
		do   func(op, users *Plan) error
		want error
	}{
		"twice":       {func(op, _ *Plan) error { _, err := op.AddUser("CHAT", spec.User{Name: "alice"}); return err }, spec.ErrInvalid},
		"name":        {func(op, _ *Plan) error { _, err := op.AddUser("CHAT", spec.User{Name: "../x"}); return err }, spec.ErrInvalid},
		"no account":  {func(op, _ *Plan) error { _, err := op.AddUser("NOPE", spec.User{Name: "x"}); return err }, ErrUser},
		"system":      {func(op, _ *Plan) error { _, err := op.AddUser("SYS", spec.User{Name: "x"}); return err }, ErrUser},
		"no role":     {func(op, _ *Plan) error { _, err := op.AddUser("CHAT", spec.User{Name: "x", Role: "r"}); return err }, spec.ErrInvalid},
		"mode":        {func(_, users *Plan) error { _, err := users.AddUser("CHAT", spec.User{Name: "x"}); return err }, spec.ErrInvalid},
		"revoke none": {func(op, _ *Plan) error { _, err := op.Revoke("x"); return err }, ErrUser},
		"revoke sys":  {func(op, _ *Plan) error { _, err := op.Revoke("sys"); return err }, spec.ErrInvalid},
		"revoke mode": {func(_, users *Plan) error { _, err := users.Revoke("alice"); return err }, spec.ErrInvalid},
	} {
		a, b := op, users
		if err := c.do(&a, &b); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if !cmp.Equal(a.Spec, op.Spec, cmpopts.EquateEmpty()) || len(a.Identities) != len(op.Identities) || a.Trust != op.Trust || len(b.Identities) != len(users.Identities) {
			t.Errorf("%s: the plan was changed", name)
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

// FuzzSpecIsPlanned plans whatever is a specification.
func FuzzSpecIsPlanned(f *testing.F) {
	f.Add("name: x\nclusters: [{name: a, nodes: 3}]\n")
	f.Add("accounts: [{name: A, users: [{name: u, pub: [x]}]}]")
	f.Fuzz(func(t *testing.T, text string) {
		sp, err := spec.Read(strings.NewReader(text))
		if err != nil {
			return
		}
		if _, err := New(sp, "dir", func(int, int, Role) int { return 1 }, nil); err != nil {
			t.Errorf("%q is a specification, but: %v", text, err)
		}
	})
}
