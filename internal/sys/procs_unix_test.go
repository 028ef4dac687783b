//go:build unix

package sys_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// proc is a nats-server that runs as a process of its own, so that it can be
// paused and killed as in real life.
type proc struct {
	name, cluster         string
	client, route, bridge int
	bin                   string // of another nats-server; "" is this test binary
	hidden                bool   // other clusters are not told of it
	conf                  string
	cmd                   *exec.Cmd
}

// processes starts one server for each name; a name is CLUSTER/SERVER, and ends
// in a minus when no gateway is to lead to it. Such a server starts once the others
// are linked: servers of other clusters that find none else of its cluster would
// take it, since its own gateways tell of it.
func processes(t *testing.T, bin map[string]string, names ...string) map[string]*proc {
	t.Helper()
	dir := t.TempDir()
	ports := testcluster.Ports(t, 3*len(names))
	var all []*proc
	for i, n := range names {
		cluster, name, _ := strings.Cut(strings.TrimSuffix(n, "-"), "/")
		all = append(all, &proc{
			name: name, hidden: strings.HasSuffix(n, "-"), cluster: cluster, bin: bin[name], conf: filepath.Join(dir, name+".conf"),
			client: ports[3*i], route: ports[3*i+1], bridge: ports[3*i+2],
		})
	}
	out := map[string]*proc{}
	for _, p := range all {
		if err := os.WriteFile(p.conf, []byte(p.config(all)), 0o600); err != nil {
			t.Fatal(err)
		}
		out[p.name] = p
		if !p.hidden {
			p.start(t)
		}
	}
	startHidden(t, all)
	return out
}

// startHidden starts the servers that no gateway is to lead to.
func startHidden(t *testing.T, all []*proc) {
	t.Helper()
	var seen *proc
	var hidden []*proc
	for _, p := range all {
		if p.hidden {
			hidden = append(hidden, p)
		} else {
			seen = p
		}
	}
	if len(hidden) == 0 {
		return
	}
	whole(t, seen.connect(t), len(all)-len(hidden))
	for _, p := range hidden {
		p.start(t)
	}
}

func (p *proc) config(all []*proc) string {
	var routes []string
	gates := map[string][]string{}
	for _, o := range all {
		if o.cluster == p.cluster {
			routes = append(routes, fmt.Sprintf("nats-route://127.0.0.1:%d", o.route))
		}
		if o.hidden && o.cluster != p.cluster {
			continue
		}
		gates[o.cluster] = append(gates[o.cluster], fmt.Sprintf(`"nats://127.0.0.1:%d"`, o.bridge))
	}
	conf := fmt.Sprintf(`server_name: %s
listen: "127.0.0.1:%d"
cluster { name: %s, listen: "127.0.0.1:%d", routes: [%s] }
accounts { SYS { users: [{user: sys, password: sys}] } }
system_account: SYS
`, p.name, p.client, p.cluster, p.route, strings.Join(routes, ","))
	if len(gates) == 1 {
		return conf
	}
	var remotes []string
	for cluster, urls := range gates {
		remotes = append(remotes, fmt.Sprintf("{name: %s, urls: [%s]}", cluster, strings.Join(urls, ",")))
	}
	return conf + fmt.Sprintf("gateway { name: %s, listen: \"127.0.0.1:%d\", gateways: [%s] }\n", p.cluster, p.bridge, strings.Join(remotes, ","))
}

// start runs the server; it is killed when the test ends.
func (p *proc) start(t *testing.T) {
	t.Helper()
	if p.bin != "" {
		p.cmd = exec.Command(p.bin, "-c", p.conf)
	} else {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		p.cmd = exec.Command(self)
		p.cmd.Env = append(os.Environ(), serverEnv+"="+p.conf)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	cmd := p.cmd
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

func (p *proc) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
	if s != syscall.SIGSTOP {
		return
	}
	var status syscall.WaitStatus // of all its threads: until then it can still answer
	if _, err := syscall.Wait4(p.cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("it does not stop: %v, status %v", err, status)
	}
}

// kill ends the server without notice.
func (p *proc) kill(t *testing.T) {
	t.Helper()
	p.signal(t, syscall.SIGKILL)
	_ = p.cmd.Wait()
}

func (p *proc) url() string { return fmt.Sprintf("nats://127.0.0.1:%d", p.client) }

// client connects to the server once it is there.
func (p *proc) connect(t *testing.T) *sys.Client {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		nc, err := nats.Connect(p.url(), nats.UserInfo("sys", "sys"))
		if err == nil {
			t.Cleanup(nc.Close)
			return sys.New(nc)
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal(err)
		}
	}
}

