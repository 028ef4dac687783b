package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/tui/live"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/cell"
)

// tasks is what goes on off the screen's goroutine and is awaited: a change to
// another feed, one at a time, and actions, one at a time for each object.
type tasks struct {
	dialing string             // the context that is being connected to; empty: none
	hangUp  context.CancelFunc // gives up on it
	dials   int                // so far: a feed that comes late is told by it
	running []string           // actions under way: verb and object
	warned  bool               // quit was asked for while one was under way
}

// connect changes to another context; the present one stays when that fails. A
// later choice takes the place of one that is still being connected to.
func (m *Model) connect(name string) tea.Cmd {
	return m.changeFeed(name, func(ctx context.Context) (*live.Feed, error) { return m.opt.Connect(ctx, name) })
}

// changeFeed opens another feed and shows it, unless another was chosen
// meanwhile.
func (m *Model) changeFeed(name string, open func(context.Context) (*live.Feed, error)) tea.Cmd {
	if m.hangUp != nil {
		m.hangUp()
	}
	m.dials++
	dial := m.dials
	ctx, cancel := context.WithCancel(context.Background())
	m.dialing, m.hangUp = name, cancel
	down := m.live != nil && m.live.Phase == live.Down
	return func() tea.Msg {
		defer cancel()
		ctx, stop := context.WithTimeout(ctx, taskTime)
		defer stop()
		feed, err := open(ctx)
		return doneMsg{act(func(m *Model) {
			switch {
			case dial != m.dials:
				feed.Release()
				return
			case err != nil:
				m.dialing, m.hangUp = "", nil
				m.notice = notice{} // that it is connecting
				m.report(&message{text: m.advised(err), down: down})
				return
			}
			m.dialing, m.hangUp = "", nil
			m.useFeed(feed)
		})}
	}
}

// advised is an error with what can be done about it.
func (m *Model) advised(err error) string {
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
func (m *Model) useFeed(feed *live.Feed) {
	m.opt.Feed = feed
	m.send(live.UseFeed(feed))
	m.paused, m.st, m.live = false, nil, nil
	m.marks = live.NewMarks()
	m.stack, m.past, m.future = m.stack[:1], nil, nil
	switch m.overlay.(type) {
	case *scroller, *message:
	default:
		m.overlay = nil
	}
	m.notice = notice{} // that it is connecting
	m.touch()
}

// perform does an action that was confirmed; what came of it is told when it is
// done, with its name, since other things were done meanwhile.
func (m *Model) perform(actions live.Actions, a live.Action) tea.Cmd {
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
				m.report(&message{text: name + ": " + m.advised(err)})
				return
			}
			m.report(&message{text: answer, good: true})
		})
	})
}

// taskSegments are the tasks under way.
func (m *Model) taskSegments() []segment {
	var doing []string
	if m.dialing != "" {
		doing = append(doing, "connecting to "+m.dialing)
	}
	doing = append(doing, m.running...)
	if len(doing) == 0 {
		return nil
	}
	return []segment{{text: "◌ " + strings.Join(doing, ", ") + " …", short: fmt.Sprintf("◌ %d running", len(doing)), style: cell.Hazy}}
}
