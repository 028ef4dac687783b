package tui

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
)

// tapeOf opens one of the recordings of real fleets.
func tapeOf(t testing.TB, name string) *fleet.Recording {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "fleet", "testdata", name+".ndjson.gz"))
	if err != nil {
		t.Fatal(err)
	}
	rec, err := fleet.OpenRecording(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// modelOf is the screen of a recording after some keys.
func modelOf(t testing.TB, name, at string, w, h int, keys ...string) *Model {
	t.Helper()
	feed := NewReplay(name, tapeOf(t, name))
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
	m.look, m.palette = look, cell.NewPalette(look)
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return m.View()
}
