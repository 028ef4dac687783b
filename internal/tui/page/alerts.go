package page

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// alertsSpec defines the Alerts page.
func alertsSpec() *Spec {
	return &Spec{
		Kind: Alerts, Names: []string{"al"}, Help: "alerts", Digit: "7", Title: "Alerts", Short: "Alerts", open: openAlert,
		Jumps: []Jump{{To: Events}, {To: Connections}, {Topology, "links"}, {To: JetStream}}, Keys: alertKeys(),
		needs: live.Demand{Needs: topoNeeds.Needs},
		Modes: []Mode{{
			Name: "alerts", always: true, sheet: alertSheet, above: alertLine, below: alertPanel, panel: 7, fill: latestEvents,
			empty: func(*Context, *Page) string { return "● no alert: every check passes on what was asked so far" },
			first: []string{"check", "since_seconds", "object", "what", "state", "cause", "value", "limit"},
		}},
	}
}

func alertSheet(ctx *Context, _ *Page) widget.Sheet {
	return &widget.RowsOf[*live.AlertRow]{
		Columns: live.AlertColumns, Rows: ctx.Marks.Alerts(ctx.State),
		KeyOf:    func(r *live.AlertRow) string { return r.Key },
		LevelOf:  func(r *live.AlertRow) view.Level { return r.ShownLevel() },
		RefOf:    func(r *live.AlertRow) widget.Ref { return alertRef(ctx, r) },
		ObjectOf: func(r *live.AlertRow) any { return r.JSON() },
	}
}

// alertRef returns a reference to the alert's subject, if a page can show it.
func alertRef(ctx *Context, r *live.AlertRow) widget.Ref {
	return subjectRef(ctx, r.About, r.Check+" "+r.Title)
}

// openAlert opens the alert's subject.
func openAlert(ctx *Context, _ *Page, r widget.Ref) Effect {
	switch {
	case r.Link != "":
		return openLink(r)
	case r.CID != 0:
		cursor := r.ServerID + "/" + strconv.FormatUint(r.CID, 10)
		return Effect{Open: &Target{Kind: Connections, Scope: widget.Ref{Server: r.Server, ServerID: r.ServerID, Cluster: r.Cluster}, cursor: cursor}}
	case r.Consumer != "":
		return Effect{Open: &Target{Kind: JetStream, mode: "consumers", filter: fmt.Sprintf("consumer=%q and stream=%q and account=%q", r.Consumer, r.Stream, ctx.State.AccountTerm(r.Account))}}
	case r.Stream != "":
		return Effect{Open: &Target{Kind: JetStream, filter: fmt.Sprintf("stream=%q and account=%q", r.Stream, ctx.State.AccountTerm(r.Account))}}
	case r.Server != "":
		return openServer(r)
	}
	return Effect{Selected: true}
}

// alertLine counts the alerts by state.
func alertLine(ctx *Context, _ *Page, a cell.Area) int {
	var n [len(live.AlertStates)]int
	for _, r := range ctx.Marks.Alerts(ctx.State) {
		n[r.State]++
	}
	x := 1
	for i, name := range live.AlertStates {
		style := cell.Style(cell.Plain)
		if live.AlertState(i) == live.Firing && n[i] > 0 {
			style = cell.Danger
		}
		x = a.Write(x, 0, fmt.Sprintf("%s %d", name, n[i]), style) + 3
	}
	return 1
}

// alertPanel shows why the alert fires, what it means, and what to do next.
func alertPanel(_ *Context, p *Page, row int, a cell.Area) {
	rows, ok := p.List().Sheet.(*widget.RowsOf[*live.AlertRow])
	if !ok {
		return
	}
	r := rows.Rows[row]
	var t widget.Prose
	t.Add("what", r.What, cell.Plain)
	if r.Follows {
		t.Add("follows", "from "+r.Cause+"   ! shows the diagnosis", cell.Muted)
	}
	t.Add("impact", r.Impact, cell.Plain)
	t.Add("next", r.Next, cell.Plain)
	since := sinceText(r.Now, r.Since)
	if r.Polls > 0 {
		since += fmt.Sprintf(", in %s", live.Plural(r.Polls, "answer"))
	}
	if r.Flaps > 0 {
		since += ", came back " + live.Plural(r.Flaps, "time")
	}
	t.Add("since", strings.TrimPrefix(since, "since "), cell.Plain)
	if r.Note != "" {
		t.Add(r.State.String(), r.Note, cell.Plain)
	}
	t.Draw(a)
}

