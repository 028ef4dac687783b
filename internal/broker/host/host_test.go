package host_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/natsctl/natsctl/internal/broker/host"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// acquire locks a file that must be free.
func acquire(t *testing.T, path string) (release func()) {
	t.Helper()
	release, err := host.Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	return release
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if host.Locked(path) {
		t.Error("a file that does not exist is locked")
	}
	release := acquire(t, path)
	if _, err := host.Lock(path); !errors.Is(err, host.ErrBusy) {
		t.Errorf("locked twice: %v", err)
	}
	if !host.Locked(path) {
		t.Error("it is not locked")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the lock file: %v, %v", info, err)
	}
	release()
	if host.Locked(path) {
		t.Error("it is still locked")
	}
	acquire(t, path)()
	if _, err := host.Lock(filepath.Join(path, "x")); err == nil || errors.Is(err, host.ErrBusy) {
		t.Errorf("a file that cannot exist: %v", err)
	}
}

// TestWaitLock waits for the holder, as long as the context allows.
func TestWaitLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	release := acquire(t, path)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := host.WaitLock(ctx, path); !errors.Is(err, host.ErrBusy) {
		t.Errorf("got %v", err)
	}
	time.AfterFunc(2*host.Pause, release)
	second, err := host.WaitLock(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	acquire(t, path)() // of a new file at the path
	second()
}

// TestWatchSpace ends with its context, and reports nothing while there is space.
func TestWatchSpace(t *testing.T) {
	dir := t.TempDir()
	if err := host.CheckSpace(dir); err != nil {
		t.Skip(err)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		host.WatchSpace(ctx, dir, func(err error) { t.Error(err) })
		if ctx.Err() == nil {
			t.Error("it ended before its context")
		}
	})
}

// TestSpawner starts processes, and says what it cannot start.
func TestSpawner(t *testing.T) {
	s := host.NewSpawner()
	defer s.Close()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		cmd := exec.Command(program, "-test.run=^$")
		if err := s.Start(cmd); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("the process failed: %v", err)
		}
	}
	if err := s.Start(exec.Command(filepath.Join(t.TempDir(), "none"))); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no such program: %v", err)
	}
}
