//go:build !windows

package atomicfile

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestWriteIntoPipe writes to a named pipe: the reader receives the text, and the pipe stays one.
func TestWriteIntoPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	reader, err := os.OpenFile(path, os.O_RDWR, 0) // with both ends open, neither side waits for the other
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	if err := Write(path, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := reader.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 4)
	if n, err := reader.Read(got); err != nil || string(got[:n]) != "text" {
		t.Errorf("%q, %v", got[:n], err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("the pipe was replaced: %v, %v", info, err)
	}
}

// TestWriteKeepsDevices writes into a device that belongs to the test: a defect here
// must not replace one of the machine.
func TestWriteKeepsDevices(t *testing.T) {
	path := os.DevNull // which only the superuser could replace
	if os.Geteuid() == 0 {
		path = filepath.Join(t.TempDir(), "null")
		if out, err := exec.Command("mknod", path, "c", "1", "3").CombinedOutput(); err != nil {
			t.Logf("no device of its own: %v: %s", err, out)
			return
		}
	}
	if err := Write(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		t.Fatalf("%s is a file now: %v", path, err)
	}
}

func TestSyncDirFails(t *testing.T) {
	if err := SyncDir(filepath.Join(t.TempDir(), "none")); !os.IsNotExist(err) {
		t.Errorf("a directory that does not exist: %v", err)
	}
}
