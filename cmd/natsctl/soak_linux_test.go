package main

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/recording"
	"github.com/natsctl/natsctl/internal/tui"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// endlessRecording repeats a recording as if its fleet lived on: time goes on,
// counters begin again with each turn.
type endlessRecording struct {
	*recording.Recording
	step  time.Duration
	shown atomic.Int64
}

func (e *endlessRecording) Len() int { return 1 << 30 }

func (e *endlessRecording) Time(i int) time.Time {
	return e.Recording.Time(0).Add(time.Duration(i) * e.step)
}

func (e *endlessRecording) At(t time.Time) int { return int(t.Sub(e.Recording.Time(0)) / e.step) }

func (e *endlessRecording) Snapshot(i int) (*fleet.Snapshot, error) {
	e.shown.Store(int64(i))
	s, err := e.Recording.Snapshot(i % e.Recording.Len())
	if err != nil {
		return nil, err
	}
	later := *s
	later.Time = e.Time(i)
	return &later, nil
}

func (e *endlessRecording) Events(_, to time.Time) []fleet.Event {
	i := e.At(to) % e.Recording.Len()
	if i == 0 {
		return nil
	}
	all := e.Recording.Events(e.Recording.Time(i-1), e.Recording.Time(i))
	for j := range all {
		all[j].Time = to
	}
	return all
}

// soakKeys are the keys that the soak presses at random; none ends the
// dashboard, stops the recording or writes a file.
var soakKeys = []string{
	"1", "2", "3", "4", "5", "6", "7", "\x1b[A", "\x1b[B", "\x1b[5~", "\x1b[6~", "g", "G", "\r", "\x1b", "\x1b", "\x1b", "s", "S", "v", "f", "t", "w", "y",
	"e", "c", "L", "J", "p", "p", "-", "?", "a", "m", "F", "u", "T", "C", "b", ":tree\r", ":matrix\r", ":links\r", ":closed\r", ":raft\r", ":peers\r",
	"/east\r", "/cpu>1\r", "J", "R",
}

// sample is the process at one instant of the soak.
type sample struct {
	at         time.Duration
	heap       float64 // MB in use after a collection
	resident   float64 // MB
	goroutines int
	snapshots  int64
}

// TestSoak runs the dashboard in a terminal over a recording that never ends,
// with keys at random, and demands that neither memory nor goroutines grow.
// NATSCTL_SOAK says how long; make soak takes an hour.
func TestSoak(t *testing.T) {
	if os.Getenv("NATSCTL_SOAK") == "" {
		t.Skip("NATSCTL_SOAK says how long; make soak sets it")
	}
	length, err := time.ParseDuration(os.Getenv("NATSCTL_SOAK"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join("..", "..", "internal", "fleet", "testdata", "degraded.ndjson.gz"))
	if err != nil {
		t.Fatal(err)
	}
	rec, err := recording.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	source := &endlessRecording{Recording: rec, step: 2 * time.Second}
	master, slave, err := openPTY(120, 40)
	if err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, master) //nolint:errcheck // ends with the terminal
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	opt := tui.Options{Feed: live.NewReplay("soak", source), Look: cell.Look{Profile: cell.Color256}}
	go func() { ended <- tui.Run(ctx, opt, slave, slave) }()
	samples := soak(t, master, source, length, ended)
	cancel()
	<-ended
	judgeSoak(t, samples)
}

// soak presses ten keys a second and takes forty samples.
func soak(t *testing.T, terminal io.Writer, source *endlessRecording, length time.Duration, ended <-chan error) (samples []sample) {
	r := rand.New(rand.NewPCG(1, 2))
	key, look := time.NewTicker(100*time.Millisecond), time.NewTicker(max(length/40, time.Second))
	defer key.Stop()
	defer look.Stop()
	begin := time.Now()
	press := func(keys string) {
		if _, err := io.WriteString(terminal, keys); err != nil {
			t.Fatal(err)
		}
	}
	faster := 4 // sixteen times as fast as life, when the recording runs
	for time.Since(begin) < length {
		select {
		case err := <-ended:
			t.Fatal("the dashboard ended by itself: ", err)
		case <-key.C:
			if faster > 0 && source.shown.Load() > 0 {
				faster--
				press(">")
				continue
			}
			press(soakKeys[r.IntN(len(soakKeys))])
		case <-look.C:
			s := sample{at: time.Since(begin).Truncate(time.Second), heap: heapInUse(), resident: resident(t), goroutines: runtime.NumGoroutine(), snapshots: source.shown.Load()}
			samples = append(samples, s)
			t.Logf("%8s  %7d snapshots  heap %5.1f MB  resident %5.1f MB  %d goroutines", s.at, s.snapshots, s.heap, s.resident, s.goroutines)
		}
	}
	return samples
}

func heapInUse() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapInuse) / (1 << 20)
}

func resident(t *testing.T) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	now, _ := residentOf(t, string(status))
	return now
}

// judgeSoak compares the last quarter with the second: by then every ring is
// full.
func judgeSoak(t *testing.T, samples []sample) {
	if len(samples) < 8 {
		t.Fatalf("%d samples are too few to tell", len(samples))
	}
	n := len(samples) / 4
	early, late := samples[n:2*n], samples[len(samples)-n:]
	middle := func(in []sample, of func(sample) float64) float64 {
		var all []float64
		for _, s := range in {
			all = append(all, of(s))
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	for _, m := range []struct {
		name string
		of   func(sample) float64
		room float64
	}{
		{"MB of heap", func(s sample) float64 { return s.heap }, 4},
		{"MB resident", func(s sample) float64 { return s.resident }, 10},
		{"goroutines", func(s sample) float64 { return float64(s.goroutines) }, 2},
	} {
		if a, b := middle(early, m.of), middle(late, m.of); b > a*1.05+m.room {
			t.Errorf("%s grew from %.1f to %.1f", m.name, a, b)
		}
	}
	if a, b := samples[n].snapshots, samples[len(samples)-1].snapshots; b < a+int64(len(samples)) {
		t.Errorf("the recording stood still: snapshot %d, then %d", a, b)
	}
}
