package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/tui/live"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// command is one row of the table of the command line.
type command struct {
	names    []string // the first is its name, the others are aliases
	args     string
	help     string
	complete func(m *Model) []string
	run      func(m *Model, args []string) tea.Cmd
}

// commands is the table of the command line.
func commands() []command {
	page := func(kind pageKind, help string, names ...string) command {
		return command{names: names, args: "[filter]", help: help, run: func(m *Model, args []string) tea.Cmd {
			m.goRoot(kind)
			return m.narrow(args)
		}}
	}
	mode := func(kind pageKind, mode, help string, names ...string) command {
		return command{names: names, args: "[filter]", help: help, run: func(m *Model, args []string) tea.Cmd {
			m.goRoot(kind)
			m.setMode(mode)
			return m.narrow(args)
		}}
	}
	return []command{
		page(topoPage, "topology", "topology", "topo", "t"),
		mode(topoPage, "map", "topology as a map", "map"),
		mode(topoPage, "tree", "topology as a tree", "tree"),
		mode(topoPage, "matrix", "who reaches whom", "matrix"),
		mode(topoPage, "links", "every link", "links", "l"),
		page(serversPage, "servers", "servers", "srv", "s"),
		page(connsPage, "connections", "connections", "conns", "conn", "c"),
		mode(connsPage, "slow", "connections that fall behind", "slow"),
		mode(connsPage, "idle", "connections that are idle", "idle"),
		mode(connsPage, "closed", "connections that ended", "closed"),
		mode(connsPage, "per-server", "connections added up for each server", "per-server"),
		mode(connsPage, "per-account", "connections added up for each account", "per-account"),
		mode(connsPage, "per-client", "connections added up for each client name", "per-client"),
		page(accountsPage, "accounts", "accounts", "acc", "acct"),
		page(jetStreamPage, "JetStream", "jetstream", "js"),
		mode(jetStreamPage, "streams", "streams", "streams", "str"),
		mode(jetStreamPage, "consumers", "consumers", "consumers", "con"),
		mode(jetStreamPage, "peers", "servers with JetStream", "peers"),
		mode(jetStreamPage, "raft", "raft groups", "raft"),
		page(eventsPage, "events", "events", "ev"),
		page(alertsPage, "alerts", "alerts", "al"),
		{names: []string{"server"}, args: "name", help: "one server", complete: (*Model).serverNames, run: cmdServer},
		{names: []string{"ctx", "context"}, args: "name", help: "another context", complete: (*Model).contextNames, run: cmdContext},
		{names: []string{"filter"}, args: "text | @name", help: "filter the page, or by a named filter", complete: (*Model).filterNames, run: func(m *Model, args []string) tea.Cmd { return m.narrow(args) }},
		{names: []string{"refresh"}, args: "5s", help: "interval between questions", complete: fixed("1s", "2s", "5s", "10s", "30s", "1m"), run: cmdRefresh},
		{names: []string{"theme"}, args: "name", help: "colours", complete: themeNames, run: cmdTheme},
		{names: []string{"set"}, args: "what", help: "turn something on or off", complete: fixed("ascii", "braille", "blocks", "deltas", "mouse", "wide", "totals"), run: cmdSet},
		{names: []string{"save"}, args: "[json|svg|txt|ansi] [file]", help: "save what is on the screen", complete: fixed("json", "svg", "txt", "ansi"), run: cmdSave},
		{names: []string{"rec"}, args: "start|stop [file]", help: "record what is seen", complete: fixed("start", "stop"), run: cmdRec},
		{names: []string{"open"}, args: "file", help: "replay a recording", run: cmdOpen},
		{names: []string{"at"}, args: "15:04:05", help: "jump in a replay", run: cmdAt},
		{names: []string{"forget"}, args: "server", help: "no longer show a server that is gone", complete: (*Model).ghostNames, run: cmdForget},
		{names: []string{"reload"}, help: "read the configuration again", run: cmdReload},
		{names: []string{"help"}, help: "keys and commands", run: func(m *Model, _ []string) tea.Cmd { m.openHelp(); return nil }},
		{names: []string{"quit", "q"}, help: "quit", run: func(m *Model, _ []string) tea.Cmd { return m.quit() }},
	}
}

func fixed(words ...string) func(*Model) []string { return func(*Model) []string { return words } }

// openCommand opens the command line.
func (m *Model) openCommand() {
	pr := newPrompt(":", "")
	pr.hint = "a page, server NAME, ctx NAME, save svg …"
	pr.suggest = completeCommand
	pr.enter = func(m *Model, text string) tea.Cmd {
		if strings.TrimSpace(text) != "" {
			m.history = append(m.history, text)
		}
		return m.runCommand(text)
	}
	m.prompt = pr
}

// runCommand runs one line of the command line. A filter may follow a page's
// name directly: conns /pending>1MB.
func (m *Model) runCommand(text string) tea.Cmd {
	words := strings.Fields(text)
	if len(words) == 0 {
		return nil
	}
	var names []string
	for _, c := range commands() {
		if slices.Contains(c.names, words[0]) {
			return c.run(m, words[1:])
		}
		names = append(names, c.names...)
	}
	m.fail(fmt.Sprintf("no command %q%s", words[0], view.Suggest(words[0], names)))
	return nil
}

// completeCommand returns the lines that begin with text, or that are nearest.
func completeCommand(m *Model, text string) []string {
	name, arg, hasArg := strings.Cut(text, " ")
	var out []string
	for _, c := range commands() {
		if !hasArg {
			for _, n := range c.names {
				if strings.HasPrefix(n, name) && name != "" && n != name {
					out = append(out, n)
					break
				}
			}
			continue
		}
		if slices.Contains(c.names, name) && c.complete != nil {
			for _, w := range c.complete(m) {
				if strings.HasPrefix(w, arg) && w != arg {
					out = append(out, name+" "+view.Text(w))
				}
			}
		}
	}
	return out
}

