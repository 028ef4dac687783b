package recording_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/recording"
)

// packed is what write puts into a gzip file.
func packed(t *testing.T, write func(w io.Writer) error) []byte {
	t.Helper()
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(write(z), z.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestRecordingOfALineWithoutEnd refuses a file with one line that no snapshot
// has, in a bounded amount of memory.
func TestRecordingOfALineWithoutEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("it packs 600 MB")
	}
	data := packed(t, func(w io.Writer) error {
		_, err := io.WriteString(w, `{"schema":"natsctl.snapshot/v1","context":"`)
		chunk := bytes.Repeat([]byte("x"), 1<<20)
		for range 600 {
			if err == nil {
				_, err = w.Write(chunk)
			}
		}
		return err
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := open(data)
	runtime.ReadMemStats(&after)
	if !errors.Is(err, recording.ErrInvalid) || !strings.Contains(err.Error(), "a line of more than 268435456 bytes") {
		t.Errorf("%v", err)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 100<<20 {
		t.Errorf("it took %d MiB to refuse %d MiB", grown>>20, 600)
	}
}

// TestRecordingOfLongLines finds snapshots that are longer than what is held
// while a file is indexed, by their heads, and decodes them in whole.
func TestRecordingOfLongLines(t *testing.T) {
	var out bytes.Buffer
	rec := recording.NewRecorder(&out, true)
	begun := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, size := range []int{10, 17 << 20, 20} {
		s := &fleet.Snapshot{Schema: fleet.Schema, Time: begun.Add(time.Duration(i) * time.Second), Context: strings.Repeat("x", size), Expected: i}
		if err := rec.Snapshot(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := open(out.Bytes())
	if err != nil || r.Len() != 3 || r.Bad() != 0 {
		t.Fatalf("%v, %d snapshots, %d bad", err, r.Len(), r.Bad())
	}
	for i, size := range []int{10, 17 << 20, 20} {
		s, err := r.Snapshot(i)
		if err != nil || len(s.Context) != size || s.Expected != i || !r.Time(i).Equal(begun.Add(time.Duration(i)*time.Second)) {
			t.Errorf("snapshot %d at %s: %v", i, r.Time(i), err)
		}
	}
	long := strings.Repeat("x", 17<<20)
	for _, line := range []string{`{"context":"` + long + `","schema":"natsctl.snapshot/v1"}`, `{"schema":7,"context":"` + long + `"}`, `{"schema":"natsctl.snapshot/v9","time":"2026-01-01T00:00:00Z","context":"` + long + `"}`, long} {
		r, err := open(append([]byte(line+"\n"), `{"schema":"natsctl.snapshot/v1"}`+"\n"...))
		if err != nil || r.Bad() != 1 || r.Len() != 1 {
			t.Errorf("%.40s: %v", line, err)
		}
	}
}
