//go:build !windows

package broker

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// TestRunningClusterIsPrivate starts a cluster with all kinds of secrets and finds nothing of it that others can read: each
// directory keeps others out, and files that stand in the open are the owner's, the socket too.
func TestRunningClusterIsPrivate(t *testing.T) {
	t.Parallel()
	h := OpenHome(filepath.Join(t.TempDir(), strings.Repeat("long", 30))) // too long for a socket
	t.Cleanup(func() { h.Delete(context.Background(), "full") })          // where the test failed before
	up(t, h, Order{Spec: secure(2)})
	socket := spectest.Must(h.load("full")).Socket
	if strings.HasPrefix(socket, h.dir) {
		t.Errorf("the socket is in %s", socket)
	}
	open := map[string]fs.FileMode{h.dir: 0o700, filepath.Dir(socket): 0o700, socket: 0o600}
	for _, pattern := range []string{"*", "*/creds", "*/pki", "*/nodes", "*/nodes/*"} {
		for _, dir := range spectest.Must(filepath.Glob(filepath.Join(h.dir, pattern))) {
			open[dir] = map[bool]fs.FileMode{true: 0o700, false: 0o600}[spectest.Must(os.Stat(dir)).IsDir()]
		}
	}
	for _, pattern := range []string{"*/*.json", "*/*.log", "*/creds/*", "*/pki/*", "*/nodes/*/nats.conf", "*/nodes/*/output"} {
		files := spectest.Must(filepath.Glob(filepath.Join(h.dir, pattern)))
		if len(files) == 0 {
			t.Errorf("no file %s", pattern)
		}
		for _, file := range files {
			open[file] = 0o600
		}
	}
	for path, want := range open {
		if mode := spectest.Must(os.Stat(path)).Mode().Perm(); mode != want {
			t.Errorf("%s: %v, want %v", path, mode, want)
		}
	}
	if err := h.Delete(t.Context(), "full"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Dir(socket)); !os.IsNotExist(err) {
		t.Errorf("the directory of the socket is left: %v", err)
	}
}
