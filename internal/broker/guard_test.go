package broker

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// unreachable is a cluster x whose supervisor lives and does not answer.
func unreachable(t *testing.T, kept bool) *Home {
	t.Helper()
	h := OpenHome(t.TempDir())
	remembered(t, h, named("x", 1), 1, func(s *state) { s.Kept, s.Up, s.Socket = kept, kept, filepath.Join(h.dir, "nothing") })
	t.Cleanup(spectest.Must(host.Lock(h.path("x", "alive"))))
	return h
}

// TestLivingClusterIsLeftAlone by a second start in the foreground, by a start of one that is being started, and by a rolling restart
// that cannot see whether all is well.
func TestLivingClusterIsLeftAlone(t *testing.T) {
	t.Parallel()
	h := unreachable(t, true)
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // it must not wait for the other one to end
	if err := h.Run(ctx, Order{Spec: named("x", 1)}, Launcher{}, false); !errors.Is(err, host.ErrBusy) || !strings.Contains(err.Error(), "already up") {
		t.Errorf("run: %v", err)
	}
	if s := spectest.Must(h.load("x")); !s.Up {
		t.Error("it is marked as down")
	}
	if err := h.RollingRestart(t.Context(), "x", RollingRestart{}); err == nil || !strings.HasPrefix(err.Error(), "before the first node: ") {
		t.Errorf("roll: %v", err)
	}
	starting := unreachable(t, false)
	release, s, err := starting.order(t.Context(), &Order{Spec: named("x", 1)})
	if err != nil || s.Socket == "" {
		t.Fatalf("%+v %v", s, err)
	}
	release()
}

// TestTakenPortStopsAStart of a cluster that was there before, before anything is written.
func TestTakenPortStopsAStart(t *testing.T) {
	t.Parallel()
	h := OpenHome(t.TempDir())
	s := remembered(t, h, named("x", 1), 1, nil)
	l := spectest.Must(net.Listen("tcp", "127.0.0.1:0"))
	defer l.Close()
	s.Plan.Nodes[0].Ports[plan.RoleClient] = l.Addr().(*net.TCPAddr).Port
	sv := newSupervisor(&h.store, s, Launcher{})
	t.Cleanup(sv.spawn.Close)
	if err := sv.start(t.Context(), func(s Step) { t.Errorf("it did %q", s.Text) }); !errors.Is(err, ErrPortInUse) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(s.Plan.Nodes[0].ConfigFile()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its configuration was written: %v", err)
	}
}

// TestUsersAreSavedFirst keeps the saved context of a new user, and a revocation that no server could be told of.
func TestUsersAreSavedFirst(t *testing.T) {
	t.Parallel()
	h := OpenHome(t.TempDir())
	sp := named("x", 1)
	sp.Auth = spec.AuthOperator
	sv := newSupervisor(&h.store, remembered(t, h, sp, 1, func(s *state) { s.Contexts = []string{"x"} }), Launcher{})
	t.Cleanup(sv.spawn.Close)
	if _, err := sv.addUser("APP", newUser{spec.User{Name: "carol"}, "x-carol"}); err != nil {
		t.Fatal(err)
	}
	before := spectest.Must(h.load("x"))
	if !slices.Equal(before.Contexts, []string{"x", "x-carol"}) || before.Plan.Spec.User("carol").Name == "" {
		t.Errorf("contexts %v, users %+v", before.Contexts, before.Plan.Spec.Accounts)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sv.revoke(ctx, "carol"); !errors.Is(err, client.ErrPush) {
		t.Errorf("no server runs: %v", err)
	}
	if after := spectest.Must(h.load("x")); after.Plan.Trust.Accounts["APP"].JWT == before.Plan.Trust.Accounts["APP"].JWT {
		t.Error("the revocation is not saved")
	}
}

// TestUnlistedStreamsMayBeLost says so where a change would lose them, and nowhere else.
func TestUnlistedStreamsMayBeLost(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*spec.Spec)
		alive  bool
		lost   bool
	}{
		"nothing":      {func(*spec.Spec) {}, true, false},
		"a node less":  {func(s *spec.Spec) { s.Clusters[0].Nodes-- }, true, true},
		"a restart":    {func(s *spec.Spec) { s.Clusters[0].Websocket = true }, true, true},
		"no JetStream": {func(s *spec.Spec) { s.NoJetStream = true }, true, true},
		"down":         {func(s *spec.Spec) { s.Clusters[0].Nodes-- }, false, false},
		"an account":   {func(s *spec.Spec) { s.Accounts = []spec.Account{{Name: "APP"}, {Name: "NEW"}} }, true, false},
	} {
		h := OpenHome(t.TempDir())
		old := remembered(t, h, named("x", 3), 1, nil).Plan
		for i := range old.Nodes {
			old.Nodes[i].Ports[plan.RoleClient] = 1 // a port without a listener
		}
		sp := named("x", 3)
		sp.Clusters = slices.Clone(sp.Clusters)
		c.change(&sp)
		next := spectest.Must(h.plan(spectest.Must(sp.Complete()), 1, &old))
		for i, n := range next.Nodes {
			next.Nodes[i].Ports[plan.RoleClient] = old.Node(n.Name).Ports[plan.RoleClient]
		}
		harm := strings.Join(impact(t.Context(), old, next, nil, c.alive).Harm, "; ")
		if strings.Contains(harm, "streams in memory may be lost: they could not be listed") != c.lost {
			t.Errorf("%s: %s", name, harm)
		}
	}
	p := spectest.Must(plan.New(spectest.Must(named("x", 1).Complete()), t.TempDir(), func(int, int, plan.Role) int { return 1 }, nil))
	if !hasAccount(p, spec.SystemAccount) || !hasAccount(p, "APP") || hasAccount(p, "NOPE") {
		t.Error("the accounts of a plan")
	}
}

// TestProgramIsNamedInFull refuses a program that would be another one in another directory.
func TestProgramIsNamedInFull(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("nats-server", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := checkProgram("nats-server"); !errors.Is(err, spec.ErrInvalid) || !strings.Contains(err.Error(), "must be absolute") {
		t.Errorf("got %v", err)
	}
}

// TestFailedStartIsUndone by the supervisor, even if whoever ordered it is killed before it hears of the failure, unless it asks for
// the files.
func TestFailedStartIsUndone(t *testing.T) {
	t.Parallel()
	for word, left := range map[string]bool{"": false, keepWord: true} {
		h := OpenHome(t.TempDir())
		taken := spectest.Must(net.Listen("tcp", "127.0.0.1:0"))
		defer taken.Close()
		remembered(t, h, named("x", 1), 1, func(s *state) {
			s.Kept, s.Up, s.Plan.Nodes[0].Ports[plan.RoleClient] = false, false, taken.Addr().(*net.TCPAddr).Port
		})
		in, caller := io.Pipe()
		answers, out := io.Pipe()
		done := make(chan error, 1)
		go func() { done <- h.Supervise(t.Context(), "x", Launcher{}, in, out) }()
		if err := messages(json.NewDecoder(answers), func(Step) {}, func(message) bool { return false }); !errors.Is(err, ErrPortInUse) {
			t.Fatalf("%v", err)
		}
		if _, err := h.load("x"); err != nil {
			t.Errorf("undone before the one who ordered it has heard of the failure: %v", err)
		}
		if word != "" {
			io.WriteString(caller, word)
		}
		caller.Close()
		if err := <-done; !errors.Is(err, ErrPortInUse) {
			t.Errorf("%v", err)
		}
		if _, err := h.load("x"); errors.Is(err, ErrUnknown) == left {
			t.Errorf("after %q: %v", word, err)
		}
	}
}
