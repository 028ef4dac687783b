package tui

import (
	"context"
	"testing"

	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/cell"
)

// modelOf is the screen of a recording after some keys.
func modelOf(t testing.TB, name, at string, w, h int, keys ...string) *Model {
	t.Helper()
	feed := live.NewReplay(name, fixture.AccountSnapshots())
	if name != "account" {
		feed = live.NewReplay(name, fixture.Recording(t, name))
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

// still returns the screen of one instant, with the keys pressed.
func still(ctx context.Context, opt Options, once OnceOptions) (*Model, error) {
	m, _, err := stage(ctx, opt, once)
	return m, err
}
