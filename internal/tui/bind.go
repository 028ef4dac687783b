package tui

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"

	"github.com/natsctl/natsctl/internal/tui/page"
	"github.com/natsctl/natsctl/internal/tui/widget"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/view"
)

// press returns a row of the key table: keys as bubbletea names them, how they are
// shown, and what they do.
func press(keys []string, shown, help, hint string, do func(*Model) tea.Cmd) bind {
	return bind{Binding: key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, help)), hint: hint, do: do}
}

// only restricts a row to when the condition holds.
func (b bind) only(when func(*Model) bool) bind {
	b.when, b.local = when, true
	return b
}

// binds returns the key table of the open page. The page's own rows come before
// global ones, so they take precedence.
func binds(m *Model) []bind {
	return slices.Concat(replayBinds(), pageBinds(m.cur().Spec), jumpBinds(m.cur().Spec), tableBinds(), globalBinds())
}

// whyNot says why a key does nothing now.
func whyNot(m *Model, msg tea.KeyMsg) string {
	name := view.Text(msg.String())
	switch {
	case name == "x" && m.InReplay():
		return "a recording is replayed: nothing can be changed"
	case name == "x" && m.OneAccount():
		return "actions need a user of the system account"
	case name == "x" && !actionsEnabled(m):
		return "actions are off; start natsctl top with --allow-actions"
	}
	for _, b := range m.binds(m) {
		if slices.Contains(b.Keys(), msg.String()) {
			return name + " does nothing on this page; ? lists its keys"
		}
	}
	return "no key " + name + "; ? lists the keys"
}

// tabular reports whether some mode of the open page shows rows.
func tabular(m *Model) bool { return m.cur().Spec.Tabular() }

// ofObjects reports whether the open page shows objects that can be opened.
func ofObjects(m *Model) bool { return tabular(m) || m.cur().Spec.Kind == page.Server }

// pageBinds returns the key bindings of a page.
func pageBinds(s *page.Spec) []bind {
	var rows []bind
	for _, k := range s.Keys {
		rows = append(rows, press(k.Keys, k.Shown, k.Help, k.Hint, func(m *Model) tea.Cmd { return m.apply(k.Do(m.Context, m.cur())) }).
			only(func(m *Model) bool { return k.When == nil || k.When(m.Context) }))
	}
	return rows
}

// jumpKeys are the keys that open what belongs to the selected object.
var jumpKeys = map[page.Kind][2]string{
	page.Events:      {"e", "events of the object"},
	page.Connections: {"c", "connections of the object: of its client, account or server"},
	page.Topology:    {"L", "links of the server or the cluster"},
	page.JetStream:   {"J", "streams of the account, or on the server"},
}

// jumpBinds returns the keys for a page's related pages and for actions.
func jumpBinds(s *page.Spec) []bind {
	var rows []bind
	for _, j := range s.Jumps {
		k := jumpKeys[j.To]
		rows = append(rows, press([]string{k[0]}, k[0], k[1], j.Hint, act(func(m *Model) { m.follow(j.To) })).
			only(func(m *Model) bool { return j.To != page.Topology || m.SeesFleet() }))
	}
	return append(rows, press([]string{"x"}, "x", "actions on the object", "actions", act(openActions)).only(func(m *Model) bool { return ofObjects(m) && actionsEnabled(m) }))
}

// globalBinds returns the keys that work everywhere.
func globalBinds() []bind {
	rows := []bind{
		press([]string{"enter"}, "Enter", "open", "open", func(m *Model) tea.Cmd { return m.apply(m.cur().Enter(m.Context)) }).only(ofObjects),
		press([]string{"esc"}, "Esc", "clear the filter, then go back", "", act(escape)),
		press([]string{"f"}, "f", "only what is faulty", "faults", act(func(m *Model) { m.cur().List().ToggleFaults() })).only(tabular),
		press([]string{"/"}, "/", "filter: words, !word, ~regex or an expression", "filter", act(openFilter)),
		press([]string{":"}, ":", "command line; Tab completes", "command", act(openCommand)),
		press([]string{"p"}, "p", "pause the screen; collecting goes on", "pause", act(togglePause)),
		press([]string{"r"}, "r", "ask again now", "", gatherAgain),
		press([]string{"w"}, "w", "wide columns", "", act(func(m *Model) { m.Wide = !m.Wide; m.Touch() })).only(tabular),
		press([]string{"t"}, "t", "totals or rates", "", act(toggleTotals)).only(tabular),
		press([]string{"y"}, "y", "JSON of the object", "json", func(m *Model) tea.Cmd { return m.apply(page.Effect{Selected: true}) }).only(ofObjects),
		press([]string{"Y"}, "Y", "copy the object's JSON to the clipboard; of an alert or a cause, a message ready to paste", "", copyObject),
		press([]string{"ctrl+s"}, "^S", "save what is on the screen", "save", saveNow),
		press([]string{"ctrl+e"}, "^E", "hide the header", "", act(func(m *Model) { m.noHeader = !m.noHeader })),
		press([]string{"-"}, "-", "the page before; again comes back", "", act(lastPage)),
		press([]string{"["}, "[", "back in the history", "", act(func(m *Model) { travel(m, -1) })),
		press([]string{"]"}, "]", "forward in the history", "", act(func(m *Model) { travel(m, +1) })),
		press([]string{"<"}, "<", "shorter time window of the graphs", "", act(func(m *Model) { zoomTime(m, -1) })),
		press([]string{">"}, ">", "longer time window of the graphs", "", act(func(m *Model) { zoomTime(m, +1) })),
		press([]string{"M"}, "M", "enable or disable the mouse", "", toggleMouse),
		press([]string{"!"}, "!", "the diagnosis: the cause first, with what follows from it", "", act(openDiagnosis)),
		press([]string{"?"}, "?", "help for this page", "help", act(openHelp)),
		press([]string{"ctrl+z"}, "^Z", "suspend; fg comes back", "", func(*Model) tea.Cmd { return suspend }),
		press([]string{"q"}, "q", "back; at the root quit", "quit", backOrQuit),
		press([]string{"ctrl+c"}, "^C", "quit", "", (*Model).quit),
	}
	for _, s := range page.All() {
		if s.Digit != "" && !s.Own {
			rows = append(rows, press([]string{s.Digit}, s.Digit, "go to "+s.Title, "", act(func(m *Model) { m.goRoot(s.Kind) })))
		}
	}
	return rows
}