// whole waits until n servers answer and know each other.
func whole(t *testing.T, c *sys.Client, n int) {
	t.Helper()
	eventually(t, c, fleet.Want{Kinds: []fleet.Kind{fleet.Gatewayz}}, func(s *fleet.Snapshot) bool {
		for _, sv := range s.Servers {
			if sv.Statsz == nil || sv.Statsz.ActiveServers != n || sv.Gatewayz == nil {
				return false
			}
			if sv.Gatewayz.Name != "" && len(sv.Gatewayz.OutboundGateways) == 0 {
				return false
			}
		}
		return len(s.Servers) == n && s.Complete()
	})
}

// quick fails when a round took longer than the quiet gap can explain, on a
// machine that is busy with other tests.
func quick(t *testing.T, s *fleet.Snapshot) {
	t.Helper()
	if s.TookSeconds > 3 {
		t.Errorf("took %.3fs", s.TookSeconds)
	}
}

func TestPausedServer(t *testing.T) {
	slow(t)
	all := processes(t, nil, "east/n1", "east/n2", "east/n3")
	c := all["n1"].connect(t)
	whole(t, c, 3)
	all["n3"].signal(t, syscall.SIGSTOP)
	fresh := all["n2"].connect(t) // it has never seen n3
	s := eventually(t, fresh, fleet.Want{Kinds: []fleet.Kind{fleet.Varz}}, func(s *fleet.Snapshot) bool { return len(s.Missing) > 0 })
	quick(t, s)
	if len(s.Servers) != 2 || len(s.Missing) != 1 || s.Expected != 3 {
		t.Fatalf("servers %v, missing %+v", names(s), s.Missing)
	}
	if m := s.Missing[0]; m.Name != "n3" || m.Cluster != "east" || m.Reason != fleet.Silent || !equalSet(m.SeenBy, []string{"n1", "n2"}) {
		t.Errorf("missing %+v", m)
	}
	if s = snapshot(t, fresh, fleet.Want{Scope: fleet.Scope{Name: "n1"}}); !s.Complete() || len(s.Servers) != 1 {
		t.Errorf("asked for n1: %v, missing %+v", names(s), s.Missing)
	}
	if s = snapshot(t, fresh, fleet.Want{Scope: fleet.Scope{Name: "n3"}}); len(s.Servers) != 0 || len(s.Missing) != 1 || s.Missing[0].Reason != fleet.Silent {
		t.Errorf("asked for n3: %v, missing %+v", names(s), s.Missing)
	}
	all["n3"].signal(t, syscall.SIGCONT)
	whole(t, fresh, 3)
}

// TestPausedOwnServer pauses the server that carries the questions: the round
// fails, the next ones go through another server and name it.
func TestPausedOwnServer(t *testing.T) {
	slow(t)
	all := processes(t, nil, "east/n1", "east/n2", "east/n3")
	c := all["n1"].connect(t)
	whole(t, c, 3)
	all["n1"].signal(t, syscall.SIGSTOP)
	again, done := context.WithTimeout(t.Context(), time.Minute)
	defer done()
	for wait := time.Second; again.Err() == nil; wait *= 2 { // a busy machine needs more than a second
		connected := c.Conn().StatusChanged(nats.CONNECTED)
		if !c.Conn().IsConnected() {
			select {
			case <-connected:
			case <-again.Done():
			}
		}
		c.Conn().RemoveStatusListener(connected)
		round, cancel := context.WithTimeout(again, wait)
		s, err := c.Snapshot(round, fleet.Want{})
		cancel()
		if err != nil || len(s.Servers) != 2 || len(s.Missing) != 1 {
			continue
		}
		m := s.Missing[0]
		if m.Name != "n1" || m.Reason != fleet.Silent && m.Reason != fleet.Late {
			t.Errorf("missing %+v", m)
		}
		if m.Reason == fleet.Silent {
			return
		}
	}
	t.Error("no other server was asked")
}

