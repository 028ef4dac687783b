//go:build unix

package main

import (
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/testcluster/simfleet"
)

// mute accepts connections and says nothing.
func mute(t *testing.T) (address string, accepted <-chan struct{}) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	seen := make(chan struct{}, 100)
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(io.Discard, c) }()
			seen <- struct{}{}
		}
	}()
	return ln.Addr().String(), seen
}

// TestFirstInterruptEndsACommand interrupts commands that wait for something
// that says nothing, whatever the URL promises: each ends within a second.
func TestFirstInterruptEndsACommand(t *testing.T) {
	for _, line := range []string{
		"-s nats://ADDR server ls", "-s tls://ADDR account info", "-s ws://ADDR check", "-s wss://ADDR server ping",
		"-s nats://ADDR --tlsfirst events", "-s nats://ADDR --socks-proxy socks5://ADDR server report streams",
		"-s nats://ADDR server request varz", "-s wss://ADDR context validate --connect",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			address, accepted := mute(t)
			p := startNatsctl(t, strings.ReplaceAll(line, "ADDR", address))
			p.await(t, accepted)
			p.interrupted(t, syscall.SIGINT, cli.ExitInterrupted)
		})
	}
}

// TestFirstInterruptEndsWhatIsConnected interrupts commands that wait for servers
// of a fleet, or watch it: each ends within a second, as interrupted or with what
// there is.
func TestFirstInterruptEndsWhatIsConnected(t *testing.T) {
	f, err := simfleet.Start(simfleet.Spec{Servers: 5, Streams: 3, Consumers: 3, Conns: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	for _, line := range []string{
		"server ls --expect 99", "server ping --expect 99", "server request varz --expect 99", "server ls --watch 1h",
		"server report connections --watch 1h", "events", "top --once --count 9 --every 1h -o json", "server lame-duck " + f.Names()[2] + " --via true --yes --anyway",
	} {
		for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
			t.Run(line+" "+sig.String(), func(t *testing.T) {
				requests := listenFor(t, f.URL(), "$SYS.REQ.>")
				p := startNatsctl(t, "-s "+f.URL()+" "+line)
				p.await(t, requests)
				p.interrupted(t, sig, cli.ExitInterrupted)
			})
		}
	}
}

// TestInterruptedReloadIsFinished interrupts the reload of several servers while the
// first one is asked: its answer is waited for, and the others are left.
func TestInterruptedReloadIsFinished(t *testing.T) {
	f, err := simfleet.Start(simfleet.Spec{Servers: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	for _, name := range f.Names() {
		if err := f.SetFault(name, simfleet.Fault{Slow: 2 * time.Second, Kinds: []string{"RELOAD"}}); err != nil {
			t.Fatal(err)
		}
	}
	reloads := listenFor(t, f.URL(), "$SYS.REQ.SERVER.*.RELOAD")
	p := startNatsctl(t, "-s "+f.URL()+" server reload --all --yes -o ndjson")
	p.await(t, reloads)
	p.signal(t, syscall.SIGINT)
	<-p.done
	if out := p.output(); p.cmd.ProcessState.ExitCode() != cli.ExitInterrupted || strings.Count(out, `"digest_after"`) != 1 || !strings.Contains(out, "interrupted: 1 reloaded, 2 not tried") {
		t.Errorf("exit code %d: %s", p.cmd.ProcessState.ExitCode(), out)
	}
	if len(reloads) > 0 {
		t.Error("another server was asked")
	}
}

// TestSecondInterruptEndsAtOnce interrupts a command that finishes what it has begun,
// which takes half a minute: the first signal is heard and does not end it, the second
// one does.
func TestSecondInterruptEndsAtOnce(t *testing.T) {
	f, err := simfleet.Start(simfleet.Spec{Servers: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	victim := f.Names()[1]
	if err := f.SetFault(victim, simfleet.Fault{Mute: true, Kinds: []string{"RELOAD"}}); err != nil {
		t.Fatal(err)
	}
	reloads := listenFor(t, f.URL(), "$SYS.REQ.SERVER.*.RELOAD")
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			p := startNatsctl(t, "-s "+f.URL()+" server reload "+victim+" --yes")
			p.await(t, reloads)
			p.signal(t, syscall.SIGINT)
			p.await(t, p.says("press Ctrl-C again"))
			p.interrupted(t, sig, cli.ExitInterrupted, bySignal)
		})
	}
}

// listenFor returns a channel that holds a token once a message to a subject came.
func listenFor(t *testing.T, url, subject string) <-chan struct{} {
	t.Helper()
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	seen := make(chan struct{}, 1)
	if _, err := nc.Subscribe(subject, func(*nats.Msg) {
		select {
		case seen <- struct{}{}:
		default:
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	return seen
}

// natsctlProcess is natsctl as a process of its own.
type natsctlProcess struct {
	cmd   *exec.Cmd
	done  chan struct{}
	fresh chan struct{} // holds a token when more was written

	mu  sync.Mutex
	out bytes.Buffer
	err error
}

// startNatsctl starts natsctl with a timeout of half a minute.
func startNatsctl(t *testing.T, line string) *natsctlProcess {
	t.Helper()
	home := t.TempDir()
	p := &natsctlProcess{
		cmd:  exec.Command("natsctl", append(strings.Fields(line), "--timeout", "30s")...),
		done: make(chan struct{}), fresh: make(chan struct{}, 1),
	}
	p.cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "NATS_") }), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home, "XDG_STATE_HOME="+home)
	p.cmd.Stdout, p.cmd.Stderr = p, p
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); <-p.done })
	go func() { p.err = p.cmd.Wait(); close(p.done) }()
	return p
}

