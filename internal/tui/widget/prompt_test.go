package widget

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/cell"
)

// keyOf is the message of a key or of typed text.
func keyOf(name string) tea.KeyMsg {
	named := map[string]tea.KeyType{
		"esc": tea.KeyEsc, "enter": tea.KeyEnter, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft,
		"backspace": tea.KeyBackspace, "space": tea.KeySpace, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp,
	}
	if t, ok := named[name]; ok {
		return tea.KeyMsg{Type: t}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}

// TestPasteIsOneLine inserts pasted text at the cursor: what would end the line
// or control a terminal becomes a space, and a line is as long as it may be.
func TestPasteIsOneLine(t *testing.T) {
	for _, c := range []struct {
		name, before, pasted, want string
		limit                      int
	}{
		{"plain", "conns ", "billing", "conns billing", 0},
		{"line ends", "", "a\nb\r\nc", "a b  c", 0},
		{"escape, tab, nul and delete", "", "a\x1b[31mb\tc\x00d\x7fe", "a [31mb c d e", 0},
		{"letters beyond ASCII stay", "", "größe 日本", "größe 日本", 0},
		{"exactly full", strings.Repeat("x", 990), strings.Repeat("y", 10), strings.Repeat("x", 990) + strings.Repeat("y", 10), 0},
		{"one too many", strings.Repeat("x", 990), strings.Repeat("y", 11), strings.Repeat("x", 990) + strings.Repeat("y", 10), 1000},
		{"already full", strings.Repeat("x", 1000), "y", strings.Repeat("x", 1000), 1000},
	} {
		pr := NewPrompt(":", c.before)
		changed := ""
		pr.Change = func(text string) { changed = text }
		if limit := pr.Paste(c.pasted); limit != c.limit {
			t.Errorf("%s: limit %d, want %d", c.name, limit, c.limit)
		}
		if got := pr.Input.Value(); got != c.want || changed != c.want {
			t.Errorf("%s: the line is %q, reported as %q, want %q", c.name, got, changed, c.want)
		}
	}
}

// TestPromptKeys submits and cancels once, edits in between, and never submits
// by another key than Enter.
func TestPromptKeys(t *testing.T) {
	var entered []string
	canceled := 0
	open := func() *Prompt {
		pr := NewPrompt("/", "")
		pr.Enter = func(text string) tea.Cmd { entered = append(entered, text); return nil }
		pr.Cancel = func() { canceled++ }
		return pr
	}
	pr := open()
	for _, k := range []string{"q", "a", "backspace", "tab", "up", "down", "left"} {
		if closed, _ := pr.Key(keyOf(k)); closed {
			t.Errorf("%s closes the line", k)
		}
	}
	if len(entered)+canceled > 0 {
		t.Fatalf("submitted %q, canceled %d times without Enter or Esc", entered, canceled)
	}
	if closed, _ := pr.Key(keyOf("enter")); !closed || len(entered) != 1 || entered[0] != "q" || canceled != 0 {
		t.Errorf("Enter: closed %t, submitted %q, canceled %d times", closed, entered, canceled)
	}
	if closed, _ := open().Key(keyOf("esc")); !closed || canceled != 1 || len(entered) != 1 {
		t.Errorf("Esc: closed %t, submitted %q, canceled %d times", closed, entered, canceled)
	}
}

// TestPromptHistory moves through earlier lines and stops at both ends.
func TestPromptHistory(t *testing.T) {
	pr := NewPrompt(":", "half")
	pr.History = []string{"first", "second"}
	for i, step := range []struct{ key, want string }{
		{"up", "second"}, {"up", "first"}, {"up", "first"}, {"down", "second"}, {"down", ""}, {"down", ""}, {"up", "second"},
	} {
		pr.Key(keyOf(step.key))
		if got := pr.Input.Value(); got != step.want {
			t.Errorf("step %d, %s: %q, want %q", i, step.key, got, step.want)
		}
	}
	pr = NewPrompt(":", "half")
	if pr.Key(keyOf("up")); pr.Input.Value() != "half" {
		t.Errorf("without a history Up changes the line to %q", pr.Input.Value())
	}
}

// TestPromptCompletes shows and inserts the first suggestion, and nothing when
// there is none.
func TestPromptCompletes(t *testing.T) {
	pr := NewPrompt(":", "se")
	if pr.Key(keyOf("tab")); pr.Input.Value() != "se" {
		t.Errorf("without suggestions Tab changes the line to %q", pr.Input.Value())
	}
	pr.Suggest = func(text string) []string {
		if text == "server" {
			return nil
		}
		return []string{"server", "servers"}
	}
	g := cell.New(60, 1)
	pr.Draw(g.All())
	if got := strings.TrimRight(g.Text(false), " \n"); got != " :server" {
		t.Errorf("the suggestion is shown as %q", got)
	}
	if pr.Key(keyOf("tab")); pr.Input.Value() != "server" {
		t.Errorf("Tab inserts %q", pr.Input.Value())
	}
	if pr.Key(keyOf("tab")); pr.Input.Value() != "server" {
		t.Errorf("Tab without a suggestion changes the line to %q", pr.Input.Value())
	}
}

// TestPromptNotes shows the hint while the line is empty, then what its note
// says, and never over the text.
func TestPromptNotes(t *testing.T) {
	draw := func(pr *Prompt) string {
		g := cell.New(60, 1)
		pr.Draw(g.All())
		return strings.TrimSpace(g.Text(false))
	}
	pr := NewPrompt("/", "")
	pr.Hint = "words or an expression"
	pr.Note = func() (string, cell.Style) { return "5 of 9 match", cell.Muted }
	if got := draw(pr); !strings.HasSuffix(got, pr.Hint) || strings.Contains(got, "match") {
		t.Errorf("an empty line: %q", got)
	}
	pr.Key(keyOf("x"))
	if got := draw(pr); !strings.HasPrefix(got, "/x") || !strings.HasSuffix(got, "5 of 9 match") {
		t.Errorf("a line: %q", got)
	}
	pr.Paste(strings.Repeat("y", 200))
	if got := draw(pr); !strings.HasPrefix(got, "/yyy") || !strings.HasSuffix(got, "yyy               5 of 9 match") {
		t.Errorf("a line longer than the window: %q", got)
	}
}
