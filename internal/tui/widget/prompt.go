package widget

import (
	"strings"

	"github.com/charmbracelet/bubbles/textinput"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/cell"
)

// Prompt is the input line. While it is open no other key works.
type Prompt struct {
	Sign    string // ":" or "/"
	Input   textinput.Model
	Enter   func(text string) tea.Cmd
	Change  func(text string) // called after each key
	Cancel  func()
	Suggest func(text string) []string // whole lines
	Note    func() (string, cell.Style)
	Hint    string
	History []string // earlier lines, newest last
	recall  int      // position in the history
}

// NewPrompt returns an input line with a sign before it and initial text.
func NewPrompt(sign, text string) *Prompt {
	in := textinput.New()
	in.Prompt = ""
	in.CharLimit = 1000
	in.SetValue(text)
	in.Focus()
	in.CursorEnd()
	return &Prompt{Sign: sign, Input: in}
}

// Key edits the line. Closed reports that it was submitted or canceled.
func (pr *Prompt) Key(msg tea.KeyMsg) (closed bool, cmd tea.Cmd) {
	switch msg.String() {
	case "esc":
		if pr.Cancel != nil {
			pr.Cancel()
		}
		return true, nil
	case "enter":
		return true, pr.Enter(pr.Input.Value())
	case "tab":
		pr.complete()
	case "up", "down":
		pr.recallLine(msg.String() == "up")
	default:
		pr.Input, _ = pr.Input.Update(msg)
		pr.changed()
	}
	return false, nil
}

func (pr *Prompt) changed() {
	if pr.Change != nil {
		pr.Change(pr.Input.Value())
	}
}

// Paste inserts pasted text: line ends and other control characters become
// spaces. It returns the maximum length of a line if the text had to be cut.
func (pr *Prompt) Paste(text string) (limit int) {
	clean := strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return ' '
		}
		return r
	}, text)
	runes := []rune(clean)
	if room := max(pr.Input.CharLimit-len([]rune(pr.Input.Value())), 0); len(runes) > room {
		limit, runes = pr.Input.CharLimit, runes[:room]
	}
	pr.Input, _ = pr.Input.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: runes})
	pr.changed()
	return limit
}

// complete inserts the first suggestion.
func (pr *Prompt) complete() {
	if pr.Suggest == nil {
		return
	}
	if list := pr.Suggest(pr.Input.Value()); len(list) > 0 {
		pr.Input.SetValue(list[0])
		pr.Input.CursorEnd()
		pr.changed()
	}
}

// recallLine moves through the history.
func (pr *Prompt) recallLine(older bool) {
	if len(pr.History) == 0 {
		return
	}
	if older {
		pr.recall = min(pr.recall+1, len(pr.History))
	} else {
		pr.recall = max(pr.recall-1, 0)
	}
	text := ""
	if pr.recall > 0 {
		text = pr.History[len(pr.History)-pr.recall]
	}
	pr.Input.SetValue(text)
	pr.Input.CursorEnd()
	pr.changed()
}

// Draw shows the line with its cursor, its completion and its error.
func (pr *Prompt) Draw(a cell.Area) {
	x := a.Write(1, 0, pr.Sign, cell.Accent)
	value := []rune(pr.Input.Value())
	pos := min(pr.Input.Position(), len(value))
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
	rest := pr.completion()
	x = a.Write(x-1, 0, "", cell.Muted) + 1
	if rest != "" && pos == len(value) {
		a.Write(x-1, 0, rest[:min(len(rest), 1)], cell.Muted|cell.Selected)
		x = a.Write(x, 0, rest[min(len(rest), 1):], cell.Muted)
	}
	if note, style := pr.comment(); note != "" {
		a.Cut(x+2, 0, a.W-x-3, 1).Right(a.W-x-3, 0, note, style)
	}
}

// completion is the text that Tab would insert.
func (pr *Prompt) completion() string {
	if pr.Suggest == nil {
		return ""
	}
	text := pr.Input.Value()
	for _, s := range pr.Suggest(text) {
		if rest, ok := strings.CutPrefix(s, text); ok {
			return rest
		}
	}
	return ""
}

// comment is the text next to the line: the hint while it is empty.
func (pr *Prompt) comment() (string, cell.Style) {
	if pr.Note == nil || pr.Input.Value() == "" {
		return pr.Hint, cell.Muted
	}
	return pr.Note()
}

// Hints are its key hints.
func (pr *Prompt) Hints() [][2]string {
	h := [][2]string{{"Enter", "take"}, {"Esc", "cancel"}}
	if pr.Suggest != nil {
		h = append(h, [2]string{"Tab", "complete"})
	}
	if pr.Sign == ":" {
		h = append(h, [2]string{"↑↓", "earlier lines"})
	}
	return h
}
