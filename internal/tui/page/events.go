package page

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// eventsSpec defines the Events page.
func eventsSpec() *Spec {
	return &Spec{
		Kind: Events, Names: []string{"ev"}, Help: "events", Digit: "6", Title: "Events", Short: "Events", open: openEvent,
		Jumps: []Jump{{To: Events}, {To: Connections}, {To: Topology}, {To: JetStream}}, Keys: eventKeys(),
		Modes: []Mode{{
			Name: "events", always: true, sheet: eventSheet, above: eventLine, below: eventPanel, panel: 7,
			empty: noEvents,
			first: []string{"time", "kind", "who", "why", "server", "account", "cluster"},
		}},
	}
}

// eventSheet lists the events of the page's object, newest first.
func eventSheet(ctx *Context, p *Page) widget.Sheet {
	rows := ctx.State.Events
	s := p.Scope
	if ctx.Severity > 0 || ctx.EventKind != "" || s != (widget.Ref{}) {
		rows = live.Filter(rows, func(r *live.EventRow) bool {
			return r.Level.Compare(leastLevel(ctx)) >= 0 && (ctx.EventKind == "" || ctx.EventKind == r.Kind) && Concerns(ctx, s, r)
		})
	}
	if ctx.FoldEvents {
		rows = live.FoldEvents(rows)
	}
	newest := make([]*live.EventRow, len(rows))
	for i, r := range rows {
		newest[len(rows)-1-i] = r
	}
	if ctx.Following {
		p.List().Cursor, p.List().At = "", 0
	}
	return &widget.RowsOf[*live.EventRow]{
		Columns: live.EventColumns(), Looks: eventStyles(ctx), Rows: newest,
		KeyOf:   func(r *live.EventRow) string { return strconv.Itoa(r.Seq) },
		LevelOf: func(r *live.EventRow) view.Level { return r.Level },
		RefOf: func(r *live.EventRow) widget.Ref {
			return widget.Ref{Title: r.Title(), Server: r.Server, Cluster: r.Cluster, Account: r.Account, Client: r.Client(), Stream: r.Stream()}
		},
		ObjectOf: func(r *live.EventRow) any { return r.Event },
	}
}

// noEvents explains why no events are shown: there are none, or all are hidden.
func noEvents(ctx *Context, p *Page) string {
	switch all := len(ctx.State.Events); {
	case all == 0:
		return "no events since the dashboard started"
	case ctx.EventKind != "" || ctx.Severity > 0:
		return fmt.Sprintf("none of %s has this type and severity   T and v choose others", live.Plural(all, "event"))
	default:
		return fmt.Sprintf("none of %s is of %s", live.Plural(all, "event"), p.Scope)
	}
}

// chooseKind lets the user choose one of the received event types.
func chooseKind(ctx *Context, _ *Page) Effect {
	if ctx.State == nil {
		return Effect{}
	}
	count := map[fleet.EventKind]int{}
	for _, e := range ctx.State.Events {
		count[e.Kind] += e.Times
	}
	kinds := append([]fleet.EventKind{""}, slices.Sorted(maps.Keys(count))...)
	out := &Choice{Title: "events shown"}
	for i, k := range kinds {
		it := widget.Item{Text: live.KindText(k), Note: view.Count.Format(count[k])}
		if k == "" {
			it = widget.Item{Text: "all", Note: view.Count.Format(len(ctx.State.Events))}
		}
		if k == ctx.EventKind {
			out.At = i
		}
		out.Items = append(out.Items, it)
	}
	out.Take = func(i int) Effect {
		ctx.EventKind = kinds[i]
		ctx.Touch()
		return Effect{}
	}
	return Effect{Choose: out}
}

// openEvent opens the event's subject: the connections of its client, its stream
// or its server.
func openEvent(ctx *Context, _ *Page, r widget.Ref) Effect {
	switch {
	case r.Client != "":
		return Effect{Follow: Connections}
	case r.Stream != "":
		return Effect{Open: &Target{Kind: JetStream, filter: fmt.Sprintf("stream=%q", r.Stream)}}
	case r.Server != "" && FindServer(ctx.State, r) != nil:
		return openServer(r)
	}
	return Effect{Selected: true}
}

