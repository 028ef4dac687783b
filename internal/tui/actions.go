package tui

import (
	"errors"
	"fmt"
	"time"

	"github.com/natsctl/natsctl/internal/tui/live"

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
	if !ok || m.live == nil || m.live.Phase != live.Live {
		m.say("nothing can be done while the fleet does not answer")
		return
	}
	a := live.Action{Server: r.server, ServerID: r.serverID, Conn: r.cid, Who: r.who}
	if err := m.aim(&a); err != nil {
		m.fail(err.Error())
		return
	}
	verbs, title := serverVerbs, "do to server "+view.Text(a.Server)
	if r.cid != 0 {
		verbs, title = connVerbs, "do to "+view.Text(r.String())
	}
	m.overlay = &picker{title: title, items: verbs, take: func(m *Model, i int) tea.Cmd {
		a.Verb = verbs[i].text
		m.confirm(a)
		return nil
	}}
}

// aim completes an action with the one server that it is about.
func (m *Model) aim(a *live.Action) error {
	if a.Server == "" {
		return errors.New("actions are for servers and connections; choose one of these")
	}
	var rows []*live.ServerRow
	for _, r := range m.live.Servers {
		if r.Label() == a.Server && (a.ServerID == "" || a.ServerID == r.ID) {
			rows = append(rows, r)
		}
	}
	switch {
	case len(rows) == 0:
		return fmt.Errorf("%s is not there any more", a.Server)
	case len(rows) > 1:
		return fmt.Errorf("%d servers are called %s; choose the one you mean on the page of the servers (2)", len(rows), a.Server)
	}
	a.ServerID = rows[0].ID
	if sv := rows[0].Answer; sv != nil && sv.Statsz != nil {
		a.Clients = sv.Statsz.Connections
	}
	return nil
}

// confirm asks for the name of the object before an action.
func (m *Model) confirm(a live.Action) {
	actions := m.opt.Feed.Actions
	scope, command := actions.Plan(a)
	m.overlay = &confirmation{actions: actions, action: a, scope: scope, command: command, input: newPrompt("", "")}
}

// confirmation is the box that an action must pass: it says what it will
// touch, shows the equivalent command, and wants the object's name typed.
type confirmation struct {
	actions        live.Actions // of the fleet that was on the screen
	action         live.Action
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
		if c.input.input.Value() != view.Text(c.action.Target()) {
			c.wrong = true
			return nil
		}
		m.overlay = nil
		return m.perform(c.actions, c.action)
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
