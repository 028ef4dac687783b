package broker

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/nats-io/nats-server/v2/conf"
	"github.com/nats-io/nats-server/v2/server"
	"pgregory.net/rapid"
)

// testPort gives every listener of every node of a plan a port of its own.
func testPort(cluster, node int, r Role) int { return 20000 + cluster*100 + node*10 + int(r) }

// failer is a test, or one drawn by rapid.
type failer interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

// written is the plan of a specification below a directory, with its files written.
func written(t failer, spec Spec, dir string) plan {
	t.Helper()
	spec, err := spec.complete()
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPlan(spec, dir, testPort, nil)
	if err != nil {
		t.Fatal(err)
	}
	store(t, p)
	return p
}

// store writes the files of a plan, without a wait for the disk.
func store(t failer, p plan) {
	t.Helper()
	for path, text := range p.files() {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

// options is what a server reads in the configuration of a node.
func options(t failer, n nodePlan) *server.Options {
	t.Helper()
	o := &server.Options{}
	if err := o.ProcessConfigFile(n.conf()); err != nil {
		t.Fatal(err)
	}
	if o.AccountResolver != nil {
		o.AccountResolver.Close()
	}
	return o
}

// everything is a specification of everything that a cluster can have, with a value of its own in each field.
func everything(auth AuthMode, tls TLSMode) Spec {
	s := Spec{
		Name: "all", Auth: auth, TLS: TLSSpec{Mode: tls},
		Clusters: []ClusterSpec{{Name: "east", Nodes: 2, Tags: []string{"zone:a"}, Websocket: true, MQTT: true}, {Name: "west", Nodes: 3}},
		Leafs:    []LeafSpec{{Name: "edge", Count: 2, Remote: "west", Account: "PRESS", Tags: []string{"rack:7"}}, {Name: "rim", Remote: "east", Isolated: true}},
		Accounts: chat(),
	}
	return s
}

// TestConfigOfEveryListener reads the configuration of every node in every mode of authentication and TLS, with and without
// doors, as a server does, and compares what each listener and each connection has become.
func TestConfigOfEveryListener(t *testing.T) {
	t.Parallel()
	for _, auth := range AuthModes() {
		for _, mode := range tlsModes() {
			for _, doors := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/%v", auth, mode, doors), func(t *testing.T) {
					p := written(t, everything(AuthMode(auth), mode), t.TempDir())
					if doors {
						p.Doors = map[link]string{}
						for i, l := range p.links() {
							p.Doors[l] = fmt.Sprintf("127.0.0.1:%d", 30000+i)
						}
						store(t, p)
					}
					for _, n := range p.Nodes {
						checkNode(t, p, n, options(t, n))
					}
				})
			}
		}
	}
}

// checkNode compares what a server reads with the plan.
func checkNode(t failer, p plan, n nodePlan, o *server.Options) {
	t.Helper()
	same := func(what string, got, want any) {
		t.Helper()
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: %s: %s", n.Name, what, d)
		}
	}
	same("name", o.ServerName, n.Name)
	same("client", fmt.Sprint(o.Host, ":", o.Port), n.addr(RoleClient))
	same("monitor", fmt.Sprint(o.HTTPHost, ":", o.HTTPPort), n.addr(RoleMonitor))
	same("log", fmt.Sprint(o.LogFile, o.Logtime), filepath.Join(n.Dir, "nats.log")+"true")
	same("tags", strings.Join(o.Tags, " "), strings.ToLower(strings.Join(n.Tags, " "))) // the server makes them lower case
	same("JetStream", o.JetStream, !p.Spec.NoJetStream)
	if o.JetStream {
		same("store", fmt.Sprint(o.StoreDir, o.JetStreamDomain, o.JetStreamMaxMemory, o.JetStreamMaxStore), fmt.Sprint(filepath.Join(n.Dir, "js"), n.Domain, 256<<20, 1<<30))
	}
	checkTLS(t, p, n, "client", o.TLSConfig, p.clientsShow(), caFile(""))
	same("client certificates say who", o.TLSMap, p.mapsCertificates())
	checkRoutes(same, t, p, n, o)
	checkGateways(same, t, p, n, o)
	checkLeafs(same, t, p, n, o)
	checkOthers(same, t, p, n, o)
}

// clientsShow says whether clients must show a certificate.
func (p plan) clientsShow() tls.ClientAuthType {
	if p.Spec.TLS.Mode == TLSMutual {
		return tls.RequireAndVerifyClientCert
	}
	return tls.NoClientCert
}

