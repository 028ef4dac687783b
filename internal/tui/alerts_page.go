package tui

import (
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/view"
)

// alertsSpec is the page of the alerts.
func alertsSpec() *spec {
	return &spec{
		kind: alertsPage, digit: "7", title: "Alerts", short: "Alerts", open: openAlert,
		needs: live.Demand{Needs: topoNeeds.Needs},
		modes: []mode{{
			name: "alerts", sort: "state", sheet: alertSheet, above: alertLine, below: alertPanel, panel: 7, fill: happened,
			empty: func(*Model, *page) string { return "● no alert: every check passes on what was asked so far" },
			first: []string{"check", "since_seconds", "object", "what", "state", "value", "limit"},
		}},
	}
}

func alertSheet(m *Model, _ *page) sheet {
	return &rowsOf[*live.AlertRow]{
		cols: live.AlertColumns, rows: m.marks.Alerts(m.st),
		name:  func(r *live.AlertRow) string { return r.Key },
		judge: func(r *live.AlertRow) view.Level { return r.ShownLevel() },
		refer: m.aboutOf,
		json:  func(r *live.AlertRow) any { return r.JSON() },
	}
}

// aboutOf names what an alert is about, as far as something opens from it.
func (m *Model) aboutOf(r *live.AlertRow) ref {
	out := ref{title: r.Check + " " + r.Title}
	for _, l := range m.st.Links {
		if l.Edge.FromName+" - "+l.Edge.ToName == r.Object {
			out.server, out.link = l.Edge.FromName, l.Edge.Key()
			return out
		}
	}
	switch r.Check {
	case "streams", "stream-limits":
		out.stream, out.account = r.Object, r.Where
		return out
	case "consumers":
		out.account, out.stream, _ = strings.Cut(r.Where, " ")
		out.consumer = r.Object
		return out
	}
	name, _, _ := strings.Cut(r.Object, " ")
	for _, name := range []string{r.Object, name, r.Where} {
		if s := m.st.Server("", r.Where, name); s != nil {
			out.server, out.serverID, out.cluster = s.Name, s.ID, s.Cluster
			return out
		}
	}
	return out
}

// openAlert goes to what the alert is about.
func openAlert(m *Model, p *page, r ref) {
	switch {
	case r.link != "":
		m.openLink(r)
	case r.consumer != "":
		m.push(jetStreamPage, ref{})
		m.setMode("consumers")
		m.cur().list().filter = fmt.Sprintf("consumer=%q and stream=%q and account=%q", r.consumer, r.stream, r.account)
	case r.stream != "":
		m.push(jetStreamPage, ref{})
		m.cur().list().filter = fmt.Sprintf("stream=%q and account=%q", r.stream, r.account)
	case r.server != "":
		openServer(m, p, r)
	default:
		m.openObject()
	}
}

// openLink opens the links at one of them.
func (m *Model) openLink(r ref) {
	m.push(topoPage, ref{server: r.server, serverID: r.serverID})
	m.setMode("links")
	l := m.cur().list()
	l.cursor, l.moved = r.link, true
}

// alertLine counts the alerts by what became of them.
func alertLine(m *Model, _ *page, a cell.Area) int {
	var n [len(live.AlertStates)]int
	for _, r := range m.marks.Alerts(m.st) {
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

// alertPanel says why the alert fires, what it means, and what to do next.
func alertPanel(_ *Model, p *page, row int, a cell.Area) {
	rows, ok := p.list().sheet.(*rowsOf[*live.AlertRow])
	if !ok {
		return
	}
	r := rows.rows[row]
	var t prose
	t.say("what", r.What, cell.Plain)
	t.say("why", r.Why, cell.Plain)
	t.say("impact", r.Impact, cell.Plain)
	t.say("next", r.Next, cell.Plain)
	since := sinceText(r.Now, r.Since)
	if r.Polls > 0 {
		since += fmt.Sprintf(", in %s", live.Plural(r.Polls, "answer"))
	}
	if r.Flaps > 0 {
		since += ", came back " + live.Plural(r.Flaps, "time")
	}
	t.say("since", strings.TrimPrefix(since, "since "), cell.Plain)
	if r.Note != "" {
		t.say(r.State.String(), r.Note, cell.Plain)
	}
	t.draw(a)
}

// mark acknowledges or mutes the selected alert, or takes it back.
func (m *Model) mark(to live.AlertState) {
	l := m.cur().list()
	if row, ok := l.selected(); ok {
		m.marks.Toggle(l.sheet.key(row), to, m.now())
		m.touch()
	}
}
