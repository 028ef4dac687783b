package fleettest

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/recording"
)

// FaultRecording opens the recording of a fault in internal/fleet/cause/testdata,
// by its name without suffixes.
func FaultRecording(t testing.TB, name string) *recording.Recording {
	t.Helper()
	return open(t, filepath.Join(root(t), "internal", "fleet", "cause", "testdata", name+".ndjson.gz"))
}

// Fault returns the last two snapshots of a recorded fault.
func Fault(t testing.TB, name string) (before, now *fleet.Snapshot) {
	t.Helper()
	rec := FaultRecording(t, name)
	return Frame(t, rec, rec.Len()-2), Frame(t, rec, rec.Len()-1)
}

func open(t testing.TB, file string) *recording.Recording {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := recording.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