// Write keeps what the process writes.
func (p *natsctlProcess) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case p.fresh <- struct{}{}:
	default:
	}
	return p.out.Write(b)
}

func (p *natsctlProcess) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// says returns a channel that is closed once the process has written some words, or ends.
func (p *natsctlProcess) says(words string) <-chan struct{} {
	said := make(chan struct{})
	go func() {
		for !strings.Contains(p.output(), words) {
			select {
			case <-p.fresh:
			case <-p.done:
				return
			}
		}
		close(said)
	}()
	return said
}

// await waits for an event while the process runs.
func (p *natsctlProcess) await(t *testing.T, event <-chan struct{}) {
	t.Helper()
	select {
	case <-event:
	case <-p.done:
		t.Fatalf("ended before it was interrupted: %v: %s", p.err, p.output())
	}
}

func (p *natsctlProcess) signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// bySignal is the exit code of a process that a signal ended, which a shell shows as 130.
const bySignal = -1

// interrupted sends a signal, and expects the process to end within a second and what
// a busy machine adds, with one of the exit codes.
func (p *natsctlProcess) interrupted(t *testing.T, sig syscall.Signal, codes ...int) {
	t.Helper()
	begun := time.Now()
	p.signal(t, sig)
	late := time.NewTimer(10 * time.Second)
	defer late.Stop()
	select {
	case <-p.done:
	case <-late.C:
		t.Fatalf("%v after %v it still runs: %s", time.Since(begun), sig, p.output())
	}
	if took := time.Since(begun); took > 1500*time.Millisecond || !slices.Contains(codes, p.cmd.ProcessState.ExitCode()) {
		t.Errorf("ends %v after %v: %v: %s", took, sig, p.err, p.output())
	}
}

// TestActionsFinish has every command that changes something finish it: an
// interrupt does not cut it off.
func TestActionsFinish(t *testing.T) {
	acts := map[string]bool{}
	for _, leaf := range leaves(nil, cli.Model(program()).Commands) {
		for _, f := range leaf.model.Flags {
			if f.Name == "yes" || f.Name == "force" {
				acts[leaf.model.FullCommand] = true
			}
		}
	}
	var walk func(path []string, entries []cli.Entry, finishes bool)
	walk = func(path []string, entries []cli.Entry, finishes bool) {
		for _, c := range entries {
			here := append(slices.Clone(path), c.Name)
			walk(here, c.Sub, finishes || c.Finishes)
			if name := strings.Join(here, " "); acts[name] && !finishes && !c.Finishes {
				t.Errorf("natsctl %s is cut off by an interrupt", name)
			}
		}
	}
	walk(nil, commands(), false)
	if len(acts) < 10 {
		t.Errorf("only %v act", acts)
	}
}
