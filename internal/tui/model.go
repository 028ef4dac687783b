package tui

import (
	"context"
	"strings"

	"github.com/charmbracelet/bubbles/key"

	"github.com/natsctl/natsctl/internal/tui/frame"
	"github.com/natsctl/natsctl/internal/tui/page"
	"github.com/natsctl/natsctl/internal/tui/widget"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/view"
)

// Model is the dashboard's screen: pure, without a clock or a connection. Update
// receives states and keys; View draws a frame of exactly the window's size. It
// holds the open pages, the box on top of them and the prompt; the pages decide
// what is shown of the fleet. It is not safe for concurrent use.
type Model struct {
	*page.Context
	opt     Options
	look    cell.Look
	palette *cell.Palette
	grid    *cell.Grid
	w, h    int

	newest *live.State // the latest; an older one is shown while paused
	paused bool

	specs  []*page.Spec
	roots  map[page.Kind]*page.Page
	stack  []*page.Page // the open page is the last
	past   [][]*page.Page
	future [][]*page.Page

	noHeader, mouse bool

	binds    func(*Model) []bind
	whyNot   func(*Model, tea.KeyMsg) string // why a key does nothing now
	commands []command
	prompt   *widget.Prompt
	overlay  overlay
	notice   notice
	later    []*widget.Message // notices that arrived while something else was open
	history  []string          // of the command line

	tasks
	demand live.Demand
	send   func(live.Order) bool // to the collector

	tabs     []frame.TabAt // where they were drawn, for mouse clicks
	tabY     int
	quitting bool
}

// overlay is a box on top of the page; it receives every key while it is open.
type overlay interface {
	// press handles a key. If closed, the box is closed, and then is called unless it
	// is nil.
	press(msg tea.KeyMsg) (closed bool, then func(*Model) tea.Cmd)
	Draw(a cell.Area)
	Hints() [][2]string
}

// bind is one row of the key table: the keys, their text in the help and on the
// last line, when they are active, and what they do.
type bind struct {
	key.Binding
	hint  string // on the last line; empty: not shown there
	local bool   // only on some pages
	when  func(*Model) bool
	do    func(*Model) tea.Cmd
}

// command is one row of the command table.
type command struct {
	names    []string // the first is its name, the others are aliases
	args     string
	help     string
	complete func(m *Model) []string
	run      func(m *Model, args []string) tea.Cmd
}

// tasks tracks what runs in other goroutines: a change to another feed, one at a
// time, and actions, one at a time per object.
type tasks struct {
	connecting string             // the context being connected to; empty: none
	giveUp     context.CancelFunc // cancels connecting
	attempts   int                // number of connection attempts, to detect a late feed
	running    []string           // actions in progress: verb and object
	warned     bool               // quit was requested while one was in progress
	resolving  bool               // host names are being looked up
}

// Init implements [tea.Model].
func (m *Model) Init() tea.Cmd { return m.refresh() }

// Update implements [tea.Model].
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.resize(msg.Width, msg.Height)
	case stateMsg:
		m.update(msg.State)
	case tea.KeyMsg:
		cmd = m.keys(msg)
	case tea.MouseMsg:
		cmd = mouseAt(m, msg)
	case doneMsg:
		cmd = msg.then(m)
	}
	return m, tea.Batch(cmd, m.refresh())
}

// cur returns the open page.
func (m *Model) cur() *page.Page { return m.stack[len(m.stack)-1] }

// resize sets the window's size and recomputes the tables.
func (m *Model) resize(w, h int) {
	m.w, m.h = max(w, 0), max(h, 0)
	for _, p := range m.stack {
		p.Resized()
	}
}

// update shows a new state, unless the screen is paused.
func (m *Model) update(st *live.State) {
	if !st.IsOf(m.opt.Feed) {
		return // late, from the previous feed
	}
	m.newest = st
	if st.Notice != "" {
		m.report(&widget.Message{Text: st.Notice, Good: true})
	}
	if box, ok := m.overlay.(*messageBox); ok && box.Down && st.Phase == live.Live {
		m.overlay = nil
	}
	if m.State == nil || !m.paused || m.State.Feed.Name != st.Feed.Name {
		m.State = st
		m.turn()
		m.Marks.Update(st)
	}
}

// refresh updates the open page's rows and the collector's demand.
func (m *Model) refresh() tea.Cmd {
	p := m.cur()
	p.Refresh(m.Context)
	if d := p.Demand(m.Context); !d.Same(m.demand) && m.send(live.SetDemand(d)) {
		m.demand = d
	}
	m.catchUp()
	return resolve(m)
}

