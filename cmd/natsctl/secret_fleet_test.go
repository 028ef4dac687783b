package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
)

// secretFleet is two routed servers and a leafnode with a secret wherever somebody
// can put one that servers tell to others.
type secretFleet struct {
	seed  string
	n1    *server.Server
	edge  *server.Server
	words []string // what must not be seen
}

// careless is a name as somebody chooses it who thinks of a URL.
const careless = "nats://bob:NAME-SECRET@host"

func startSecretFleet(t *testing.T) *secretFleet {
	t.Helper()
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	seed, err := pair.Seed()
	if err != nil {
		t.Fatal(err)
	}
	o := &secretFleet{seed: string(seed), words: []string{"-SECRET", string(seed)}}
	listen := `leafnodes { listen: "127.0.0.1:-1", authorization { users: [
		{user: leaf, password: LEAF-SECRET, account: APP}, {user: sysleaf, password: LEAF-SECRET, account: SYS}] } }`
	o.n1 = o.run(t, "n1", "", listen)
	z, err := o.n1.Varz(nil)
	if err != nil {
		t.Fatal(err)
	}
	o.run(t, "n2", fmt.Sprintf(`routes: ["nats://route:ROUTE-SECRET@127.0.0.1:%d"]`, z.Cluster.Port), "")
	o.edge = o.run(t, "edge", "", fmt.Sprintf(`jetstream { store_dir: %q, domain: edge }
leafnodes { remotes: [
	{url: "nats://leaf:LEAF-SECRET@127.0.0.1:%[2]d", account: APP}, {url: "nats://sysleaf:LEAF-SECRET@127.0.0.1:%[2]d", account: SYS}] }`,
		t.TempDir(), z.LeafNode.Port))
	o.clients(t)
	o.gather(t)
	return o
}

// gather waits until every server answers, with the leader of the stream.
func (o *secretFleet) gather(t *testing.T) {
	t.Helper()
	nc, err := nats.Connect(o.n1.ClientURL(), nats.UserInfo("sys", "SYS-SECRET"))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	client := sys.New(nc)
	for {
		s, err := client.Snapshot(ctx, fleet.Want{})
		switch {
		case err != nil:
			t.Fatal(err)
		case len(s.Servers) == 3:
			return
		}
	}
}

// run starts a server of the cluster, or with more in its configuration another.
func (o *secretFleet) run(t *testing.T, name, cluster, more string) *server.Server {
	t.Helper()
	jetStream := ""
	if name == "edge" {
		jetStream = "jetstream: enabled,"
	} else {
		more += fmt.Sprintf(`
cluster { name: c, listen: "127.0.0.1:-1", authorization { user: route, password: ROUTE-SECRET }, %s }`, cluster)
	}
	file := filepath.Join(t.TempDir(), "server.conf")
	conf := fmt.Sprintf(`server_name: %s, listen: "127.0.0.1:-1", server_tags: [%q, %q], system_account: SYS
accounts {
	SYS { users: [{user: sys, password: SYS-SECRET}] }
	APP { %s users: [{user: %q, password: APP-SECRET}] }
}
%s
`, name, "key:"+o.seed, "from:"+careless, jetStream, o.seed, more)
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	opts, err := server.ProcessConfigFile(file)
	if err != nil {
		t.Fatal(err)
	}
	opts.NoLog, opts.NoSigs = true, true
	s, err := server.NewServer(opts)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(30 * time.Second) {
		t.Fatal("not ready")
	}
	return s
}

