package tui

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// TestNoActions offers no action where nothing may be changed: in a replay, to
// the user of one account, and without --allow-actions.
func TestNoActions(t *testing.T) {
	base := stateOf(fixture.Cluster(fixture.Noon, "2.15.2", "2.15.2"))
	own := stateOf(fixture.OneAccount(fixture.Noon, 7))
	replayed := *base
	replayed.Replayed = &live.ReplayInfo{Speed: 1, End: 3}
	for _, c := range []struct {
		name    string
		state   *live.State
		actions live.Actions
		open    bool
	}{
		{"allowed", base, &fakeActions{}, true},
		{"not allowed", base, nil, false},
		{"a replay", &replayed, &fakeActions{}, false},
		{"one account", own, &fakeActions{}, false},
	} {
		m := NewModel(Options{Feed: &live.Feed{Name: "test", Actions: c.actions}}, nil)
		m.Update(windowOf(120, 40))
		m.Update(stateMsg{c.state})
		keys := "2x"
		if c.state == own {
			keys = "x"
		}
		for _, k := range keys {
			m.Update(keyNamed(string(k)))
		}
		if open := m.overlay != nil; open != c.open {
			t.Errorf("%s: the actions open: %t", c.name, open)
		}
	}
}

// TestConfirmationIsTheName does an action after its object's whole name was
// typed, and after nothing else.
func TestConfirmationIsTheName(t *testing.T) {
	for typed, want := range map[string]int{"": 0, "n": 0, "n11": 0, "N1": 0, " n1": 0, "n2": 0, "yes": 0, "n1": 1} {
		f := &fakeActions{}
		m, _ := screenFor(t, Options{Feed: &live.Feed{Name: "test", Actions: f}}, "2.15.2", "2.15.2")
		typeKeys(m, "2", "x", "l", "enter")
		if typed != "" {
			typeKeys(m, typed)
		}
		if cmd := typeKeys(m, "enter"); cmd != nil {
			finish(m, cmd)
		}
		if len(f.done) != want {
			t.Errorf("%q was typed, and %v was done", typed, f.done)
		}
	}
}

// TestOneActionAtATime does not start an action again while it runs, and starts
// another.
func TestOneActionAtATime(t *testing.T) {
	f := &fakeActions{}
	m, _ := screenFor(t, Options{Feed: &live.Feed{Name: "test", Actions: f}}, "2.15.2", "2.15.2")
	first := typeKeys(m, "2", "x", "r", "enter", "n1", "enter")
	if cmd := typeKeys(m, "x", "r", "enter", "n1", "enter"); cmd != nil || !strings.Contains(m.notice.text, "reload n1 still runs") {
		t.Errorf("the same action again: %q", m.notice.text)
	}
	second := typeKeys(m, "x", "l", "enter", "n1", "enter")
	if second == nil {
		t.Fatal("another action is not started")
	}
	finish(m, first)
	finish(m, second)
	if len(f.done) != 2 || f.done[0].Verb != "reload" || f.done[1].Verb != "lame-duck" || len(m.running) != 0 {
		t.Errorf("done: %v, still running %v", f.done, m.running)
	}
}

// TestActionsUseTheNewestState aims at what the fleet is now, while the screen is
// paused and shows an older state.
func TestActionsUseTheNewestState(t *testing.T) {
	shown := stateOf(fixture.Cluster(fixture.Noon, "2.15.2", "2.15.2"))
	later := fixture.Cluster(fixture.Noon.Add(2*time.Second), "2.15.2", "2.15.2")
	later.Servers[0].Statsz.Connections = 77
	down := *stateOf(later)
	down.Phase = live.Down
	for name, c := range map[string]struct {
		newest  *live.State
		clients int
		notice  string
	}{
		"more clients": {stateOf(later), 77, ""},
		"gone":         {stateOf(fixture.Without(later, "n1")), 0, "n1 is gone"},
		"down":         {&down, 0, "no actions while the fleet does not respond"},
	} {
		m := NewModel(Options{Feed: &live.Feed{Name: "test", Actions: &fakeActions{}}}, nil)
		m.Update(windowOf(120, 40))
		m.Update(stateMsg{shown})
		typeKeys(m, "2", "p")
		m.Update(stateMsg{c.newest})
		typeKeys(m, "x")
		if open := m.overlay != nil; open != (c.notice == "") || !strings.Contains(m.notice.text, c.notice) {
			t.Errorf("%s: the actions open: %t, %q", name, open, m.notice.text)
			continue
		}
		if c.notice != "" {
			continue
		}
		typeKeys(m, "l", "enter")
		if box, ok := m.overlay.(*confirmation); !ok || box.action.Clients != c.clients || m.State != shown {
			t.Errorf("%s: not aimed at the newest state: %+v", name, m.overlay)
		}
	}
}

// TestMarksAreOfOneFleet keeps no mark of an alert or a server when another fleet
// is shown, where the same alert fires.
func TestMarksAreOfOneFleet(t *testing.T) {
	m := pressed(watching()(fixture.Sick(0, true, true)), 120, 40, "7", "a")
	m.Marks.Hide("east/n9")
	if crit, _ := m.Marks.Firing(m.State); crit != 0 {
		t.Fatalf("acknowledged, and %d fire", crit)
	}
	useFeed(m, &live.Feed{Name: "other"})
	m.Update(stateMsg{watching()(fixture.Sick(0, true, true))})
	if crit, _ := m.Marks.Firing(m.State); crit != 1 || m.Marks.Hides("east/n9") || m.Marks.Undo() {
		t.Errorf("the marks of another fleet are kept: %d fire, hidden %v", crit, m.Marks.Hidden)
	}
}

// nullRecorder records nothing.
type nullRecorder struct{}

func (nullRecorder) Snapshot(*fleet.Snapshot) error { return nil }
func (nullRecorder) Event(fleet.Event) error        { return nil }
func (nullRecorder) Close() error                   { return nil }

// TestFilesAreNewAndPrivate saves and records into files that only their owner
// may read, and never over a file that is there.
func TestFilesAreNewAndPrivate(t *testing.T) {
	dir := t.TempDir()
	opt := Options{Feed: &live.Feed{Name: "test"}, NewRecorder: func(io.Writer) live.Recorder { return nullRecorder{} }}
	for _, line := range []string{":save json ", ":save svg ", ":rec start "} {
		m, _ := screenFor(t, opt, "2.15.2")
		name := filepath.Join(dir, strings.Map(func(r rune) rune {
			if r == ':' || r == ' ' {
				return '-'
			}
			return r
		}, line))
		typeKeys(m, line+name, "enter")
		info, err := os.Stat(name)
		if err != nil || m.notice.bad {
			t.Fatalf("%s: %v, %q", line, err, m.notice.text)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s: the file has mode %v", line, info.Mode())
		}
		if err := os.WriteFile(name, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		m, _ = screenFor(t, opt, "2.15.2")
		typeKeys(m, line+name, "enter")
		if data, err := os.ReadFile(name); err != nil || string(data) != "mine" {
			t.Errorf("%s wrote over a file: %q, %v", line, data, err)
		}
		if !m.notice.bad && m.overlay == nil {
			t.Errorf("%s: nothing says that the file exists: %q", line, m.notice.text)
		}
	}
}
