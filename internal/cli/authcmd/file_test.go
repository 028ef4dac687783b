package authcmd

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadFileRefusesDevices refuses what is no regular file: a device or a
// named pipe may never end.
func TestReadFileRefusesDevices(t *testing.T) {
	for _, path := range []string{os.DevNull, t.TempDir()} {
		if data, err := readFile(path); !errors.Is(err, errFile) || !strings.HasSuffix(err.Error(), "not a file") {
			t.Errorf("%s: %d bytes, %v", path, len(data), err)
		}
	}
	path := filepath.Join(t.TempDir(), "user.jwt")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if data, err := readFile(path); err != nil || string(data) != "x" {
		t.Errorf("a file: %q, %v", data, err)
	}
}
