package plan

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

	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
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
func written(t failer, sp spec.Spec, dir string) Plan {
	t.Helper()
	sp, err := sp.Complete()
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(sp, dir, testPort, nil)
	if err != nil {
		t.Fatal(err)
	}
	storeFiles(t, p)
	return p
}

// storeFiles writes the files of a plan, without a wait for the disk.
func storeFiles(t failer, p Plan) {
	t.Helper()
	for path, text := range p.Files() {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

// optionsOf is what a server reads in the configuration of a node.
func optionsOf(t failer, n Node) *server.Options {
	t.Helper()
	o := &server.Options{}
	if err := o.ProcessConfigFile(n.ConfigFile()); err != nil {
		t.Fatal(err)
	}
	if o.AccountResolver != nil {
		o.AccountResolver.Close()
	}
	return o
}

// TestConfigOfEveryListener reads the configuration of every node in every mode of authentication and TLS, with and without
// proxies, as a server does, and compares what each listener and each connection has become.
func TestConfigOfEveryListener(t *testing.T) {
	t.Parallel()
	for _, auth := range spec.AuthModes() {
		for _, mode := range spectest.TLSModes() {
			for _, doors := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/%v", auth, mode, doors), func(t *testing.T) {
					p := written(t, spectest.Everything(spec.AuthMode(auth), mode), t.TempDir())
					if doors {
						p.Proxies = map[Link]string{}
						for i, l := range p.Links() {
							p.Proxies[l] = fmt.Sprintf("127.0.0.1:%d", 30000+i)
						}
						storeFiles(t, p)
					}
					for _, n := range p.Nodes {
						checkNode(t, p, n, optionsOf(t, n))
					}
				})
			}
		}
	}
}

// checkNode compares what a server reads with the plan.
func checkNode(t failer, p Plan, n Node, o *server.Options) {
	t.Helper()
	same := func(what string, got, want any) {
		t.Helper()
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: %s: %s", n.Name, what, d)
		}
	}
	same("name", o.ServerName, n.Name)
	same("client", fmt.Sprint(o.Host, ":", o.Port), n.Addr(RoleClient))
	same("monitor", fmt.Sprint(o.HTTPHost, ":", o.HTTPPort), n.Addr(RoleMonitor))
	same("log", fmt.Sprint(o.LogFile, o.Logtime), filepath.Join(n.Dir, "nats.log")+"true")
	same("settings of our own", fmt.Sprint(o.LameDuckDuration, o.LameDuckGracePeriod, o.WriteDeadline), "30s 1s 0s")
	same("tags", strings.Join(o.Tags, " "), strings.ToLower(strings.Join(n.Tags, " "))) // the server makes them lower case
	same("JetStream", o.JetStream, !p.Spec.NoJetStream)
	if o.JetStream {
		same("store", fmt.Sprint(o.StoreDir, o.JetStreamDomain, o.JetStreamMaxMemory, o.JetStreamMaxStore), fmt.Sprint(filepath.Join(n.Dir, "js"), n.Domain, 256<<20, 1<<30))
	}
	checkTLS(t, p, n, "client", o.TLSConfig, p.clientsShow(), CAFile(""))
	same("client certificates say who", o.TLSMap, p.MapsCertificates())
	checkRoutes(same, t, p, n, o)
	checkGateways(same, t, p, n, o)
	checkLeafs(same, t, p, n, o)
	checkOthers(same, t, p, n, o)
}

// clientsShow says whether clients must show a certificate.
func (p Plan) clientsShow() tls.ClientAuthType {
	if p.Spec.TLS.Mode == spec.TLSMutual {
		return tls.RequireAndVerifyClientCert
	}
	return tls.NoClientCert
}

