package tui

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/view"
)

// fillWide is the width from which the rows left over are shown in two columns.
const fillWide = 100

// topoFill uses the rows under the tree: who reaches whom on the left; the
// links and alerts that need attention and the newest events on the right.
func topoFill(m *Model, a cell.Area) {
	right := []block{m.linkBlock(), m.alertBlock(), m.eventBlock()}
	if a.W < fillWide {
		stack(a, right)
		return
	}
	half := a.W * 2 / 5
	left := fitting(m.st, half-1, a.H)
	if len(left) == 0 {
		stack(a, right)
		return
	}
	y := 0
	for _, mx := range left {
		y = mx.draw(a.Cut(0, 0, half-1, a.H), y) + 1
	}
	stack(a.Cut(half+1, 0, a.W-half-1, a.H), right)
}

// trouble uses the rows under a table: the alerts, and what happened last.
func trouble(m *Model, a cell.Area) {
	stack(a, []block{m.alertBlock(), m.eventBlock()})
}

// happened uses the rows under a table for what happened last.
func happened(m *Model, a cell.Area) { stack(a, []block{m.eventBlock()}) }

// storage uses the rows under the streams: how full their servers are, then
// trouble.
func storage(m *Model, a cell.Area) {
	if len(m.st.JS.Peers) == 0 {
		trouble(m, a)
		return
	}
	stack(a, []block{m.storeBlock(), m.alertBlock(), m.eventBlock()})
}

// fitting are the matrices that there is room for, those with trouble first.
func fitting(st *live.State, w, h int) []matrix {
	all := matrices(st)
	slices.SortStableFunc(all, func(a, b matrix) int { return b.worst().Compare(a.worst()) })
	var out []matrix
	for _, mx := range all {
		mx.title, _, _ = strings.Cut(mx.title, ": ")
		if need := len(mx.names) + 2; need <= h && mx.width() <= w {
			out = append(out, mx)
			h -= need + 1
		}
	}
	return out
}

// worst is the worst cell of the matrix.
func (mx matrix) worst() fleet.Level {
	worst := fleet.OK
	for _, c := range mx.cells {
		worst = worst.Worse(c.level)
	}
	return worst
}

// block is a title and lines under it.
type block struct {
	title string
	lines [][]segment
}

// stack draws blocks one under the other. The first ones get what they want,
// all get at least two lines; blocks that there is no room for are left out.
func stack(a cell.Area, blocks []block) {
	for len(blocks) > 1 && least(blocks) > a.H {
		blocks = blocks[:len(blocks)-1]
	}
	y := 0
	for i, b := range blocks {
		n := min(len(b.lines), a.H-y-1-least(blocks[i+1:]))
		if n < 1 {
			return
		}
		b.draw(a.Rows(y, 1+n))
		y += n + 2
	}
}

// least is the rows that blocks need, with a free one before each.
func least(blocks []block) int {
	n := 0
	for _, b := range blocks {
		n += 2 + min(len(b.lines), 2)
	}
	return n
}

// draw writes the block, as many lines as fit.
func (b block) draw(a cell.Area) {
	a.Rule(0, b.title, cell.Strong)
	for i, list := range b.lines[:max(min(len(b.lines), a.H-1), 0)] {
		parts(a.Rows(i+1, 1), list)
	}
}

// calm is the one line of a block without trouble.
func calm(text string) [][]segment {
	return [][]segment{{{text: "●", style: cell.Good}, {text: text, style: cell.Muted}}}
}

// linkBlock is the links that need attention, the worst first.
func (m *Model) linkBlock() block {
	bad := live.Filter(m.st.Links, func(l *live.LinkRow) bool { return l.Edge.Level.Urgent() })
	if len(bad) == 0 {
		if len(m.st.Links) == 0 {
			return block{"LINKS", calm("a single server has none")}
		}
		return block{"LINKS", calm(fmt.Sprintf("all %d in order   :links", len(m.st.Links)))}
	}
	slices.SortStableFunc(bad, func(a, b *live.LinkRow) int { return b.Edge.Level.Compare(a.Edge.Level) })
	w := 0
	for _, l := range bad {
		w = max(w, min(cell.Width(l.Title()), 28))
	}
	b := block{title: fmt.Sprintf("LINKS THAT NEED ATTENTION  %d of %d   :links", len(bad), len(m.st.Links))}
	for _, l := range bad {
		b.lines = append(b.lines, []segment{
			{text: view.Glyph(l.Edge.Level, false), style: cell.OfGlyph(l.Edge.Level)},
			{text: cell.Fit(string(l.Edge.Kind), 7, false), style: cell.Muted},
			{text: cell.Fit(l.Title(), w, false), style: cell.Strong},
			{text: cell.Fit(string(l.Edge.State), 7, false), style: cell.OfLevel(l.Edge.Level)},
			{text: l.Edge.Why},
		})
	}
	return b
}

