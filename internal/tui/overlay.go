package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// overlay is a box over the page; it takes every key while it is open.
type overlay interface {
	key(m *Model, msg tea.KeyMsg) tea.Cmd
	draw(m *Model, a cell.Area)
	hints() [][2]string
}

// centered draws an empty box in the middle of a and returns its inside.
func centered(a cell.Area, w, h int, title string, st cell.Style) cell.Area {
	w, h = min(w+4, a.W), min(h+2, a.H)
	box := a.Cut((a.W-w)/2, (a.H-h)/2, w, h)
	box.Blank()
	inside := box.Frame(title, st)
	return inside.Cut(1, 0, inside.W-2, inside.H)
}

// picker chooses one of a few lines.
type picker struct {
	title string
	items []pick
	at    int
	take  func(m *Model, i int) tea.Cmd
}

// pick is one line of a picker and the letter that takes it.
type pick struct{ text, note string }

// key takes a letter as a jump wherever a line begins with it: who types k for
// kick-clients must not be moved up to another line.
func (p *picker) key(m *Model, msg tea.KeyMsg) tea.Cmd {
	if p.jump(msg.String()) {
		return nil
	}
	switch msg.String() {
	case "esc", "q":
		m.overlay = nil
	case "up", "k", "left":
		p.at = (p.at + len(p.items) - 1) % len(p.items)
	case "down", "j", "right", "tab":
		p.at = (p.at + 1) % len(p.items)
	case "enter":
		m.overlay = nil
		return p.take(m, p.at)
	}
	return nil
}

// jump goes to the next line that begins with what was typed; false: none does.
func (p *picker) jump(letter string) bool {
	if len(letter) != 1 {
		return false
	}
	for i := range p.items {
		at := (p.at + 1 + i) % len(p.items)
		if strings.HasPrefix(strings.ToLower(p.items[at].text), strings.ToLower(letter)) {
			p.at = at
			return true
		}
	}
	return false
}

func (p *picker) draw(_ *Model, a cell.Area) {
	textW, noteW := 0, 0
	for _, it := range p.items {
		textW, noteW = max(textW, cell.Width(it.text)), max(noteW, cell.Width(it.note))
	}
	in := centered(a, max(min(textW+noteW+4, a.W-8), cell.Width(p.title)+4), min(len(p.items), a.H-4), p.title, cell.Accent)
	top := max(min(p.at-in.H/2, len(p.items)-in.H), 0)
	for y := range in.H {
		i := top + y
		if i >= len(p.items) {
			break
		}
		x := in.Write(0, y, " "+cell.Fit(p.items[i].text, textW, false), cell.Strong)
		in.Write(x+2, y, p.items[i].note, cell.Muted)
		if i == p.at {
			in.Rows(y, 1).Restyle(cell.Selected)
		}
	}
}

func (p *picker) hints() [][2]string {
	return [][2]string{{"↑↓", "choose"}, {"letter", "jump"}, {"Enter", "take"}, {"Esc", "cancel"}}
}

// openSort picks the sort column.
func (m *Model) openSort() {
	l := m.cur().list()
	if len(l.heads) == 0 {
		return
	}
	p := &picker{title: "sort by"}
	for i, h := range l.heads {
		p.items = append(p.items, pick{heading(h), h.Name + ": " + h.Help})
		if h.Name == l.sort {
			p.at = i
		}
	}
	p.take = func(_ *Model, i int) tea.Cmd {
		if l.sort == l.heads[i].Name {
			l.reverse = !l.reverse
		} else {
			l.sort, l.reverse = l.heads[i].Name, false
		}
		l.arrange()
		return nil
	}
	m.overlay = p
}

// scroller shows lines that may be longer than its box.
type scroller struct {
	title string
	lines []helpLine
	top   int
	find  string
}

type helpLine struct {
	keys, text string
	head       bool
	room       int // for keys: as much as the widest of the section takes
}

// keysMax is the most that the keys of a section of the help may take.
const keysMax = 26

// align gives the keys of each section their room.
func align(lines []helpLine) {
	for i := 0; i < len(lines); {
		from, room := i, 0
		for i++; i < len(lines) && !lines[i].head; i++ {
			room = max(room, cell.Width(lines[i].keys))
		}
		for at := range lines[from:i] {
			lines[from+at].room = min(max(room, cell.Width(lines[from].keys)), keysMax)
		}
	}
}

