//go:build !windows

package export

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"
	"sigs.k8s.io/yaml"

	"github.com/natsctl/natsctl/internal/atomicfile"
	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/testcluster"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/plan/plantest"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// childName is what the test binary is called when it is to be a server.
const childName = "natsctl-export-test"

// TestMain makes the test binary also the server that the tests start.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[0] == childName {
		if err := broker.RunNode(context.Background(), os.Args[1], os.Stdin); err != nil {
			panic(err)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// planned is the plan of a cluster with every feature that an export must carry, whose ports are free and whose credentials are
// written.
func planned(t *testing.T, auth spec.AuthMode, tls spec.TLSMode) plan.Plan {
	t.Helper()
	sp := spec.Super(2, "east", "west").WithLeaf("edge", 1, "east")
	sp.Name, sp.Auth, sp.TLS.Mode, sp.Accounts, sp.Faults = "out", auth, tls, spectest.Chat(), true
	sp.Clusters[1].Websocket, sp.Clusters[1].MQTT = true, true
	sp = spectest.Must(sp.Complete())
	ports := testcluster.Ports(t, sp.AllNodes()*int(plan.NumRoles))
	p := spectest.Must(plan.New(sp, t.TempDir(), func(int, int, plan.Role) int { port := ports[0]; ports = ports[1:]; return port }, nil))
	if err := atomicfile.WriteAll(p.Files()); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestExportedConfRuns starts plain nats-servers from an export, an old one and the present one, and uses them with the
// identities of the local cluster.
func TestExportedConfRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("takes more than two seconds")
	}
	programs := map[string]string{"embedded": ""}
	if old, err := exec.LookPath("nats-server"); err == nil {
		programs["installed"] = old
	} else if os.Getenv("CI") != "" {
		t.Fatal(err)
	}
	for name, program := range programs {
		for _, auth := range spec.AuthModes() {
			t.Run(name+"/"+auth, func(t *testing.T) {
				p := planned(t, spec.AuthMode(auth), map[string]spec.TLSMode{"users": spec.TLSMutual, "operator": spec.TLSServer}[auth])
				dir := t.TempDir()
				if _, err := Write(p, Conf, dir, true); err != nil {
					t.Fatal(err)
				}
				for _, n := range p.Nodes {
					runPlain(t, program, dir, n.Name)
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				testcluster.Retry(t, "answer", func() error { return client.Fleet{Plan: p}.Ready(ctx, func(string) bool { return true }) })
				useExport(t, p)
			})
		}
	}
}

// runPlain runs a nats-server in a directory for the time of a test, the embedded one when the program is "".
func runPlain(t *testing.T, program, dir, node string) {
	t.Helper()
	cmd := exec.Command(program, "-c", node+".conf")
	if program == "" {
		cmd = exec.Command(os.Args[0])
		cmd.Args = []string{childName, node + ".conf"}
	}
	cmd.Dir = dir
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = out, out
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
		if text, _ := os.ReadFile(out.Name()); t.Failed() {
			t.Logf("%s: %s", node, text)
		}
		out.Close()
	})
}

func useExport(t *testing.T, p plan.Plan) {
	t.Helper()
	dialPlan := func(n plan.Node, who string) *nats.Conn {
		nc, err := client.Fleet{Plan: p}.Connect(n.ClientURL(), who, []nats.Option{nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {})})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(nc.Close)
		return nc
	}
	last := p.Nodes[len(p.Nodes)-1]
	alice := dialPlan(last, "alice")
	if _, err := alice.Subscribe("chat.>", func(m *nats.Msg) { m.Respond(nil) }); err != nil {
		t.Fatal(err)
	}
	bob, press := dialPlan(p.Nodes[2], "bob"), dialPlan(last, "press")
	testcluster.Retry(t, "answer", func() error { _, err := bob.Request("chat.room", nil, time.Second); return err })
	testcluster.Retry(t, "answer", func() error { _, err := press.Request("help", nil, time.Second); return err })
}

