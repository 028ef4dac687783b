package tui

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFramesInColour compares every screen in every window and every look with what was
// looked at, by a short hash of the frame with its colours: a line each instead
// of megabytes of escape sequences. The frames of 120 by 40 stand in full in
// the goldens of TestFrames; -update rewrites both.
func TestFramesInColour(t *testing.T) {
	var table strings.Builder
	for _, s := range screens {
		m := modelOf(t, s.tape, s.at, 120, 40, s.keys...)
		for _, size := range sizes {
			fmt.Fprintf(&table, "%-18s %dx%d", s.name, size[0], size[1])
			for _, l := range looks {
				frame := drawn(m, size[0], size[1], l.look)
				exact(t, frame, size[0], size[1])
				sum := sha256.Sum256([]byte(frame))
				fmt.Fprintf(&table, "  %s %x", l.name, sum[:6])
			}
			table.WriteByte('\n')
		}
	}
	name := filepath.Join("testdata", "looks.txt")
	if update := flag.Lookup("update"); update != nil && update.Value.String() == "true" {
		if err := os.WriteFile(name, []byte(table.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	have, old := strings.Split(table.String(), "\n"), strings.Split(string(want), "\n")
	if len(have) != len(old) {
		t.Fatalf("%s has %d lines for %d frames", name, len(old), len(have))
	}
	for i := range have {
		if have[i] != old[i] {
			t.Errorf("not as it was looked at; look again, then -update:\n have %s\n want %s", have[i], old[i])
		}
	}
}
