package tui

import (
	"context"
	"slices"

	"github.com/natsctl/natsctl/internal/tui/widget"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/live"
)

// connect changes to another context; the present one stays when that fails. A
// later choice takes the place of one that is still being connected to.
func connect(m *Model, name string) tea.Cmd {
	return changeFeed(m, name, func(ctx context.Context) (*live.Feed, error) { return m.opt.Connect(ctx, name) })
}

// changeFeed opens another feed and shows it, unless another was chosen
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
				m.notice = notice{} // that it is connecting
				m.report(&widget.Message{Text: advised(m, err), Down: down})
				return
			}
			m.connecting, m.giveUp = "", nil
			useFeed(m, feed)
		})}
	}
}

// advised is an error with what can be done about it.
func advised(m *Model, err error) string {
	text := err.Error()
	if m.opt.Hint != nil {
		if hint := m.opt.Hint(err); hint != "" {
			text += "\n\n" + hint
		}
	}
	return text
}

// useFeed gives another feed to the collector and forgets what was of the old:
// what is open about one of its objects must not act on the new one.
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
	m.notice = notice{} // that it is connecting
	m.Touch()
}

// perform does an action that was confirmed; what came of it is told when it is
// done, with its name, since other things were done meanwhile.
func perform(m *Model, actions live.Actions, a live.Action) tea.Cmd {
	name := a.Verb + " " + a.Target()
	if slices.Contains(m.running, name) {
		m.fail(name + " still runs")
		return nil
	}
	m.running, m.warned = append(m.running, name), false
	m.say(name + " …")
	return taskFor(actionTime, func(ctx context.Context) func(*Model) tea.Cmd {
		answer, err := actions.Do(ctx, a)
		return act(func(m *Model) {
			m.running = slices.DeleteFunc(m.running, func(s string) bool { return s == name })
			m.notice = notice{} // that it is done
			if err != nil {
				m.report(&widget.Message{Text: name + ": " + advised(m, err)})
				return
			}
			m.report(&widget.Message{Text: answer, Good: true})
		})
	})
}