// checkTLS compares a TLS configuration with what it must be: nothing without TLS, else the certificate of the node, and clients
// verified, if at all, by the given authority alone.
func checkTLS(t failer, p plan, n nodePlan, what string, c *tls.Config, auth tls.ClientAuthType, ca string) {
	t.Helper()
	switch {
	case !p.Spec.TLS.on():
		if c != nil {
			t.Errorf("%s: %s has TLS", n.Name, what)
		}
		return
	case c == nil:
		t.Errorf("%s: %s has no TLS", n.Name, what)
		return
	case c.ClientAuth != auth:
		t.Errorf("%s: %s: client authentication %v, want %v", n.Name, what, c.ClientAuth, auth)
	case c.InsecureSkipVerify:
		t.Errorf("%s: %s verifies nothing", n.Name, what)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(p.PKI.Files[ca]))
	if auth != tls.NoClientCert && !pool.Equal(c.ClientCAs) {
		t.Errorf("%s: %s trusts other clients than those of %s", n.Name, what, ca)
	}
	leaf, err := x509.ParseCertificate(c.Certificates[0].Certificate[0])
	if err != nil || leaf.Subject.CommonName != n.Name {
		t.Errorf("%s: %s shows the certificate of %v (%v)", n.Name, what, leaf.Subject, err)
	}
}

// same compares two values and fails a test that they are not equal in.
type same func(what string, got, want any)

// urlTexts are URLs as text.
func urlTexts(urls []*url.URL) []string {
	var out []string
	for _, u := range urls {
		out = append(out, u.String())
	}
	return out
}

// linkTo are the URLs at which a node reaches all others of a group: through doors where there are some.
func linkTo(p plan, n nodePlan, group, user, password string, r Role) []string {
	var out []string
	for _, m := range p.Nodes {
		if m.Cluster != group || m.Leaf != nil || m.Name == n.Name {
			continue
		}
		addr := local(m.Ports[r])
		if len(p.Doors) > 0 {
			addr = p.Doors[link{n.Name, m.Name, r}]
		}
		if user != "" {
			addr = user + ":" + password + "@" + addr
		}
		out = append(out, "nats://"+addr)
	}
	return out
}

func local(port int) string { return "127.0.0.1:" + strconv.Itoa(port) }

// advertises is what links advertise: with doors an address where nobody listens.
func advertises(p plan) string {
	if len(p.Doors) > 0 {
		return "127.0.0.1:1"
	}
	return ""
}

func checkRoutes(same same, t failer, p plan, n nodePlan, o *server.Options) {
	if n.Leaf != nil || p.Spec.core() == 1 {
		same("no routes", o.Cluster.Port, 0)
		same("no routes", len(o.Routes), 0)
		return
	}
	same("cluster", fmt.Sprint(o.Cluster.Name, " ", o.Cluster.Host, ":", o.Cluster.Port), n.Cluster+" "+local(n.Ports[RoleRoute]))
	same("route user", o.Cluster.Username+o.Cluster.Password, "route"+p.Link)
	same("route advertise", o.Cluster.Advertise, advertises(p))
	want := linkTo(p, n, n.Cluster, "route", p.Link, RoleRoute)
	if len(want) == 0 { // to itself, so that JetStream has a route
		want = []string{"nats://route:" + p.Link + "@" + local(n.Ports[RoleRoute])}
	}
	same("routes", urlTexts(o.Routes), want)
	ca := caFile("")
	if p.Spec.TLS.CA == CAPerCluster {
		ca = caFile(n.Cluster)
	}
	checkTLS(t, p, n, "route", o.Cluster.TLSConfig, tls.RequireAndVerifyClientCert, ca)
}

func checkGateways(same same, t failer, p plan, n nodePlan, o *server.Options) {
	if n.Leaf != nil || len(p.Spec.Clusters) == 1 {
		same("no gateway", o.Gateway.Port, 0)
		return
	}
	same("gateway", fmt.Sprint(o.Gateway.Name, " ", o.Gateway.Host, ":", o.Gateway.Port), n.Cluster+" "+local(n.Ports[RoleGateway]))
	same("gateway user", o.Gateway.Username+o.Gateway.Password, "gateway"+p.Link)
	same("gateway advertise", o.Gateway.Advertise, advertises(p))
	checkTLS(t, p, n, "gateway", o.Gateway.TLSConfig, tls.RequireAndVerifyClientCert, caFile(""))
	got, want := map[string][]string{}, map[string][]string{}
	for _, g := range o.Gateway.Gateways {
		got[g.Name] = urlTexts(g.URLs)
	}
	for _, c := range p.Spec.Clusters {
		if c.Name != n.Cluster {
			want[c.Name] = linkTo(p, n, c.Name, "gateway", p.Link, RoleGateway)
		}
	}
	same("gateways", got, want)
}

