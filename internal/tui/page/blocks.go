package page

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// trouble fills the rows below a table with the alerts and the latest events.
func trouble(ctx *Context, a cell.Area) {
	widget.Stack(a, []widget.Block{alertBlock(ctx), eventBlock(ctx)})
}

// latestEvents fills the rows below a table with the latest events.
func latestEvents(ctx *Context, a cell.Area) { widget.Stack(a, []widget.Block{eventBlock(ctx)}) }

// storage fills the rows below the streams with the servers' storage usage, then
// as trouble does.
func storage(ctx *Context, a cell.Area) {
	if len(ctx.State.JS.Peers) == 0 {
		trouble(ctx, a)
		return
	}
	widget.Stack(a, []widget.Block{storeBlock(ctx), alertBlock(ctx), eventBlock(ctx)})
}

// okLine returns the single line of a block that has nothing to report.
func okLine(text string) [][]widget.Segment {
	return [][]widget.Segment{{{Text: "●", Style: cell.Good}, {Text: text, Style: cell.Muted}}}
}

// linkBlock lists the links that need attention, worst first.
func linkBlock(ctx *Context) widget.Block {
	bad := ctx.State.BadLinks()
	bad = bad[:urgentLinks(bad)]
	if len(bad) == 0 {
		if len(ctx.State.Links) == 0 {
			return widget.Block{Title: "LINKS", Lines: okLine("a single server has none")}
		}
		return widget.Block{Title: "LINKS", Lines: okLine(fmt.Sprintf("all %d in order   :links", len(ctx.State.Links)))}
	}
	w := 0
	b := widget.Block{Title: fmt.Sprintf("LINKS THAT NEED ATTENTION  %d of %d   :links", len(bad), len(ctx.State.Links))}
	bad = bad[:min(len(bad), blockLines)]
	for _, l := range bad {
		w = max(w, min(cell.Width(l.Title()), 28))
	}
	for _, l := range bad {
		b.Lines = append(b.Lines, []widget.Segment{
			{Text: view.Glyph(l.Edge.Level, false), Style: cell.OfGlyph(l.Edge.Level)},
			{Text: cell.Fit(string(l.Edge.Kind), 7, false), Style: cell.Muted},
			{Text: cell.Fit(l.Title(), w, false), Style: cell.Strong},
			{Text: cell.Fit(string(l.Edge.State), 7, false), Style: cell.OfLevel(l.Edge.Level)},
			{Text: l.Edge.Why},
		})
	}
	return b
}

// blockLines is the maximum number of lines of a block: more than any window has.
const blockLines = 300

// urgentLinks returns how many of the links, sorted worst first, need attention.
func urgentLinks(worstFirst []*live.LinkRow) int {
	at, _ := slices.BinarySearchFunc(worstFirst, fleet.Warn, func(l *live.LinkRow, least fleet.Level) int {
		if l.Edge.Level.Compare(least) >= 0 {
			return -1
		}
		return 1
	})
	return at
}

// alertBlock lists the firing alerts, the cause before what follows from it.
func alertBlock(ctx *Context) widget.Block {
	rows := live.Filter(ctx.Marks.Alerts(ctx.State), func(r *live.AlertRow) bool { return r.State == live.Firing })
	if len(rows) == 0 {
		return widget.Block{Title: "ALERTS", Lines: okLine("none firing")}
	}
	b := widget.Block{Title: fmt.Sprintf("ALERTS  %d firing   :alerts", len(rows))}
	rows = rows[:min(len(rows), blockLines)]
	w := 0
	for _, r := range rows {
		w = max(w, min(cell.Width(r.Check), 16))
	}
	for _, r := range rows {
		b.Lines = append(b.Lines, []widget.Segment{
			{Text: view.Glyph(r.Level, false), Style: cell.OfGlyph(r.Level)},
			{Text: cell.Fit(ShortDuration(r.Duration()), 5, true), Style: cell.Muted},
			{Text: cell.Fit(r.Check, w, false), Style: cell.Strong},
			{Text: r.What},
		})
	}
	return b
}

// storeBlock shows the JetStream servers' storage usage against their limits.
func storeBlock(ctx *Context) widget.Block {
	b := widget.Block{Title: "STORAGE OF THE SERVERS   :peers"}
	w := 0
	for _, r := range ctx.State.JS.Peers {
		w = max(w, min(cell.Width(r.Name), 20))
	}
	for _, r := range ctx.State.JS.Peers {
		if r.Server == nil || r.Server.Statsz == nil || r.Server.Statsz.JetStream == nil || r.Server.Statsz.JetStream.Stats == nil {
			b.Lines = append(b.Lines, []widget.Segment{{Text: "◌", Style: cell.Hazy}, {Text: cell.Fit(r.Name, w, false), Style: cell.Strong}, {Text: "did not answer", Style: cell.Hazy}})
			continue
		}
		js := r.Server.Statsz.JetStream
		file, mem := live.Limit{Used: float64(js.Stats.Store), Unit: view.Bytes}, live.Limit{Used: float64(js.Stats.Memory), Unit: view.Bytes}
		if c := js.Config; c != nil {
			file.Max, mem.Max = float64(c.MaxStore), float64(c.MaxMemory)
		}
		level := file.Level().Worse(mem.Level())
		b.Lines = append(b.Lines, slices.Concat(
			[]widget.Segment{{Text: view.Glyph(level, false), Style: cell.OfGlyph(level)}, {Text: cell.Fit(r.Name, w, false), Style: cell.Strong}},
			storeParts("file", file), storeParts("memory", mem), []widget.Segment{{Text: fmt.Sprintf(" %d ha assets", js.Stats.HAAssets), Style: cell.Muted, Whole: true}}))
	}
	return b
}

// storeParts returns the label, bar and figures of one limit.
func storeParts(word string, w live.Limit) []widget.Segment {
	const cells = 10
	style := cell.Style(cell.Good)
	if w.Level() != fleet.OK {
		style = cell.OfLevel(w.Level())
	}
	full := min(int(math.Ceil(w.Share()*cells)), cells)
	return []widget.Segment{
		{Text: " " + word, Style: cell.Muted},
		{Text: strings.Repeat("█", full), Style: style, Tied: true},
		{Text: strings.Repeat("·", cells-full), Style: cell.Line},
		{Text: cell.Fit(view.Percent.Format(w.Share()*100)+"%", 6, true), Whole: true},
		{Text: cell.Fit(w.Text(), 18, false), Style: cell.Muted, Whole: true},
	}
}

// eventBlock lists the latest events, newest first.
func eventBlock(ctx *Context) widget.Block {
	b := widget.Block{Title: "LATEST EVENTS"}
	for _, e := range live.NewestEvents(ctx.State.Events, 12) {
		b.Lines = append(b.Lines, []widget.Segment{
			{Text: e.Time.UTC().Format("15:04:05Z"), Style: cell.Muted},
			{Text: view.Glyph(e.Level, false), Style: cell.OfGlyph(e.Level)},
			{Text: cell.Fit(e.Title(), 14, false), Style: cell.OfLevel(e.Level)},
			{Text: cell.Fit(e.Server, 10, false), Style: cell.Muted},
			{Text: strings.TrimSpace(e.Who + " " + e.Why)},
		})
	}
	if len(b.Lines) == 0 {
		b.Lines = okLine("no events since the dashboard started")
	}
	return b
}