// eventKeys are the keys of the page.
func eventKeys() []Key {
	set := func(change func(ctx *Context, p *Page)) func(*Context, *Page) Effect {
		return func(ctx *Context, p *Page) Effect {
			change(ctx, p)
			ctx.Touch()
			return Effect{}
		}
	}
	follow := func(ctx *Context, p *Page) {
		if ctx.Following = !ctx.Following; ctx.Following {
			p.List().Move(-1 << 30)
		}
	}
	return []Key{
		{Keys: []string{"F"}, Shown: "F", Help: "follow the newest event", Hint: "follow", Do: set(follow)},
		{Keys: []string{"u"}, Shown: "u", Help: "fold repeated events", Hint: "fold", Do: set(func(ctx *Context, _ *Page) { ctx.FoldEvents = !ctx.FoldEvents })},
		{Keys: []string{"v"}, Shown: "v", Help: "least severity shown", Hint: "severity", Do: nextSeverity},
		{Keys: []string{"T"}, Shown: "T", Help: "choose the type of event shown", Hint: "types", Do: chooseKind},
		{Keys: []string{"C"}, Shown: "C", Help: "clear the events", Do: func(*Context, *Page) Effect { return Effect{Order: live.ClearEvents} }},
	}
}

// Severities lists the choices for the minimum severity shown.
var Severities = [...]string{"info and up", "warn and up", "crit alone"}

// leastLevel returns the minimum level shown.
func leastLevel(ctx *Context) fleet.Level {
	return [...]fleet.Level{fleet.OK, fleet.Warn, fleet.Crit}[ctx.Severity]
}

// nextSeverity raises the minimum severity shown.
func nextSeverity(ctx *Context, _ *Page) Effect {
	ctx.Severity = (ctx.Severity + 1) % len(Severities)
	ctx.Touch()
	return notify("events of severity " + Severities[ctx.Severity])
}

// eventLine shows the rate of events, and how many are kept.
func eventLine(ctx *Context, _ *Page, a cell.Area) int {
	x := 1
	for i, name := range ctx.State.EventRates.Names {
		if name == "" || x > a.W-20 {
			continue
		}
		x = a.Write(x, 0, name+" ", cell.Muted)
		x = a.Write(x, 0, view.PerSec.Format(ctx.State.EventRates.PerSec[i])+"/s ", cell.Plain)
		if a.W >= 100 {
			x = a.Write(x, 0, Spark(ctx.State.EventRates.Curves[i], 8), cell.Chart)
		}
		x += 2
	}
	text := view.Count.Format(len(ctx.State.Events)) + " kept"
	if ctx.State.Dropped > 0 {
		text += fmt.Sprintf(", %s dropped", view.Count.Format(ctx.State.Dropped))
	}
	if ctx.Following {
		text = "following   " + text
	}
	if x+cell.Width(text)+2 < a.W {
		a.Right(a.W-2, 0, text, cell.Muted)
	}
	return 1
}

// eventPanel shows the selected event as it was published.
func eventPanel(_ *Context, p *Page, row int, a cell.Area) {
	rows, ok := p.List().Sheet.(*widget.RowsOf[*live.EventRow])
	if !ok {
		return
	}
	r := rows.Rows[row]
	body := ""
	if len(r.Body) > 0 {
		var v any
		if json.Unmarshal(r.Body, &v) == nil {
			if flat, err := json.Marshal(v); err == nil {
				body = string(flat)
			}
		}
	}
	first := r.Time.UTC().Format("2006-01-02 15:04:05.000Z")
	if r.Derived {
		first += "   derived by comparing two answers"
	} else if r.Subject != "" {
		first += "   " + r.Subject
	}
	a.Write(0, 0, first, cell.Muted)
	y := 1
	if r.Why != "" {
		a.Write(0, y, r.Why, cell.OfLevel(r.Level))
		y++
	}
	for _, l := range widget.WrapAnywhere(view.Text(body), a.W) {
		if y < a.H {
			a.Write(0, y, l, cell.Plain)
			y++
		}
	}
}

// eventStyles is the styling that the page adds to the event columns.
func eventStyles(ctx *Context) map[string]widget.Look[*live.EventRow] {
	return map[string]widget.Look[*live.EventRow]{
		"kind":    {Text: (*live.EventRow).Title, Level: func(r *live.EventRow) view.Level { return r.Level }},
		"why":     {Text: (*live.EventRow).Text},
		"account": {Text: func(r *live.EventRow) string { return ctx.State.AccountLabel(r.Account) }},
	}
}
