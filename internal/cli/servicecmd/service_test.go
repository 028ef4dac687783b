package servicecmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"go.uber.org/goleak"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/cli/clitest"
	"github.com/natsctl/natsctl/internal/service"
	"github.com/natsctl/natsctl/internal/testcluster"
	"github.com/natsctl/natsctl/internal/testcluster/real"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestServiceExitCodes holds the exit codes of these commands.
func TestServiceExitCodes(t *testing.T) {
	clitest.ExitCodes(t, Advices(), map[error]int{errFound: 6, errNoAccount: 2, errNone: 1, errEmpty: 1, errUnseen: 3, errSilent: 3, service.ErrName: 2})
}

// room is two clusters with services, and the contexts app and sys.
type room struct {
	*testing.T
	cluster *broker.Cluster
	home    string
}

func newRoom(t *testing.T) *room {
	t.Helper()
	r := &room{T: t, home: t.TempDir()}
	few := spec.User{Name: "few", Permissions: spec.Permissions{Pub: []string{"$SRV.>"}, Sub: []string{"_INBOX.>"}}}
	r.cluster = real.Start(t, spec.Spec{
		Clusters: []spec.Cluster{{Name: "east", Nodes: 1}, {Name: "west", Nodes: 1}},
		Accounts: []spec.Account{{Name: "APP", Users: []spec.User{{Name: "app"}, few}}},
	})
	for _, user := range []string{"app", "few", "sys"} {
		id, ok := r.cluster.Identity(user)
		if !ok {
			t.Fatal("no user " + user)
		}
		r.save(user, map[string]string{"url": r.cluster.Node("east-1").ClientURL(), "user": user, "password": id.Password})
	}
	return r
}

func (r *room) save(name string, values map[string]string) {
	r.Helper()
	dir := filepath.Join(r.home, ".config", "nats", "context")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		r.Fatal(err)
	}
	text, err := json.Marshal(values)
	if err != nil {
		r.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".json"), text, 0o600); err != nil {
		r.Fatal(err)
	}
}

// run runs one command line with a saved context.
func (r *room) run(context, line string) (out, words string, code int) {
	r.Helper()
	var o, w bytes.Buffer
	env := &cli.Env{In: strings.NewReader(""), Out: &o, Err: &w, Width: func() int { return 200 }, Now: time.Now, Getenv: func(name string) string {
		return map[string]string{"XDG_CONFIG_HOME": filepath.Join(r.home, ".config"), "NATS_CONTEXT": context}[name]
	}}
	code = cli.Run(cli.App{Help: "test", Entries: Entries(), Advices: Advices()}, append([]string{"service"}, strings.Fields(line)...), env)
	return o.String(), w.String(), code
}

// serve runs an instance on a node.
func (r *room) serve(n *broker.Node, name, version string, opts ...micro.EndpointOpt) (micro.Service, *nats.Conn) {
	r.Helper()
	nc, err := n.Connect("app")
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(nc.Close)
	s, err := micro.AddService(nc, micro.Config{Name: name, Version: version})
	if err != nil {
		r.Fatal(err)
	}
	err = s.AddEndpoint("new", micro.HandlerFunc(func(q micro.Request) {
		if string(q.Data()) == "bad" {
			_ = q.Error("400", "bad \x1b[31morder", nil)
			return
		}
		_ = q.Respond(nil)
	}), append(opts, micro.WithEndpointSubject(name+".new"))...)
	if err != nil {
		r.Fatal(err)
	}
	if err := nc.Flush(); err != nil { // the server has its subscriptions
		r.Fatal(err)
	}
	return s, nc
}

// ask sends requests until an instance has processed them all.
func (r *room) ask(nc *nats.Conn, subject string, bodies ...string) {
	r.Helper()
	for _, body := range bodies {
		if _, err := nc.Request(subject, []byte(body), 10*time.Second); err != nil {
			r.Fatal(err)
		}
	}
}

// TestServices lists services of two clusters, and every instance of them.
func TestServices(t *testing.T) {
	r := newRoom(t)
	first, nc := r.serve(r.cluster.Node("east-1"), "orders", "1.0.0")
	second, _ := r.serve(r.cluster.Node("west-1"), "orders", "1.0.0")
	r.serve(r.cluster.Node("west-1"), "pay", "2.0.0")
	r.ask(nc, "orders.new", "x", "x", "x", "bad")
	for _, c := range []struct{ context, line, want string }{
		{"app", `ls -o json --jq .rows[]|[.service,.answered,.instances,.requests,.errors,(.clusters|join("+"))]|tostring`, `["orders",2,2,4,1,"east+west"]` + "\n" + `["pay",1,1,0,0,"west"]` + "\n"},
		{"sys", "ls --account-context app -o json --jq [.expected,.answered,.complete,(.rows|length),.rows[0].account]|tostring", `[2,2,true,2,"APP"]` + "\n"},
		{"app", "info orders -o json --jq .rows[]|[.instance,.server,.answered,.version,.endpoints[0]]|tostring", ""},
		{"app", `stats orders -o json --jq .rows[]|select(.errors>0)|[.requests,.queue,.last_error]|tostring`, `[4,"q","400:bad \u001b[31morder"]` + "\n"},
	} {
		out, words, code := r.run(c.context, c.line)
		if code != cli.ExitOK || c.want != "" && out != c.want || words != "" {
			t.Errorf("%s: exit %d\n%s%s", c.line, code, out, words)
		}
		if c.want == "" {
			for id, server := range map[string]string{first.Info().ID: "east-1", second.Info().ID: "west-1"} {
				if want := fmt.Sprintf(`[%q,%q,true,"1.0.0","orders.new"]`, id, server); !strings.Contains(out, want) {
					t.Errorf("%s lacks %s:\n%s", c.line, want, out)
				}
			}
		}
	}
	if out, words, code := r.run("app", "stats orders"); code != cli.ExitOK || strings.Contains(out, "\x1b") || !strings.Contains(out, `bad \x1b[31morder`) {
		t.Errorf("hostile text: exit %d: %q%s", code, out, words)
	}
	for _, line := range []string{"check", "check orders", "check --account-context app"} {
		if out, words, code := r.run("app", line); code != cli.ExitOK || out != "" || !strings.Contains(words, "no findings") {
			t.Errorf("%s: exit %d: %s%s", line, code, out, words)
		}
	}
}