// bound are the accounts that the leafs of a cluster bind.
func bound(p plan, cluster string) (out []string) {
	for _, l := range p.Spec.Leafs {
		if l.Remote != cluster {
			continue
		}
		if !l.Isolated && !slices.Contains(out, SystemAccount) {
			out = append(out, SystemAccount)
		}
		if !slices.Contains(out, l.Account) {
			out = append(out, l.Account)
		}
	}
	return out
}

func checkLeafs(same same, t failer, p plan, n nodePlan, o *server.Options) {
	if n.Leaf != nil {
		checkRemotes(same, t, p, n, o)
		return
	}
	accounts := bound(p, n.Cluster)
	if len(accounts) == 0 {
		same("no leafs", o.LeafNode.Port, 0)
		return
	}
	same("leaf", fmt.Sprint(o.LeafNode.Host, ":", o.LeafNode.Port), local(n.Ports[RoleLeaf]))
	same("leaf advertise", o.LeafNode.Advertise, advertises(p))
	checkTLS(t, p, n, "leaf", o.LeafNode.TLSConfig, p.clientsShow(), caFile(""))
	got, want := map[string]string{}, map[string]string{}
	for _, u := range o.LeafNode.Users {
		got[u.Account.Name] = u.Username + u.Password
	}
	if p.Trust == nil {
		for _, a := range accounts {
			want[a] = "leaf-" + a + p.linkIdentity(a).Password
		}
	}
	same("leaf users", got, want)
}

func checkRemotes(same same, t failer, p plan, n nodePlan, o *server.Options) {
	same("no listener for leafs", o.LeafNode.Port, 0)
	want := []string{n.Leaf.Account}
	if !n.Leaf.Isolated {
		want = []string{SystemAccount, n.Leaf.Account}
	}
	same("remotes", len(o.LeafNode.Remotes), len(want))
	for i, r := range o.LeafNode.Remotes {
		account, user, password, creds := want[i], "leaf-"+want[i], p.linkIdentity(want[i]).Password, ""
		if p.Trust != nil {
			account, user, creds = p.Trust.Accounts[account].ID, "", filepath.Join(p.Dir, "creds", user+".creds")
		}
		same("remote account", r.LocalAccount, account)
		same("remote credentials", r.Credentials, creds)
		same("remote", urlTexts(r.URLs), linkTo(p, n, n.Leaf.Remote, user, password, RoleLeaf))
		checkTLS(t, p, n, "remote", r.TLSConfig, tls.NoClientCert, caFile(""))
	}
}

func checkOthers(same same, t failer, p plan, n nodePlan, o *server.Options) {
	has := p.Spec.cluster(n.Cluster)
	if same("websocket", o.Websocket.Port, n.Ports[RoleWebsocket]); has.Websocket {
		same("websocket", o.Websocket.Host, "127.0.0.1")
		same("websocket without TLS", o.Websocket.NoTLS, !p.Spec.TLS.on())
		same("websocket certificates say who", o.Websocket.TLSMap, p.mapsCertificates())
		checkTLS(t, p, n, "websocket", o.Websocket.TLSConfig, p.clientsShow(), caFile(""))
	}
	if same("MQTT", o.MQTT.Port, n.Ports[RoleMQTT]); has.MQTT {
		same("MQTT", o.MQTT.Host, "127.0.0.1")
		same("MQTT certificates say who", o.MQTT.TLSMap, p.mapsCertificates())
		checkTLS(t, p, n, "MQTT", o.MQTT.TLSConfig, p.clientsShow(), caFile(""))
	}
}

// TestConfigOfAnySpec does the same for specifications of all kinds.
func TestConfigOfAnySpec(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		p := written(t, drawSpec(t), dir)
		for _, n := range p.Nodes {
			o := options(t, n)
			checkNode(t, p, n, o)
			checkUsers(t, p, o)
		}
	})
}