// checkTLS compares a TLS configuration with what it must be: nothing without TLS, else the certificate of the node, and clients
// verified, if at all, by the given authority alone.
func checkTLS(t failer, p Plan, n Node, what string, c *tls.Config, auth tls.ClientAuthType, ca string) {
	t.Helper()
	switch {
	case !p.Spec.TLS.Enabled():
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

// linkTo are the URLs at which a node reaches all others of a group: through proxies where there are some.
func linkTo(p Plan, n Node, group, user, password string, r Role) []string {
	var out []string
	for _, m := range p.Nodes {
		if m.Cluster != group || m.Leaf != nil || m.Name == n.Name {
			continue
		}
		addr := local(m.Ports[r])
		if len(p.Proxies) > 0 {
			addr = p.Proxies[Link{n.Name, m.Name, r}]
		}
		if user != "" {
			addr = user + ":" + password + "@" + addr
		}
		out = append(out, "nats://"+addr)
	}
	return out
}

func local(port int) string { return "127.0.0.1:" + strconv.Itoa(port) }

// advertises is what links advertise: with proxies an address where nothing listens.
func advertises(p Plan) string {
	if len(p.Proxies) > 0 {
		return "127.0.0.1:1"
	}
	return ""
}

func checkRoutes(same same, t failer, p Plan, n Node, o *server.Options) {
	if n.Leaf != nil || p.Spec.CoreNodes() == 1 {
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
	ca := CAFile("")
	if p.Spec.TLS.CA == spec.CAPerCluster {
		ca = CAFile(n.Cluster)
	}
	checkTLS(t, p, n, "route", o.Cluster.TLSConfig, tls.RequireAndVerifyClientCert, ca)
}

func checkGateways(same same, t failer, p Plan, n Node, o *server.Options) {
	if n.Leaf != nil || len(p.Spec.Clusters) == 1 {
		same("no gateway", o.Gateway.Port, 0)
		return
	}
	same("gateway", fmt.Sprint(o.Gateway.Name, " ", o.Gateway.Host, ":", o.Gateway.Port), n.Cluster+" "+local(n.Ports[RoleGateway]))
	same("gateway user", o.Gateway.Username+o.Gateway.Password, "gateway"+p.Link)
	same("gateway advertise", o.Gateway.Advertise, advertises(p))
	checkTLS(t, p, n, "gateway", o.Gateway.TLSConfig, tls.RequireAndVerifyClientCert, CAFile(""))
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
func bound(p Plan, cluster string) (out []string) {
	for _, l := range p.Spec.Leafs {
		if l.Remote != cluster {
			continue
		}
		if !l.Isolated && !slices.Contains(out, spec.SystemAccount) {
			out = append(out, spec.SystemAccount)
		}
		if !slices.Contains(out, l.Account) {
			out = append(out, l.Account)
		}
	}
	return out
}

func checkLeafs(same same, t failer, p Plan, n Node, o *server.Options) {
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
	checkTLS(t, p, n, "leaf", o.LeafNode.TLSConfig, p.clientsShow(), CAFile(""))
	got, want := map[string]string{}, map[string]string{}
	for _, u := range o.LeafNode.Users {
		got[u.Account.Name] = u.Username + u.Password
	}
	if p.Trust == nil {
		for _, a := range accounts {
			want[a] = "leaf-" + a + p.LinkIdentity(a).Password
		}
	}
	same("leaf users", got, want)
}

func checkRemotes(same same, t failer, p Plan, n Node, o *server.Options) {
	same("no listener for leafs", o.LeafNode.Port, 0)
	want := []string{n.Leaf.Account}
	if !n.Leaf.Isolated {
		want = []string{spec.SystemAccount, n.Leaf.Account}
	}
	same("remotes", len(o.LeafNode.Remotes), len(want))
	for i, r := range o.LeafNode.Remotes {
		account, user, password, creds := want[i], "leaf-"+want[i], p.LinkIdentity(want[i]).Password, ""
		if p.Trust != nil {
			account, user, creds = p.Trust.Accounts[account].ID, "", filepath.Join(p.Dir, "creds", user+".creds")
		}
		same("remote account", r.LocalAccount, account)
		same("remote credentials", r.Credentials, creds)
		same("remote", urlTexts(r.URLs), linkTo(p, n, n.Leaf.Remote, user, password, RoleLeaf))
		checkTLS(t, p, n, "remote", r.TLSConfig, tls.NoClientCert, CAFile(""))
	}
}

func checkOthers(same same, t failer, p Plan, n Node, o *server.Options) {
	has := p.Spec.Cluster(n.Cluster)
	if same("websocket", o.Websocket.Port, n.Ports[RoleWebsocket]); has.Websocket {
		same("websocket", o.Websocket.Host, "127.0.0.1")
		same("websocket without TLS", o.Websocket.NoTLS, !p.Spec.TLS.Enabled())
		same("websocket certificates say who", o.Websocket.TLSMap, p.MapsCertificates())
		checkTLS(t, p, n, "websocket", o.Websocket.TLSConfig, p.clientsShow(), CAFile(""))
	}
	if same("MQTT", o.MQTT.Port, n.Ports[RoleMQTT]); has.MQTT {
		same("MQTT", o.MQTT.Host, "127.0.0.1")
		same("MQTT certificates say who", o.MQTT.TLSMap, p.MapsCertificates())
		checkTLS(t, p, n, "MQTT", o.MQTT.TLSConfig, p.clientsShow(), CAFile(""))
	}
}

// TestConfigOfAnySpec does the same for specifications of all kinds.
func TestConfigOfAnySpec(t *testing.T) {
	if testing.Short() {
		t.Skip("takes more than two seconds")
	}
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		p := written(t, spectest.Draw(t), dir)
		for _, n := range p.Nodes {
			o := optionsOf(t, n)
			checkNode(t, p, n, o)
			checkUsers(t, p, o)
		}
	})
}

// checkUsers compares the users that a server knows with those of the specification, with every permission of each.
func checkUsers(t failer, p Plan, o *server.Options) {
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
	for _, a := range append([]spec.Account{{Name: spec.SystemAccount, Users: []spec.User{{Name: spec.SystemUser}}}}, p.Spec.Accounts...) {
		for _, u := range a.Users {
			id, _ := p.Find(u.Name)
			w := user{a.Name, u.Name, id.Password, id.Public, "all"}
			if p.Spec.Auth == spec.AuthNKey {
				w.Name = ""
			}
			if !cmp.Equal(u.Permissions, spec.Permissions{}, cmpopts.EquateEmpty()) {
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
	if p.Spec.Auth == spec.AuthNone {
		none = p.Spec.Accounts[0].Users[0].Name
	}
	if o.NoAuthUser != none || o.SystemAccount != spec.SystemAccount {
		t.Errorf("without credentials %q, system account %q", o.NoAuthUser, o.SystemAccount)
	}
}

// TestConfigOfAccounts is the accounts block with everything that an account has.
func TestConfigOfAccounts(t *testing.T) {
	t.Parallel()
	p := written(t, spectest.Everything(spec.AuthUsers, spec.TLSNone), t.TempDir())
	p.Spec.Accounts[1].NoJetStream = true
	p.Spec.Accounts = append(p.Spec.Accounts,
		spec.Account{Name: "ONE", Exports: []spec.Export{{Stream: "one"}}}, spec.Account{Name: "TWO", Imports: []spec.Import{{Stream: "one", From: "ONE", To: "two"}}})
	c, err := conf.Parse(p.Config(p.Nodes[0]))
	if err != nil {
		t.Fatal(err)
	}
	type block = map[string]any
	password := func(user string) string { id, _ := p.Find(user); return id.Password }
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
	if text := p.Config(p.Nodes[0]); strings.Contains(text, "jetstream") {
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

// TestConfigForOthers has no setting that differs from the server's own, no log of this machine, and a variable of its own for each
// secret.
func TestConfigForOthers(t *testing.T) {
	t.Parallel()
	s := spec.Nodes(1)
	s.Accounts = []spec.Account{{Name: "APP", Users: []spec.User{{Name: "a-b"}, {Name: "a_b"}}}}
	p := drawn(t, s, nil)
	p.Exported = true
	text, vars := p.ConfigWithout(p.Nodes[0])
	for _, words := range []string{"lame_duck", "write_deadline", "log_file"} {
		if strings.Contains(text, words) {
			t.Errorf("%s in\n%s", words, text)
		}
	}
	got := map[string]bool{}
	for _, value := range vars {
		got[value] = true
	}
	for _, id := range p.Identities {
		if !got[Quote(id.Password)] {
			t.Errorf("no variable has the password of %s: %d variables", id.User, len(vars))
		}
	}
}
