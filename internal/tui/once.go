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

// The sizes of a frame in cells: the smallest is that of the smallest window
// that the dashboard draws in, the largest is more than any screen has.
const (
	MinWidth  = frame.MinWidth
	MinHeight = frame.MinHeight
	MaxWidth  = 1000
	MaxHeight = 500
)

// OnceOptions are how one frame is made without a terminal.
type OnceOptions struct {
	W, H   int // within the sizes above
	Format Format
	Keys   []string // pressed after the answers are in, as bubbletea names them
	Count  int      // of frames; 0 is one
	Polls  int      // questions before the frame; 0 is two, the least that gives rates
	At     time.Time
}

// Frame is one frame as it is written, and what it was made from.
type Frame struct {
	Data []byte
	Snap *fleet.Snapshot
}

// Frames asks the fleet and yields frames of it, one for each interval, or one
// for each snapshot of a recording until it ends. It needs no terminal. The
// error is the last one of the source when nothing was answered; a partial
// answer is not an error. It may be used once.
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

// still is the screen of one instant, with its keys pressed.
func still(ctx context.Context, opt Options, once OnceOptions) (*Model, error) {
	m, _, err := stage(ctx, opt, once)
	return m, err
}

// stage is the screen of one instant, with its keys pressed, and the collector
// that it is shown by. When a key opened what had not been asked for, it is
// asked for twice, an interval apart, so that it has rates.
func stage(ctx context.Context, opt Options, once OnceOptions) (*Model, *live.Collector, error) {
	c := live.NewCollector(opt.Feed, opt.every(), opt.clock(), func(error) {})
	m := NewModel(opt, func(o live.Order) bool {
		o(ctx, c)
		return true
	})
	m.Update(tea.WindowSizeMsg{Width: once.W, Height: once.H})
	m.settle()
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
			if err := c.Ask(ctx); err != nil {
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

// keyNamed is the key message with this name: "enter", "tab" or typed text.
func keyNamed(name string) tea.KeyMsg {
	for t, n := range keyNames {
		if n == name {
			return tea.KeyMsg{Type: t}
		}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}

// keyNames are the keys with a name of their own.
var keyNames = map[tea.KeyType]string{
	tea.KeyEnter: "enter", tea.KeyEsc: "esc", tea.KeyTab: "tab", tea.KeyShiftTab: "shift+tab", tea.KeyUp: "up", tea.KeyDown: "down", tea.KeyLeft: "left",
	tea.KeyRight: "right", tea.KeyPgUp: "pgup", tea.KeyPgDown: "pgdown", tea.KeyHome: "home", tea.KeyEnd: "end",
	tea.KeyBackspace: "backspace", tea.KeyCtrlS: "ctrl+s", tea.KeyCtrlE: "ctrl+e", tea.KeyCtrlC: "ctrl+c",
}
