package tui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/page"

	tea "github.com/charmbracelet/bubbletea"
)

// screenFor is a screen of a fleet that answers, in a window of 120x40.
func screenFor(t *testing.T, opt Options, versions ...string) (*Model, *live.State) {
	t.Helper()
	m := NewModel(opt, nil)
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	st := stateOf(fixture.Cluster(time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC), versions...))
	m.Update(stateMsg{st})
	return m, st
}

// typeKeys presses keys and returns what the last one started.
func typeKeys(m *Model, keys ...string) (cmd tea.Cmd) {
	for _, k := range keys {
		_, cmd = m.Update(keyNamed(k))
	}
	return cmd
}

// finish runs what a key started and brings its outcome to the screen.
func finish(m *Model, cmd tea.Cmd) {
	if done, ok := cmd().(doneMsg); ok {
		m.Update(done)
	}
}

// TestWordsWait has an action end while something is typed: what came of it
// takes no key, and is read when the line is closed.
func TestWordsWait(t *testing.T) {
	m, _ := screenFor(t, Options{Feed: &live.Feed{Name: "test", Actions: &fakeActions{}}}, "2.15.2", "2.15.2")
	doing := typeKeys(m, "2", "x", "enter", "n1", "enter")
	if s := m.View(); !strings.Contains(s, "◌ reload n1 …") && !strings.Contains(s, "reload n1 …") {
		t.Errorf("nothing says that the action runs:\n%s", s)
	}
	typeKeys(m, "/", "n")
	finish(m, doing)
	typeKeys(m, "2")
	if m.prompt == nil || m.prompt.Input.Value() != "n2" {
		t.Fatal("the answer of the action took a key of the prompt")
	}
	typeKeys(m, "enter")
	if m.notice.text != "did reload" {
		t.Errorf("the answer that came meanwhile: %q", m.notice.text)
	}
}

// TestLateContext changes to a context that hangs and then to another: the
// second is shown, and the first is closed when it comes at last. A held r does
// not connect over and over.
func TestLateContext(t *testing.T) {
	closed := 0
	opt := Options{Feed: &live.Feed{Name: "test", Context: "test"}}
	tries := 0
	opt.Connect = func(_ context.Context, name string) (*live.Feed, error) {
		tries++
		return &live.Feed{Name: name, Close: func() { closed++ }}, nil
	}
	m, st := screenFor(t, opt, "2.15.2")
	slow := typeKeys(m, ":ctx hung", "enter")
	quick := typeKeys(m, ":ctx good", "enter")
	finish(m, quick)
	finish(m, slow)
	if m.opt.Feed.Name != "good" || closed != 1 {
		t.Errorf("shown is %s, %d feeds were closed", m.opt.Feed.Name, closed)
	}
	m.opt.Feed.Context, st.Phase, tries = "good", live.Down, 0
	m.Update(stateMsg{st})
	var cmds []tea.Cmd
	for range 100 {
		if cmd := typeKeys(m, "r"); cmd != nil {
			cmds = append(cmds, cmd)
		}
	}
	if len(cmds) != 1 {
		t.Errorf("a held r connects %d times", len(cmds))
	}
}

// TestStateOfOtherFeed brings a state of the feed before, that was on its way
// when the feed changed: it is not shown under the new name.
func TestStateOfOtherFeed(t *testing.T) {
	old := &live.Feed{Name: "old"}
	m, st := screenFor(t, Options{Feed: old}, "2.15.2")
	useFeed(m, &live.Feed{Name: "new"})
	late := *st
	late.Of = old
	m.Update(stateMsg{&late})
	if m.State != nil {
		t.Error("the fleet before is shown under the name of the new one")
	}
}

// TestDialogOfOtherFeed changes the context while an action waits for its
// confirmation: Enter does nothing to the new fleet.
func TestDialogOfOtherFeed(t *testing.T) {
	f := &fakeActions{}
	m, _ := screenFor(t, Options{Feed: &live.Feed{Name: "test", Actions: f}}, "2.15.2")
	typeKeys(m, "2", "x", "enter", "n1")
	useFeed(m, &live.Feed{Name: "other", Actions: f})
	if cmd := typeKeys(m, "enter"); cmd != nil && len(f.done) > 0 || m.overlay != nil {
		t.Errorf("done to the other fleet: %v, open %T", f.done, m.overlay)
	}
}

// TestQuitWhileActing asks before it leaves an action unfinished.
func TestQuitWhileActing(t *testing.T) {
	for _, key := range []string{"q", "ctrl+c"} {
		m, _ := screenFor(t, Options{Feed: &live.Feed{Name: "test", Actions: &fakeActions{}}}, "2.15.2")
		doing := typeKeys(m, "2", "x", "enter", "n1", "enter")
		typeKeys(m, key)
		if m.quitting || !strings.Contains(m.notice.text, "reload n1 still runs") {
			t.Errorf("%s while an action runs: quits %t, %q", key, m.quitting, m.notice.text)
		}
		typeKeys(m, key)
		if !m.quitting {
			t.Errorf("the second %s does not quit", key)
		}
		finish(m, doing)
	}
}

