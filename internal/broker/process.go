package broker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/plan"
)

// Phase is the phase of a node's life cycle.
type Phase string

// The phases of a node.
const (
	Starting Phase = "starting"
	Running  Phase = "running"
	Paused   Phase = "paused"
	Draining Phase = "draining" // in lame duck mode
	Stopped  Phase = "stopped"  // on request
	Exited   Phase = "exited"   // by itself, or killed
)

// Launcher says how to start the processes of a cluster; they run this same program.
type Launcher struct {
	Program    string   // path of the executable
	Name       string   // argv[0]
	Node       []string // arguments for a process that calls [RunNode]; the configuration file follows
	Supervisor []string // arguments for a process that calls [Home.Supervise]; the cluster's name follows
}

// Command returns a command that runs the launcher's program.
func (l Launcher) Command(args []string, more ...string) *exec.Cmd {
	cmd := exec.Command(l.Program)
	cmd.Args = append(append([]string{l.Name}, args...), more...)
	return cmd
}

// process is a node that runs as a process. It is safe for concurrent use.
type process struct {
	plan   plan.Node
	launch Launcher
	spawn  *host.Spawner
	loads  func() string // returns what the server reads when it starts

	mu     sync.Mutex
	next   string // the nats-server to run at the next start, "" for the embedded one
	other  bool   // the running server is not the embedded one
	cmd    *exec.Cmd
	in     io.WriteCloser
	done   chan struct{} // closed when the process has exited
	phase  Phase
	since  time.Time
	starts int
	why    string // why it exited
	loaded string // what the server has read

	until      time.Time // when the node is to be restored, see lasts
	untilSince time.Time // the value of since when until was set

	logFrom int64 // offset at which the log of this start begins
}

// start starts the process; it does not wait until it accepts clients.
func (p *process) start() error {
	loads := p.loads()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.exists() {
		return fmt.Errorf("%w %s: is %s already", ErrNode, p.plan.Name, p.phase)
	}
	cmd := p.launch.Command(p.launch.Node, p.plan.ConfigFile())
	if p.next != "" {
		cmd = exec.Command(p.next, "-c", p.plan.ConfigFile())
	}
	cmd.Dir = p.plan.Dir
	words, err := os.OpenFile(filepath.Join(p.plan.Dir, "output"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("start %s: %w", p.plan.Name, err)
	}
	defer words.Close() //nolint:errcheck // only the process writes to it
	cmd.Stdout, cmd.Stderr = words, words
	p.logFrom = 0
	if info, err := os.Stat(filepath.Join(p.plan.Dir, plan.LogName)); err == nil {
		p.logFrom = info.Size()
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("start %s: %w", p.plan.Name, err)
	}
	if err := p.spawn.Start(cmd); err != nil {
		return fmt.Errorf("start %s: %w", p.plan.Name, errors.Join(err, in.Close()))
	}
	p.cmd, p.in, p.done, p.other = cmd, in, make(chan struct{}), p.next != ""
	p.phase, p.since, p.why, p.loaded = Starting, time.Now(), "", loads
	p.starts++
	go p.reap(cmd, p.done)
	return nil
}

// reap waits until a process has exited and records why.
func (p *process) reap(cmd *exec.Cmd, done chan struct{}) {
	err := cmd.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	defer close(done)
	p.since = time.Now()
	if p.phase == Stopped || p.phase == Draining {
		p.phase = Stopped
		return
	}
	p.phase, p.why = Exited, "exit status 0"
	if err != nil {
		p.why = err.Error()
	}
	if words := p.lastOutput(); words != "" {
		p.why = words
	}
}

// exists reports whether the process exists; the caller holds mu.
func (p *process) exists() bool {
	switch p.phase {
	case Starting, Running, Paused, Draining:
		return true
	}
	return false
}

// inPhase reports whether the node is in a phase.
func (p *process) inPhase(phase Phase) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.phase == phase
}

// setPhase changes the phase unless the process has exited.
func (p *process) setPhase(to Phase) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.exists() {
		p.phase, p.since = to, time.Now()
	}
}

// signal sends a signal if the node is in one of the given phases, and enters the next.
func (p *process) signal(sig os.Signal, next Phase, from ...Phase) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range from {
		if p.phase != f {
			continue
		}
		if sig == nil {
			return fmt.Errorf("%w %s: not supported on this operating system", ErrNode, p.plan.Name)
		}
		if err := p.cmd.Process.Signal(sig); err != nil {
			return fmt.Errorf("%w %s: %w", ErrNode, p.plan.Name, err)
		}
		p.phase, p.since = next, time.Now()
		return nil
	}
	return fmt.Errorf("%w %s: is %s", ErrNode, p.plan.Name, p.phase)
}

// stopTime is how long a node may take to stop cleanly before it is killed.
const stopTime = 10 * time.Second

// stop ends the process cleanly, or kills it when it does not stop in time, and waits until it has exited.
func (p *process) stop(ctx context.Context) {
	p.mu.Lock()
	done, paused := p.done, p.phase == Paused
	if !p.exists() {
		p.mu.Unlock()
		return
	}
	p.phase = Stopped
	if paused { // a paused process cannot stop cleanly
		p.cmd.Process.Kill() //nolint:errcheck // it has exited already
	} else {
		p.sendCommand(host.SigStop, orderStop)
	}
	p.mu.Unlock()
	timer := time.NewTimer(stopTime)
	defer timer.Stop()
	select {
	case <-done:
		return
	case <-ctx.Done():
	case <-timer.C:
	}
	p.cmd.Process.Kill() //nolint:errcheck // it has exited already
	<-done
}

// sendCommand sends a command to an embedded node and a signal to a foreign one; the caller holds mu.
func (p *process) sendCommand(sig os.Signal, format string, args ...any) {
	if p.other {
		p.cmd.Process.Signal(sig) //nolint:errcheck // it has exited already
		return
	}
	fmt.Fprintf(p.in, format+"\n", args...) //nolint:errcheck // it has exited already
}

// kill ends the process at once and waits until it has exited.
func (p *process) kill() error {
	p.mu.Lock()
	if !p.exists() {
		defer p.mu.Unlock()
		return fmt.Errorf("%w %s: is %s", ErrNode, p.plan.Name, p.phase)
	}
	done := p.done
	err := p.cmd.Process.Kill()
	p.mu.Unlock()
	<-done
	return err
}

// lameDuck starts the drain; the process exits when it is done.
func (p *process) lameDuck(duration, grace time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.phase != Running {
		return fmt.Errorf("%w %s: is %s", ErrNode, p.plan.Name, p.phase)
	}
	if p.other && host.SigLameDuck == nil {
		return fmt.Errorf("%w %s: not supported on this operating system", ErrNode, p.plan.Name)
	}
	p.phase, p.since = Draining, time.Now()
	p.sendCommand(host.SigLameDuck, orderLameDuck, duration, grace)
	return nil
}

// setProgram sets the nats-server for the next start, "" for the embedded one.
func (p *process) setProgram(program string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = program
}

// ended is closed when the current process has exited.
func (p *process) ended() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.done
}
