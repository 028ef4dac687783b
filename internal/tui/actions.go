package tui

import (
	"errors"
	"fmt"
	"time"

	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// actionsEnabled reports whether actions were enabled at startup.
func actionsEnabled(m *Model) bool {
	return m.opt.Feed != nil && m.opt.Feed.Actions != nil && !m.InReplay() && !m.OneAccount()
}

// verbs lists the actions for each type of object.
var (
	serverVerbs = []widget.Item{
		{Text: "reload", Note: "read its configuration file again"},
		{Text: "kick-clients", Note: "close all its client connections, paced; the server runs on"},
		{Text: "lame-duck", Note: "move its clients to other servers, then end it"},
	}
	connVerbs = []widget.Item{{Text: "kick", Note: "close the connection; the client may come back"}}
)

// actionTime is the timeout of an action: moving many clients can take long.
const actionTime = 10 * time.Minute

// openActions opens a list of actions for the selected object.
func openActions(m *Model) {
	r, ok := m.cur().Selected()
	if !ok || m.newest == nil || m.newest.Phase != live.Live {
		m.notify("no actions while the fleet does not respond")
		return
	}
	a := live.Action{Server: r.Server, ServerID: r.ServerID, Conn: r.CID, Who: r.Client}
	if err := setTarget(m, &a); err != nil {
		m.fail(err.Error())
		return
	}
	verbs, title := serverVerbs, "do to server "+view.Text(a.Server)
	if r.CID != 0 {
		verbs, title = connVerbs, "do to "+view.Text(r.String())
	}
	m.overlay = &choiceBox{Picker: &widget.Picker{Title: title, Items: verbs}, take: func(m *Model, i int) tea.Cmd {
		a.Verb = verbs[i].Text
		confirm(m, a)
		return nil
	}}
}

// setTarget sets the target server of an action.
func setTarget(m *Model, a *live.Action) error {
	if a.Server == "" {
		return errors.New("select a server or a connection first")
	}
	var rows []*live.ServerRow
	for _, r := range m.newest.Servers {
		if r.Label() == a.Server && (a.ServerID == "" || a.ServerID == r.ID) {
			rows = append(rows, r)
		}
	}
	switch {
	case len(rows) == 0:
		return fmt.Errorf("%s is gone", a.Server)
	case len(rows) > 1:
		return fmt.Errorf("%d servers are named %s; select one on the Servers page (2)", len(rows), a.Server)
	}
	a.ServerID = rows[0].ID
	if sv := rows[0].Answer; sv != nil && sv.Statsz != nil {
		a.Clients = sv.Statsz.Connections
	}
	return nil
}

// confirm asks the user to type the object's name before an action.
func confirm(m *Model, a live.Action) {
	actions := m.opt.Feed.Actions
	scope, command := actions.Plan(a)
	m.overlay = &confirmation{actions: actions, action: a, scope: scope, command: command, input: widget.NewPrompt("", ""), protected: m.opt.Feed.Protected}
}

// confirmation is the box that confirms an action: it shows what the action
// affects and the equivalent command, and requires typing the object's name.
type confirmation struct {
	actions        live.Actions // of the fleet that was shown
	action         live.Action
	scope, command string
	input          *widget.Prompt
	wrong          bool
	protected      bool
}

func (c *confirmation) press(msg tea.KeyMsg) (closed bool, then func(*Model) tea.Cmd) {
	switch msg.String() {
	case "esc":
		return true, act(func(m *Model) { m.notify("canceled; nothing was changed") })
	case "enter":
		if c.input.Input.Value() != view.Text(c.action.Target()) {
			c.wrong = true
			return false, nil
		}
		return true, func(m *Model) tea.Cmd { return perform(m, c.actions, c.action) }
	}
	c.wrong = false
	c.input.Input, _ = c.input.Input.Update(msg)
	return false, nil
}

// Draw draws the box in the middle of a page.
func (c *confirmation) Draw(a cell.Area) {
	room := min(a.W-8, 90)
	lines := widget.Wrap(view.Text(c.scope), room)
	command := len(lines) + 2
	lines = append(lines, "", "equivalent command:")
	lines = append(lines, widget.Wrap(view.Text(c.command), room-2)...)
	end := len(lines)
	lines = append(lines, "", fmt.Sprintf("type %s to confirm:", view.Text(c.action.Target())))
	w := 40
	for _, l := range lines {
		w = max(w, cell.Width(l)+2)
	}
	style := cell.Style(cell.Warning)
	title := c.action.Verb + " " + view.Text(c.action.Target())
	if c.protected {
		style, title = cell.Banner, title+"  PROTECTED"
	}
	in := widget.Centered(a, min(w, a.W-6), len(lines)+1, title, style)
	for y, l := range lines {
		x, st := 0, cell.Style(cell.Plain)
		if y >= command && y < end {
			x, st = 2, cell.Strong
		}
		in.Write(x, y, l, st)
	}
	x := in.Write(0, len(lines), c.input.Input.Value(), cell.Input)
	x = in.Write(x, len(lines), " ", cell.Input|cell.Selected)
	if c.wrong {
		in.Write(x+2, len(lines), "✗ name does not match", cell.Danger)
	}
}

// Hints returns the keys of the box.
func (c *confirmation) Hints() [][2]string {
	return [][2]string{{"Enter", "confirm"}, {"Esc", "cancel"}}
}
