//go:build !windows

package broker

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/link"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// TestMain makes the test binary also the program of the processes that the tests start.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[0] == "natsctl-test" {
		os.Exit(child(os.Args[1], os.Args[2])) //nolint:forbidigo // a process of a cluster, not the test
	}
	if err := flag.Set("test.parallel", "8"); err != nil { // clusters wait more than they work
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// child is what the test binary does as a process of a cluster.
func child(role, what string) int {
	var err error
	switch role {
	case "node":
		err = RunNode(context.Background(), what, os.Stdin)
	case "supervisor":
		h := OpenHome(filepath.Dir(spectest.Must(os.Getwd())))
		err = h.Supervise(context.Background(), what, launcher(), os.Stdin, os.Stdout)
	case "up": // which never says that it is content
		h := OpenHome(os.Getenv("TEST_HOME"))
		_, _, err = h.Up(context.Background(), Order{Spec: named(what, 3), Slot: -1, Ready: func(Record) error {
			if err := os.WriteFile(h.path(what, "ready"), nil, 0o600); err != nil {
				return err
			}
			<-time.After(time.Hour)
			return nil
		}}, launcher())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func launcher() Launcher {
	return Launcher{Program: spectest.Must(os.Executable()), Name: "natsctl-test", Node: []string{"node"}, Supervisor: []string{"supervisor"}}
}

// home is an empty Home; what is left in it at the end of the test is stopped.
func home(t *testing.T) *Home {
	t.Helper()
	h := OpenHome(t.TempDir())
	t.Cleanup(func() {
		names, _ := h.names()
		for _, name := range names {
			if err := h.Delete(context.Background(), name); err != nil {
				t.Errorf("delete %s: %v", name, err)
			}
		}
	})
	return h
}

// up starts a cluster of processes for the time of a test.
func up(t *testing.T, h *Home, o Order) Record {
	t.Helper()
	o.Slot = -1
	var (
		r       Record
		changed bool
	)
	testcluster.Retry(t, "answer", func() (err error) {
		if r, changed, err = h.Up(t.Context(), o, launcher()); !errors.Is(err, ErrPortInUse) {
			if err != nil {
				t.Fatal(err)
			}
			return nil
		}
		return err // the tests of another package found the ports of a cluster that is down free: they will be again
	})
	if !changed {
		t.Error("nothing changed")
	}
	return r
}

// pids are the processes of a cluster, the supervisor first.
func pids(t *testing.T, h *Home, name string) []int {
	t.Helper()
	s, err := h.Status(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	out := []int{s.PID}
	for _, n := range s.Nodes {
		out = append(out, n.PID)
	}
	return out
}

// gone waits until none of the processes exists.
func gone(t *testing.T, pids []int) {
	t.Helper()
	testcluster.Retry(t, "answer", func() error {
		for _, pid := range pids {
			if exists(pid) {
				return fmt.Errorf("process %d is left", pid)
			}
		}
		return nil
	})
}

// exists says whether there is such a process that is not a zombie, which it is until its parent asks for its status.
func exists(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return !errors.Is(err, os.ErrNotExist)
	}
	rest := string(stat[strings.LastIndexByte(string(stat), ')')+1:])
	return !strings.HasPrefix(rest, " Z")
}

func TestUpDownDelete(t *testing.T) {
	costly(t)
	t.Parallel()
	h := home(t)
	begun := time.Now()
	r := up(t, h, Order{Spec: named("one", 3), Report: func(s Step) { t.Logf("%s: %v", s.Text, s.Took) }})
	t.Logf("up after %v", time.Since(begun))
	if r.Life != Up || len(r.Nodes) != 3 {
		t.Fatalf("got %+v", r)
	}
	if again, changed, err := h.Up(t.Context(), Order{Spec: named("one", 3), Given: true, Slot: -1}, launcher()); err != nil || changed || again.Life != Up {
		t.Errorf("second up: %v %v %v", again.Life, changed, err)
	}
	s, err := h.Status(t.Context(), "one")
	if err != nil || !s.Complete {
		t.Errorf("status: %+v %v", s, err)
	}
	all := pids(t, h, "one")
	if err := h.Down(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	gone(t, all)
	if r, err = h.Record("one"); err != nil || r.Life != Down {
		t.Errorf("after down: %v %v", r.Life, err)
	}
	if _, err := h.Status(t.Context(), "one"); !errors.Is(err, ErrDown) {
		t.Errorf("status of a stopped cluster: %v", err)
	}
	if r = up(t, h, Order{Spec: spec.Spec{Name: "one"}}); len(r.Nodes) != 3 {
		t.Errorf("up again has %d nodes", len(r.Nodes))
	}
	if err := h.Delete(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	if left := spectest.Must(os.ReadDir(h.dir)); len(left) != 1 { // the lock of the slots
		t.Errorf("left over: %v", left)
	}
	if _, err := h.Record("one"); !errors.Is(err, ErrUnknown) {
		t.Errorf("after delete: %v", err)
	}
}

func TestKilledSupervisor(t *testing.T) {
	costly(t)
	t.Parallel()
	h := home(t)
	up(t, h, Order{Spec: named("killed", 2)})
	all := pids(t, h, "killed")
	if err := h.Node(t.Context(), "killed", "killed-2", "pause", 0, 0); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(all[0], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	gone(t, all)
	testcluster.Retry(t, "answer", func() error { // the lock goes with the last thread of the process
		if r, err := h.Record("killed"); err != nil || r.Life != Crashed {
			return fmt.Errorf("got %v: %w", r.Life, err)
		}
		return nil
	})
	up(t, h, Order{Spec: spec.Spec{Name: "killed"}})
}

// TestKilledUp kills the process that ordered a cluster when its supervisor has begun, and when all runs but before it has the
// word that it is to be kept.
func TestKilledUp(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"alive", "ready"} {
		t.Run(when, func(t *testing.T) {
			h := home(t)
			cmd := launcher().Command([]string{"up"}, "half")
			cmd.Env = append(os.Environ(), "TEST_HOME="+h.dir)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			testcluster.Retry(t, "answer", func() error {
				if _, err := os.Stat(h.path("half", when)); err != nil {
					return err
				}
				if !h.alive("half") {
					return errors.New("no supervisor yet")
				}
				return nil
			})
			cmd.Process.Kill()
			cmd.Wait()
			testcluster.Retry(t, "answer", func() error {
				if names, err := h.names(); err != nil || len(names) > 0 {
					return fmt.Errorf("left over: %v: %w", names, err)
				}
				return nil
			})
		})
	}
}

func TestTwoUpsAtOnce(t *testing.T) {
	h := home(t)
	errs := make(chan error)
	for range 2 {
		go func() {
			_, _, err := h.Up(context.Background(), Order{Spec: named("twin", 1), Slot: -1}, launcher())
			errs <- err
		}()
	}
	for range 2 {
		if err := <-errs; err != nil && !errors.Is(err, host.ErrBusy) {
			t.Error(err)
		}
	}
	if r, err := h.Record("twin"); err != nil || r.Life != Up {
		t.Errorf("got %v %v", r.Life, err)
	}
}

func TestFailedReadyUndoes(t *testing.T) {
	h := home(t)
	var forgotten []string
	h.Forget = func(names []string) error { forgotten = names; return nil }
	oops := errors.New("oops")
	_, _, err := h.Up(t.Context(), Order{
		Spec: named("bad", 1), Slot: -1,
		Contexts: func(Record) ([]string, error) { return []string{"bad", "bad-sys"}, nil },
		Ready:    func(Record) error { return oops },
	}, launcher())
	if !errors.Is(err, oops) || len(forgotten) != 2 {
		t.Errorf("got %v, forgotten %v", err, forgotten)
	}
	if names, _ := h.names(); len(names) > 0 {
		t.Errorf("left over: %v", names)
	}
}

func TestNodeLife(t *testing.T) {
	costly(t)
	t.Parallel()
	h := home(t)
	up(t, h, Order{Spec: named("life", 3)})
	phase := func(want Phase) {
		t.Helper()
		testcluster.Retry(t, "answer", func() error {
			s, err := h.Status(t.Context(), "life")
			if err != nil || s.Nodes[1].Phase != want {
				return fmt.Errorf("%v: %w", s.Nodes, err)
			}
			return nil
		})
	}
	for _, step := range []struct {
		do   string
		want Phase
	}{{"pause", Paused}, {"resume", Running}, {"kill", Exited}, {"start", Running}, {"stop", Stopped}, {"start", Running}, {"restart", Running}, {"lame-duck", Stopped}} {
		if err := h.Node(t.Context(), "life", "life-2", step.do, time.Second, 100*time.Millisecond); err != nil {
			t.Fatalf("%s: %v", step.do, err)
		}
		phase(step.want)
	}
	for do, node := range map[string]string{"stop": "life-2", "resume": "life-1", "fly": "life-1", "kill": "life-9"} {
		if err := h.Node(t.Context(), "life", node, do, 0, 0); !errors.Is(err, ErrNode) {
			t.Errorf("%s %s: %v", do, node, err)
		}
	}
}

func TestForeground(t *testing.T) {
	h := home(t)
	ctx, cancel := context.WithCancel(t.Context())
	o := Order{Spec: named("fore", 1), Slot: -1, Ready: func(r Record) error {
		if r.Name != "fore" {
			t.Errorf("got %+v", r)
		}
		cancel()
		return nil
	}}
	if err := h.Run(ctx, o, launcher(), false); err != nil {
		t.Fatal(err)
	}
	if names, _ := h.names(); len(names) > 0 {
		t.Errorf("left over: %v", names)
	}
}

func TestFaultsOfProcesses(t *testing.T) {
	t.Parallel()
	h := home(t)
	up(t, h, Order{Spec: named("cut", 2)})
	f, err := h.Inject(t.Context(), "cut", link.Fault{Kind: link.Partition, A: "cut-1", B: "cut-2"})
	if err != nil || f.ID == 0 {
		t.Fatal(f, err)
	}
	if all, err := h.Faults(t.Context(), "cut"); err != nil || len(all) != 1 {
		t.Errorf("got %v %v", all, err)
	}
	if n, err := h.Heal(t.Context(), "cut", f.ID); err != nil || n != 1 {
		t.Errorf("healed %d: %v", n, err)
	}
	if _, err := h.Heal(t.Context(), "cut", 99); !errors.Is(err, link.ErrFault) {
		t.Errorf("got %v", err)
	}
	if err := h.Ready(t.Context(), "cut"); err != nil {
		t.Error(err)
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	h := home(t)
	up(t, h, Order{Spec: named("grow", 3)})
	before := spectest.Must(h.Record("grow")).Identities
	for _, nodes := range []int{4, 3} {
		var diff []string
		r, changed, err := h.Up(t.Context(), Order{Spec: named("grow", nodes), Given: true, Slot: -1, Changes: func(c Change) error { diff = c.Lines; return nil }}, launcher())
		if err != nil || !changed || len(r.Nodes) != nodes || len(diff) != 1 {
			t.Fatalf("%d nodes: %+v %v %v %v", nodes, r.Nodes, changed, diff, err)
		}
		s, err := h.Status(t.Context(), "grow")
		if err != nil || !s.Complete {
			t.Errorf("%d nodes: %+v %v", nodes, s, err)
		}
	}
	r := spectest.Must(h.Record("grow"))
	if r.Identities[1] != before[1] {
		t.Error("the user has another secret")
	}
	if _, err := os.Stat(filepath.Join(r.Dir, "nodes", "grow-4")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the files of a node that was dropped: %v", err)
	}
}
