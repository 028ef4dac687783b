package tui

import (
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/tui/live"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// Model is the dashboard's screen: pure, without a clock or a connection. A
// state and keys go in through Update; View draws a frame of exactly the
// window's size. It is for one goroutine.
type Model struct {
	opt     Options
	look    cell.Look
	palette *cell.Palette
	grid    *cell.Grid
	aside   *cell.Grid // for measuring
	w, h    int

	live  *live.State // the newest
	st    *live.State // the one that is shown: an older one while paused
	marks *live.Marks

	specs  []*spec
	roots  map[pageKind]*page
	stack  []*page // the open page is the last
	past   [][]*page
	future [][]*page

	switches
	span    int // index of the time window of the graphs
	dots    cell.Dots
	prompt  *prompt
	overlay overlay
	notice  notice
	dns     addresses
	later   []*message // words that came while something else was open
	tasks
	stamp   int // grows with each switch, so that lists are made anew
	demand  live.Demand
	history []string // of the command line

	drawn    layout
	send     func(live.Order) bool // to the collector
	quitting bool
}

// switches are what single keys turn on and off.
type switches struct {
	wide, totals, raw, subs, paused, noHeader, mouse, grouped, following, noDeltas bool
	severity                                                                       int
	kind                                                                           fleet.EventKind // of the events shown; empty: all
}

// stateMsg brings a new state from the collector.
type stateMsg struct{ *live.State }

// NewModel makes the screen of a dashboard. Send gives orders to the
// collector; nil drops them.
func NewModel(opt Options, send func(live.Order) bool) *Model {
	if send == nil {
		send = func(live.Order) bool { return true }
	}
	m := &Model{
		opt: opt, look: opt.Look, palette: cell.NewPalette(opt.Look), grid: cell.New(0, 0), aside: cell.New(0, 0), specs: specs(),
		roots: map[pageKind]*page{}, marks: live.NewMarks(), dots: opt.Dots, send: send, span: 2,
	}
	m.wide, m.mouse, m.grouped, m.following = opt.Wide, opt.Mouse, true, true
	m.stack = []*page{m.root(topoPage)}
	m.startPage()
	return m
}

// startPage opens the page that the options ask for.
func (m *Model) startPage() {
	if m.opt.Page != "" {
		m.runCommand(m.opt.Page)
	}
	l := m.cur().list()
	if m.opt.Sort != "" {
		l.sort = m.opt.Sort
		if full, err := m.sortColumn(); err == nil {
			l.sort = full
		}
	}
	l.filter, l.faults = m.opt.Filter, m.opt.Faults
	m.past, m.history = nil, nil
}

func (m *Model) specOf(kind pageKind) *spec {
	for _, s := range m.specs {
		if s.kind == kind {
			return s
		}
	}
	return m.specs[0]
}

// root is the page behind a tab; it keeps its filter and its selection.
func (m *Model) root(kind pageKind) *page {
	if m.roots[kind] == nil {
		m.roots[kind] = newPage(m.specOf(kind), ref{})
	}
	return m.roots[kind]
}

// cur is the open page.
func (m *Model) cur() *page { return m.stack[len(m.stack)-1] }

// Init implements [tea.Model].
func (m *Model) Init() tea.Cmd { return m.settle() }

// Update implements [tea.Model].
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.resize(msg.Width, msg.Height)
	case stateMsg:
		m.take(msg.State)
	case tea.KeyMsg:
		cmd = m.keys(msg)
	case tea.MouseMsg:
		cmd = m.mouseAt(msg)
	case doneMsg:
		cmd = msg.then(m)
	}
	return m, tea.Batch(cmd, m.settle())
}

// resize takes the window's new size; tables are measured anew.
func (m *Model) resize(w, h int) {
	m.w, m.h = max(w, 0), max(h, 0)
	for _, p := range m.stack {
		for _, l := range p.lists {
			clear(l.widths)
			l.top = 0
		}
	}
}

// doneMsg brings back what a command did off the screen's goroutine.
type doneMsg struct{ then func(*Model) tea.Cmd }

