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

// Model is the dashboard's screen: pure, without a clock or a connection. A
// state and keys go in through Update; View draws a frame of exactly the
// window's size. It keeps the open pages, the box over them and the line that
// is typed into; what is shown of the fleet is for the pages. It is for one
// goroutine.
type Model struct {
	*page.Context
	opt     Options
	look    cell.Look
	palette *cell.Palette
	grid    *cell.Grid
	w, h    int

	newest *live.State // the newest; an older one is shown while paused
	paused bool

	specs  []*page.Spec
	roots  map[page.Kind]*page.Page
	stack  []*page.Page // the open page is the last
	past   [][]*page.Page
	future [][]*page.Page

	noHeader, mouse bool

	binds    func(*Model) []bind
	commands []command
	prompt   *widget.Prompt
	overlay  overlay
	notice   notice
	later    []*widget.Message // notices that came while something else was open
	history  []string          // of the command line

	tasks
	demand live.Demand
	send   func(live.Order) bool // to the collector

	tabs     []frame.TabAt // where they were drawn, for the mouse
	tabY     int
	quitting bool
}

// overlay is a box over the page; it takes every key while it is open.
type overlay interface {
	// press takes a key. Closed: the box is closed, and then, if it is not nil,
	// is done.
	press(msg tea.KeyMsg) (closed bool, then func(*Model) tea.Cmd)
	Draw(a cell.Area)
	Hints() [][2]string
}

// bind is one row of the key table: the keys, what the help and the last line
// say of it, when it works, and what it does.
type bind struct {
	key.Binding
	hint  string // on the last line; empty: not there
	local bool   // it belongs to some pages alone
	when  func(*Model) bool
	do    func(*Model) tea.Cmd
}

// command is one row of the table of the command line.
type command struct {
	names    []string // the first is its name, the others are aliases
	args     string
	help     string
	complete func(m *Model) []string
	run      func(m *Model, args []string) tea.Cmd
}

// tasks is what goes on off the screen's goroutine and is awaited: a change to
// another feed, one at a time, and actions, one at a time for each object.
type tasks struct {
	connecting string             // the context that is being connected to; empty: none
	giveUp     context.CancelFunc // on it
	attempts   int                // to connect so far: a feed that comes late is told by it
	running    []string           // actions under way: verb and object
	warned     bool               // quit was asked for while one was under way
	resolving  bool               // names of addresses are asked for
}

// Init implements [tea.Model].
func (m *Model) Init() tea.Cmd { return m.settle() }

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
	return m, tea.Batch(cmd, m.settle())
}

// cur is the open page.
func (m *Model) cur() *page.Page { return m.stack[len(m.stack)-1] }

// resize takes the window's new size; tables are measured anew.
func (m *Model) resize(w, h int) {
	m.w, m.h = max(w, 0), max(h, 0)
	for _, p := range m.stack {
		p.Resized()
	}
}

// update shows a new state, unless the screen is paused.
func (m *Model) update(st *live.State) {
	if !st.IsOf(m.opt.Feed) {
		return // of the feed before: it was on its way
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

// settle brings the open page's rows up to date and tells the collector what
// the page needs.
func (m *Model) settle() tea.Cmd {
	p := m.cur()
	p.Refresh(m.Context)
	if d := p.Demand(m.Context); !d.Same(m.demand) && m.send(live.SetDemand(d)) {
		m.demand = d
	}
	m.catchUp()
	return resolve(m)
}

// keys takes typed keys. What the terminal gathered into one message is taken
// key by key; a paste goes to the prompt and nowhere else.
func (m *Model) keys(msg tea.KeyMsg) tea.Cmd {
	if msg.Paste {
		m.paste(string(msg.Runes))
		return nil
	}
	var cmds []tea.Cmd
	if msg.Alt && msg.Type == tea.KeyRunes { // Esc and a key right after it
		cmds = append(cmds, m.key(tea.KeyMsg{Type: tea.KeyEsc}), m.settle())
		msg.Alt = false
	}
	if msg.Type != tea.KeyRunes || len(msg.Runes) < 2 {
		return tea.Batch(append(cmds, m.key(msg))...)
	}
	for _, r := range msg.Runes {
		cmds = append(cmds, m.key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}), m.settle())
	}
	return tea.Batch(cmds...)
}

// key takes one key: the overlay or the prompt first, and then no other.
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
	return nil
}

// typed gives a key to the prompt.
func (m *Model) typed(msg tea.KeyMsg) tea.Cmd {
	pr := m.prompt
	if msg.Type == tea.KeyEnter {
		m.prompt = nil // what is entered may open another
	}
	closed, cmd := pr.Key(msg)
	if closed && m.prompt == pr {
		m.prompt = nil
	}
	return cmd
}

// paste gives pasted text to the prompt.
func (m *Model) paste(text string) {
	if m.prompt == nil {
		m.say("pasted text is ignored; press : or / first")
		return
	}
	if limit := m.prompt.Paste(text); limit > 0 {
		m.report(&widget.Message{Text: "the pasted text was cut: a line takes " + view.Count.Format(limit) + " characters"})
	}
}

// keyUnseen takes a key in a window that is too small to show what it does:
// only to quit, and to suspend.
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

// works tells whether the keys do something on the open page now.
func (b bind) works(m *Model) bool { return b.when == nil || b.when(m) }

func (b bind) matches(m *Model, msg tea.KeyMsg) bool {
	for _, k := range b.Keys() {
		if k == msg.String() {
			return b.works(m)
		}
	}
	return false
}

// notice is one line that the screen says until the next key.
type notice struct {
	text string
	bad  bool
}

func (m *Model) say(text string) { m.notice = notice{text: strings.TrimSpace(text)} }

// fail says what went wrong: on the line, or in a box when it is longer.
func (m *Model) fail(text string) { m.show(&widget.Message{Text: strings.TrimSpace(text)}) }

// show says something on the line, or in a box when it is longer.
func (m *Model) show(b *widget.Message) {
	m.notice = notice{}
	if m.w > 0 && cell.Width(view.Text(b.Text)) > m.w-2 || strings.Contains(b.Text, "\n") {
		m.overlay = &messageBox{b}
		return
	}
	m.notice = notice{text: b.Text, bad: !b.Good}
}

// report says what was not waited for: at once, or when what is open now is
// closed, so that it neither goes unread nor takes a key that was meant for
// something else.
func (m *Model) report(b *widget.Message) {
	if b.Text = strings.TrimSpace(b.Text); m.overlay != nil || m.prompt != nil {
		m.later = append(m.later, b)
		return
	}
	m.show(b)
}

// catchUp says the next thing that had to wait.
func (m *Model) catchUp() {
	if len(m.later) == 0 || m.overlay != nil || m.prompt != nil || m.notice.text != "" {
		return
	}
	b := m.later[0]
	m.later = m.later[1:]
	m.show(b)
}