// alertBlock is the alerts that fire, the worst first.
func (m *Model) alertBlock() block {
	rows := live.Filter(m.marks.Alerts(m.st), func(r *live.AlertRow) bool { return r.State == live.Firing })
	if len(rows) == 0 {
		return block{"ALERTS", calm("none fires")}
	}
	slices.SortStableFunc(rows, func(a, b *live.AlertRow) int { return b.Level.Compare(a.Level) })
	b := block{title: fmt.Sprintf("ALERTS  %d firing   :alerts", len(rows))}
	w := 0
	for _, r := range rows {
		w = max(w, min(cell.Width(r.Check), 16))
	}
	for _, r := range rows {
		b.lines = append(b.lines, []segment{
			{text: view.Glyph(r.Level, false), style: cell.OfGlyph(r.Level)},
			{text: cell.Fit(short(r.Duration()), 5, true), style: cell.Muted},
			{text: cell.Fit(r.Check, w, false), style: cell.Strong},
			{text: r.What},
		})
	}
	return b
}

// storeBlock is what the servers of JetStream store, of what they may.
func (m *Model) storeBlock() block {
	b := block{title: "STORAGE OF THE SERVERS   :peers"}
	w := 0
	for _, r := range m.st.JS.Peers {
		w = max(w, min(cell.Width(r.Name), 20))
	}
	for _, r := range m.st.JS.Peers {
		if r.Server == nil || r.Server.Statsz == nil || r.Server.Statsz.JetStream == nil || r.Server.Statsz.JetStream.Stats == nil {
			b.lines = append(b.lines, []segment{{text: "◌", style: cell.Hazy}, {text: cell.Fit(r.Name, w, false), style: cell.Strong}, {text: "did not answer", style: cell.Hazy}})
			continue
		}
		js := r.Server.Statsz.JetStream
		file, mem := live.Limit{Used: float64(js.Stats.Store), Unit: view.Bytes}, live.Limit{Used: float64(js.Stats.Memory), Unit: view.Bytes}
		if c := js.Config; c != nil {
			file.Max, mem.Max = float64(c.MaxStore), float64(c.MaxMemory)
		}
		level := file.Level().Worse(mem.Level())
		b.lines = append(b.lines, slices.Concat(
			[]segment{{text: view.Glyph(level, false), style: cell.OfGlyph(level)}, {text: cell.Fit(r.Name, w, false), style: cell.Strong}},
			storeParts("file", file), storeParts("memory", mem), []segment{{text: fmt.Sprintf(" %d ha assets", js.Stats.HAAssets), style: cell.Muted, whole: true}}))
	}
	return b
}

// storeParts is a word, a bar and figures of one limit.
func storeParts(word string, w live.Limit) []segment {
	const cells = 10
	style := cell.Style(cell.Good)
	if w.Level() != fleet.OK {
		style = cell.OfLevel(w.Level())
	}
	full := min(int(math.Ceil(w.Share()*cells)), cells)
	return []segment{
		{text: " " + word, style: cell.Muted},
		{text: strings.Repeat("█", full), style: style, tied: true},
		{text: strings.Repeat("·", cells-full), style: cell.Line},
		{text: cell.Fit(view.Percent.Format(w.Share()*100)+"%", 6, true), whole: true},
		{text: cell.Fit(w.Text(), 18, false), style: cell.Muted, whole: true},
	}
}

// eventBlock is the newest events, the newest first.
func (m *Model) eventBlock() block {
	b := block{title: "LATEST EVENTS"}
	rows := live.FoldEvents(m.st.Events)
	for i := len(rows) - 1; i >= 0 && len(b.lines) < 12; i-- {
		e := rows[i]
		b.lines = append(b.lines, []segment{
			{text: e.Time.UTC().Format("15:04:05Z"), style: cell.Muted},
			{text: view.Glyph(e.Level, false), style: cell.OfGlyph(e.Level)},
			{text: cell.Fit(e.Title(), 14, false), style: cell.OfLevel(e.Level)},
			{text: cell.Fit(e.Server, 10, false), style: cell.Muted},
			{text: strings.TrimSpace(e.Who + " " + e.Why)},
		})
	}
	if len(b.lines) == 0 {
		b.lines = calm("nothing happened since the dashboard started")
	}
	return b
}