// clients are connected, have been refused, and keep a stream.
func (o *secretFleet) clients(t *testing.T) {
	t.Helper()
	for i, s := range []*server.Server{o.n1, o.edge} {
		nc, err := nats.Connect(s.ClientURL(), nats.UserInfo(o.seed, "APP-SECRET"), nats.Name([]string{careless, o.seed}[i]))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(nc.Close)
		if _, err := nc.SubscribeSync("to." + o.seed); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			continue
		}
		js, err := jetstream.New(nc)
		if err != nil {
			t.Fatal(err)
		}
		made, err := js.CreateStream(t.Context(), jetstream.StreamConfig{
			Name: "ORDERS", Subjects: []string{"orders.>"}, Description: "from " + careless, Metadata: map[string]string{"key": o.seed},
		})
		if err == nil {
			_, err = made.CreateConsumer(t.Context(), jetstream.ConsumerConfig{Durable: "ship", Description: o.seed, Metadata: map[string]string{"url": careless}})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	o.refused(t)
}

// refused tries to log in with what does not fit.
func (o *secretFleet) refused(t *testing.T) {
	t.Helper()
	for _, how := range []nats.Option{nats.Token("WRONG-SECRET"), nats.UserInfo(careless, "WRONG-SECRET"), nats.UserInfo(o.seed, "WRONG-SECRET")} {
		if nc, err := nats.Connect(o.n1.ClientURL(), how, nats.Name(careless), nats.MaxReconnects(0)); err == nil {
			nc.Close()
			t.Error("a wrong login was let in")
		}
	}
}

// command runs a command as a system user and looks at all that it prints.
func (o *secretFleet) command(t *testing.T, args ...string) {
	t.Helper()
	home := t.TempDir()
	vars := map[string]string{
		"XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home, "XDG_STATE_HOME": home, "NATS_URL": strings.Replace(o.n1.ClientURL(), "://", "://sys:SYS-SECRET@", 1),
	}
	var out bytes.Buffer
	code := run(args, &cli.Env{
		In: strings.NewReader(""), Out: &out, Err: &out, Width: func() int { return 200 }, Now: time.Now,
		Getenv: func(name string) string { return vars[name] },
	})
	if code != cli.ExitOK && code != cli.ExitPartial && code != cli.ExitCheck {
		t.Errorf("natsctl %q fails (%d):\n%.2000s", args, code, out.String())
	}
	o.look(t, strings.Join(args, " "), out.String())
}

// look fails when a secret is in a text.
func (o *secretFleet) look(t *testing.T, where, text string) {
	t.Helper()
	for _, word := range o.words {
		if at := strings.Index(text, word); at >= 0 {
			t.Errorf("%s shows %q: ...%s", where, word, text[max(0, at-120):min(len(text), at+80)])
		}
	}
}

// TestPlantedSecretsAreNotShown asks real servers that have secrets in tags,
// names, users, URLs, descriptions, metadata and refused logins: no command, no
// format, no recording, no event and no metric has them.
func TestPlantedSecretsAreNotShown(t *testing.T) {
	o := startSecretFleet(t)
	for _, format := range []string{"wide", "json", "yaml", "csv"} {
		o.command(t, "server", "ls", "-o", format)
		for _, name := range reportNames() {
			if name != "sharing" {
				o.command(t, "server", "report", name, "-o", format)
			}
		}
		o.command(t, "server", "report", "connections", "--state", "all", "-o", format)
		o.command(t, "account", "ls", "-o", format)
		o.command(t, "account", "conns", "APP", "-o", format)
	}
	for _, format := range []string{"json", "yaml"} {
		for _, server := range []string{"n1", "n2", "edge"} {
			o.command(t, "server", "info", server, "-o", format)
		}
		o.command(t, "account", "info", "APP", "-o", format)
	}
	for _, kind := range []string{"varz", "routez", "gatewayz", "leafz", "accountz", "healthz", "idz", "statsz"} {
		o.command(t, "server", "request", kind, "-o", "json")
	}
	o.command(t, "server", "request", "connz", "--auth", "--subscriptions-detail", "--state", "all", "-o", "json")
	o.command(t, "server", "request", "subsz", "--body", `{"subscriptions":true}`, "-o", "json")
	o.command(t, "server", "request", "jsz", "--body", `{"accounts":true,"streams":true,"consumer":true,"config":true}`, "-o", "json")
	o.command(t, "server", "graph", "-o", "wide")
	o.command(t, "check", "-o", "json")
	o.command(t, "exporter", "check")
	o.metrics(t)
}

// metrics looks at all that the exporter serves.
func (o *secretFleet) metrics(t *testing.T) {
	t.Helper()
	nc, err := nats.Connect(o.n1.ClientURL(), nats.UserInfo("sys", "SYS-SECRET"))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	exp, err := exporter.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	defer exp.Close()
	w := httptest.NewRecorder()
	exp.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	if !strings.Contains(w.Body.String(), "nats_server") {
		t.Errorf("no metrics: %.500s", w.Body.String())
	}
	o.look(t, "the exporter", w.Body.String())
}

// TestPlantedSecretsAreNotRecorded records the same with identities while
// logins are refused, and looks into the file and at the events.
func TestPlantedSecretsAreNotRecorded(t *testing.T) {
	o := startSecretFleet(t)
	file := filepath.Join(t.TempDir(), "fleet.rec")
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				o.refused(t)
			}
		}
	}()
	o.command(t, "record", file, "--record-identity", "--events", "--every", "500ms", "--count", "4")
	o.command(t, "events", "--kind", "auth_error", "--count", "4", "-o", "json")
	o.command(t, "events", "--count", "6")
	close(stop)
	<-done
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	zr, err := gzip.NewReader(bytes.NewReader(body))
	if err == nil {
		body, err = io.ReadAll(zr)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"auth_error", "ORDERS", "edge"} {
		if !bytes.Contains(body, []byte(part)) {
			t.Errorf("the recording has no %s", part)
		}
	}
	o.look(t, "the recording", string(body))
}
