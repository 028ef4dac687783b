//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// release is a nats-server of another release, found in the path.
type release struct{ bin, version string }

// line is the release line: 2.9 of 2.9.10.
func (r release) line() string {
	v, _ := fleet.ParseVersion(r.version)
	return fmt.Sprintf("%d.%d", v[0], v[1])
}

// oldReleases are what .ci/run installs: the nats-server of the distribution,
// and one of 2.10.
func oldReleases(t *testing.T) []release {
	t.Helper()
	var out []release
	for _, program := range []string{"nats-server", "nats-server-2.10"} {
		bin, err := exec.LookPath(program)
		switch {
		case err == nil:
		case os.Getenv("CI") != "":
			t.Fatalf("no %s installed", program)
		default:
			t.Logf("no %s installed", program)
			continue
		}
		words, err := exec.Command(bin, "--version").Output()
		if err != nil {
			t.Fatal(err)
		}
		version := regexp.MustCompile(`\d+\.\d+\.\d+`).FindString(string(words))
		if v, ok := fleet.ParseVersion(version); !ok || v.Compare(fleet.Version{2, 11}) >= 0 {
			t.Logf("%s is %s, which is not old", bin, version)
			continue
		}
		out = append(out, release{bin, version})
	}
	if len(out) == 0 {
		t.Skip("no old nats-server installed")
	}
	return out
}

// oldNode is one process of a fleet of old servers, or of old and new ones: this
// test program runs as the newest release.
type oldNode struct {
	name, cluster, bin string
	store              string // domain of its JetStream; "" for none
	ports              []int  // client, monitoring, route, gateway, leafnode
	cmd                *exec.Cmd
}

func (n *oldNode) Name() string       { return n.name }
func (n *oldNode) Cluster() string    { return n.cluster } // a server that names none is its own
func (n *oldNode) ClientURL() string  { return fmt.Sprintf("nats://127.0.0.1:%d", n.ports[0]) }
func (n *oldNode) MonitorURL() string { return fmt.Sprintf("http://127.0.0.1:%d", n.ports[1]) }

func (n *oldNode) Connect(who string, opts ...nats.Option) (*nats.Conn, error) {
	return nats.Connect(n.ClientURL(), append(opts, nats.UserInfo(who, who), nats.Timeout(20*time.Second))...)
}

// url is where a user connects, with the password.
func (n *oldNode) url(who string) string {
	return strings.Replace(n.ClientURL(), "//", "//"+who+":"+who+"@", 1)
}

// oldFleet starts two clusters, east with three servers and west with one, and a
// leaf of east that shares the system account. JetStream runs on the first two,
// which are of the release that is named first since 2.9 and this one elect no
// leader together, and on the leaf; the others are of the other releases in
// turn. "" is this one.
func oldFleet(t *testing.T, first string, others ...string) []*oldNode {
	t.Helper()
	all := []*oldNode{
		{name: "east-1", cluster: "east", bin: first, store: "hub"},
		{name: "east-2", cluster: "east", bin: first, store: "hub"},
		{name: "east-3", cluster: "east"},
		{name: "west-1", cluster: "west"},
		{name: "edge-1", cluster: "edge-1", store: "edge"},
	}
	ports := testcluster.Ports(t, 5*len(all))
	dir := t.TempDir()
	for i, n := range all {
		n.ports = ports[5*i : 5*i+5]
		if i >= 2 {
			n.bin = append(others, first)[(i-2)%(len(others)+1)]
		}
	}
	for _, n := range all {
		conf := filepath.Join(dir, n.name+".conf")
		if err := os.WriteFile(conf, []byte(n.config(all, dir)), 0o600); err != nil {
			t.Fatal(err)
		}
		n.start(t, conf)
	}
	return all
}

