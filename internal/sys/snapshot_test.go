package sys_test

import (
	"context"
	"errors"
	"flag"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/real"
)

// serverEnv makes this test binary a nats-server with the configuration file
// that it names.
const serverEnv = "NATSCTL_TEST_SERVER_CONFIG"

func TestMain(m *testing.M) {
	if conf := os.Getenv(serverEnv); conf != "" {
		serve(conf)
		return
	}
	if err := flag.Set("test.parallel", "4"); err != nil { // clusters wait more than they work
		panic(err)
	}
	goleak.VerifyTestMain(m, // an embedded server that is shut down while a stream is made leaves these behind
		goleak.IgnoreAnyFunction("github.com/nats-io/nats-server/v2/server.(*fileStore).flushStreamStateLoop"),
		goleak.IgnoreAnyFunction("github.com/nats-io/nats-server/v2/server/ats.Register.func1"))
}

// serve runs a nats-server until it is told to stop.
func serve(conf string) {
	opts, err := server.ProcessConfigFile(conf)
	if err != nil {
		panic(err)
	}
	s, err := server.NewServer(opts)
	if err != nil {
		panic(err)
	}
	s.Start()
	s.WaitForShutdown()
}

// everything is a want of all that a snapshot can hold.
func everything() fleet.Want {
	return fleet.Want{Kinds: []fleet.Kind{
		fleet.Varz, fleet.Connz, fleet.Routez, fleet.Gatewayz, fleet.Leafz, fleet.Subsz, fleet.Accountz,
		fleet.AccountStatz, fleet.Jsz, fleet.Healthz, fleet.Raftz, fleet.Ipqueuesz,
	}}
}

// slow skips a test that takes seconds where only quick ones are wanted.
func slow(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes seconds")
	}
}

func connect(t *testing.T, n *broker.Node, opts ...sys.Option) *sys.Client {
	t.Helper()
	nc, err := n.ConnectSys()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return sys.New(nc, opts...)
}

func names(s *fleet.Snapshot) (out []string) {
	for _, sv := range s.Servers {
		out = append(out, sv.Info.Name)
	}
	return out
}

// eventually repeats ask until ok, for at most half a minute.
func eventually(t *testing.T, c *sys.Client, want fleet.Want, ok func(*fleet.Snapshot) bool) *fleet.Snapshot {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	var last *fleet.Snapshot
	for {
		s, err := c.Snapshot(ctx, want)
		if err != nil {
			t.Fatalf("%v; before: %+v", err, last)
		}
		if last = s; ok(s) {
			return s
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("not in time; last: servers %v missing %+v problems %+v counted %d", names(s), s.Missing, s.Problems, s.Counted)
		}
	}
}

func TestSnapshotOfEverything(t *testing.T) {
	slow(t)
	t.Parallel()
	c := real.Start(t, spec.Super(2, "east", "west").WithLeaf("edge", 1, "east"))
	for _, n := range []string{"east-1", "west-2", "edge"} {
		t.Run("from "+n, func(t *testing.T) {
			s := eventually(t, connect(t, c.Node(n)), everything(), func(s *fleet.Snapshot) bool {
				return s.Complete() && len(s.Servers) == 5
			})
			if got, want := names(s), []string{"edge", "east-1", "east-2", "west-1", "west-2"}; !equalSet(got, want) {
				t.Errorf("servers %v, want %v", got, want)
			}
			if s.Counted != 5 || s.Expected != 5 || s.AskedBy != n {
				t.Errorf("counted %d, expected %d, asked by %s", s.Counted, s.Expected, s.AskedBy)
			}
			for _, sv := range s.Servers {
				if sv.Statsz == nil || sv.Varz == nil || sv.Connz == nil || sv.Routez == nil || sv.Gatewayz == nil ||
					sv.Leafz == nil || sv.Subsz == nil || sv.Accountz == nil || sv.AccountStatz == nil || sv.Jsz == nil ||
					sv.Healthz == nil || sv.Raftz == nil || sv.Ipqueuesz == nil {
					t.Errorf("%s: an answer is nil: %+v", sv.Info.Name, sv)
				}
				if sv.RTTSeconds <= 0 {
					t.Errorf("%s: no round trip time", sv.Info.Name)
				}
			}
		})
	}
}

func TestScope(t *testing.T) {
	t.Parallel()
	c := real.Start(t, spec.Super(2, "east", "east2"))
	client := connect(t, c.Node("east-1"))
	eventually(t, client, fleet.Want{}, func(s *fleet.Snapshot) bool { return len(s.Servers) == 4 })
	for _, tc := range []struct {
		name  string
		scope fleet.Scope
		want  []string
	}{
		{"cluster is exact", fleet.Scope{Cluster: "east"}, []string{"east-1", "east-2"}},
		{"name", fleet.Scope{Name: "east2-1"}, []string{"east2-1"}},
		{"id", fleet.Scope{Name: c.Node("east-2").ID()}, []string{"east-2"}},
		{"tag in any case", fleet.Scope{Tags: []string{"Cluster:East2"}}, []string{"east2-1", "east2-2"}},
		{"host", fleet.Scope{Host: "127.0.0.1", Cluster: "east"}, []string{"east-1", "east-2"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := client.Snapshot(t.Context(), fleet.Want{Kinds: []fleet.Kind{fleet.Varz}, Scope: tc.scope})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(names(s), tc.want) || !s.Complete() || s.Expected != len(tc.want) {
				t.Errorf("got %v of %d, missing %v, problems %v", names(s), s.Expected, s.Missing, s.Problems)
			}
			for _, sv := range s.Servers {
				if sv.Varz == nil {
					t.Errorf("%s: no VARZ", sv.Info.Name)
				}
			}
		})
	}
}

