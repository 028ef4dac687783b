package tui

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// TestFramesOfRecording writes frame after frame of a recording, until it ends.
func TestFramesOfRecording(t *testing.T) {
	rec := fixture.Recording(t, "super")
	feed := live.NewReplay("super", rec)
	at := rec.Time(rec.Len() - 3)
	var times []time.Time
	for f, err := range Frames(context.Background(), Options{Feed: feed, Page: "slow"}, OnceOptions{W: 80, H: 24, Format: FormatJSON, At: at, Count: 10}) {
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Time time.Time
			View string
			Way  string
			Rows []map[string]any
		}
		if err := json.Unmarshal(f.Data, &got); err != nil {
			t.Fatal(err)
		}
		if got.View != "conns" || got.Way != "slow" || len(got.Rows) == 0 {
			t.Errorf("%s in the way %s with %d rows", got.View, got.Way, len(got.Rows))
		}
		times = append(times, got.Time)
	}
	if len(times) != 3 || !times[0].Before(times[1]) || !times[1].Before(times[2]) {
		t.Errorf("frames of %v, want three", times)
	}
}

// TestFramesOfFleet writes frame after frame of a fleet, with right rates also
// on a page that a key opened.
func TestFramesOfFleet(t *testing.T) {
	src := fixture.NewFleet(1000)
	n := 0
	for f, err := range Frames(context.Background(), Options{Feed: &live.Feed{Name: "fake", Source: src}, Every: time.Second}, OnceOptions{W: 120, H: 40, Format: FormatText, Keys: []string{"2"}, Count: 2}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		if !strings.Contains(string(f.Data), "[2 Servers]") {
			t.Errorf("frame %d:\n%s", n, f.Data)
		}
	}
	if n != 2 {
		t.Errorf("%d frames, want 2", n)
	}
}