// keys handles typed keys. Several keys in one message are handled one by one; a
// paste is only sent to the prompt.
func (m *Model) keys(msg tea.KeyMsg) tea.Cmd {
	if msg.Paste {
		m.paste(string(msg.Runes))
		return nil
	}
	var cmds []tea.Cmd
	if msg.Alt && msg.Type == tea.KeyRunes { // Esc immediately followed by a key
		cmds = append(cmds, m.key(tea.KeyMsg{Type: tea.KeyEsc}), m.refresh())
		msg.Alt = false
	}
	if msg.Type != tea.KeyRunes || len(msg.Runes) < 2 {
		return tea.Batch(append(cmds, m.key(msg))...)
	}
	for _, r := range msg.Runes {
		cmds = append(cmds, m.key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}), m.refresh())
	}
	return tea.Batch(cmds...)
}

// key handles one key: an open overlay or prompt receives it exclusively.
func (m *Model) key(msg tea.KeyMsg) tea.Cmd {
	if msg.Type == tea.KeyCtrlC {
		return m.quit()
	}
	if m.w < frame.MinWidth || m.h < frame.MinHeight {
		return keyUnseen(msg, m.quit)
	}
	m.notice = notice{}
	switch {
	case m.overlay != nil:
		box := m.overlay
		closed, then := box.press(msg)
		if closed && m.overlay == box {
			m.overlay = nil
		}
		if then != nil {
			return then(m)
		}
		return nil
	case m.prompt != nil:
		return m.typed(msg)
	}
	for _, b := range m.binds(m) {
		if b.matches(m, msg) {
			return b.do(m)
		}
	}
	m.notify(m.whyNot(m, msg))
	return nil
}

// typed sends a key to the prompt.
func (m *Model) typed(msg tea.KeyMsg) tea.Cmd {
	pr := m.prompt
	if msg.Type == tea.KeyEnter {
		m.prompt = nil // the entered command may open another
	}
	closed, cmd := pr.Key(msg)
	if closed && m.prompt == pr {
		m.prompt = nil
	}
	return cmd
}

// paste sends pasted text to the prompt.
func (m *Model) paste(text string) {
	if m.prompt == nil {
		m.notify("pasted text is ignored; press : or / first")
		return
	}
	if limit := m.prompt.Paste(text); limit > 0 {
		m.report(&widget.Message{Text: "the pasted text was cut: a line holds at most " + view.Count.Format(limit) + " characters"})
	}
}

// keyUnseen handles a key in a window that is too small to draw: only to quit or
// suspend.
func keyUnseen(msg tea.KeyMsg, quit func() tea.Cmd) tea.Cmd {
	switch msg.String() {
	case "q":
		return quit()
	case "ctrl+z":
		return suspend
	}
	return nil
}

// View implements [tea.Model]: exactly h lines of exactly w cells.
func (m *Model) View() string {
	if m.quitting || m.w == 0 || m.h == 0 {
		return ""
	}
	m.render()
	return m.grid.ANSI(m.palette)
}

// works reports whether the keys are active on the open page now.
func (b bind) works(m *Model) bool { return b.when == nil || b.when(m) }

func (b bind) matches(m *Model, msg tea.KeyMsg) bool {
	for _, k := range b.Keys() {
		if k == msg.String() {
			return b.works(m)
		}
	}
	return false
}

// notice is one line that is shown until the next key.
type notice struct {
	text string
	bad  bool
}

func (m *Model) notify(text string) { m.notice = notice{text: strings.TrimSpace(text)} }

// fail shows an error: on the notice line, or in a box if it is longer.
func (m *Model) fail(text string) { m.show(&widget.Message{Text: strings.TrimSpace(text)}) }

// show shows a message on the notice line, or in a box if it is longer.
func (m *Model) show(b *widget.Message) {
	m.notice = notice{}
	if m.w > 0 && cell.Width(view.Text(b.Text)) > m.w-2 || strings.Contains(b.Text, "\n") {
		m.overlay = &messageBox{b}
		return
	}
	m.notice = notice{text: b.Text, bad: !b.Good}
}

// report shows an asynchronous message: immediately, or once the open box or prompt
// is closed, so that it is not missed and does not take another's key.
func (m *Model) report(b *widget.Message) {
	if b.Text = strings.TrimSpace(b.Text); m.overlay != nil || m.prompt != nil {
		m.later = append(m.later, b)
		return
	}
	m.show(b)
}

// catchUp shows the next delayed message.
func (m *Model) catchUp() {
	if len(m.later) == 0 || m.overlay != nil || m.prompt != nil || m.notice.text != "" {
		return
	}
	b := m.later[0]
	m.later = m.later[1:]
	m.show(b)
}
