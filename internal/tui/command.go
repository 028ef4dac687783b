package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/page"
	"github.com/natsctl/natsctl/internal/tui/widget"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// commands returns the commands of the command line: the pages, and others.
func commands(specs []*page.Spec) []command {
	var out []command
	for _, s := range specs {
		if s.Help == "" {
			continue
		}
		out = append(out, pageCommand(s.Kind, "", s.Help, append([]string{string(s.Kind)}, s.Names...)))
		for _, mo := range s.Modes {
			if mo.About != "" {
				out = append(out, pageCommand(s.Kind, mo.Name, mo.About, append([]string{mo.Name}, mo.Names...)))
			}
		}
	}
	return append(out, otherCommands()...)
}

// pageCommand returns the command that opens a page, in a mode unless that is
// empty.
func pageCommand(kind page.Kind, mode, help string, names []string) command {
	return command{names: names, args: "[filter]", help: help, run: func(m *Model, args []string) tea.Cmd {
		m.goRoot(kind)
		if mode != "" {
			m.cur().SetMode(mode)
		}
		return narrow(m, args)
	}}
}

// otherCommands returns the commands that do not open a tab.
func otherCommands() []command {
	return []command{
		{names: []string{"server"}, args: "name", help: "one server", complete: serverNames, run: cmdServer},
		{names: []string{"ctx", "context"}, args: "name", help: "another context", complete: contextNames, run: cmdContext},
		{names: []string{"filter"}, args: "text | @name", help: "filter the page, or by a named filter", complete: filterNames, run: narrow},
		{names: []string{"refresh"}, args: "5s", help: "refresh interval", complete: fixed("1s", "2s", "5s", "10s", "30s", "1m"), run: cmdRefresh},
		{names: []string{"theme"}, args: "name", help: "colors", complete: themeNames, run: cmdTheme},
		{names: []string{"set"}, args: "what", help: "turn something on or off", complete: fixed("ascii", "braille", "blocks", "deltas", "mouse", "wide", "totals"), run: cmdSet},
		{names: []string{"save"}, args: "[json|svg|txt|ansi] [file]", help: "save what is on the screen", complete: fixed("json", "svg", "txt", "ansi"), run: cmdSave},
		{names: []string{"rec"}, args: "start|stop [file]", help: "record what is seen", complete: fixed("start", "stop"), run: cmdRec},
		{names: []string{"open"}, args: "file", help: "replay a recording", run: cmdOpen},
		{names: []string{"at"}, args: "15:04:05", help: "jump in a replay", run: cmdAt},
		{names: []string{"forget"}, args: "server", help: "hide a server that is gone", complete: missingNames, run: cmdForget},
		{names: []string{"reload"}, help: "read the configuration again", run: cmdReload},
		{names: []string{"help"}, help: "keys and commands", run: func(m *Model, _ []string) tea.Cmd { openHelp(m); return nil }},
		{names: []string{"quit", "q"}, help: "quit", run: func(m *Model, _ []string) tea.Cmd { return m.quit() }},
	}
}

func fixed(words ...string) func(*Model) []string { return func(*Model) []string { return words } }

// runCommand runs one command line. A filter may directly follow a page's name:
// conns /pending>1MB.
func runCommand(m *Model, text string) tea.Cmd {
	words := strings.Fields(text)
	if len(words) == 0 {
		return nil
	}
	var names []string
	for _, c := range m.commands {
		if slices.Contains(c.names, words[0]) {
			return c.run(m, words[1:])
		}
		names = append(names, c.names...)
	}
	m.fail(fmt.Sprintf("no command %q%s", words[0], view.Suggest(words[0], names)))
	return nil
}

// completeCommand returns the command lines that start with text, or the closest
// ones.
func completeCommand(m *Model, text string) []string {
	name, arg, hasArg := strings.Cut(text, " ")
	var out []string
	for _, c := range m.commands {
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

// completeField completes the last word of a filter to a column name.
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
func narrow(m *Model, args []string) tea.Cmd {
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
	l := m.cur().List()
	l.SetFilter(text)
	l.Arrange()
	return nil
}

func cmdServer(m *Model, args []string) tea.Cmd {
	name := strings.Join(args, " ")
	if m.State == nil { // at startup: not yet known whether it exists
		m.goRoot(page.Servers)
		m.push(page.Target{Kind: page.Server, Scope: widget.Ref{Server: name}})
		return nil
	}
	if r := oneServer(m, name, m.State.Named(name), serverNames(m)); r != nil {
		m.goRoot(page.Servers)
		m.push(page.Target{Kind: page.Server, Scope: widget.Ref{Server: r.Name, ServerID: r.ID, Cluster: r.Cluster}})
	}
	return nil
}

// oneServer returns the only server found; otherwise it shows why the name does not
// identify one.
func oneServer(m *Model, name string, found []*live.ServerRow, names []string) *live.ServerRow {
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
		m.fail("invalid interval (examples: 1s, 5s, 1m; at most 1h)")
		return nil
	}
	m.send(live.SetInterval(d))
	m.notify("asking every " + page.ShortDuration(d))
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
		m.Dots = cell.Braille
	case "blocks":
		m.Dots = cell.Blocks
	case "deltas":
		m.HideDeltas = !m.HideDeltas
	case "mouse":
		return toggleMouse(m)
	case "wide":
		m.Wide = !m.Wide
		m.Touch()
	case "totals":
		toggleTotals(m)
	default:
		m.fail("usage: :set ascii|braille|blocks|deltas|mouse|wide|totals")
	}
	return nil
}

func cmdForget(m *Model, args []string) tea.Cmd {
	name := strings.Join(args, " ")
	if name == "" {
		m.fail("usage: :forget SERVER")
		return nil
	}
	found := m.State.Named(name)
	if gone := live.Filter(found, func(r *live.ServerRow) bool { return r.Missing != nil }); len(gone) > 0 {
		found = gone
	}
	r := oneServer(m, name, found, missingNames(m))
	switch {
	case r == nil:
		return nil
	case r.Missing == nil:
		m.fail(name + " responds; only missing servers can be hidden")
		return nil
	}
	m.Marks.Hide(r.Key())
	m.Touch()
	m.notify("no longer showing " + name + " while it is gone")
	return nil
}

// serverNames returns the server names, for completion.
func serverNames(m *Model) []string {
	return serversWhere(m, func(*live.ServerRow) bool { return true })
}

// missingNames returns the names of the servers that do not answer.
func missingNames(m *Model) []string {
	return serversWhere(m, func(r *live.ServerRow) bool { return r.Missing != nil })
}

func serversWhere(m *Model, pass func(*live.ServerRow) bool) []string {
	if m.State == nil {
		return nil
	}
	var names []string
	for _, r := range m.State.Servers {
		if pass(r) {
			names = append(names, r.Label())
		}
	}
	return names
}

func contextNames(m *Model) []string {
	if m.opt.Contexts == nil {
		return nil
	}
	return m.opt.Contexts()
}

func filterNames(m *Model) []string {
	var names []string
	for name := range m.opt.Filters {
		names = append(names, "@"+name)
	}
	slices.Sort(names)
	return names
}
