package tui

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"

	tea "github.com/charmbracelet/bubbletea"
)

// fakeActions remembers what was done.
type fakeActions struct{ done []live.Action }

func (*fakeActions) Plan(a live.Action) (scope, command string) {
	return "scope of " + a.Verb, "natsctl " + a.Verb
}

func (f *fakeActions) Do(_ context.Context, a live.Action) (string, error) {
	f.done = append(f.done, a)
	return "did " + a.Verb, nil
}

// TestConfirm checks that an action is done only after the name of its object
// was typed, that the equivalent command is shown before, and that there is
// none without --allow-actions.
func TestConfirm(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	st := stateOf(fixture.Cluster(now, "2.15.2", "2.15.2", "2.15.2"))
	press := func(actions live.Actions, keys ...string) string {
		m := NewModel(Options{Feed: &live.Feed{Name: "test", Actions: actions}}, nil)
		m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
		m.Update(stateMsg{st})
		for _, k := range keys {
			var cmd tea.Cmd
			if _, cmd = m.Update(keyNamed(k)); cmd == nil {
				continue
			}
			if done, ok := cmd().(doneMsg); ok {
				m.Update(done)
			}
		}
		return m.View()
	}
	f := &fakeActions{}
	if s := press(nil, "2", "x"); strings.Contains(s, "lame-duck") {
		t.Error("actions although none are allowed")
	}
	if s := press(f, "2", "x", "l", "enter"); !strings.Contains(s, "natsctl lame-duck") || !strings.Contains(s, "type n1 to confirm") {
		t.Errorf("the confirmation:\n%s", s)
	}
	if s := press(f, "2", "x", "l", "enter", "n2", "enter"); !strings.Contains(s, "name does not match") || len(f.done) > 0 {
		t.Errorf("another name was typed, and %v was done:\n%s", f.done, s)
	}
	if s := press(f, "2", "x", "l", "enter", "n1", "esc"); !strings.Contains(s, "nothing was changed") || len(f.done) > 0 {
		t.Errorf("it was cancelled, and %v was done:\n%s", f.done, s)
	}
	if s := press(f, "2", "x", "l", "enter", "n1", "enter"); !strings.Contains(s, "did lame-duck") || len(f.done) != 1 || f.done[0].ServerID != "Nn1" {
		t.Errorf("it was confirmed, and %v was done:\n%s", f.done, s)
	}
}