// tableBinds returns the keys that navigate a table.
func tableBinds() []bind {
	by := func(n func(l *widget.List) int) func(*Model) tea.Cmd {
		return act(func(m *Model) {
			p := m.cur()
			p.MoveBy(m.Context, n(p.List()))
			if p.Spec.Kind == page.Events {
				m.Following = p.List().At == 0
			}
		})
	}
	onList := func(f func(l *widget.List)) func(*Model) tea.Cmd { return act(func(m *Model) { f(m.cur().List()) }) }
	return []bind{
		press([]string{"up", "k"}, "↑ k", "up", "", by(func(*widget.List) int { return -1 })),
		press([]string{"down", "j"}, "↓ j", "down", "", by(func(*widget.List) int { return 1 })),
		press([]string{"pgup", "ctrl+b"}, "PgUp", "a page up", "", by(func(l *widget.List) int { return -max(l.Height-1, 1) })),
		press([]string{"pgdown", "ctrl+f"}, "PgDn", "a page down", "", by(func(l *widget.List) int { return max(l.Height-1, 1) })),
		press([]string{"home", "g"}, "g", "to the top", "", by(func(*widget.List) int { return -1 << 30 })),
		press([]string{"end", "G"}, "G", "to the bottom", "", by(func(*widget.List) int { return 1 << 30 })),
		press([]string{"left", "h"}, "← h", "columns to the left", "", act(func(m *Model) { m.cur().ScrollAcross(-1) })).only(tabular),
		press([]string{"right", "l"}, "→ l", "columns to the right", "", act(func(m *Model) { m.cur().ScrollAcross(+1) })).only(tabular),
		press([]string{"s"}, "s", "choose the sort column", "sort", act(openSort)).only(tabular),
		press([]string{"S"}, "S", "reverse the sort", "", onList((*widget.List).ReverseSort)).only(tabular),
		press([]string{"v"}, "v", "next way to show the page", "mode", act(func(m *Model) { m.cur().NextMode(+1) })).only(func(m *Model) bool { return len(m.cur().Spec.Modes) > 1 }),
		press([]string{"z"}, "z", "more room for the panel under the table, or less", "", act(func(m *Model) { m.cur().ZoomPane(m.Context) })).only(tabular),
		press([]string{" "}, "Space", "pin the row to the top", "", onList((*widget.List).TogglePin)).only(tabular),
	}
}

// replayBinds returns the keys of a replay; they precede all others.
func replayBinds() []bind {
	play := func(o live.Order) func(*Model) tea.Cmd { return act(func(m *Model) { m.send(o) }) }
	rows := []bind{
		press([]string{" "}, "Space", "play or pause the replay", "play", play(live.TogglePlay())),
		press([]string{"left"}, "←", "one snapshot back", "", play(live.StepBy(-1))),
		press([]string{"right"}, "→", "one snapshot on", "step", play(live.StepBy(+1))),
		press([]string{"<"}, "<", "slower", "", play(live.ChangeSpeed(-1))),
		press([]string{">"}, ">", "faster", "speed", play(live.ChangeSpeed(+1))),
		press([]string{"["}, "[", "to the alert before", "", play(live.ToAlert(-1))),
		press([]string{"]"}, "]", "to the next alert", "alert", play(live.ToAlert(+1))),
		press([]string{"{"}, "{", "to the beginning", "", play(live.ToStart())),
		press([]string{"}"}, "}", "to the end", "", play(live.ToEnd())),
	}
	for i := range rows {
		rows[i].when = func(m *Model) bool { return m.InReplay() }
	}
	return rows
}
