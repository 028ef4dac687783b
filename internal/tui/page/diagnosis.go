package page

import (
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// Diagnosis is the page of the causes, with what follows from each.
const Diagnosis Kind = "diagnosis"

// causeLine is one line of the page: a cause, or one of its findings below it.
type causeLine struct {
	cause *live.CauseRow
	alert *live.AlertRow // nil on the line of the cause itself
}

// diagnosisSpec defines the page.
func diagnosisSpec() *Spec {
	return &Spec{
		Kind: Diagnosis, Names: []string{"diag", "why"}, Help: "what is wrong: the cause first, with what follows from it", Title: "Diagnosis", open: openCause,
		Jumps: []Jump{{To: Events}, {Connections, "conns"}, {Topology, "links"}, {To: JetStream}}, needs: live.Demand{Needs: topoNeeds.Needs},
		Modes: []Mode{{
			Name: "diagnosis", always: true, sheet: causeSheet, below: causePanel, panel: 7, fill: latestEvents,
			empty: func(*Context, *Page) string {
				return "● nothing is wrong: every check passes on what was asked so far"
			},
			first: []string{"since_seconds", "what"},
		}},
	}
}

// causeColumns defines the columns of the page.
var causeColumns = []view.Column[causeLine]{
	{Name: "what", Title: "CAUSE", Help: "the cause, and below it what follows from it", Value: func(r causeLine) any { return r.what() }},
	{Name: "since_seconds", Title: "SINCE", Help: "how long it lasts", Unit: view.Seconds, Value: func(r causeLine) any { return r.first().Duration().Seconds() }},
	{Name: "level", Title: "LEVEL", Help: "warn or crit", Value: func(r causeLine) any { return r.level().String() }, Level: func(r causeLine) view.Level { return r.level() }},
	{Name: "explains", Title: "EXPLAINS", Help: "what follows from it", Value: func(r causeLine) any {
		if r.alert != nil {
			return ""
		}
		return r.cause.Explains()
	}},
}

// first is the alert that the line is about.
func (r causeLine) first() *live.AlertRow {
	if r.alert != nil {
		return r.alert
	}
	return r.cause.Alerts[0]
}

func (r causeLine) level() view.Level {
	if r.alert != nil {
		return r.alert.Level
	}
	return r.cause.Level
}

func (r causeLine) what() string {
	if r.alert != nil {
		return r.alert.What
	}
	return r.cause.What
}

// text is what the table shows: findings are indented below their cause.
func (r causeLine) text() string {
	if r.alert != nil {
		return "  " + r.alert.Check + ": " + r.alert.What
	}
	return r.cause.Brief
}

func (r causeLine) key() string {
	if r.alert != nil {
		return r.cause.Key() + "/" + r.alert.Key
	}
	return r.cause.Key()
}

// causeLines lists the causes with the findings that follow from each, and those
// that show it where there are several.
func causeLines(ctx *Context) []causeLine {
	var out []causeLine
	for _, c := range ctx.Marks.Causes(ctx.State) {
		out = append(out, causeLine{cause: c})
		for i, a := range c.Alerts {
			if i >= c.Own || c.Own > 1 {
				out = append(out, causeLine{c, a})
			}
		}
	}
	return out
}

func causeSheet(ctx *Context, _ *Page) widget.Sheet {
	return &widget.RowsOf[causeLine]{
		Columns: causeColumns, Looks: map[string]widget.Look[causeLine]{"what": {Text: causeLine.text}}, Rows: causeLines(ctx),
		KeyOf:   causeLine.key,
		LevelOf: func(r causeLine) view.Level { return r.level() },
		RefOf: func(r causeLine) widget.Ref {
			if r.alert != nil {
				return alertRef(ctx, r.alert)
			}
			return subjectRef(ctx, r.cause.About, r.cause.Object)
		},
		ObjectOf: func(r causeLine) any {
			if r.alert != nil {
				return r.alert.JSON()
			}
			return r.cause
		},
	}
}

// causePanel shows the selected cause or finding: what, why and what to do next.
func causePanel(_ *Context, p *Page, row int, a cell.Area) {
	rows, ok := p.List().Sheet.(*widget.RowsOf[causeLine])
	if !ok {
		return
	}
	r := rows.Rows[row]
	var t widget.Prose
	t.Add("what", r.what(), cell.Plain)
	if r.alert != nil {
		t.Add("impact", r.alert.Impact, cell.Plain)
		t.Add("next", r.alert.Next, cell.Plain)
		t.Add("follows", "from "+r.cause.Brief, cell.Muted)
		t.Draw(a)
		return
	}
	t.Add("explains", r.cause.Explains(), cell.Plain)
	t.Add("impact", r.cause.Why, cell.Plain)
	t.Add("next", r.cause.Next, cell.Plain)
	t.Add("since", strings.TrimPrefix(sinceText(r.first().Now, r.cause.Since), "since "), cell.Plain)
	t.Draw(a)
}

func openCause(ctx *Context, p *Page, r widget.Ref) Effect { return openAlert(ctx, p, r) }

// subjectRef is the reference to what a finding or a cause is about, if a page
// can show it.
func subjectRef(ctx *Context, s checks.Subject, title string) widget.Ref {
	out := widget.Ref{Title: title, Account: s.Account, Stream: s.Stream, Consumer: s.Consumer}
	if s.Edge != nil {
		out.Server, out.Link = s.Edge.FromName, s.Edge.Key()
	}
	if len(s.Servers) > 0 && (s.Stream == "" || s.Conn != 0) {
		ref := s.Servers[0]
		if r := ctx.State.Server(ref.ID, ref.Cluster, ref.Name); r != nil {
			out.Server, out.ServerID, out.Cluster = r.Name, r.ID, r.Cluster
		}
	}
	if s.Conn != 0 {
		out.CID, out.Client = s.Conn, s.Client
	}
	return out
}

// CauseText is the diagnosis line: the first cause, since when, what it explains,
// and how many others there are; empty if nothing is wrong.
func CauseText(ctx *Context) (head, rest string, level view.Level) {
	causes := ctx.Marks.Causes(ctx.State)
	if len(causes) == 0 {
		return "", "", 0
	}
	c := causes[0]
	head = view.Glyph(c.Level, false) + " " + c.Brief
	if !c.Since.IsZero() {
		head += " since " + c.Since.UTC().Format("15:04:05Z")
	}
	if text := c.Explains(); text != "" {
		rest = "· explains " + text
	}
	if n := len(causes) - 1; n > 0 {
		rest = strings.TrimSpace(fmt.Sprintf("· and %s  %s", live.Plural(n, "other cause"), rest))
	}
	return head, rest, c.Level
}
