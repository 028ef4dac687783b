//go:build !windows

package broker

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// TestUpgrade rolls a cluster from an older nats-server to the embedded one while a client publishes: what was acknowledged is
// there afterwards. The way back is refused.
func TestUpgrade(t *testing.T) {
	costly(t)
	t.Parallel()
	old, err := exec.LookPath("nats-server")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("needs a nats-server")
	}
	h := home(t)
	up(t, h, Order{Spec: named("rise", 3), Program: old})
	orders(t, h, "rise")
	w, err := spectest.Must(h.Fleet("rise")).StartPublisher(t.Context(), "", "orders.new")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	embedded := ""
	if err := h.RollingRestart(t.Context(), "rise", RollingRestart{Program: &embedded}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.After(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	seen, err := w.Finish(t.Context())
	if err != nil || seen.Lost > 0 {
		t.Errorf("got %+v, %v", seen, err)
	}
	t.Logf("%+v", seen)
	version, err := versionOf(t.Context(), old)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.RollingRestart(t.Context(), "rise", RollingRestart{Program: &old}); older(version, spectest.Must(versionOf(t.Context(), ""))) && !errors.Is(err, ErrProgram) {
		t.Errorf("back to %s: %v", version, err)
	}
}

// TestProgramIsKept changes a cluster of another nats-server, stops it and starts it again: its node runs that program, and
// not the embedded one.
func TestProgramIsKept(t *testing.T) {
	t.Parallel()
	old := testcluster.Program(t, "2.9")
	h := home(t)
	up(t, h, Order{Spec: named("keep", 1), Program: old})
	version := strings.TrimPrefix(spectest.Must(versionOf(t.Context(), old)), "v")
	runs := func(what string) {
		t.Helper()
		for _, n := range spectest.Must(h.Record("keep")).Nodes {
			nc := spectest.Must(spectest.Must(h.Fleet("keep")).Connect(n.ClientURL, spec.SystemUser, nil))
			if got := nc.ConnectedServerVersion(); got != version {
				t.Errorf("%s: %s runs %s, want %s", what, n.Name, got, version)
			}
			nc.Close()
		}
	}
	runs("made")
	tagged := Order{Spec: spec.Spec{Name: "keep"}, Slot: -1, Changes: func(Change) error { return nil }, Amend: func(now spec.Spec) (spec.Spec, error) {
		now.Clusters = []spec.Cluster{{Name: "keep", Nodes: 1, Websocket: true}}
		return now, nil
	}}
	up(t, h, tagged)
	runs("changed while it runs")
	if err := h.Down(t.Context(), "keep"); err != nil {
		t.Fatal(err)
	}
	up(t, h, Order{Spec: spec.Spec{Name: "keep"}, Slot: -1})
	runs("started again")
}

// TestProgramThatRefuses is a nats-server that does not understand the configuration: nothing starts, and its words are told.
func TestProgramThatRefuses(t *testing.T) {
	t.Parallel()
	h := home(t)
	fake := filepath.Join(t.TempDir(), "nats-server")
	const script = "#!/bin/sh\n[ \"$1\" = --version ] && echo 'nats-server: v2.9.10' && exit\necho 'nats-server: nats.conf:1:1: unknown field \"x\"'\nexit 1\n"
	if err := os.WriteFile(fake, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	_, _, err := h.Up(t.Context(), Order{Spec: named("no", 2), Slot: -1, Program: fake}, launcher())
	if !errors.Is(err, spec.ErrInvalid) || !strings.Contains(err.Error(), `v2.9.10`) || !strings.Contains(err.Error(), `unknown field "x"`) {
		t.Errorf("got %v", err)
	}
	if names, _ := h.names(); len(names) > 0 {
		t.Errorf("left over: %v", names)
	}
}

// TestChangeWhileRunning adds an account to a running cluster: no server restarts, and a user that was added to it stays.
func TestChangeWhileRunning(t *testing.T) {
	t.Parallel()
	h := home(t)
	sp := named("live", 2)
	sp.Auth, sp.Accounts = spec.AuthOperator, []spec.Account{{Name: "APP"}}
	up(t, h, Order{Spec: sp})
	before := pids(t, h, "live")
	if _, err := h.NewUser(t.Context(), "live", "APP", spec.User{Name: "carol"}, "live-carol"); err != nil {
		t.Fatal(err)
	}
	sp.Accounts = append(sp.Accounts, spec.Account{Name: "NEW"})
	var diff []string
	whole := true
	r, changed, err := h.Up(t.Context(), Order{Spec: sp, Given: true, Slot: -1, Changes: func(c Change) error { diff, whole = c.Lines, len(c.Harm) > 0; return nil }}, launcher())
	if err != nil || !changed || whole || len(diff) != 2 || !strings.HasPrefix(diff[1], "= accounts[APP].users[carol]: kept") {
		t.Fatalf("got %v %v %v %v", changed, whole, diff, err)
	}
	if after := pids(t, h, "live"); !slices.Equal(before, after) {
		t.Errorf("processes %v became %v", before, after)
	}
	for _, user := range []string{"carol", "new"} {
		if !slices.ContainsFunc(r.Identities, func(i plan.Identity) bool { return i.User == user }) {
			t.Errorf("there is no %s", user)
		}
		s := spectest.Must(h.load("live"))
		nc, err := client.Fleet{Plan: s.Plan}.Connect(s.Plan.URLsExcept(nil), user, nil)
		if err != nil {
			t.Errorf("%s: %v", user, err)
			continue
		}
		nc.Close()
	}
}
