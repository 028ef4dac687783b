package tui

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// bind is one row of the key table: the keys, what the help and the last line
// say of them, where they work, and what they do.
type bind struct {
	key.Binding
	hint string // on the last line; empty: not there
	in   where  // pages; zero: all
	when func(*Model) bool
	do   func(*Model) tea.Cmd
}

// press makes a row of the key table: keys as bubbletea names them, how they
// are shown, what they do.
func press(keys []string, shown, help, hint string, in where, do func(*Model) tea.Cmd) bind {
	return bind{Binding: key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, help)), hint: hint, in: in, do: do}
}

// only restricts a row to a condition.
func (b bind) only(when func(*Model) bool) bind {
	b.when = when
	return b
}

// works tells whether the keys do something on the open page now.
func (b bind) works(m *Model) bool {
	return b.in.has(m.cur().spec.kind) && (b.when == nil || b.when(m))
}

func (b bind) matches(m *Model, msg tea.KeyMsg) bool {
	return slices.Contains(b.Keys(), msg.String()) && b.works(m)
}

// act turns a plain change of the screen into what a key does.
func act(f func(*Model)) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		f(m)
		return nil
	}
}

// lists are the pages whose rows are a table.
var lists = on(topoPage, serversPage, connsPage, accountsPage, jetStreamPage, eventsPage, alertsPage, consumersPage, ownPage)

// binds is the key table. Rows that belong to one page stand before those of
// all, so that they win.
func (m *Model) binds() []bind {
	return slices.Concat(replayBinds(), pageBinds(), objectBinds(), tableBinds(), globalBinds())
}
