package tui

import (
	"context"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// mayAct tells whether actions were allowed at the start.
func (m *Model) mayAct() bool {
	return m.opt.Feed != nil && m.opt.Feed.Actions != nil && !m.inReplay() && !m.ownAccount()
}

// verbs are the actions on each sort of object.
var (
	serverVerbs = []pick{
		{"reload", "read its configuration file again"},
		{"kick-clients", "close all its client connections, paced; the server runs on"},
		{"lame-duck", "move its clients to other servers, then end it"},
	}
	connVerbs = []pick{{"kick", "close the connection; the client may come back"}}
)

// actionTime bounds one action: to move many clients takes its time.
const actionTime = 10 * time.Minute

// openActions chooses what to do with the selected object.
func (m *Model) openActions() {
	r, ok := m.selected()
	if !ok {
		return
	}
	a := Action{Server: r.server, ServerID: r.serverID, Conn: r.cid, Who: r.who}
	verbs := serverVerbs
	if r.cid != 0 {
		verbs = connVerbs
	}
	if row := m.st.server(r.server); row != nil && row.sv != nil && row.sv.Statsz != nil {
		a.Clients = row.sv.Statsz.Connections
	}
	if a.Server == "" {
		m.say("there is nothing to do to this row")
		return
	}
	m.overlay = &picker{title: "do to " + r.String(), items: verbs, take: func(m *Model, i int) tea.Cmd {
		a.Verb = verbs[i].text
		m.confirm(a)
		return nil
	}}
}

// confirm asks for the name of the object before an action.
func (m *Model) confirm(a Action) {
	scope, command := m.opt.Feed.Actions.Plan(a)
	c := &confirmation{action: a, scope: scope, command: command, input: newPrompt("", "")}
	m.overlay = c
}

// confirmation is the box that an action must pass: it says what it will
// touch, shows the equivalent command, and wants the object's name typed.
type confirmation struct {
	action         Action
	scope, command string
	input          *prompt
	wrong          bool
}

func (c *confirmation) key(m *Model, msg tea.KeyMsg) tea.Cmd {
	switch msg.String() {
	case "esc":
		m.overlay = nil
		m.say("nothing was done")
		return nil
	case "enter":
		if c.input.input.Value() != c.action.Target() {
			c.wrong = true
			return nil
		}
		m.overlay = nil
		m.say(c.action.Verb + " " + c.action.Target() + " …")
		actions := m.opt.Feed.Actions
		return taskFor(actionTime, func(ctx context.Context) func(*Model) tea.Cmd {
			answer, err := actions.Do(ctx, c.action)
			if err != nil {
				return failed(err.Error())
			}
			return told(answer)
		})
	}
	c.wrong = false
	c.input.input, _ = c.input.input.Update(msg)
	return nil
}

func (c *confirmation) draw(m *Model, a cell.Area) {
	room := min(a.W-8, 90)
	lines := wrap(view.Text(c.scope), room)
	command := len(lines) + 2
	lines = append(lines, "", "the same for the shell:")
	lines = append(lines, wrap(view.Text(c.command), room-2)...)
	end := len(lines)
	lines = append(lines, "", fmt.Sprintf("type %s to confirm:", view.Text(c.action.Target())))
	w := 40
	for _, l := range lines {
		w = max(w, cell.Width(l)+2)
	}
	style := cell.Style(cell.Warning)
	title := c.action.Verb + " " + view.Text(c.action.Target())
	if m.opt.Feed.Protected {
		style, title = cell.Banner, title+"  PROTECTED"
	}
	in := centered(a, min(w, a.W-6), len(lines)+1, title, style)
	for y, l := range lines {
		x, st := 0, cell.Style(cell.Plain)
		if y >= command && y < end {
			x, st = 2, cell.Strong
		}
		in.Write(x, y, l, st)
	}
	x := in.Write(0, len(lines), c.input.input.Value(), cell.Input)
	x = in.Write(x, len(lines), " ", cell.Input|cell.Selected)
	if c.wrong {
		in.Write(x+2, len(lines), "✗ that is not its name", cell.Danger)
	}
}

func (c *confirmation) hints() [][2]string {
	return [][2]string{{"Enter", "do it"}, {"Esc", "do nothing"}}
}
