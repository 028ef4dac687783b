package fleettest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/recording"
)

// Replay opens one of the recordings in internal/fleet/testdata: super,
// degraded, hostile or old.
func Replay(t testing.TB, name string) *recording.Recording {
	t.Helper()
	return open(t, filepath.Join(root(t), "internal", "fleet", "testdata", name+".ndjson.gz"))
}

// root is the module directory, a parent of the test's working directory.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			t.Fatalf("no go.mod above %s", dir)
		}
	}
}

// Frame decodes snapshot i of a recording.
func Frame(t testing.TB, r *recording.Recording, i int) *fleet.Snapshot {
	t.Helper()
	s, err := r.Snapshot(i)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