// TestAim checks that an action is about one server that is there, or not begun.
func TestAim(t *testing.T) {
	f := &fakeActions{}
	opt := Options{Feed: &live.Feed{Name: "test", Actions: f}, Page: "server n1"}
	early := NewModel(opt, nil)
	early.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	typeKeys(early, "x")
	if early.overlay != nil || !strings.Contains(early.notice.text, "does not respond") {
		t.Errorf("before anything answered: %T %q", early.overlay, early.notice.text)
	}
	m, st := screenFor(t, Options{Feed: opt.Feed}, "2.15.2", "2.15.2")
	for _, row := range []struct {
		about  live.Action
		change func()
		want   string
	}{
		{live.Action{Server: "n1"}, func() {}, ""},
		{live.Action{}, func() {}, "select a server or a connection"},
		{live.Action{Server: "n1", ServerID: "its life before"}, func() {}, "is gone"},
		{live.Action{Server: "n1"}, func() { st.Servers[1].Name = "n1" }, "2 servers are named n1"},
		{live.Action{Server: "n1", ServerID: "Nn1"}, func() {}, ""},
	} {
		row.change()
		err := setTarget(m, &row.about)
		if row.want == "" && (err != nil || row.about.ServerID != "Nn1") || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%+v: %v, want %q", row.about, err, row.want)
		}
	}
	st.Phase = live.Down
	m.Update(stateMsg{st})
	if typeKeys(m, "2", "x"); m.overlay != nil {
		t.Error("an action is offered while nothing answers")
	}
}

// TestVerbByLetter types the first letter of each action: it is that action
// which then asks for the name, also where the letter moves up elsewhere.
func TestVerbByLetter(t *testing.T) {
	for letter, verb := range map[string]string{"r": "reload", "k": "kick-clients", "l": "lame-duck", "down": "kick-clients", "j": "kick-clients"} {
		m, _ := screenFor(t, Options{Feed: &live.Feed{Name: "test", Actions: &fakeActions{}}}, "2.15.2")
		typeKeys(m, "2", "x", letter, "enter")
		if c, ok := m.overlay.(*confirmation); !ok || c.action.Verb != verb {
			t.Errorf("%s leads to %+v, want %s", letter, m.overlay, verb)
		}
	}
}

// TestKeysUnseen presses keys in a window that is too small to show what they
// do.
func TestKeysUnseen(t *testing.T) {
	f := &fakeActions{}
	m, _ := screenFor(t, Options{Feed: &live.Feed{Name: "test", Actions: f}}, "2.15.2")
	m.Update(tea.WindowSizeMsg{Width: 40, Height: 10})
	typeKeys(m, "2", "x", "enter", "n1", "enter", ":")
	m.Update(tea.MouseMsg{X: 12, Y: 2, Button: tea.MouseButtonLeft, Action: tea.MouseActionPress})
	if m.overlay != nil || m.prompt != nil || m.cur().Spec.Kind != page.Topology {
		t.Errorf("unseen keys opened %T, %v, page %s", m.overlay, m.prompt, m.cur().Spec.Kind)
	}
	if typeKeys(m, "q"); !m.quitting {
		t.Error("q does not quit")
	}
}

// TestAdvice shows an error with what can be done about it, and takes the box
// away when the fleet answers again.
func TestAdvice(t *testing.T) {
	opt := Options{Feed: &live.Feed{Name: "test", Context: "test"}, Hint: func(error) string { return "look at the URL" }}
	opt.Connect = func(context.Context, string) (*live.Feed, error) {
		return nil, errors.New("connect to nowhere: refused")
	}
	m, st := screenFor(t, opt, "2.15.2")
	down := *st
	down.Phase, down.Trouble = live.Down, &live.Trouble{Title: "lost"}
	m.Update(stateMsg{&down})
	finish(m, typeKeys(m, "r"))
	if s := m.View(); !strings.Contains(s, "connect to nowhere: refused") || !strings.Contains(s, "look at the URL") || strings.Contains(s, "connecting") {
		t.Errorf("a failed attempt:\n%s", s)
	}
	m.Update(stateMsg{st})
	if m.overlay != nil {
		t.Error("the box stays although the fleet answers again")
	}
}

// TestPasteCut pastes more than a line takes: it says so.
func TestPasteCut(t *testing.T) {
	m, _ := screenFor(t, Options{Feed: &live.Feed{Name: "test"}}, "2.15.2")
	typeKeys(m, ":")
	m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(strings.Repeat("x", 1<<20)), Paste: true})
	if n := len(m.prompt.Input.Value()); n != 1000 {
		t.Errorf("%d characters were taken", n)
	}
	typeKeys(m, "esc")
	if !strings.Contains(m.notice.text, "was cut") {
		t.Errorf("nothing says that it was cut: %q", m.notice.text)
	}
}
