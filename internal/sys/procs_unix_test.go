//go:build unix

package sys_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
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
// in a minus when no gateway is to lead to it.
func processes(t *testing.T, bin map[string]string, names ...string) map[string]*proc {
	t.Helper()
	dir := t.TempDir()
	ports := freePorts(t, 3*len(names))
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
		p.start(t)
		out[p.name] = p
	}
	return out
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

// kill ends the server without a word.
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

// freePorts finds ports that nobody listens on, below those that systems give to
// outgoing connections: one of these would take such a port at any time.
func freePorts(t *testing.T, n int) []int {
	t.Helper()
	const lowest, highest = 15_000, 32_000
	ports := make([]int, 0, n)
	for range 100 * n {
		port := lowest + rand.IntN(highest-lowest)
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		defer l.Close()
		if ports = append(ports, port); len(ports) == n {
			return ports
		}
	}
	t.Fatal("no free ports")
	return nil
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
	all := processes(t, nil, "east/n1", "east/n2", "east/n3")
	c := all["n1"].connect(t)
	whole(t, c, 3)
	all["n1"].signal(t, syscall.SIGSTOP)
	again, done := context.WithTimeout(t.Context(), 30*time.Second)
	defer done()
	for again.Err() == nil {
		connected := c.Conn().StatusChanged(nats.CONNECTED)
		if !c.Conn().IsConnected() {
			select {
			case <-connected:
			case <-again.Done():
			}
		}
		c.Conn().RemoveStatusListener(connected)
		round, cancel := context.WithTimeout(again, time.Second)
		s, err := c.Snapshot(round, fleet.Want{})
		cancel()
		if err != nil || len(s.Servers) != 2 || len(s.Missing) != 1 {
			continue
		}
		if m := s.Missing[0]; m.Name != "n1" || m.Reason != fleet.Silent {
			t.Errorf("missing %+v", m)
		}
		return
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

// TestEndedServerIsForgotten has a server end in order: once the others count it
// no more, it is no longer remembered either.
func TestEndedServerIsForgotten(t *testing.T) {
	all := processes(t, nil, "east/n1", "east/n2", "east/n3")
	c := all["n1"].connect(t)
	whole(t, c, 3)
	if n := len(c.Roster()); n != 3 {
		t.Fatalf("%d servers are known", n)
	}
	all["n3"].signal(t, syscall.SIGTERM)
	eventually(t, c, fleet.Want{}, func(s *fleet.Snapshot) bool { return len(s.Servers) == 2 && s.Complete() && s.Counted == 2 })
	if known := c.Roster(); len(known) != 2 {
		t.Errorf("known: %+v", known)
	}
}

// One server is killed and still counted when another ends in order: the one
// who is missing is the one that said nothing.
func TestKilledAmongTheEnded(t *testing.T) {
	all := processes(t, nil, "east/n1", "east/n2", "east/n3", "east/n4")
	c := all["n1"].connect(t)
	whole(t, c, 4)
	ended := goodbyes(t, c, all["n2"])
	all["n3"].kill(t)
	hear(t, ended, "n4", func() { _ = all["n4"].cmd.Process.Signal(syscall.SIGTERM) })
	only := func(s *fleet.Snapshot) bool {
		return len(s.Servers) == 2 && len(s.Missing) == 1 && s.Missing[0].Name == "n3" && s.Missing[0].Reason == fleet.Gone
	}
	eventually(t, c, fleet.Want{}, only)
	for range 10 { // not by chance
		if s := snapshot(t, c, fleet.Want{}); !only(s) {
			t.Fatalf("servers %v, missing %+v", names(s), s.Missing)
		}
	}
}

// One server is counted twice, because it was killed and started again, when
// another drains or ends in order: nobody is missing, though more are counted
// than there are.
func TestEndedWhileAnotherIsCountedTwice(t *testing.T) {
	all := processes(t, nil, "east/n1", "east/n2", "east/n3", "east/n4", "east/n5")
	c := all["n1"].connect(t)
	whole(t, c, 5)
	ended := goodbyes(t, c, all["n2"])
	all["n3"].kill(t)
	all["n3"].start(t)
	eventually(t, c, fleet.Want{}, func(s *fleet.Snapshot) bool { return len(s.Servers) == 5 && s.Forgotten == 1 })
	for i, leave := range []struct {
		name string
		how  syscall.Signal
	}{{"n4", syscall.SIGUSR2}, {"n5", syscall.SIGTERM}} {
		hear(t, ended, leave.name, func() { _ = all[leave.name].cmd.Process.Signal(leave.how) })
		_ = all[leave.name].cmd.Wait()
		left := func(s *fleet.Snapshot) bool { return len(s.Servers) == 4-i && len(s.Missing) == 0 }
		eventually(t, c, fleet.Want{}, left)
		for range 10 { // not by chance
			if s := snapshot(t, c, fleet.Want{}); !left(s) {
				t.Fatalf("after %s: servers %v, missing %+v, counted %d", leave.name, names(s), s.Missing, s.Counted)
			}
		}
	}
}

// goodbyes listens for servers that announce their end, and returns their names
// once it hears what happens on a server.
func goodbyes(t *testing.T, c *sys.Client, by *proc) <-chan string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	ended := make(chan string, 8)
	go func() {
		for ev, err := range c.Events(ctx, fleet.EventShutdown, fleet.EventLameDuck, fleet.EventConnect) {
			switch {
			case err != nil:
			case ev.Kind == fleet.EventConnect:
				ended <- "listening"
			default:
				ended <- ev.Server
			}
		}
	}()
	hear(t, ended, "listening", func() { by.connect(t) })
	return ended
}

// hear does something until an event is heard.
func hear(t *testing.T, events <-chan string, want string, do func()) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for do(); ; {
		select {
		case got := <-events:
			if got == want {
				return
			}
		case <-tick.C:
			do()
		case <-deadline:
			t.Fatalf("no %s", want)
		}
	}
}