func TestExportWithoutSecrets(t *testing.T) {
	for _, auth := range spec.AuthModes() {
		for _, format := range Formats() {
			t.Run(auth+"/"+format, func(t *testing.T) {
				p := planned(t, spec.AuthMode(auth), spec.TLSMutual)
				dir := filepath.Join(t.TempDir(), "new")
				names, err := Write(p, Format(format), dir, false)
				if err != nil {
					t.Fatal(err)
				}
				for _, name := range names {
					checkExported(t, p, filepath.Join(dir, name))
				}
				if _, err := Write(p, Format(format), dir, false); err == nil {
					t.Error("a second export into the same directory")
				}
			})
		}
	}
}

// checkExported looks for secrets, for paths of this machine, and for YAML that is none.
func checkExported(t *testing.T, p plan.Plan, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	secrets := []string{p.Link, p.Dir, "PRIVATE KEY", strconv.Quote(plan.Nowhere)}
	for _, id := range append(p.Identities, p.LeafUsers...) {
		secrets = append(secrets, id.Password, id.Secret)
	}
	if p.Trust != nil {
		secrets = append(secrets, p.Trust.Operator, p.Trust.Signing)
	}
	for _, s := range secrets {
		if s != "" && strings.Contains(text, s) {
			t.Errorf("%s holds %.12q...", filepath.Base(file), s)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != fs.FileMode(0o600) {
		t.Errorf("%s: %v %v", file, info.Mode(), err)
	}
	var v any
	if err := yaml.Unmarshal(data, &v); strings.HasSuffix(file, ".yaml") && err != nil {
		t.Errorf("%s: %v", file, err)
	}
}

func ExampleShape_Spec() {
	sp, err := spec.Shape{Clusters: []string{"east", "west"}, Nodes: 1, Leafs: []string{"1@east"}}.Spec("demo")
	fmt.Println(len(sp.Clusters), sp.Leafs[0].Remote, err)
	sp, err = spec.Shape{Topology: spec.TopologySuper, Leafs: []string{"1@west"}}.Spec("demo")
	fmt.Println(len(sp.Clusters), sp.Leafs[0].Remote, err)
	_, err = spec.Shape{Topology: spec.TopologySingle, Nodes: 3}.Spec("demo")
	fmt.Println(err)
	// Output:
	// 2 east <nil>
	// 2 west <nil>
	// invalid cluster specification: topology single has one node, not 3
}

// TestReadmes says how to run what was exported, which secrets are left out, and what is set.
func TestReadmes(t *testing.T) {
	t.Parallel()
	p := plantest.Of(t, spectest.Everything(spec.AuthNKey, spec.TLSServer))
	for _, c := range []struct {
		format  Format
		secrets bool
		want    []string
		not     string
	}{
		{Conf, false, []string{"nats-server -c east-1.conf", "Put your own in place of SET-ME", "- creds/alice.nk", "- pki/node-east-1.key", "--with-secrets", "## Settings", "256MB of memory and 1GB", "## Certificates"}, "docker"},
		{Conf, true, []string{"nats-server -c rim.conf", "## Settings"}, "SET-ME"},
		{Compose, false, []string{"docker compose up -d", "SET-ME"}, "systemctl"},
		{Systemd, true, []string{"systemctl enable --now nats-all-edge-2.service"}, "creds/alice.nk"},
	} {
		files, err := exported{p}.export(c.format, c.secrets)
		if err != nil {
			t.Fatal(err)
		}
		text := files["README.md"]
		for _, words := range c.want {
			if !strings.Contains(text, words) {
				t.Errorf("%s, secrets %v: no %q in\n%s", c.format, c.secrets, words, text)
			}
		}
		if strings.Contains(text, c.not) {
			t.Errorf("%s, secrets %v: %q in\n%s", c.format, c.secrets, c.not, text)
		}
		if _, has := files["pki/node-east-1.key"]; has != c.secrets {
			t.Errorf("%s, secrets %v: private keys %v", c.format, c.secrets, has)
		}
	}
	if _, err := (exported{p}).export("tar", false); !errors.Is(err, spec.ErrInvalid) {
		t.Errorf("got %v", err)
	}
}
