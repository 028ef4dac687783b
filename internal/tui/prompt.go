package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/textinput"

	"github.com/natsctl/natsctl/internal/tui/live"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/cell"
)

// prompt is the line that is typed into. While it is open no other key works.
type prompt struct {
	sign    string // ":" or "/"
	input   textinput.Model
	enter   func(m *Model, text string) tea.Cmd
	change  func(m *Model, text string) // after each key
	cancel  func(m *Model)
	suggest func(m *Model, text string) []string // whole lines
	hint    string
	recall  int // place in the history
}

func newPrompt(sign, text string) *prompt {
	in := textinput.New()
	in.Prompt = ""
	in.CharLimit = 1000
	in.SetValue(text)
	in.Focus()
	in.CursorEnd()
	return &prompt{sign: sign, input: in}
}

// openFilter edits the filter of the open page; rows are filtered as it is
// typed.
func (m *Model) openFilter() {
	p := m.cur()
	if p.spec.kind == objectPage {
		m.openSearch(p)
		return
	}
	l := p.list()
	before := l.filter
	pr := newPrompt("/", l.filter)
	pr.hint = "words, !word, ~regex, or cpu>80 and cluster=east"
	pr.change = func(_ *Model, text string) {
		l.setFilter(text)
		l.arrange()
	}
	pr.cancel = func(m *Model) { pr.change(m, before) }
	pr.enter = func(m *Model, text string) tea.Cmd {
		if named, ok := m.opt.Filters[strings.TrimPrefix(text, "@")]; ok && strings.HasPrefix(text, "@") {
			pr.change(m, named)
		}
		return nil
	}
	pr.suggest = func(_ *Model, text string) []string { return completeField(l.heads, text) }
	m.prompt = pr
}

// openSearch searches the JSON of an object.
func (m *Model) openSearch(p *page) {
	pr := newPrompt("/", p.search)
	pr.hint = "text to find"
	pr.change = func(m *Model, text string) {
		p.search = text
		m.nextHitFrom(p, p.scroll)
	}
	pr.cancel = func(*Model) { p.search = "" }
	pr.enter = func(*Model, string) tea.Cmd { return nil }
	m.prompt = pr
}

// key edits the line.
func (pr *prompt) key(m *Model, msg tea.KeyMsg) tea.Cmd {
	switch msg.String() {
	case "esc":
		m.prompt = nil
		if pr.cancel != nil {
			pr.cancel(m)
		}
		return nil
	case "enter":
		m.prompt = nil
		return pr.enter(m, pr.input.Value())
	case "tab":
		pr.complete(m)
		return nil
	case "up", "down":
		pr.recallLine(m, msg.String() == "up")
		return nil
	}
	pr.input, _ = pr.input.Update(msg)
	pr.changed(m)
	return nil
}

func (pr *prompt) changed(m *Model) {
	if pr.change != nil {
		pr.change(m, pr.input.Value())
	}
}

// paste takes pasted text as text: line ends and other controls become spaces.
func (pr *prompt) paste(m *Model, text string) tea.Cmd {
	clean := strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return ' '
		}
		return r
	}, text)
	runes := []rune(clean)
	if room := max(pr.input.CharLimit-len([]rune(pr.input.Value())), 0); len(runes) > room {
		m.report(&message{text: fmt.Sprintf("the pasted text was cut: a line takes %d characters", pr.input.CharLimit)})
		runes = runes[:room]
	}
	pr.input, _ = pr.input.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: runes})
	pr.changed(m)
	return nil
}

// complete takes the first suggestion.
func (pr *prompt) complete(m *Model) {
	if pr.suggest == nil {
		return
	}
	if list := pr.suggest(m, pr.input.Value()); len(list) > 0 {
		pr.input.SetValue(list[0])
		pr.input.CursorEnd()
		pr.changed(m)
	}
}

// recallLine goes through the lines typed before.
func (pr *prompt) recallLine(m *Model, older bool) {
	if pr.sign != ":" || len(m.history) == 0 {
		return
	}
	if older {
		pr.recall = min(pr.recall+1, len(m.history))
	} else {
		pr.recall = max(pr.recall-1, 0)
	}
	text := ""
	if pr.recall > 0 {
		text = m.history[len(m.history)-pr.recall]
	}
	pr.input.SetValue(text)
	pr.input.CursorEnd()
}

// draw shows the line with its cursor, what would complete it, and what is
// wrong with it.
func (pr *prompt) draw(m *Model, a cell.Area) {
	x := a.Write(1, 0, pr.sign, cell.Accent)
	value := []rune(pr.input.Value())
	pos := min(pr.input.Position(), len(value))
	room := max(a.W/2, 20)
	start := max(0, pos-room)
	x = a.Write(x, 0, string(value[start:pos]), cell.Input)
	under := " "
	if pos < len(value) {
		under = string(value[pos])
	}
	x = a.Write(x, 0, under, cell.Input|cell.Selected)
	if pos < len(value) {
		x = a.Write(x, 0, string(value[pos+1:]), cell.Input)
	}
	ghost := pr.ghost(m)
	x = a.Write(x-1, 0, "", cell.Muted) + 1
	if ghost != "" && pos == len(value) {
		a.Write(x-1, 0, ghost[:min(len(ghost), 1)], cell.Muted|cell.Selected)
		x = a.Write(x, 0, ghost[min(len(ghost), 1):], cell.Muted)
	}
	if note, style := pr.note(m); note != "" {
		a.Cut(x+2, 0, a.W-x-3, 1).Right(a.W-x-3, 0, note, style)
	}
}

// ghost is what Tab would add.
func (pr *prompt) ghost(m *Model) string {
	if pr.suggest == nil {
		return ""
	}
	text := pr.input.Value()
	for _, s := range pr.suggest(m, text) {
		if rest, ok := strings.CutPrefix(s, text); ok {
			return rest
		}
	}
	return ""
}

// note is what is wrong with a filter, how many rows it keeps, or a hint.
func (pr *prompt) note(m *Model) (string, cell.Style) {
	p := m.cur()
	if pr.sign != "/" || pr.input.Value() == "" {
		return pr.hint, cell.Muted
	}
	if p.spec.kind == objectPage {
		return live.Plural(len(p.hits()), "hit"), cell.Muted
	}
	l := p.list()
	if l.failed != nil {
		return l.failed.Error(), cell.Danger
	}
	if l.sheet == nil {
		return "", cell.Muted
	}
	return live.Ratio(len(l.order), l.sheet.size()), cell.Muted
}

func (pr *prompt) hints() [][2]string {
	h := [][2]string{{"Enter", "take"}, {"Esc", "cancel"}}
	if pr.suggest != nil {
		h = append(h, [2]string{"Tab", "complete"})
	}
	if pr.sign == ":" {
		h = append(h, [2]string{"↑↓", "earlier lines"})
	}
	return h
}