// acknowledge acknowledges the selected alert, or undoes that.
func acknowledge(ctx *Context, p *Page) Effect {
	l := p.List()
	row, ok := l.Selected()
	if !ok {
		return notify("no alert is selected")
	}
	name := l.Sheet.Ref(row).String()
	on := ctx.Marks.Acknowledge(l.Sheet.Key(row), ctx.Now())
	ctx.Touch()
	if !on {
		return notify("no longer acknowledged: " + name)
	}
	return notify("acknowledged: " + name + "   U undoes it")
}

func acknowledgeAll(ctx *Context, _ *Page) Effect {
	if ctx.State == nil {
		return Effect{}
	}
	n := ctx.Marks.AcknowledgeAll(ctx.State)
	ctx.Touch()
	return notify("acknowledged " + live.Plural(n, "alert") + "   U undoes it")
}

// muteTimes are the durations to choose from.
var muteTimes = [...]time.Duration{15 * time.Minute, time.Hour, 4 * time.Hour, 24 * time.Hour}

// mute asks how long the selected alert is to be muted, or unmutes it.
func mute(ctx *Context, p *Page) Effect {
	l := p.List()
	row, ok := l.Selected()
	if !ok {
		return notify("no alert is selected")
	}
	key, name := l.Sheet.Key(row), l.Sheet.Ref(row).String()
	if rows, ok := l.Sheet.(*widget.RowsOf[*live.AlertRow]); ok && rows.Rows[row].State == live.Muted {
		ctx.Marks.Mute(key, ctx.Now(), 0)
		ctx.Touch()
		return notify("no longer muted: " + name)
	}
	out := &Choice{Title: "mute " + view.Text(name) + " for", At: 1}
	for _, d := range muteTimes {
		out.Items = append(out.Items, widget.Item{Text: ShortDuration(d)})
	}
	out.Take = func(i int) Effect {
		ctx.Marks.Mute(key, ctx.Now(), muteTimes[i])
		ctx.Touch()
		return notify("muted for " + ShortDuration(muteTimes[i]) + ": " + name + "   U undoes it")
	}
	return Effect{Choose: out}
}

func undoMark(ctx *Context, _ *Page) Effect {
	if !ctx.Marks.Undo() {
		return notify("nothing to undo")
	}
	ctx.Touch()
	return notify("undone")
}

// alertKeys are the keys of the page.
func alertKeys() []Key {
	return []Key{
		{Keys: []string{"a"}, Shown: "a", Help: "acknowledge the alert, or undo it", Hint: "ack", Do: acknowledge},
		{Keys: []string{"A"}, Shown: "A", Help: "acknowledge all", Do: acknowledgeAll},
		{Keys: []string{"m"}, Shown: "m", Help: "mute the alert for a while, or unmute it", Hint: "mute", Do: mute},
		{Keys: []string{"U"}, Shown: "U", Help: "undo the last acknowledgement or mute", Do: undoMark},
		{Keys: []string{"n"}, Shown: "n", Help: "next firing alert", Hint: "next", Do: nextFiring},
		{Keys: []string{"R"}, Shown: "R", Help: "the checks behind the alerts, and their results", Hint: "checks", Do: showChecks},
	}
}

// nextFiring moves the cursor to the next firing alert.
func nextFiring(_ *Context, p *Page) Effect {
	l := p.List()
	for range len(l.Order) {
		at := l.At
		l.Step(1)
		if l.At == at {
			l.Step(-1 << 30)
		}
		if row, ok := l.Selected(); ok && l.Sheet.Level(row) != fleet.OK {
			return Effect{}
		}
	}
	return Effect{}
}

// showChecks lists the checks and their results.
func showChecks(ctx *Context, _ *Page) Effect {
	if ctx.State == nil {
		return Effect{}
	}
	firing, skipped := map[string]int{}, map[string]string{}
	for _, r := range ctx.Marks.Alerts(ctx.State) {
		if r.State != live.Resolved {
			firing[r.Check]++
		}
	}
	for _, text := range ctx.State.Skipped {
		name, why, _ := strings.Cut(text, ": ")
		skipped[name] = why
	}
	s := &widget.Scroller{Title: "checks behind the alerts"}
	for _, k := range checks.All() {
		text := "● " + k.About
		switch {
		case firing[k.Name] > 0:
			text = fmt.Sprintf("✗ %d   %s", firing[k.Name], k.About)
		case skipped[k.Name] != "":
			text = "◌ skipped: " + skipped[k.Name]
		}
		s.Lines = append(s.Lines, widget.HelpLine{Keys: k.Name, Text: text})
	}
	widget.Align(s.Lines)
	return Effect{List: s}
}
