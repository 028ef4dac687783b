package sys_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/real"
)

// infoOf finds one server of a cluster by its name.
func infoOf(t *testing.T, c *sys.Client, name string) *fleet.Server {
	t.Helper()
	s := eventually(t, c, fleet.Want{Kinds: []fleet.Kind{fleet.Connz}, Scope: fleet.Scope{Name: name}}, func(s *fleet.Snapshot) bool { return len(s.Servers) == 1 })
	return s.Servers[0]
}

func TestReload(t *testing.T) {
	c := real.Start(t, spec.Nodes(2))
	client := connect(t, c.Node("dev-1"))
	info := infoOf(t, client, "dev-2").Info
	conf := c.Node("dev-2").ConfigFile()
	good, err := os.ReadFile(conf)
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, err := client.Reload(t.Context(), info)
	if err != nil || r.Changed() || r.Before.Digest == "" {
		t.Fatalf("unchanged: %+v, %v", r, err)
	}
	write(string(good) + "\nmax_payload: 2MB\n")
	r, err = client.Reload(t.Context(), info)
	if err != nil || !r.Changed() || !r.After.Loaded.After(r.Before.Loaded) {
		t.Errorf("changed: %+v, %v", r, err)
	}
	write(string(good) + "\nauthorization { users = [ \n")
	_, err = client.Reload(t.Context(), info)
	var refused *sys.RefusedError
	if !errors.As(err, &refused) || refused.Server != "dev-2" || !strings.Contains(refused.Words, "arse") {
		t.Errorf("broken: %v", err)
	}
	c.Node("dev-2").Stop()
	eventually(t, client, fleet.Want{}, func(s *fleet.Snapshot) bool { return len(s.Servers) == 1 && len(s.Missing) == 0 })
	if _, err := client.Reload(t.Context(), info); !errors.Is(err, sys.ErrNoServer) {
		t.Errorf("gone: %v", err)
	}
}

func TestActWithoutPermission(t *testing.T) {
	user := spec.User{Name: "app", Permissions: spec.Permissions{DenyPub: []string{"$SYS.REQ.SERVER.*.CONNZ"}}}
	c := real.Start(t, spec.Spec{Accounts: []spec.Account{{Name: "APP", Users: []spec.User{user}}}})
	nc, err := c.Connect("app")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	sysClient := connect(t, c.Nodes()[0])
	info := infoOf(t, sysClient, c.Nodes()[0].Name())
	began := time.Now()
	for r := range sys.New(nc).KickAll(t.Context(), []sys.Conn{{Server: info.Info, Info: info.Connz.Conns[0]}}, sys.Pace{}) {
		if !errors.Is(r.Err, sys.ErrPermission) {
			t.Errorf("%+v", r)
		}
	}
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("it took %v to notice", took)
	}
}

// crowd connects n clients of one name to a node.
func crowd(t *testing.T, n *broker.Node, name string, count int) (out []*nats.Conn) {
	t.Helper()
	for range count {
		nc, err := n.Connect("app", nats.Name(name), nats.NoReconnect())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(nc.Close)
		out = append(out, nc)
	}
	return out
}

func connsOf(sv *fleet.Server, name string) (out []sys.Conn) {
	for _, c := range sv.Connz.Conns {
		if c.Name == name {
			out = append(out, sys.Conn{Server: sv.Info, Info: c})
		}
	}
	return out
}

func TestKickHitsExactlyTheScope(t *testing.T) {
	c := real.Start(t, spec.Nodes(1))
	n := c.Nodes()[0]
	client := connect(t, n)
	victims, others := crowd(t, n, "worker", 20), crowd(t, n, "worker-2", 20)
	sv := infoOf(t, client, n.Name())
	targets := connsOf(sv, "worker")
	stranger := *targets[0].Info
	stranger.Start = stranger.Start.Add(-time.Hour) // as if the number had belonged to somebody else
	plan := append(slices.Clone(targets[1:]), sys.Conn{Server: sv.Info, Info: &stranger})
	victims[5].Close()
	counts := map[sys.KickOutcome]int{}
	began := time.Now()
	for r := range client.KickAll(t.Context(), plan, sys.Pace{PerSecond: 100}) {
		counts[r.Outcome]++
		if r.Err != nil {
			t.Error(r.Err)
		}
	}
	if took := time.Since(began); took < 150*time.Millisecond {
		t.Errorf("20 kicks at 100 a second took only %v", took)
	}
	if counts[sys.Kicked]+counts[sys.Left] != 19 || counts[sys.Left] > 1 || counts[sys.Another] != 1 {
		t.Errorf("outcomes %v", counts)
	}
	closed := 0
	eventually(t, client, fleet.Want{Kinds: []fleet.Kind{fleet.Connz}}, func(s *fleet.Snapshot) bool {
		return len(connsOf(s.Servers[0], "worker")) <= 1
	})
	for i, nc := range others {
		if nc.IsClosed() {
			t.Errorf("bystander %d was kicked", i)
		}
	}
	for _, nc := range victims {
		if nc.IsClosed() {
			closed++
		}
	}
	if closed < 19 {
		t.Errorf("%d of 19 victims are closed", closed)
	}
}

func TestKickCanBeStopped(t *testing.T) {
	c := real.Start(t, spec.Nodes(1))
	n := c.Nodes()[0]
	client := connect(t, n)
	crowd(t, n, "worker", 10)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	kicked, told := 0, map[uint64]sys.KickOutcome{}
	plan := connsOf(infoOf(t, client, n.Name()), "worker")
	for r := range client.KickAll(ctx, plan, sys.Pace{PerSecond: 20}) {
		if told[r.Info.Cid] != "" {
			t.Errorf("told twice of connection %d", r.Info.Cid)
		}
		told[r.Info.Cid] = r.Outcome
		if r.Outcome == sys.Kicked {
			kicked++
		}
		if kicked == 2 {
			cancel()
		}
	}
	if kicked < 2 {
		t.Errorf("%d kicked after a stop at 2", kicked)
	}
	there := map[uint64]bool{}
	for _, conn := range connsOf(infoOf(t, client, n.Name()), "worker") {
		there[conn.Info.Cid] = true
	}
	for _, conn := range plan {
		if cid := conn.Info.Cid; there[cid] != (told[cid] == sys.Untried) {
			t.Errorf("connection %d is told as %q, there: %v", cid, told[cid], there[cid])
		}
	}
}

func TestProfile(t *testing.T) {
	c := real.Start(t, spec.Nodes(1))
	client := connect(t, c.Nodes()[0])
	info := infoOf(t, client, c.Nodes()[0].Name()).Info
	for _, name := range sys.Profiles() {
		data, err := client.Profile(t.Context(), info, name, 100*time.Millisecond)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		zr, err := gzip.NewReader(bytes.NewReader(data))
		if err == nil {
			_, err = io.Copy(io.Discard, zr)
		}
		if err != nil {
			t.Errorf("%s is no profile: %v", name, err)
		}
	}
	if _, err := client.Profile(t.Context(), info, "cpu", time.Minute); !errors.Is(err, sys.ErrProfile) {
		t.Errorf("too long: %v", err)
	}
	if _, err := client.Profile(t.Context(), info, "soul", 0); !errors.Is(err, sys.ErrProfile) {
		t.Errorf("unknown: %v", err)
	}
}
