package tui

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/view"
)

// cmdContext switches to another context; if that fails, the current one stays.
func cmdContext(m *Model, args []string) tea.Cmd {
	name := strings.Join(args, " ")
	switch {
	case m.opt.Connect == nil:
		m.fail("no contexts are available")
		return nil
	case name == "":
		pickContext(m)
		return nil
	}
	m.notify("connecting to " + name + " …")
	return connect(m, name)
}

// pickContext opens a list of the saved contexts.
func pickContext(m *Model) {
	names := contextNames(m)
	if len(names) == 0 {
		m.fail("no saved contexts")
		return
	}
	p := &widget.Picker{Title: "context"}
	for _, n := range names {
		p.Items = append(p.Items, widget.Item{Text: view.Text(n)})
	}
	m.overlay = &choiceBox{Picker: p, take: func(m *Model, i int) tea.Cmd { return connect(m, names[i]) }}
}

// cmdOpen replays a recording.
func cmdOpen(m *Model, args []string) tea.Cmd {
	path := strings.Join(args, " ")
	if m.opt.OpenRecording == nil || path == "" {
		m.fail("usage: :open FILE")
		return nil
	}
	return changeFeed(m, path, func(context.Context) (*live.Feed, error) { return m.opt.OpenRecording(path) })
}

// cmdRec starts or stops a recording. An existing file is never overwritten.
func cmdRec(m *Model, args []string) tea.Cmd {
	switch {
	case m.opt.NewRecorder == nil:
		m.fail("recording is not available")
	case len(args) > 0 && args[0] == "stop" && recordingName(m) == "":
		m.fail("nothing is being recorded; start with :rec start")
	case len(args) > 0 && args[0] == "stop":
		m.send(live.StopRecording())
	case recordingName(m) != "" && (len(args) == 0 || args[0] == "start"):
		m.fail("already recording to " + recordingName(m) + "; :rec stop ends it")
	case len(args) == 0 || args[0] == "start":
		name := fileName(m, "ndjson.gz")
		if len(args) > 1 {
			name = strings.Join(args[1:], " ")
		}
		f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			m.fail(advised(m, err))
			return nil
		}
		m.send(live.StartRecording(name, f, m.opt.NewRecorder(f)))
		m.notify("recording to " + name + "   :rec stop ends it")
	default:
		m.fail("usage: :rec start [FILE], or :rec stop")
	}
	return nil
}

// recordingName returns the file being recorded to, or "".
func recordingName(m *Model) string {
	if m.newest == nil {
		return ""
	}
	return m.newest.Recording
}

// cmdReload reloads the configuration.
func cmdReload(m *Model, _ []string) tea.Cmd {
	if m.opt.Reload == nil {
		m.fail("no configuration to read")
		return nil
	}
	return task(func(context.Context) func(*Model) tea.Cmd {
		cfg, err := m.opt.Reload()
		return act(func(m *Model) {
			if err != nil {
				m.report(&widget.Message{Text: advised(m, err)})
				return
			}
			configure(m, cfg)
			m.report(&widget.Message{Text: "configuration read again", Good: true})
		})
	})
}

// fileName returns a file name for the current screen.
func fileName(m *Model, ext string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, m.opt.Feed.NameOr("natsctl"))
	return fmt.Sprintf("natsctl-%s-%s.%s", name, m.Now().UTC().Format("20060102T150405Z"), ext)
}

// gatherAgain polls now. If the connection is lost, it reconnects with the context as
// currently saved: credentials may have changed.
func gatherAgain(m *Model) tea.Cmd {
	if m.connecting != "" {
		m.notify("still connecting to " + m.connecting)
		return nil
	}
	m.send(live.GatherNow)
	if m.newest != nil && m.newest.Phase == live.Down && m.opt.Connect != nil && m.opt.Feed != nil && m.opt.Feed.Context != "" {
		m.notify("connecting anew …")
		return connect(m, m.opt.Feed.Context)
	}
	m.notify("asking again")
	return nil
}

// cmdAt jumps to a time of day of the recording.
func cmdAt(m *Model, args []string) tea.Cmd {
	if !m.InReplay() {
		m.fail(":at needs a recording: natsctl top --replay FILE, or :open FILE")
		return nil
	}
	at, err := live.ParseAt(strings.Join(args, " "), m.State.Replayed.First)
	if err != nil {
		m.fail(err.Error())
		return nil
	}
	m.send(live.ToTime(at))
	return nil
}
