package fleettest

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/recording"
)

// Replay opens one of the recordings in internal/fleet/testdata: super,
// degraded, hostile or old.
func Replay(t testing.TB, name string) *recording.Recording {
	t.Helper()
	_, self, _, _ := runtime.Caller(0)
	data, err := os.ReadFile(filepath.Join(filepath.Dir(self), "..", "testdata", name+".ndjson.gz"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := recording.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return r
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
