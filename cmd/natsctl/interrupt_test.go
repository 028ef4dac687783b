//go:build unix

package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/cli"
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
	home := t.TempDir()
	for _, line := range []string{
		"-s nats://ADDR server ls", "-s tls://ADDR account info", "-s ws://ADDR check", "-s wss://ADDR server ping",
		"-s nats://ADDR --tlsfirst events", "-s nats://ADDR --socks-proxy socks5://ADDR server report streams",
		"-s nats://ADDR server request varz", "-s wss://ADDR context validate --connect",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			address, accepted := mute(t)
			cmd := exec.Command("natsctl", append(strings.Fields(strings.ReplaceAll(line, "ADDR", address)), "--timeout", "30s")...)
			cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "NATS_") }), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home)
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- cmd.Wait() }()
			select {
			case <-accepted:
			case err := <-done:
				t.Fatalf("ended before it was interrupted: %v: %s", err, out.String())
			}
			begun := time.Now()
			if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			err := <-done
			var exit *exec.ExitError
			if took := time.Since(begun); took > 1500*time.Millisecond || !errors.As(err, &exit) || exit.ExitCode() != cli.ExitInterrupted {
				t.Errorf("ends %v after the interrupt: %v: %s", took, err, out.String())
			}
		})
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