// TestRatesOfServices shows what was processed between two looks, and nothing of
// an instance that came in between.
func TestRatesOfServices(t *testing.T) {
	testcluster.Slow(t)
	r := newRoom(t)
	_, nc := r.serve(r.cluster.Node("east-1"), "orders", "1.0.0")
	r.ask(nc, "orders.new", "x", "x", "bad")
	for _, line := range []string{"ls", "stats"} {
		out, words, code := r.run("app", line+" --rate 150ms -o json --jq .rows[]|[.requests,.requests_per_second,.errors_per_second]|tostring")
		if code != cli.ExitOK || out != "[3,0,0]\n" {
			t.Errorf("%s: exit %d: %s%s", line, code, out, words)
		}
		if out, _, _ := r.run("app", line+" -o json --jq .rows[]|[.requests,.requests_per_second]|tostring"); out != "[3,null]\n" {
			t.Errorf("%s without --rate: %s", line, out)
		}
	}
	if _, words, code := r.run("app", "ls --rate 1ms"); code != cli.ExitUsage || !strings.Contains(words, "100ms or more") {
		t.Errorf("a short interval: exit %d: %s", code, words)
	}
}

// TestFaultyServices names an instance that is silent, and judges it.
func TestFaultyServices(t *testing.T) {
	testcluster.Slow(t)
	r := newRoom(t)
	_, nc := r.serve(r.cluster.Node("east-1"), "orders", "1.0.0")
	r.serve(r.cluster.Node("west-1"), "orders", "1.1.0", micro.WithEndpointQueueGroupDisabled())
	var lines []string
	for range 20 {
		lines = append(lines, "bad")
	}
	r.ask(nc, "orders.new", lines...)
	mute, err := r.cluster.Node("west-1").Connect("app")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(mute.Close)
	for _, subject := range []string{"$SRV.PING.orders.SILENT", "$SRV.STATS", "$SRV.STATS.orders", "$SRV.STATS.orders.SILENT", "$SRV.INFO.orders.SILENT"} {
		if _, err := mute.Subscribe(subject, func(*nats.Msg) {}); err != nil {
			t.Fatal(err)
		}
	}
	if err := mute.Flush(); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"ls", "info orders", "stats", "ls -o json", "info -o csv", "stats -o ndjson"} {
		out, words, code := r.run("app", line)
		if code != cli.ExitPartial || !strings.Contains(words, "instance SILENT of orders (connection ") || !strings.Contains(words, "of west-1) did not answer") || out == "" {
			t.Errorf("%s: exit %d: %s%s", line, code, out, words)
		}
	}
	if out, _, _ := r.run("app", "ls -o json --jq .rows[]|[.answered,.instances]|tostring"); out != "[2,3]\n" {
		t.Errorf("counted: %s", out)
	}
	for _, format := range []string{"table", "wide", "json", "csv"} {
		out, words, code := r.run("app", "check -o "+format)
		for _, want := range []string{"has subscribed and does not answer", "1.0.0, 1.1.0", "has no queue group", "of its requests failed"} {
			if code != cli.ExitCheck || !strings.Contains(out, want) || !strings.Contains(words, "services have findings: 4 in 1 service") {
				t.Errorf("%s lacks %q: exit %d: %s%s", format, want, code, out, words)
			}
		}
	}
	if out, words, code := r.run("app", "check pay"); code != cli.ExitFailed || out != "" || !strings.Contains(words, `no such service: "pay"`) {
		t.Errorf("a service that is not there: exit %d: %s%s", code, out, words)
	}
}

// TestWhoMayAskServices refuses the system account, names what a user may not see
// and which server is missing.
func TestWhoMayAskServices(t *testing.T) {
	testcluster.Slow(t)
	r := newRoom(t)
	if out, words, code := r.run("app", "check"); code != cli.ExitFailed || out != "" || !strings.Contains(words, "no services: none answered") {
		t.Errorf("a check of nothing: exit %d: %s%s", code, out, words)
	}
	r.serve(r.cluster.Node("east-1"), "orders", "1.0.0")
	if out, words, code := r.run("sys", "ls"); code != cli.ExitUsage || out != "" || !strings.Contains(words, "--account-context NAME") {
		t.Errorf("system user: exit %d: %s%s", code, out, words)
	}
	if _, words, code := r.run("app", "ls a.b"); code != cli.ExitUsage || !strings.Contains(words, "invalid name of a service") {
		t.Errorf("an odd name: exit %d: %s", code, words)
	}
	if _, words, code := r.run("app", "ls --account-context nobody"); code != cli.ExitUsage || !strings.Contains(words, "nobody") {
		t.Errorf("an unknown context: exit %d: %s", code, words)
	}
	out, words, code := r.run("few", "ls -o json --jq .rows[].answered")
	if code != cli.ExitPartial || out != "1\n" || !strings.Contains(words, "cannot tell whether every instance answered") {
		t.Errorf("a user with few permissions: exit %d: %s%s", code, out, words)
	}
}