// config names no more routes than there are servers with JetStream, and lets
// only west look for the other cluster: JetStream waits for as many peers as
// are configured.
func (n *oldNode) config(all []*oldNode, dir string) string {
	routes, leafs := []string{}, []string{}
	gates := map[string][]string{}
	for _, o := range all {
		if o.cluster == n.cluster && o.store == "hub" {
			routes = append(routes, fmt.Sprintf("nats://127.0.0.1:%d", o.ports[2]))
		}
		if o.cluster != "edge-1" && n.cluster != "east" {
			gates[o.cluster] = append(gates[o.cluster], fmt.Sprintf("nats://127.0.0.1:%d", o.ports[3]))
		}
		if o.cluster == "east" {
			leafs = append(leafs, fmt.Sprintf("127.0.0.1:%d", o.ports[4]))
		}
	}
	store, enabled := "", ""
	if n.store != "" {
		store = fmt.Sprintf("jetstream { store_dir: %q, domain: %s, max_memory_store: 64MB, max_file_store: 64MB }\n", filepath.Join(dir, n.name), n.store)
		enabled = ", jetstream: enabled"
	}
	conf := store + fmt.Sprintf(`
server_name: %s
listen: "127.0.0.1:%d"
http: "127.0.0.1:%d"
log_file: %q
accounts {
  SYS { users: [{user: sys, password: sys}] }
  APP { users: [{user: app, password: app}], exports: [{service: "time"}]%s }
}
system_account: SYS
lame_duck_duration: 30s
lame_duck_grace_period: 1s
`, n.name, n.ports[0], n.ports[1], filepath.Join(dir, n.name+".log"), enabled)
	if n.cluster == "edge-1" {
		remote := func(who string) string {
			return fmt.Sprintf("{account: %s, urls: [%s]}", strings.ToUpper(who), "\"nats-leaf://"+who+":"+who+"@"+strings.Join(leafs, "\", \"nats-leaf://"+who+":"+who+"@")+"\"")
		}
		return conf + "leafnodes { remotes: [" + remote("sys") + "," + remote("app") + "] }\n"
	}
	var remotes []string
	for cluster, urls := range gates {
		remotes = append(remotes, fmt.Sprintf("{name: %s, urls: [%q]}", cluster, strings.Join(urls, `","`)))
	}
	slices.Sort(remotes)
	return conf + fmt.Sprintf(`cluster { name: %s, listen: "127.0.0.1:%d", routes: [%s] }
gateway { name: %s, listen: "127.0.0.1:%d", gateways: [%s] }
leafnodes { listen: "127.0.0.1:%d" }
`, n.cluster, n.ports[2], strings.Join(routes, ","), n.cluster, n.ports[3], strings.ReplaceAll(strings.Join(remotes, ","), `\"`, `"`), n.ports[4])
}

// start runs the server; it is killed when the test ends.
func (n *oldNode) start(t *testing.T, conf string) {
	t.Helper()
	if n.bin != "" {
		n.cmd = exec.Command(n.bin, "-c", conf)
	} else {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		n.cmd = exec.Command(self)
		n.cmd.Args = []string{"natsctl", "cluster-node", conf}
	}
	if _, err := n.cmd.StdinPipe(); err != nil { // its end would end a server of this release
		t.Fatal(err)
	}
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	cmd := n.cmd
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

// readyFleet starts a fleet and waits until it is ready. Two servers of 2.10 that
// start at once may never elect a meta leader; then all are started anew.
func readyFleet(t *testing.T, first string, others ...string) []*oldNode {
	t.Helper()
	for range 4 {
		nodes := oldFleet(t, first, others...)
		err := ready(t, nodes)
		if err == nil {
			return nodes
		}
		for _, n := range nodes {
			_ = n.cmd.Process.Kill()
		}
		t.Logf("started anew: %v", err)
	}
	t.Fatal("the fleet does not get ready")
	return nil
}

// ready waits until every server answers, is linked with its peers and current
// in JetStream.
func ready(t *testing.T, nodes []*oldNode) error {
	t.Helper()
	deadline := time.After(40 * time.Second)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		_, words, code := ask(t, nodes[0].url("sys"), "check", "servers", "health", "routes", "gateways", "leafs", "meta", "-o", "json")
		out, _, _ := ask(t, nodes[0].url("sys"), "server", "report", "leafnodes", "-o", "json")
		seen, _, _ := ask(t, nodes[0].url("sys"), "server", "ls", "-o", "json", "--jq", "[.expected, .answered]")
		if code == cli.ExitOK && strings.Contains(out, `"edge-1"`) && seen == fmt.Sprintf("[%d,%d]\n", len(nodes), len(nodes)) {
			return nil
		}
		select {
		case <-tick.C:
		case <-deadline:
			return fmt.Errorf("exit %d, %s, %s", code, words, seen)
		}
	}
}
