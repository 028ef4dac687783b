package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/view"
)

// The smallest window that the dashboard draws in, and the height from which
// it shows its second header line and its rules.
const (
	minW, minH = 60, 15
	roomyH     = 20
)

// render draws the frame of the window into the grid.
func (m *Model) render() {
	m.grid.Reset(m.w, m.h)
	a := m.grid.All()
	if m.w < minW || m.h < minH {
		tooSmall(a)
		return
	}
	top := m.header(a)
	bottom := m.footer(a)
	body := a.Rows(top, a.H-top-bottom)
	m.body(body)
	if m.st == nil || m.st.Snap == nil || m.st.Phase == live.Down || m.st.Phase == live.Limited {
		if m.st != nil && m.st.Snap != nil {
			body.Restyle(cell.Faded)
		}
		m.stateBox(body)
	}
	if m.overlay != nil {
		m.overlay.draw(m, body)
	}
}

// tooSmall says how large the window must be.
func tooSmall(a cell.Area) {
	a.Write(0, 0, fmt.Sprintf("window is %dx%d,", a.W, a.H), cell.Plain)
	a.Write(0, 1, fmt.Sprintf("needs %dx%d", minW, minH), cell.Strong)
	a.Write(0, 2, "q quits", cell.Muted)
}

// header draws the lines over the page and returns how many it took.
func (m *Model) header(a cell.Area) int {
	y := 0
	if !m.noHeader {
		m.titleLine(a, y)
		y++
		if a.H >= roomyH {
			m.totalsLine(a, y)
			y++
		}
	}
	m.tabLine(a, y)
	y++
	if a.H >= roomyH {
		a.Rule(y, "", cell.Line)
		y++
	}
	return y
}

// phaseWords are how each phase is called on the screen.
var phaseWords = [...]struct {
	mark, word string
	style      cell.Style
}{
	live.Discovering: {"◌", "DISCOVER", cell.Hazy},
	live.Live:        {"●", "LIVE", cell.Good},
	live.Down:        {"✗", "DOWN", cell.Danger},
	live.Limited:     {"◐", "LIMITED", cell.Warning},
	live.Replay:      {"▶", "REPLAY", cell.Accent},
}

// titleLine is who is watched, how, and what is wrong.
func (m *Model) titleLine(a cell.Area, y int) {
	name, style := m.opt.Feed.NameOr("natsctl"), cell.Style(cell.Strong)
	var left []segment
	var right []segment
	if st := m.st; st != nil {
		name = st.Feed.Name
		left = append(left, segment{text: "natsctl ▸ " + view.Text(name), short: view.Text(name), style: style})
		left = append(left, m.phaseSegments(st)...)
		right = m.alertSegments(st)
	} else {
		left = append(left, segment{text: view.Text(name), style: style}, segment{text: "◌ DISCOVER", style: cell.Hazy})
	}
	if m.st != nil && m.st.Feed.Protected {
		a.Rows(y, 1).Fill(" ", cell.Banner)
		left = append(left, segment{text: "PROTECTED", style: cell.Banner, rank: 1})
		for i := range left {
			left[i].style = cell.Banner
		}
		for i := range right {
			right[i].style = cell.Banner
		}
	}
	line(a, y, left, right)
}

// phaseSegments are the phase, the interval and who answered.
func (m *Model) phaseSegments(st *live.State) []segment {
	ph := phaseWords[st.Phase]
	every := short(st.Every)
	if st.Every > st.Wanted {
		every = fmt.Sprintf("poll %s > %s", view.Duration(st.Took.Seconds()), short(st.Wanted))
	}
	if st.Phase == live.Replay && st.Tape != nil {
		return m.replaySegments(st)
	}
	word := ph.mark + " " + ph.word
	if m.paused {
		word, ph.style = "‖ PAUSED", cell.Warning
		every = live.AgeText(m.live.Now.Sub(st.Now))
	}
	out := []segment{{text: word + " " + every, style: ph.style}}
	if st.Snap == nil {
		return out
	}
	t := st.Total
	if st.Own != nil {
		return append(out, m.ownSegments(st)...)
	}
	out = append(out, answeredSegment(t))
	out = append(out, segment{text: live.Plural(t.Clusters, "cluster"), style: cell.Muted, rank: 6})
	if t.Leafs > 0 {
		out = append(out, segment{text: live.Plural(t.Leafs, "leaf"), style: cell.Muted, rank: 7})
	}
	return append(out, recSegments(st)...)
}

// answeredSegment is how many servers answered, marked when some did not.
func answeredSegment(t live.Totals) segment {
	have := live.Ratio(t.Answered, t.Expected)
	if t.Partial {
		return segment{text: "▲ " + have + " servers", short: "▲" + have + " srv", style: cell.Warning}
	}
	return segment{text: have + " servers", short: have + " srv"}
}

// ownSegments say that one account is all there is to see.
func (m *Model) ownSegments(st *live.State) []segment {
	out := []segment{
		{text: "◐ account " + view.Text(st.Own.Account), style: cell.Warning},
		{text: live.Plural(st.Total.Answered, "server") + " told", style: cell.Muted, rank: 6},
	}
	var silent []string
	for _, p := range st.Snap.Problems {
		if p.Reason == fleet.Silent {
			silent = append(silent, p.Server)
		}
	}
	if len(silent) > 0 {
		out = append(out, segment{text: "▲ silent: " + strings.Join(silent, " "), short: fmt.Sprintf("▲%d silent", len(silent)), style: cell.Warning, rank: 1})
	}
	return append(out, recSegments(st)...)
}

