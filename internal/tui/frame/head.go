package frame

import (
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/page"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// The smallest window that the dashboard supports, and the height from which it
// shows its second header line and its rules.
const (
	MinWidth  = 60
	MinHeight = 15
	roomyH    = 20
)

// TooSmall states the required size of the window.
func TooSmall(a cell.Area) {
	a.Write(0, 0, fmt.Sprintf("window is %dx%d,", a.W, a.H), cell.Plain)
	a.Write(0, 1, fmt.Sprintf("needs %dx%d", MinWidth, MinHeight), cell.Strong)
	a.Write(0, 2, "q quits", cell.Muted)
}

// Head is the content of the lines above a page, besides the state.
type Head struct {
	Name   string      // of the fleet, used before the first answer
	Newest *live.State // while an older state is shown
	Paused bool
	Hidden bool // only the tabs are visible
	Mono   bool // without colors
	Tabs   []*page.Spec
	Front  page.Kind // the open tab
}

// TabAt is the position of a tab.
type TabAt struct {
	From, To int
	Kind     page.Kind
}

// DrawHead draws the lines above the page and returns their number, the line of
// the tabs and their positions. The last line is the diagnosis, if anything is
// wrong.
func DrawHead(ctx *page.Context, h Head, a cell.Area) (rows, tabRow int, tabs []TabAt) {
	y := 0
	if !h.Hidden {
		titleLine(ctx, h, a, y)
		y++
		if a.H >= roomyH {
			totalsLine(ctx, a, y)
			y++
		}
	}
	tabs = tabLine(ctx, h, a, y)
	tabRow = y
	y++
	if a.H >= roomyH {
		a.Rule(y, "", cell.Line)
		y++
	}
	return y + causeLine(ctx, a.Rows(y, 1)), tabRow, tabs
}

// causeLine draws the diagnosis: the cause to look at first, and what it
// explains. It returns the number of lines used.
func causeLine(ctx *page.Context, a cell.Area) int {
	head, rest, level := page.CauseText(ctx)
	if head == "" {
		return 0
	}
	const hint = "! diagnosis"
	end := a.W - cell.Width(hint) - 3
	x := a.Cut(0, 0, end, 1).Write(1, 0, head, cell.OfLevel(level))
	if x+8 < end {
		a.Cut(0, 0, end, 1).Write(x+1, 0, rest, cell.Plain)
	}
	a.Right(a.W-1, 0, hint, cell.Muted)
	return 1
}

// PhaseWords are the display names of the phases.
var PhaseWords = [...]struct {
	mark, word string
	style      cell.Style
}{
	live.Discovering: {"◌", "DISCOVER", cell.Hazy},
	live.Live:        {"●", "LIVE", cell.Good},
	live.Down:        {"✗", "DOWN", cell.Danger},
	live.Limited:     {"◐", "LIMITED", cell.Warning},
	live.Replay:      {"▶", "REPLAY", cell.Accent},
}

// titleLine shows the fleet, the connection and the problems.
func titleLine(ctx *page.Context, h Head, a cell.Area, y int) {
	name, style := h.Name, cell.Style(cell.Strong)
	var left []widget.Segment
	var right []widget.Segment
	if st := ctx.State; st != nil {
		name = st.Feed.Name
		left = append(left, widget.Segment{Text: "natsctl ▸ " + view.Text(name), Short: shortName(name), Style: style})
		left = append(left, phaseSegments(h, st)...)
		right = alertSegments(ctx, st)
	} else {
		left = append(left, widget.Segment{Text: view.Text(name), Style: style}, widget.Segment{Text: "◌ DISCOVER", Style: cell.Hazy})
	}
	if ctx.State != nil && ctx.State.Feed.Protected {
		a.Rows(y, 1).Fill(" ", cell.Banner)
		left = append(left, widget.Segment{Text: "PROTECTED", Style: cell.Banner, Rank: 1})
		for i := range left {
			left[i].Style = cell.Banner
		}
		for i := range right {
			right[i].Style = cell.Banner
		}
	}
	widget.Line(a, y, left, right)
}

// shortName is the name of a fleet for a narrow window.
func shortName(name string) string {
	const most = 12
	if name = view.Text(name); cell.Width(name) <= most {
		return name
	}
	return cell.Fit(name, most, false)
}

// phaseSegments are the phase, the interval and the number of servers that
// answered.
func phaseSegments(h Head, st *live.State) []widget.Segment {
	ph := PhaseWords[st.Phase]
	every := page.ShortDuration(st.Every)
	if st.Every > st.Wanted {
		every = fmt.Sprintf("poll %s > %s", view.Duration(st.Took.Seconds()), page.ShortDuration(st.Wanted))
	}
	if st.Phase == live.Replay && st.Replayed != nil {
		return replaySegments(st)
	}
	word := ph.mark + " " + ph.word
	if h.Paused {
		word, ph.style = "‖ PAUSED", cell.Warning
		every = live.AgeText(h.Newest.Now.Sub(st.Now))
	}
	out := []widget.Segment{{Text: word + " " + every, Style: ph.style}}
	if st.Snap == nil {
		return out
	}
	t := st.Total
	if st.Own != nil {
		return append(out, ownSegments(st)...)
	}
	out = append(out, answeredSegment(t))
	out = append(out, connectedSegments(st)...)
	out = append(out, widget.Segment{Text: live.Plural(t.Clusters, "cluster"), Style: cell.Muted, Rank: 6})
	if t.Leafs > 0 {
		out = append(out, widget.Segment{Text: live.Plural(t.Leafs, "leaf"), Style: cell.Muted, Rank: 7})
	}
	return append(out, recSegments(st)...)
}

// connectedSegments are the server that is asked, and what was seen through one that
// may be cut off.
func connectedSegments(st *live.State) []widget.Segment {
	var out []widget.Segment
	if name := st.Snap.AskedBy; name != "" {
		out = append(out, widget.Segment{Text: "via " + view.Text(name), Style: cell.Muted, Rank: 5})
	}
	if n := len(st.Views); n > 0 && st.Views[n-1].Server != st.Snap.AskedBy {
		l := st.Views[n-1]
		out = append(out, widget.Segment{Text: fmt.Sprintf("▲ %s via %s", live.Ratio(l.Answered, l.Expected), view.Text(l.Server)), Style: cell.Warning, Rank: 2})
	}
	return out
}

// answeredSegment is the number of servers that answered, marked if some did
// not.
func answeredSegment(t live.Totals) widget.Segment {
	have := live.Ratio(t.Answered, t.Expected)
	if t.Partial {
		return widget.Segment{Text: "▲ " + have + " servers", Short: "▲" + have + " srv", Style: cell.Warning}
	}
	return widget.Segment{Text: have + " servers", Short: have + " srv"}
}

// ownSegments state that only one account is visible.
func ownSegments(st *live.State) []widget.Segment {
	out := []widget.Segment{
		{Text: "◐ account " + view.Text(st.Own.Account), Style: cell.Warning},
		{Text: live.Plural(st.Total.Answered, "server") + " answered", Style: cell.Muted, Rank: 6},
	}
	var silent []string
	for _, p := range st.Snap.Problems {
		if p.Reason == fleet.Silent {
			silent = append(silent, p.Server)
		}
	}
	if len(silent) > 0 {
		out = append(out, widget.Segment{Text: "▲ silent: " + strings.Join(silent, " "), Short: fmt.Sprintf("▲%d silent", len(silent)), Style: cell.Warning, Rank: 1})
	}
	return append(out, recSegments(st)...)
}

func recSegments(st *live.State) []widget.Segment {
	if st.Recording == "" {
		return nil
	}
	return []widget.Segment{{Text: "● REC", Style: cell.Danger, Rank: 2}}
}

// alertSegments are the alerts and the clock.
func alertSegments(ctx *page.Context, st *live.State) []widget.Segment {
	clock := widget.Segment{Text: st.Now.UTC().Format("15:04:05Z"), Style: cell.Muted}
	if st.Phase == live.Down && st.Snap != nil {
		clock = widget.Segment{Text: live.AgeText(st.Age()) + " old  " + clock.Text, Style: cell.Danger}
	}
	crit, warn := ctx.Marks.Firing(ctx.State)
	switch {
	case crit > 0:
		return []widget.Segment{{Text: fmt.Sprintf("✗ %s  %d crit", live.Plural(crit+warn, "alert"), crit), Short: fmt.Sprintf("✗%d", crit+warn), Style: cell.Danger}, clock}
	case warn > 0:
		return []widget.Segment{{Text: "▲ " + live.Plural(warn, "alert"), Short: fmt.Sprintf("▲%d", warn), Style: cell.Warning}, clock}
	}
	return []widget.Segment{clock}
}

// totalsLine shows the totals of the fleet.
func totalsLine(ctx *page.Context, a cell.Area, y int) {
	st := ctx.State
	if st == nil || st.Snap == nil {
		widget.Line(a, y, []widget.Segment{{Text: "conns -   in -   out -   subs -   slow -   js -", Style: cell.Muted}}, nil)
		return
	}
	t := st.Total
	left := []widget.Segment{
		{Text: "conns " + view.Count.Format(t.Conns), Short: view.PerSec.Format(t.Conns) + "c"},
		{Text: "in " + perSecondText(t.Traffic.InMsgs.Value(), t.Traffic.InBytes.Value()), Style: cell.Plain},
		{Text: page.SparkOf(ctx, live.InMsgs), Style: cell.Chart, Rank: 5},
		{Text: "out " + perSecondText(t.Traffic.OutMsgs.Value(), t.Traffic.OutBytes.Value()) + ratedOf(t)},
		{Text: page.SparkOf(ctx, live.OutMsgs), Style: cell.Chart, Rank: 5},
		{Text: "subs " + view.PerSec.Format(t.Subs), Rank: 3},
		{Text: "slow " + view.PerSec.Format(t.Slow), Style: cell.OfLevel(widget.WarnIf(t.Slowing)), Rank: 2},
	}
	widget.Line(a, y, append(left, jetSegment(ctx, t)...), nil)
}

// ratedOf states how many servers the rates include, if some have none yet, as
// after a restart; empty: all.
func ratedOf(t live.Totals) string {
	if t.Rated == 0 || t.Rated == t.Answered {
		return ""
	}
	return " of " + live.Ratio(t.Rated, t.Answered) + " srv"
}

func jetSegment(ctx *page.Context, t live.Totals) []widget.Segment {
	switch {
	case t.JSServers > 0 && ctx.OneAccount():
		return []widget.Segment{{Text: live.Plural(t.Streams, "stream"), Rank: 4}}
	case t.JSServers == 0:
		return []widget.Segment{{Text: "no jetstream", Style: cell.Muted, Rank: 4}}
	case t.MetaLeader != "":
		return []widget.Segment{{Text: fmt.Sprintf("js %d srv", t.JSServers), Rank: 4}, {Text: "meta " + view.Text(t.MetaLeader), Style: cell.Muted, Rank: 7}}
	}
	return []widget.Segment{{Text: fmt.Sprintf("js %d srv", t.JSServers), Rank: 4}}
}

// flow is messages and bytes per second.
func perSecondText(msgs, bytes any) string {
	if msgs == nil {
		return "-"
	}
	return view.PerSec.Format(msgs) + "/s " + live.Compact(view.BytesSec.Format(bytes))
}

// tabLine shows the pages with their digits, the open one marked.
func tabLine(ctx *page.Context, h Head, a cell.Area, y int) (drawn []TabAt) {
	x := 0
	crit, warn := ctx.Marks.Firing(ctx.State)
	for _, s := range h.Tabs {
		title, room := s.Title, 1
		switch {
		case a.W < 74:
			title, room = s.Short, -1 // they share the available space
		case a.W < 100:
			title = s.Short
		}
		if s.Kind == page.Alerts && crit+warn > 0 {
			title = fmt.Sprintf("%s(%d)", title, crit+warn)
		}
		style, text := cell.Style(cell.Muted), " "+s.Digit+" "+title+" "
		if s.Kind == h.Front {
			style = cell.Front
			if h.Mono {
				text = "[" + s.Digit + " " + title + "]"
			}
		}
		from := x
		x = a.Write(x, y, text, style)
		drawn = append(drawn, TabAt{from, x, s.Kind})
		x += room
	}
	return drawn
}

// replaySegments are the replay's part of the title line.
func replaySegments(st *live.State) []widget.Segment {
	t := st.Replayed
	word := "‖"
	if t.Playing {
		word = "▶"
	}
	t0 := st.Now.UTC().Format("15:04:05Z")
	return []widget.Segment{
		{Text: fmt.Sprintf("%s REPLAY %s x%d", word, t0, t.Speed), Style: cell.Accent},
		{Text: live.Ratio(t.At+1, t.End+1), Style: cell.Muted, Rank: 1},
		answeredSegment(st.Total),
	}
}
