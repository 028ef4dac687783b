package tui

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/tui/live"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/view"
)

// task runs work off the screen's goroutine; what it returns is done to the
// screen when it is ready.
func task(work func(ctx context.Context) func(*Model) tea.Cmd) tea.Cmd {
	return taskFor(taskTime, work)
}

// taskFor is a task that may take so long.
func taskFor(d time.Duration, work func(ctx context.Context) func(*Model) tea.Cmd) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), d)
		defer cancel()
		return doneMsg{work(ctx)}
	}
}

// taskTime bounds one task.
const taskTime = 30 * time.Second

// cmdContext changes to another context; the present one stays when that
// fails.
func cmdContext(m *Model, args []string) tea.Cmd {
	name := strings.Join(args, " ")
	switch {
	case m.opt.Connect == nil:
		m.fail("there are no contexts here")
		return nil
	case name == "":
		m.pickContext()
		return nil
	}
	m.say("connecting to " + name + " …")
	return m.connect(name)
}

// pickContext chooses among the saved contexts.
func (m *Model) pickContext() {
	names := m.contextNames()
	if len(names) == 0 {
		m.fail("no saved contexts")
		return
	}
	p := &picker{title: "context"}
	for _, n := range names {
		p.items = append(p.items, pick{text: view.Text(n)})
	}
	p.take = func(m *Model, i int) tea.Cmd { return m.connect(names[i]) }
	m.overlay = p
}

// cmdOpen replays a recording.
func cmdOpen(m *Model, args []string) tea.Cmd {
	path := strings.Join(args, " ")
	if m.opt.OpenTape == nil || path == "" {
		m.fail("open takes the file of a recording")
		return nil
	}
	return m.changeFeed(path, func(context.Context) (*live.Feed, error) { return m.opt.OpenTape(path) })
}

// cmdRec starts or ends a recording. An existing file is never overwritten.
func cmdRec(m *Model, args []string) tea.Cmd {
	switch {
	case m.opt.NewRecorder == nil:
		m.fail("recording is not possible here")
	case len(args) > 0 && args[0] == "stop" && m.recording() == "":
		m.fail("nothing is being recorded; :rec start begins")
	case len(args) > 0 && args[0] == "stop":
		m.send(live.StopRecording())
	case m.recording() != "" && (len(args) == 0 || args[0] == "start"):
		m.fail("already recording to " + m.recording() + "; :rec stop ends it")
	case len(args) == 0 || args[0] == "start":
		name := m.fileName("ndjson.gz")
		if len(args) > 1 {
			name = strings.Join(args[1:], " ")
		}
		f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			m.fail(m.advised(err))
			return nil
		}
		m.send(live.StartRecording(name, f, m.opt.NewRecorder(f)))
		m.say("recording to " + name + "   :rec stop ends it")
	default:
		m.fail("rec takes start [file] or stop")
	}
	return nil
}

// recording is the file that is being written; empty: none.
func (m *Model) recording() string {
	if m.live == nil {
		return ""
	}
	return m.live.Recording
}

// cmdReload reads the configuration again.
func cmdReload(m *Model, _ []string) tea.Cmd {
	if m.opt.Reload == nil {
		m.fail("no configuration to read")
		return nil
	}
	return task(func(context.Context) func(*Model) tea.Cmd {
		cfg, err := m.opt.Reload()
		return act(func(m *Model) {
			if err != nil {
				m.report(&message{text: m.advised(err)})
				return
			}
			m.configure(cfg)
			m.report(&message{text: "configuration read again", good: true})
		})
	})
}

// fileName is a name for a file of what is shown now.
func (m *Model) fileName(ext string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, m.opt.Feed.NameOr("natsctl"))
	return fmt.Sprintf("natsctl-%s-%s.%s", name, m.now().UTC().Format("20060102T150405Z"), ext)
}

// askAgain asks now. When the connection is lost it connects anew, with the
// context as it is saved now: credentials may have changed.
func (m *Model) askAgain() tea.Cmd {
	if m.dialing != "" {
		m.say("still connecting to " + m.dialing)
		return nil
	}
	m.send(live.AskNow)
	if m.live != nil && m.live.Phase == live.Down && m.opt.Connect != nil && m.opt.Feed != nil && m.opt.Feed.Context != "" {
		m.say("connecting anew …")
		return m.connect(m.opt.Feed.Context)
	}
	m.say("asking again")
	return nil
}