func recSegments(st *live.State) []segment {
	if st.Recording == "" {
		return nil
	}
	return []segment{{text: "● REC", style: cell.Danger, rank: 2}}
}

// alertSegments are the alerts and the clock.
func (m *Model) alertSegments(st *live.State) []segment {
	clock := segment{text: st.Now.UTC().Format("15:04:05Z"), style: cell.Muted}
	if st.Phase == live.Down && st.Snap != nil {
		clock = segment{text: live.AgeText(st.Age()) + " old  " + clock.text, style: cell.Danger}
	}
	crit, warn := m.marks.Firing(m.st)
	switch {
	case crit > 0:
		return []segment{{text: fmt.Sprintf("✗ %s  %d crit", live.Plural(crit+warn, "alert"), crit), short: fmt.Sprintf("✗%d", crit+warn), style: cell.Danger}, clock}
	case warn > 0:
		return []segment{{text: "▲ " + live.Plural(warn, "alert"), short: fmt.Sprintf("▲%d", warn), style: cell.Warning}, clock}
	}
	return []segment{clock}
}

// totalsLine is the fleet in numbers.
func (m *Model) totalsLine(a cell.Area, y int) {
	st := m.st
	if st == nil || st.Snap == nil {
		line(a, y, []segment{{text: "conns -   in -   out -   subs -   slow -   js -", style: cell.Muted}}, nil)
		return
	}
	t := st.Total
	left := []segment{
		{text: "conns " + view.Count.Format(t.Conns), short: view.PerSec.Format(t.Conns) + "c"},
		{text: "in " + m.flow(t.Traffic.InMsgs.Value(), t.Traffic.InBytes.Value()), style: cell.Plain},
		{text: m.sparkOf(live.InMsgs), style: cell.Chart, rank: 5},
		{text: "out " + m.flow(t.Traffic.OutMsgs.Value(), t.Traffic.OutBytes.Value()) + ratedOf(t)},
		{text: m.sparkOf(live.OutMsgs), style: cell.Chart, rank: 5},
		{text: "subs " + view.PerSec.Format(t.Subs), rank: 3},
		{text: "slow " + view.PerSec.Format(t.Slow), style: cell.OfLevel(warnIf(t.Slowing)), rank: 2},
	}
	line(a, y, append(left, m.jetSegment(t)...), nil)
}

// ratedOf says of how many servers the rates are the sum, where some have none
// yet, as after a restart; empty: of all.
func ratedOf(t live.Totals) string {
	if t.Rated == 0 || t.Rated == t.Answered {
		return ""
	}
	return " of " + live.Ratio(t.Rated, t.Answered) + " srv"
}

func (m *Model) jetSegment(t live.Totals) []segment {
	switch {
	case t.JSServers > 0 && m.ownAccount():
		return []segment{{text: live.Plural(t.Streams, "stream"), rank: 4}}
	case t.JSServers == 0:
		return []segment{{text: "no jetstream", style: cell.Muted, rank: 4}}
	case t.MetaLeader != "":
		return []segment{{text: fmt.Sprintf("js %d srv", t.JSServers), rank: 4}, {text: "meta " + view.Text(t.MetaLeader), style: cell.Muted, rank: 7}}
	}
	return []segment{{text: fmt.Sprintf("js %d srv", t.JSServers), rank: 4}}
}

// flow is messages and bytes a second.
func (m *Model) flow(msgs, bytes any) string {
	if msgs == nil {
		return "-"
	}
	return view.PerSec.Format(msgs) + "/s " + live.Compact(view.BytesSec.Format(bytes))
}

// tabLine is the pages behind the digits, the open one marked.
func (m *Model) tabLine(a cell.Area, y int) {
	x := 0
	m.drawn.tabs, m.drawn.tabY = m.drawn.tabs[:0], y
	front := m.stack[0].spec.kind
	for _, s := range m.specs {
		if !m.hasTab(s) {
			continue
		}
		title, room := s.title, 1
		switch {
		case a.W < 74:
			title, room = s.short, -1 // they share the space between them
		case a.W < 100:
			title = s.short
		}
		if s.kind == alertsPage {
			if crit, warn := m.marks.Firing(m.st); crit+warn > 0 {
				title = fmt.Sprintf("%s(%d)", title, crit+warn)
			}
		}
		style, text := cell.Style(cell.Muted), " "+s.digit+" "+title+" "
		if s.kind == front {
			style, text = cell.Front, " "+s.digit+" "+title+" "
			if m.look.Profile == cell.NoColor {
				text = "[" + s.digit + " " + title + "]"
			}
		}
		from := x
		x = a.Write(x, y, text, style)
		m.drawn.tabs = append(m.drawn.tabs, tabAt{from, x, s.kind})
		x += room
	}
}

// short prints an interval without needless digits.
func short(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", int(d.Hours()))
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d%time.Second == 0 && d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	}
	return view.Duration(d.Seconds())
}