func TestKilledAndRestartedServer(t *testing.T) {
	all := processes(t, nil, "east/n1", "east/n2", "east/n3")
	c := all["n1"].connect(t)
	whole(t, c, 3)
	all["n3"].kill(t)
	s := eventually(t, c, fleet.Want{}, func(s *fleet.Snapshot) bool { return len(s.Missing) == 1 && s.Missing[0].Reason == fleet.Gone })
	quick(t, s)
	if m := s.Missing[0]; m.Name != "n3" || m.LastSeen.IsZero() {
		t.Errorf("missing %+v", m)
	}
	stranger := all["n2"].connect(t)
	if s = snapshot(t, stranger, fleet.Want{}); len(s.Missing) != 1 || s.Missing[0].Reason != fleet.Gone || s.Missing[0].ID != "" {
		t.Errorf("to who has not seen it: missing %+v", s.Missing)
	}
	all["n3"].start(t)
	eventually(t, c, fleet.Want{}, func(s *fleet.Snapshot) bool {
		if len(s.Servers) == 3 && (!s.Complete() || s.Expected != 3) {
			t.Errorf("after the restart: missing %+v, problems %+v, expected %d, counted %d", s.Missing, s.Problems, s.Expected, s.Counted)
		}
		return len(s.Servers) == 3 && s.Counted == 4 && s.Forgotten == 1
	})
}

func TestFrozenGatewayEnd(t *testing.T) {
	slow(t)
	t.Parallel()
	all := processes(t, nil, "east/e1", "west/w1", "west/w2", "west/w3")
	c := all["e1"].connect(t)
	whole(t, c, 4)
	s := snapshot(t, c, fleet.Want{Kinds: []fleet.Kind{fleet.Gatewayz}})
	gate := s.Server(s.Server("e1").Gatewayz.OutboundGateways["west"].Connection.Name).Info.Name
	all[gate].signal(t, syscall.SIGSTOP)
	s = eventually(t, c, fleet.Want{}, func(s *fleet.Snapshot) bool { return len(s.Servers) == 1 })
	quick(t, s)
	if len(s.Servers) != 1 || len(s.Missing) != 3 {
		t.Fatalf("servers %v, missing %+v", names(s), s.Missing)
	}
	for _, m := range s.Missing {
		want, via := fleet.Behind, gate
		if m.Name == gate {
			want, via = fleet.Silent, ""
		}
		if m.Cluster != "west" || m.Reason != want || m.Via != via {
			t.Errorf("missing %+v, want %s via %q", m, want, via)
		}
	}
	if s = snapshot(t, c, fleet.Want{Scope: fleet.Scope{Cluster: "east"}}); !s.Complete() || len(s.Servers) != 1 {
		t.Errorf("asked for east: missing %+v", s.Missing)
	}
	if s.TookSeconds > 1 {
		t.Logf("asked for east: %.3fs", s.TookSeconds)
	}
	all[gate].signal(t, syscall.SIGCONT)
}

// TestFrozenWayBack pauses the server at which the gateways of another cluster
// end: it gets every request, and none of its answers comes back.
func TestFrozenWayBack(t *testing.T) {
	slow(t)
	t.Parallel()
	all := processes(t, nil, "east/e1-", "east/e2", "west/w1", "west/w2", "west/w3")
	c := all["e1"].connect(t)
	whole(t, c, 5)
	s := snapshot(t, c, fleet.Want{Kinds: []fleet.Kind{fleet.Gatewayz}})
	e2 := s.Server("e2").Info.ID
	var lost []string
	for _, sv := range s.Servers {
		if g := sv.Gatewayz.OutboundGateways["east"]; g != nil && g.Connection.Name == e2 {
			lost = append(lost, sv.Info.Name)
		}
	}
	if len(lost) == 0 {
		t.Fatal("no gateway of west leads to e2")
	}
	all["e2"].signal(t, syscall.SIGSTOP)
	s = eventually(t, c, fleet.Want{}, func(s *fleet.Snapshot) bool { return len(s.Missing) == 1+len(lost) })
	quick(t, s)
	for _, m := range s.Missing {
		want, via := fleet.Behind, "e2"
		if m.Name == "e2" {
			want, via = fleet.Silent, ""
		}
		if m.Reason != want || m.Via != via {
			t.Errorf("missing %+v, want %s via %q", m, want, via)
		}
	}
	all["e2"].signal(t, syscall.SIGCONT)
	whole(t, c, 5)
}
