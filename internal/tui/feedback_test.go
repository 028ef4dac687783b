package tui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// TestEveryKeyAnswers says what a key does that does nothing here, and why there
// are no actions.
func TestEveryKeyAnswers(t *testing.T) {
	replayed := *stateOf(fixture.Cluster(fixture.Noon, "2.15.2"))
	replayed.Replayed = &live.ReplayInfo{Speed: 1, End: 3}
	for _, c := range []struct {
		name  string
		state *live.State
		keys  []string
		want  string
	}{
		{"unknown", nil, []string{"K"}, "no key K; ? lists the keys"},
		{"a control key", nil, []string{"\x1b[31m"}, ""},
		{"of another page", nil, []string{"F"}, "no key F; ? lists the keys"},
		{"not now", nil, []string{":matrix", "enter", "y"}, ""},
		{"actions that are off", nil, []string{"2", "x"}, "actions are off; start natsctl top with --allow-actions"},
		{"actions in a recording", &replayed, []string{"2", "x"}, "a recording is replayed: nothing can be changed"},
		{"actions of one account", stateOf(fixture.OneAccount(fixture.Noon, 7)), []string{"x"}, "actions need a user of the system account"},
		{"a key that works", nil, []string{"2", "G"}, ""},
	} {
		st := c.state
		if st == nil {
			st = stateOf(fixture.Cluster(fixture.Noon, "2.15.2", "2.15.2"))
		}
		m := NewModel(Options{Feed: &live.Feed{Name: "test"}}, nil)
		m.Update(windowOf(120, 40))
		m.Update(stateMsg{st})
		for _, k := range c.keys {
			m.Update(keyNamed(k))
		}
		if c.want != "" && m.notice.text != c.want || c.want == "" && strings.Contains(m.notice.text, "\x1b") {
			t.Errorf("%s: %q, want %q", c.name, m.notice.text, c.want)
		}
	}
}

// TestFilterBeginsAfresh opens the filter empty, applies what is typed alone, and
// brings the one before back with Up; Esc leaves what was.
func TestFilterBeginsAfresh(t *testing.T) {
	m := pressed(stateOf(fixture.Cluster(fixture.Noon, "2.15.2", "2.15.2", "2.15.2")), 120, 40, "2", "/", "n1", "enter")
	if l := m.cur().List(); l.Filter != "n1" || len(l.Order) != 1 {
		t.Fatalf("the filter is %q, %d rows", l.Filter, len(l.Order))
	}
	for _, step := range []struct {
		keys, want string
		rows       int
	}{
		{"/ n2 enter", "n2", 1},
		{"/ esc", "n2", 1},
		{"/ n3 esc", "n2", 1},
		{"/ up enter", "n2", 1},
		{"/ up up enter", "n1", 1},
		{"/ enter", "", 3},
		{"/ up enter", "n1", 1},
	} {
		typeKeys(m, strings.Fields(step.keys)...)
		if l := m.cur().List(); l.Filter != step.want || len(l.Order) != step.rows || m.prompt != nil {
			t.Errorf("%s: the filter is %q with %d rows, want %q with %d", step.keys, l.Filter, len(l.Order), step.want, step.rows)
		}
	}
}

// TestMarksAnswer says what was acknowledged or muted, for how long, and takes it
// back.
func TestMarksAnswer(t *testing.T) {
	m := faulty(t, "server-hangs", 120, 40, "7")
	firing := func() int {
		crit, warn := m.Marks.Firing(m.State)
		return crit + warn
	}
	all := firing()
	for _, step := range []struct {
		keys, want string
		less       int
	}{
		{"a", "acknowledged: servers west-3   U undoes it", 1},
		{"a", "no longer acknowledged: servers west-3", 0},
		{"m down enter", "muted for 4h: servers west-3   U undoes it", 1},
		{"m", "no longer muted: servers west-3", 0},
		{"m esc", "", 0},
		{"m up enter U", "undone", 0},
		{"U", "nothing to undo", 0},
	} {
		typeKeys(m, strings.Fields(step.keys)...)
		if m.notice.text != step.want || firing() != all-step.less {
			t.Errorf("%s: %q with %d alerts, want %q with %d", step.keys, m.notice.text, firing(), step.want, all-step.less)
		}
	}
	typeKeys(m, "A")
	if firing() != 0 || !strings.HasPrefix(m.notice.text, "acknowledged ") {
		t.Errorf("all: %q with %d alerts", m.notice.text, firing())
	}
	if typeKeys(m, "U"); firing() != all {
		t.Errorf("after the undo of all %d of %d alerts fire", firing(), all)
	}
}

// TestMessageToPaste copies an alert or a cause as a message: what, since when,
// impact, next step and command; other objects as JSON.
func TestMessageToPaste(t *testing.T) {
	copied := func(keys ...string) string {
		m := faulty(t, "meta-leader-hangs", 120, 40, keys...)
		_, cmd := m.Update(keyNamed("Y"))
		for _, msg := range batched(cmd) {
			if text, ok := msg.(copyMsg); ok {
				return string(text)
			}
		}
		return ""
	}
	for _, c := range []struct {
		keys []string
		want []string
	}{
		{[]string{"!"}, []string{"[crit] meta-leader-hangs: west-2 hangs, or was just cut off", "\nsince 2026-", "\nexplains: 5 health reports", "\nimpact: ", "\nnext: Look at the host", "\ncommand: natsctl check servers\n"}},
		{[]string{"!", "down"}, []string{"[crit] meta-leader-hangs: east-1 is unhealthy", "\nfollows from: west-2\n", "\ncommand: natsctl check health\n"}},
		{[]string{"7"}, []string{"[crit] meta-leader-hangs: west-2 is connected", "\nimpact: ", "\nnext: "}},
		{[]string{"2"}, []string{"{\n"}},
	} {
		text := copied(c.keys...)
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%q: lacks %q:\n%.800s", c.keys, want, text)
			}
		}
	}
}

// batched are the messages of a command and of those that it batches.
func batched(cmd tea.Cmd) []tea.Msg {
	if cmd == nil {
		return nil
	}
	msg := cmd()
	list, ok := msg.(tea.BatchMsg)
	if !ok {
		return []tea.Msg{msg}
	}
	var out []tea.Msg
	for _, c := range list {
		out = append(out, batched(c)...)
	}
	return out
}
