package widget

import (
	"strings"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// Message is a text box that any key closes.
type Message struct {
	Text string
	Good bool // reports success
	Down bool // about a fleet that does not answer; obsolete once it does
}

// Draw draws the message in the middle of a page.
func (b *Message) Draw(a cell.Area) {
	var lines []string
	for part := range strings.SplitSeq(b.Text, "\n") {
		lines = append(lines, Wrap(view.Text(part), min(a.W-8, 80))...)
	}
	w := 0
	for _, l := range lines {
		w = max(w, cell.Width(l))
	}
	style := cell.Style(cell.Danger)
	if b.Good {
		style = cell.Notice
	}
	in := Centered(a, w, len(lines), "", style)
	for y, l := range lines {
		in.Write(0, y, l, cell.Plain)
	}
}

// Hints are its key hints.
func (b *Message) Hints() [][2]string { return [][2]string{{"any key", "closes"}} }
