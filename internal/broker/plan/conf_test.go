package plan

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
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

// TestConfigOfEveryListener reads the configuration of every node in every mode of authentication and TLS, with one authority and
// directly, and with an authority for each cluster and through proxies, as a server does, and compares what each listener, each
// connection and each user has become.
func TestConfigOfEveryListener(t *testing.T) {
	t.Parallel()
	for _, auth := range spec.AuthModes() {
		for _, mode := range spectest.TLSModes() {
			for _, doors := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/%v", auth, mode, doors), func(t *testing.T) {
					sp := spectest.Everything(spec.AuthMode(auth), mode)
					if doors && sp.TLS.Enabled() {
						sp.TLS.CA = spec.CAPerCluster
					}
					p := written(t, sp, t.TempDir())
					if doors {
						p.Proxies = map[Link]string{}
						for i, l := range p.Links() {
							p.Proxies[l] = fmt.Sprintf("127.0.0.1:%d", 30000+i)
						}
						storeFiles(t, p)
					}
					for _, n := range p.Nodes {
						o := optionsOf(t, n)
						checkNode(t, p, n, o)
						checkUsers(t, p, o)
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

// TestDeviationsAreAll compares what a server reads with what it reads in a file without settings: no switch, number or duration differs that
// is not asked for or listed.
func TestDeviationsAreAll(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "own.conf")
	if err := os.WriteFile(empty, []byte("debug: false"), 0o600); err != nil {
		t.Fatal(err)
	}
	asked := strings.Fields("Host Port HTTPHost HTTPPort ServerName LogFile SystemAccount JetStream StoreDir ConfigFile configDigest Logtime maxMemSet maxStoreSet") // a nats-server writes times unless told not to
	listed := map[string]string{
		"LameDuckDuration": "lame_duck_duration: 30s", "LameDuckGracePeriod": "lame_duck_grace_period: 1s",
		"JetStreamMaxMemory": "max_memory_store: 256MB", "JetStreamMaxStore": "max_file_store: 1GB",
	}
	for _, noJetStream := range []bool{false, true} {
		sp := spec.Nodes(1)
		sp.NoJetStream = noJetStream
		p := written(t, sp, t.TempDir())
		own := &server.Options{}
		if err := own.ProcessConfigFile(empty); err != nil {
			t.Fatal(err)
		}
		want := []string{}
		a, b := reflect.ValueOf(own).Elem(), reflect.ValueOf(optionsOf(t, p.Nodes[0])).Elem()
		for i := range a.NumField() {
			name := a.Type().Field(i).Name
			if !a.Field(i).Comparable() || a.Field(i).Equal(b.Field(i)) || a.Field(i).Kind() > reflect.Float64 && a.Field(i).Kind() != reflect.String || slices.Contains(asked, name) {
				continue
			}
			if listed[name] == "" {
				t.Errorf("%s is %v, and not the server's own %v", name, b.Field(i), a.Field(i))
			}
			want = append(want, listed[name])
		}
		got := p.Deviations()
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("listed %q, found %q", got, want)
		}
	}
	p := drawn(t, spec.Nodes(1), nil)
	p.Exported = true
	if got := p.Deviations(); !slices.Equal(got, []string{"max_memory_store: 256MB", "max_file_store: 1GB"}) {
		t.Errorf("an export: %q", got)
	}
}

// TestExportedNodeListens where it is told to, which is not how others reach it.
func TestExportedNodeListens(t *testing.T) {
	t.Parallel()
	p := drawn(t, spectest.Everything(spec.AuthUsers, spec.TLSNone), nil)
	p.Exported = true
	n := p.Nodes[0]
	n.Host, n.Bind = "east-1.example", "10.0.0.7"
	text := p.Config(n)
	for r, port := range n.Ports {
		if role := Role(r); port != 0 && !strings.Contains(text, Quote(fmt.Sprint("10.0.0.7:", port))) {
			t.Errorf("the %s listener is not at 10.0.0.7:%d", role, port)
		}
	}
	if strings.Contains(text, "east-1.example") {
		t.Errorf("it listens where others reach it:\n%s", text)
	}
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
	checkNoSecrets(t, drawn(t, spectest.Everything(spec.AuthUsers, spec.TLSNone), nil))
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

// checkNoSecrets wants no password in the configuration of any node when variables stand in place of secrets.
func checkNoSecrets(t *testing.T, p Plan) {
	t.Helper()
	secrets := map[string]string{"links": p.Link}
	for _, id := range append(slices.Clone(p.Identities), p.LeafUsers...) {
		secrets[id.User] = id.Password
	}
	for _, n := range p.Nodes {
		text, _ := p.ConfigWithout(n)
		for who, secret := range secrets {
			if secret == "" || strings.Contains(text, secret) {
				t.Errorf("the password of %s stands in the configuration of %s", who, n.Name)
			}
		}
	}
}
