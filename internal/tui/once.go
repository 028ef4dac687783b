package tui

import (
	"context"
	"iter"
	"time"

	"github.com/natsctl/natsctl/internal/tui/frame"
	"github.com/natsctl/natsctl/internal/tui/live"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/fleet"
)

// The limits of the frame size in cells: the minimum is the smallest window that
// the dashboard supports, the maximum exceeds any screen.
const (
	MinWidth  = frame.MinWidth
	MinHeight = frame.MinHeight
	MaxWidth  = 1000
	MaxHeight = 500
)

// OnceOptions are the options to render frames without a terminal.
type OnceOptions struct {
	W, H   int // within the limits above
	Format Format
	Keys   []string // pressed after the answers arrived, as bubbletea names them
	Count  int      // number of frames; 0 means 1
	Polls  int      // polls before the frame; 0 means 2, the minimum for rates
	At     time.Time
}

// Frame is one frame as it is written, and its source data.
type Frame struct {
	Data []byte
	Snap *fleet.Snapshot
}

// Frames polls the fleet and yields one frame per interval, or one per snapshot of
// a recording until it ends. It needs no terminal. The error is the last one of the
// source if there was no answer; a partial answer is not an error. The iterator is
// single-use.
func Frames(ctx context.Context, opt Options, once OnceOptions) iter.Seq2[Frame, error] {
	return func(yield func(Frame, error) bool) {
		m, c, err := stage(ctx, opt, once)
		for n := 1; ; n++ {
			var f Frame
			if err == nil {
				f.Snap = m.State.Snap
				f.Data, err = m.Export(once.Format)
			}
			if !yield(f, err) || err != nil || n >= once.Count {
				return
			}
			var more bool
			if more, err = c.Next(ctx); !more && err == nil {
				return
			}
			m.Update(stateMsg{c.Latest()})
		}
	}
}

// stage returns the screen of one instant, with the keys pressed, and its
// collector. If a key opens what was not requested before, it is requested twice,
// an interval apart, so that it has rates.
func stage(ctx context.Context, opt Options, once OnceOptions) (*Model, *live.Collector, error) {
	c := live.NewCollector(opt.Feed, opt.every(), opt.clock(), func(error) {})
	m := NewModel(opt, func(o live.Order) bool {
		o(ctx, c)
		return true
	})
	m.Update(tea.WindowSizeMsg{Width: once.W, Height: once.H})
	m.refresh()
	if err := c.Gather(ctx, once.Polls, once.At); err != nil {
		return nil, nil, err
	}
	m.Update(stateMsg{c.Latest()})
	asked := c.Demand()
	for _, k := range append([]string{""}, once.Keys...) {
		if k != "" {
			m.Update(keyNamed(k))
		}
		if !c.Replays() && !c.Demand().Same(asked) {
			asked = c.Demand()
			if err := c.Request(ctx); err != nil {
				return nil, nil, err
			}
		}
		m.Update(stateMsg{c.Latest()})
	}
	if !c.Replays() && len(once.Keys) > 0 {
		if _, err := c.Next(ctx); err != nil {
			return nil, nil, err
		}
		m.Update(stateMsg{c.Latest()})
	}
	return m, c, nil
}

// keyNamed returns the message of a named key: "enter", "tab" or typed text.
func keyNamed(name string) tea.KeyMsg {
	for t, n := range keyNames {
		if n == name {
			return tea.KeyMsg{Type: t}
		}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}

// keyNames maps the special keys to their names.
var keyNames = map[tea.KeyType]string{
	tea.KeyEnter: "enter", tea.KeyEsc: "esc", tea.KeyTab: "tab", tea.KeyShiftTab: "shift+tab", tea.KeyUp: "up", tea.KeyDown: "down", tea.KeyLeft: "left",
	tea.KeyRight: "right", tea.KeyPgUp: "pgup", tea.KeyPgDown: "pgdown", tea.KeyHome: "home", tea.KeyEnd: "end",
	tea.KeyBackspace: "backspace", tea.KeyCtrlS: "ctrl+s", tea.KeyCtrlE: "ctrl+e", tea.KeyCtrlC: "ctrl+c",
}
