package tui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// TestPanes walks through the panes of a server: the focus, a line of it, what
// Enter opens, the zoom, and the way back.
func TestPanes(t *testing.T) {
	m := modelOf(t, "degraded", "10:05:13", 120, 40, ":server east-2", "enter", "tab", "tab")
	press := func(keys ...string) string {
		for _, k := range keys {
			m.Update(keyNamed(k))
		}
		m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
		return ansi.Strip(m.View())
	}
	sees := func(frame string, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(frame, w) {
				t.Fatalf("no %q in\n%s", w, frame)
			}
		}
	}
	sees(press(), "▸ LINKS", "▌✗ route   east-3", "HEALTH AND LIMITS", "TOP CONNECTIONS")
	zoomed := press("z")
	sees(zoomed, "▸ LINKS", "what lies behind it cannot be reached")
	if strings.Contains(zoomed, "TOP CONNECTIONS") {
		t.Errorf("other panes beside the zoomed one:\n%s", zoomed)
	}
	sees(press("z", "down", "enter"), "Servers › east-2 › Links › east-2", "▌✗ east-2", "gateway")
	sees(press("esc"), "▸ LINKS")
	sees(press("tab", "tab", "enter"), "▸talkers", "▌● 44")
	if frame := press("esc", "esc"); strings.Contains(frame, "▸ ") && strings.Contains(frame, "▸ TOP") {
		t.Errorf("the focus stays:\n%s", frame)
	}
	sees(press("tab", "z", "down"), "▸ MEM of east-2")
}

// TestZoomPanel gives most of the page to the panel under a table.
func TestZoomPanel(t *testing.T) {
	m := modelOf(t, "degraded", "10:05:13", 80, 24, "6")
	before := strings.Count(ansi.Strip(m.View()), "\n ▲") + strings.Count(ansi.Strip(m.View()), "\n ●")
	m.Update(keyNamed("z"))
	if after := strings.Count(ansi.Strip(m.View()), "\n ▲") + strings.Count(ansi.Strip(m.View()), "\n ●"); after >= before {
		t.Errorf("%d rows with the panel zoomed, %d before", after, before)
	}
}
