package live

import (
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/tui/fixture"
)

// TestReplayBegins goes to where a replay was asked to begin, by the clock, from
// its start and from its end.
func TestReplayBegins(t *testing.T) {
	for text, want := range map[string]int{
		"14:00:10": 5, "14:00:10Z": 5, "2026-11-21T14:00:20Z": 10, "6s": 3, "0s": 0, "-4s": 12, "-1h": 0,
	} {
		feed := NewReplay("tape", fixture.AccountSnapshots())
		at, err := feed.ParseAt(text)
		if err != nil {
			t.Fatal(err)
		}
		feed.BeginAt(at)
		c := NewCollector(feed, time.Second, time.Now, func(error) {})
		if c.player.at != want || !c.player.playing {
			t.Errorf("%s: at %d, want %d; playing %v", text, c.player.at, want, c.player.playing)
		}
	}
	for _, bad := range []string{"noon", "25:00:00", ""} {
		if _, err := NewReplay("tape", fixture.AccountSnapshots()).ParseAt(bad); err == nil {
			t.Errorf("%q is taken for a time", bad)
		}
	}
	if _, err := (&Feed{Name: "live"}).ParseAt("6s"); err == nil {
		t.Error("a fleet has no instants")
	}
}