// completeField completes the last word of a filter to a column's name.
func completeField(heads []view.Head, text string) []string {
	i := strings.LastIndexAny(text, " (!") + 1
	if text[i:] == "" {
		return nil
	}
	var out []string
	for _, h := range heads {
		if strings.HasPrefix(h.Name, text[i:]) && h.Name != text[i:] {
			out = append(out, text[:i]+h.Name)
		}
	}
	return out
}

// narrow filters the open page.
func (m *Model) narrow(args []string) tea.Cmd {
	if len(args) == 0 {
		return nil
	}
	text, plain := strings.CutPrefix(strings.Join(args, " "), "/")
	name, asked := strings.CutPrefix(text, "@")
	if named, found := m.opt.Filters[name]; asked || found && !plain {
		if !found {
			m.fail(fmt.Sprintf("no filter named %q in the configuration", name))
			return nil
		}
		text = named
	}
	l := m.cur().list()
	l.setFilter(text)
	l.arrange()
	return nil
}

func cmdServer(m *Model, args []string) tea.Cmd {
	name := strings.Join(args, " ")
	if m.st == nil { // at the start: whether it is there is not known yet
		m.goRoot(serversPage)
		m.push(serverPage, ref{server: name})
		return nil
	}
	if r := m.oneServer(name, m.st.Named(name), m.serverNames()); r != nil {
		m.goRoot(serversPage)
		m.push(serverPage, ref{server: r.Name, serverID: r.ID, cluster: r.Cluster})
	}
	return nil
}

// oneServer is the only one of some servers; else it says what is wrong with
// the name.
func (m *Model) oneServer(name string, found []*live.ServerRow, names []string) *live.ServerRow {
	switch len(found) {
	case 0:
		m.fail(fmt.Sprintf("no server %q%s", name, view.Suggest(name, names)))
		return nil
	case 1:
		return found[0]
	}
	var keys []string
	for _, r := range found {
		keys = append(keys, r.Key())
	}
	m.fail(fmt.Sprintf("%d servers are named %s: use one of %s", len(found), name, strings.Join(keys, ", ")))
	return nil
}

func cmdRefresh(m *Model, args []string) tea.Cmd {
	d, err := time.ParseDuration(strings.Join(args, ""))
	if err != nil || d < live.MinEvery || d > time.Hour {
		m.fail("refresh takes an interval from 1s to 1h, such as 5s")
		return nil
	}
	m.send(live.SetInterval(d))
	m.say("asking every " + short(d))
	return nil
}

func cmdTheme(m *Model, args []string) tea.Cmd {
	name := strings.Join(args, " ")
	if _, ok := cell.ThemeNamed(name); !ok || name == "" {
		m.fail(fmt.Sprintf("no theme %q; there are %s", name, strings.Join(themeNames(m), ", ")))
		return nil
	}
	m.look.Theme = name
	m.palette = cell.NewPalette(m.look)
	return nil
}

func themeNames(*Model) []string {
	var names []string
	for _, t := range cell.Themes() {
		names = append(names, t.Name)
	}
	return names
}

func cmdSet(m *Model, args []string) tea.Cmd {
	switch strings.Join(args, " ") {
	case "ascii":
		m.look.ASCII = !m.look.ASCII
		m.palette = cell.NewPalette(m.look)
	case "braille":
		m.dots = cell.Braille
	case "blocks":
		m.dots = cell.Blocks
	case "deltas":
		m.noDeltas = !m.noDeltas
	case "mouse":
		return m.toggleMouse()
	case "wide":
		m.wide = !m.wide
		m.touch()
	case "totals":
		m.toggleTotals()
	default:
		m.fail("set takes ascii, braille, blocks, deltas, mouse, wide or totals")
	}
	return nil
}

func cmdForget(m *Model, args []string) tea.Cmd {
	name := strings.Join(args, " ")
	if name == "" {
		m.fail("forget takes the name of a server that is gone")
		return nil
	}
	found := m.st.Named(name)
	if gone := live.Filter(found, func(r *live.ServerRow) bool { return r.Missing != nil }); len(gone) > 0 {
		found = gone
	}
	r := m.oneServer(name, found, m.ghostNames())
	switch {
	case r == nil:
		return nil
	case r.Missing == nil:
		m.fail(name + " answers; only a server that is gone can be forgotten")
		return nil
	}
	m.marks.Hide(r.Key())
	m.touch()
	m.say("no longer showing " + name + " while it is gone")
	return nil
}

// serverNames lists the servers, for completion.
func (m *Model) serverNames() []string { return m.namesOf(func(*live.ServerRow) bool { return true }) }

// ghostNames lists the servers that do not answer.
func (m *Model) ghostNames() []string {
	return m.namesOf(func(r *live.ServerRow) bool { return r.Missing != nil })
}

func (m *Model) namesOf(pass func(*live.ServerRow) bool) []string {
	if m.st == nil {
		return nil
	}
	var names []string
	for _, r := range m.st.Servers {
		if pass(r) {
			names = append(names, r.Label())
		}
	}
	return names
}

func (m *Model) contextNames() []string {
	if m.opt.Contexts == nil {
		return nil
	}
	return m.opt.Contexts()
}

func (m *Model) filterNames() []string {
	var names []string
	for name := range m.opt.Filters {
		names = append(names, "@"+name)
	}
	slices.Sort(names)
	return names
}