// checkUsers compares the users that a server knows with those of the specification, with every permission of each.
func checkUsers(t failer, p plan, o *server.Options) {
	t.Helper()
	if p.Trust != nil {
		return
	}
	type user struct{ Account, Name, Password, Nkey, Permissions string }
	text := func(p *server.Permissions) string {
		if p == nil {
			return "all"
		}
		var out []string
		for _, s := range []*server.SubjectPermission{p.Publish, p.Subscribe} {
			if s == nil {
				s = &server.SubjectPermission{}
			}
			out = append(out, fmt.Sprint(s.Allow, s.Deny))
		}
		return strings.Join(out, " ")
	}
	var got, want []user
	for _, u := range o.Users {
		got = append(got, user{u.Account.Name, u.Username, u.Password, "", text(u.Permissions)})
	}
	for _, u := range o.Nkeys {
		got = append(got, user{u.Account.Name, "", "", u.Nkey, text(u.Permissions)})
	}
	for _, a := range append([]Account{{Name: SystemAccount, Users: []User{{Name: SystemUser}}}}, p.Spec.Accounts...) {
		for _, u := range a.Users {
			id, _ := p.find(u.Name)
			w := user{a.Name, u.Name, id.Password, id.Public, "all"}
			if p.Spec.Auth == AuthNKey {
				w.Name = ""
			}
			if !cmp.Equal(u.Permissions, Permissions{}, cmpopts.EquateEmpty()) {
				w.Permissions = fmt.Sprint(u.Pub, u.DenyPub, " ", u.Sub, u.DenySub)
			}
			want = append(want, w)
		}
	}
	order := func(a, b user) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }
	slices.SortFunc(got, order)
	slices.SortFunc(want, order)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("users: %s", d)
	}
	none := ""
	if p.Spec.Auth == AuthNone {
		none = p.Spec.Accounts[0].Users[0].Name
	}
	if o.NoAuthUser != none || o.SystemAccount != SystemAccount {
		t.Errorf("without credentials %q, system account %q", o.NoAuthUser, o.SystemAccount)
	}
}

// TestConfigOfAccounts is the accounts block with everything that an account has.
func TestConfigOfAccounts(t *testing.T) {
	t.Parallel()
	p := written(t, everything(AuthUsers, TLSNone), t.TempDir())
	p.Spec.Accounts[1].NoJetStream = true
	p.Spec.Accounts = append(p.Spec.Accounts,
		Account{Name: "ONE", Exports: []Export{{Stream: "one"}}}, Account{Name: "TWO", Imports: []Import{{Stream: "one", From: "ONE", To: "two"}}})
	c, err := conf.Parse(p.config(p.Nodes[0]))
	if err != nil {
		t.Fatal(err)
	}
	type block = map[string]any
	password := func(user string) string { id, _ := p.find(user); return id.Password }
	list := []any{"chat.>", "_INBOX.>"}
	want := block{
		"SYS": block{"users": []any{block{"user": "sys", "password": password("sys")}}},
		"CHAT": block{
			"jetstream": "enabled",
			"users": []any{
				block{"user": "alice", "password": password("alice")},
				block{"user": "bob", "password": password("bob"), "permissions": block{"publish": block{"allow": list}, "subscribe": block{"allow": list}}},
			},
			"exports": []any{block{"service": "chat.help", "response_type": "stream"}, block{"stream": "chat.news"}},
		},
		"PRESS": block{
			"users": []any{block{"user": "press", "password": password("press")}},
			"imports": []any{
				block{"service": block{"account": "CHAT", "subject": "chat.help"}, "to": "help"},
				block{"stream": block{"account": "CHAT", "subject": "chat.news"}, "to": "chat.news"},
			},
		},
		"ONE": block{"jetstream": "enabled", "users": []any{}, "exports": []any{block{"stream": "one"}}},
		"TWO": block{"jetstream": "enabled", "users": []any{}, "imports": []any{block{"stream": block{"account": "ONE", "subject": "one"}, "to": "two"}}},
	}
	if d := cmp.Diff(want, c["accounts"]); d != "" {
		t.Error(d)
	}
	p.Spec.NoJetStream = true
	if text := p.config(p.Nodes[0]); strings.Contains(text, "jetstream") {
		t.Errorf("without JetStream:\n%s", text)
	}
}

// TestConfigQuotes reads back strings that could end a value, begin a block or name a variable.
func TestConfigQuotes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ -~]{0,20}`).Draw(t, "text")
		w := &confWriter{}
		w.block("b", func() {
			w.str("str", text)
			w.list("list", []string{text, "x"})
			w.secret("secret", "NAME", text)
		})
		c, err := conf.Parse(w.b.String())
		if err != nil {
			t.Fatalf("%v\n%s", err, w.b.String())
		}
		want := map[string]any{"list": []any{text, "x"}}
		if text != "" {
			want["str"], want["secret"] = text, text
		}
		if d := cmp.Diff(map[string]any{"b": want}, c); d != "" {
			t.Fatalf("%s\n%s", d, w.b.String())
		}
	})
}
