//go:build !windows

package broker

import (
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// TestPhaseRefuses does nothing to a node that is in another phase.
func TestPhaseRefuses(t *testing.T) {
	t.Parallel()
	for _, phase := range []Phase{Starting, Running, Paused, Draining, Stopped, Exited} {
		alive := phase != Stopped && phase != Exited
		for what, c := range map[string]struct {
			do      func(*process) error
			refused bool
		}{
			"start":                   {(*process).start, alive},
			"kill":                    {(*process).kill, !alive},
			"lame duck":               {func(p *process) error { return p.lameDuck(2, 1) }, phase != Running},
			"lame duck without grace": {func(p *process) error { return drainNode(t.Context(), nil, p, nodeOrder{Duration: 1, Grace: 1}) }, true},
			"resume":                  {func(p *process) error { return resumeNode(t.Context(), nil, p, nodeOrder{}) }, phase != Paused},
			"pause":                   {func(p *process) error { return pauseNode(t.Context(), nil, p, nodeOrder{}) }, phase != Running && phase != Draining},
			"stop":                    {func(p *process) error { return stopNode(t.Context(), nil, p, nodeOrder{}) }, phase != Running && phase != Paused && phase != Draining},
			"reload":                  {func(p *process) error { return reloadNode(t.Context(), nil, p, nodeOrder{}) }, phase != Running},
		} {
			if !c.refused {
				continue
			}
			p := &process{plan: plan.Node{Name: "n1", Dir: filepath.Join(t.TempDir(), "none")}, phase: phase, loads: func() string { return "" }}
			if err := c.do(p); !errors.Is(err, ErrNode) || p.phase != phase || p.starts != 0 {
				t.Errorf("%s while %s: %v, then %s", what, phase, err, p.phase)
			}
		}
	}
}

// program is a process of a program in place of a server.
func program(t *testing.T, dir, script string) *process {
	t.Helper()
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir = dir
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil { // it has begun
		t.Fatal(err)
	}
	p := &process{plan: plan.Node{Name: "n1", Dir: dir}, phase: Running, other: true, cmd: cmd, done: make(chan struct{})}
	go p.reap(cmd, p.done)
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		<-p.done
	})
	return p
}

// TestStopIsClean lets a node finish what it does when it is asked to stop, and ends one that is paused, and so cannot, at once.
func TestStopIsClean(t *testing.T) {
	t.Parallel()
	const script = `trap "sleep 0.3; touch done; exit 0" TERM; echo begun; while :; do sleep 0.02; done`
	dir := t.TempDir()
	p := program(t, dir, script)
	p.stop(t.Context())
	if _, err := os.Stat(filepath.Join(dir, "done")); err != nil || !p.inPhase(Stopped) {
		t.Errorf("it was killed: %v, %s", err, p.phase)
	}
	paused := program(t, t.TempDir(), script)
	if err := paused.signal(host.SigPause, Paused, Running); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if paused.stop(t.Context()); time.Since(begun) >= stopTime || !paused.inPhase(Stopped) {
		t.Errorf("a paused one took %v and is %s", time.Since(begun), paused.phase)
	}
}

// TestNamesakeHasThePort takes no other server for the node: not one with another name, and not one with its name that answers in
// its place.
func TestNamesakeHasThePort(t *testing.T) {
	t.Parallel()
	s := stub.New(t, "n1", "N1")
	port := spectest.Must(strconv.Atoi(spectest.Must(url.Parse(s.Listen(t))).Port()))
	spawn := host.NewSpawner()
	t.Cleanup(spawn.Close)
	node := func(name string) *process {
		n := plan.Node{Name: name, Dir: t.TempDir()}
		n.Ports[plan.RoleClient] = port
		return &process{plan: n, spawn: spawn, next: "true", phase: Stopped, loads: func() string { return "" }}
	}
	for name, right := range map[string]bool{"n1": true, "n2": false, "": false} {
		if err := node(name).checkGreeting(t.Context()); (err == nil) != right {
			t.Errorf("%q: %v", name, err)
		}
	}
	p := node("n1")
	if err := p.startAndWait(t.Context()); !errors.Is(err, ErrNode) || p.inPhase(Running) {
		t.Errorf("it has ended, and its namesake answers: %v", err)
	}
}