// take shows a new state, unless the screen is paused.
func (m *Model) take(st *live.State) {
	if !st.IsOf(m.opt.Feed) {
		return // of the feed before: it was on its way
	}
	m.live = st
	if st.Notice != "" {
		m.report(&message{text: st.Notice, good: true})
	}
	if box, ok := m.overlay.(*message); ok && box.down && st.Phase == live.Live {
		m.overlay = nil
	}
	if m.st == nil || !m.paused || m.st.Feed.Name != st.Feed.Name {
		m.st = st
		m.turn()
		m.marks.Update(st)
	}
}

// settle brings the open page's rows up to date and tells the collector what
// the page needs.
func (m *Model) settle() tea.Cmd {
	p := m.cur()
	if m.st != nil && m.st.Snap != nil && p.current().sheet != nil {
		p.list().refresh(m, p)
	}
	d := p.demand()
	if m.subs && d.Shows(fleet.Connz) && p.spec.kind == connsPage {
		d.Conns.Subscriptions = true
	}
	if p.spec.kind == accountsPage && m.st != nil && m.st.Snap != nil {
		if d.Account = m.wantedAccount(); d.Account != "" {
			d.Needs = append(d.Needs[:len(d.Needs):len(d.Needs)], live.Need{Kind: fleet.Accountz, Every: 2 * time.Second})
		}
	}
	if !d.Same(m.demand) && m.send(live.SetDemand(d)) {
		m.demand = d
	}
	m.catchUp()
	return m.lookUp()
}

// keys takes typed keys. What the terminal gathered into one message is taken
// key by key; a paste goes to the prompt and nowhere else.
func (m *Model) keys(msg tea.KeyMsg) tea.Cmd {
	if msg.Paste {
		if m.prompt != nil {
			return m.prompt.paste(m, string(msg.Runes))
		}
		m.say("pasted text is not taken as keys; : or / first")
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
	if m.w < minW || m.h < minH {
		return m.keyUnseen(msg)
	}
	m.notice = notice{}
	switch {
	case m.overlay != nil:
		return m.overlay.key(m, msg)
	case m.prompt != nil:
		return m.prompt.key(m, msg)
	}
	for _, b := range m.binds() {
		if b.matches(m, msg) {
			return b.do(m)
		}
	}
	return nil
}

// notice is one line that the screen says until the next key.
type notice struct {
	text string
	bad  bool
}

func (m *Model) say(text string) { m.notice = notice{text: strings.TrimSpace(text)} }

// fail says what went wrong: on the line, or in a box when it is longer.
func (m *Model) fail(text string) { m.show(&message{text: strings.TrimSpace(text)}) }

// show says something on the line, or in a box when it is longer.
func (m *Model) show(b *message) {
	m.notice = notice{}
	if m.w > 0 && cell.Width(view.Text(b.text)) > m.w-2 || strings.Contains(b.text, "\n") {
		m.overlay = b
		return
	}
	m.notice = notice{text: b.text, bad: !b.good}
}

// report says what was not waited for: at once, or when what is open now is
// closed, so that it neither goes unread nor takes a key that was meant for
// something else.
func (m *Model) report(b *message) {
	if b.text = strings.TrimSpace(b.text); m.overlay != nil || m.prompt != nil {
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

// keyUnseen takes a key in a window that is too small to show what it does:
// only to quit, and to suspend.
func (m *Model) keyUnseen(msg tea.KeyMsg) tea.Cmd {
	switch msg.String() {
	case "q":
		return m.quit()
	case "ctrl+z":
		return suspend
	}
	return nil
}

// touch makes the lists anew after a switch.
func (m *Model) touch() { m.stamp++ }

// View implements [tea.Model]: exactly h lines of exactly w cells.
func (m *Model) View() string {
	if m.quitting || m.w == 0 || m.h == 0 {
		return ""
	}
	m.render()
	return m.grid.ANSI(m.palette)
}

// now is the time of the state that is shown.
func (m *Model) now() time.Time {
	if m.st == nil {
		return time.Time{}
	}
	return m.st.Now
}
