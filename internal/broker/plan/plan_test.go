package plan

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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

// TestMovedUserGetsNewSecrets keeps no secret for a user of the same name in another account.
func TestMovedUserGetsNewSecrets(t *testing.T) {
	t.Parallel()
	for _, auth := range []spec.AuthMode{spec.AuthUsers, spec.AuthNKey, spec.AuthOperator} {
		sp := spectest.Everything(auth, spec.TLSNone)
		old := drawn(t, sp, nil)
		sp.Accounts = spectest.Chat()
		sp.Accounts[1].Users, sp.Accounts[0].Users = sp.Accounts[0].Users[1:], sp.Accounts[0].Users[:1] // bob leaves CHAT for PRESS
		was, is := old.identityOf("CHAT", "bob"), drawn(t, sp, &old).identityOf("PRESS", "bob")
		if is.User != "bob" || was.User != "bob" || is.Password+is.Secret == was.Password+was.Secret {
			t.Errorf("%s: bob was %+v and is %+v", auth, was, is)
		}
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