func (s *scroller) key(m *Model, msg tea.KeyMsg) tea.Cmd {
	switch msg.String() {
	case "esc":
		if s.find == "" {
			m.overlay = nil
		}
		s.find = ""
	case "up":
		s.top--
	case "down":
		s.top++
	case "pgup":
		s.top -= 10
	case "pgdown":
		s.top += 10
	case "backspace":
		s.find = s.find[:max(len(s.find)-1, 0)]
	case "?", "enter":
		m.overlay = nil
	default:
		if msg.Type == tea.KeyRunes || msg.Type == tea.KeySpace {
			s.find += string(msg.Runes)
			s.top = 0
		}
	}
	s.top = max(s.top, 0)
	return nil
}

// shown are the lines that hold what was typed.
func (s *scroller) shown() []helpLine {
	if s.find == "" {
		return s.lines
	}
	var out []helpLine
	for _, l := range s.lines {
		if !l.head && strings.Contains(strings.ToLower(l.keys+" "+l.text), strings.ToLower(s.find)) {
			out = append(out, l)
		}
	}
	return out
}

func (s *scroller) draw(_ *Model, a cell.Area) {
	in := centered(a, min(a.W-8, 92), a.H-2, s.title, cell.Accent)
	rows := s.shown()
	s.top = max(min(s.top, len(rows)-in.H+1), 0)
	for y := range in.H - 1 {
		if s.top+y >= len(rows) {
			break
		}
		r := rows[s.top+y]
		if r.head {
			in.Write(0, y, r.text, cell.Head)
			continue
		}
		in.Write(1, y, cell.Fit(r.keys, r.room, false), cell.Accent)
		in.Write(r.room+3, y, r.text, cell.Plain)
	}
	foot := "type to search   ↑↓ scroll   Esc close"
	if s.find != "" {
		foot = "search: " + s.find + "   Esc clears"
	}
	in.Write(0, in.H-1, view.Text(foot), cell.Muted)
}

func (s *scroller) hints() [][2]string {
	return [][2]string{{"type", "to search"}, {"↑↓", "scroll"}, {"Esc", "close"}}
}

// openHelp lists the keys of this page, the commands and the signs, from their
// tables.
func (m *Model) openHelp() {
	s := &scroller{title: "help: " + m.cur().spec.title}
	head := func(text string) { s.lines = append(s.lines, helpLine{text: text, head: true}) }
	head("KEYS")
	seen := map[string]bool{}
	for _, b := range m.binds() {
		if h := b.Help(); b.works(m) && !seen[h.Key] {
			seen[h.Key] = true
			s.lines = append(s.lines, helpLine{keys: h.Key, text: h.Desc})
		}
	}
	head("COMMANDS")
	for _, c := range commands() {
		s.lines = append(s.lines, helpLine{keys: ":" + strings.TrimSpace(strings.Join(c.names, " :")+" "+c.args), text: c.help})
	}
	head("SIGNS")
	for _, g := range [][2]string{
		{"●", "in order"},
		{"▲", "warning, or growing"},
		{"✗", "bad, or not there"},
		{"◌", "not known: an end did not answer"},
		{"↑↓", "rose or fell since the answer before; :set deltas hides it"},
		{"★", "leads the JetStream meta group"},
		{"▌", "selected"},
		{"·", "pinned"},
		{"-", "not reported, or no rate yet"},
		{"…", "more than there is room for; z, w, → or a larger window shows it"},
	} {
		s.lines = append(s.lines, helpLine{keys: g[0], text: g[1]})
	}
	if p := m.cur(); p.current().sheet != nil {
		head("COLUMNS (names for filters)")
		for _, h := range p.list().heads {
			s.lines = append(s.lines, helpLine{keys: h.Name, text: heading(h) + ": " + h.Help})
		}
	}
	align(s.lines)
	m.overlay = s
}

// message is a box of words that any key closes.
type message struct {
	text string
	good bool // nothing went wrong
	down bool // it is about a fleet that does not answer, and of no use when it does
}

func (b *message) key(m *Model, _ tea.KeyMsg) tea.Cmd {
	m.overlay = nil
	return nil
}

func (b *message) draw(_ *Model, a cell.Area) {
	var lines []string
	for part := range strings.SplitSeq(b.text, "\n") {
		lines = append(lines, wrap(view.Text(part), min(a.W-8, 80))...)
	}
	w := 0
	for _, l := range lines {
		w = max(w, cell.Width(l))
	}
	style := cell.Style(cell.Danger)
	if b.good {
		style = cell.Notice
	}
	in := centered(a, w, len(lines), "", style)
	for y, l := range lines {
		in.Write(0, y, l, cell.Plain)
	}
}

func (b *message) hints() [][2]string { return [][2]string{{"any key", "closes"}} }
