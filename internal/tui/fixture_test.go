package tui

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/recording"
	"github.com/natsctl/natsctl/internal/tui/cell"
)

// tapeOf opens one of the recordings of real fleets.
func tapeOf(t testing.TB, name string) *recording.Recording {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "fleet", "testdata", name+".ndjson.gz"))
	if err != nil {
		t.Fatal(err)
	}
	rec, err := recording.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// shortTape is a recording of a few snapshots, in memory.
type shortTape []*fleet.Snapshot

func (s shortTape) Len() int { return len(s) }

func (s shortTape) Time(i int) time.Time { return s[i].Time }

func (s shortTape) At(t time.Time) int {
	return max(slices.IndexFunc(s, func(x *fleet.Snapshot) bool { return !x.Time.Before(t) }), 0)
}

func (s shortTape) Snapshot(i int) (*fleet.Snapshot, error) { return s[i], nil }

func (shortTape) Events(time.Time, time.Time) []fleet.Event { return nil }

// accountTape is what a user outside the system account sees for half a minute.
func accountTape() Tape {
	begin := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	var tape shortTape
	for i := range 15 {
		at := begin.Add(time.Duration(i) * 2 * time.Second)
		tape = append(tape, ownSnapshot(at, int64(i*i*40+i*400)))
	}
	return tape
}

// modelOf is the screen of a recording after some keys.
func modelOf(t testing.TB, name, at string, w, h int, keys ...string) *Model {
	t.Helper()
	feed := NewReplay(name, accountTape())
	if name != "account" {
		feed = NewReplay(name, tapeOf(t, name))
	}
	once := OnceOptions{W: w, H: h, Keys: keys}
	if at != "" {
		when, err := feed.ParseAt(at)
		if err != nil {
			t.Fatal(err)
		}
		once.At = when
	}
	m, err := still(context.Background(), Options{Feed: feed}, once)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// drawn is the frame of a screen in a window of another size and look.
func drawn(m *Model, w, h int, look cell.Look) string {
	return painted(m, w, h, cell.NewPalette(look))
}

// painted is the same with a palette that was made before.
func painted(m *Model, w, h int, p *cell.Palette) string {
	m.look, m.palette = p.Look(), p
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return m.View()
}