func TestFrozenGatewayEnd(t *testing.T) {
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

// oldServer finds a nats-server of another release.
func oldServer(t *testing.T) string {
	t.Helper()
	old, err := exec.LookPath("nats-server")
	switch {
	case err == nil:
	case os.Getenv("CI") != "":
		t.Fatal("no nats-server installed")
	default:
		t.Skip("no nats-server installed")
	}
	version, err := exec.Command(old, "--version").Output()
	if err != nil || !strings.Contains(string(version), " v2.9.") {
		t.Skipf("not an old nats-server: %s", version)
	}
	return old
}

// TestTokensAreHidden has a client fail with a token, which old servers tell in
// the place of its user.
func TestTokensAreHidden(t *testing.T) {
	const token = "s3cr3t-of-somebody"
	for name, bin := range map[string]string{"old": oldServer(t), "new": ""} {
		t.Run(name, func(t *testing.T) {
			all := processes(t, map[string]string{"n1": bin}, "east/n1")
			c := all["n1"].connect(t)
			heard := make(chan fleet.Event, 64)
			go func() {
				for ev, err := range c.Events(t.Context(), fleet.EventAuthError) {
					if err == nil {
						heard <- ev
					}
				}
			}()
			deadline := time.After(30 * time.Second)
			tick := time.NewTicker(200 * time.Millisecond)
			defer tick.Stop()
			var ev fleet.Event
			for ev.Kind == "" {
				if nc, err := nats.Connect(all["n1"].url(), nats.Token(token)); err == nil {
					nc.Close()
					t.Fatal("the token was taken")
				}
				select {
				case ev = <-heard:
				case <-tick.C:
				case <-deadline:
					t.Fatal("no event")
				}
			}
			s := snapshot(t, c, fleet.Want{Kinds: []fleet.Kind{fleet.Connz}, Conns: fleet.ConnWant{State: "closed"}})
			raw, err := c.Request(t.Context(), sys.Request{Kind: fleet.Connz, Options: map[string]any{"auth": true, "state": 1}})
			if err != nil {
				t.Fatal(err)
			}
			told, err := json.Marshal([]any{ev, s, raw})
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Servers[0].Connz.Conns) == 0 || !strings.Contains(ev.Who, "user [REDACTED]") {
				t.Errorf("closed connections: %+v; %s", s.Servers[0].Connz.Conns, ev.Who)
			}
			if strings.Contains(string(told), token) {
				t.Errorf("the token is told: %s", told)
			}
		})
	}
}

// TestAnswersLostBesideOldServers asks through an old server whose cluster gets
// the answers of the other one through a newer server, which drops those that
// come in before it knows of the inbox.
func TestAnswersLostBesideOldServers(t *testing.T) {
	all := processes(t, map[string]string{"old": oldServer(t)}, "east/old-", "east/new", "west/far")
	whole(t, all["old"].connect(t), 3)
	want := fleet.Want{Kinds: []fleet.Kind{fleet.Varz, fleet.Routez, fleet.Gatewayz, fleet.AccountStatz}}
	again := 0
	for range 30 {
		s := snapshot(t, all["old"].connect(t), want) // each on an inbox that nobody knows yet
		if len(s.Servers) != 3 || !s.Complete() {
			t.Errorf("servers %v, missing %+v, problems %+v", names(s), s.Missing, s.Problems)
		}
		if s.TookSeconds > 0.25 {
			again++
		}
	}
	t.Logf("%d of 30 rounds had to ask again", again)
}

// TestOldServer puts a server of another release, where one is installed, into
// a cluster with one of ours.
func TestOldServer(t *testing.T) {
	all := processes(t, map[string]string{"n2": oldServer(t)}, "east/n1", "east/n2")
	for _, via := range []string{"n1", "n2"} {
		c := all[via].connect(t)
		whole(t, c, 2)
		s := snapshot(t, c, everything())
		if len(s.Servers) != 2 || len(s.Missing) != 0 {
			t.Fatalf("via %s: servers %v, missing %+v", via, names(s), s.Missing)
		}
		for _, p := range s.Problems {
			if p.Server != "n2" || p.Reason != fleet.Unsupported || p.Kind != fleet.Raftz && p.Kind != fleet.Ipqueuesz {
				t.Errorf("via %s: problem %+v", via, p)
			}
		}
		if len(s.Problems) != 2 {
			t.Errorf("via %s: problems %+v", via, s.Problems)
		}
		if sv := s.Server("n2"); sv.Varz == nil || sv.Connz == nil || sv.Healthz == nil || sv.Jsz == nil || sv.AccountStatz == nil {
			t.Errorf("via %s: %+v", via, sv)
		}
		if s, err := c.Snapshot(t.Context(), fleet.Want{Scope: fleet.Scope{Name: "n"}}); !errors.Is(err, sys.ErrNoServer) {
			t.Errorf("a part of a name matched: %v, %v", s, err)
		}
	}
}
