package fleetcmd

import (
	"testing"
	"time"
)

// TestInstants reads the ways to name an instant of a recording.
func TestInstants(t *testing.T) {
	first := time.Date(2026, 11, 21, 23, 59, 50, 0, time.UTC)
	last := first.Add(time.Minute)
	for text, want := range map[string]time.Time{
		"23:59:55":             first.Add(5 * time.Second),
		"23:59:55Z":            first.Add(5 * time.Second),
		"00:00:10":             first.Add(20 * time.Second),
		"00:00":                first.Add(10 * time.Second),
		"2026-11-22T00:00:10Z": first.Add(20 * time.Second),
		"30s":                  first.Add(30 * time.Second),
		"-10s":                 last.Add(-10 * time.Second),
	} {
		f := replayFlags{at: text}
		if got, err := f.instant(first, last); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, bad := range []string{"noon", "24:01:00", "10"} {
		if _, err := (&replayFlags{at: bad}).instant(first, last); err == nil {
			t.Errorf("%q is taken for an instant", bad)
		}
	}
}
