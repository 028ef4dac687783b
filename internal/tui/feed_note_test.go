package tui

import (
	"context"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// TestFeedNote plays a recording of which something is missing: the first frame
// says so.
func TestFeedNote(t *testing.T) {
	feed := live.NewReplay("super", fixture.Recording(t, "super"))
	feed.Note = "super ends in the middle of a line"
	for f, err := range Frames(context.Background(), Options{Feed: feed}, OnceOptions{W: 120, H: 40, Format: FormatText}) {
		if err != nil || !strings.Contains(string(f.Data), feed.Note) {
			t.Errorf("%v:\n%s", err, f.Data)
		}
	}
}
