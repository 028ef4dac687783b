//go:build !windows

package broker

import (
	"context"
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
	"sigs.k8s.io/yaml"
)

// planned is a cluster that was never started, with every feature that an export must carry.
func planned(t *testing.T, h *Home, auth AuthMode, tls TLSMode) plan {
	t.Helper()
	spec := Super(2, "east", "west").WithLeaf("edge", 1, "east")
	spec.Name, spec.Auth, spec.TLS.Mode, spec.Accounts, spec.Faults = "out", auth, tls, chat(), true
	spec.Clusters[1].Websocket, spec.Clusters[1].MQTT = true, true
	spec = must(spec.complete())
	slot, p, err := h.allot(t.Context(), spec, -1)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.save(state{Slot: slot, Plan: p, Kept: true}); err != nil {
		t.Fatal(err)
	}
	if err := p.write(); err != nil { // the credentials of clients
		t.Fatal(err)
	}
	return p
}

// TestExportedConfRuns starts plain nats-servers from an export, an old one and the present one, and uses them with the
// identities of the local cluster.
func TestExportedConfRuns(t *testing.T) {
	costly(t)
	programs := map[string]string{"embedded": ""}
	if old, err := exec.LookPath("nats-server"); err == nil {
		programs["installed"] = old
	} else if os.Getenv("CI") != "" {
		t.Fatal(err)
	}
	for name, program := range programs {
		for _, auth := range AuthModes() {
			t.Run(name+"/"+auth, func(t *testing.T) {
				h := OpenHome(t.TempDir())
				p := planned(t, h, AuthMode(auth), map[string]TLSMode{"users": TLSMutual, "operator": TLSServer}[auth])
				dir := t.TempDir()
				if _, err := h.Export("out", ExportConf, dir, true); err != nil {
					t.Fatal(err)
				}
				for _, n := range p.Nodes {
					runPlain(t, program, dir, n.Name)
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				eventually(t, func() error { return p.ready(ctx, func(string) bool { return true }) })
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
		cmd = launcher().command([]string{"node"}, node+".conf")
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

func useExport(t *testing.T, p plan) {
	t.Helper()
	dialPlan := func(n nodePlan, who string) *nats.Conn {
		nc, err := p.connect(n.clientURL(), who, []nats.Option{nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {})})
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
	eventually(t, func() error { _, err := bob.Request("chat.room", nil, time.Second); return err })
	eventually(t, func() error { _, err := press.Request("help", nil, time.Second); return err })
}

func TestExportWithoutSecrets(t *testing.T) {
	for _, auth := range AuthModes() {
		for _, format := range ExportFormats() {
			t.Run(auth+"/"+format, func(t *testing.T) {
				h := OpenHome(t.TempDir())
				p := planned(t, h, AuthMode(auth), TLSMutual)
				dir := filepath.Join(t.TempDir(), "new")
				names, err := h.Export("out", ExportFormat(format), dir, false)
				if err != nil {
					t.Fatal(err)
				}
				for _, name := range names {
					checkExported(t, p, filepath.Join(dir, name))
				}
				if _, err := h.Export("out", ExportFormat(format), dir, false); err == nil {
					t.Error("a second export into the same directory")
				}
			})
		}
	}
}

// checkExported looks for secrets, for paths of this machine, and for YAML that is none.
func checkExported(t *testing.T, p plan, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	secrets := []string{p.Link, p.Dir, "PRIVATE KEY", strconv.Quote(nowhere)}
	for _, id := range append(p.Identities, p.Links...) {
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
	spec, err := Shape{Clusters: []string{"east", "west"}, Nodes: 1, Leafs: []string{"1@east"}}.Spec("demo")
	fmt.Println(len(spec.Clusters), spec.Leafs[0].Remote, err)
	spec, err = Shape{Topology: TopologySuper, Leafs: []string{"1@west"}}.Spec("demo")
	fmt.Println(len(spec.Clusters), spec.Leafs[0].Remote, err)
	_, err = Shape{Topology: TopologySingle, Nodes: 3}.Spec("demo")
	fmt.Println(err)
	// Output:
	// 2 east <nil>
	// 2 west <nil>
	// invalid cluster specification: topology single has one node, not 3
}
