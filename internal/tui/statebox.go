package tui

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/view"
)

// stateBox says in the middle of the page why there is nothing to see, or
// nothing new.
func (m *Model) stateBox(a cell.Area) {
	lines, style := m.stateLines()
	if len(lines) == 0 {
		return
	}
	var wrapped []string
	for _, l := range lines {
		for part := range strings.SplitSeq(l, "\n") {
			wrapped = append(wrapped, wrap(view.Text(part), min(a.W-6, 76))...)
		}
	}
	wrapped = fewer(wrapped, a.H-2)
	w := 0
	for _, l := range wrapped {
		w = max(w, cell.Width(l))
	}
	in := centered(a, w, len(wrapped), "", style)
	for y, l := range wrapped {
		st := cell.Style(cell.Plain)
		if y == 0 {
			st = style
		}
		in.Write(0, y, l, st)
	}
}

// fewer leaves out lines until there are at most n: empty ones first, then
// those before the last, which says what can be done.
func fewer(lines []string, n int) []string {
	for i := len(lines) - 1; i > 0 && len(lines) > n; i-- {
		if lines[i] == "" {
			lines = slices.Delete(lines, i, i+1)
		}
	}
	for len(lines) > max(n, 2) {
		lines = slices.Delete(lines, len(lines)-2, len(lines)-1)
	}
	return lines
}

// stateLines are the words of the box, and its colour.
func (m *Model) stateLines() ([]string, cell.Style) {
	st := m.st
	switch {
	case st == nil || st.Phase == live.Discovering:
		return m.discoverLines(), cell.Notice
	case st.Trouble == nil:
		return nil, 0
	case st.Phase == live.Limited:
		lines := append([]string{st.Trouble.Title, ""}, st.Trouble.Lines...)
		return append(lines, "", ":ctx other context   q quit"), cell.Warning
	}
	return m.downLines(), cell.Danger
}

func (m *Model) discoverLines() []string {
	first := "asking the fleet"
	if m.st != nil && m.st.Feed.User != "" {
		first += " as " + m.st.Feed.User
	}
	lines := []string{"◌ " + first, ""}
	if m.st != nil {
		if s := m.st.Link.Server; s != "" {
			lines = append(lines, "connected to "+s)
		}
		if waited := live.Age(m.st.Now, m.st.Since); waited.Seconds() >= 1 {
			lines = append(lines, "waiting for answers since "+live.AgeText(waited))
		}
	}
	return append(lines, "what is there is shown as soon as it is there")
}

func (m *Model) downLines() []string {
	st := m.st
	first := "✗ NO ANSWER"
	if st.Link.Server != "" && !st.Link.Up {
		first = "✗ DISCONNECTED from " + st.Link.Server
	}
	lines := []string{fmt.Sprintf("%s since %s", first, st.Since.UTC().Format("15:04:05Z")), ""}
	lines = append(lines, st.Trouble.Title)
	lines = append(lines, st.Trouble.Lines...)
	if st.Snap != nil {
		lines = append(lines, "", fmt.Sprintf("what you see is %s old and faded: it is not live", live.AgeText(st.Age())))
	}
	if st.Link.Attempt > 0 {
		lines = append(lines, fmt.Sprintf("attempt %d to connect again, to %s", st.Link.Attempt, strings.Join(st.Link.Tried, " ")))
	}
	return append(lines, "", "r connect and ask now   :ctx other context   q quit")
}

// wrap breaks a line at spaces so that none is wider than w.
func wrap(text string, w int) []string {
	if cell.Width(text) <= w {
		return []string{text}
	}
	var out []string
	now := ""
	for _, word := range strings.Fields(text) {
		switch {
		case now == "":
			now = word
		case cell.Width(now)+1+cell.Width(word) <= w:
			now += " " + word
		default:
			out = append(out, now)
			now = word
		}
		for now != "" && cell.Width(now) > w {
			head := fits(now, w)
			out, now = append(out, head), now[len(head):]
		}
	}
	return append(out, now)
}

// fits is the longest beginning of text that is not wider than w, one rune at
// least.
func fits(text string, w int) string {
	_, end := utf8.DecodeRuneInString(text)
	for end < len(text) {
		_, n := utf8.DecodeRuneInString(text[end:])
		if cell.Width(text[:end+n]) > w {
			break
		}
		end += n
	}
	return text[:end]
}

// emptyLine says why a table has no rows, and what would change that.
func (m *Model) emptyLine(p *page, l *list) string {
	switch {
	case m.st == nil || m.st.Snap == nil:
		return ""
	case l.sheet.size() == 0 && p.current().empty != nil:
		return p.current().empty(m, p)
	case l.sheet.size() == 0:
		return "nothing to show here"
	case l.filter != "":
		return fmt.Sprintf("0 of %s match  /%s   Esc clears", view.Count.Format(l.sheet.size()), l.filter)
	case l.faults:
		return fmt.Sprintf("none of %s is faulty   f shows all", view.Count.Format(l.sheet.size()))
	}
	return ""
}

// waiting says that a kind was asked for and is not here yet.
func (m *Model) waiting(kind fleet.Kind, else_ string) string {
	if m.st.Asked[kind].IsZero() && m.st.Phase == live.Live {
		return "asking the servers …"
	}
	return else_
}
