package tui

import (
	"context"
	"slices"

	"github.com/natsctl/natsctl/internal/tui/widget"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/live"
)

// connect switches to another context; if that fails, the current one stays. A
// later choice replaces one that is still connecting.
func connect(m *Model, name string) tea.Cmd {
	return changeFeed(m, name, func(ctx context.Context) (*live.Feed, error) { return m.opt.Connect(ctx, name) })
}

// changeFeed opens another feed and switches to it, unless another was chosen
// meanwhile.
func changeFeed(m *Model, name string, open func(context.Context) (*live.Feed, error)) tea.Cmd {
	if m.giveUp != nil {
		m.giveUp()
	}
	m.attempts++
	attempt := m.attempts
	ctx, cancel := context.WithCancel(context.Background())
	m.connecting, m.giveUp = name, cancel
	down := m.newest != nil && m.newest.Phase == live.Down
	return func() tea.Msg {
		defer cancel()
		ctx, stop := context.WithTimeout(ctx, taskTime)
		defer stop()
		feed, err := open(ctx)
		return doneMsg{act(func(m *Model) {
			switch {
			case attempt != m.attempts:
				feed.Release()
				return
			case err != nil:
				m.connecting, m.giveUp = "", nil
				m.notice = notice{} // clears "connecting"
				m.report(&widget.Message{Text: advised(m, err), Down: down})
				return
			}
			m.connecting, m.giveUp = "", nil
			useFeed(m, feed)
		})}
	}
}

// advised returns the text of an error with its hint.
func advised(m *Model, err error) string {
	text := err.Error()
	if m.opt.Hint != nil {
		if hint := m.opt.Hint(err); hint != "" {
			text += "\n\n" + hint
		}
	}
	return text
}

// useFeed sets the collector's feed and discards everything from the old one: what
// is open for one of its objects must not act on the new fleet.
func useFeed(m *Model, feed *live.Feed) {
	m.opt.Feed = feed
	m.send(live.UseFeed(feed))
	m.paused, m.State, m.newest = false, nil, nil
	m.Marks = live.NewMarks()
	m.stack, m.past, m.future = m.stack[:1], nil, nil
	switch m.overlay.(type) {
	case *readingBox, *messageBox:
	default:
		m.overlay = nil
	}
	m.notice = notice{} // clears "connecting"
	m.Touch()
}

// perform runs a confirmed action. The result is shown when it is done, with its
// name, since other things may have happened meanwhile.
func perform(m *Model, actions live.Actions, a live.Action) tea.Cmd {
	name := a.Verb + " " + a.Target()
	if slices.Contains(m.running, name) {
		m.fail(name + " still runs")
		return nil
	}
	m.running, m.warned = append(m.running, name), false
	m.notify(name + " …")
	return taskFor(actionTime, func(ctx context.Context) func(*Model) tea.Cmd {
		answer, err := actions.Do(ctx, a)
		return act(func(m *Model) {
			m.running = slices.DeleteFunc(m.running, func(s string) bool { return s == name })
			m.notice = notice{} // clears "in progress"
			if err != nil {
				m.report(&widget.Message{Text: name + ": " + advised(m, err)})
				return
			}
			m.report(&widget.Message{Text: answer, Good: true})
		})
	})
}