func TestNoSuchServer(t *testing.T) {
	c := real.Start(t, spec.Nodes(3))
	client := connect(t, c.Node("dev-1"))
	eventually(t, client, fleet.Want{}, func(s *fleet.Snapshot) bool { return len(s.Servers) == 3 })
	for _, tc := range []struct {
		scope      fleet.Scope
		suggestion string
	}{
		{fleet.Scope{Name: "dve-2"}, "dev-2"},
		{fleet.Scope{Cluster: "DEV"}, "dev"},
		{fleet.Scope{Name: "entirely-else"}, ""},
		{fleet.Scope{Tags: []string{"nope"}}, ""},
	} {
		begin := time.Now()
		_, err := client.Snapshot(t.Context(), fleet.Want{Scope: tc.scope})
		var no *sys.NoServerError
		if !errors.As(err, &no) || !errors.Is(err, sys.ErrNoServer) || no.Suggestion != tc.suggestion {
			t.Errorf("%+v: %v, suggestion %+v", tc.scope, err, no)
		}
		if d := time.Since(begin); d > 5*time.Second {
			t.Errorf("%+v: took %s", tc.scope, d)
		}
	}
}

func TestNotSystemAccount(t *testing.T) {
	c := real.Start(t, spec.Single())
	nc, err := c.Connect("app")
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	_, err = sys.New(nc).Snapshot(t.Context(), fleet.Want{})
	var not *sys.NotSystemError
	if !errors.As(err, &not) || not.Account != "APP" {
		t.Fatalf("got %v", err)
	}
}

func TestClosedConnection(t *testing.T) {
	c := real.Start(t, spec.Single())
	client := connect(t, c.Nodes()[0])
	client.Conn().Close()
	if _, err := client.Snapshot(t.Context(), fleet.Want{}); !errors.Is(err, sys.ErrDisconnected) {
		t.Fatalf("got %v", err)
	}
}

func TestErrorHandlerIsChained(t *testing.T) {
	c := real.Start(t, spec.Spec{Accounts: []spec.Account{{Name: "APP", Users: []spec.User{{
		Name: "app", Permissions: spec.Permissions{DenyPub: []string{"$SYS.>"}},
	}}}}})
	heard := make(chan error, 4)
	nc, err := c.Connect("app", nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { heard <- err }))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	_, err = sys.New(nc).Snapshot(t.Context(), fleet.Want{})
	var denied *sys.PermissionError
	if !errors.As(err, &denied) || denied.Subject != "$SYS.REQ.SERVER.PING.STATSZ" || denied.Subscribe || !errors.Is(err, sys.ErrNotSystem) {
		t.Fatalf("got %v", err)
	}
	select {
	case err := <-heard:
		if !errors.Is(err, nats.ErrPermissionViolation) {
			t.Errorf("handler got %v", err)
		}
	case <-t.Context().Done():
	}
}

func TestPingStreams(t *testing.T) {
	c := real.Start(t, spec.Nodes(3))
	client := connect(t, c.Node("dev-2"))
	eventually(t, client, fleet.Want{}, func(s *fleet.Snapshot) bool { return len(s.Servers) == 3 && s.Complete() })
	var got []string
	for sv, err := range client.Ping(t.Context(), fleet.Scope{}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, sv.Info.Name)
	}
	if !equalSet(got, []string{"dev-1", "dev-2", "dev-3"}) {
		t.Errorf("got %v", got)
	}
	for range client.Ping(t.Context(), fleet.Scope{}) {
		break // must not hang or leak
	}
}

func equalSet(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

func TestInboxDenied(t *testing.T) {
	c := real.Start(t, spec.Spec{Accounts: []spec.Account{{Name: "APP", Users: []spec.User{{
		Name: "app", Permissions: spec.Permissions{DenySub: []string{"_INBOX.>"}},
	}}}}})
	nc, err := c.Connect("app")
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	began := time.Now()
	_, err = sys.New(nc, sys.WithTimeout(time.Minute)).Snapshot(t.Context(), fleet.Want{})
	var denied *sys.PermissionError
	if !errors.As(err, &denied) || !denied.Subscribe {
		t.Fatalf("got %v", err)
	}
	if d := time.Since(began); d > 20*time.Second {
		t.Errorf("waited %s for an answer that cannot be heard", d)
	}
}
