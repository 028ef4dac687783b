package exportercmd

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// probed is an exporter of nobody, next to a cluster that saved contexts know.
type probed struct {
	env     *cli.Env
	watch   *nats.Conn // a user of the system account
	cluster *broker.Cluster
	store   *natsctx.Store
}

func startProbed(t *testing.T) *probed {
	t.Helper()
	c, err := broker.Start(t.Context(), spec.Single())
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	p := &probed{cluster: c, store: natsctx.Open(home)}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	// What the command line and the environment say is of another connection.
	outside := map[string]string{"XDG_CONFIG_HOME": home, "NATS_URL": "nats://127.0.0.1:1", "NATS_USER": "app", "NATS_PASSWORD": "wrong", "NATS_CONTEXT": "app"}
	p.env = &cli.Env{Err: io.Discard, Getenv: func(name string) string { return outside[name] }}
	p.env.Flags = cli.Globals{Context: "app", Servers: []string{"nats://127.0.0.1:1"}, User: "app", Timeout: 5 * time.Second}
	if p.watch, err = c.ConnectSys(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.watch.Close)
	p.save(t, "allowed", "sys")
	p.save(t, "secret", "sys")
	p.save(t, "app", "app")
	return p
}

func (p *probed) save(t *testing.T, name, who string) {
	t.Helper()
	id, _ := p.cluster.Identity(who)
	settings := natsctx.Settings{URL: strings.Join(p.cluster.URLs(), ","), User: id.User, Password: id.Password}
	if err := p.store.Create(&natsctx.Context{Name: name, Settings: settings}); err != nil {
		t.Fatal(err)
	}
}

// probe asks the page and returns its status and text, and whether anybody
// connected to the cluster for it.
func (p *probed) probe(t *testing.T, allowed []string, name string) (code int, text string, connected bool) {
	t.Helper()
	nc, err := nats.Connect("nats://127.0.0.1:1", reconnectForever...)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	exp, err := exporter.New(nc, exporter.WithResolver(probeResolver(p.env, allowed)))
	if err != nil {
		t.Fatal(err)
	}
	defer exp.Close()
	_, before := p.connections(t)
	rec := httptest.NewRecorder()
	exp.Routes().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/probe?context="+url.QueryEscape(name), nil))
	_, after := p.connections(t)
	return rec.Code, rec.Body.String(), after != before
}

// connections counts the clients of the cluster now, and those there ever were.
func (p *probed) connections(t *testing.T) (now, ever int) {
	t.Helper()
	msg, err := p.watch.Request("$SYS.REQ.SERVER.PING.VARZ", nil, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	var reply struct {
		Data struct {
			Connections      int `json:"connections"`
			TotalConnections int `json:"total_connections"`
		} `json:"data"`
	}
	if err := json.Unmarshal(msg.Data, &reply); err != nil {
		t.Fatal(err)
	}
	return reply.Data.Connections, reply.Data.TotalConnections
}

// A stranger who may ask the page can only have those contexts asked that were
// allowed: no other saved one, no file, no name that is a path; and nothing is
// connected to find that out.
func TestProbeRefusesOtherContexts(t *testing.T) {
	p := startProbed(t)
	path := p.store.Path("secret")
	for _, tt := range []struct {
		what    string
		allowed []string
		name    string
	}{
		{"not allowed", []string{"allowed"}, "secret"},
		{"nothing allowed", []string{""}, "secret"},
		{"prefix of an allowed one", []string{"allowed"}, "allow"},
		{"allowed one with more", []string{"allowed"}, "allowed,secret"},
		{"other case", []string{"allowed"}, "ALLOWED"},
		{"path", []string{"allowed"}, path},
		{"path, all allowed", []string{"*"}, path},
		{"relative path, all allowed", []string{"*"}, "../context/secret"},
		{"dots, all allowed", []string{"*"}, ".."},
		{"unknown, all allowed", []string{"*"}, "nobody"},
		{"the star itself", []string{"*"}, "*"},
		{"the file that is allowed", []string{path}, path},
	} {
		t.Run(tt.what, func(t *testing.T) {
			code, text, connected := p.probe(t, tt.allowed, tt.name)
			if code != http.StatusNotFound || connected || strings.Contains(text, "nats_server_up") {
				t.Errorf("%d, connected %v: %.200s", code, connected, text)
			}
		})
	}
}

// An allowed context is asked with its own address and user alone, whatever the
// command line and the environment of the exporter say.
func TestProbeUsesTheContextAlone(t *testing.T) {
	p := startProbed(t)
	id, _ := p.cluster.Identity("sys")
	for _, allowed := range [][]string{{"other", "allowed"}, {"*"}} {
		code, text, connected := p.probe(t, allowed, "allowed")
		if code != http.StatusOK || !connected || !strings.Contains(text, "\nnats_exporter_up{fleet=\"allowed\"} 1\n") || !strings.Contains(text, "\nnats_server_up{") {
			t.Errorf("%v: %d, connected %v: %.300s", allowed, code, connected, text)
		}
		if strings.Contains(text, id.Password) {
			t.Error("the page shows the password")
		}
	}
	code, text, _ := p.probe(t, []string{"app"}, "app")
	if code != http.StatusOK || !strings.Contains(text, `nats_exporter_failed{fleet="app",reason="not_system_account"} 1`) {
		t.Errorf("an ordinary user: %d: %.300s", code, text)
	}
}

// A probe leaves no connection behind.
func TestProbeClosesItsConnection(t *testing.T) {
	p := startProbed(t)
	for range 3 {
		if code, text, _ := p.probe(t, []string{"allowed"}, "allowed"); code != http.StatusOK {
			t.Fatalf("%d: %.200s", code, text)
		}
	}
	testcluster.Await(t, "end of the connections of probes", func() bool {
		now, _ := p.connections(t)
		return now == 1
	})
}
