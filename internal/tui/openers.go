package tui

import (
	"strings"

	"github.com/natsctl/natsctl/internal/tui/page"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// openSort opens a picker for the sort column.
func openSort(m *Model) {
	l := m.cur().List()
	if len(l.Heads) == 0 {
		return
	}
	p := &widget.Picker{Title: "sort by"}
	for i, h := range l.Heads {
		p.Items = append(p.Items, widget.Item{Text: widget.Heading(h), Note: h.Name + ": " + h.Help})
		if h.Name == l.Sort {
			p.At = i
		}
	}
	m.overlay = &choiceBox{Picker: p, take: func(_ *Model, i int) tea.Cmd {
		l.SortBy(l.Heads[i].Name)
		return nil
	}}
}

// openFilter opens a prompt for the filter of the open page, which applies while
// typing.
func openFilter(m *Model) {
	p := m.cur()
	if p.Spec.Kind == page.Object {
		openSearch(m, p)
		return
	}
	l := p.List()
	before := l.Filter
	pr := widget.NewPrompt("/", "")
	pr.History = l.Past()
	pr.Hint = "words, !word, ~regex, or cpu>80 and cluster=east"
	if before != "" {
		pr.Hint = "a new filter; ↑ brings back " + view.Text(before)
	}
	pr.Change = func(text string) {
		l.SetFilter(text)
		l.Arrange()
	}
	pr.Cancel = func() { pr.Change(before) }
	pr.Enter = func(text string) tea.Cmd {
		if named, ok := m.opt.Filters[strings.TrimPrefix(text, "@")]; ok && strings.HasPrefix(text, "@") {
			text = named
		}
		pr.Change(text)
		l.Remember()
		return nil
	}
	pr.Suggest = func(text string) []string { return completeField(l.Heads, text) }
	pr.Note = func() (string, cell.Style) {
		switch {
		case l.Failed != nil:
			return l.Failed.Error(), cell.Danger
		case l.Sheet == nil:
			return "", cell.Muted
		}
		return live.Ratio(len(l.Order), l.Sheet.Size()), cell.Muted
	}
	m.prompt = pr
}

// openSearch opens a prompt to search the JSON of an object.
func openSearch(m *Model, p *page.Page) {
	pr := widget.NewPrompt("/", p.Search)
	pr.Hint = "text to find"
	pr.Change = func(text string) {
		p.Search = text
		p.NextHit(p.Scroll)
	}
	pr.Cancel = func() { p.Search = "" }
	pr.Enter = func(string) tea.Cmd { return nil }
	pr.Note = func() (string, cell.Style) { return live.Plural(len(p.Hits()), "hit"), cell.Muted }
	m.prompt = pr
}

// openCommand opens the command line.
func openCommand(m *Model) {
	pr := widget.NewPrompt(":", "")
	pr.Hint = "a page, server NAME, ctx NAME, save svg …"
	pr.History = m.history
	pr.Suggest = func(text string) []string { return completeCommand(m, text) }
	pr.Enter = func(text string) tea.Cmd {
		if strings.TrimSpace(text) != "" {
			m.history = append(m.history, text)
		}
		return runCommand(m, text)
	}
	m.prompt = pr
}

// openHelp lists the keys of the page, the commands and the signs, from their
// tables.
func openHelp(m *Model) {
	s := &widget.Scroller{Title: "help: " + m.cur().Spec.Title}
	head := func(text string) { s.Lines = append(s.Lines, widget.HelpLine{Text: text, Head: true}) }
	head("KEYS")
	seen := map[string]bool{}
	for _, b := range m.binds(m) {
		if h := b.Help(); b.works(m) && !seen[h.Key] {
			seen[h.Key] = true
			s.Lines = append(s.Lines, widget.HelpLine{Keys: h.Key, Text: h.Desc})
		}
	}
	head("COMMANDS")
	for _, c := range m.commands {
		s.Lines = append(s.Lines, widget.HelpLine{Keys: ":" + strings.TrimSpace(strings.Join(c.names, " :")+" "+c.args), Text: c.help})
	}
	head("SIGNS")
	for _, g := range signs {
		s.Lines = append(s.Lines, widget.HelpLine{Keys: g[0], Text: g[1]})
	}
	if p := m.cur(); p.HasRows() {
		head("COLUMNS (names for filters)")
		for _, h := range p.List().Heads {
			s.Lines = append(s.Lines, widget.HelpLine{Keys: h.Name, Text: widget.Heading(h) + ": " + h.Help})
		}
	}
	widget.Align(s.Lines)
	m.overlay = &readingBox{s}
}

// signs lists the symbols on the screen and their meanings.
var signs = [][2]string{
	{"●", "in order"},
	{"▲", "warning, or growing"},
	{"✗", "bad, or missing"},
	{"◌", "not known: an end did not answer"},
	{"↑↓", "rose or fell since the answer before; :set deltas hides it"},
	{"★", "leads the JetStream meta group"},
	{"▌", "selected"},
	{"·", "pinned"},
	{"-", "not reported, or no rate yet"},
	{"…", "more than there is room for; z, w, → or a larger window shows it"},
}
